"""A grade does not depend on how busy the machine is: who stands still is asked again, and who computes is not charged for others."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from threading import Thread

import psutil
import pytest

from autograder.course.folders import Course
from autograder.course.report import Report
from autograder.grading.grader import Grader
from autograder.whole_class.store import Store
from tests.support.attack_files import SHIFT
from tests.support.classroom import STUDENTS, hand_in, make_classroom, reports, run, stored, timeless
from tests.support.handins import autograder, filled, save, solved
from tests.support.load import others
from tests.support.mini_course import edit

BUSY = 16
BUSY_ENOUGH = 2 * len(os.sched_getaffinity(0))  # an answer takes three times as long as it computes
STARTED = 0.5  # seconds that a worker has computed when it is certainly answering
SLEEPS = "import time\n\n\ndef double(x):\n    time.sleep(600)"
COMPUTES = """import time


def double(x):
    end = time.process_time() + 1
    while time.process_time() < end:
        pass
    return 2 * x"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Eight have handed in; limits are tight."""
    course = make_classroom(tmp_path / "course")
    limits = "limits: {call_seconds: 2, wall_seconds: 10, cpu_seconds: 12, memory_mb: 256}"
    edit(course, "assignments/tiny/tiny.md", "minutes: 5\n", f"minutes: 5\n  {limits}\n")
    return course


def test_submissions_get_the_same_reports_at_load_0_and_at_load_16(course: Course) -> None:
    hand_in(course, "right-1", COMPUTES)
    files = [course.submitted(student, "tiny") / "tiny.ipynb" for student in STUDENTS]
    with Grader(course, "landlock") as grader:
        jobs = [(path, course.student_of(path)) for path in files]
        quiet = [timeless(report) for report in grader.grade_all("tiny", jobs)]
        with others(BUSY):
            busy = [timeless(report) for report in grader.grade_all("tiny", jobs)]
    assert busy == quiet
    assert [report["score"] for report in quiet] == [80, 80, 30, 30, 30, 30, 30, 30]


def test_torch_in_a_numpy_answer_costs_nothing_while_other_work_runs(real: Course, tmp_path: Path) -> None:
    lines = "\n    ### BEGIN SOLUTION\n"
    notebook = solved(real, "optimizers")
    cell = next(cell for cell in notebook["cells"] if cell["id"] == "answer-max_stable_lr")
    use = "import torch; torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0).zero_grad()"  # imports much more
    with_torch = cell["source"].replace(lines, f"{lines}    {use}\n")
    assert with_torch != cell["source"]
    path = save(tmp_path / "optimizers.ipynb", filled(notebook, max_stable_lr=with_torch))
    with others(BUSY_ENOUGH):
        done = autograder(real.root, "grade", path, "--fail-under", "100", timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_process_that_was_made_to_stand_still_is_asked_again_and_costs_nobody_a_point(
    course: Course, tmp_path: Path
) -> None:
    path = save(tmp_path / "tiny.ipynb", filled(solved(course, "tiny"), double=COMPUTES, shift=SHIFT))
    first: list[Report] = []
    last: list[Report] = []
    with Grader(course, "landlock") as grader:
        grader.suite("tiny")
        forkserver = psutil.Process(grader.launchers["tiny"].process.pid)
        job = Thread(target=lambda: last.extend(grader.grade_all("tiny", [(path, None)], first.append)))
        job.start()
        while not (workers := [child for child in forkserver.children() if child.cpu_times().user > STARTED]):
            pass
        workers[0].suspend()
        job.join()
    assert [(report.stalled, report.score < 80) for report in first] == [(True, True)]
    assert [(report.stalled, report.score) for report in last] == [(False, 80)]
    assert "stalled" not in last[0].as_json()


def test_who_sleeps_in_a_class_is_asked_again_alone_and_once_more_by_the_next_run(course: Course) -> None:
    hand_in(course, "wrong-1", SLEEPS)
    assert "8 graded now, 0 before" in run(course)[0]
    (double, shift) = reports(course)["wrong-1"]["exercises"]
    assert {test["status"] for test in double["tests"]} == {"timed-out"}
    assert "in which it waited and did not compute" in double["tests"][0]["message"]
    assert shift["points"] == 30
    assert stored(course) == 8
    assert run(course, "--dry-run")[0].split() == ["wrong-1"]
    assert "1 graded now, 7 before with the same content; 1 put into" in run(course)[0]


def test_a_report_in_which_a_process_stalled_gives_way_to_the_next_and_no_other_does(course: Course) -> None:
    with Grader(course, "landlock") as grader:
        report = grader.grade("tiny", course.submitted("right-1", "tiny") / "tiny.ipynb", "right-1")
    with Store(course.store) as store:
        store.put("key", replace(report, stalled=True, score=1.0))
        store.remember("tiny", "report", {"right-1": "key"})
        assert "key" not in store
        store.put("key", replace(report, score=2.0))
        assert "key" in store
        assert store.made("tiny", "report") == {}
        store.remember("tiny", "report", {"right-1": "key"})
        store.put("key", replace(report, score=3.0))
        assert store.made("tiny", "report") == {"right-1": "key"}
        kept = store.get("key")
        assert kept is not None
        assert timeless(kept) == timeless(replace(report, score=2.0))


def test_a_process_that_has_imported_one_course_grades_another(real: Course, course: Course) -> None:
    with Grader(real, "landlock") as grader:
        grader.suite("skip_connections")
    with Grader(course, "landlock") as grader:
        assert grader.grade("tiny", course.submitted("right-1", "tiny") / "tiny.ipynb").score == 80
