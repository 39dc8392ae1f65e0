"""A feedback page as a browser shows it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support import needs
from tests.support.classroom import make_classroom, run

pytestmark = [pytest.mark.browser, needs.BROWSER]


def test_a_browser_shows_the_feedback(tmp_path: Path) -> None:
    course = make_classroom(tmp_path / "course")
    run(course)
    target = (course.data / "feedback" / "wrong-1" / "tiny" / "tiny.html").as_uri()
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--virtual-time-budget=5000",
    ]
    command = [str(needs.CHROMIUM), *options, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", target]
    dom = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    assert "What may have happened:" in dom
    assert dom.count("✗ failed") > 1
    assert "&lt;details" not in dom  # folded hints fold
