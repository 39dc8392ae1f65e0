"""The front page: what the course is, its assignments in order with hours and points, and the way to every other page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from autograder.course.assignment import Assignment

PAGE = "docs/assignments.md"  # lists the assignments as they are taken
ROW = re.compile(r"^\| \d+ \| `(\w+)`: ", re.MULTILINE)  # of its first table
INTRODUCTION = """
# How deep networks became trainable

This course rebuilds the ideas that made networks of a hundred layers possible: Inception modules and auxiliary
classifiers, skip connections and what came after them, and the optimizers from gradient descent to Adam. Each
assignment is a notebook: it derives an idea, asks for the functions that carry it out, forward and backward, and tries
them on data. In the last one the parts become whole networks, which are trained.

The pages of this site show the notebooks as students get them. What you write stands where a function raises
`NotImplementedError`. Below it, a visible check says at once what is right; the grade comes from hidden tests on other
numbers.
"""
NOTE = """
Hours are what a student needs who has followed the lectures. Each assignment has 100 points. They are given for *tests*
of single functions, by hand for *written* answers, and for what networks learn in *training*.
"""
TITLES = {"README": "Where to start"}  # of pages whose headings say too little beside others


def order(root: Path) -> list[str]:
    """The names of the assignments of the course at `root`, as they are taken; none where no page lists them."""
    page = root / PAGE
    return ROW.findall(page.read_text(encoding="utf-8")) if page.is_file() else []


def in_order(assignments: Iterable[Assignment], root: Path) -> list[Assignment]:
    """The assignments as they are taken. What the page does not list follows, in alphabetical order."""
    places = {name: place for place, name in enumerate(order(root))}
    return sorted(assignments, key=lambda one: (places.get(one.name, len(places)), one.name))


def front_page(assignments: list[Assignment], others: dict[str, list[str]]) -> str:
    """The page as MyST text. `others` are the pages that are no assignments, below the captions of their lists."""
    parts = [INTRODUCTION, _table(assignments), NOTE]
    parts += [f"## {caption}\n\n{_links(pages)}" for caption, pages in others.items() if pages]
    lists = {"Assignments": [f"assignments/{one.name}/{one.name}" for one in assignments], **others}
    parts += [_in_the_bar(caption, pages) for caption, pages in lists.items() if pages]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _table(assignments: list[Assignment]) -> str:
    rows = ["| no. | assignment | hours | points |", "|---|---|--:|---|"]
    for number, one in enumerate(assignments, start=1):
        link = f"[{one.title}](assignments/{one.name}/{one.name}.md)"
        rows.append(f"| {number} | {link} | {one.minutes / 60:.2g} | {_points(one)} |")
    return "\n".join(rows)


def _points(assignment: Assignment) -> str:
    training = assignment.training.points if assignment.training else 0.0
    given = {
        "tests": assignment.max_score - training,
        "written": sum(assignment.questions.values()),
        "training": training,
    }
    return ", ".join(f"{points:g}&nbsp;{kind}" for kind, points in given.items() if points)


def _links(pages: list[str]) -> str:
    return "\n".join(f"- [{TITLES.get(page, '')}]({page}.md)" for page in pages)  # without words: the page's heading


def _in_the_bar(caption: str, pages: list[str]) -> str:
    """A list of pages in the bar that stands beside all of them."""
    entries = "\n".join(f"{TITLES[page]} <{page}>" if page in TITLES else page for page in pages)
    return f"```{{toctree}}\n:caption: {caption}\n:hidden:\n\n{entries}\n```"
