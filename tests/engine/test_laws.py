"""A law of a hidden suite is tried on the same cases at a regrade, and what breaks it comes through as it is."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, NoReturn

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers

from autograder.suite import Mismatch, for_all
from autograder.suite.errors import StudentFault

CASES = st.tuples(
    st.integers(1, 6), st.integers(0, 2**32 - 1), st.booleans(), st.floats(-1.0, 1.0), st.permutations(range(5))
)


def cases(seed: int, strategy: st.SearchStrategy[Any] = CASES, examples: int = 20) -> list[Any]:
    """What a law is tried on."""
    seen: list[Any] = []
    for_all(np.random.default_rng(seed), strategy, seen.append, examples=examples)
    return seen


def test_a_seed_gives_the_same_cases_again_and_another_seed_gives_others() -> None:
    assert cases(1) == cases(1)
    assert len(cases(1)) == 20
    assert cases(1)[1:] != cases(2)[1:]
    assert len({str(case) for case in cases(1)}) == 20


def test_the_first_case_is_the_simplest() -> None:
    assert cases(1)[0] == (1, 0, False, 0.0, [0, 1, 2, 3, 4])


def test_cases_do_not_depend_on_which_modules_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hypothesis, left to itself, reads numbers out of the source of every module that is loaded."""

    def read() -> NoReturn:
        raise AssertionError("constants were read from source")

    before = [cases(seed) for seed in range(20)]
    monkeypatch.setitem(sys.modules, "one_more", ModuleType("one_more"))
    monkeypatch.setattr(providers, "_get_local_constants", read)
    assert [cases(seed) for seed in range(20)] == before


def test_other_randomness_neither_changes_the_cases_nor_is_changed() -> None:
    np.random.seed(0)  # noqa: NPY002  (the global state that numpy still has)
    before = cases(1)
    state = np.random.get_state()[2]  # noqa: NPY002
    assert cases(1) == before
    assert np.random.get_state()[2] == state  # noqa: NPY002


@pytest.mark.parametrize("fault", [Mismatch("off"), StudentFault("timed-out", "f did not return"), ValueError("ours")])
def test_what_breaks_a_law_comes_through_as_it_is_and_at_once(
    fault: Exception, capfd: pytest.CaptureFixture[str]
) -> None:
    """No case is tried twice or made smaller, which a timeout could not pay for; and none is printed."""
    tried = []

    def law(case: int) -> None:
        tried.append(case)
        if len(tried) == 3:
            raise fault

    with pytest.raises(type(fault)) as caught:
        for_all(np.random.default_rng(0), st.integers(0, 10**9), law)
    assert caught.value is fault
    assert getattr(fault, "__notes__", []) == []
    assert len(tried) == 3
    assert capfd.readouterr() == ("", "")


def test_answers_that_change_from_call_to_call_are_no_fault_of_the_grader() -> None:
    """Hypothesis would call such a test flaky."""
    answers = iter([True, False, *[True] * 100])

    def law(_: int) -> None:
        if not next(answers):
            raise Mismatch("off")

    with pytest.raises(Mismatch):
        for_all(np.random.default_rng(0), st.integers(0, 10**9), law)


def test_nothing_is_kept_on_disk(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cases(3)
    assert list(tmp_path.iterdir()) == []
