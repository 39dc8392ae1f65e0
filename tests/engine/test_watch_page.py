"""The pages that say who waits for `autograder watch`: one for the instructor, and one that names nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup

from autograder.course.attempts import Allowance, Attempt, AttemptRule, State
from autograder.gradebook.arrivals import Arrival
from autograder.gradebook.watch_page import page_of_watch, watch_html, without_names
from autograder.gradebook.watching import Known

CAME = datetime(2030, 1, 10, 12, tzinfo=UTC)
DUE = datetime(2040, 1, 1, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>"


def known(student: str, state: State, left: Allowance) -> dict[str, Known]:
    return {student: Known(Attempt(student, "", CAME, state), left)}


@pytest.fixture
def watch() -> Any:
    queue = [Arrival(name, Path(name), CAME.replace(tzinfo=None)) for name in ("zoe", HOSTILE)]
    full = Allowance(2, 2, CAME + timedelta(hours=3))
    return SimpleNamespace(
        queue=queue,
        known={
            **known("ada", "counted", Allowance(2, 1, None)),
            **known("ben", "waiting", full),
            **known("cleo", "failed", full),
            **known("zoe", "counted", full),
        },
        rule=AttemptRule(2, "points"),
        due=SimpleNamespace(usual=DUE, of=lambda student: None if student == "nobody" else DUE),
    )


def rows(html: str) -> list[list[str]]:
    return [
        [cell.text for cell in row.select("th, td")] for row in BeautifulSoup(html, "html.parser").select("tbody tr")
    ]


def test_the_instructor_sees_who_waits_for_what_in_which_place_and_what_is_left(watch: Any) -> None:
    assert rows(watch_html(page_of_watch("Tiny", watch, ["zoe"]))) == [
        ["1", "zoe", "2030-01-10 12:00 UTC", "is being graded"],
        ["2", HOSTILE, "2030-01-10 12:00 UTC", "is graded next"],
        ["", "cleo", "2030-01-10 12:00 UTC", "the grader failed; it is tried again"],
        ["", "ben", "2030-01-10 12:00 UTC", "waits until the due date, 2040-01-01 00:00 UTC"],
        ["ada", "2030-01-10 12:00 UTC", "1 of 2"],
    ]


def test_the_page_for_everybody_has_numbers_and_no_student_and_no_time_of_one(watch: Any) -> None:
    page = without_names(page_of_watch("Tiny", watch))
    html = watch_html(page)
    assert rows(html) == []
    assert [
        name
        for name in ("ada", "ben", "cleo", "zoe", "script", "2030-01-10 12:00")
        if name in html.split("</style>")[1]
    ] == []
    numbers = [number.text for number in BeautifulSoup(html, "html.parser").select("dt")]
    assert numbers == ["2", "1", "1", "1"]
    assert "Within 24 hours, 2 submissions are graded at once." in html


@pytest.mark.parametrize("names", [True, False])
def test_nothing_on_a_page_runs_and_it_is_loaded_again_as_long_as_somebody_looks(watch: Any, *, names: bool) -> None:
    page = page_of_watch("A <b>title</b>", watch)
    html = watch_html(page if names else without_names(page))
    assert HOSTILE not in html
    assert "<b>" not in html
    assert "default-src 'none'" in html
    assert 'http-equiv="refresh"' in html
    stopped = watch_html(page_of_watch("Tiny", watch, stopped=True))
    assert 'http-equiv="refresh"' not in stopped
    assert "Nobody looks at what is handed in now" in stopped
