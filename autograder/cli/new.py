"""What `autograder new` does: writes the files of a new assignment, and says what comes next."""

from __future__ import annotations

from autograder.authoring.new_assignment import make_assignment
from autograder.cli.console import below, out
from autograder.course.folders import Course
from autograder.reporting.terminal import plain

NEXT = {
    "autograder build {}": "the notebook and the stubs; again after each change of the text",
    "autograder quality {} --seeds 3": "what the hidden suite is worth",
    "nbgrader generate_assignment {}": "what students will get, in course/release",
}


def begin(name: str, title: str | None) -> None:
    """Write the files, and print them and the next commands."""
    course = Course.find()
    for path in make_assignment(course, name, title):
        out.print(plain(below(course, path)))
    out.print("\nIt is complete as it stands, with an example function and an example class. Next:")
    width = max(map(len, NEXT)) + len(name)
    for command, what in NEXT.items():
        out.print(plain(f"  {command.format(name):{width}}  {what}"))
    out.print("docs/authors.md goes on from there.")
