"""Grades what some students have handed in, as `grade-class` does, and gives each of them an answer. `watching` decides who they are.

The store keeps every attempt with what came back for it, and says so only when it is done. Whatever ends the process in between, the same
students are looked at again, and nothing counts twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from traitlets.config import Config

from autograder.course.assignment import GraderError
from autograder.course.attempts import Allowance, Attempt, AttemptRule, State, allowance, may_be_graded, told_now
from autograder.course.devices import Wanted
from autograder.course.folders import Course
from autograder.course.report import Report
from autograder.course.settings import Data
from autograder.course.stamps import TIMESTAMP
from autograder.gradebook.attempt_words import sentences
from autograder.gradebook.due_dates import DueDates
from autograder.gradebook.feedback_given import give_notice, give_page
from autograder.gradebook.feedback_release import LONGEST_SECRET, SECRET
from autograder.gradebook.recording import record
from autograder.gradebook.regraded import rules_of
from autograder.gradebook.standing import LONGEST_TIMESTAMP, bytes_at, digest_of, own_code
from autograder.sandbox.selftest import Isolation
from autograder.whole_class import tasks
from autograder.whole_class.grading import OnStep, Summary, grade_new
from autograder.whole_class.origin import origin_of
from autograder.whole_class.pools import LocalPool
from autograder.whole_class.regrading import counting
from autograder.whole_class.store import Store
from autograder.whole_class.tasks import Task, look_again, task_of

NOBODY = "."  # of whom there is no folder
COPIES_APART = timedelta(days=1)  # of the gradebook: one for each submission would soon push out all older ones


@dataclass(frozen=True)
class Watched:
    """Whose assignment is watched, and how it is graded: the options of the command."""

    course: Course
    name: str
    isolation: Isolation = "auto"
    device: Wanted = "auto"
    data: Data | None = None


@dataclass(frozen=True)
class Answer:
    """What has come of one submission.

    left: how many attempts the student has now
    report: the one that counts, where it is graded
    fault: why it is not, or why the student cannot be reached
    is_news: whether the student got something that was not there before
    """

    attempt: Attempt
    left: Allowance
    due: datetime | None
    report: Report | None
    fault: str
    is_news: bool


@dataclass(frozen=True)
class Answerer:
    """What is needed to answer: where to grade, and the rules as they are now."""

    watched: Watched
    store: Store
    pool: LocalPool
    config: Config
    rule: AttemptRule
    due: DueDates

    def make_ready(self) -> None:
        """Have each process import and start what it needs; raises what keeps them from grading."""
        task = self._task(NOBODY)
        own_code()  # is worked out once
        for begun in [self.pool.submit(tasks.make_ready, task) for _ in range(self.pool.processes)]:
            begun.result()

    def answer(self, students: Sequence[str], watch: OnStep) -> list[Answer]:
        """Answer all of these; raises GraderError where nobody can be graded. The caller has the course for itself."""
        now = datetime.now(UTC)
        if look_again(self.watched.course, self.watched.name):
            self.pool.renew()
        asked = {student: self._task(student) for student in students}
        known = attempts_by_student(self.store, self.watched.name)
        arrived = {student: self._arrived(task, known.get(student, ()), now) for student, task in asked.items()}
        admitted = {
            student
            for student, attempt in arrived.items()
            if may_be_graded(attempt, allowance(self.rule, known.get(student, ()), now), self.due.of(student), now)
        }
        faults = self._grade(
            [asked[student] for student in admitted if not self._is_answered(arrived[student], now)], watch
        )
        return [self._answered(arrived[student], student in admitted, faults.get(student, "")) for student in students]

    def _task(self, student: str) -> Task:
        asked = self.watched
        return task_of(
            asked.course, asked.course.assignment(asked.name), student, asked.isolation, asked.device, asked.data
        )

    def _arrived(self, task: Task, before: Iterable[Attempt], now: datetime) -> Attempt:
        """The attempt that a submission is, as it is known now. Who hands in once more what waited has handed in now."""
        folder = self.watched.course.submitted(task.student, task.assignment)
        parts = bytes_at(folder / TIMESTAMP, LONGEST_TIMESTAMP), bytes_at(folder / SECRET, LONGEST_SECRET)
        attempt = next((each for each in before if each.submission == task.sha256), None)
        attempt = attempt or Attempt(task.student, task.sha256, now)
        if attempt.handed_in != digest_of(*parts):
            attempt = replace(attempt, handed_in=digest_of(*parts), answered="")
            if attempt.state in {"new", "waiting"}:
                attempt = replace(attempt, at=now, state="new")
            self.store.keep_attempt(task.assignment, attempt)
        return attempt

    def _is_answered(self, attempt: Attempt, now: datetime) -> bool:
        return attempt.state == "counted" and attempt.answered == self._due_answer(attempt, now)

    def _due_answer(self, attempt: Attempt, now: datetime) -> str:
        """What has to come back for an attempt: of one that counts, so much of the report that stands in the gradebook."""
        if attempt.state != "counted":
            return attempt.state
        key = self.store.made(self.watched.name, "report").get(attempt.student, "")
        return f"{told_now(self.rule, self.due.of(attempt.student), now)} {key}"

    def _grade(self, tasks: list[Task], watch: OnStep) -> dict[str, str]:
        """Grade what is new, and put it into the gradebook; for each student with whom that was not possible, why."""
        course, name, store = self.watched.course, self.watched.name, self.store
        if not tasks:
            return {}
        store.explain({task.key: origin_of(task) for task in tasks})
        new = [task for task in tasks if task.key not in store]
        summary = Summary.of(tasks, new)
        grade_new(new, store, self.pool, summary, watch)
        allow_lower, reason = rules_of(course)
        keys = {task.student: task.key for task in tasks if store.holds(task.key)}
        keys, _ = counting(store, course.assignment(name), keys, allow_lower=allow_lower)

        def told(student: str, why: str | None, _: int) -> None:
            if why is not None:
                summary.failures[student] = why

        record(course, name, keys, store, self.pool, told, reason, COPIES_APART)
        return summary.failures

    def _answered(self, attempt: Attempt, admitted: bool, fault: str) -> Answer:  # noqa: FBT001  (a part of the attempt)
        """Keep what has become of an attempt, and give the student the answer that is due, if it is not there already."""
        name = self.watched.name
        state: State = "failed" if fault else "counted" if admitted else "waiting"
        if state != attempt.state:
            attempt = replace(attempt, state=state)
            self.store.keep_attempt(name, attempt)
        now, due = datetime.now(UTC), self.due.of(attempt.student)
        left = allowance(self.rule, attempts_by_student(self.store, name)[attempt.student], now)
        answer = self._due_answer(attempt, now)
        is_news = attempt.answered != answer
        if is_news:
            try:
                said = sentences(state, told_now(self.rule, due, now), left, due, now)
                fault = self._give(attempt, said, now) or fault
            except Exception as why:  # noqa: BLE001  (one student must not end the watch)
                fault = str(why) if isinstance(why, GraderError) else f"{type(why).__name__}: {why}"
            else:
                attempt = replace(attempt, answered=answer)
                self.store.keep_attempt(name, attempt)
        key = self.store.made(name, "report").get(attempt.student, "") if state == "counted" else ""
        return Answer(attempt, left, due, self.store.get(key), fault, is_news)

    def _give(self, attempt: Attempt, said: Sequence[str], now: datetime) -> str:
        """Give the answer; returns why that is not possible, if it never will be."""
        course, name, student = self.watched.course, self.watched.name, attempt.student
        if not bytes_at(course.submitted(student, name) / SECRET, LONGEST_SECRET):
            return f"there is no {SECRET} with it, so that no answer can be fetched"
        if attempt.state == "counted":
            told = told_now(self.rule, self.due.of(student), now)
            give_page(course, name, self.config, self.store, student, told, said)
        else:
            give_notice(course, name, self.config, student, said)
        return ""


def attempts_by_student(store: Store, assignment: str) -> Mapping[str, list[Attempt]]:
    """The attempts of everybody who has made any, the first ones first."""
    found = defaultdict(list)
    for attempt in store.attempts(assignment):
        found[attempt.student].append(attempt)
    return found
