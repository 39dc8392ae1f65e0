"""What a course decides for itself, in `course/settings.toml`. Where there is no such file, what is said here holds."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course import Course, CourseError

FILE = "settings.toml"
KINDS: dict[str, type] = {"data": str, "board": bool}  # of the table [training]


@dataclass(frozen=True)
class Settings:
    """The settings of one course.

    data: another data set than the one that training runs come with; a path in the file is seen from `course/`
    board: whether those who wish are listed on a board
    """

    data: Path | None = None
    board: bool = False


def settings_of(course: Course) -> Settings:
    """The settings of a course; raises CourseError, in one sentence, where the file has anything else."""
    path = course.data / FILE
    try:
        tables: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as fault:
        raise CourseError(f"{path} cannot be read: {' '.join(str(fault).split())}.") from fault
    training = tables.pop("training", {})
    if tables or not isinstance(training, dict) or set(training) - set(KINDS):
        raise CourseError(f"{path} may have one table, [training], with {' and '.join(KINDS)}, and nothing else.")
    for name, value in training.items():
        if type(value) is not KINDS[name]:
            what = "true or false" if KINDS[name] is bool else "a text in quotes"
            raise CourseError(f"{path}: {name} is {what}.")
    data = training.get("data")
    return Settings(None if data is None else course.data / data, training.get("board", False))
