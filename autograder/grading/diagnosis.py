"""What is behind a failed exercise: the known mistake that explains it, or what all wrong answers have in common.

Each failed test is run again with a variant of the reference in the student's place, on the same seed; what the two answered is compared,
call by call. A variant explains the student when that agrees in every failed test, and when it passes the tests that the student passed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from autograder.course.assignment import CourseError, Exercise
from autograder.course.report import Finding
from autograder.grading.outcome import Outcome
from autograder.grading.patterns import AsIfDefault, defaults, failed_of, in_numbers, in_places, pattern
from autograder.grading.transcripts import Repeating, Transcript, same
from autograder.grading.which_calls import Asked, in_calls, in_results
from autograder.sandbox.bounded import bounded_memory
from autograder.suite.collected import CollectedTest
from autograder.suite.misconceptions import Misconception, misconceptions, variant
from autograder.suite.student import Draw, Respondent

EXPLAINING_MB = 512  # of the grader's memory
FRESH_DRAWS = 2  # in which an explanation must hold, until one is left

Mistake = Misconception | AsIfDefault
T = TypeVar("T")
Said = tuple[bool, Transcript]  # whether a test was passed, and what was said in it


def explaining(
    mistakes: Sequence[T],
    passed: Sequence[bool],
    transcripts: Sequence[Transcript],
    rerun: Callable[[T, int], Said],
) -> list[T]:
    """Those of the mistakes that reproduce the student's transcripts of one exercise.

    rerun: runs one test, by its place in the exercise, with a mistake in the student's place: whether it passed, and what was said
    """
    order = sorted(
        range(len(passed)), key=lambda test: passed[test]
    )  # failed tests first: they tell most variants apart

    def explains(mistake: T) -> bool:
        for test in order:
            now_passed, transcript = rerun(mistake, test)
            if now_passed != passed[test] or (not now_passed and not same(transcript, transcripts[test])):
                return False
        return True

    return [mistake for mistake in mistakes if explains(mistake)]


@dataclass(frozen=True)
class Diagnosis:
    """Looks for what is behind failed exercises of one assignment.

    outcome: runs one test, once
    """

    reference: Path
    outcome: Callable[[CollectedTest, Draw], Outcome]

    def finding(
        self, exercise: Exercise, tests: Sequence[CollectedTest], outcomes: Sequence[Outcome], draw: Draw
    ) -> Finding | None:
        """What is behind it. An explanation is a courtesy: whatever goes wrong with it, the grade stands."""
        try:
            with bounded_memory(EXPLAINING_MB):
                return self.search(exercise, tests, outcomes, draw)
        except CourseError:  # of a misconception that does not fit the reference: whoever owns the course must know
            raise
        except Exception:  # noqa: BLE001  (of whatever a student returned; tests call what is below without this)
            return None

    def search(
        self, exercise: Exercise, tests: Sequence[CollectedTest], outcomes: Sequence[Outcome], draw: Draw
    ) -> Finding | None:
        """What is behind it; nothing is run when all passed, or when nothing was answered.

        Who explains it must do so in fresh draws, too: with two that do, and a pattern that one draw shows, the next one tells.
        """
        if not _answered(outcomes):
            return None
        known: list[Mistake] = [m for m in misconceptions(self.reference.parent) if m.exercise == exercise.name]
        known += defaults(self.reference, exercise.functions)
        drawn = [(draw.seed, outcomes)]
        for number in range(FRESH_DRAWS + 1):
            seed, said = drawn[-1]
            known = self._explaining(known, tests, said, seed)
            if number == FRESH_DRAWS or (number and len(known) <= 1):
                break
            fresh = f"{draw.seed}/{number + 1}"
            again = Draw(draw.respondent, fresh, noting=True)
            drawn.append((fresh, [self.outcome(test, again) for test in tests]))
            if not _answered(drawn[-1][1]):
                return None
        named = [mistake for mistake in known if isinstance(mistake, Misconception)] or known
        if len(named) == 1:
            return named[0].finding
        return self._pattern(exercise, tests, [said for _, said in drawn], draw.respondent)

    def said(self, mistake: Mistake, test: CollectedTest, seed: str, said: Transcript | None = None) -> Said:
        """Whether a mistake passes one test, and what it says there; no further than it repeats `said`, if that is given."""
        respondent: Respondent = mistake.respondent(self.reference)
        if said is not None:
            respondent = Repeating(respondent, said, test.free)
        outcome = self.outcome(test, Draw(respondent, seed))
        if isinstance(respondent, Repeating) and respondent.diverged:  # even where the student was asked no further
            return False, (*outcome.transcript, ("", None))
        return outcome.status == "passed", outcome.transcript

    def _explaining(
        self, known: list[Mistake], tests: Sequence[CollectedTest], outcomes: Sequence[Outcome], seed: str
    ) -> list[Mistake]:
        """Those of the mistakes that say what the student said."""
        passed = [outcome.status == "passed" for outcome in outcomes]

        def rerun(mistake: Mistake, test: int) -> Said:
            return self.said(mistake, tests[test], seed, None if passed[test] else outcomes[test].transcript)

        return explaining(known, passed, [outcome.transcript for outcome in outcomes], rerun)

    def _pattern(
        self,
        exercise: Exercise,
        tests: Sequence[CollectedTest],
        drawn: Sequence[Sequence[Outcome]],
        respondent: Respondent,
    ) -> Finding | None:
        """What all that is off has in common, in every draw."""
        compared = [outcome.compared for said in drawn for outcome in said]
        not_compared = any(_is_off_otherwise(outcome) for said in drawn for outcome in said)
        asked = [
            Asked(call, answer, test.free.get(call.function))
            for said in drawn
            for test, outcome in zip(tests, said, strict=True)
            for call, (_, answer) in zip(
                outcome.calls, outcome.transcript, strict=False
            )  # the first draw noted no calls
            if call.function in exercise.functions
        ]
        right = variant(self.reference, ())
        told = itertools.chain(
            () if not_compared else in_numbers(failed_of(compared)),
            in_calls(asked, right, respondent),
            () if not_compared else in_places(compared),
            in_results(asked, right),
        )
        return next(map(pattern, told), None)


def _is_off_otherwise(outcome: Outcome) -> bool:
    """Whether a test failed by something else than numbers that were compared here: a shape, say, or one of several attempts."""
    return outcome.status == "failed" and not any(compared.wrong.any() for compared in outcome.compared)


def _answered(outcomes: Sequence[Outcome]) -> bool:
    """Whether something is wrong that can be explained: answers that are not right, and no silence."""
    states = {outcome.status for outcome in outcomes}
    return bool(states & {"failed", "crashed"} and states & {"failed", "passed"})
