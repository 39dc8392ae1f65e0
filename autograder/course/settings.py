"""What a course decides for itself, in `course/settings.toml`. Where there is no such file, the defaults here hold."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.assignment import CourseError
from autograder.course.folders import Course

FILE = "settings.toml"
Data = Path | str  # a file or a folder, or else a word that the hidden suite of an assignment knows
TRAINING_SETTINGS: dict[str, type] = {"data": str, "board": bool}  # of the table [training]


@dataclass(frozen=True)
class Settings:
    """The settings of one course.

    data: another data set than the one that training runs come with; see `data_named`, with `course/` as the folder
    board: whether those who wish are listed on a board
    """

    data: Data | None = None
    board: bool = False


def settings_of(course: Course) -> Settings:
    """The settings of a course; raises CourseError, in one sentence, where the file holds anything else."""
    path = course.data / FILE
    try:
        tables: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as fault:
        raise CourseError(f"{path} cannot be read: {' '.join(str(fault).split())}.") from fault
    training = tables.pop("training", {})
    if tables or not isinstance(training, dict) or set(training) - set(TRAINING_SETTINGS):
        raise CourseError(
            f"{path} may have one table, [training], with {' and '.join(TRAINING_SETTINGS)}, and nothing else."
        )
    for name, value in training.items():
        if type(value) is not TRAINING_SETTINGS[name]:
            what = "true or false" if TRAINING_SETTINGS[name] is bool else "a text in quotes"
            raise CourseError(f"{path}: {name} is {what}.")
    data = training.get("data")
    return Settings(None if data is None else data_named(data, course.data), training.get("board", False))


def data_named(text: str, folder: Path) -> Data:
    """The data that a text names: a path, seen from `folder`, or a word, if `folder` holds nothing of that name."""
    path = folder.absolute() / text
    is_word = text not in {"", ".", ".."} and os.sep not in text
    return text if is_word and not os.path.lexists(path) else path


def data_for(course: Course, asked: Data | None = None) -> Data | None:
    """The data that training learns from: what was asked for, or else what the settings say; None for what the runs come with."""
    return settings_of(course).data if asked is None else asked
