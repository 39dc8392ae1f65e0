"""What is told of wrong answers that no known mistake explains: true, of all of them, and without a hidden number."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.course.folders import Course
from autograder.grading.patterns import failed_of, in_numbers, in_places
from autograder.grading.which_calls import Asked, in_calls, in_results
from autograder.sandbox.wire import Handle
from autograder.suite.comparing import Compared, Mismatch, expect, expect_any, expect_array, expect_close, gathering
from autograder.suite.misconceptions import Variant
from autograder.suite.student import Call
from tests.support.handins import grade
from tests.support.mini_course import make_course

REFERENCE = '''
"""The answers of other."""

import numpy as np


def halve(x, bias=None, scale=1.0):
    """Half of the sums of the rows of x, and the bias. x: (N, D), float64 or integer."""
    ### BEGIN SOLUTION
    out = scale * x.sum(axis=1) / 2
    return out if bias is None else out + bias
    ### END SOLUTION
'''
SUITE = '''
"""Hidden tests of halve."""

import numpy as np
import pytest

from autograder.suite import expect_close
from solutions.other import reference


def check(student, *args, **kwargs):
    expect_close("the sums", student.halve(*args, **kwargs), reference.halve(*args, **kwargs), rtol=1e-6, atol=1e-9)


@pytest.mark.points(50)
def test_sums(student, rng):
    """Rows are added and halved."""
    for rows in (5, 4, 3):
        check(student, rng.normal(size=(rows, 4)))
    check(student, rng.normal(size=(3, 4)), scale=float(rng.uniform(2, 3)))
    check(student, rng.normal(size=(3, 4)), rng.normal(size=3))
    check(student, rng.normal(size=(3, 4)), rng.normal(size=3), float(rng.uniform(2, 3)))


@pytest.mark.points(50)
def test_corners(student, rng):
    """Integers and zeros are numbers like any others."""
    check(student, rng.integers(-9, 9, size=(4, 3)), scale=0.3)
    check(student, rng.normal(size=(4, 3)) * np.array([1.0, 0.0, 1.0]))
    check(student, rng.normal(size=(1, 3)))
'''
RIGHT = "scale * x.sum(axis=1) / 2 + (0 if bias is None else bias)"
BODIES: dict[str, tuple[str, str]] = {  # what is returned, and what is told of it
    "negative": (f"-({RIGHT})", "pattern-negative"),
    "twice": (f"2 * ({RIGHT})", "pattern-twice"),
    "unsigned": (f"np.abs({RIGHT})", "pattern-unsigned"),
    "a factor": (f"1.7 * ({RIGHT})", "pattern-factor"),
    "a mean": (f"({RIGHT}) / (len(x) + 1)", "pattern-divided"),
    "an offset": (f"({RIGHT}) + 0.3", "pattern-offset"),
    "no bias": ("scale * x.sum(axis=1) / 2", "pattern-default-halve-bias"),
    "no bias where scaled": (f"{RIGHT} - (0 if bias is None or scale == 1 else bias)", "pattern-lacks-halve"),
    "bias twice": (f"{RIGHT} + (0 if bias is None else bias)", "pattern-has-halve"),
    "no scale": ("x.sum(axis=1) / 2 + (0 if bias is None else bias)", "pattern-default-halve-scale"),
    "integers cut": (f"({RIGHT}).astype(x.dtype)", "pattern-where-halve"),
    "zeros": (
        f"({RIGHT}) + (1 if (x == 0).any() else 0) * (1 + np.arange(len(x)))",
        "pattern-where-halve",
    ),
    "reversed": (f"({RIGHT})[::-1]", "pattern-reversed"),
    "nan": (f"({RIGHT}) * np.nan", "pattern-not-finite"),
    "too large": (f"({RIGHT}) + np.random.default_rng(len(x)).uniform(1, 2, len(x))", "pattern-too-large"),
    "crash": (f"({RIGHT}) if x.dtype == float else x.nothing", "pattern-crash-halve"),
    "noise": (f"({RIGHT}) + np.random.default_rng(len(x)).normal(size=len(x))", ""),
    "right": (RIGHT, ""),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, dict[str, Any]]:
    course: Course = make_course(tmp_path_factory.mktemp("course"))
    (course.root / "solutions/other/reference.py").write_text(REFERENCE.lstrip(), encoding="utf-8")
    suite = course.root / "tests/hidden/other/test_halve.py"
    suite.parent.mkdir(parents=True)
    suite.write_text(SUITE.lstrip(), encoding="utf-8")
    paths: list[Path] = []
    for number, (body, _) in enumerate(BODIES.values()):
        paths.append(course.root.parent / f"{number}.py")
        paths[-1].write_text(
            f"import numpy as np\n\n\ndef halve(x, bias=None, scale=1.0):\n    return {body}\n", encoding="utf-8"
        )
    reports = grade(course, "--assignment", "other", *paths)
    return {name: report["exercises"][0] for name, report in zip(BODIES, reports, strict=True)}


@pytest.mark.parametrize("name", BODIES)
def test_what_all_wrong_numbers_have_in_common_is_told(found: Mapping[str, dict[str, Any]], name: str) -> None:
    finding = found[name]["misconception"] or {"id": "", "title": ""}
    assert finding["id"] == BODIES[name][1]
    assert not re.search(r"\d\.\d", finding["title"])  # no number of anybody's


def test_where_a_function_is_not_right_is_said_in_terms_of_its_arguments(found: Mapping[str, dict[str, Any]]) -> None:
    assert (
        found["integers cut"]["misconception"]["title"] == "halve is right, except in calls in which x holds integers."
    )
    assert "lacks bias" in found["no bias where scaled"]["misconception"]["title"]


FALSE = bool(0)


# --- what is said is true of all that was compared ---------------------------------------------------------------------------


def compared(what: str, got: Any, want: Any) -> Compared:
    got, want = np.asarray(got, float), np.asarray(want, float)
    return Compared(what, got, want, ~np.isclose(got, want, rtol=1e-9, atol=0))


A, B, RISING = [1.0, 2.0, 3.0], [4.0, 6.0, 9.0], np.arange(1.0, 6.0)
ABOUT_NUMBERS: dict[str, tuple[list[Compared], str]] = {
    "rows and columns": ([compared("x", np.outer(A, B).T, np.outer(A, B))], "transposed"),
    "a row of numbers has no columns": ([compared("x", RISING * (1 + 1e-7), RISING)], ""),
    "in the opposite order": ([compared("x", RISING[::-1], RISING)], "reversed"),
    "rounded numbers are off by no factor": ([compared("x", RISING * (1 + 1e-4), RISING)], ""),
    "a tiny factor for each": (
        [compared("x", 1e-6 * RISING, RISING), compared("x", 3e-6 * RISING, RISING)],
        "factor-each",
    ),
    "a factor for each": ([compared("x", 1.3 * RISING, RISING), compared("x", 1.7 * RISING, RISING)], "factor-each"),
}


@pytest.mark.parametrize("name", ABOUT_NUMBERS)
def test_what_is_said_of_numbers(name: str) -> None:
    failed, told = ABOUT_NUMBERS[name]
    assert [found for found, _ in in_numbers(failed)][:1] == ([told] if told else [])


@pytest.mark.parametrize(("right", "told"), [(RISING, ["offset"]), (np.ones(5), [])], ids=["several", "all alike"])
def test_of_right_numbers_that_are_all_alike_no_relation_is_told(right: np.ndarray, told: list[str]) -> None:
    assert [found for found, _ in in_places([[compared("x", right - 0.9, right)]])] == told


def test_small_results_count_beside_large_ones_where_all_is_said_to_be_too_large() -> None:
    right = Variant("def halve(x):\n    return x / 2")
    inputs = [np.array([1.0, 2.0, 4.0]), 1e9 * np.array([1.0, 2.0, 4.0])]

    def told(*factors: list[float]) -> list[str]:
        answered = [np.array(each) * x for each, x in zip(factors, inputs, strict=True)]
        calls = [Call("halve", (x,), {}, inputs=False) for x in inputs]
        return [
            name for name, _ in in_results([Asked(c, a, None) for c, a in zip(calls, answered, strict=True)], right)
        ]

    assert told([0.6, 0.7, 0.8], [0.6, 0.7, 0.8]) == ["too-large"]
    assert told([0.4, 0.7, 0.3], [0.6, 0.7, 0.8]) == []


RIGHT_X, WRONG_X, WRONG_Y = compared("x", A, A), compared("x", B, A), compared("y", B, A)
ABOUT_PLACES: dict[str, tuple[list[list[Compared]], list[str]]] = {
    "all but the first, each time": (
        [[RIGHT_X, WRONG_X], [RIGHT_X, WRONG_X, WRONG_X]],
        ["right-at-first"],
    ),
    "a test that is right throughout": ([[RIGHT_X, WRONG_X], [RIGHT_X, WRONG_X], [RIGHT_X, RIGHT_X]], []),
    "one test is no rule": ([[RIGHT_X, WRONG_X]], []),
    "an input that was changed is no result": (
        [[RIGHT_X, compared("w after the call", B, A)]] * 2,
        ["one-result"],
    ),
    "one of two": ([[RIGHT_X, WRONG_Y], [RIGHT_X, WRONG_Y]], ["right-at-first", "one-result"]),
    "one of two, the other in a test that was passed": ([[WRONG_Y], [RIGHT_X]], []),
}


@pytest.mark.parametrize("name", ABOUT_PLACES)
def test_what_is_said_of_places(name: str) -> None:
    tests, told = ABOUT_PLACES[name]
    off_by_an_amount = {"offset"}
    assert [found for found, _ in in_places(tests) if found not in off_by_an_amount] == told


# --- rubbish, and text of the student's -------------------------------------------------------------------------------------

RUBBISH: dict[str, Any] = {
    "None": None,
    "text": "1.0",
    "nan": float("nan"),
    "an endless integer": 10**400,
    "a tiny number": 5e-324,
    "huge numbers": np.full(3, 1e308),
    "infinite numbers": np.full(3, -np.inf),
    "tiny numbers": np.full(3, 5e-324),
    "truth values": np.array([True, False, True]),
    "half precision": np.float16(3),
    "numbers in half precision": np.full(3, 6e4, dtype=np.float16),
    "unsigned": np.full(3, 2**63, dtype=np.uint64),
    "an empty array": np.zeros((0, 3)),
    "five axes": np.ones((1, 3, 1, 1, 1)),
    "a list in a list": [[1.0], [2.0, [3.0]]],
    "a list of endless integers": [10**400] * 3,
    "a dict": {"x": None, "halve": np.ones(3)},
    "an object": Handle(0, "object"),
    "a crash": ("crashed", "halve raised a KeyError"),
    "a crash without a sentence": ("crashed", None),
}


class Answering:
    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, inputs: bool) -> Any:
        assert function == "halve"
        assert not kwargs
        return (self.answer, args) if inputs else self.answer


RESULTS = {"an array": REFERENCE, "parts": 'def halve(x):\n    return x, {"a": x[0], "b": [x, None]}, 1.0'}


@pytest.mark.parametrize("result", RESULTS)
@pytest.mark.parametrize("inputs", [True, False])
@pytest.mark.parametrize("what", RUBBISH)
@pytest.mark.filterwarnings("error")
def test_no_rubbish_upsets_the_search_for_patterns(what: str, inputs: bool, result: str) -> None:
    answer, right = RUBBISH[what], Variant(RESULTS[result])
    x = np.arange(6.0).reshape(3, 2)
    calls = [(x + n, (answer, (x + n,)) if inputs and what[:7] != "a crash" else answer) for n in range(3)]
    calls += [(x - n, (right.namespace["halve"](x - n), (x - n,))) for n in range(3) if inputs]
    asked = [Asked(Call("halve", (x,), {}, inputs), said, None) for x, said in calls]
    told = [*in_calls(asked, right, Answering(answer)), *in_results(asked, right)]
    with gathering() as gathered:
        for x, _ in calls:
            with contextlib.suppress(Mismatch):
                expect_close("halve", answer, Variant(REFERENCE).namespace["halve"](x), rtol=1e-6)
    told += [*in_numbers(failed_of([gathered.compared])), *in_places([gathered.compared])]
    assert all(re.fullmatch(r"[ -~]+", sentence) for _, sentence in told)


def test_an_entry_of_a_list_is_told_in_words() -> None:
    right = Variant("def join(alive, x):\n    'x is scaled by how many are alive.'\n    return sum(alive) * x")

    class Blind:
        def call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, inputs: bool) -> Any:
            assert (function, kwargs, inputs) == ("join", {}, False)
            return len(args[0]) * args[1]

    lists = [[True, False], [True, True], [True, True, True], [False, True, True]]
    calls = [Call("join", (alive, np.arange(1.0, 4.0)), {}, inputs=False) for alive in lists]
    asked = [Asked(call, Blind().call("join", call.args, {}, inputs=False), None) for call in calls]
    told = [sentence for _, sentence in in_calls(asked, right, Blind())]
    assert "join is right, except in calls in which an entry of alive is False." in told


def test_nothing_of_the_students_own_text_is_told() -> None:
    """A cache comes from the student: its keys and its texts could spell the numbers of a hidden input."""
    right = Variant(
        "import numpy as np\ndef back(dout, cache):\n    'cache: what x needs'\n    return dout * 2 + (0 * cache['x'])"
    )
    hidden = "0.1234"

    def asked(n: int, **more: Any) -> Asked:
        dout, x = np.arange(3.0) + n, np.arange(3.0)
        return Asked(Call("back", (dout, {"x": x} | more), {}, inputs=False), dout * 2 + (x if more else 0), None)

    calls = [asked(n, **{hidden: np.arange(3.0), "x": np.arange(3.0), "mode": hidden}) for n in range(3)]
    calls += [asked(n) for n in range(3)]
    told = " ".join(sentence for _, sentence in in_calls(calls, right, Answering(None)))
    assert "cache['x']" in told  # which the docstring names
    assert hidden not in told
    assert "mode" not in told


# --- a test goes on after its first mismatch ------------------------------------------------------------------------------


def test_what_is_gathered_does_not_end_a_test() -> None:
    with gathering() as gathered:
        expect(FALSE, "one")
        expect_close("two", [1.0, 2.0], [1.0, 3.0], rtol=0)
        expect_close("three", [1.0], [1.0, 3.0], rtol=0)
        expect_close("four", [1.0], [1.0], rtol=0)
    assert [str(mismatch).split(":")[0][:4] for mismatch in gathered.mismatches] == ["one", "two", "thre"]
    assert [(compared.what, compared.wrong.tolist()) for compared in gathered.compared] == [
        ("two", [False, True]),
        ("four", [False]),
    ]
    with pytest.raises(Mismatch):
        expect(FALSE, "one")


def test_what_a_test_cannot_go_on_without_ends_it_and_so_does_a_choice() -> None:
    with gathering() as gathered:
        with pytest.raises(Mismatch):
            expect_array("x", [1.0], (2,))
        expect_any(lambda: expect(FALSE, "no"), lambda: None)
        with pytest.raises(Mismatch, match="no"):
            expect_any(lambda: expect(FALSE, "no"))
    assert gathered.mismatches == []
