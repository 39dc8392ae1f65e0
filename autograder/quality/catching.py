"""Which tests catch a mutant, and whether one of them alone does. Used by `measure`; what `gate` calls idle follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from autograder.grading.asking import Asking
from autograder.quality.measured import MutantTrial, TestPlace
from autograder.suite.collected import CollectedTest
from autograder.suite.student import Draw, Respondent

ENOUGH = 2  # tests that catch a mutant: no single one of them is then needed for it


class Catching:
    """Asks tests of mutants, no longer than something new can come of it.

    A test that alone catches some mutant is needed, and another mutant that it catches can show no more than that.
    """

    def __init__(self, asking: Asking) -> None:
        """Ask the tests of `asking`."""
        self._asking = asking
        self._core = {
            (test.exercise, test.name) for test in asking.tests if not test.sweeping and test.redundant is None
        }
        self._needed: set[TestPlace] = set()
        self._catches: Counter[str | tuple[str, str]] = Counter()  # of all mutants, and of each kind

    def note(self, caught: Iterable[TestPlace]) -> None:
        """Of a wrong answer, all tests that it fails: the one that nothing can replace, if there is one, is needed."""
        core = self._core.intersection(caught)
        if len(core) == 1:
            self._needed |= core

    def caught(self, mutant: str, exercises: Sequence[str], respondent: Respondent, seed: str) -> MutantTrial:
        """Ask the tests of `exercises` until one that is needed catches the mutant, or enough of them do, or all have been asked."""
        caught: list[TestPlace] = []
        upset: list[TestPlace] = []
        kind = " ".join(mutant.split()[:2])  # the function and, of a signature mutant, what part of its answer is wrong
        for test in self._in_order(exercises, kind):
            place = (test.exercise, test.name)
            if len(caught) >= ENOUGH or self._needed.intersection(caught) or (caught and place not in self._core):
                break
            state = self._asking.once(test, Draw(respondent, seed, keeping=False)).status
            if state != "passed":
                self._catches.update([test.id, (kind, test.id)])
                (upset if state == "grader-error" else caught).append(place)
        self.note(caught)
        return MutantTrial(mutant, tuple(exercises), tuple(caught), tuple(upset))

    def _in_order(self, exercises: Sequence[str], kind: str) -> list[CollectedTest]:
        """First the tests that nothing replaces, then sweeping and then redundant ones; of these, those that caught most of the kind."""
        tests = [test for exercise in exercises for test in self._asking.of(exercise)]
        catches = self._catches
        return sorted(
            tests,
            key=lambda test: (
                test.redundant is not None,
                test.sweeping,
                -catches[kind, test.id],
                -catches[test.id],
            ),
        )
