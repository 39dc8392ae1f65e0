"""What is known of a class and one assignment, before anything is computed of it. `gradebook.class_reading` makes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from autograder.course.regrade import Regrade
from autograder.course.report import Report


@dataclass(frozen=True)
class Grades:
    """What the gradebook has of one student, in points.

    score: with marks by hand and extra credit, before the penalty
    penalty: for being late
    by_hand: names of exercises and questions that a person has marked
    waiting: names of those that wait for a person
    late: seconds after the due date, with the student's extension
    points: of each exercise and question, with the mark by hand and extra credit; None where nobody has given any yet
    """

    score: float = 0.0
    penalty: float = 0.0
    by_hand: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    late: float = 0.0
    points: tuple[tuple[str, float | None], ...] = ()

    @property
    def total(self) -> float:
        """What counts: never less than nothing."""
        return max(0.0, self.score - self.penalty)

    @property
    def final(self) -> float | None:
        """What counts, once everything has points and nothing waits for a person; until then there is no grade to give away."""
        done = self.points and not self.waiting and all(points is not None for _, points in self.points)
        return self.total if done else None


@dataclass(frozen=True)
class Member:
    """One student of the class.

    link: from the class page to the feedback page; empty where there is no such page
    excused: whether the course has excused the student from the assignment
    """

    student: str
    handed_in: bool
    report: Report | None = None
    grades: Grades = field(default_factory=Grades)
    link: str = ""
    last_name: str = ""
    first_name: str = ""
    excused: bool = False


@dataclass(frozen=True)
class ClassResults:
    """A class, and what became of one assignment in it.

    items: what is graded automatically, in the order of the notebook, with the points of each; `questions`: likewise what is not
    most: points that can be had, with those of written answers
    due: in UTC, where there is a due date
    regrades: of what the members' reports are of, the first ones first
    """

    assignment: str
    title: str
    items: tuple[tuple[str, float], ...]
    questions: tuple[tuple[str, float], ...]
    most: float
    due: datetime | None
    members: tuple[Member, ...]
    regrades: tuple[Regrade, ...] = ()
