"""The training stage of one submission: which runs may start, what each comes to, and what there is to see of it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np

from autograder.course import TRAINING, Assignment, Course, CourseError, GraderError, TrainingRun
from autograder.grading.report import Curve, ExerciseResult, Misread, State, TestResult, TrainingRecord, summarise
from autograder.grading.student import Answers, Student
from autograder.isolation import Launcher
from autograder.submissions import ProgramCell
from autograder.training.bands import Band, band_of, smoothed
from autograder.training.contract import Device, Held, Run, runs_of
from autograder.training.running import Ended, train
from autograder.training.slots import gpu_answers, launcher_for

GATE = 0.6  # share of the points of an exercise's that a run which builds on it needs
MISREAD = 8  # images that are shown
Wanted = Literal["auto", "cpu", "cuda"]
# Title of a run, steps done, of how many, loss, share of the held-out images that is right.
Watch = Callable[[str, int, int, float, float | None], None]


class TrainingStage:
    """Trains what was handed in. One for a whole class; a `Stage` of `grading.sitting`."""

    def __init__(
        self,
        course: Course,
        device: Wanted = "auto",
        budget: float | None = None,
        data: Path | None = None,
        watch: Watch | None = None,
    ) -> None:
        """Train on `device`, within `budget` seconds (default: the assignment's limit), with another data set where one is named."""
        self.course = course
        self._wanted = device
        self.budget = budget
        self.data = data
        self.watch = watch
        self._started: dict[str, Launcher] = {}
        self._read: dict[str, dict[str, tuple[Run, Band]]] = {}

    @cached_property
    def device(self) -> Device:
        """The device that is trained on."""
        return device_here(self._wanted)

    def close(self) -> None:
        """End what was started for a GPU."""
        for launcher in self._started.values():
            launcher.close()
        self._started.clear()

    def _launcher(self, assignment: Assignment, launcher: Launcher) -> Launcher:
        """Where runs are trained: in the processes of the hidden tests, or in ones that may use a GPU."""
        if self.device == "cpu":
            return launcher
        if assignment.name not in self._started:
            self._started[assignment.name] = launcher_for(self.course, assignment, launcher.mode, self.device)
        return self._started[assignment.name]

    def prepare(self, assignment: Assignment) -> None:
        """Raise GraderError, before anybody is graded, where a run has no band."""
        if assignment.training is not None:
            self._known(assignment)

    def _known(self, assignment: Assignment) -> dict[str, tuple[Run, Band]]:
        """The runs and their bands, read once."""
        if assignment.name not in self._read:
            runs = runs_of(self.course, assignment, self.data)
            self._read[assignment.name] = {
                name: (run, band_of(self.course, assignment.name, name, run, self.device)) for name, run in runs.items()
            }
        return self._read[assignment.name]

    def __call__(
        self,
        assignment: Assignment,
        program: tuple[ProgramCell, ...],
        seed: str,
        exercises: Sequence[ExerciseResult],
        launcher: Launcher,
    ) -> tuple[ExerciseResult, tuple[TrainingRecord, ...]]:
        """The result of the stage, as of one more exercise, and what to show of its runs."""
        assert assignment.training is not None  # noqa: S101  (whoever calls has asked)
        limits = assignment.training.limits
        left = min(self.budget or limits.wall_seconds, limits.wall_seconds)
        rows: list[TestResult] = []
        records = []
        for declared in assignment.training.runs:
            run, band = self._known(assignment)[declared.name]
            if why := gate(declared, exercises):
                rows.append(_skipped(declared.name, run, why))
                continue
            begin = time.monotonic()
            where = self._launcher(assignment, launcher)
            answers = Answers(program, where, replace(limits, wall_seconds=max(left, 0.001)))
            try:
                ended = self._train(run, answers, f"{seed}/{declared.name}")
            finally:
                answers.close()
            if self.device == "cuda" and ended.state == "crashed" and not gpu_answers(where):
                raise GraderError("the GPU does not answer any more, which is nobody's fault who handed in.")
            left -= time.monotonic() - begin
            held = run.held()
            right = held.right(ended.scores)
            rows += judged(declared.name, run, band, ended, right, time.monotonic() - begin)
            records.append(_record(run, band, ended, right, held))
        return summarise(TRAINING, assignment.training.points, tuple(rows), None), tuple(records)

    def _train(self, run: Run, answers: Answers, seed: str) -> Ended:
        def watch(done: int, loss: float, scores: Callable[[], np.ndarray]) -> None:
            if self.watch is not None:
                self.watch(run.title, done, run.steps, loss, run.held().right(scores()))

        start = int(_numbers(seed).integers(2**31))
        # Which steps are looked at is a secret of its own, and another one after every change of the submission.
        draw = _numbers(seed, *(cell.source for cell in answers.program))
        return train(run.begin(Student(answers), start, self.device), run.steps, draw, watch)


def device_here(wanted: Wanted) -> Device:
    """The device that is meant; raises CourseError when it is not there."""
    import torch  # noqa: PLC0415  (slow to import)

    there = torch.cuda.is_available()
    if wanted == "cuda" and not there:
        raise CourseError("--device cuda: PyTorch finds no GPU here. --device cpu trains on the processor.")
    return "cuda" if there and wanted != "cpu" else "cpu"


def _numbers(*parts: str) -> np.random.Generator:
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return np.random.default_rng(list(hashlib.sha256(text).digest()))


def gate(declared: TrainingRun, exercises: Sequence[ExerciseResult]) -> str:
    """Why a run does not start; empty when all exercises that it builds on have earned enough."""
    for exercise in exercises:
        if exercise.name in declared.needs and exercise.points < GATE * exercise.max_points:
            return (
                f"not trained: it builds on {exercise.name}, which has earned {exercise.points:g} of {exercise.max_points:g} "
                f"points, and {GATE:.0%} are needed"
            )
    return ""


def _skipped(name: str, run: Run, why: str) -> TestResult:
    """The result of a run that did not start."""
    return TestResult(name, run.title, 0.0, run.points, "skipped", why, 0.0)


def _titles(run: Run) -> dict[str, tuple[str, float]]:
    return {
        "network": (f"{run.title}: losses and answers are those of the network", run.network),
        "update": (f"{run.title}: each step is the step of the rule", run.update),
        "learned": (f"{run.title}: what it has learned", run.learned),
    }


def judged(  # noqa: PLR0913, PLR0917  (what a run comes to)
    name: str, run: Run, band: Band, ended: Ended, right: float | None, seconds: float
) -> list[TestResult]:
    """The results of the three parts of a run that was started."""
    titles = _titles(run)
    times = f"computed again at {ended.checked} steps"
    confirmed = not ended.network and not ended.update
    whole = ended.state == "passed"

    def row(part: str, state: State, share: float, message: str) -> TestResult:
        title, points = titles[part]
        return TestResult(f"{name}_{part}", title, points * share, points, state, message, seconds / len(titles))

    def looked_at(part: str, fault: str) -> TestResult:
        if not ended.checked and not whole:
            return row(part, ended.state, 0.0, ended.sentence)
        return row(part, "failed" if fault else "passed", 0.0 if fault else 1.0, fault or times)

    rows = [looked_at("network", ended.network), looked_at("update", ended.update)]
    if not whole:
        return [*rows, row("learned", ended.state, 0.0, ended.sentence)]
    if right is None:
        return [*rows, row("learned", "bad-reply", 0.0, "its answers are no usable numbers")]
    told = f"{right:.1%} of the {run.held().what} are right; all points from {band.full:.1%} on, none up to {band.floor:.1%}"
    if not confirmed:
        return [*rows, row("learned", "skipped", 0.0, f"not counted, since the training is not confirmed; {told}")]
    share = band.share(right)
    return [*rows, row("learned", "passed" if share == 1 else "failed", round(share, 3), told)]


def _record(run: Run, band: Band, ended: Ended, right: float | None, held: Held) -> TrainingRecord:
    """What there is to see of a run."""
    finite = [round(loss, 4) for loss in smoothed([x for x in ended.losses if np.isfinite(x)])]
    curve = Curve(tuple(finite), band.low, band.high)
    confusion: tuple[tuple[int, ...], ...] = ()
    misread: tuple[Misread, ...] = ()
    if right is not None and ended.scores is not None:
        said = ended.scores.argmax(1)
        table = np.zeros((len(held.names),) * 2, int)
        np.add.at(table, (held.labels, said), 1)
        confusion = tuple(tuple(map(int, row)) for row in table)
        misread = tuple(
            Misread(np.round(255 * held.images[i]).astype(int).tolist(), int(held.labels[i]), int(said[i]))
            for i in np.flatnonzero(said != held.labels)[:MISREAD]
        )
    return TrainingRecord(run.title, held.what, curve, right, band.floor, band.full, held.names, confusion, misread)
