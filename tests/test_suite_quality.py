"""Every hidden suite of the course measures what it should: right answers pass, wrong ones lose points and are called by their name.

A new assignment is held to all of this without a line here. Seeds: AUTOGRADER_SEEDS in the environment says how many, 5 by default.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.course import Assignment, Course, Exercise
from autograder.grading import ExerciseResult, Grader, Job
from autograder.grading.misconceptions import (
    Alternative,
    Misconception,
    Variant,
    alternatives,
    misconceptions,
    rewritten,
)
from autograder.grading.plugin import Exam, exercise_of, points_of, title_of
from autograder.grading.sitting import Sitting
from autograder.grading.student import Respondent, StudentFault, _is_result_and_inputs
from autograder.wire import Handle

COURSE = Course(Path(__file__).resolve().parent.parent)
SEEDS = tuple(f"seed-{number}" for number in range(int(os.environ.get("AUTOGRADER_SEEDS", "5"))))
NAMES = COURSE.names()

pytestmark = pytest.mark.filterwarnings("ignore:::autograder")  # right answers may warn


def reference(name: str) -> str:
    return (COURSE.solution(name) / "reference.py").read_text(encoding="utf-8")


# --- who answers ---------------------------------------------------------------------------------------------------------


class Answering:
    """Answers every call with `answer(function, args, kwargs)`, in this process."""

    def __init__(self, answer: Callable[[str, tuple[Any, ...], dict[str, Any]], Any]) -> None:
        self.answer = answer

    def call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, inputs: bool) -> Any:
        """See Respondent."""
        args, kwargs = deepcopy((args, kwargs))
        result = self.answer(function, args, kwargs)
        return (result, args) if inputs else result


def alternative(name: str, other: Alternative) -> Variant:
    """The reference with the functions of an alternative in place of its own."""
    respondent = Variant(reference(name))
    respondent.namespace |= other.functions
    return respondent


def like(result: Any, fill: float) -> Any:
    """`result` with every number in it replaced by `fill`."""
    if isinstance(result, dict):
        return {key: like(value, fill) for key, value in result.items()}
    if isinstance(result, list | tuple):
        return type(result)(like(value, fill) for value in result)
    if isinstance(result, np.ndarray):
        return np.full(result.shape, fill)
    return fill if isinstance(result, int | float | np.generic) else result


def stub(function: str, *_: Any) -> Any:
    raise StudentFault("not-attempted", f"{function} is not written yet")


def empty_answers(name: str) -> dict[str, Answering]:
    """Answers without any work in them, each of which must earn nothing."""
    true = Variant(reference(name))

    def filled_with(fill: float) -> Answering:
        return Answering(lambda function, args, kwargs: like(true.call(function, args, kwargs, inputs=False), fill))

    return {
        "stub": Answering(stub),
        "None": Answering(lambda *_: None),
        "its first input": Answering(lambda _, args, kwargs: [*args, *kwargs.values()][0]),
        "all its inputs": Answering(lambda _, args, kwargs: (*args, *kwargs.values())),
        "zeros of the right shape": filled_with(0.0),
        "ones of the right shape": filled_with(1.0),
    }


RUBBISH: dict[str, Any] = {
    "None": None,
    "text": "1.0",
    "truth": True,
    "number": 1e308,
    "big number": 10**400,
    "nan": float("nan"),
    "bytes": b"1",
    "object": Handle(0, "object"),
    "empty list": [],
    "nested list": [[1.0], [2.0, [3.0]]],
    "dict": {"x": None},
    "tuple": (None, "x", Handle(1, "generator")),
    "array": np.array([[np.inf, -1.0]]),
    "empty array": np.zeros((0, 3)),
    "bare array": np.array(2.0),
    "wide array": np.zeros((0, 1 << 30), dtype=bool),
    "five dimensions": np.ones((1, 2, 1, 2, 1), dtype=np.uint8),
    "generator": np.random.default_rng(0),
}
AT_LEAVES = ("None", "text", "object", "dict", "tuple", "big number", "wide array", "bare array")


def places(result: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something can be planted in a result: every part of it, at every depth."""
    if path:
        yield path
    if isinstance(result, dict):
        for key in result:
            yield from places(result[key], (*path, key))
    elif isinstance(result, list | tuple):
        for index in range(len(result)):
            yield from places(result[index], (*path, index))


def planted(result: Any, path: tuple[Any, ...], value: Any) -> Any:
    """`result` with `value` at `path`; `result` itself where it has no such place."""
    if not path:
        return value
    if isinstance(result, dict) and path[0] in result:
        return result | {path[0]: planted(result[path[0]], path[1:], value)}
    if isinstance(result, list | tuple) and isinstance(path[0], int) and path[0] < len(result):
        return type(result)(planted(part, path[1:], value) if n == path[0] else part for n, part in enumerate(result))
    return result


class Planting(Variant):
    """The reference, with one thing wrong in what each call returns; also in what it says of its inputs after the call."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.path: tuple[Any, ...] = ()
        self.value: Any = None
        self.seen: dict[str, set[tuple[Any, ...]]] = {}

    def call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, inputs: bool) -> Any:
        """See Respondent."""
        result = super().call(function, args, kwargs, inputs=inputs)
        self.seen.setdefault(function, set()).update(places(result))
        answer = planted(result, self.path, self.value)
        if inputs and not _is_result_and_inputs(answer, len(args)):
            raise StudentFault("bad-reply", "what a worker's reply is checked for before a test sees it")
        return answer


# --- who asks ------------------------------------------------------------------------------------------------------------


@dataclass
class Trials(Sitting):
    """A collected hidden suite that asks anybody: `ask` is called with it, once, inside the pytest run."""

    ask: Callable[[Trials], None] = field(default=lambda _: None)
    items: list[pytest.Item] = field(default_factory=list)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In place of the grader's loop over submissions."""
        self.trouble = self.trouble or self._wrong_points(session.items)
        self.session, self.items = session, session.items
        if not self.trouble:
            self.ask(self)
        return True

    def results(self, respondent: Respondent, seed: str, exercise: str | None = None) -> tuple[ExerciseResult, ...]:
        """What the grader makes of this respondent, in one exercise or all."""
        whole = self.assignment
        cells = tuple(cell for cell in whole.cells if exercise is None or cell.name == exercise)
        self.assignment = replace(whole, cells=cells)
        try:
            return self._exercises(self.session, Exam(respondent, seed))
        finally:
            self.assignment = whole


@dataclass
class Quality:
    """What came of one assignment."""

    assignment: Assignment
    titles: dict[str, str] = field(default_factory=dict)
    points: dict[str, float] = field(default_factory=dict)
    of_reference: dict[str, tuple[ExerciseResult, ...]] = field(default_factory=dict)
    of_wrong: dict[tuple[str, str], ExerciseResult] = field(default_factory=dict)
    of_right: dict[tuple[str, str, str], ExerciseResult] = field(default_factory=dict)
    of_empty: dict[tuple[str, str], tuple[ExerciseResult, ...]] = field(default_factory=dict)
    of_rubbish: dict[str, list[str]] = field(default_factory=dict)


@cache
def quality(name: str) -> Quality:
    """Run everything that is asked below, once per assignment, in one collected suite."""
    assignment = COURSE.assignment(name)
    found = Quality(assignment)

    def ask(trials: Trials) -> None:
        found.titles = {f"{exercise_of(item.path)}: {item.name}": title_of(item) for item in trials.items}
        found.points = {f"{exercise_of(item.path)}: {item.name}": points_of(item) for item in trials.items}
        folder = COURSE.solution(name)
        true, wrong = (
            Variant(reference(name)),
            {m.id: Variant(rewritten(reference(name), m.changes)) for m in misconceptions(folder)},
        )
        right = [(other, alternative(name, other)) for other in alternatives(folder)]
        empty = empty_answers(name)
        for seed in SEEDS:
            found.of_reference[seed] = trials.results(true, seed)
            for m in misconceptions(folder):
                (found.of_wrong[m.id, seed],) = trials.results(wrong[m.id], seed, m.exercise)
            for other, respondent in right:
                (found.of_right[other.exercise, other.title, seed],) = trials.results(respondent, seed, other.exercise)
            for what, respondent in empty.items():
                found.of_empty[what, seed] = trials.results(respondent, seed)
        for exercise in assignment.exercises:
            found.of_rubbish[exercise.name] = list(_upset_by(trials, Planting(reference(name)), exercise))

    status = collect(name, Trials(COURSE, assignment, None, [], lambda _: None, ask=ask))  # type: ignore[arg-type]
    assert status == 0, status
    return found


def _upset_by(trials: Trials, respondent: Planting, exercise: Exercise) -> Iterator[str]:
    """Descriptions of the rubbish that made a test of the exercise fail through the grader's fault."""
    items = [item for item in trials.items if exercise_of(item.path) == exercise.name]
    for item in items:
        respondent.seen, respondent.path, respondent.value = {}, (-1,), None  # a place that nothing has: just look
        assert trials._run(item, Exam(respondent, SEEDS[0])).status == "passed"
        inside = sorted(set().union(*respondent.seen.values()), key=str)
        for path, what in [((), what) for what in RUBBISH] + [(path, what) for path in inside for what in AT_LEAVES]:
            respondent.path, respondent.value = path, RUBBISH[what]
            if trials._run(item, Exam(respondent, SEEDS[0]), attempts=1).status == "grader-error":
                yield f"{item.name}: {what} at {list(path)}"


def collect(name: str, sitting: Sitting) -> str | int:
    """Run pytest over the hidden suite of an assignment, as the grader does; what went wrong, or 0."""
    folder = COURSE.suite(name)
    arguments = [
        str(folder),
        f"--rootdir={COURSE.root}",
        "-c",
        os.devnull,
        "-p",
        "no:terminal",
        "-p",
        "no:cacheprovider",
    ]
    arguments += ["-p", "autograder.grading.plugin", "--import-mode=importlib", f"--confcutdir={folder}"]
    status = pytest.main(arguments, plugins=[sitting])
    return sitting.trouble or int(status)


WRONG = [pytest.param(name, m, id=f"{name}-{m.id}") for name in NAMES for m in misconceptions(COURSE.solution(name))]
RIGHT = [
    pytest.param(name, other, id=f"{name}-{other.exercise}-{other.title}")
    for name in NAMES
    for other in alternatives(COURSE.solution(name))
]


# --- what must hold ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_points_of_the_tests_add_up_to_the_exercise_and_to_100_with_the_questions(name: str) -> None:
    found = quality(name)
    for exercise in found.assignment.exercises:
        points = [value for test, value in found.points.items() if test.startswith(f"{exercise.name}: ")]
        assert sum(points) == pytest.approx(exercise.points)
        assert min(points) > 0
    assert found.assignment.max_score + sum(found.assignment.questions.values()) == pytest.approx(100)


@pytest.mark.parametrize("name", NAMES)
def test_each_hidden_test_of_an_exercise_has_a_sentence_of_its_own_for_a_title(name: str) -> None:
    titles = quality(name).titles
    assert len({(test.split(":")[0], title) for test, title in titles.items()}) == len(titles)
    assert [test for test, title in titles.items() if not title.endswith(".")] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_gets_full_marks_in_every_seed(name: str) -> None:
    for results in quality(name).of_reference.values():
        assert [(result.name, result.points) for result in results] == [
            (e.name, e.points) for e in COURSE.assignment(name).exercises
        ]
        assert {result.misconception for result in results} == {None}


@pytest.mark.parametrize(("name", "misconception"), WRONG)
def test_a_misconception_loses_points_in_every_seed(name: str, misconception: Misconception) -> None:
    for seed in SEEDS:
        result = quality(name).of_wrong[misconception.id, seed]
        assert result.points < result.max_points
        assert result.status not in {"grader-error", "not-attempted", "timed-out"}


@pytest.mark.parametrize(("name", "misconception"), WRONG)
def test_a_misconception_is_never_called_by_anothers_name(name: str, misconception: Misconception) -> None:
    named = [quality(name).of_wrong[misconception.id, seed].misconception for seed in SEEDS]
    assert {finding.id for finding in named if finding} <= {misconception.id}


@pytest.mark.parametrize("name", NAMES)
def test_at_least_95_percent_of_misconceptions_are_called_by_their_name(name: str) -> None:
    found = quality(name).of_wrong
    silent = sorted(f"{wrong} ({seed})" for (wrong, seed), result in found.items() if result.misconception is None)
    assert len(silent) <= 0.05 * len(found), silent


@pytest.mark.parametrize("name", NAMES)
def test_every_exercise_has_misconceptions_and_alternatives_and_their_names_differ(name: str) -> None:
    folder, exercises = COURSE.solution(name), {exercise.name for exercise in COURSE.assignment(name).exercises}
    assert {m.exercise for m in misconceptions(folder)} == exercises
    assert {other.exercise for other in alternatives(folder)} == exercises
    ids = [m.id for m in misconceptions(folder)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(("name", "other"), RIGHT)
def test_an_alternative_gets_full_marks_in_every_seed(name: str, other: Alternative) -> None:
    for seed in SEEDS:
        result = quality(name).of_right[other.exercise, other.title, seed]
        assert [(test.name, test.message) for test in result.tests if test.status != "passed"] == []
        assert result.points == result.max_points


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("what", list(empty_answers(NAMES[0])))
def test_an_answer_without_work_in_it_earns_nothing_in_any_seed(name: str, what: str) -> None:
    for seed in SEEDS:
        results = quality(name).of_empty[what, seed]
        earned = {f"{r.name}: {test.name}": test.points for r in results for test in r.tests if test.points}
        assert earned == {}
        assert [r.misconception for r in results if r.misconception] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_rubbish_anywhere_in_an_answer_upsets_a_hidden_test(name: str) -> None:
    upset = quality(name).of_rubbish
    assert set(upset) == {exercise.name for exercise in COURSE.assignment(name).exercises}
    assert {exercise: found for exercise, found in upset.items() if found} == {}


# --- the same through files, workers and the grader ----------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_alternatives_and_misconceptions_come_to_the_same_in_a_confined_worker(
    name: str, real: Course, tmp_path: Path
) -> None:
    """All alternatives, since their text must stand alone, and one misconception of each exercise."""
    folder = COURSE.solution(name)
    one_each = {misconception.exercise: misconception for misconception in misconceptions(folder)}
    files: dict[Path, Alternative | Misconception] = {}
    for number, item in enumerate([*alternatives(folder), *one_each.values()]):
        right = isinstance(item, Alternative)
        text = f"{reference(name)}\n\n{item.source}\n" if right else rewritten(reference(name), item.changes)
        path = tmp_path / f"{number}.py"
        path.write_text(text, encoding="utf-8")
        files[path] = item
    with Grader(real) as grader:
        reports = grader.grade_all(name, [Job(path) for path in files])
    for report, item in zip(reports, files.values(), strict=True):
        (result,) = (found for found in report.exercises if found.name == item.exercise)
        if isinstance(item, Alternative):
            assert (item.title, report.score) == (item.title, report.max_score)
        else:
            assert report.score == report.max_score - (result.max_points - result.points) < report.max_score
            assert (result.misconception and result.misconception.id) in {item.id, None}
