"""Statistics of a class, against numbers that were computed by hand, and the laws that hold for any."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.reporting.class_statistics import (
    FEWEST,
    Discrimination,
    alpha,
    by_quarter,
    difficulty,
    discrimination,
    spread,
)
from autograder.reporting.class_words import count, duration, percent, points, signed

ITEM, REST = [0, 0, 1, 1, 1], [1, 2, 3, 4, 5]
scores = st.lists(st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.integers(0, 20)), min_size=8, max_size=60)


def test_quartiles_lie_between_neighbours_as_far_as_the_rank_says() -> None:
    found = spread([4, 1, 3, 2])
    assert (found.least, found.lower, found.median, found.upper, found.most) == (1, 1.75, 2.5, 3.25, 4)
    assert (found.count, found.mean) == (4, 2.5)
    assert found.deviation == pytest.approx(math.sqrt(1.25))


def test_one_student_is_spread_over_one_number_and_nobody_over_none() -> None:
    found = spread([7.0])
    assert (found.count, found.least, found.lower, found.median, found.most, found.deviation) == (1, 7, 7, 7, 7, 0)
    assert spread([]) is None


def test_difficulty_is_the_mean_share() -> None:
    assert difficulty([0, 0.5, 1, 1]) == 0.625
    assert difficulty([]) is None


def test_discrimination_is_the_correlation_with_the_rest_within_fishers_interval() -> None:
    found = discrimination(ITEM, REST)
    assert found.value == pytest.approx(3 / math.sqrt(1.2 * 10))  # 0.866: cov 3, squares 1.2 and 10
    assert (found.low, found.high) == pytest.approx((-0.0688, 0.9911), abs=1e-4)  # tanh(1.3170 -+ 1.96 / sqrt(2))


def test_who_does_well_elsewhere_and_fails_here_makes_it_negative() -> None:
    found = discrimination([1, 1, 1, 0, 0], REST)
    assert found.value == pytest.approx(-0.866, abs=1e-3)


@pytest.mark.parametrize(
    ("item", "rest"),
    [
        ([1] * 9, list(range(9))),
        (list(range(9)), [3.0] * 9),
        ([1 / 3] * 9, list(range(9))),
        ([0.1 + 0.2, 0.3] * 4, list(range(8))),
        (ITEM[:4], REST[:4]),
        ([1], [1]),
        ([], []),
    ],
    ids=["all-the-same", "rest-the-same", "thirds", "last-digit", "four", "one", "nobody"],
)
def test_where_nothing_differs_or_few_are_there_it_cannot_be_said(item: list[float], rest: list[float]) -> None:
    assert discrimination(item, rest) is None


def test_a_perfect_correlation_has_no_width() -> None:
    for rest, value in ((REST, 1), (REST[::-1], -1)):
        found = discrimination(REST, rest)
        assert (found.low, found.value, found.high) == pytest.approx((value,) * 3)


@pytest.mark.parametrize(
    ("value", "low", "high", "words"),
    [
        (0.40, 0.1, 0.6, "well"),
        (0.39, 0.1, 0.6, "fairly"),
        (0.20, 0.1, 0.3, "fairly"),
        (0.10, 0.05, 0.19, "hardly"),
        (0.10, -0.3, 0.5, "unclear"),
        (0.60, -0.1, 0.9, "unclear"),
        (0.10, 0.01, 0.3, "unclear"),
        (-0.10, -0.19, -0.01, "the wrong way round"),
    ],
)
def test_no_more_is_said_than_the_interval_lets(value: float, low: float, high: float, words: str) -> None:
    assert Discrimination(value, low, high).words == words


def test_alpha_compares_the_variance_of_the_sum_with_those_of_the_parts() -> None:
    table = [[each, 2 * each] for each in (1, 2, 3, 4, 5)]
    assert alpha(table) == pytest.approx(2 * (1 - (2 + 8) / 18))
    assert alpha([[each, each] for each in range(6)]) == pytest.approx(1)


@pytest.mark.parametrize(
    "table",
    [[], [[1, 2]], [[1, 2]] * 4, [[1], [2], [3], [4], [5]], [[1, 2]] * 9, [[0.1, 0.2], [0.2, 0.1]] * 4],
    ids=["nobody", "one", "four", "one-exercise", "all-the-same", "the-same-sum"],
)
def test_alpha_is_left_out_where_it_makes_no_sense(table: list[list[float]]) -> None:
    assert alpha(table) is None


def test_quarters_begin_with_the_weakest() -> None:
    assert by_quarter([0, 0, 0, 1, 1, 0, 1, 1], [1, 2, 3, 4, 5, 6, 7, 8]) == (0, 0.5, 0.5, 1)
    assert by_quarter([1, 1, 0, 1, 1, 0, 0, 0], [8, 7, 6, 5, 4, 3, 2, 1]) == (0, 0.5, 0.5, 1)
    assert by_quarter([1] * 7, list(range(7))) is None


def test_who_has_the_same_in_the_rest_shares_what_is_in_the_item() -> None:
    assert by_quarter([1, 0, 1, 0, 1, 0, 1, 0], [5] * 8) == (0.5,) * 4


@settings(deadline=None)
@given(scores, st.randoms())
def test_the_order_of_the_students_decides_nothing(pairs: list[tuple[float, int]], draw: object) -> None:
    mixed = list(pairs)
    draw.shuffle(mixed)  # type: ignore[attr-defined]
    for statistic in (by_quarter, lambda *of: getattr(discrimination(*of), "value", None)):
        before, after = (statistic(*map(list, zip(*some, strict=True))) for some in (pairs, mixed))
        assert before == pytest.approx(after, abs=1e-9)


@settings(deadline=None)
@given(scores, st.floats(0.1, 10), st.floats(-50, 50))
def test_the_unit_of_the_rest_decides_nothing_and_the_value_lies_in_its_interval(
    pairs: list[tuple[float, int]], scale: float, shift: float
) -> None:
    item, rest = map(list, zip(*pairs, strict=True))
    found, again = discrimination(item, rest), discrimination(item, [scale * each + shift for each in rest])
    if found is None or again is None:
        assert found is again is None
        return
    assert again.value == pytest.approx(found.value, abs=1e-6)
    assert -1 <= found.low <= found.value <= found.high <= 1


@settings(deadline=None)
@given(scores)
def test_quarters_have_together_what_the_class_has(pairs: list[tuple[float, int]]) -> None:
    item, rest = map(list, zip(*pairs, strict=True))
    sizes = [len(part) for part in np.array_split(item, 4)]
    found = by_quarter(item, rest)
    assert sum(map(math.prod, zip(found, sizes, strict=True))) == pytest.approx(sum(item))
    assert all(-1e-12 <= each <= 1 + 1e-12 for each in found)


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 10), min_size=3, max_size=3), min_size=FEWEST, max_size=30))
def test_alpha_is_at_most_one(table: list[list[int]]) -> None:
    found = alpha(table)
    assert found is None or found <= 1 + 1e-9


def test_numbers_in_words() -> None:
    gap = "\N{NO-BREAK SPACE}%"
    assert [percent(each) for each in (0, 0.001, 0.5, 0.999, 1)] == [
        f"{n}{gap}" for n in ("0", "<1", "50", ">99", "100")
    ]
    assert [signed(each) for each in (0.456, -0.456, -0.001)] == ["0.46", "\N{MINUS SIGN}0.46", "0.00"]
    assert [points(each) for each in (1 / 3, 12.0, 0.5, 123456.0)] == ["0.33", "12", "0.5", "123456"]
    assert [count(each, "student") for each in (1, 0, 1000)] == ["1 student", "0 students", "1,000 students"]
    told = [duration(each) for each in (0.04, 12.6, 61, 3600 * 25 + 60, 3600 + 120)]
    assert told == ["0.0 s", "13 s", "1 min 1 s", "1 d 1 h", "1 h 2 min"]
