"""Writes the files of a new assignment: a small example that builds, is graded and passes the gate. Called by `autograder new`.

The templates beside this module lie as the files do in a course, with NAME for the name of the assignment.
"""

from __future__ import annotations

import json
import keyword
from pathlib import Path

import jinja2

from autograder.authoring.list_of_assignments import listed
from autograder.course.assignment import CourseError
from autograder.course.assignment_text import LOWER_CASE, read_assignment
from autograder.course.folders import Course

TEMPLATES = Path(__file__).parent / "templates"
ENDING = ".jinja"
PLACEHOLDER = "NAME"
LONGEST_NAME = 32  # so that lines which import from its modules fit into a cell
LONGEST_TITLE = 80
# What the example uses and every assignment shares.
SHARED = (
    "assignments/use_of_ai.md",
    "solutions/__init__.py",
    "starter_code/__init__.py",
    "starter_code/checks/checking.py",
    "starter_code/checks/examples.py",
    "starter_code/plots/curves.py",
)


def make_assignment(course: Course, name: str, title: str | None = None) -> list[Path]:
    """Write the files of the assignment `name`, list it where the course lists its assignments, and return what was written.

    Nothing that is there is overwritten; where one of the files is there, nothing is written at all.
    """
    _check_name(course, name)
    title = f"{name.replace('_', ' ').capitalize()}: a first draft" if title is None else title
    _check_title(title)
    if missing := [path for path in SHARED if not (course.root / path).is_file()]:
        raise CourseError(f"{course.root} lacks {', '.join(missing)}, which a new assignment uses.")
    files = {course.root / place: text for place, text in _texts(name, title).items()}
    if there := [path for path in files if path.exists()]:
        raise CourseError(f"{there[0]} is there already, and nothing is overwritten. Remove it, or take another name.")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    return [*files, *listed(course, read_assignment(course.root / "assignments" / name / f"{name}.md"))]


def _check_name(course: Course, name: str) -> None:
    """Raise CourseError unless an assignment can be called so."""
    if not LOWER_CASE.match(name) or keyword.iskeyword(name) or len(name) > LONGEST_NAME:
        raise CourseError(
            f"An assignment cannot be called '{name}': a name begins with a letter, has lower-case letters, digits and _, "
            f"up to {LONGEST_NAME} of them, and is no word of Python's own."
        )
    if name in course.names():
        raise CourseError(f"There is an assignment '{name}' already.")
    # A release leaves out what is called like another assignment: see `authoring.generate`.
    taken = {Path(part).stem for path in course.starter_code.rglob("*") for part in path.relative_to(course.root).parts}
    if name in taken:
        raise CourseError(f"The starter code has a file or a folder called '{name}'; take another name.")


def _check_title(title: str) -> None:
    if not title.strip() or not title.isprintable() or "|" in title or len(title) > LONGEST_TITLE:
        raise CourseError(f"A title is one line of up to {LONGEST_TITLE} characters, without a |.")


def _texts(name: str, title: str) -> dict[str, str]:
    """The text of each file, by its place in the course."""
    known = jinja2.Environment(  # noqa: S701  (Markdown and Python, which nothing may be escaped in)
        loader=jinja2.FileSystemLoader(TEMPLATES), undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )
    given = {"name": name, "title": title, "quoted_title": json.dumps(title, ensure_ascii=False)}
    places = sorted(place for place in known.list_templates() if place.endswith(ENDING))
    return {
        place.removesuffix(ENDING).replace(PLACEHOLDER, name): known.get_template(place).render(given)
        for place in places
    }
