"""Lectures and batches have one letter in common: in what students read, N with a number is a lecture, and is called one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.course.folders import Course

ROOT = Path(__file__).resolve().parents[2]
NAMES = Course(ROOT).names()
BOX = (ROOT / "assignments/lectures.md").read_text(encoding="utf-8").strip()
LECTURE = r"(N4\d|L14)( \([^)]*\))?"  # with its subject, or without
CALLED = re.compile(rf"lectures?\s+(\*\*)?{LECTURE}(\*\*)?((,|,? and)\s+{LECTURE})*", re.IGNORECASE)
# What a lecture does and has, and the size of a batch does not.
SPEAKS = re.compile(r"\bN('s\b| (writes|says|has|lists|counts|calls|tells|and L14)\b)")


def read_by_students(name: str) -> dict[str, str]:
    """The text of the notebook, the docstrings and the visible checks, without the box that explains the letter."""
    paths = [f"assignments/{name}/{name}.md", f"solutions/{name}/reference.py", f"starter_code/checks/{name}.py"]
    return {path: (ROOT / path).read_text(encoding="utf-8").replace(BOX, "") for path in paths}


@pytest.mark.parametrize("name", NAMES)
def test_a_lecture_is_called_one_wherever_it_is_named(name: str) -> None:
    for path, text in read_by_students(name).items():
        left = CALLED.sub("", text)
        assert re.findall(r".*\bN4\d.*", left) == [], path
        assert re.findall(rf".*{SPEAKS.pattern}.*", left) == [], path


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_that_names_lectures_of_the_course_has_the_box_that_lists_them(name: str) -> None:
    text = (ROOT / f"assignments/{name}/{name}.md").read_text(encoding="utf-8")
    assert ("```{include} ../lectures.md\n```" in text) == bool(re.search(r"\bN4\d", text))
