"""Tests are spread over processes by units that are there, and a unit is never torn apart where tests share what was computed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.units import LONGEST, PARTS, SLOW, unit_of

FILES = {path.name for path in Path(__file__).resolve().parents[1].rglob("test_*.py")}


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
