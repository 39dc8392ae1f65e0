"""The training stage of one submission: it starts runs, follows them, and says what each is worth and what there is to see of it."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np

from autograder.course.assignment import TRAINING, Assignment, GraderError, Limits, Profile, TrainingRun
from autograder.course.devices import Device, Wanted
from autograder.course.folders import Course
from autograder.course.report import ExerciseResult, TestResult, summarise
from autograder.course.settings import Data, settings_of
from autograder.grading.stage import StageResult
from autograder.sandbox.launcher import Launcher
from autograder.submission.on_the_board import opted_in
from autograder.submission.submitted import ProgramCell
from autograder.suite.answers import Answers
from autograder.suite.misconceptions import Misconception, misconceptions, rewritten
from autograder.suite.student import Student
from autograder.training.bands import Band, band_or_none, how_to_measure, train_run
from autograder.training.beside_others import beside_others
from autograder.training.contract import Run, runs_of
from autograder.training.device import device_for
from autograder.training.judging import gate, judged, record_of, skipped
from autograder.training.running import Ended
from autograder.training.slots import launcher_for
from autograder.training.steps import confirmed
from autograder.training.target import Target

RIGHT = 0.9  # of the points of a part that is right but for what hardly matters
LISTED = 0.002  # how far the steps of a run may be off on average, of their length, to be listed on the board


@dataclass(frozen=True)
class Look:
    """How far a run is, for whoever watches.

    steps: how many there are in all; losses: those so far; band: what they are shown in
    right: finds out which share of the images that are scored is right now
    """

    title: str
    steps: int
    losses: list[float]
    band: Band
    right: Callable[[], float | None]


Watch = Callable[[Look], None]


@dataclass(frozen=True)
class Ready:
    """What an assignment is trained on here, and each of its runs, with its band where there is one."""

    device: Device
    profile: Profile
    runs: dict[str, tuple[Run, Band | None]]

    @property
    def missing(self) -> dict[str, Run]:
        """The runs that nothing here can be graded against."""
        return {name: run for name, (run, band) in self.runs.items() if band is None}


@dataclass(frozen=True)
class TrainingOptions:
    """What is trained, and on what.

    budget: seconds that each run may compute (default, and most: the assignment's limit)
    data: another data set than the runs come with; `course.settings.data_for` says which one a course uses
    profile: which runs; default: those that are meant for the device
    board: whether those who wish are put on the board (default: as the course says)
    """

    device: Wanted = "auto"
    budget: float | None = None
    data: Data | None = None
    profile: str | None = None
    board: bool | None = None


class TrainingStage:
    """Trains what was handed in. One for a whole class; a `grading.stage.Stage`."""

    def __init__(
        self,
        course: Course,
        options: TrainingOptions = TrainingOptions(),
        watch: Watch | None = None,
        told: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`watch` sees each run go on; `told` hears, once, why "auto" does not use the GPU that is there."""
        self.course = course
        self.options = options
        self.watch = watch
        self.told = told
        self._started: dict[str, Launcher] = {}
        self._ready: dict[str, Ready] = {}

    def close(self) -> None:
        """End what was started for a GPU."""
        for launcher in self._started.values():
            launcher.close()
        self._started.clear()

    def _launcher(self, assignment: Assignment, launcher: Launcher) -> Launcher:
        """Where runs are trained: in the processes of the hidden tests, or in ones that may use a GPU."""
        device = self.ready(assignment).device
        if device == "cpu":
            return launcher
        if assignment.name not in self._started:
            self._started[assignment.name] = launcher_for(self.course, assignment, launcher.mode, device)
        return self._started[assignment.name]

    def prepare(self, assignment: Assignment) -> None:
        """Raise GraderError, before anybody is graded, where the runs cannot be read."""
        if assignment.training is not None:
            self.ready(assignment)
            self._has_board()

    def _has_board(self) -> bool:
        """Whether those who wish are put on a board."""
        board = self.options.board
        return settings_of(self.course).board if board is None else board

    def ready(self, assignment: Assignment) -> Ready:
        """Device, runs and bands, looked up once."""
        if assignment.name not in self._ready:
            wanted = self.options
            device, profile = device_for(self.course, assignment, wanted.device, wanted.data, self.told, wanted.profile)
            runs = runs_of(self.course, assignment, wanted.data, profile).items()
            bands = {name: band_or_none(self.course, assignment.name, name, run, device) for name, run in runs}
            self._ready[assignment.name] = Ready(device, profile, {name: (run, bands[name]) for name, run in runs})
        return self._ready[assignment.name]

    def missing(self, assignment: Assignment) -> tuple[float, str]:
        """See Stage."""
        ready = self.ready(assignment)
        if not ready.missing:
            return 0.0, ""
        points = sum(run.points for run in ready.missing.values())
        why = (
            f"not trained, and their {points:g} points not counted: {', '.join(ready.missing)}; {self._why(assignment)}"
        )
        return points, why

    def _why(self, assignment: Assignment) -> str:
        """Why a run cannot be graded here, and the command that helps."""
        ready = self.ready(assignment)
        data = next(iter(ready.missing.values())).data[0]
        command = how_to_measure(assignment, ready.device, self.options.data, ready.profile)
        return f"on {ready.device} with {data} there is no reference band yet; `{command}` measures it, once"

    def __call__(
        self,
        assignment: Assignment,
        program: tuple[ProgramCell, ...],
        seed: str,
        exercises: Sequence[ExerciseResult],
        launcher: Launcher,
    ) -> StageResult:
        """The result of the stage, and what to show of its runs."""
        assert assignment.training is not None  # noqa: S101  (whoever calls has asked)
        ready = self.ready(assignment)
        limits = ready.profile.limits
        # Of each run: one that takes long leaves the others what they need.
        limits = replace(limits, cpu_seconds=min(self.options.budget or limits.cpu_seconds, limits.cpu_seconds))
        rows: list[TestResult] = []
        records, stalled = [], False
        listed = self._has_board() and opted_in(cell.source for cell in program)
        for declared in ready.profile.runs:
            run, band = ready.runs[declared.name]
            if band is None:
                why = f"not trained, and its {run.points:g} points not counted: {self._why(assignment)}"
                rows.append(TestResult(declared.name, run.title, 0.0, 0.0, "skipped", why, 0.0))
                continue
            if why := gate(declared, exercises):
                rows.append(skipped(declared.name, run, why))
                continue
            target = Target(run.target if listed else None)
            asked = _Asked(run, band, program, f"{seed}/{declared.name}", limits, self._reference(assignment), target)
            known = self._named(assignment, declared, exercises)
            ended, paid, seconds = self._followed(asked, known, ready.device, self._launcher(assignment, launcher))
            stalled |= ended.stalled
            held = run.held()
            right = held.right(ended.scores)
            steps, learned = judged(declared.name, run, band, ended, right, seconds, paid)
            rows += [steps, learned]
            near = not ended.steps or float(np.mean([step.off for step in ended.steps])) <= LISTED
            reached = target.reached(confirmed=steps.status == "passed" and not paid and near)
            records.append(replace(record_of(run, band, ended, right, held), reached=reached))
        points = ready.profile.points - self.missing(assignment)[0]
        return StageResult(summarise(TRAINING, points, tuple(rows), None), tuple(records), stalled=stalled)

    def _reference(self, assignment: Assignment) -> str:
        return (self.course.solution(assignment.name) / "reference.py").read_text(encoding="utf-8")

    def _named(
        self, assignment: Assignment, declared: TrainingRun, exercises: Sequence[ExerciseResult]
    ) -> list[Misconception]:
        """The misconceptions that the hidden tests have named in parts that a run builds on: they have been paid for."""
        needed = [exercise for exercise in exercises if exercise.name in declared.needs]
        found = {(each.name, each.misconception.id) for each in needed if each.misconception is not None}
        known = misconceptions(self.course.solution(assignment.name))
        named = [one for one in known if (one.exercise, one.id) in found]
        explained = {one.exercise for one in named}
        # A part that is wrong in a way of its own could hide behind a mistake with which the run does not use it.
        hidden = any(each.points < RIGHT * each.max_points for each in needed if each.name not in explained)
        return [] if hidden else named

    def _followed(
        self, asked: _Asked, known: list[Misconception], device: Device, launcher: Launcher
    ) -> tuple[Ended, tuple[str, ...], float]:
        """How a run ended, what its steps were compared with besides the reference, and how long it took.

        Mistakes that have been paid for are tried first; where they do not explain every step, the reference says which are right.
        """
        begin = time.monotonic()
        if known:
            same = rewritten(asked.right, [change for mistake in known for change in mistake.changes])
            ended = self._trained_with_mistakes(replace(asked, right=same), device, launcher)
            if ended is not None and not ended.trouble and ended.steps and all(confirmed(ended.steps)):
                return ended, tuple(mistake.title for mistake in known), time.monotonic() - begin
        ended = self._trained(asked, device, launcher)
        return ended, (), time.monotonic() - begin

    def _trained_with_mistakes(self, asked: _Asked, device: Device, launcher: Launcher) -> Ended | None:
        """How a run ended; None where a mistake cannot be built, or not be trained with, in the grader."""
        try:
            return self._trained(asked, device, launcher)
        except GraderError:
            raise
        except Exception:  # noqa: BLE001  (what the changed text of the reference does is nobody's fault)
            return None

    def _trained(self, asked: _Asked, device: Device, launcher: Launcher) -> Ended:
        """How a run ended; on a GPU, what may be the doing of others is asked again."""
        train = partial(self._train, asked, device, launcher)
        return train() if device == "cpu" else beside_others(self.course, asked.limits.gpu_mb, launcher, train)

    def _train(self, asked: _Asked, device: Device, launcher: Launcher) -> Ended:
        """Train in a worker of its own."""
        run, program = asked.run, asked.program

        def after_step(losses: list[float], scores: Callable[[], np.ndarray]) -> None:
            find_right = cache(lambda: run.held().right(scores()))
            asked.target.see(len(losses), find_right)
            if self.watch is not None:
                self.watch(Look(run.title, run.length, losses, asked.band, find_right))

        asked.target.begin()
        start = int(_numbers(asked.seed).integers(2**31))
        answers = Answers(program, launcher, asked.limits, kept_mb=math.inf)
        try:
            return train_run(run, Student(answers, keeping=False), asked.right, start, device, after_step)
        finally:
            answers.close()


@dataclass(frozen=True)
class _Asked:
    """A run of one submission, what it is graded against and may use, the module text whose steps it should take, and what is seen."""

    run: Run
    band: Band
    program: tuple[ProgramCell, ...]
    seed: str
    limits: Limits
    right: str
    target: Target


def _numbers(text: str) -> np.random.Generator:
    return np.random.default_rng(list(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()))
