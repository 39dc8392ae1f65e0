"""Other data than the runs come with, for one command or by the settings of a course: they reach whatever grades, and reports follow."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from textwrap import dedent

import pytest

from autograder.authoring.generate import build
from autograder.cli.doctor import Observation, examine
from autograder.course.assignment import CourseError, GraderError
from autograder.course.folders import Course
from autograder.course.report import Report
from autograder.whole_class.store import Store
from autograder.whole_class.tasks import Task, _grader, _trained_on, environment, grade, task_of, tasks
from tests.support.handins import autograder, save, solved
from tests.support.mini_course import edit, make_course
from tests.support.nbgrader_class import nbgrader

ROOT = Path(__file__).resolve().parents[2]
# One run, on what a file says; "shipped" is a word. Where there is no band, nothing is trained, and the report names the data.
TRAINING = '''
    """The one training run of tiny."""

    import hashlib
    from pathlib import Path

    from autograder.training import Run
    from solutions.tiny import reference


    def runs(data, profile):
        """On toys, unless other data are given."""
        if data is None:
            name, content = "toys", b""
        elif data == "shipped":
            name, content = "the data that come along", b"shipped"
        elif isinstance(data, str):
            raise FileNotFoundError(f"There is no {data}: what may be given is shipped, or a file.")
        else:
            content = data.read_bytes()
            name = f"data of {len(content)} bytes"
        digest = hashlib.sha256(content).hexdigest()
        return {"far": Run("A walk", 5, 5, lambda *_: (), lambda: None, "", (Path(reference.__file__),), (name, digest))}
'''


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The tiny course, with training, and what two students have handed in."""
    course = make_course(tmp_path_factory.mktemp("made") / "course")
    edit(
        course,
        "assignments/tiny/tiny.md",
        "minutes: 5\n",
        "minutes: 5\n  training: {runs: {far: {points: 10, needs: [double]}}}\n",
    )
    edit(course, "assignments/tiny/tiny.md", "{why: 20}", "{why: 10}")
    cell = "```{code-cell}\n:training: true\nprint('a rehearsal')\n```\n\nWhy is that so?\n"
    edit(course, "assignments/tiny/tiny.md", "Why is that so?\n", cell)
    (course.suite("tiny") / "training.py").write_text(dedent(TRAINING).lstrip())
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    build(course, "tiny")
    nbgrader(course, "generate_assignment", "tiny")
    for student in ("ada", "ben"):
        course.submitted(student, "tiny").mkdir(parents=True)
        save(course.submitted(student, "tiny") / "tiny.ipynb", solved(course, "tiny"))
    return course


@pytest.fixture
def course(made: Course, tmp_path: Path) -> Course:
    return Course(Path(shutil.copytree(made.root, tmp_path / "course")))


def setting(course: Course, data: str) -> None:
    (course.data / "settings.toml").write_text(f"[training]\ndata = {json.dumps(data)}\n")


def task(course: Course, data: Path | str | None = None) -> Task:
    """The task of a student in a process that has just started."""
    environment.cache_clear()
    _trained_on.cache_clear()
    return task_of(course, course.assignment("tiny"), "ada", "auto", "cpu", data)


def missing(what: str, data: str = "") -> str:
    """What a report says of data that there is no band for."""
    command = f"autograder bands tiny --device cpu{data}"
    return f"on cpu with {what} there is no reference band yet; `{command}` measures it, once"


def graded(course: Course, *more: str) -> str:
    """What a file's report says."""
    path = course.submitted("ada", "tiny") / "tiny.ipynb"
    arguments = ("grade", path, "--device", "cpu", "--json", "report.json", *more)
    done = autograder(course.root, *arguments)
    assert done.returncode == 0, done.stderr
    return Report.from_json(json.loads((course.root / "report.json").read_text())).reason or ""


def stored(course: Course, data: Path | str | None = None) -> dict[str, str]:
    """What the reports say that the store has for each student, as things are now."""
    task(course)
    with Store(course.store) as store:
        found = {
            each.student: store.get(each.key) for each in tasks(course, course.assignment("tiny"), "auto", "cpu", data)
        }
    return {student: report.reason or "" for student, report in found.items() if report is not None}


# --- what a report follows from ------------------------------------------------------------------------------------------


def test_without_data_a_key_is_what_it_was_and_says_nothing_of_them(course: Course) -> None:
    before = task(course)
    assert "data" not in dict(before.environment)
    assert before.data is None
    (course.data / "settings.toml").write_text("[training]\nboard = false\n")
    assert task(course).key == before.key
    names = ["suite", "starter code", "engine", "Python", "numpy", "torch", "pytest", "bands"]
    assert [name for name, _ in before.environment] == names


def test_a_key_follows_from_the_content_of_the_data_and_not_from_where_they_lie(course: Course, tmp_path: Path) -> None:
    one, same, other = (tmp_path / name for name in ("one", "same", "other"))
    for path, content in ((one, b"1"), (same, b"1"), (other, b"2")):
        path.write_bytes(content)
    keys = {path: task(course, path).key for path in (one, same, other)}
    assert keys[one] == keys[same]
    assert len({task(course).key, task(course, "shipped").key, *keys.values()}) == 4
    setting(course, str(one))
    assert task(course).key == keys[one]
    assert task(course, other).key == keys[other], "what was asked for wins"


def test_data_that_cannot_be_read_are_no_key(course: Course) -> None:
    setting(course, "nothing/here")
    with pytest.raises(CourseError, match=f"No such file.*{course.data / 'nothing' / 'here'}"):
        task(course)
    setting(course, "toys")
    with pytest.raises(CourseError, match="There is no toys: what may be given is shipped"):
        task(course)


def test_an_assignment_without_training_does_not_look_at_the_data(course: Course) -> None:
    setting(course, "nothing/here")
    course.submitted("ada", "other").mkdir(parents=True)
    assert task_of(course, course.assignment("other"), "ada", "auto").data is None


def test_a_worker_with_other_data_or_with_none_refuses_by_name(course: Course, tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"1")
    driver = task(course, path)
    for content, told in (
        (b"2", r"differs from the driver: data \w{12} instead of \w{12}\. Start"),
        (None, "does not have the data of the driver: "),
    ):
        path.unlink()
        if content is not None:
            path.write_bytes(content)
        environment.cache_clear()
        _grader.cache_clear()
        with pytest.raises(GraderError, match=told):
            grade(driver)


def test_a_worker_uses_the_data_of_the_task_whatever_its_own_settings_say(course: Course) -> None:
    driver = task(course)
    setting(course, "shipped")
    _grader.cache_clear()
    assert missing("toys") in grade(driver)["reason"]
    _grader.cache_clear()
    assert missing("the data that come along", " --data shipped") in grade(task(course))["reason"]


# --- each command --------------------------------------------------------------------------------------------------------


def test_a_file_is_graded_on_the_data_of_the_course_or_on_those_asked_for(course: Course) -> None:
    assert missing("toys") in graded(course)
    (course.root / "my images").write_bytes(b"12")
    asked = graded(course, "--data", "my images")
    assert missing("data of 2 bytes", f" --data '{course.root}/my images'") in asked
    setting(course, "shipped")
    assert missing("the data that come along", " --data shipped") in graded(course)
    assert graded(course, "--data", "my images") == asked


def test_train_and_bands_use_the_data_of_the_course(course: Course) -> None:
    setting(course, "lies/nowhere")
    path = course.submitted("ada", "tiny") / "tiny.ipynb"
    for command in (("train", path), ("bands", "tiny")):
        done = autograder(course.root, *command, "--device", "cpu")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert "lies/nowhere" in done.stderr
    done = autograder(course.root, "train", path, "--device", "cpu", "--data", "shipped")
    assert missing("the data that come along", " --data shipped") in " ".join(done.stdout.split())


def test_a_class_is_graded_again_once_the_course_has_other_data(course: Course) -> None:
    def run(*more: str) -> str:
        done = autograder(course.root, "grade-class", "tiny", "--jobs", "1", "--device", "cpu", *more)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "2 graded now, 0 before" in run()
    assert "0 graded now, 2 before" in run()
    setting(course, "shipped")
    tried = autograder(course.root, "grade-class", "tiny", "--dry-run", "--device", "cpu").stderr
    assert "2 were graded again, and nothing was recorded" in tried
    assert "since these have changed: what training is measured by." in tried
    assert "0 graded now, 2 before with the same content; 2 put into" in run()
    assert [missing("the data that come along")[:40] in why for why in stored(course).values()] == [True, True]
    (course.root / "file").write_bytes(b"123")
    assert "2 graded now, 0 before" in run("--data", "file")
    assert all("with data of 3 bytes there" in why for why in stored(course, course.root / "file").values())
    assert "0 graded now, 2 before" in run()


def test_nbgrader_grades_on_the_data_of_the_course(course: Course) -> None:
    setting(course, "shipped")
    nbgrader(course, "autograde", "tiny")
    assert {missing("the data that come along", " --data shipped") in why for why in stored(course).values()} == {True}
    assert len(stored(course)) == 2
    done = autograder(course.root, "grade-class", "tiny", "--jobs", "1", "--device", "cpu")
    assert "0 graded now, 2 before" in done.stdout, done.stderr


def test_nbgrader_grades_nobody_where_the_data_cannot_be_read(course: Course) -> None:
    setting(course, "lies/nowhere")
    told = nbgrader(course, "autograde", "tiny", code=1)
    assert re.search(r"Nothing was graded: .*lies/nowhere", told)
    assert "Traceback" not in told
    assert not (course.data / "autograded").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("grade-class", "other", "--data", "shipped"), "--data: other has nothing to train"),
        (("grade", "other.py", "--data", "shipped"), "--data: other has nothing to train"),
        (("grade", "tiny.py", "--data", "shipped", "--no-training"), "--data says what to train on, and --no-training"),
        (
            ("grade-class", "tiny", "--data", "toys", "--device", "cpu"),
            "There is no toys: what may be given is shipped",
        ),
    ],
)
def test_data_that_would_not_be_used_are_refused(course: Course, arguments: tuple[str, ...], told: str) -> None:
    for name in ("other", "tiny"):
        (course.root / f"{name}.py").write_text("x = 1\n")
    done = autograder(course.root, *arguments)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert told in done.stderr


# --- doctor --------------------------------------------------------------------------------------------------------------


def about_training(course: Course, monkeypatch: pytest.MonkeyPatch) -> list[Observation]:
    for name in ("_isolation", "_nbgrader"):
        monkeypatch.setattr(f"autograder.cli.doctor.{name}", lambda _: [])
    return [finding for finding in examine(course) if finding.subject == "training"]


def test_doctor_says_nothing_of_data_that_are_not_set(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    assert about_training(course, monkeypatch) == []


def test_doctor_says_which_data_training_learns_from(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    setting(course, "shipped")
    (found,) = about_training(course, monkeypatch)
    assert (found.good, found.needed) == (False, False)
    assert found.sentence == (
        "tiny learns from the data that come along (shipped), with nothing yet to be graded against: "
        "run `autograder bands tiny --device cpu --data shipped`."
    )
    monkeypatch.setattr("autograder.training.bands.missing_bands", lambda *_: {})
    (found,) = about_training(course, monkeypatch)
    assert found == Observation(
        "training", "tiny learns from the data that come along (shipped), as the settings of the course say.", good=True
    )


@pytest.mark.parametrize("text", ['[training]\ndata = "lies/nowhere"\n', '[training]\ndata = "toys"\n', "[training\n"])
def test_doctor_finds_data_that_cannot_be_read(course: Course, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (course.data / "settings.toml").write_text(text)
    (found,) = about_training(course, monkeypatch)
    assert (found.good, found.needed) == (False, True)
