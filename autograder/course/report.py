"""The result of grading one submission, as plain values. Everything that shows or stores a grade starts from a Report."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any, Literal, NamedTuple

SCHEMA = 1
SLIGHT = 1e-9  # halves and thirds of points do not always add up to the last digit

State = Literal[
    "passed",
    "failed",  # an answer came, and it is wrong
    "not-attempted",  # the stub is unchanged, or nothing defines the function
    "crashed",  # the student's code raised, or its process died
    "timed-out",  # this and the next five: a limit of the assignment's was reached
    "out-of-cpu",
    "out-of-memory",
    "too-much-output",
    "reply-too-large",
    "too-many-calls",
    "bad-reply",  # what came back is no data, or malformed
    "not-a-number",  # this and the next: a training run went astray
    "diverged",
    "skipped",  # an earlier gate was not passed
    "grader-error",  # never the student's fault
]


class Shown(NamedTuple):
    """How a state is shown: a sign, and words, so that nobody depends on signs and colours."""

    mark: str
    words: str

    def __str__(self) -> str:
        return f"{self.mark} {self.words}"


# All states, the most severe first: an exercise is in the first of these in which any of its tests ended.
STATES: dict[State, Shown] = {
    "grader-error": Shown("?", "not graded yet"),
    "timed-out": Shown("✗", "out of time"),
    "out-of-cpu": Shown("✗", "out of computing time"),
    "out-of-memory": Shown("✗", "out of memory"),
    "too-much-output": Shown("✗", "too much output"),
    "reply-too-large": Shown("✗", "answer too large"),
    "too-many-calls": Shown("✗", "too many calls"),
    "crashed": Shown("✗", "crashed"),
    "bad-reply": Shown("✗", "no usable answer"),
    "not-a-number": Shown("✗", "not a number"),
    "diverged": Shown("✗", "diverged"),
    "failed": Shown("✗", "failed"),
    "not-attempted": Shown("-", "not attempted"),
    "skipped": Shown("-", "skipped"),
    "passed": Shown("✓", "passed"),
}


PATTERN = "pattern-"  # with which the ids of patterns begin


@dataclass(frozen=True)
class Finding:
    """What is said of a wrong answer: a misconception that explains it, or a pattern that all wrong numbers have in common."""

    id: str
    title: str
    hint: str

    @property
    def is_pattern(self) -> bool:
        """Whether it names no mistake, and only says what the numbers have in common."""
        return self.id.startswith(PATTERN)

    @property
    def label(self) -> str:
        """With which it is introduced to a student."""
        return "What all that is off has in common" if self.is_pattern else "What may have happened"


@dataclass(frozen=True)
class TestResult:
    """One hidden test: its title, its points, how it ended, and a message that gives no hidden number away."""

    __test__ = False  # not a test class, whatever pytest makes of the name

    name: str
    title: str
    points: float
    max_points: float
    status: State
    message: str
    seconds: float


@dataclass(frozen=True)
class ExerciseResult:
    """One exercise: the sum of its tests, and what was found when it failed."""

    name: str
    points: float
    max_points: float
    status: State
    seconds: float
    misconception: Finding | None
    tests: tuple[TestResult, ...]


@dataclass(frozen=True)
class Curve:
    """The smoothed loss after each step, and the bounds between which the losses of the reference's runs lie."""

    loss: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class Misread:
    """An image that was read wrong: its pixels (H, W) or (H, W, 3) from 0 to 255, its class, and what was said."""

    pixels: list[Any]
    label: int
    said: int


@dataclass(frozen=True)
class TrainingRecord:
    """What there is to see of one training run.

    right: the share of right answers, if there were any; floor, full: the shares between which points are earned
    names: of the classes
    confusion: for each class, how many of its images were taken for which class
    off: how far each step ended from where it should, as a share of its length
    left: the first step that is not the one of the reference; None where there is none
    reached: after how many steps it was as good as the board's target, if that is known and the student wishes it to be shown
    """

    title: str
    what: str
    curve: Curve
    right: float | None
    floor: float
    full: float
    names: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    misread: tuple[Misread, ...]
    off: tuple[float, ...] = ()
    left: int | None = None
    reached: int | None = None

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> TrainingRecord:
        """The record that JSON's data types were made of."""
        curve = Curve(**{name: tuple(row) for name, row in value["curve"].items()})
        confusion = tuple(map(tuple, value["confusion"]))
        misread = tuple(Misread(**one) for one in value["misread"])
        off = tuple(value.get("off", ()))
        parts = {"curve": curve, "names": tuple(value["names"]), "confusion": confusion, "misread": misread, "off": off}
        return cls(**{**value, **parts})


@dataclass(frozen=True)
class Report:
    """Same submission, same suite, same seed: the same report, apart from the seconds.

    stalled: a process neither answered nor computed for too long; asking it again shows whether that was its own doing
    """

    assignment: str
    submission: str
    student: str | None
    submission_sha256: str
    suite_sha256: str
    seed: str
    isolation: str
    status: Literal["graded", "ungradable", "grader-error"]
    reason: str | None
    score: float
    max_score: float
    seconds: float
    exercises: tuple[ExerciseResult, ...]
    training: tuple[TrainingRecord, ...] = ()
    stalled: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError where a number is infinite or NaN: JSON cannot hold it, and a batch would end with it."""
        if not all(map(math.isfinite, _floats(self))):
            raise ValueError("a report with a number that is infinite or none")

    def as_json(self) -> dict[str, Any]:
        """The report as JSON's data types, in the order in which people read it. Rare fields are left out where they are empty.

        How long a test took is told in whole seconds: with finer ones, code that waits could spell a hidden number.
        """
        value = {"schema": SCHEMA, **asdict(self)}
        for exercise in value["exercises"]:
            exercise["seconds"] = round(exercise["seconds"])
            for test in exercise["tests"]:
                test["seconds"] = round(test["seconds"])
        for record in value["training"]:
            if record["reached"] is None:
                del record["reached"]
        return {key: part for key, part in value.items() if part or key not in {"training", "stalled"}}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Report:
        """The report that `as_json` made `value` of."""
        exercises = tuple(
            ExerciseResult(
                **{
                    **exercise,
                    "misconception": Finding(**exercise["misconception"]) if exercise["misconception"] else None,
                    "tests": tuple(TestResult(**test) for test in exercise["tests"]),
                }
            )
            for exercise in value["exercises"]
        )
        training = tuple(map(TrainingRecord.from_json, value.get("training", ())))
        known = {key: part for key, part in value.items() if key != "schema"}
        return cls(**{**known, "exercises": exercises, "training": training})

    @property
    def percent(self) -> float:
        """Score in percent of what can be earned automatically."""
        return 100.0 * self.score / self.max_score if self.max_score else 0.0


def _floats(value: Any) -> Iterator[float]:
    """The floating-point numbers in a value that is made of data classes, tuples and lists."""
    if isinstance(value, float):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from _floats(getattr(value, field.name))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _floats(item)


def summarise(name: str, max_points: float, tests: tuple[TestResult, ...], finding: Finding | None) -> ExerciseResult:
    """The result of an exercise from the results of its tests. No test at all earns nothing."""
    states = {test.status for test in tests}
    return ExerciseResult(
        name=name,
        points=min(max(sum(test.points for test in tests), 0.0), max_points),
        max_points=max_points,
        status=next((state for state in STATES if state in states), "grader-error"),
        seconds=sum(test.seconds for test in tests),
        misconception=finding,
        tests=tests,
    )
