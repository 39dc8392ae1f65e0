"""What `autograder report` does: the page of a class, written where it is wanted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from autograder.cli.console import note
from autograder.cli.progress import Progress
from autograder.cli.writing import write_text
from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from autograder.gradebook.class_reading import read_class
from autograder.reporting.class_page import page_of_class

FEW = 5  # graded submissions, below which numbers without names are hardly anonymous


def write_report(course: Course, name: str, path: Path | None, *, anonymous: bool) -> Path:
    """Write the page of a class; raises CourseError where nothing is graded yet, or the file cannot be written."""
    path = path or course.data / "reports" / f"{name}{'-anonymous' if anonymous else ''}.html"
    with Progress() as progress:
        results = read_class(course, name, path, lambda done, total: progress.count("reading reports", done, total))
        progress.doing("report", "computing and writing the page")
        page = page_of_class(results, datetime.now(UTC), without_names=anonymous)
    if anonymous and sum(member.report is not None for member in results.members) < FEW:
        note("so few students are graded that numbers without names tell who they are.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise CourseError(f"{path} cannot be written: {fault.strerror}.") from fault
    write_text(path, page, private=True)
    return path
