"""What `autograder forget` does: shows what the course has of a student, asks, removes it, and says what lies elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from autograder.cli.console import MOST_NAMED, UNUSABLE, below, err, note, out, people
from autograder.cli.progress import Progress
from autograder.cli.writing import write_text
from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from autograder.course.policy_edit import policy_without
from autograder.course.settings import FILE
from autograder.gradebook.forgetting import elsewhere, exchange_of
from autograder.gradebook.person import UNFINISHED, Removal, Told, forget, left, removal_of, unfinished
from autograder.reporting.class_words import count
from autograder.reporting.terminal import plain
from autograder.submission.submitted import printable
from autograder.whole_class.plan import alone
from autograder.whole_class.traces import GRADES, Mention, files_in

MOST_LINES = 5  # of one file
COMMANDS = {
    "reports": "autograder report {}",
    "exports": "autograder export {} --to FORMAT",
    "board": "autograder board {}",
    "slurm": "autograder grade-class {} --slurm OPTIONS",
    "watch": "autograder watch {}",
}  # by the folder, below `course/`, of what they make


def forget_and_tell(student: str, *, yes: bool, dry_run: bool) -> int:
    """Remove a student from all below `course/`, and tell what that was; the exit code."""
    course = Course.find()
    with alone(course), _watched() as told:
        found = removal_of(course, student)
        others = left(course, found, told, removed=False)
    unsettled = [each for each in others if not each.of_others]
    if not found.known and not unsettled:
        raise CourseError(
            f"Nothing in {course.data} is about {student}; that is the name under which somebody submits."
        )
    _tell(course, found)
    if dry_run:
        _tell_named(course, student, others)
        _tell_elsewhere(course, found)
        return 0
    if found.known and not (yes or _agreed(student)):
        err.print("autograder: nothing was removed. In scripts, --yes takes the place of the answer.")
        return UNUSABLE
    with alone(course), _watched() as told:
        _remove(course, found, told)
        others = left(course, found, told)
        (course.data / UNFINISHED).unlink(missing_ok=True)
    _tell_named(course, student, others)
    _tell_elsewhere(course, found)
    return _tell_end(course, student, [each for each in others if not each.of_others])


def _remove(course: Course, found: Removal, told: Told) -> None:
    path = course.data / FILE

    def take_out() -> None:
        write_text(path, policy_without(path.read_text(encoding="utf-8"), found.student), private=True)

    write_text(course.data / UNFINISHED, unfinished(found), private=True)
    forget(course, found, take_out, told)


@contextmanager
def _watched() -> Iterator[Told]:
    with Progress() as progress:
        yield progress.count


def _agreed(student: str) -> bool:
    try:
        return typer.confirm(f"Remove all of this about {printable(student)}? Nothing brings it back", err=True)
    except typer.Abort:
        return False


def _tell(course: Course, found: Removal) -> None:
    """What is removed, or would be."""
    out.print(f"[b]{plain(found.student)}[/]" + (", whose removal was begun" if found.begun else ""))
    for path in found.files:
        out.print(f"  {plain(below(course, path))}: {count(files_in(path), 'file')}")
    for path in found.pages:
        again = f"; `{_command(course, path)}` makes it anew"
        out.print(f"  {plain(below(course, path))}, which names them or counts them in{again}")
    for where in found.settings:
        out.print(f"  {plain(below(course, course.data / FILE))}, a file of yours: {plain(where)}")
    for path, rows in found.rows.items():
        if rows:
            counts = ", ".join(f"{number:,} of {table}" for table, number in rows.items())
            out.print(f"  {plain(below(course, path))}: rows, {counts}")


def _command(course: Course, path: Path) -> str:
    """What makes a page or a list of a class."""
    if path.name == GRADES:
        return "nbgrader export"
    name = next((name for name in course.names() if f"{path.name}.".startswith((f"{name}.", f"{name}-"))), "NAME")
    command = COMMANDS[path.parent.name].format(name)
    return f"{command} --anonymous" if path.stem.endswith("-anonymous") else command


def _tell_named(course: Course, student: str, found: Sequence[Mention]) -> None:
    """Which files name the student and stay."""
    for each in (each for each in found if not each.of_others):
        out.print(f"  {plain(below(course, each.path))} {plain(_where(each))}")
    others = [below(course, each.path) for each in found if each.of_others]
    if others:
        many = count(len(others), "file")
        note(f"{student} is a word in {many} of others, or with what is about others, and that stays: {people(others)}")


def _where(mention: Mention) -> str:
    """In words, how a file names the student."""
    if mention.why:
        return f"cannot be looked through ({mention.why})"
    lines = [str(line) for line in mention.lines if line]
    more = f" and {len(lines) - MOST_LINES} more" if len(lines) > MOST_LINES else ""
    found = [f"in line {', '.join(lines[:MOST_LINES])}{more}"] if lines else []
    packed = ["in what is packed in it"] if 0 in mention.lines else []
    return f"names them {' and '.join([*found, *packed]) or 'by its own name'}"


def _tell_elsewhere(course: Course, found: Removal) -> None:
    """What lies elsewhere, and is not touched."""
    exchange = exchange_of(course)
    out.print("Elsewhere, which this command leaves alone:")
    for path in found.elsewhere[:MOST_NAMED]:
        out.print(f"  {plain(str(path))}")
    if len(found.elsewhere) > MOST_NAMED:
        out.print(f"  and {len(found.elsewhere) - MOST_NAMED:,} more in {plain(str(exchange))}")
    if not exchange.is_relative_to(course.data) and not found.elsewhere:
        out.print(f"  the exchange, {plain(str(exchange))}, has nothing of them")
    for place in elsewhere(course):
        out.print(f"  {plain(place)}, as far as they are in it")
    out.print("  back-ups and lists of yours, grades and pages in other systems, and what was ever put into git")


def _tell_end(course: Course, student: str, unsettled: Sequence[Mention]) -> int:
    if unsettled:
        files = people([below(course, each.path) for each in unsettled])
        err.print(
            f"autograder: not done: {plain(files)} {'names' if len(unsettled) == 1 else 'name'} {plain(student)}, and this command "
            "changes nothing that it has not written. Take them out, and run it again."
        )
        return UNUSABLE
    out.print(f"Nothing of {plain(student)} is left in {plain(str(course.data))}.")
    return 0
