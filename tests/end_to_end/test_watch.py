"""`autograder watch`: what is handed in comes back, within a limit of attempts, whatever ends it and whoever else works in the course."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
from nbgrader.api import Gradebook

from autograder.course.attempts import Attempt, State
from autograder.course.folders import Course
from autograder.gradebook.answering import Answer, Watched
from autograder.gradebook.arrivals import Inbound
from autograder.gradebook.feedback_release import released_as
from autograder.gradebook.settings import settings
from autograder.gradebook.watching import Watch
from autograder.whole_class.plan import BeingGraded, alone, only_watch
from autograder.whole_class.pools import LocalPool
from autograder.whole_class.store import Store
from tests.support import commands
from tests.support.classroom import PATIENCE, run, stored
from tests.support.mini_course import edit
from tests.support.nbgrader_class import nbgrader
from tests.support.needs import ROOT
from tests.support.unprivileged import NOBODY
from tests.support.watched import WRONG, answer, exchange, make_watched, submit

WATCH = (sys.executable, "-m", "autograder", "watch", "tiny")
GRADE = (sys.executable, "-m", "autograder", "grade-class", "tiny")
SLOW = "import time\nfor _ in range(10):\n    time.sleep(0.1)\n"
RIGHT = "def double(x):\n    return 2 * x"
MESSAGE = "values are off"  # of a hidden test that fails
TITLE = "Negative numbers are doubled"  # of a hidden test
PAST, FUTURE = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Shared by tests with students of their own, so that what grades them is started once."""
    return make_watched(tmp_path_factory.mktemp("watched") / "course")


@pytest.fixture
def own(course: Course, tmp_path: Path) -> Course:
    """A copy in which nobody has handed in yet."""
    copy = Path(shutil.copytree(course.root, tmp_path / "course"))
    for name in ("submitted", "autograded", "feedback", "given_back", "exchange/trainable_networks/inbound"):
        shutil.rmtree(copy / "course" / name, ignore_errors=True)
    for path in (copy / "course").glob("reports.db*"):
        path.unlink()
    (copy / "course" / "exchange" / "trainable_networks" / "inbound").mkdir()
    rule(Course(copy), "")
    return Course(copy)


@pytest.fixture(scope="module")
def pool() -> Iterator[LocalPool]:
    with closing(LocalPool(1)) as pool:
        yield pool


Looks = Callable[[Course, str], list[Answer]]


@pytest.fixture
def looks(pool: LocalPool) -> Looks:
    """Starts to watch, looks until nobody waits, and ends; what has come back to a student."""

    def look(course: Course, student: str) -> list[Answer]:
        with Store(course.store) as store:
            watch = Watch(Watched(course, "tiny"), store, pool)
            found = [answer for answers in iter(lambda: look_once(watch), []) for answer in answers]
        return [answer for answer in found if answer.attempt.student == student and (answer.is_news or answer.fault)]

    return look


def look_once(watch: Watch) -> list[Answer]:
    return watch.look(lambda *_: None, lambda _: None)


def rule(course: Course, text: str, due: datetime = FUTURE) -> None:
    (course.data / "settings.toml").write_text(f"[attempts]\n{text}\n")
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        gradebook.update_or_create_assignment("tiny", duedate=due.replace(tzinfo=None))


def attempts(course: Course, student: str) -> list[Attempt]:
    with Store(course.store) as store:
        return [attempt for attempt in store.attempts("tiny") if attempt.student == student]


def score(course: Course, student: str) -> float:
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        return float(gradebook.find_submission("tiny", student).score)


def folder_of(course: Course, student: str) -> Path:
    """What a student has put into the exchange."""
    (folder,) = (exchange(course) / "inbound").glob(f"{student}+*")
    return folder


def wait_for(happened: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.02)


# --- what comes back ---------------------------------------------------------------------------------------------------------


def test_the_last_submission_counts_and_each_has_its_own_answer(course: Course, looks: Looks) -> None:
    rule(course, "")
    first = submit(course, "ada", answer_double=WRONG)
    (only,) = looks(course, "ada")
    assert (only.attempt.state, only.report.score if only.report else None) == ("counted", 30)
    second = submit(course, "ada")
    looks(course, "ada")
    assert score(course, "ada") == 80
    assert MESSAGE in answer(course, first)
    assert "80 of 100 points so far" in answer(course, second)
    assert looks(course, "ada") == []
    assert len(list((course.data / "snapshots").iterdir())) == 1  # not one for each submission


def test_the_same_file_again_is_answered_and_is_no_other_attempt(course: Course, looks: Looks) -> None:
    rule(course, "a_day = 1")
    submit(course, "ben")
    looks(course, "ben")
    again = submit(course, "ben")
    (only,) = looks(course, "ben")
    assert (only.attempt.state, only.left.used, len(attempts(course, "ben"))) == ("counted", 1, 1)
    assert "Attempts within 24 hours: 1 of 1, so none left." in answer(course, again)


def test_what_is_over_the_limit_is_kept_and_graded_at_the_due_date(course: Course, looks: Looks) -> None:
    rule(course, "a_day = 5\n[attempts.tiny]\na_day = 1")
    submit(course, "cleo", answer_double=WRONG)
    looks(course, "cleo")
    over = submit(course, "cleo")
    (waiting,) = looks(course, "cleo")
    assert (waiting.attempt.state, waiting.report) == ("waiting", None)
    assert "It waits until the due date, 2040-01-01 00:00 UTC" in answer(course, over)
    assert "points" not in answer(course, over)
    assert score(course, "cleo") == 30
    rule(course, "a_day = 1", datetime.now(UTC))  # after it was handed in, and over when it is looked at
    (graded,) = looks(course, "cleo")
    assert (graded.attempt.state, graded.attempt.at) == ("counted", waiting.attempt.at)
    assert score(course, "cleo") == 80
    assert "80 of 100 points so far" in answer(course, over)


@pytest.mark.parametrize("told", ["nothing", "points"])
def test_until_the_due_date_no_more_is_told_than_the_rule_says(course: Course, looks: Looks, told: str) -> None:
    student, raises = f"dora-{told}", "def shift(x, by=1.0):\n    raise ValueError"
    rule(course, f'told = "{told}"')
    secret = submit(course, student, answer_double=WRONG, answer_shift=raises)
    looks(course, student)
    page = answer(course, secret)
    for hidden in (MESSAGE, TITLE, "The factor is three", "What does twice mean", "crashed", "test_double"):
        assert hidden not in page
    assert ("0 of 50" in page) == (told == "points")
    assert ("0 of 30" in page) == (told == "points")
    assert "from the due date on" in page
    rule(course, f'told = "{told}"', PAST)
    looks(course, student)
    page = answer(course, secret)
    for shown in (MESSAGE, TITLE, "The factor is three", "What does twice mean", "crashed"):
        assert shown in page
    assert len(attempts(course, student)) == 1


def test_a_fault_of_the_grader_is_no_attempt_and_is_tried_again(own: Course, pool: LocalPool) -> None:
    rule(own, "a_day = 1")
    suite = ("tests/hidden/tiny/test_double.py", "reference.double(positive)", "reference.no_such(positive)")
    edit(own, *suite)
    secret = submit(own, "ada")
    with Store(own.store) as store:
        watch = Watch(Watched(own, "tiny"), store, pool)
        (failed,) = look_once(watch)
        assert (failed.attempt.state, failed.left.left) == ("failed", 1)
        assert "does not count as an attempt" in answer(own, secret)
        assert look_once(watch) == []  # for a while
        edit(own, suite[0], suite[2], suite[1])
        watch._again["ada"] = 0.0  # which is over
        (graded,) = look_once(watch)
    assert (graded.attempt.state, graded.left.left) == ("counted", 0)
    assert "80 of 100 points so far" in answer(own, secret)


def test_without_a_secret_no_answer_can_be_given_and_that_is_told_once(course: Course, looks: Looks) -> None:
    rule(course, "")
    submit(course, "ella")
    (folder_of(course, "ella") / "submission_secret.txt").write_text("")
    (only,) = looks(course, "ella")
    assert "no answer can be fetched" in only.fault
    assert score(course, "ella") == 80
    assert looks(course, "ella") == []


# --- what is collected --------------------------------------------------------------------------------------------------------


@pytest.fixture
def inbound(course: Course) -> Inbound:
    return Inbound(course, "tiny", settings(course))


def arrived(inbound: Inbound) -> list[str]:
    return [arrival.student for arrival in inbound.arrivals()]


def test_a_submission_that_is_still_being_written_is_not_taken(
    course: Course, inbound: Inbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(course, "fay")
    folder = folder_of(course, "fay")
    folder.chmod(0o755)  # as long as `nbgrader submit` is at it
    assert "fay" not in arrived(inbound)
    folder.chmod(0o777)
    assert "fay" in arrived(inbound)
    folder.chmod(0o755)  # in an exchange of another kind, for good
    now = [0.0]
    monkeypatch.setattr("autograder.gradebook.arrivals.time.monotonic", lambda: now[0])
    for seconds, changes, taken in ((4, True, False), (8, False, False), (9, False, True)):
        now[0] = seconds
        if changes:
            (folder / "another.txt").touch()
        assert ("fay" in arrived(inbound)) == taken


def test_an_interrupted_collection_leaves_all_of_a_submission_or_nothing(
    course: Course, inbound: Inbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(course, "gus", answer_double=WRONG)
    inbound.collect(inbound.arrivals())
    submit(course, "gus")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("autograder.gradebook.collect.Path.rename", interrupted)
        inbound.collect(inbound.arrivals())
    assert [why for folder, why in inbound.refused.items() if "gus" in folder] == ["KeyboardInterrupt"]
    assert not course.submitted("gus", "tiny").exists()
    inbound = Inbound(course, "tiny", settings(course))  # of the next process
    inbound.collect(inbound.arrivals())
    assert "np.asarray(x) + np.asarray(x)" in (course.submitted("gus", "tiny") / "tiny.ipynb").read_text()
    assert [path.name for path in course.submitted("gus", "tiny").parent.iterdir()] == ["tiny"]
    assert "gus" not in arrived(inbound)


def test_a_time_that_is_another_than_the_one_of_its_name_is_taken_once(course: Course, inbound: Inbound) -> None:
    submit(course, "hal")
    (folder_of(course, "hal") / "timestamp.txt").write_text("never")
    inbound.collect(inbound.arrivals())
    assert "hal" not in arrived(inbound)


def test_what_cannot_be_collected_is_refused_and_keeps_nobody_from_it(course: Course, inbound: Inbound) -> None:
    submit(course, "ida")
    before = folder_of(course, "ida")
    inbound.collect(inbound.arrivals())
    submit(course, "ida", answer_double=WRONG)
    (folder,) = set((exchange(course) / "inbound").glob("ida+*")) - {before}
    with (folder / "large").open("wb") as file:
        file.truncate(10**9)
    submit(course, "jon")
    inbound.collect(inbound.arrivals())
    assert list(inbound.refused) == [folder.name]
    assert course.submitted("jon", "tiny").is_dir()
    assert [arrival.folder for arrival in inbound.arrivals() if arrival.student in {"ida", "jon"}] == [before]
    inbound.collect(inbound.arrivals())
    assert course.submitted("ida", "tiny").is_dir()  # what was there is there again
    assert not {"ida", "jon"} & set(arrived(inbound))
    shutil.rmtree(folder)


@ROOT
def test_who_hands_in_under_the_name_of_another_is_refused(course: Course) -> None:
    """Who has the secret would read the answer, and the other's work would be replaced."""
    for student in ("nobody", "kim"):
        submit(course, student)
        os.chown(folder_of(course, student), NOBODY, NOBODY)
    config = settings(course)
    config.ExchangeCollect.check_owner = True
    inbound = Inbound(course, "tiny", config)
    found = arrived(inbound)
    assert ("nobody" in found, "kim" in found) == (True, False)
    assert inbound.refused[folder_of(course, "kim").name] == "it belongs to nobody"
    shutil.rmtree(folder_of(course, "kim"))


# --- beside others ------------------------------------------------------------------------------------------------------------


def test_what_arrives_while_a_class_is_graded_waits_for_that(own: Course, looks: Looks) -> None:
    for student, more in (("ada", ""), ("ben", SLOW)):
        submit(own, student, answer_double=more + RIGHT)
    nbgrader(own, "collect", "tiny")
    grading = subprocess.Popen([*GRADE, "--jobs", "1"], cwd=own.root)
    wait_for(lambda: stored(own))
    os.kill(grading.pid, signal.SIGSTOP)  # while the second one is graded
    secret = submit(own, "cleo", answer_double=WRONG)
    with pytest.raises(BeingGraded):
        looks(own, "cleo")
    assert not own.submitted("cleo", "tiny").exists()
    os.kill(grading.pid, signal.SIGCONT)
    assert grading.wait(PATIENCE) == 0
    looks(own, "cleo")
    assert TITLE in answer(own, secret)
    edit(own, "tests/hidden/tiny/test_double.py", f'"""{TITLE}."""', '"""Another title."""')
    assert "out of date" not in run(own)[1]  # what was given back is not renewed by `nbgrader release_feedback`
    assert TITLE in answer(own, secret)
    looks(own, "cleo")
    assert "Another title" in answer(own, secret)
    assert len(attempts(own, "cleo")) == 1


def is_being_graded(course: Course) -> bool:
    try:
        with alone(course):
            return False
    except BeingGraded:
        return True


def test_whoever_grades_the_class_waits_for_a_look_and_is_not_refused(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits, pause = Event(), time.sleep

    def sleep(seconds: float) -> None:
        waits.set()
        pause(seconds)

    monkeypatch.setattr("autograder.whole_class.plan.time.sleep", sleep)
    with ThreadPoolExecutor(1) as other:
        with alone(course, briefly=True):
            done = other.submit(is_being_graded, course)
            wait_for(lambda: waits.is_set() or done.done())
            assert not done.done()
        assert done.result(PATIENCE) is False
    with alone(course):
        assert is_being_graded(course)


def test_an_assignment_is_watched_by_one_process(course: Course) -> None:
    with only_watch(course, "tiny"):
        done = commands.run([*WATCH, "--once"], cwd=course.root)
        with only_watch(course, "other"):
            pass
    assert (done.returncode, done.stdout) == (2, "")
    assert "tiny is watched already by another process" in done.stderr


# --- whatever ends it ---------------------------------------------------------------------------------------------------------


def test_who_is_killed_in_the_middle_of_grading_goes_on_and_nothing_counts_twice(own: Course) -> None:
    rule(own, "a_day = 2")
    secret = submit(own, "ada", answer_double=SLOW + RIGHT)
    watch = subprocess.Popen(
        [*WATCH, "--jobs", "1"], cwd=own.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_for(lambda: own.store.exists() and attempts(own, "ada"))
    watch.kill()
    watch.wait(PATIENCE)
    assert [(each.state, each.answered) for each in attempts(own, "ada")] == [("new", "")]
    assert (stored(own), answer(own, secret)) == (0, "")
    done = commands.run([*WATCH, "--once", "--jobs", "1"], cwd=own.root)
    assert done.returncode == 0, done.stderr
    assert "ada: 80 of 80 points, attempt 1 of 2; told messages" in done.stdout
    assert [each.state for each in attempts(own, "ada")] == ["counted"]
    assert stored(own) == 1
    assert "80 of 100 points so far" in answer(own, secret)


@pytest.mark.parametrize("kept", ["new", "counted"])
def test_wherever_it_was_killed_the_answer_comes_once_and_is_one_attempt(
    course: Course, looks: Looks, kept: State
) -> None:
    student = f"lea-{kept}"
    rule(course, "a_day = 1")
    secret = submit(course, student)
    looks(course, student)
    released_as(settings(course), "tiny", secret).unlink()
    (attempt,) = attempts(course, student)
    with Store(course.store) as store:
        store.keep_attempt("tiny", replace(attempt, state=kept, answered=""))
    (only,) = looks(course, student)
    assert (only.attempt, only.left.used) == (attempt, 1)
    assert "80 of 100 points so far" in answer(course, secret)
    assert looks(course, student) == []
