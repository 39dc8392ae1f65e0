"""What is known of one hidden suite once it has been asked of everybody: each answer in each seed, each mutant, each test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from autograder.course.assignment import Exercise

Kind = Literal["reference", "misconception", "alternative", "empty"]
TestPlace = tuple[str, str]  # exercise and test


@dataclass(frozen=True)
class HiddenTest:
    """One test of the suite.

    redundant: the reason why it stays although others make it superfluous
    sweeping: whether it asks of everything at once
    """

    exercise: str
    name: str
    title: str
    points: float
    redundant: str | None
    sweeping: bool


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
    caught_by: tuple[TestPlace, ...]
    upset: tuple[TestPlace, ...]


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
    """All that is known of one suite.

    equivalent: mutants that its author declares to be right, with the reasons
    outside: signature mutants that are wrong only outside of the contract, with the reasons; a star stands for any text
    thorough: whether all signature mutants were asked
    """

    assignment: str
    exercises: tuple[Exercise, ...]
    seeds: tuple[str, ...]
    tests: tuple[HiddenTest, ...]
    trials: tuple[Trial, ...]
    distinctions: tuple[Distinction, ...]
    mutants: tuple[MutantTrial, ...]
    equivalent: dict[str, str]
    signatures: tuple[MutantTrial, ...]  # signature mutants
    outside: dict[str, str]
    thorough: bool
