"""What the README says of the assignments is what they are."""

from __future__ import annotations

import re
from pathlib import Path

from autograder.course.folders import Course
from autograder.suite.misconceptions import alternatives, misconceptions

COURSE = Course(Path(__file__).resolve().parents[2])
README = (COURSE.root / "README.md").read_text(encoding="utf-8")
PAGE = (COURSE.root / "docs/assignments.md").read_text(encoding="utf-8")


def test_the_readme_lists_the_assignments_as_the_page_does() -> None:
    """Number, name and subject, time, and what to know; of the page, from its two tables."""
    rows = re.findall(r"^\| (\d) \| (`\w+`: [^|]+) \| (\d h \d\d) \| ([^|]+) \|$", README, re.MULTILINE)
    timed = re.findall(r"^\| (\d) \| (`\w+`: [^|]+) \| (\d h \d\d) \|", PAGE, re.MULTILINE)
    known = dict(re.findall(r"^\| (\d) \| ([^`|][^|]+) \| [^|]+ \|$", PAGE, re.MULTILINE))
    assert rows == [(*row, known[row[0]]) for row in timed]


def test_it_counts_known_mistakes_and_other_right_answers() -> None:
    folders = [COURSE.solution(name) for name in COURSE.names()]
    mistakes, right = (sum(len(of(folder)) for folder in folders) for of in (misconceptions, alternatives))
    assert f"{mistakes:,} known mistakes" in README
    assert f"So do {right} other ways to be right" in " ".join(README.split())
