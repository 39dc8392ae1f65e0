"""What a course decides for itself about training, in `course/settings.toml`; `policy` reads what it decides about students there.

Where there is no such file, the defaults here hold. Reports follow from what stands here, and from nothing in `policy`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.assignment import CourseError
from autograder.course.folders import Course

FILE = "settings.toml"
TABLES = ("training", "late", "attempts", "extensions", "excused")
Data = Path | str  # a file or a folder, or else a word that the hidden suite of an assignment knows
Kind = tuple[Callable[[Any], bool], str]  # what fits, and how that is said
TRAINING: Mapping[str, Kind] = {
    "data": (lambda value: isinstance(value, str), "a text in quotes"),
    "board": (lambda value: isinstance(value, bool), "true or false"),
}


@dataclass(frozen=True)
class Settings:
    """The settings of one course.

    data: another data set than the one that training runs come with; see `data_named`, with `course/` as the folder
    board: whether those who wish are listed on a board
    """

    data: Data | None = None
    board: bool = False


def settings_of(course: Course) -> Settings:
    """The settings of a course; raises CourseError, in one sentence, where they cannot be used."""
    training = tables_of(course).get("training", {})
    expect_keys(course, "training", training, TRAINING)
    data = training.get("data")
    return Settings(None if data is None else data_named(data, course.data), training.get("board", False))


def tables_of(course: Course) -> dict[str, dict[str, Any]]:
    """The tables of the file, unread; raises CourseError where it has anything else."""
    path = course.data / FILE
    try:
        tables: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as fault:
        raise CourseError(f"{path} cannot be read: {' '.join(str(fault).split())}.") from fault
    if any(name not in TABLES or not isinstance(table, dict) for name, table in tables.items()):
        raise CourseError(f"{path} may have the tables {', '.join(f'[{each}]' for each in TABLES)}, and nothing else.")
    return tables


def expect_keys(course: Course, name: str, table: Mapping[str, Any], kinds: Mapping[str, Kind]) -> None:
    """Raise CourseError unless the table `name` has these keys only, with values that fit."""
    for key, value in table.items():
        if key not in kinds:
            raise CourseError(f"{course.data / FILE}: [{name}] has {', '.join(kinds)}, and no {key}.")
        fits, what = kinds[key]
        if not fits(value):
            raise CourseError(f"{course.data / FILE}: {key} is {what}.")


def data_named(text: str, folder: Path) -> Data:
    """The data that a text names: a path, seen from `folder`, or a word, if `folder` holds nothing of that name."""
    path = folder.absolute() / text
    is_word = text not in {"", ".", ".."} and os.sep not in text
    return text if is_word and not os.path.lexists(path) else path


def data_for(course: Course, asked: Data | None = None) -> Data | None:
    """The data that training learns from: what was asked for, or else what the settings say; None for what the runs come with."""
    return settings_of(course).data if asked is None else asked
