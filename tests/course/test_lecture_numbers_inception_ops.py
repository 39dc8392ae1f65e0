"""The lectures' numbers about GoogLeNet and its modules, and what is wrong with some of them, from the reference's own counts."""

from __future__ import annotations

import math
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest

from autograder.course.folders import Course
from autograder.grading.asking import Asking
from autograder.quality.measure import seeds_named
from autograder.suite.collected import collect
from autograder.suite.misconceptions import Misconception, Variant, misconceptions, rewritten
from autograder.suite.student import Draw
from solutions.inception_ops import reference
from starter_code.googlenet_table import ALEXNET, BRANCHES, GOOGLENET, PUBLISHED
from starter_code.operations import flops, readable
from tests.support.notebook_text import answers

COURSE = Course(Path(__file__).resolve().parents[2])
SLIDE = (256, 28, 28)
NAIVE = {"1x1": 128, "3x3": 192, "5x5": 96}
REDUCED = {"1x1": 128, "3x3_reduce": 64, "3x3": 192, "5x5_reduce": 64, "5x5": 96, "pool_proj": 64}


def slide_terms() -> list[int]:
    reads = {"3x3": (64, 3), "5x5": (64, 5)}
    return [
        reference.conv_macs((28, 28), depth, REDUCED[name], side)
        for name in BRANCHES
        for depth, side in [reads.get(name, (256, 1))]
    ]


def test_lecture_n41_is_right_when_rounded() -> None:
    direct = reference.conv_macs((14, 14), 480, 48, 5)
    parts = reference.conv_macs((14, 14), 480, 16, 1), reference.conv_macs((14, 14), 16, 48, 5)
    assert (direct, *parts, sum(parts)) == (112_896_000, 1_505_280, 3_763_200, 5_268_480)
    assert [readable(count) for count in (direct, *parts, sum(parts))] == ["112.9M", "1.5M", "3.8M", "5.3M"]
    assert reference.reduction_saving((480, 14, 14), 48, 5, 16) == pytest.approx(21.43, abs=0.005)


def test_the_slides_naive_module_is_right_and_its_reduced_one_holds_one_term_too_many() -> None:
    naive, reduced = reference.naive_inception_cost(SLIDE, NAIVE), reference.reduced_inception_cost(SLIDE, REDUCED)
    assert (naive["macs"], naive["out_channels"]) == (854_196_224, 672)
    assert (reduced["macs"], reduced["out_channels"]) == (sum(slide_terms()), 480) == (271_351_808, 480)
    assert reduced["macs"] + slide_terms()[2] == 271_351_808 + 86_704_128 == 358_055_936
    assert naive["macs"] / reduced["macs"] == pytest.approx(3.15, abs=0.005)
    assert naive["macs"] / 358e6 == pytest.approx(2.39, abs=0.005)


def test_only_the_3x3_term_explains_the_slides_total() -> None:
    terms = slide_terms()
    sums = {chosen: sum(terms[n] for n in chosen) for size in range(1, 7) for chosen in combinations(range(6), size)}
    fitting = [chosen for chosen, added in sums.items() if 357.5e6 <= sum(terms) + added < 358.5e6]
    assert [[BRANCHES[n] for n in chosen] for chosen in fitting] == [["3x3"]]


def test_googlenet_has_22_layers_27_with_all_its_poolings_and_58_in_all() -> None:
    assert reference.googlenet_census(GOOGLENET) == {
        "inception_modules": 9,
        "weight_layers": 22,
        "layers_with_pooling": 27,
        "conv_and_fc_layers": 58,
        "params": 6_998_552,
        "macs": 1_582_671_872,
    }
    kinds = [row["kind"] for row in GOOGLENET]
    assert (kinds.count("max_pool"), kinds.count("avg_pool")) == (4, 1)


def test_with_its_two_heads_googlenet_has_64_layers_and_as_many_parameters_as_published() -> None:
    whole = reference.googlenet_census(GOOGLENET)
    heads = [
        reference.googlenet_census([GOOGLENET[place - 1], *row["layers"]])
        for place, row in enumerate(GOOGLENET)
        if row["kind"] == "head"
    ]
    assert len(heads) == 2
    assert whole["conv_and_fc_layers"] + sum(head["conv_and_fc_layers"] for head in heads) == 64
    assert whole["params"] + sum(head["params"] for head in heads) == 13_378_280


def test_alexnet_has_nearly_nine_times_as_many_parameters_and_not_twelve_times() -> None:
    alexnet = reference.googlenet_census(ALEXNET)
    assert (alexnet["weight_layers"], alexnet["params"]) == (8, 60_965_224)
    assert alexnet["params"] / reference.googlenet_census(GOOGLENET)["params"] == pytest.approx(8.7, abs=0.05)
    assert alexnet["params"] / 12 == pytest.approx(5e6, rel=0.02)


@pytest.mark.parametrize("table", [GOOGLENET, ALEXNET])
def test_the_tables_fit_together(table: list[dict[str, Any]]) -> None:
    """The sizes follow from kernels and strides with some padding, and the depth of a module from its branches."""
    rows = [row for row in table if row["kind"] != "head"]
    for before, row in pairwise(rows):
        if "kernel_size" in row:
            side, stride = row["kernel_size"], row["stride"]
            sizes = {
                reference.conv_output_size(before["out_size"][0], side, stride, padding) for padding in range(side)
            }
            assert row["out_size"][0] in sizes, row["name"]
        if row["kind"] == "inception":
            cost = reference.reduced_inception_cost((before["out_channels"], *before["out_size"]), row["branches"])
            assert (cost["out_channels"], row["out_size"]) == (row["out_channels"], before["out_size"])


def test_the_published_operations_agree_but_for_two_rows() -> None:
    rows = [row for row in GOOGLENET if row["kind"] != "head"]
    macs = {row["name"]: reference.googlenet_census([before, row])["macs"] for before, row in pairwise(rows)}
    macs["conv2"] += macs["conv2, reduce"]
    off = [
        name for name, (_, published) in PUBLISHED.items() if math.floor(macs[name] / 1e6) - published not in {0, -1}
    ]
    assert off == ["conv1", "5a"]
    assert flops(macs["linear"]) == 2_048_000


# --- one slip is charged once -------------------------------------------------------------------------------------------------

EARLIER = ("conv_macs", "conv_params", "reduced_inception_cost")
SLIPS = [known for known in misconceptions(COURSE.solution("inception_ops")) if known.exercise in EARLIER]


def lost_by(asking: Asking, slip: Misconception, seed: str) -> set[str]:
    """The exercises in which the reference with this one slip loses points."""
    source = (COURSE.solution("inception_ops") / "reference.py").read_text(encoding="utf-8")
    results = asking.results(Draw(Variant(rewritten(source, slip.changes)), seed))
    return {result.name for result in results if result.points < result.max_points}


def test_a_slip_in_an_earlier_function_costs_nothing_in_the_exercises_that_are_built_on_it() -> None:
    assignment = COURSE.assignment("inception_ops")
    asking = Asking(COURSE, assignment, collect(COURSE, assignment))
    lost = {slip.id: set().union(*(lost_by(asking, slip, seed) for seed in seeds_named(2))) for slip in SLIPS}
    assert lost == {slip.id: {slip.exercise} for slip in SLIPS}


# --- the answers to "Looking back" --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "made", "side", "even"),
    [(256, 192, 3, 223.0), (480, 48, 5, 342.9), (480, 48, 3, 227.4), (480, 48, 1, 43.6)],
)
def test_a_reduction_breaks_even_at_the_width_that_the_answer_says(
    read: int, made: int, side: int, even: float
) -> None:
    assert side**2 * read * made / (read + side**2 * made) == pytest.approx(even, abs=0.05)
    assert str(even) in answers("inception_ops")
    saved = [
        reference.reduction_saving((read, 14, 14), made, side, width)
        for width in (int(even - 0.5), int(even + 0.5) + 1)
    ]
    assert saved[0] > 1 > saved[1]


def test_the_branch_of_the_slide_costs_29_percent_and_pays_up_to_222_channels() -> None:
    at_64, at_222, at_223 = (reference.reduction_saving(SLIDE, 192, 3, width) for width in (64, 222, 223))
    assert 1 / at_64 == pytest.approx(0.29, abs=0.005)
    assert at_222 > 1 > at_223
    assert "up to 222 channels" in answers("inception_ops")
    assert "29 %" in answers("inception_ops")


def test_small_kernels_in_a_row_are_cheaper_than_a_large_one() -> None:
    one, two = reference.conv_params(7, 7, 5, bias=False), 2 * reference.conv_params(7, 7, 3, bias=False)
    assert (one, two) == (25 * 49, 18 * 49)
    assert 1 - two / one == pytest.approx(0.28)
    assert (reference.conv_params(1, 1, 7, bias=False), 3 * reference.conv_params(1, 1, 3, bias=False)) == (49, 27)
    assert all(said in answers("inception_ops") for said in ("18C^2", "28 %", "27C^2", "49C^2"))
