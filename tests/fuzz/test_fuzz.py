"""The fuzz targets take honest inputs without a word, and fuzzing them for a moment finds nothing. `make fuzz` does it for longer."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS, examples

ROOT = Path(__file__).resolve().parents[2]
INPUTS = [
    pytest.param(target, content, id=f"{target}-{n}")
    for target in TARGETS
    for n, content in enumerate(examples(target))
]


@pytest.mark.parametrize(("target", "content"), INPUTS)
def test_an_honest_input_is_taken(target: str, content: bytes) -> None:
    TARGETS[target](content)


@pytest.mark.skipif(not importlib.util.find_spec("atheris"), reason="atheris has no wheel for this machine")
@pytest.mark.parametrize("target", TARGETS)
def test_a_moment_of_fuzzing_finds_nothing(target: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzz", "--seconds", "2", "--folder", str(tmp_path), target]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing found in" in done.stdout
    assert "found in no runs" not in done.stdout
