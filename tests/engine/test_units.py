"""Tests are spread over processes by units that are there, none of which is torn apart; and what was skipped can be run alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import skipped
from tests.support.units import LONGEST, PARTS, SLOW, unit_of

ROOT = Path(__file__).resolve().parents[2]
FILES = {path.name for path in (ROOT / "tests").rglob("test_*.py")}


@pytest.mark.parametrize(
    ("nodeid", "unit"),
    [
        ("tests/engine/test_wire.py::test_a[x/y::z]", "test_wire.py"),
        ("tests/course/test_suite_quality.py::test_a[optimizers]", "test_suite_quality.py optimizers"),
        ("tests/attacks/test_attacks.py::test_a[as-started-landlock-files/x]", "test_attacks.py as-started landlock"),
        ("tests/attacks/test_attacks.py::test_every_attack_says", "test_attacks.py"),
    ],
)
def test_a_test_belongs_to_a_file_or_to_a_part_of_one(nodeid: str, unit: str) -> None:
    assert unit_of(nodeid) == unit


def test_what_is_named_as_long_or_slow_is_there() -> None:
    named = {*(unit.partition(" ")[0] for unit in LONGEST), *(name.partition("::")[0] for name in SLOW), *PARTS}
    assert named - FILES == set()


TESTS = """
import pytest

@pytest.mark.skipif("not __import__('pathlib').Path('there').exists()")
@pytest.mark.parametrize("x", ["a b", "\\n"])
def test_needs(x): pass

def test_needs_nothing(): pass

@pytest.mark.xfail
def test_that_fails(): raise ValueError
"""
HOOKS = """
from tests.support import skipped

pytest_addoption, pytest_configure = skipped.add_options, skipped.note

def pytest_collection_modifyitems(config, items):
    skipped.select(config, items)
"""


@pytest.mark.parametrize("spread", [("-n", "2"), ("-p", "no:xdist")])
def test_what_was_skipped_for_want_of_something_runs_alone_where_it_is_there(
    tmp_path: Path, spread: tuple[str, str]
) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "conftest.py").write_text(HOOKS)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}

    def run(option: str) -> str:
        command = [sys.executable, "-m", "pytest", "-q", *spread, "-p", "no:cacheprovider", f"{option}=build/skipped"]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout

    assert "1 passed, 2 skipped, 1 xfailed" in run(skipped.TO)
    (tmp_path / "there").touch()
    last = run(skipped.FROM).splitlines()[-1]
    assert re.match(r"2 passed(, 2 deselected)? in", last), last  # processes do not tell what they have left out
