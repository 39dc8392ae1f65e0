"""What needs a GPU; skipped where PyTorch finds none. And what of it can be seen without: device files, slots."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from autograder.course.assignment import Assignment, GraderError, Limits
from autograder.course.folders import Course
from autograder.course.report import Report
from autograder.grading.grader import Grader
from autograder.sandbox.devices import NO_DEVICES, gpu
from autograder.sandbox.launcher import Launcher
from autograder.suite.workers import start_launcher
from autograder.training.bands import band_of
from autograder.training.contract import runs_of
from autograder.training.running import Ended
from autograder.training.slots import gpu_answers, share_gpus, sharing
from autograder.training.stage import Ready, TrainingStage
from tests.support import needs
from tests.support.handins import autograder, save, solved
from tests.support.mini_course import make_course
from tests.support.training_programs import NAME

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.isolation  # of workers with device files

HOLD = """
import sys
from autograder.training.slots import own_slot
print(own_slot(), flush=True)
sys.stdin.read()
"""


def test_each_process_that_uses_the_gpus_of_a_machine_has_a_number_of_its_own_until_it_ends() -> None:
    """Also those that no pool of ours has started, as a cluster's workers. Numbers of others on this machine may be taken."""

    def process() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", HOLD]
        return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    holders = [process() for _ in range(3)]
    try:
        numbers = [int(holder.stdout.readline()) for holder in holders if holder.stdout]
        assert len(set(numbers)) == 3
        holders[0].kill()
        holders[0].wait()
        holders.append(process())
        assert holders[3].stdout is not None
        assert int(holders[3].stdout.readline()) not in numbers[1:]
    finally:
        for holder in holders:
            holder.communicate()


@needs.NO_GPU
def test_a_gpu_that_is_asked_for_and_is_not_there_is_one_line() -> None:
    done = autograder(ROOT, "train", ROOT / "starter_code" / "stubs" / f"{NAME}.py", "--device", "cuda")
    assert (done.returncode, done.stderr) == (
        2,
        "autograder: --device cuda: PyTorch finds no GPU here. --device cpu trains on the processor.\n",
    )


def test_whether_a_gpu_answers_is_found_out_without_a_line_of_a_students(real: Course) -> None:
    """Where there is none, or it is gone, it does not; then nobody is blamed for a run that ended."""
    with start_launcher(
        real, real.assignment(NAME), "auto", gpu() if torch.cuda.is_available() else NO_DEVICES
    ) as launcher:
        assert gpu_answers(launcher) == torch.cuda.is_available()


class Stage(TrainingStage):
    """On a GPU that is not there: the ends of runs are made up, what comes of them is not."""

    def __init__(self, course: Course, *ends: Ended) -> None:
        super().__init__(course)
        self.ends = list(ends)
        self.asked = 0

    def ready(self, assignment: Assignment) -> Ready:
        runs = runs_of(self.course, assignment).items()
        assert assignment.training is not None
        return Ready(
            "cuda",
            assignment.training.usual,
            {name: (run, band_of(self.course, NAME, name, run, "cpu")) for name, run in runs},
        )

    def _launcher(self, _: Assignment, launcher: Launcher) -> Launcher:
        return launcher

    def _train(self, *_: Any) -> Ended:
        self.asked += 1
        end = self.ends[min(self.asked, len(self.ends)) - 1]
        if end is NO_MEMORY:
            raise torch.OutOfMemoryError
        return end


NO_MEMORY = Ended("out-of-memory")  # of the grader's own
PASSED, FULL, DEAD, LATE, BUSY = (
    Ended(),
    Ended("out-of-memory", "step needs more than 1024 MB"),
    Ended("crashed", "it ended the whole process"),
    Ended("timed-out", "step did not return within 30 seconds"),
    Ended("out-of-cpu", "step did not return within 30 seconds of computing"),
)


def of_a_run(stage: Stage, launcher: Launcher, monkeypatch: pytest.MonkeyPatch, *, answers: bool, room: bool) -> Ended:
    monkeypatch.setattr("autograder.training.beside_others.own_gpu", lambda: 0)
    monkeypatch.setattr("autograder.training.beside_others.gpu_answers", lambda _: answers)
    monkeypatch.setattr("autograder.training.beside_others.has_room", lambda _: room)
    asked = SimpleNamespace(limits=Limits())
    return stage._trained(asked, "cuda", launcher)


@pytest.mark.parametrize("end", [DEAD, LATE, FULL], ids=lambda end: end.state)
def test_a_gpu_that_is_gone_makes_no_student_guilty(
    real: Course, launcher: Launcher, monkeypatch: pytest.MonkeyPatch, end: Ended
) -> None:
    with pytest.raises(GraderError, match="the GPU does not answer any more"):
        of_a_run(Stage(real, end), launcher, monkeypatch, answers=False, room=True)


@pytest.mark.parametrize("end", [DEAD, LATE, BUSY], ids=lambda end: end.state)
def test_a_run_that_ends_itself_on_a_gpu_that_answers_is_its_own_doing(
    real: Course, launcher: Launcher, monkeypatch: pytest.MonkeyPatch, end: Ended
) -> None:
    assert of_a_run(Stage(real, end), launcher, monkeypatch, answers=True, room=True) == end


@pytest.mark.parametrize(
    "end", [FULL, LATE, BUSY, NO_MEMORY], ids=["memory", "waiting", "computing", "the grader's memory"]
)
def test_a_run_without_memory_or_time_is_asked_again_alone_and_then_counts(
    real: Course, launcher: Launcher, monkeypatch: pytest.MonkeyPatch, end: Ended
) -> None:
    beside_others = Stage(real, end, PASSED)
    assert of_a_run(beside_others, launcher, monkeypatch, answers=True, room=True) == PASSED
    assert beside_others.asked == 2
    if end is not NO_MEMORY:
        too_large = Stage(real, end, end)
        assert of_a_run(too_large, launcher, monkeypatch, answers=True, room=True) == end
        assert too_large.asked == 2


def test_a_grader_that_has_no_memory_alone_either_charges_nobody(
    real: Course, launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(GraderError, match="too little memory for the grader's own steps"):
        of_a_run(Stage(real, NO_MEMORY, NO_MEMORY), launcher, monkeypatch, answers=True, room=True)


@pytest.mark.parametrize("end", [FULL, LATE], ids=lambda end: end.state)
def test_a_run_for_which_others_leave_no_memory_is_nobodys_fault(
    real: Course, launcher: Launcher, monkeypatch: pytest.MonkeyPatch, end: Ended
) -> None:
    with pytest.raises(GraderError, match="others hold the memory of the GPU"):
        of_a_run(Stage(real, end, PASSED), launcher, monkeypatch, answers=True, room=False)


def test_who_is_alone_on_a_gpu_waits_for_the_others_and_they_for_it(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    said: list[str] = []

    def alone() -> None:
        with sharing(course, 0, alone=True):
            said.append("alone")

    waiting = Thread(target=alone)
    with sharing(course, 0), sharing(course, 0), sharing(course, 1, alone=True):
        waiting.start()
        said.append("beside")
    waiting.join(60)
    assert said == ["beside", "alone"]


@needs.NO_GPU
def test_a_gpu_that_is_gone_leaves_a_report_without_a_score(real: Course) -> None:
    """Each run is said to be on a GPU, and there is none; the report is asked for again."""
    real.data.mkdir(exist_ok=True)
    path = save(real.data / f"{NAME}.py", (real.solution(NAME) / "reference.py").read_text())
    with Grader(real, stage=Stage(real, DEAD)) as grader:
        report = grader.grade(NAME, path)
    assert (report.status, report.score) == ("grader-error", 0)
    assert "the GPU does not answer any more" in (report.reason or "")


@needs.GPU
def test_there_is_room_for_several_jobs_on_a_gpu() -> None:
    assert share_gpus(3072) >= 1


@needs.GPU
def test_the_reference_gets_all_points_on_a_gpu(real: Course, tmp_path: Path) -> None:
    measured = autograder(real.root, "bands", NAME, "--device", "cuda", timeout=550)
    assert measured.returncode == 0, measured.stderr
    path = save(tmp_path / f"{NAME}.ipynb", solved(real, NAME))
    done = autograder(real.root, "train", path, "--device", "cuda", "--json", tmp_path / "report.json", timeout=300)
    assert done.returncode == 0, done.stderr
    report = Report.from_json(json.loads((tmp_path / "report.json").read_text()))
    assert report.score == report.max_score, done.stdout
