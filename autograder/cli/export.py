"""What `autograder export` does: the grades of a class, in a file that another system reads."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from autograder.cli.console import UNUSABLE, below, err, note, out, people
from autograder.cli.export_code import export_code
from autograder.cli.progress import Progress
from autograder.cli.writing import STANDARD_OUTPUT, write_text
from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from autograder.course.policy import policy_of
from autograder.gradebook.class_reading import read_class
from autograder.reporting.class_export import ClassFile, export_state, grade_of
from autograder.reporting.class_template import Filling, read_sheet
from autograder.reporting.class_values import ClassResults
from autograder.reporting.formats import CLASSES, CODE, FILES, ClassForm
from autograder.reporting.terminal import plain


def export_class(  # noqa: PLR0913, PLR0917  (the options of the command)
    course: Course, name: str, to: str, template: Path | None, column: str | None, target: str | None
) -> int:
    """Write the file, say how it went, and return the exit code; raises CourseError where nothing can be written."""
    form = _form(to, template, column)
    if form is None:
        return export_code(course, name, to, target)
    filling = Filling(read_sheet(template) if template else None, column)
    path = course.data / "exports" / f"{name}{form.ending}"
    with Progress() as progress:
        results = read_class(course, name, path, lambda done, total: progress.count("reading reports", done, total))
    made = form.make(results, filling)
    if target is None:
        course.make_data()
        path.parent.mkdir(mode=0o700, exist_ok=True)
    write_text(target or path, made.text, private=True)
    _tell_excused(results, policy_of(course).excused.get(name, ()))
    _tell_without(results)
    return _tell(made, target or below(course, path))


def _form(to: str, template: Path | None, column: str | None) -> ClassForm | None:
    """The form of grades that was asked for, None where it is one of code; raises CourseError where it is neither, or fills no template."""
    if to in FILES and to not in CLASSES:
        raise CourseError(
            f"{to} is a form of single submissions: `autograder grade FILE --form {to}=RESULT` writes it."
        )
    if to not in CLASSES and to not in CODE:
        raise CourseError(f"--to is {', '.join((*CLASSES, *CODE))}, not {to}.")
    form = CLASSES.get(to)
    if not (form and form.fills) and (template or column):
        others = " and ".join(name for name, each in CLASSES.items() if each.fills)
        raise CourseError(f"{to} fills no template; --template and --column are for {others}.")
    return form


def _tell(made: ClassFile, where: str) -> int:
    show = err if where == STANDARD_OUTPUT else out
    if where != STANDARD_OUTPUT:
        show.print(plain(where))
    show.print(f"{made.filled} rows filled, {made.unmatched} unmatched, {made.skipped} skipped")
    if not made.missing:
        return 0
    are = "has a grade and is" if len(made.missing) == 1 else "have a grade and are"
    err.print(f"autograder: {len(made.missing)} {are} not in the template: {plain(people(made.missing))}")
    return UNUSABLE


def _tell_without(results: ClassResults) -> None:
    """Say who has no grade to give away, and why."""
    without: dict[str, list[str]] = defaultdict(list)
    for member in results.members:
        if grade_of(member) is None and not member.excused:
            without[export_state(member)].append(member.student)
    for state, students in sorted(without.items()):
        note(f"no grade, {state}: {people(students)}")


def _tell_excused(results: ClassResults, excused: tuple[str, ...]) -> None:
    """Say whom the settings excuse: somebody may have forgotten it, or have written a name that nobody has."""
    if excused:
        note(f"excused, as course/settings.toml says: {people(excused)}")
    unknown = sorted(set(excused) - {member.student for member in results.members})
    if unknown:
        note(f"of these, nobody knows {people(unknown)}")
