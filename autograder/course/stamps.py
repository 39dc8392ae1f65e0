"""Times of submission, as `nbgrader submit` writes them in every time zone: `timestamp.txt`, and names of folders in the exchange.

nbgrader itself takes `-03` for three seconds, and ignores most names of zones. Students can write anything there: what cannot be read
as a time counts as no time, and no text of theirs becomes the name of a file.
"""

from __future__ import annotations

import os
import re
import stat
import zoneinfo
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path

TIMESTAMP = "timestamp.txt"
LONGEST = 100  # characters
STAMP = (
    r"(?P<day>\d{4}-\d\d-\d\d)[ T](?P<clock>\d\d:\d\d(?::\d\d)?)(?P<part>[.,]\d{1,9})?"
    r" ?(?P<zone>Z|(?:UTC|GMT)?[+-]\d\d(?::?\d\d)?|[A-Za-z]{2,6})?"
)
WHOLE = re.compile(rf"{STAMP}\s*\Z")
# Which zone a name means that several have, where the course has not said which is its own.
USUAL_ZONES = {"CST": "America/Chicago", "CDT": "America/Chicago", "IST": "Asia/Kolkata", "PST": "America/Los_Angeles"}


@dataclass(frozen=True)
class Stamp:
    """What `timestamp.txt` says: a time in UTC, without a zone, as nbgrader stores it; and what people must be told of it."""

    time: datetime | None
    note: str = ""


def stamp_of(folder: Path, zone: str | None = None) -> Stamp:
    """The time at which `folder` was submitted; `zone` names the time zone that the course's exchange uses."""
    path = folder / TIMESTAMP
    if not os.path.lexists(path):
        return Stamp(None, f"there is no {TIMESTAMP}, so the time of submission is not known")
    text = _text(path)
    stamp = read_stamp(text or "", zone)
    if stamp.time is None:
        shown = "".join(c if c.isprintable() else "?" for c in text or "")[:LONGEST].strip()
        return Stamp(None, f"{TIMESTAMP} holds no time that can be read, so it counts as in time: {shown or 'nothing'}")
    return stamp


def unread_stamp(folder: Path) -> str:
    """What people must be told where `folder` holds a time of submission that cannot be read."""
    stamp = stamp_of(folder)
    return stamp.note if stamp.time is None and os.path.lexists(folder / TIMESTAMP) else ""


def read_stamp(text: str, zone: str | None = None) -> Stamp:
    """The time that a text says; None where it says none."""
    found = WHOLE.match(text.strip()) if len(text) <= LONGEST else None
    try:
        return _stamp(found, zone) if found else Stamp(None)
    except (ValueError, OverflowError):  # no such day, or before the first year
        return Stamp(None)


def _stamp(found: re.Match[str], zone: str | None) -> Stamp:
    part = (found["part"] or ".0")[1:7].ljust(6, "0")
    seconds = found["clock"] if found["clock"].count(":") == 2 else f"{found['clock']}:00"  # noqa: PLR2004
    local = datetime.fromisoformat(f"{found['day']} {seconds}.{part}")
    name = (found["zone"] or "UTC").removeprefix("UTC").removeprefix("GMT")
    if name in {"", "Z"}:
        return Stamp(local)
    if name[0] in "+-":
        minutes = 60 * int(name[1:3]) + int(name[3:].removeprefix(":") or 0)
        return Stamp(local - timedelta(minutes=minutes if name[0] == "+" else -minutes))
    offset, note = _offset(name, local, zone)
    return Stamp(None) if offset is None else Stamp(local - offset, note)


def _offset(name: str, local: datetime, zone: str | None) -> tuple[timedelta | None, str]:
    """How far the zone called `name` was ahead of UTC at that time, and what is to be said of it."""
    own = _offset_in(zone, name, local) if zone else None
    if own is not None:
        return own, ""
    offsets = _offsets(name, local.replace(minute=0, second=0, microsecond=0))
    if len(offsets) < 2:  # noqa: PLR2004
        return next(iter(offsets), None), ""
    usual = _offset_in(USUAL_ZONES[name], name, local) if name in USUAL_ZONES else None
    offset = usual if usual is not None else offsets.most_common(1)[0][0]
    hours = offset.total_seconds() / 3600
    return (
        offset,
        f"{name} is the name of several time zones, and was read as UTC{hours:+g}; Exchange.timezone says which is meant",
    )


def _offset_in(zone: str, name: str, local: datetime) -> timedelta | None:
    """How far `zone` was ahead of UTC, if that is what it was called at that time."""
    known = _zone(zone)
    for fold in (0, 1) if known else ():
        there = local.replace(tzinfo=known, fold=fold)
        if there.tzname() == name:
            return there.utcoffset()
    return None


@lru_cache(1000)
def _offsets(name: str, local: datetime) -> Counter[timedelta]:
    """How far the zones that have this name at that time are ahead of UTC, and how many they are."""
    found = (_offset_in(zone, name, local) for zone in zoneinfo.available_timezones())
    return Counter(sorted(offset for offset in found if offset is not None))


@cache
def _zone(name: str) -> zoneinfo.ZoneInfo | None:
    try:
        return zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return None


def _text(path: Path) -> str | None:
    """The beginning of an ordinary file."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123
            plain = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            return file.read(LONGEST + 1).decode("utf-8", "replace") if plain else None
    except OSError:
        return None
