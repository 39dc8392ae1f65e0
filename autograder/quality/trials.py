"""A collected hidden suite that can be asked of anybody, as often as one likes. Used by `measure`."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace

import pytest

from autograder.course.assignment import Assignment, GraderError
from autograder.course.folders import Course
from autograder.course.report import ExerciseResult, State
from autograder.grading.diagnosis import Transcript
from autograder.grading.grader import collect
from autograder.grading.sitting import Mistake, Sitting
from autograder.sandbox.launcher import Launcher
from autograder.suite.misconceptions import Misconception
from autograder.suite.plugin import Exam, exercise_of
from autograder.suite.student import Respondent


@dataclass
class Trials(Sitting):
    """A pytest plugin that calls `ask` once, inside the pytest run, with itself: the way to the collected tests."""

    ask: Callable[[Trials], None] = field(default=lambda _: None)
    items: list[pytest.Item] = field(default_factory=list)
    fault: Exception | None = None
    _said: dict[tuple[str, str, str], tuple[bool, Transcript]] = field(default_factory=dict)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In place of the grader's loop over submissions."""
        self.trouble = self.trouble or self._wrong_points(session.items)
        self._session, self.items = session, session.items
        if not self.trouble:
            try:
                self.ask(self)
            except Exception as fault:  # noqa: BLE001  (pytest would make a page of it; `sit` raises it as it is)
                self.fault = fault
        return True

    def results(self, respondent: Respondent, seed: str, exercise: str | None = None) -> tuple[ExerciseResult, ...]:
        """What the grader makes of this respondent, in one exercise or all."""
        whole = self.assignment
        cells = tuple(cell for cell in whole.cells if exercise is None or cell.name == exercise)
        self.assignment = replace(whole, cells=cells)
        try:
            return self._exercises(self._session, Exam(respondent, seed))
        finally:
            self.assignment = whole

    def state(self, item: pytest.Item, respondent: Respondent, seed: str) -> State:
        """How one test ends for this respondent."""
        return self._run(item, Exam(respondent, seed), attempts=1).status

    def said(self, misconception: Misconception, seed: str) -> dict[str, tuple[bool, Transcript]]:
        """Whether a misconception passes each test of its exercise, and what it says there."""
        items = [item for item in self.items if exercise_of(item.path) == misconception.exercise]
        return {item.name: self._rerun(misconception, item, seed, None) for item in items}

    def _rerun(self, mistake: Mistake, item: pytest.Item, seed: str, _: Transcript | None) -> tuple[bool, Transcript]:
        """As in the grader, but to the end, and kept: here every misconception is compared with every other one."""
        key = (mistake.id, item.nodeid, seed)
        if key not in self._said:
            self._said[key] = super()._rerun(mistake, item, seed, None)
        return self._said[key]


def sit(course: Course, assignment: Assignment, launcher: Launcher, ask: Callable[[Trials], None]) -> None:
    """Collect the hidden suite of an assignment as the grader does, and let `ask` work with it."""
    trials = Trials(course, assignment, launcher, [], lambda _: None, ask=ask)
    with redirect_stdout(io.StringIO()):  # right answers may print
        status = collect(course, assignment.name, trials)
    if trials.fault is not None:
        raise trials.fault
    if trials.trouble or status != pytest.ExitCode.OK:
        raise GraderError(
            trials.trouble or f"the hidden suite of {assignment.name} cannot be run (pytest: {status!r})."
        )
