"""What `autograder export` does in forms of code: what each student wrote, in a folder that a program compares."""

from __future__ import annotations

from pathlib import Path

from autograder.cli.console import below, note, out
from autograder.cli.progress import Progress
from autograder.cli.writing import STANDARD_OUTPUT, write_folder
from autograder.course.assignment import Assignment, CourseError
from autograder.course.folders import Course
from autograder.reporting.class_code import ClassCode, graded_code
from autograder.reporting.formats import CODE
from autograder.reporting.terminal import plain
from autograder.submission.submitted import Ungradable, read, submitted_file


def export_code(course: Course, name: str, to: str, target: str | None) -> int:
    """Write the folder, say how it went, and return the exit code; raises CourseError where nothing can be written."""
    if target == STANDARD_OUTPUT:
        raise CourseError(f"{to} is a folder; --output takes its name.")
    assignment = course.assignment(name)
    released = _released(course, assignment)
    code, left_out = _read_class(course, assignment)
    if not code:
        raise CourseError(f"Nobody has handed in {name} with anything filled in: {course.data / 'submitted'}.")
    path = course.data / "exports" / f"{name}-{to}" if target is None else Path(target)
    if target is None:
        course.make_data()
        path.parent.mkdir(mode=0o700, exist_ok=True)
    write_folder(path, CODE[to](ClassCode(name, released, code)))
    for student, why in left_out.items():
        note(f"{student} is left out: {why}")
    out.print(plain(below(course, path)))
    out.print(f"code of {len(code)} students, {len(left_out)} left out")
    return 0


def _released(course: Course, assignment: Assignment) -> str:
    """What all students began with."""
    path = course.release(assignment.name) / assignment.notebook_name
    try:
        return graded_code(read(path, assignment, whole=False), assignment)
    except Ungradable:
        raise CourseError(
            f"{path} is not there, or cannot be read; `nbgrader generate_assignment {assignment.name}` makes it."
        ) from None


def _read_class(course: Course, assignment: Assignment) -> tuple[dict[str, str], dict[str, str]]:
    """The code of all who have filled something in; and for the others, why there is none."""
    folders = sorted(path for path in (course.data / "submitted").glob(f"*/{assignment.name}") if path.is_dir())
    code: dict[str, str] = {}
    left_out: dict[str, str] = {}
    with Progress() as progress:
        for done, folder in enumerate(folders, start=1):
            student = folder.parent.name
            try:
                found = read(
                    submitted_file(folder / assignment.notebook_name, assignment).path, assignment, whole=False
                )
                if found.filled:
                    code[student] = graded_code(found, assignment)
                else:
                    left_out[student] = "nothing was filled in."
            except Ungradable as why:
                left_out[student] = str(why)
            progress.count("reading submissions", done, len(folders))
    return code, left_out
