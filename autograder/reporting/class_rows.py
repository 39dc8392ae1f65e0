"""What a class page says of single students: a line for each, and who waits for what. An anonymous page has neither names nor lines."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace

from autograder.course.report import STATES, Report
from autograder.reporting.class_summary import lost, tried
from autograder.reporting.class_values import ClassResults, Member
from autograder.submission.submitted import printable

LONGEST_REASON = 300
STATUS = {"graded": "graded", "ungradable": "cannot be graded", "grader-error": "the grader failed"}
SLOWEST = 5
MARK = "To be marked in Formgrader."


@dataclass(frozen=True)
class Person:
    """Whom a line is about. `link`: to the feedback page, where there is one; `why`: in a sentence, where that is known."""

    name: str
    link: str
    why: str = ""


@dataclass(frozen=True)
class Square:
    """One exercise of one student: the share of its points, or in words why there is none."""

    share: float | None
    words: str


@dataclass(frozen=True)
class StudentLine:
    """One line of the table of students.

    found: labels of misconceptions
    tags: all that it can be filtered by
    changed: whether a person has changed the points of an exercise
    """

    person: Person
    state: str
    member: Member
    squares: tuple[Square, ...]
    found: tuple[str, ...]
    tags: tuple[str, ...]
    changed: bool


@dataclass(frozen=True)
class Waiting:
    """Those who wait for the same, what is to be known of it, and the command that mends it, if there is one."""

    title: str
    what: str
    people: tuple[Person, ...]
    command: str = ""


def anonymous(results: ClassResults) -> ClassResults:
    """The same class without names, links and reasons, which may hold names of files, in an order that says nothing."""
    members = random.SystemRandom().sample(results.members, len(results.members))
    return replace(
        results,
        members=tuple(
            replace(
                each,
                student=f"{number}",
                link="",
                last_name="",
                first_name="",
                report=each.report and _nobodys(each.report),
            )
            for number, each in enumerate(members)
        ),
        regrades=tuple(replace(each, student="", submission="", reason="") for each in results.regrades),
    )


def _nobodys(report: Report) -> Report:
    """A report that does not say whose it is."""
    return replace(report, student=None, submission="", submission_sha256="", seed="", reason=None)


def person_of(member: Member, why: str = "") -> Person:
    """A student, for people."""
    text = printable(why)
    cut = text if len(text) <= LONGEST_REASON else f"{text[:LONGEST_REASON]} ..."
    return Person(printable(member.student), member.link, cut)


def state_of(member: Member) -> str:
    """What became of a student's submission, in words."""
    if member.report is None:
        return "not graded yet" if member.handed_in else "not handed in"
    return STATUS[member.report.status]


def lines_of(results: ClassResults, labels: Mapping[tuple[str, str], str]) -> list[StudentLine]:
    """A line for each student. `labels`: of misconceptions, by exercise and id."""
    return [_line(member, results, labels) for member in results.members]


def _line(member: Member, results: ClassResults, labels: Mapping[tuple[str, str], str]) -> StudentLine:
    of = {item.name: item for item in member.report.exercises} if member.report else {}
    findings = [(item.name, item.misconception.id) for item in of.values() if item.misconception]
    found = tuple(labels[each] for each in findings if each in labels)
    losing = [f"lost-{name}" for name, item in of.items() if item.status != "grader-error" and lost(item)]
    state, grades = state_of(member), member.grades
    also = [*(["late"] if grades.late > 0 else []), *(["waiting"] if grades.waiting else [])]
    squares = tuple(_square(member.report, name) for name, _ in results.items)
    tags = (state.replace(" ", "-"), *also, *found, *losing)
    changed = any(name in grades.by_hand for name, _ in results.items)
    return StudentLine(person_of(member), state, member, squares, found, tags, changed)


def _square(report: Report | None, exercise: str) -> Square:
    if report is None or report.status == "ungradable":
        return Square(None, "")
    found = next((item for item in report.exercises if item.name == exercise), None)
    if found is None or found.status == "grader-error" or not found.max_points:
        return Square(None, STATES["grader-error"].words)
    return Square(found.points / found.max_points if tried(found) else None, STATES[found.status].words)


def waiting_of(results: ClassResults) -> list[Waiting]:
    """Who waits for a person and what for, and who has handed in nothing; only what somebody waits for."""
    again = f"autograder grade-class {results.assignment}"
    found = [
        Waiting("The grader failed", "Not their fault: grade again.", _in_state(results, "the grader failed"), again),
        Waiting("Handed in", "To be graded.", _in_state(results, "not graded yet"), again),
        *(
            Waiting(f"Written answer \N{LEFT DOUBLE QUOTATION MARK}{name}\N{RIGHT DOUBLE QUOTATION MARK}", MARK, people)
            for name, people in _to_mark(results)
        ),
        Waiting(
            "Exercises to look at again", "Marked by hand, or graded in part: see Formgrader.", _to_look_at(results)
        ),
        Waiting(
            "Cannot be graded", "No points, until another file is handed in.", _in_state(results, "cannot be graded")
        ),
        Waiting(
            "Nothing handed in", "Known to the gradebook, without a submission.", _in_state(results, "not handed in")
        ),
    ]
    return [each for each in found if each.people]


def _in_state(results: ClassResults, state: str) -> tuple[Person, ...]:
    return tuple(
        person_of(member, member.report.reason or "" if member.report else "")
        for member in results.members
        if state_of(member) == state
    )


def _to_mark(results: ClassResults) -> list[tuple[str, tuple[Person, ...]]]:
    """For each question, whose answer nobody has marked yet."""
    return [
        (name, tuple(person_of(member) for member in results.members if name in member.grades.waiting))
        for name, _ in results.questions
    ]


def _to_look_at(results: ClassResults) -> tuple[Person, ...]:
    """Whose exercises wait although the grader did not fail, with the names of these."""
    written = {name for name, _ in results.questions}
    return tuple(
        person_of(member, ", ".join(left))
        for member in results.members
        if (left := [name for name in member.grades.waiting if name not in written]) and state_of(member) == "graded"
    )


def slowest(results: ClassResults) -> list[tuple[Person, float]]:
    """Whose submissions took longest to grade, with the seconds."""
    timed = [
        (member, member.report.seconds) for member in results.members if member.report and state_of(member) == "graded"
    ]
    return [(person_of(member), seconds) for member, seconds in sorted(timed, key=lambda one: -one[1])[:SLOWEST]]
