"""What is remembered between two runs of the tests is what would be computed again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.support.remembered import remembered


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Another number each time that something is computed, on a machine where a person works."""
    monkeypatch.delenv("CI", raising=False)
    return count()


def test_it_is_looked_up_while_nothing_changes_and_computed_after_any_change(
    tmp_path: Path, numbers: Iterator[int]
) -> None:
    source, kept = tmp_path / "source", tmp_path / "kept"
    (source / "inner").mkdir(parents=True)
    (source / "inner" / "a.py").write_text("x = 1")

    def get(*more: object) -> int:
        return remembered("number", [source], lambda: next(numbers), *more, folder=kept)

    assert [get(), get()] == [0, 0]
    (source / "inner" / "a.py").write_text("x = 2")
    assert [get(), get()] == [1, 1]
    (source / "inner" / "a.py").rename(source / "a.py")
    assert [get(), get()] == [2, 2]
    (source / "b.py").touch()
    assert get() == 3
    assert [get("two seeds"), get("two seeds")] == [4, 4]
    assert len(list(kept.iterdir())) == 1


def test_continuous_integration_computes_always(
    tmp_path: Path, numbers: Iterator[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered("number", [], lambda: next(numbers), folder=tmp_path)
    monkeypatch.setenv("CI", "1")
    assert remembered("number", [], lambda: next(numbers), folder=tmp_path) == 1
