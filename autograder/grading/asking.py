"""Asks the collected tests of an assignment, exercise by exercise, of whoever answers. Used by the grader, and to measure suites."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from autograder.course.assignment import Assignment, Exercise
from autograder.course.folders import Course
from autograder.course.report import ExerciseResult, summarise
from autograder.grading.diagnosis import Diagnosis
from autograder.grading.outcome import MESSAGES, OUT_OF_TIME, Outcome, outcome_of, result_of, without_constants
from autograder.suite.collected import CollectedTest
from autograder.suite.misconceptions import variant
from autograder.suite.student import Draw

REDRAWS = 3  # of a test's numbers, where the reference does not pass it
LATE = 2  # after so many tests of an exercise that ran out of time, its others are not run


class Asking:
    """The suite of an assignment, for one submission or for as long as one likes."""

    def __init__(
        self,
        course: Course,
        assignment: Assignment,
        tests: Sequence[CollectedTest],
        diagnosis: type[Diagnosis] = Diagnosis,
    ) -> None:
        """Ask `tests`, which `collect` has checked."""
        self.assignment = assignment
        self.tests = tests
        self.faults: dict[str, str] = {}  # test -> what the grader failed with
        self._root = course.root
        self._reference = course.solution(assignment.name) / "reference.py"
        self.diagnosis = diagnosis(self._reference, self.once)
        self._fair_seeds: dict[
            tuple[str, str], str | None
        ] = {}  # test and seed -> the seed that the reference passes with

    def of(self, exercise: str) -> list[CollectedTest]:
        """The tests of an exercise."""
        return [test for test in self.tests if test.exercise == exercise]

    def results(self, draw: Draw) -> tuple[ExerciseResult, ...]:
        """What comes of all exercises."""
        return tuple(self.result(exercise, draw) for exercise in self.assignment.exercises)

    def result(self, exercise: Exercise, draw: Draw) -> ExerciseResult:
        """What comes of one exercise."""
        tests, outcomes = self.of(exercise.name), list[Outcome]()
        for test in tests:
            late = sum(outcome.status in OUT_OF_TIME for outcome in outcomes)
            outcomes.append(self.outcome(test, draw) if late < LATE else Outcome("timed-out", MESSAGES["timed-out"]))
        outcomes = without_constants(outcomes)
        self.faults |= {
            test.name: outcome.fault for test, outcome in zip(tests, outcomes, strict=True) if outcome.fault
        }
        results = tuple(map(result_of, tests, outcomes))
        points = min(exercise.points, sum(result.max_points for result in results))
        if all(outcome.status == "passed" for outcome in outcomes):
            draw.earned.update(exercise.functions)
        return summarise(exercise.name, points, results, self.diagnosis.finding(exercise, tests, outcomes, draw))

    def once(self, test: CollectedTest, draw: Draw) -> Outcome:
        """Run one test for somebody whose answers are looked into, and who is not graded."""
        return self.outcome(test, draw, attempts=1)

    def outcome(self, test: CollectedTest, draw: Draw, attempts: int = 2) -> Outcome:
        """Run one test; one that is not passed counts with numbers that the reference passes it with."""
        drawn = self._fair_seeds.get((test.id, draw.seed)) or draw.seed
        outcome = self._with_seed(test, draw.with_seed(drawn), attempts)
        if outcome.status not in {"failed", "crashed"}:
            return outcome
        fair = self._fair_seed(test, draw.seed)
        if fair is None:
            return replace(outcome, status="grader-error", message=MESSAGES["grader-error"], fault=MESSAGES["unfair"])
        return outcome if fair == drawn else self._with_seed(test, draw.with_seed(fair), attempts)

    def _fair_seed(self, test: CollectedTest, seed: str) -> str | None:
        """The first of some seeds with which the reference passes a test, `seed` before all; None where it never does.

        Random numbers may be such that no answer passes, once in many hundred students. That is nobody's mistake.
        """
        if (test.id, seed) not in self._fair_seeds:
            right = variant(self._reference, ())
            seeds = (seed, *(f"{seed}/fair/{number + 1}" for number in range(REDRAWS)))
            passed = (
                each for each in seeds if self._with_seed(test, Draw(right, each, keeping=False), 1).status == "passed"
            )
            self._fair_seeds[test.id, seed] = next(passed, None)
        return self._fair_seeds[test.id, seed]

    def _with_seed(self, test: CollectedTest, draw: Draw, attempts: int) -> Outcome:
        """Run one test with the seed of `draw`; what looks like the grader's own fault is tried twice."""
        begin = time.monotonic()
        outcome = outcome_of(test, draw, self._root)
        if outcome.status == "grader-error" and attempts > 1:
            return self._with_seed(test, draw, attempts - 1)
        return replace(outcome, seconds=time.monotonic() - begin)
