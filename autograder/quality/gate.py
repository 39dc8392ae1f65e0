"""What a hidden suite must achieve, and where a measured one falls short. Every shortcoming is one sentence.

A test is *idle* when no known wrong answer needs it: without it, each would still lose points, and each misconception would still be
called by its name. A test that is marked redundant is ignored when the others are judged, and must be idle.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median

from autograder.quality.measured import Kind, Measured, TestPlace, Trial

MIN_NAMED = 0.95  # of misconceptions, over all seeds
MIN_KILLED = 0.97  # of mutants


@dataclass(frozen=True)
class Row:
    """One exercise of an assignment, as the table shows it. Misconceptions and alternatives are counted once per seed."""

    assignment: str
    exercise: str
    tests: int
    redundant: int
    misconceptions: int
    caught: int
    named: int
    misnamed: int
    alternatives: int
    accepted: int
    mutants: int
    killed: int
    survivors: tuple[tuple[str, str], ...]  # mutant and the reason why it is right, empty where none is given
    signatures: int
    unlisted: tuple[str, ...]  # signature mutants that survive without a reason
    outside: int  # those that survive with one
    seconds: float  # of the suite on the reference, in a confined worker


def rows(measured: Measured) -> list[Row]:
    """One row per exercise."""
    return [_row(measured, exercise.name) for exercise in measured.exercises]


def _row(measured: Measured, exercise: str) -> Row:
    tests = [test for test in measured.tests if test.exercise == exercise]
    wrong = _of(measured, "misconception", exercise)
    right = _of(measured, "alternative", exercise)
    mutants = [mutant for mutant in measured.mutants if exercise == mutant.exercises[0]]
    survivors = [mutant.id for mutant in mutants if not mutant.caught_by]
    signatures = [mutant for mutant in measured.signatures if exercise == mutant.exercises[0]]
    accepted = [mutant.id for mutant in signatures if not mutant.caught_by]
    unlisted = [mutant for mutant in accepted if not _reasons(measured, mutant)]
    return Row(
        assignment=measured.assignment,
        exercise=exercise,
        tests=len(tests),
        redundant=sum(test.redundant is not None for test in tests),
        misconceptions=len(wrong),
        caught=sum(bool(trial.lost) for trial in wrong),
        named=sum(trial.named == trial.who for trial in wrong),
        misnamed=sum(trial.named not in {trial.who, None} for trial in wrong),
        alternatives=len(right),
        accepted=sum(not trial.lost for trial in right),
        mutants=len(mutants),
        killed=len(mutants) - len(survivors),
        survivors=tuple((mutant, measured.equivalent.get(mutant, "")) for mutant in survivors),
        signatures=len(signatures),
        unlisted=tuple(unlisted),
        outside=len(accepted) - len(unlisted),
        seconds=median(trial.seconds for trial in _of(measured, "reference", exercise)),
    )


def failures(measured: Measured) -> list[str]:
    """Where the suite falls short, a sentence each; none when it passes the gate."""
    checks = (_points, _answers, _names, _mutants, _signatures, _idle)
    return [f"{measured.assignment}: {sentence}" for check in checks for sentence in check(measured)]


def _of(measured: Measured, kind: Kind, exercise: str) -> list[Trial]:
    return [trial for trial in measured.trials if trial.kind == kind and trial.exercise == exercise]


def _points(measured: Measured) -> Iterator[str]:
    """Every exercise has what is needed to measure its tests, and every test is worth something."""
    for exercise in measured.exercises:
        kinds: tuple[Kind, ...] = ("misconception", "alternative")
        for kind in kinds:
            if not _of(measured, kind, exercise.name):
                yield f"{exercise.name} has no {kind}; write one, or nobody knows what its tests are worth."
    for test in measured.tests:
        if test.points <= 0:
            yield f"{test.exercise}: {test.name} is worth no points."


def _answers(measured: Measured) -> Iterator[str]:
    """Right answers lose nothing, wrong ones lose something, empty ones lose everything, and no test fails through its own fault."""
    tests = defaultdict(set)
    for test in measured.tests:
        tests[test.exercise].add(test.name)
    told: dict[str, set[str]] = defaultdict(set)  # a sentence, and in which seeds it holds
    for trial in measured.trials:
        for sentence in _shortcomings(trial, tests[trial.exercise]):
            told[sentence].add(trial.seed)
    for sentence, seeds in told.items():
        yield f"{sentence} in {len(seeds)} of {len(measured.seeds)} seeds."
    for mutant in (*measured.mutants, *measured.signatures):
        for exercise, name in mutant.upset:
            yield f"{exercise}: {name} fails through a fault of its own on the mutant `{mutant.id}`."


def _shortcomings(trial: Trial, tests: set[str]) -> Iterator[str]:
    """What one answer shows to be wrong with the suite."""
    lost = ", ".join(trial.lost)
    for name in trial.upset:
        yield f"{trial.exercise}: {name} fails through a fault of its own on {trial.kind} '{trial.who}'"
    if trial.kind == "reference" and trial.lost:
        yield f"{trial.exercise}: the reference loses points ({lost})"
    if trial.kind == "alternative" and trial.lost:
        yield f"{trial.exercise}: false reject: the alternative '{trial.who}' loses points ({lost})"
    if trial.kind == "misconception" and not trial.lost:
        yield f"{trial.exercise}: false accept: the misconception '{trial.who}' gets full marks"
    if trial.kind == "empty" and (earned := tests - set(trial.lost)):
        yield f"{trial.exercise}: an answer that is {trial.who} earns points ({', '.join(sorted(earned))})"
    if trial.named not in {trial.who, None}:
        yield f"{trial.exercise}: wrong name: '{trial.who}' is called '{trial.named}'"


def _names(measured: Measured) -> Iterator[str]:
    """Nearly all misconceptions that lose points are called by their name."""
    wrong = [trial for trial in measured.trials if trial.kind == "misconception" and trial.lost]
    silent = [trial for trial in wrong if trial.named is None]
    if len(silent) > (1 - MIN_NAMED) * len(wrong):
        names = ", ".join(sorted({trial.who for trial in silent}))
        share = f"{len(wrong) - len(silent)} of {len(wrong)}"
        yield f"no more than {share} misconceptions are called by their name; diagnosis is silent about {names}."


def _mutants(measured: Measured) -> Iterator[str]:
    """All mutants are caught, but for a few that are right answers, each with the reason why."""
    survivors = {mutant.id for mutant in measured.mutants if not mutant.caught_by}
    for mutant in sorted(survivors - measured.equivalent.keys()):
        yield f"no test catches the mutant `{mutant}`; sharpen the suite, or say in equivalent_mutants.py why it is right."
    for mutant in sorted(measured.equivalent.keys() - survivors):
        known = mutant in {each.id for each in measured.mutants}
        state = "a test catches it" if known else "there is no such mutant"
        yield f"equivalent_mutants.py lists `{mutant}`, but {state}; take it off the list."
    for mutant, reason in measured.equivalent.items():
        if not reason.strip():
            yield f"equivalent_mutants.py gives no reason for `{mutant}`."
    killed = len(measured.mutants) - len(survivors)
    if killed < MIN_KILLED * len(measured.mutants):
        yield f"the suite catches {killed} of {len(measured.mutants)} mutants, less than {MIN_KILLED:.0%}."


def _reasons(measured: Measured, mutant: str) -> list[str]:
    """The patterns that say why a signature mutant is wrong outside of the contract only."""
    return [pattern for pattern in measured.outside if _matches(pattern, mutant)]


def _matches(pattern: str, text: str) -> bool:
    """Whether a text is the pattern, in which a star stands for any text."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None


def _signatures(measured: Measured) -> Iterator[str]:
    """All signature mutants are caught, but for those that are wrong outside of the contract only, each with the reason."""
    survivors = [mutant for mutant in measured.signatures if not mutant.caught_by]
    for mutant in survivors:
        if not _reasons(measured, mutant.id):
            yield (
                f"no test of {mutant.exercises[0]} catches the signature mutant `{mutant.id}`; "
                "sharpen the suite, or say in OUTSIDE of equivalent_mutants.py why no input that the contract allows shows it."
            )
    for pattern, reason in measured.outside.items():
        if measured.thorough and not any(_matches(pattern, mutant.id) for mutant in survivors):
            yield f"OUTSIDE of equivalent_mutants.py lists `{pattern}`, which fits no signature mutant that survives; take it off."
        if not reason.strip():
            yield f"OUTSIDE of equivalent_mutants.py gives no reason for `{pattern}`."


def _idle(measured: Measured) -> Iterator[str]:
    """Every test does work that no other does, except those that are marked, with a reason.

    Of a test that sweeps, this is known only where signature mutants were asked.
    """
    needed = needed_tests(measured)
    asked = {exercise for mutant in measured.signatures for exercise in mutant.exercises}
    for test in measured.tests:
        idle = (test.exercise, test.name) not in needed
        known = measured.thorough or not test.sweeping or test.exercise in asked
        if test.redundant is None and idle and known:
            yield f"{test.exercise}: {test.name} is idle: no wrong answer needs it. Merge it, sharpen it, or mark it redundant."
        if test.redundant is not None and not idle:
            yield f"{test.exercise}: {test.name} is marked redundant, but a wrong answer needs it; take the mark off."
        if test.redundant is not None and not test.redundant.strip():
            yield f"{test.exercise}: {test.name} is marked redundant without a reason."


def needed_tests(measured: Measured) -> set[TestPlace]:
    """The tests without which a wrong answer would get full marks, or a misconception lose its name.

    A test can be replaced by others of its kind only: by a sweeping one only if it sweeps itself, and never by a redundant one.
    """
    marked = {(test.exercise, test.name) for test in measured.tests if test.redundant is not None}
    sweeping = {(test.exercise, test.name) for test in measured.tests if test.sweeping}
    needed: set[TestPlace] = set()
    for places in _grounds(measured):
        core, sweep = places - marked - sweeping, (places & sweeping) - marked
        first = core or sweep or places
        if len(first) == 1 or not (core or sweep):
            needed |= first
    return needed


def _grounds(measured: Measured) -> Iterable[set[TestPlace]]:
    """For each wrong answer, the tests that catch it; for each two misconceptions, the tests that tell them apart."""
    for trial in measured.trials:
        if trial.kind == "misconception":
            yield {(trial.exercise, test) for test in trial.lost}
    for mutant in (*measured.mutants, *measured.signatures):
        yield set(mutant.caught_by)
    for distinction in measured.distinctions:
        yield {(distinction.exercise, test) for test in distinction.tests}
