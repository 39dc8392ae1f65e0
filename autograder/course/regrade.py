"""That a submission was graded again and came out differently: what is kept of that. The store keeps it, and pages show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from autograder.course.assignment import CourseError

LONGEST_REASON = 300

# What a report follows from besides the submission, by the names that the store has for it, in the order in which it is told.
PARTS = {
    "points": "the points",
    "tests": "the hidden tests",
    "answers": "the reference solution",
    "text": "the assignment's text",
    "suite": "the hidden tests or the assignment's text",  # where it is not known which of these it was
    "starter code": "the starter code",
    "engine": "the grader",
    "versions": "versions of Python and packages",
    "training": "what training is measured by",
    "isolation": "how student code is confined",
    "inputs": "the hidden inputs",
}


@dataclass(frozen=True)
class Regrade:
    """One submission whose score, or the points of whose tests, came out differently when it was graded again.

    submission: hash of the file
    at: when that was put into the gradebook, in UTC
    before, after: points of the hidden tests
    parts: names in PARTS of what had changed
    reason: what the instructor said of it
    """

    student: str
    submission: str
    at: datetime
    before: float
    after: float
    parts: tuple[str, ...]
    reason: str

    @property
    def changed(self) -> str:
        """What had changed, in words."""
        return in_words(self.parts)


def parts_between(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Names of what differs between that which two reports follow from."""
    return tuple(part for part in PARTS if before.get(part) != after.get(part))


def in_words(parts: tuple[str, ...]) -> str:
    """What has changed, as a list for people."""
    words = [text for part, text in PARTS.items() if part in parts]
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def reason_given(text: str) -> str:
    """What an instructor said of a regrade, in one line; raises CourseError where that is too long or no text."""
    reason = " ".join(text.split())
    if len(reason) > LONGEST_REASON:
        raise CourseError(f"A reason has at most {LONGEST_REASON} characters, not {len(reason)}.")
    if not reason.isprintable():
        raise CourseError("A reason holds characters that cannot be shown.")
    return reason
