"""What of an assignment's text stands on every student's page: its title, and its exercises and questions in their sections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from autograder.course.assignment import Assignment
from autograder.course.sections import headings

Kind = Literal["exercise", "training", "question"]
KINDS: dict[str, Kind] = {"exercise": "exercise", "training": "training", "question": "question"}  # by roles of cells


@dataclass(frozen=True)
class Place:
    """One part that earns points: what it is, its name, its most points, and the heading of the section that it stands in."""

    kind: Kind
    name: str
    most: float
    section: str


@dataclass(frozen=True)
class Outline:
    """A title, and the parts in the order of the notebook."""

    title: str
    places: tuple[Place, ...]


def outline_of(assignment: Assignment) -> Outline:
    """The outline of an assignment, as its text is now."""
    places, section = [], ""
    training = assignment.training.points if assignment.training else 0.0
    for cell in assignment.cells:
        if cell.role == "text":
            section = (headings(cell.source) or [section])[-1]
        elif cell.role in KINDS:
            most = assignment.questions.get(cell.name, training if cell.role == "training" else cell.points)
            places.append(Place(KINDS[cell.role], cell.name, most, section))
    return Outline(assignment.title, tuple(places))
