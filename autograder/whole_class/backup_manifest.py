"""What a back-up says of itself, in its last member: the sums of all others, and what they were made by. Used by both of its sides."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from autograder.whole_class.tasks import environment

SCHEMA = 1
NAME = "manifest.json"
FOLDER = "course"  # what the names of all other members begin with
MOST_BYTES = 1 << 28  # of the manifest: a million files
MOST_TEXT = 4096
SUM = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True)
class Manifest:
    """What is in a back-up, and where it comes from.

    files: of each file the hash of its content
    made: when, in words
    exchange: where students handed in, if that is no part of the back-up
    environments: of each assignment what reports follow from besides the submissions, as hashes and versions
    needs: what else is no part of it, in sentences
    """

    files: Mapping[str, str]
    made: str
    exchange: str = ""
    environments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    needs: tuple[str, ...] = ()

    def as_text(self) -> str:
        """As JSON."""
        return json.dumps({"schema": SCHEMA, **asdict(self)}, indent=1)

    @classmethod
    def from_text(cls, text: bytes) -> Manifest:
        """Read what may come from a stranger; raises CourseError."""
        try:
            value = json.loads(text)
            form = value["schema"]
            if type(form) is not int:
                raise TypeError(type(form).__name__)
            if form > SCHEMA:
                raise CourseError(f"The back-up was made by a later version: its form is {form}, not {SCHEMA}.")
            return cls(
                _table(value["files"]),
                _text(value["made"]),
                _text(value["exchange"]),
                {_text(name): _table(parts) for name, parts in value["environments"].items()},
                tuple(map(_text, value["needs"])),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
            raise CourseError(f"This is no back-up of a course: its {NAME} says nothing that can be read.") from fault


def environments(course: Course) -> dict[str, dict[str, str]]:
    """What the reports of each assignment follow from here, besides the submissions."""
    return {name: dict(environment(course.root, name)) for name in course.names()}


def differing(course: Course, manifest: Manifest) -> dict[str, list[str]]:
    """For each assignment that a back-up knows, what differs here: then its submissions are graded again."""
    here = environments(course) if manifest.environments else {}
    found = {
        name: [part for part, value in parts.items() if here.get(name, {}).get(part) != value]
        for name, parts in manifest.environments.items()
    }
    return {name: parts for name, parts in found.items() if parts}


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise TypeError(type(value).__name__)
    return value


def _table(value: Any) -> dict[str, str]:
    return {_text(name): _text(each) for name, each in value.items()}
