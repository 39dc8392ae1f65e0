"""The result of grading one submission, as plain values. Everything that shows or stores a grade starts from a Report."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

SCHEMA = 1

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

# What an exercise is called when its tests ended differently: the first of these that any of its tests ended with.
SEVERITY: tuple[State, ...] = (
    "grader-error",
    "timed-out",
    "out-of-cpu",
    "out-of-memory",
    "too-much-output",
    "reply-too-large",
    "too-many-calls",
    "crashed",
    "bad-reply",
    "not-a-number",
    "diverged",
    "failed",
    "not-attempted",
    "skipped",
    "passed",
)


@dataclass(frozen=True)
class Finding:
    """A misconception that reproduces what the student returned."""

    id: str
    title: str
    hint: str


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
    """The smoothed loss after each step, and between what bounds those of the reference's runs lie."""

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

    right: the share of right answers, if there were any; floor, full: between which shares points are earned
    names: of the classes
    confusion: for each class, how many of its images were taken for each class
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

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> TrainingRecord:
        """The record that JSON's data types were made of."""
        curve = Curve(**{name: tuple(row) for name, row in value["curve"].items()})
        confusion = tuple(map(tuple, value["confusion"]))
        misread = tuple(Misread(**one) for one in value["misread"])
        parts = {"curve": curve, "names": tuple(value["names"]), "confusion": confusion, "misread": misread}
        return cls(**{**value, **parts})


@dataclass(frozen=True)
class Report:
    """Same submission, same suite, same seed: the same report, apart from the seconds."""

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

    def as_json(self) -> dict[str, Any]:
        """The report as JSON's data types, in the order in which people read it."""
        value = {"schema": SCHEMA, **asdict(self)}
        return value if self.training else {key: part for key, part in value.items() if key != "training"}

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


def summarise(name: str, max_points: float, tests: tuple[TestResult, ...], finding: Finding | None) -> ExerciseResult:
    """The result of an exercise from the results of its tests. No test at all earns nothing."""
    states = {test.status for test in tests}
    return ExerciseResult(
        name=name,
        points=min(max(sum(test.points for test in tests), 0.0), max_points),
        max_points=max_points,
        status=next((state for state in SEVERITY if state in states), "grader-error"),
        seconds=sum(test.seconds for test in tests),
        misconception=finding,
        tests=tests,
    )
