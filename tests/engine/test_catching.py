"""Asking mutants no further than something new can come of it comes to the same as asking all tests of all of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course.assignment import Exercise
from autograder.grading.outcome import Outcome
from autograder.quality.catching import Catching
from autograder.quality.gate import needed_tests
from autograder.quality.measured import HiddenTest, Measured, MutantTrial, Trial
from autograder.quality.table import legend
from autograder.suite.collected import CollectedTest
from autograder.suite.student import Draw


def test_an_exercise_without_signature_mutants_is_named_where_all_were_asked() -> None:
    exercises = (Exercise("seen", ("seen",), 10.0), Exercise("blind", ("blind",), 10.0))
    trials = tuple(Trial("reference", "reference", each.name, "1", (), (), None, 0.1) for each in exercises)
    signatures = (MutantTrial("seen: wrong", ("seen",), (), ()),)
    measured = Measured("made_up", exercises, ("1",), (), trials, (), (), {}, signatures, {}, thorough=True)
    told = "\n".join(legend([measured]))
    assert "made_up: without signature mutants: blind. They are made of" in told
    assert "without signature mutants" not in "\n".join(legend([replace(measured, thorough=False)]))


KINDS = st.sampled_from(["core", "core", "core", "sweeping", "redundant"])


def hidden_test(number: int, kind: str) -> CollectedTest:
    redundant = "because" if kind == "redundant" else None
    path = Path("tests/hidden/made_up/test_twice.py")
    return CollectedTest(
        f"test_{number}", path, f"test_{number}", "", 1.0, redundant, kind == "sweeping", {}, lambda: print, ()
    )


@dataclass
class Known:
    """In the place of Asking: which tests catch a mutant stands in a set of its names; how often it was asked is counted."""

    tests: list[CollectedTest]
    asked: int = field(default=0)

    def of(self, _: str) -> list[CollectedTest]:
        return self.tests

    def once(self, test: CollectedTest, draw: Draw) -> Outcome:
        self.asked += 1
        catching: Any = draw.respondent
        return Outcome("failed" if test.name in catching else "passed", "")


def needed(tests: list[CollectedTest], trials: list[MutantTrial]) -> set[tuple[str, str]]:
    """Of the tests that nothing replaces, those that the gate finds needed."""
    hidden = tuple(HiddenTest(t.exercise, t.name, t.title, t.points, t.redundant, t.sweeping) for t in tests)
    measured = Measured("made_up", (), (), hidden, (), (), tuple(trials), {}, (), {}, thorough=True)
    core = {(t.exercise, t.name) for t in tests if not t.sweeping and t.redundant is None}
    return core & needed_tests(measured)


@settings(max_examples=300, deadline=None, database=None)
@given(
    kinds=st.lists(KINDS, min_size=1, max_size=6),
    catchers=st.lists(st.tuples(st.sampled_from("ab"), st.sets(st.integers(0, 5), max_size=3)), max_size=12),
)
def test_what_is_needed_and_what_survives_is_what_all_tests_would_tell(
    kinds: list[str], catchers: list[tuple[str, set[int]]]
) -> None:
    tests = [hidden_test(number, kind) for number, kind in enumerate(kinds)]
    places = [{test.name for number, test in enumerate(tests) if number in numbers} for _, numbers in catchers]
    catching = Catching(Known(tests))  # type: ignore[arg-type]
    found = [
        catching.caught(f"twice: {kind} {number}", ("twice",), names, "seed")  # type: ignore[arg-type]
        for number, ((kind, _), names) in enumerate(zip(catchers, places, strict=True))
    ]
    whole = [
        MutantTrial(each.id, ("twice",), tuple(("twice", name) for name in names), ())
        for each, names in zip(found, places, strict=True)
    ]
    assert needed(tests, found) == needed(tests, whole)
    assert [bool(each.caught_by) for each in found] == [bool(each.caught_by) for each in whole]


def test_a_mutant_that_a_needed_test_catches_is_asked_no_further() -> None:
    known = Known([hidden_test(number, "core") for number in range(8)])
    catching = Catching(known)  # type: ignore[arg-type]
    catching.note([("twice", "test_7")])
    for number in range(5):
        catching.caught(f"twice: y {number}", ("twice",), {"test_7"}, "seed")  # type: ignore[arg-type]
    assert known.asked == 8 + 4
