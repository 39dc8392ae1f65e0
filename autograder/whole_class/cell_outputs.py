"""What a cell of a submission prints and draws, as a value that the store keeps and Formgrader shows. `demonstrations` makes it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from autograder.course.assignment import Assignment


@dataclass(frozen=True)
class CellOutput:
    """A cell of a submission: its title, what it prints, PNG files in base64, and why there is not all of that, in words."""

    title: str
    text: str = ""
    pictures: tuple[str, ...] = ()
    why: str = ""

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> CellOutput:
        """Of what the store keeps."""
        return cls(**value | {"pictures": tuple(value["pictures"])})


def key_of(sha256: str, assignment: Assignment) -> str:
    """What the store keeps this under: it follows from the content that was handed in, and from the code cells of the assignment."""
    return hashlib.sha256(f"{sha256} {assignment.name} {assignment.graded_by}".encode()).hexdigest()
