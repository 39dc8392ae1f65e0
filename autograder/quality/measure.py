"""Asks the hidden suite of one assignment of everybody whose worth is known, and writes down how each did. `gate` judges it.

Reference, misconceptions, alternatives and empty answers sit in every seed, in the grader's own process. Mutants may loop or eat memory:
they sit in confined workers with a second per call, in the first seed only, and no longer than until two tests have caught them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Literal

import pytest

from autograder.course import Assignment, Course, Exercise, Limits
from autograder.grading.diagnosis import same
from autograder.grading.misconceptions import (
    Misconception,
    Variant,
    alternatives,
    load_module,
    misconceptions,
    rewritten,
)
from autograder.grading.plugin import exercise_of, points_of, redundant, title_of
from autograder.grading.report import ExerciseResult
from autograder.grading.student import Answers, Respondent, start_launcher
from autograder.isolation import Isolation, Launcher
from autograder.quality.mutants import Mutant, mutants
from autograder.quality.respondents import alternative, empty_answers
from autograder.quality.trials import Trials, sit
from autograder.submissions import answer_program

Kind = Literal["reference", "misconception", "alternative", "empty"]
Person = tuple[Kind, str, str | None, Respondent]  # who it is, and in which exercise; None is all of them
Progress = Callable[[int, int], None]  # steps done, steps in all
CALL_SECONDS = 1.0  # of a mutant
HOUR = 3600.0  # of one respondent, for a whole measurement
ENOUGH = 2  # tests that catch a mutant: no single one of them is then needed for it


@dataclass(frozen=True)
class HiddenTest:
    """One test of the suite. `redundant` is the reason why it stays although others make it superfluous."""

    exercise: str
    name: str
    title: str
    points: float
    redundant: str | None


@dataclass(frozen=True)
class Trial:
    """How one answer did in one exercise, in one seed."""

    kind: Kind
    who: str
    exercise: str
    seed: str
    lost: tuple[str, ...]  # the tests that it did not pass
    upset: tuple[str, ...]  # the tests that failed through a fault of their own
    named: str | None
    seconds: float


@dataclass(frozen=True)
class MutantTrial:
    """Which tests caught a mutant, as (exercise, test): at most two of those that are not redundant."""

    id: str
    exercises: tuple[str, ...]
    caught_by: tuple[tuple[str, str], ...]
    upset: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Distinction:
    """The tests in which another misconception cannot be mistaken for this one, which diagnosis gave its right name."""

    exercise: str
    one: str
    other: str
    seed: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Measured:
    """All that is known of one suite. `equivalent` are the mutants that its author declares to be right, with the reasons."""

    assignment: str
    exercises: tuple[Exercise, ...]
    seeds: tuple[str, ...]
    tests: tuple[HiddenTest, ...]
    trials: tuple[Trial, ...]
    distinctions: tuple[Distinction, ...]
    mutants: tuple[MutantTrial, ...]
    equivalent: dict[str, str]


def measure(
    course: Course,
    name: str,
    seeds: Sequence[str],
    progress: Progress = lambda *_: None,
    isolation: Isolation = "auto",
) -> Measured:
    """Ask the suite of the assignment `name` in every one of `seeds`."""
    assignment = course.assignment(name)
    found: list[Measured] = []
    with start_launcher(course, assignment, isolation) as launcher:
        sit(
            course,
            assignment,
            launcher,
            lambda trials: found.append(_Asking(course, assignment, launcher, trials, progress).all(tuple(seeds))),
        )
    return found[0]


def seeds_named(count: int) -> tuple[str, ...]:
    """The first `count` seeds: always the same ones."""
    return tuple(f"seed-{number}" for number in range(count))


def equivalent_mutants(folder: Path) -> dict[str, str]:
    """The mutants that `folder/equivalent_mutants.py` declares to be right answers, with the reasons."""
    path = folder / "equivalent_mutants.py"
    return dict(load_module(path).EQUIVALENT) if path.is_file() else {}


@dataclass
class _Asking:
    """One measurement while it goes on."""

    course: Course
    assignment: Assignment
    launcher: Launcher
    trials: Trials
    progress: Progress

    def all(self, seeds: tuple[str, ...]) -> Measured:
        """Ask everybody."""
        folder = self.course.solution(self.assignment.name)
        reference = (folder / "reference.py").read_text(encoding="utf-8")
        made = mutants(self.assignment, reference)
        asked, caught = self._ask(folder, reference, made, seeds)
        right = {
            (trial.who, trial.seed) for trial in asked if trial.kind == "misconception" and trial.named == trial.who
        }
        return Measured(
            assignment=self.assignment.name,
            exercises=self.assignment.exercises,
            seeds=seeds,
            tests=tuple(map(_hidden_test, self.trials.items)),
            trials=tuple(asked),
            distinctions=tuple(d for seed in seeds for d in self._distinctions(misconceptions(folder), right, seed)),
            mutants=tuple(caught),
            equivalent=equivalent_mutants(folder),
        )

    def _ask(
        self, folder: Path, reference: str, made: list[Mutant], seeds: tuple[str, ...]
    ) -> tuple[list[Trial], list[MutantTrial]]:
        """Everybody in every seed, then every mutant in the first."""
        asked: list[Trial] = []
        caught: list[MutantTrial] = []
        with closing(self._answers(reference, self.assignment.limits)) as submitted:
            people = [("reference", "the reference", None, submitted), *_people(folder, reference)]
            total = len(people) * len(seeds) + len(made)
            for number, (seed, (kind, who, exercise, respondent)) in enumerate(product(seeds, people), start=1):
                results = self.trials.results(respondent, seed, exercise)
                asked += [_trial(kind, who, seed, result) for result in results]
                self.progress(number, total)
        for number, mutant in enumerate(made, start=len(people) * len(seeds) + 1):
            caught.append(self._mutant(mutant, seeds[0]))
            self.progress(number, total)
        return asked, caught

    def _answers(self, source: str, limits: Limits) -> Answers:
        """A module text in a confined worker, with all the time that a measurement takes."""
        unhurried = replace(limits, wall_seconds=HOUR, cpu_seconds=HOUR)
        return Answers(answer_program(self.assignment, source), self.launcher, unhurried)

    def _mutant(self, mutant: Mutant, seed: str) -> MutantTrial:
        """Ask a mutant in a confined worker, first by the tests that are not redundant."""
        limits = replace(self.assignment.limits, call_seconds=min(CALL_SECONDS, self.assignment.limits.call_seconds))
        caught: list[tuple[str, str]] = []
        upset: list[tuple[str, str]] = []
        items = [item for item in self.trials.items if exercise_of(item.path) in mutant.exercises]
        with closing(self._answers(mutant.source, limits)) as answers:
            for item in sorted(items, key=lambda item: redundant(item) is not None):
                if len(caught) >= ENOUGH or (caught and redundant(item) is not None):
                    break
                state = self.trials.state(item, answers, seed)
                if state != "passed":
                    (upset if state == "grader-error" else caught).append((exercise_of(item.path), item.name))
        return MutantTrial(mutant.id, mutant.exercises, tuple(caught), tuple(upset))

    def _distinctions(
        self, known: Sequence[Misconception], right: set[tuple[str, str]], seed: str
    ) -> Iterator[Distinction]:
        for one in known:
            for other in known if (one.id, seed) in right else ():
                if other.exercise == one.exercise and other.id != one.id:
                    yield Distinction(one.exercise, one.id, other.id, seed, self._telling_apart(one, other, seed))

    def _telling_apart(self, one: Misconception, other: Misconception, seed: str) -> tuple[str, ...]:
        """The tests in which `other` does not explain what `one` did: see `diagnosis`."""
        mine, theirs = self.trials.said(one, seed), self.trials.said(other, seed)
        return tuple(
            test
            for test, (passed, transcript) in mine.items()
            if theirs[test][0] != passed or (not passed and not same(theirs[test][1], transcript))
        )


def _hidden_test(item: pytest.Item) -> HiddenTest:
    return HiddenTest(exercise_of(item.path), item.name, title_of(item), points_of(item), redundant(item))


def _people(folder: Path, reference: str) -> list[Person]:
    """Everybody who sits in every seed in the grader's own process."""
    people: list[Person] = [
        ("misconception", wrong.id, wrong.exercise, Variant(rewritten(reference, wrong.changes)))
        for wrong in misconceptions(folder)
    ]
    people += [
        ("alternative", other.title, other.exercise, alternative(reference, other)) for other in alternatives(folder)
    ]
    return people + [("empty", what, None, respondent) for what, respondent in empty_answers(reference).items()]


def _trial(kind: Kind, who: str, seed: str, result: ExerciseResult) -> Trial:
    return Trial(
        kind=kind,
        who=who,
        exercise=result.name,
        seed=seed,
        lost=tuple(test.name for test in result.tests if test.status != "passed"),
        upset=tuple(test.name for test in result.tests if test.status == "grader-error"),
        named=result.misconception.id if result.misconception else None,
        seconds=result.seconds,
    )
