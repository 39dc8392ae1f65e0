"""Every hidden suite of the course measures what it should: right answers pass, wrong ones lose points and are called by their name.

A new assignment is held to all of this without a line here. Seeds: AUTOGRADER_SEEDS in the environment says how many, one by default;
`make quality` takes 20.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.course.assignment import Assignment, Exercise
from autograder.course.folders import Course
from autograder.grading.asking import Asking
from autograder.grading.grader import Grader
from autograder.quality.gate import failures
from autograder.quality.measure import measure, seeds_named
from autograder.quality.measured import Measured
from autograder.sandbox.wire import Handle
from autograder.suite.answers import _is_result_and_inputs
from autograder.suite.collected import collect
from autograder.suite.copying import copied
from autograder.suite.errors import StudentFault
from autograder.suite.misconceptions import Alternative, Variant, alternatives, misconceptions, rewritten
from autograder.suite.student import Draw
from tests.support.remembered import remembered

COURSE = Course(Path(__file__).resolve().parents[2])
SEEDS = seeds_named(int(os.environ.get("AUTOGRADER_SEEDS", "1")))
NAMES = COURSE.names()

pytestmark = pytest.mark.filterwarnings("ignore:::autograder")  # right answers may warn


def reference(name: str) -> str:
    return (COURSE.solution(name) / "reference.py").read_text(encoding="utf-8")


def sources(name: str) -> list[Path]:
    """All that a measurement of an assignment's suite follows from."""
    own = (COURSE.suite(name), COURSE.solution(name), COURSE.root / "assignments" / name)
    return [*own, COURSE.starter_code, COURSE.root / "autograder", Path(__file__)]


@cache
def measured(name: str) -> Measured:
    return remembered(f"quality-{name}", sources(name), lambda: measure(COURSE, name, SEEDS, thorough=False), SEEDS)


@pytest.mark.parametrize("name", NAMES)
def test_the_suite_passes_the_gate(name: str) -> None:
    assert failures(measured(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_points_of_the_tests_add_up_to_the_exercise_and_to_100_with_the_questions(name: str) -> None:
    assignment = COURSE.assignment(name)
    for exercise in assignment.exercises:
        points = [test.points for test in measured(name).tests if test.exercise == exercise.name]
        assert sum(points) == pytest.approx(exercise.points)
    declared = assignment.max_score + sum(assignment.questions.values())
    assert declared == pytest.approx(100)


@pytest.mark.parametrize("name", NAMES)
def test_each_hidden_test_of_an_exercise_has_a_sentence_of_its_own_for_a_title(name: str) -> None:
    titles = [(test.exercise, test.title) for test in measured(name).tests]
    assert len(set(titles)) == len(titles)
    assert [title for _, title in titles if not title.endswith(".")] == []


@pytest.mark.parametrize("name", NAMES)
def test_misconceptions_have_names_of_their_own(name: str) -> None:
    ids = [misconception.id for misconception in misconceptions(COURSE.solution(name))]
    assert len(set(ids)) == len(ids)


# --- rubbish -------------------------------------------------------------------------------------------------------------


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
    """Where something can be planted in a result: every part of it, at every depth; of long lists, the first two and the last."""
    if path:
        yield path
    if isinstance(result, dict):
        for key in result:
            yield from places(result[key], (*path, key))
    elif isinstance(result, list | tuple):
        for index in sorted({0, 1, len(result) - 1} & set(range(len(result)))):
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
        self.answers: dict[bytes, Any] = {}

    def call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, inputs: bool) -> Any:
        """See Respondent."""
        result = self._right(function, args, kwargs, inputs=inputs)
        self.seen.setdefault(function, set()).update(places(result))
        answer = planted(result, self.path, self.value)
        if inputs and not _is_result_and_inputs(answer, len(args)):
            raise StudentFault("bad-reply", "what a worker's reply is checked for before a test sees it")
        return answer

    def _right(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, inputs: bool) -> Any:
        """What the reference answers, which is computed once for each question: a test asks the same for each thing that is planted."""
        try:
            question = pickle.dumps((function, args, kwargs, inputs))
        except (pickle.PicklingError, AttributeError, TypeError):  # a function that a test passes
            return super().call(function, args, kwargs, inputs=inputs)
        if question not in self.answers:
            self.answers[question] = super().call(function, args, kwargs, inputs=inputs)
        return copied(self.answers[question])


def _upset_by(asking: Asking, respondent: Planting, exercise: Exercise) -> Iterator[str]:
    """Descriptions of the rubbish that made a test of the exercise fail through the grader's fault."""
    draw = Draw(respondent, SEEDS[0], keeping=False)
    for test in asking.of(exercise.name):
        respondent.seen, respondent.answers = {}, {}
        respondent.path, respondent.value = (-1,), None  # a place that nothing has: just look
        assert asking.once(test, draw).status == "passed"
        inside = sorted(set().union(*respondent.seen.values()), key=str)
        leaves = AT_LEAVES[:3] if test.sweeping else AT_LEAVES  # such a test asks a lot, and so takes long
        for path, what in [((), what) for what in RUBBISH] + [(path, what) for path in inside for what in leaves]:
            respondent.path, respondent.value = path, RUBBISH[what]
            if asking.once(test, draw).status == "grader-error":
                yield f"{test.name}: {what} at {list(path)}"


def upset_in(assignment: Assignment) -> dict[str, list[str]]:
    """What upsets the tests of each exercise."""
    asking, source = Asking(COURSE, assignment, collect(COURSE, assignment)), reference(assignment.name)
    return {exercise.name: list(_upset_by(asking, Planting(source), exercise)) for exercise in assignment.exercises}


@pytest.mark.parametrize("name", NAMES)
def test_no_rubbish_anywhere_in_an_answer_upsets_a_hidden_test(name: str) -> None:
    upset = remembered(f"rubbish-{name}", sources(name), lambda: upset_in(COURSE.assignment(name)))
    assert upset == {exercise.name: [] for exercise in COURSE.assignment(name).exercises}


# --- the same through files, workers and the grader ----------------------------------------------------------------------


def one_of_each(items: Sequence[Alternative]) -> Iterator[list[Alternative]]:
    """All alternatives, in as few groups as there can be that have no more than one of each exercise."""
    of_exercise: dict[str, list[Alternative]] = {}
    for item in items:
        of_exercise.setdefault(item.exercise, []).append(item)
    for group in zip_longest(*of_exercise.values()):
        yield [item for item in group if item is not None]


@pytest.mark.parametrize("name", NAMES)
def test_alternatives_and_misconceptions_come_to_the_same_in_a_confined_worker(
    name: str, real: Course, tmp_path: Path
) -> None:
    """All alternatives, one of each exercise in a file, and one misconception of each exercise, alone in a file."""
    folder = COURSE.solution(name)
    right = list(one_of_each(alternatives(folder)))
    wrong = list({each.exercise: each for each in misconceptions(folder)}.values())
    texts = ["\n\n".join([reference(name), *(each.source for each in group)]) for group in right]
    texts += [rewritten(reference(name), each.changes) for each in wrong]
    paths = [tmp_path / f"{number}.py" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    with Grader(real) as grader:
        reports = grader.grade_all(name, [(path, None) for path in paths])
    for report, group in zip(reports, right, strict=False):
        lost = {found.name for found in report.exercises if found.points < found.max_points}
        assert ([each.title for each in group if each.exercise in lost], lost, report.reason) == ([], set(), None)
    for report, item in zip(reports[len(right) :], wrong, strict=True):
        (result,) = (found for found in report.exercises if found.name == item.exercise)
        assert report.score == report.max_score - (result.max_points - result.points) < report.max_score
        finding = result.misconception
        assert finding is None or finding.is_pattern or finding.id == item.id
