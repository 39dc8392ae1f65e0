"""Lets nbgrader read times of submission as `stamps` does. Called where nbgrader is given its settings.

None of this can be configured, and nbgrader reads times in many places: where it collects, grades, makes pages, and in Formgrader.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import nbgrader.apps.api
import nbgrader.utils
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from autograder.course.stamps import TIMESTAMP, read_stamp, stamp_of
from autograder.submission.submitted import printable

_stock = nbgrader.utils.parse_utc


def read_all_zones() -> None:
    """From now on, nbgrader in this process reads times of all zones, and reads no time where there is none."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "nbgrader" and getattr(module, "parse_utc", None) is _stock:
            module.parse_utc = parse_utc  # type: ignore[attr-defined]
    CourseDirectory.get_existing_timestamp = _existing_timestamp
    NbGraderAPI.get_submitted_timestamp = _submitted_timestamp


def parse_utc(text: Any) -> datetime:
    """Stands in nbgrader's place of the same name: what people and nbgrader write, in UTC."""
    stamp = read_stamp(text) if isinstance(text, str) else None
    time: datetime = stamp.time if stamp and stamp.time else _stock(text)
    return time


def zone_of(config: Any) -> str | None:
    """The time zone of the exchange, where the course has set one."""
    zone = config.Exchange.get("timezone") if "Exchange" in config else None
    return zone if isinstance(zone, str) else None


def _existing_timestamp(coursedir: CourseDirectory, dest_path: str) -> datetime | None:
    """The time at which a folder was submitted, or None; no student's stamp stops the class."""
    stamp = stamp_of(Path(dest_path), zone_of(coursedir.config))
    if stamp.note and (Path(dest_path) / TIMESTAMP).exists():
        coursedir.log.warning("%s: %s", printable(dest_path), stamp.note)
    return stamp.time


def _submitted_timestamp(api: NbGraderAPI, assignment: str, student: str) -> datetime | None:
    """The same, where Formgrader asks for it."""
    folder = api.coursedir.format_path(api.coursedir.submitted_directory, student, assignment)
    return stamp_of(Path(folder).absolute(), zone_of(api.coursedir.config)).time
