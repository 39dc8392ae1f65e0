"""Hidden tests that look faulty, or that tell nothing: what a class makes of a test is evidence about the test, too.

Nothing here is proof: each finding is a sentence that says what was seen, and what an instructor might look for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from autograder.course.report import State
from autograder.reporting.class_statistics import FAIR, FEWEST, QUARTERS
from autograder.reporting.class_summary import ClassSummary, ItemStatistics
from autograder.reporting.class_words import percent, signed

BEST = 3  # students that the best quarter has at least, before anything is said of it
FEW_RUN_OUT = 0.1  # share of those who tried a test, from which on its limits are looked at
HALF = 0.5
LIMITS: set[State] = {
    "timed-out",
    "out-of-cpu",
    "out-of-memory",
    "too-much-output",
    "reply-too-large",
    "too-many-calls",
}
Weight = Literal[
    "look", "note"
]  # look: something is probably wrong; note: the test tells little, which may be all right


@dataclass(frozen=True)
class Suspicion:
    """Why somebody should look at a test. `label` in two or three words, `why` in a sentence."""

    weight: Weight
    label: str
    why: str


@dataclass(frozen=True)
class SuspiciousTest:
    """A test, and all that speaks against it."""

    exercise: str
    test: ItemStatistics
    suspicions: tuple[Suspicion, ...]

    @property
    def weight(self) -> Weight:
        """That of the gravest."""
        return "look" if any(one.weight == "look" for one in self.suspicions) else "note"


def suspicious_tests(summary: ClassSummary) -> tuple[SuspiciousTest, ...]:
    """The tests of an assignment against which something speaks: first those that are probably wrong, each in the order of the suite."""
    found = [
        SuspiciousTest(each.exercise.name, test, tuple(suspicions))
        for each in summary.exercises
        for test in each.tests
        if (suspicions := suspicions_of(test))
    ]
    return tuple(sorted(found, key=lambda one: one.weight != "look"))


def suspicions_of(test: ItemStatistics) -> list[Suspicion]:
    """What speaks against a test. Where fewer than FEWEST students tried it, nothing can."""
    if test.tried < FEWEST or test.difficulty is None:
        return []
    if test.difficulty == 0:
        why = (
            f"None of the {test.tried} students who tried it has any points: either nobody has understood this, or the test asks for "
            "what the exercise does not say."
        )
        return [Suspicion("look", "nobody passes", why), *_limits(test)]
    if test.whole == test.tried:
        why = (
            f"All {test.tried} students who tried it pass. It tells nobody from anybody, as a first, easy test may; if it was meant to "
            "be hard, it may be passed without the answer."
        )
        return [Suspicion("note", "everybody passes", why)]
    return [*_best_fail(test), *_wrong_way_round(test), *_tells_little(test), *_limits(test)]


def _best_fail(test: ItemStatistics) -> Sequence[Suspicion]:
    """Those who are best in all the rest have less than half of its points, and less than the others."""
    if test.quarters is None or test.tried < BEST * QUARTERS:
        return []
    *others, best = test.quarters
    rest = sum(others) / len(others)
    if best >= min(HALF, rest):
        return []
    why = (
        f"The quarter that is best in all other tests has {percent(best)} of its points, everybody else {percent(rest)}: it may refuse "
        "a right answer, or pass a wrong one."
    )
    return [Suspicion("look", "the best fail it", why)]


def _wrong_way_round(test: ItemStatistics) -> Sequence[Suspicion]:
    """Its correlation with the rest is negative, and not by chance."""
    found = test.discrimination
    if found is None or found.high >= 0:
        return []
    why = (
        f"Its discrimination is {signed(found.value)}, and with 95 % confidence below 0: who does well elsewhere does worse here. Its key "
        "may be wrong."
    )
    return [Suspicion("look", "the wrong way round", why)]


def _tells_little(test: ItemStatistics) -> Sequence[Suspicion]:
    """Its correlation with the rest is not negative for sure, and below what Ebel and Frisbie call fair for sure."""
    found = test.discrimination
    if found is None or not 0 <= found.high < FAIR:
        return []
    why = (
        f"Its discrimination is {signed(found.value)}, at most {signed(found.high)} with 95 % confidence: who passes it is hardly better "
        "elsewhere than who does not. It may test a slip, or something that the rest does not."
    )
    return [Suspicion("note", "tells little", why)]


def _limits(test: ItemStatistics) -> Sequence[Suspicion]:
    """Many reach a limit of the assignment's in it."""
    many = sum(count for state, count in test.states if state in LIMITS)
    if many < BEST or many < FEW_RUN_OUT * test.tried:
        return []
    why = (
        f"{many} of {test.tried} students reach a limit in it (time, memory, output or calls): what the assignment allows may be too "
        "little."
    )
    return [Suspicion("look", "runs into limits", why)]
