"""Every time that `nbgrader submit` can write is read, in whatever zone; nothing else is, and people are told."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.course.stamps import USUAL_ZONES, read_stamp, stamp_of

FORMAT = "%Y-%m-%d %H:%M:%S.%f %Z"  # of `Exchange.timestamp_format`
TEN = datetime(2026, 3, 2, 10)  # noqa: DTZ001  (nbgrader's times carry no zone)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("2026-03-02 10:00:00.000000 UTC", 0),
        ("2026-03-02 10:00:00.000000 -03", 3),
        ("2026-03-02 10:00:00.000000 +08", -8),
        ("2026-03-02 10:00:00.000000 +0545", -5.75),
        ("2026-03-02 10:00:00.000000 +05:45", -5.75),
        ("2026-03-02 10:00:00.000000 -0930", 9.5),
        ("2026-03-02 10:00:00.000000 -00", 0),
        ("2026-03-02 10:00:00 UTC+03:00", -3),
        ("2026-03-02T10:00:00.000000Z", 0),
        ("2026-03-02T10:00:00+03:00", -3),
        ("2026-03-02T10:00Z", 0),
        ("2026-03-02 10:00:00,5 CET", -1),
        ("2026-03-02 10:00:00\n", 0),
        ("2026-07-02 10:00:00 CEST", -2),
        ("2026-03-02 10:00:00 WIB", -7),
        ("2026-03-02 10:00:00 ChST", -10),
    ],
)
def test_a_time_is_read_in_utc(text: str, hours: float) -> None:
    read = read_stamp(text).time
    assert read is not None
    assert read.replace(month=3, microsecond=0) == TEN + timedelta(hours=hours)


@pytest.mark.parametrize("month", [1, 7])
def test_what_python_writes_is_read_in_each_zone_of_the_database(month: int) -> None:
    wrong, guessed = [], set()
    for name in sorted(zoneinfo.available_timezones()):
        written = datetime(2026, month, 2, 10, 17, 5, 250_000, tzinfo=zoneinfo.ZoneInfo(name))
        true = written.astimezone(UTC).replace(tzinfo=None)
        text = written.strftime(FORMAT)
        if read_stamp(text, name).time != true or read_stamp(text, name).note:
            wrong.append(name)
        elsewhere = read_stamp(text)
        if elsewhere.note:
            guessed.add(text.split()[-1])
        elif elsewhere.time != true:
            wrong.append(f"{name}, where the zone is not known")
    assert wrong == []
    assert guessed <= set(USUAL_ZONES)


def test_a_name_of_several_zones_is_read_as_the_usual_one_and_told() -> None:
    stamp = read_stamp("2026-03-02 10:00:00.000000 CST")
    assert stamp.time == TEN + timedelta(hours=6)
    assert (
        stamp.note
        == "CST is the name of several time zones, and was read as UTC-6; Exchange.timezone says which is meant"
    )
    assert read_stamp("2026-03-02 10:00:00.000000 CST", "Asia/Shanghai").time == TEN - timedelta(hours=8)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-03-02", "2026-13-02 10:00:00", "2026-03-02 25:00:00", "2026-03-02 10:00:00 XYZT", "2026-03-02 10:00:00 ..",
     "2026-03-02 10:00:00 /etc/passwd", "0001-01-01 00:00:00 +08", "2026-03-02 10:00:00 UTC" + " " * 100, "9999-12-31 23:00:00 -08"],
)  # fmt: skip
def test_anything_else_is_no_time_and_told(tmp_path: Path, text: str) -> None:
    assert read_stamp(text).time is None
    (tmp_path / "timestamp.txt").write_text(text)
    stamp = stamp_of(tmp_path)
    assert stamp.time is None
    assert stamp.note.startswith("timestamp.txt holds no time that can be read, so it counts as in time: ")
    assert (tmp_path / "timestamp.txt").read_text() == text


def test_no_link_is_followed_and_nothing_is_waited_for(tmp_path: Path) -> None:
    assert "there is no timestamp.txt" in stamp_of(tmp_path).note
    (tmp_path / "time").write_text("2026-03-02 10:00:00 UTC")
    for target in (tmp_path / "time", "/dev/zero"):
        (tmp_path / "timestamp.txt").symlink_to(target)
        assert stamp_of(tmp_path).time is None
        (tmp_path / "timestamp.txt").unlink()


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text() | st.from_regex(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? ?\S{0,9}", fullmatch=True))
def test_any_text_is_a_time_or_none(text: str) -> None:
    time = read_stamp(text).time
    assert time is None or time.tzinfo is None
