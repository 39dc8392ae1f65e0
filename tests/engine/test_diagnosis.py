"""A failed exercise is explained by a misconception that reproduces it, or by nobody."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from autograder.grading.diagnosis import Diagnosis, explaining
from autograder.grading.outcome import Outcome
from autograder.grading.transcripts import Diverged, Repeating, same
from autograder.sandbox.wire import Handle
from autograder.suite.collected import CollectedTest
from autograder.suite.errors import StudentFault
from autograder.suite.free import Free, without_free
from autograder.suite.misconceptions import Misconception, Variant
from autograder.suite.student import Draw
from tests.support.handins import filled, grade, released, save
from tests.support.mini_course import edit, make_course

# --- one that goes on where the student was stopped ---------------------------------------------------------------------------


class _OneEach:
    """Answers 1 to whatever is asked."""

    def respondent(self, _: Path) -> Any:
        return self

    def call(self, *_: Any, **__: Any) -> int:
        return 1


def test_a_mistake_with_which_a_test_goes_on_is_not_that_of_who_was_stopped() -> None:
    """A key that is missing ends a test; with a mistake that leaves the key there, it would have asked once more."""

    def outcome(_: Any, draw: Draw) -> Outcome:
        transcript = []
        with contextlib.suppress(Diverged):
            for _ in range(2):
                transcript.append(("f", draw.respondent.call("f", (), {}, inputs=False)))  # noqa: PERF401  (one may stay alone)
        return Outcome("failed", "", transcript=tuple(transcript))

    diagnosis, test = Diagnosis(Path("reference.py"), outcome), cast("CollectedTest", SimpleNamespace(free={}))
    mistake = cast("Misconception", _OneEach())
    assert diagnosis.said(mistake, test, "seed", [("f", 1), ("f", 1)]) == (False, (("f", 1), ("f", 1)))
    passed, said = diagnosis.said(mistake, test, "seed", [("f", 1)])
    assert not passed
    assert not same(said, [("f", 1)])


# --- one against the other -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (np.array([1.0, np.nan]), np.array([1.0 + 1e-9, np.nan])),
        (np.float32(1), 1),
        (np.array([1e3, 0.0]), np.array([1e3, 1e-3])),  # as computed in float32
        (np.array([np.inf, 1.0]), np.array([np.inf, 1.0])),
        (np.array([1, 2]), np.array([1.0, 2.0])),
        ((1, [2.0, None]), [1, (2, None)]),
        (np.array([[1.0], [2.0]]), [[1], (2,)]),
        ("crashed", "crashed"),
        ({"dx": 1.0, "mine": "a"}, {"dx": 1.0, "theirs": [1, 2]}),
        ({}, {}),
        (Handle(0, "object"), Handle(3, "function")),
        ((1.0, {"x": 2.0, "odd": Handle(0, "object")}), (1.0, {"x": 2.0, "odd": object()})),
    ],
)
def test_answers_agree(one: Any, other: Any) -> None:
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1.0, 1.001),
        (np.nan, 1.0),
        (np.array([np.inf, 1.0]), np.array([-np.inf, 1.0])),
        (np.array([np.inf, 1.0]), np.array([np.inf, 1.1])),
        (1e-5, 2e-5),
        (np.array([1.0, np.nan]), np.array([np.nan, 1.0])),
        (np.ones(2), np.ones((2, 1))),
        (np.ones(2), [1.0, 1.0, 1.0]),
        ((1, 2), (1, 2, 3)),
        ("crashed", "timed-out"),
        ("1", 1),
        ("1", b"1"),
        (None, 0),
        (np.array([1.0]), ["1.0"]),
        (np.array([1.0]), [None]),
        (np.array([1.0]), [[1.0], [1.0, 2.0]]),
        (np.array([1.0]), [10**400]),
        (10**400, 1.0),
        (10**400, 10**400),
        ({"dx": 1.0}, {"dx": 2.0}),
        ({"dx": 1.0}, {}),
        ({"dx": 1.0}, {"dy": 1.0}),
        (Handle(0, "object"), 1.0),
        (Handle(0, "object"), None),
        (Handle(0, "object"), (1.0, {})),
        (Handle(0, "dict"), {"dx": 1.0}),
        ((1.0, Handle(0, "object")), (1.0, {"dx": 1.0})),
    ],
)
def test_answers_differ(one: Any, other: Any) -> None:
    assert not same(one, other)
    assert not same(other, one)


# --- who explains it -----------------------------------------------------------------------------------------------------


def named(name: str) -> Misconception:
    return Misconception(name, "e", f"{name} was done.", "Think again.", "section 2", [])


def found(student: list[tuple[bool, float]], **variants: list[tuple[bool, float]]) -> list[str]:
    """Who explain a student, when each test of each of them passed or not and returned a number."""

    def said(number: float) -> list[tuple[str, Any]]:
        return [("f", number)]

    def rerun(candidate: Misconception, test: int) -> tuple[bool, list[tuple[str, Any]]]:
        passed, number = variants[candidate.id][test]
        return passed, said(number)

    known = [named(name) for name in variants]
    return [m.id for m in explaining(known, [p for p, _ in student], [said(n) for _, n in student], rerun)]


RIGHT = (True, 1.0)


def test_the_one_that_returns_the_same_is_found() -> None:
    assert found([RIGHT, (False, 3.0)], a=[RIGHT, (False, 3.0)], b=[RIGHT, (False, 4.0)]) == ["a"]


def test_two_that_return_the_same_are_both_found() -> None:
    assert found([(False, 3.0)], a=[(False, 3.0)], b=[(False, 3.0)]) == ["a", "b"]


def test_none_that_returns_the_same_is_silence() -> None:
    assert found([(False, 3.0)], a=[(False, 4.0)]) == []
    assert found([(False, 3.0)]) == []


def test_one_that_fails_a_test_that_the_student_passed_explains_nothing() -> None:
    assert found([RIGHT, (False, 3.0)], a=[(False, 1.0), (False, 3.0)]) == []


def test_one_that_passes_a_test_that_the_student_failed_explains_nothing() -> None:
    assert found([(False, 2.0), (False, 3.0)], a=[(True, 2.0), (False, 3.0)]) == []


def test_a_passed_test_may_have_other_numbers_within_its_tolerance() -> None:
    assert found([(True, 1.0), (False, 3.0)], a=[(True, 1.1), (False, 3.0)]) == ["a"]


def test_a_finding_has_title_hint_and_where_to_read_on() -> None:
    finding = named("a").finding
    assert (finding.title, finding.hint) == ("a was done.", "Think again. Read on: section 2.")


def test_a_variant_says_of_its_exceptions_what_a_worker_would_say() -> None:
    """numpy raises classes of its own below TypeError; workers name the built-in one."""
    with pytest.raises(StudentFault, match="f raised a TypeError"):
        Variant("def f(x):\n    x += 0.5").call("f", (np.array([1, 2]),), {}, inputs=False)


def test_a_variant_gets_arrays_in_the_order_in_which_a_worker_gets_them() -> None:
    """The wire knows C and Fortran order: what has neither comes in C order, and can be resized in place."""
    view = np.arange(24.0).reshape(2, 3, 4).transpose(1, 0, 2)
    resized = Variant("def f(x):\n    x.resize(24)\n    return x")
    assert resized.call("f", (view,), {}, inputs=False).tolist() == view.ravel().tolist()
    assert view.shape == (3, 2, 4)


def test_a_misconception_is_asked_no_further_than_it_repeats_the_student() -> None:
    twice = Variant("def f(x):\n    return 2 * x")
    repeating = Repeating(twice, [("f", 2), ("f", 5), ("f", 6)])
    assert repeating.call("f", (1,), {}, inputs=False) == 2
    with pytest.raises(Diverged):
        repeating.call("f", (2,), {}, inputs=False)
    with pytest.raises(Diverged):
        Repeating(twice, []).call("f", (1,), {}, inputs=False)
    with pytest.raises(StudentFault):
        Repeating(twice, [("f", ("crashed", "f raised a TypeError"))]).call("f", (None,), {}, inputs=False)


def test_what_a_student_remembers_is_left_out_of_what_is_compared() -> None:
    memory = Free(returned=1, passed=0)
    assert without_free((1.0, {"m": 1}), (), memory, inputs=False) == (1.0, "free")
    assert without_free(1.0, (), memory, inputs=False) == 1.0
    for after, is_same in (({"m": np.ones(1)}, True), ({"m": np.zeros(1)}, False), ({}, False), (None, False)):
        given = ({"m": np.ones(1)}, 2)
        said = without_free(((1.0, {"m": 1}), (after, 2)), given, memory, inputs=True)
        assert said == ((1.0, "free"), (is_same, 2))
    assert without_free((1.0, 2), (), None, inputs=False) == (1.0, 2)
    assert without_free({"a": 1, "b": 2}, (), Free(returned="b"), inputs=False) == {"a": 1, "b": "free"}


def test_a_call_that_was_free_to_crash_is_not_asked() -> None:
    """The test went on after it, with the student's own memory: so does the misconception."""
    twice = Variant("def f(x):\n    return 2 * x")
    crash = ("crashed", "f raised a KeyError")
    repeating = Repeating(twice, [("f", (np.ones(2), 3)), ("f", crash), ("f", 4)])
    with pytest.raises(Diverged):
        repeating.call("f", (3,), {}, inputs=False)
    with pytest.raises(StudentFault, match="f raised a KeyError"):
        repeating.call("f", (1,), {}, inputs=False)
    assert repeating.call("f", (2,), {}, inputs=False) == 4
    with pytest.raises(Diverged):
        Repeating(twice, [("f", crash)]).call("f", (1,), {}, inputs=False)


# --- through the grader --------------------------------------------------------------------------------------------------

SECOND = """
    Misconception(
        id="{id}", exercise="{exercise}", title="T.", hint="H.", read_on="R", changes=[rewrite("double", "{old}", "{new}")]
    ),
]
"""
ANSWERS = {
    "three-times": "return 3 * x",
    "three-times-otherwise": "return [x_ + x_ + x_ for x_ in x.tolist()]",
    "four-times": "return 4 * x",
    "nothing": "return None",
    "an-object": "return object()",
    "an-object-in-a-list": "return [object()]",
    "big": "return 10 ** 400",
    "raises": "raise ValueError",
    "half": "return np.abs(2 * x)",
    "right": "return 2 * x",
}


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, dict[str, Any]]:
    """What was found, for each of the answers, in a course with three misconceptions: two of them are one and the same."""
    course = make_course(tmp_path_factory.mktemp("course"))
    twins = "".join(
        SECOND.format(id=f"five-times-{n}", exercise="double", old="factor = 2.0", new="factor = 5.0").rstrip("]\n")
        for n in (1, 2)
    )
    other = SECOND.format(id="of-another", exercise="shift", old="factor = 2.0", new="factor = 4.0")
    edit(course, "solutions/tiny/misconceptions.py", "\n]\n", twins + other)
    folder = tmp_path_factory.mktemp("handed-in")
    sources = ANSWERS | {"five-times": "return 5 * x"}
    stub = released(course, "tiny")
    paths = [
        save(folder / f"{n}.ipynb", filled(stub, double=f"def double(x):\n    {source}"))
        for n, source in sources.items()
    ]
    reports = grade(course, "--assignment", "tiny", *paths)
    return {name: report["exercises"][0] for name, report in zip(sources, reports, strict=True)}


PATTERNS = {"four-times": "pattern-twice", "five-times": "pattern-factor", "half": "pattern-unsigned"}


@pytest.mark.parametrize("name", ["three-times", "three-times-otherwise"])
def test_a_known_mistake_is_called_by_its_name_however_it_is_written(
    findings: Mapping[str, dict[str, Any]], name: str
) -> None:
    assert findings[name]["misconception"] == {
        "id": "three-times",
        "title": "The factor is three.",
        "hint": "What does twice mean? Read on: the first line.",
    }


@pytest.mark.parametrize("name", sorted({*ANSWERS, "five-times"} - {"three-times", "three-times-otherwise"}))
def test_anything_else_is_met_with_a_pattern_or_with_silence(findings: Mapping[str, dict[str, Any]], name: str) -> None:
    assert (findings[name]["misconception"] or {}).get("id") == PATTERNS.get(name)
    assert (findings[name]["status"] == "passed") == (name == "right")


def test_diagnosis_changes_no_points(findings: Mapping[str, dict[str, Any]]) -> None:
    assert {name: exercise["points"] for name, exercise in findings.items() if exercise["points"]} == {
        "half": 20,
        "right": 50,
    }


# --- memory of the student's own -----------------------------------------------------------------------------------------

SUM = '''
"""The answers of other."""


def halve(value, state):
    """Half of all that came so far."""
    ### BEGIN SOLUTION
    total = state.get("total", 0.0) + value
    return total / 2, {"total": total}
    ### END SOLUTION
'''
FORGETFUL = '''
"""Wrong answers of other."""

from autograder.suite.misconceptions import Misconception, rewrite

MISCONCEPTIONS = [
    Misconception(name, "halve", f"{name}.", "H.", "R", [rewrite("halve", "total / 2", new)])
    for name, new in (("doubled", "total * 2"), ("whole", "total"))
]
'''
SUITE = '''
"""Hidden tests of halve."""

import pytest

from autograder.suite import expect_close, expect_tuple
from solutions.other import reference


@pytest.mark.points(100)
@pytest.mark.free("halve", returned=1, passed=1)
def test_halves(student, rng):
    """Half of all that came so far is returned."""
    mine, yours = {}, {}
    for value in rng.uniform(1.0, 2.0, size=3).tolist():
        want, yours = reference.halve(value, yours)
        got, mine = expect_tuple("halve(value, state)", student.halve(value, mine), 2)
        expect_close("the half", got, want, rtol=1e-12)
'''
MEMORIES = {
    "as in the reference": 'total = state.get("total", 0.0) + value\n    return total * 2, {"total": total}',
    "under another name": 'total = state.get("sum", 0.0) + value\n    return total * 2, {"sum": total}',
    "something else under the same name": 'state = {"total": state.get("total", 0.0) + 2 * value}\n    return state["total"], state',
    "as a tuple": "total = (state[0] if state else 0.0) + value\n    return total * 2, (total,)",
    "as a number": "total = (state or 0.0) + value\n    return total * 2, total",
    "as an array": "import numpy as np\n    total = np.append(state or [0.0], value).sum()\n    return total * 2, np.array([total])",
    "as an object": "import types\n    s = types.SimpleNamespace(v=value + getattr(state, 'v', 0))\n    return s.v * 2, s",
    "all that came": 'came = [*state.get("came", []), value]\n    return 2 * sum(came), {"came": came, "count": len(came)}',
}


@pytest.mark.parametrize(("marked", "finds"), [(True, ["doubled"] * 8), (False, ["doubled", *[None] * 7])])
def test_state_under_other_names_and_in_another_order_does_not_hide_a_mistake(
    tmp_path: Path, marked: bool, finds: list[str | None]
) -> None:
    course = make_course(tmp_path / "course")
    (course.root / "solutions/other/reference.py").write_text(SUM, encoding="utf-8")
    (course.root / "solutions/other/misconceptions.py").write_text(FORGETFUL, encoding="utf-8")
    suite = course.root / "tests/hidden/other/test_halve.py"
    suite.parent.mkdir(parents=True)
    suite.write_text(
        SUITE if marked else SUITE.replace('@pytest.mark.free("halve", returned=1, passed=1)\n', ""), encoding="utf-8"
    )
    paths = []
    for number, body in enumerate(MEMORIES.values()):
        paths.append(tmp_path / f"{number}.py")
        paths[-1].write_text(f"def halve(value, state):\n    {body}\n", encoding="utf-8")
    exercises = [report["exercises"][0] for report in grade(course, "--assignment", "other", *paths)]
    ids = [exercise["misconception"] and exercise["misconception"]["id"] for exercise in exercises]
    assert [None if name == "pattern-factor" else name for name in ids] == finds
