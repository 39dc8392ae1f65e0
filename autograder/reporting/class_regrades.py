"""Who was graded again and came out differently, in the words of a class page: those together for whom the same had changed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from autograder.course.regrade import Regrade
from autograder.reporting.class_rows import Person, person_of
from autograder.reporting.class_values import ClassResults, Member
from autograder.reporting.class_words import points


@dataclass(frozen=True)
class RegradedTogether:
    """Regrades of one day and one cause. `higher`, `lower`: how many scores changed that way."""

    day: date
    changed: str
    reason: str
    people: tuple[Person, ...]
    higher: int
    lower: int


def regraded_together(results: ClassResults) -> list[RegradedTogether]:
    """All regrades of submissions that still count, the latest first."""
    causes: dict[tuple[date, str, str], list[Regrade]] = defaultdict(list)
    for each in results.regrades:
        causes[each.at.date(), each.changed, each.reason].append(each)
    members = {member.student: member for member in results.members}
    return [
        RegradedTogether(
            *cause,
            people=tuple(
                _person(members[each.student], each) if each.student in members else Person("", "") for each in some
            ),
            higher=sum(each.after > each.before for each in some),
            lower=sum(each.after < each.before for each in some),
        )
        for cause, some in sorted(causes.items(), key=lambda one: one[0], reverse=True)
    ]


def _person(member: Member, regrade: Regrade) -> Person:
    return person_of(member, f"{points(regrade.before)} → {points(regrade.after)}")
