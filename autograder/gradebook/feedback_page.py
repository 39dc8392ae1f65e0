"""What a student's feedback page says, as values, and the page that is made of them. `feedback_parts` finds the values.

The notebook's prose, demonstrations and the student's own cells are left out: students have them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from markupsafe import Markup

from autograder.course.attempts import Told
from autograder.course.policy import LateRule
from autograder.course.regrade import Regrade
from autograder.course.report import STATES, Finding, TestResult
from autograder.gradebook.outline import Place
from autograder.gradebook.standing import TEMPLATE, SubmissionRows
from autograder.reporting.exercise import message_of
from autograder.reporting.formulas import inline_html
from autograder.reporting.page_template import page_template

HUNDREDTH = 0.01  # of a point, to which penalties are rounded


class Score(NamedTuple):
    """Points as the gradebook has them: the most, those of the tests, those by hand in their place, and those given on top."""

    most: float
    automatic: float | None = None
    by_hand: float | None = None
    extra: float = 0.0

    @property
    def points(self) -> float | None:
        """What counts; None while a person has to look."""
        earned = self.automatic if self.by_hand is None else self.by_hand
        return None if earned is None else earned + self.extra


class Tone(NamedTuple):
    """How a part ended, in a sign and words; `kind` chooses a colour."""

    kind: str
    mark: str
    words: str


class Picture(NamedTuple):
    """A training run: what it is called, a data address, and the same in words."""

    title: str
    source: str
    described: str


@dataclass(frozen=True)
class PagePart:
    """An exercise, the training stage or a written answer.

    code, answer: what the student handed in, as HTML; note: what is to be said in the place of results or of an answer
    comment: of a person
    """

    place: Place
    score: Score
    tone: Tone
    note: str = ""
    finding: Finding | None = None
    tests: tuple[TestResult, ...] = ()
    code: Markup | None = None
    answer: Markup | None = None
    comment: Markup | None = None
    pictures: tuple[Picture, ...] = ()
    board: tuple[str, ...] = ()

    @property
    def is_automatic(self) -> bool:
        """Whether no person has given its points, or has to."""
        return self.score.by_hand is None and self.score.automatic is not None

    @property
    def lost(self) -> float:
        """Points that the tests have not given, where the grader itself did not fail."""
        return sum(test.max_points - test.points for test in self.tests if test.status != "grader-error")

    @property
    def is_untouched(self) -> bool:
        """Whether the student has left an exercise as it was released."""
        return bool(self.tests) and all(test.status == "not-attempted" for test in self.tests)


@dataclass(frozen=True)
class FeedbackPage:
    """The page of one student.

    notes: on the submitted file; reason: why there are no results, where there are none
    others: comments on cells that are no part
    late: the course's own rule for late submissions, if it has one
    regrades: of this submission, the first ones first
    attempt: what is to be said of it as one of several attempts
    told: whether it says more than points
    """

    title: str
    student: str
    rows: SubmissionRows
    parts: tuple[PagePart, ...]
    notes: tuple[str, ...]
    reason: str
    others: tuple[Markup, ...]
    late: LateRule | None = None
    regrades: tuple[Regrade, ...] = ()
    attempt: tuple[str, ...] = ()
    told: Told = "messages"

    @property
    def most(self) -> float:
        """The most that can be earned."""
        return sum(part.score.most for part in self.parts)

    @property
    def penalty(self) -> float:
        """Points that a late submission costs."""
        return self.rows.penalty or 0.0

    @property
    def late_reason(self) -> str:
        """Why a late submission costs so much, where that follows from the course's own rule."""
        seconds = self.rows.seconds_late
        if self.late is None or not self.penalty:
            return ""
        by_rule = self.late.share(seconds) * self.rows.score
        return self.late.reason(seconds) if abs(by_rule - self.penalty) < HUNDREDTH else ""

    @property
    def points(self) -> float:
        """What counts for the grade by now."""
        return self.rows.score - self.penalty

    @property
    def automatic(self) -> tuple[PagePart, ...]:
        """Exercises whose points the tests gave."""
        return tuple(part for part in self.parts if part.is_automatic and part.place.kind != "question")

    @property
    def unanswered(self) -> tuple[PagePart, ...]:
        """Written answers that nobody has to look at, since there are none."""
        return tuple(part for part in self.parts if part.is_automatic and part.place.kind == "question")

    @property
    def by_hand(self) -> tuple[PagePart, ...]:
        """Parts whose points a person gave."""
        return tuple(part for part in self.parts if part.score.by_hand is not None)

    @property
    def waiting(self) -> tuple[PagePart, ...]:
        """Parts that nobody has looked at yet."""
        return tuple(part for part in self.parts if part.score.points is None)

    @property
    def explained(self) -> tuple[PagePart, ...]:
        """Parts of which is known what is off; those that cost most come first."""
        found = [part for part in self.parts if part.finding is not None]
        return tuple(sorted(found, key=lambda part: -part.lost))

    @property
    def unexplained(self) -> tuple[PagePart, ...]:
        """The other parts that were tried and lost points, in the same order."""
        found = [part for part in self.parts if part.lost > 0 and part.finding is None and not part.is_untouched]
        return tuple(sorted(found, key=lambda part: -part.lost))

    @property
    def untouched(self) -> tuple[PagePart, ...]:
        """Parts that were not tried."""
        return tuple(part for part in self.parts if part.is_untouched)


def points_alone(page: FeedbackPage) -> FeedbackPage:
    """The page with what each part has earned, and nothing that hidden tests said, nor how the code ended."""
    parts = (
        part
        if part.place.kind == "question"
        else replace(part, tone=_by_points(part), finding=None, tests=(), code=None, pictures=(), board=())
        for part in page.parts
    )
    return replace(page, parts=tuple(parts), others=(), told="points")


def _by_points(part: PagePart) -> Tone:
    if not part.is_automatic:
        return part.tone
    points = part.score.points or 0.0
    if points >= part.score.most:
        return Tone("good", "✓", "all points")
    return Tone("part", "◐", "in part") if points > 0 else Tone("bad", "✗", "no points")


def html_of(page: FeedbackPage) -> str:
    """The page, in one file that loads nothing."""
    template = page_template(TEMPLATE, points=shown_points, inline=inline_html)
    return template.render(page=page, states=STATES, message_of=message_of)


def shown_points(points: float) -> str:
    """Points without digits that nobody needs."""
    return f"{round(points, 2):g}"
