"""Whom `autograder watch` has to answer: who has handed in, and who is due another answer than they have. `answering` does the rest."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.course.attempts import Allowance, Attempt, AttemptRule, allowance, may_be_graded, told_now
from autograder.course.folders import NBGRADER_CONFIG
from autograder.course.policy import policy_of
from autograder.course.settings import FILE
from autograder.gradebook.answering import Answer, Answerer, Watched, attempts_by_student
from autograder.gradebook.arrivals import RETRY, Arrival, Inbound
from autograder.gradebook.due_dates import DueDates
from autograder.gradebook.recording import expect_gradebook
from autograder.gradebook.settings import settings
from autograder.whole_class.grading import OnStep
from autograder.whole_class.plan import alone
from autograder.whole_class.pools import LocalPool
from autograder.whole_class.store import Store

Seen = tuple[object, ...]  # all that an answer follows from: where it has changed, the student is looked at


@dataclass(frozen=True)
class Known:
    """What is known of one student's last submission."""

    attempt: Attempt
    left: Allowance


class Watch:
    """Remembers between two looks what was answered, so that a look at nothing new costs next to nothing."""

    def __init__(self, watched: Watched, store: Store, pool: LocalPool) -> None:
        """Look at nothing yet; raises CourseError or GraderError where nothing could be graded."""
        self.name = watched.name
        self._watched, self._store, self._pool = watched, store, pool
        expect_gradebook(watched.course, watched.name)
        self._read: tuple[object, ...] = ()
        self._seen: dict[str, Seen] = {}
        self._again: dict[str, float] = {}  # of those who have no answer, through no fault of theirs: when to try again
        self.known: dict[str, Known] = {}
        self.queue: list[Arrival] = []  # what lies in the exchange and was not collected yet
        self._read_settings()
        self._answerer.make_ready()

    def look(self, watch: OnStep, begin: Callable[[Sequence[str]], None]) -> list[Answer]:
        """Answer a few of those who wait, in the order in which they came; nobody where nobody waits.

        begin: hears of those who wait before they are graded. Raises BeingGraded, CourseError, GraderError.
        """
        self._read_settings()
        self.queue = self.inbound.arrivals()
        if not self.queue and not self._to_look_at():
            return []
        with alone(self._watched.course, briefly=True):
            first = [arrival.student for arrival in self.queue]
            begin(first)
            if self.queue:
                self.inbound.collect(self.queue[: self._pool.window])
            to_look_at = self._to_look_at()
            students = [student for student in first if student in to_look_at]
            students += [student for student in to_look_at if student not in first]
            answers = self._answerer.answer(students[: self._pool.window], watch)
            self._remember(answers)
        self.queue = self.queue[self._pool.window :]
        return answers

    def _remember(self, answers: Sequence[Answer]) -> None:
        for answer in answers:
            student = answer.attempt.student
            self.known[student] = Known(answer.attempt, answer.left)
            self._again.pop(student, None)
            if answer.fault:
                self._again[student] = time.monotonic() + RETRY
        answered = {answer.attempt.student for answer in answers}
        self._seen |= {student: state for student, state in self._state().items() if student in answered}

    def _to_look_at(self) -> list[str]:
        return [student for student, state in self._state().items() if self._seen.get(student) != state]

    def _state(self) -> dict[str, Seen]:
        """Of everybody who has handed in, all that the answer follows from, as far as it can be seen without reading what was handed in."""
        name, now = self._watched.name, datetime.now(UTC)
        folders = sorted((self._watched.course.data / "submitted").glob(f"*/{name}"))
        made, attempts = self._store.made(name, "report"), attempts_by_student(self._store, name)
        return {
            student: (
                *_state_of(folder),
                made.get(student),
                told_now(self.rule, self.due.of(student), now),
                self._may_begin(student, attempts, now),
            )
            for folder in folders
            if folder.is_dir() and not (student := folder.parent.name).startswith(".")
        }

    def _may_begin(self, student: str, attempts: Mapping[str, Sequence[Attempt]], now: datetime) -> bool:
        """Whether a submission that waits may be graded now, or one that the grader failed at is to be tried again."""
        if student in self._again:
            return time.monotonic() >= self._again[student]
        known = self.known.get(student)
        if known is None or known.attempt.state != "waiting":
            return False
        left = allowance(self.rule, attempts.get(student, ()), now)
        return may_be_graded(known.attempt, left, self.due.of(student), now)

    def _read_settings(self) -> None:
        """Read what people may change meanwhile, if it has changed."""
        course, name = self._watched.course, self._watched.name
        files = (course.data / FILE, course.root / NBGRADER_CONFIG, course.data / NBGRADER_CONFIG, course.gradebook)
        read = tuple(map(_state_of, files))
        if read == self._read:
            return
        if read[:-1] != self._read[:-1] or not self._read:
            self._config = settings(course)
            self.rule: AttemptRule = policy_of(course).attempts[name]
            self.inbound = Inbound(course, name, self._config)
        self.due = DueDates(course, name, self._config)
        self._answerer = Answerer(self._watched, self._store, self._pool, self._config, self.rule, self.due)
        self._read = read


def _state_of(path: Path) -> tuple[int, ...]:
    """Changes whenever what is at a path does, as far as its entry in the folder tells."""
    try:
        state = path.stat()
    except OSError:
        return ()
    return (state.st_ino, state.st_mtime_ns, state.st_size)
