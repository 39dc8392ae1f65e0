"""What hidden tests say of an answer, what it earns, and how the reference is rewritten to make a wrong one."""

from __future__ import annotations

import math
import tracemalloc
from typing import Any, get_args

import numpy as np
import pytest

from autograder.course.assignment import CourseError
from autograder.course.report import STATES, State, TestResult, summarise
from autograder.grading.transcripts import same
from autograder.sandbox.wire import Handle
from autograder.suite import Mismatch, expect, expect_array, expect_close, expect_keys, expect_none, expect_tuple
from autograder.suite.comparing import as_numbers
from autograder.suite.misconceptions import rewrite, rewritten

SEVERITY = tuple(STATES)

# --- points --------------------------------------------------------------------------------------------------------------


def _test(points: float, status: State = "passed") -> TestResult:
    return TestResult("test_x", "X.", points, 2.0, status, "", 0.5)


def test_points_of_an_exercise_stay_between_nothing_and_its_maximum() -> None:
    assert summarise("e", 3.0, (_test(2.0), _test(2.0)), None).points == 3.0
    assert summarise("e", 3.0, (_test(-2.0),), None).points == 0.0
    assert summarise("e", 3.0, (_test(0.5), _test(1.0)), None).points == 1.5
    assert summarise("e", 3.0, (_test(1.0), _test(1.0)), None).seconds == 1.0


def test_an_exercise_without_a_test_earns_nothing_and_is_the_graders_fault() -> None:
    result = summarise("e", 3.0, (), None)
    assert (result.points, result.status) == (0.0, "grader-error")


@pytest.mark.parametrize("place", range(len(SEVERITY)))
def test_an_exercise_is_called_by_the_gravest_of_its_tests_states(place: int) -> None:
    tests = tuple(_test(0, state) for state in SEVERITY[place:])
    assert summarise("e", 3.0, tests[::-1], None).status == SEVERITY[place]


def test_every_state_has_its_mark_and_its_words() -> None:
    assert set(STATES) == set(get_args(State))
    assert len({shown.words for shown in STATES.values()}) == len(STATES)
    assert all(shown.mark and shown.words for shown in STATES.values())


# --- comparing -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (np.array([1.0, 2.0]), [1, 2]),
        ([1.0, 2], np.array([1.0, 2.0])),
        ((np.float32(1), np.int8(2)), [1, 2]),
        ([np.array([1.0]), [2]], [[1], [2]]),
        (3, 3.0),
        (np.array(3.0), 3),
        (True, 1.0),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        ([1e-13], [0.0]),
    ],
)
def test_equal_numbers_are_close_whatever_holds_them(got: Any, want: Any) -> None:
    expect_close("x", got, want, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize(
    ("got", "says"),
    [
        (np.array([1.0, 2.0, 4.0]), "x: 1 of 3 values are off, the first at [2] by 30 % of the largest expected value"),
        (
            np.array([-99.0, 2.0, 3.0]),
            "x: 1 of 3 values are off, the first at [0] by more than 10 times the largest expected value",
        ),
        (np.array([1.0, np.nan, 3.0]), "x is not finite at [1]"),
        (np.array([np.inf, 2.0, 3.0]), "x is not finite at [0]"),
        (np.ones((3, 1)), "x should have the shape (3,), and has more axes"),
        (5.0, "x should have the shape (3,), and is a single number"),
        ("1 2 3", "x should be an array of numbers, and is text"),
        (["1", "2", "3"], "x should be an array of numbers, and is a list"),
        ([1, 2, None], "x should be an array of numbers, and is a list"),
        ([b"1", b"2", b"3"], "x should be an array of numbers, and is a list"),
        (None, "x should be an array of numbers, and is None"),
        ({"a": 1}, "x should be an array of numbers, and is a dict"),
        ([[1], [1, 2]], "x should be an array of numbers, and is a list"),
        (10**400, "x should be an array of numbers, and is an int that is far too large"),
        (np.array([1j]), "x should be an array of numbers, and is an array"),
        (Handle(0, "generator"), "x should be an array of numbers, and is a generator"),
        ([Handle(0, "object")], "x should be an array of numbers, and is a list"),
        (np.random.default_rng(), "x should be an array of numbers, and is an object"),
        (np.zeros((0, 1 << 40), dtype=bool), "x should have the shape (3,), and has more axes"),
    ],
)
def test_other_values_are_a_mismatch_whose_message_shows_no_hidden_number(got: Any, says: str) -> None:
    with pytest.raises(Mismatch) as mismatch:
        expect_close("x", got, [1.0, 2.0, 3.0], rtol=1e-7)
    assert str(mismatch.value) == says


@pytest.mark.parametrize("off", [1e-8, 1e-6])
def test_the_tolerance_is_the_one_that_was_asked_for(off: float) -> None:
    expect_close("x", 1 + off, 1.0, rtol=1.01 * off)
    expect_close("x", off, 0.0, rtol=0, atol=1.01 * off)
    for tolerances in ({"rtol": 0.99 * off}, {"rtol": 0.0, "atol": 0.99 * off}):
        with pytest.raises(Mismatch):
            expect_close("x", 1 + off, 1.0, **tolerances)


def test_expectations_of_form_return_what_they_looked_at() -> None:
    assert expect_tuple("f(x)", [1, 2], 2) == (1, 2)
    assert expect_keys("cache", {"a": 1, "b": 2}, ("a",)) == {"a": 1, "b": 2}
    expect_none("grad", None)
    expect(condition=True, sentence="")


@pytest.mark.parametrize(
    ("action", "says"),
    [
        (lambda: expect_tuple("f(x)", 3.0, 2), "f(x) should return 2 values, and returned a float"),
        (lambda: expect_tuple("f(x)", (1, 2, 3), 2), "f(x) should return 2 values, and returned more"),
        (lambda: expect_tuple("f(x)", "ab", 2), "f(x) should return 2 values, and returned text"),
        (
            lambda: expect_tuple("f(x)", np.ones(2), 2),
            "f(x) should return 2 values, and returned an array",
        ),
        (lambda: expect_keys("cache", {"z": 1}, ("a", "b")), "cache should have the key 'a', 'b'"),
        (lambda: expect_keys("cache", ["a"], ("a",)), "cache should be a dict, and is a list"),
        (lambda: expect_none("grad", 0), "grad should be None, and is an int"),
        (lambda: expect(condition=False, sentence="this does not hold"), "this does not hold"),
    ],
)
def test_expectations_of_form_say_what_came_instead(action: Any, says: str) -> None:
    with pytest.raises(Mismatch) as mismatch:
        action()
    assert str(mismatch.value) == says


def test_text_in_a_list_is_never_read_as_numbers() -> None:
    with pytest.raises(Mismatch):
        as_numbers("x", [["1.5"]])


# --- variants of the reference -------------------------------------------------------------------------------------------

SOURCE = '''
def f(x):
    """Returns x + 1."""
    ### BEGIN SOLUTION
    return x + 1
    ### END SOLUTION


def g(x):
    return x + 1
'''


def test_a_rewrite_changes_the_body_of_its_function_and_nothing_else() -> None:
    assert rewritten(SOURCE, [rewrite("f", "x + 1", "x - 1")]) == SOURCE.replace(
        "    return x + 1\n    ###", "    return x - 1\n    ###"
    )
    assert rewritten(SOURCE, [rewrite("g", "x + 1", "x - 1")]).endswith("def g(x):\n    return x - 1\n")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (rewrite("f", "y", "z"), "a rewrite of f matches 0 times"),
        (rewrite("f", "Returns", "z"), "a rewrite of f matches 0 times"),
        (rewrite("f", " ", "z"), "a rewrite of f matches"),
        (rewrite("h", "1", "z"), "the reference has no function h"),
    ],
)
def test_a_rewrite_that_does_not_fit_exactly_once_is_refused(change: Any, says: str) -> None:
    with pytest.raises(CourseError, match=says):
        rewritten(SOURCE, [change])


def test_text_in_a_list_is_refused_before_numpy_makes_room_for_it() -> None:
    """For an array of text, it takes the length of the longest in each place."""
    texts = ["a" * 400_000, *["b"] * 200]
    tracemalloc.start()
    try:
        with pytest.raises(Mismatch, match="x should be an array of numbers, and is a list"):
            expect_close("x", texts, np.ones(201), rtol=1e-7)
        with pytest.raises(Mismatch):
            expect_array("x", [[texts]], (1, 1, 201))
        assert not same(np.ones(201), texts)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("got", [[1, "2"], ["1"], [None], "1", [b"1"], [[1.0], object()]])
def test_what_is_not_numbers_all_through_is_none(got: Any) -> None:
    with pytest.raises(Mismatch):
        as_numbers("x", got)


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        ((), "is a single number"),
        ((3, 2), "has the same lengths, on other axes"),
        ((6,), "has fewer axes"),
        ((2, 3, 1), "has more axes"),
        ((2, 4), "has as many axes of other lengths"),
        ((0, 1317585063), "has as many axes of other lengths"),
    ],
)
def test_a_shape_is_asked_for_and_another_one_cannot_spell_a_number(shape: tuple[int, ...], says: str) -> None:
    assert expect_array("x", [[1, 2]], (1, 2)).dtype == np.float64
    with pytest.raises(Mismatch) as mismatch:
        expect_array("x", np.zeros(shape), (2, 3))
    assert str(mismatch.value) == f"x should have the shape (2, 3), and {says}"


@pytest.mark.parametrize(
    ("off", "size"), [(1e212, "more than 10 times"), (4.4, "4 times"), (0.044, "4 % of"), (1e-9, "less than 0.01 % of")]
)
def test_how_far_off_a_value_is_cannot_spell_a_number(off: float, size: str) -> None:
    with pytest.raises(Mismatch, match=f"the first at \\[1\\] by {size} the largest expected value$"):
        expect_close("x", [1.0, 1.0 + off], [1.0, 1.0], rtol=1e-12)


@pytest.mark.parametrize("off", [1e-3, 2.0, 1e9])
def test_neither_size_nor_place_is_told_of_a_single_number_or_of_counts(off: float) -> None:
    for got, want, says in (
        (1 + off, 1.0, "x: the value is off"),
        (math.nan, 1.0, "x is not finite"),
        ([1, 2 + off, 3], [1, 2, 3], "x: 1 of 3 values are off"),
        ([1, math.inf, 3], [1, 2, 3], "x is not finite"),
    ):
        with pytest.raises(Mismatch) as mismatch:
            expect_close("x", got, want, rtol=1e-12)
        assert str(mismatch.value) == says


def test_infinity_is_near_to_nothing_but_itself() -> None:
    want = np.array([np.inf, -np.inf, 1.0])
    expect_close("x", want.copy(), want, rtol=1e-6)
    for got in ([1e300, -np.inf, 1.0], [np.inf, np.inf, 1.0], [np.nan, -np.inf, 1.0]):
        with pytest.raises(Mismatch):
            expect_close("x", np.array(got), want, rtol=1e-6)


def test_no_answer_is_looked_into_that_holds_far_more_numbers_than_any_should() -> None:
    with pytest.raises(Mismatch, match=r"^x holds more than 1,000,000 numbers\.$"):
        as_numbers("x", np.zeros(1_000_001, np.int8))
