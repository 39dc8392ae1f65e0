"""Where there is no terminal, commands that take a while say how far they are: not too often, and not when they are quick."""

from __future__ import annotations

import re
import signal
from contextlib import suppress
from dataclasses import replace

import pytest
from rich.console import Console

from autograder.cli import progress
from autograder.cli.grade_files import counting
from autograder.cli.progress import Progress
from autograder.course.report import Report
from autograder.training.bands import Band
from autograder.training.stage import Look

REPORT = Report("tiny", "tiny.ipynb", None, "", "", "", "landlock", "graded", None, 0.0, 80.0, 0.0, ())


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command counts as one that takes a while, however quick it is."""
    monkeypatch.setattr(progress, "SOON", 0.0)


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [re.sub(r" \(\d+ s\)$", "", line) for line in capsys.readouterr().err.splitlines()]


def count(total: int) -> None:
    with Progress() as shown:
        for done in range(total + 1):
            shown.count("grading", done, total, ", 2 failed" if done == total else "")


@pytest.mark.usefixtures("slow")
def test_a_long_step_is_told_in_tenths(capsys: pytest.CaptureFixture[str]) -> None:
    count(500)
    assert told(capsys) == [
        *(f"grading: {done} of 500" for done in range(50, 500, 50)),
        "grading: 500 of 500, 2 failed",
    ]


@pytest.mark.usefixtures("slow")
def test_after_half_a_minute_without_a_word_the_next_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "LONG", 0.0)
    count(500)
    assert len(told(capsys)) == 500


def test_what_is_over_at_once_is_not_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SOON", 3600.0)
    count(500)
    assert told(capsys) == []


@pytest.mark.usefixtures("slow")
def test_a_terminal_has_bars_and_no_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "err", Console(stderr=True, force_terminal=True))
    count(500)
    said = capsys.readouterr().err
    assert "━" in said
    assert "500/500" in said
    assert "grading: " not in said


@pytest.mark.usefixtures("slow")
def test_each_run_is_told_when_it_is_trained_with_its_curve_and_a_single_submission_is_not_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def never() -> float:
        raise AssertionError("it costs a question to the network, and is not shown")

    falling = [2.0 - 0.015 * step for step in range(1, 101)]
    for level, where in ((2.0, "in"), (0.1, "above"), (9.0, "below")):
        band = Band("deep", "cpu", "toys", (), (), (0.5 * level,) * 100, (level,) * 100)
        band = replace(band, low=(0.0,) * 100) if where == "in" else band
        with Progress() as shown:
            for done in range(1, 101):
                shown.look(Look("A deep network", 100, falling[:done], band, never))
            counting(shown, 1)(REPORT)
        curve = f"trained A deep network: 100 steps, loss 0.500 ▇▇▆▆▅▅▅▄▄▃▃▂▂▁▁▁ {where} the reference's band"
        assert told(capsys) == [curve]


@pytest.mark.usefixtures("slow")
def test_a_class_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as shown:
        on_report = counting(shown, 2)
        on_report(REPORT)
        on_report(REPORT)
    assert told(capsys) == ["grading: 1 of 2", "grading: 2 of 2"]


def test_on_a_terminal_a_run_has_a_bar_that_shows_its_curve_and_goes_when_it_is_over(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "err", Console(stderr=True, force_terminal=True, width=200))
    band = Band("deep", "cpu", "toys", (), (), (0.0,) * 9, (9.0,) * 9)
    with Progress() as shown:
        shown.look(Look("A deep network", 9, [2.0, 1.0], band, lambda: 0.25))
        shown._bars.refresh()
        said = capsys.readouterr().err
        assert all(part in said for part in ("A deep network", "2/9", "loss 1.000", "25.0% right"))
        shown.look(Look("A deep network", 9, [1.0] * 9, band, lambda: None))
        assert shown._bars.tasks == []


@pytest.mark.parametrize("then", ["another step", "the end", "a fault of it"])
def test_ctrl_c_that_something_swallows_ends_the_command_all_the_same(then: str) -> None:
    before = signal.getsignal(signal.SIGINT)
    heard = []

    def work() -> None:
        with Progress() as shown:
            with suppress(KeyboardInterrupt):  # as the import of a library does
                signal.raise_signal(signal.SIGINT)
            if then == "another step":
                shown.count("grading", 1, 2)
                heard.append("too late")
            if then == "a fault of it":
                raise ImportError("half of a library")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert not heard
    assert signal.getsignal(signal.SIGINT) == before


def test_a_signal_that_a_process_was_started_to_ignore_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # a shell's background job
    try:
        with Progress():
            assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
