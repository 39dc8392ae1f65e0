"""What may come after the hidden tests of a submission. The grader knows no more of it than this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from autograder.course.assignment import Assignment
from autograder.course.report import ExerciseResult, TrainingRecord
from autograder.sandbox.launcher import Launcher
from autograder.submission.submitted import ProgramCell


@dataclass(frozen=True)
class StageResult:
    """What came of a stage, as of one more exercise, what to show of it, and whether a process stalled (`Report.stalled`)."""

    result: ExerciseResult
    shown: tuple[TrainingRecord, ...] = ()
    stalled: bool = False


class Stage(Protocol):
    """What comes after the hidden tests of a submission, if its assignment has it."""

    def prepare(self, assignment: Assignment) -> None:
        """Raise GraderError where it cannot be done here."""

    def missing(self, assignment: Assignment) -> tuple[float, str]:
        """Points that cannot be earned in it here, and why; 0 and an empty sentence where all can."""

    def close(self) -> None:
        """End what it has started."""

    def __call__(
        self,
        assignment: Assignment,
        program: tuple[ProgramCell, ...],
        seed: str,
        exercises: Sequence[ExerciseResult],
        launcher: Launcher,
    ) -> StageResult:
        """What came of it."""
