"""A slip in an earlier exercise is charged there and not again; a program that lies about it later gains nothing."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from autograder.course.folders import Course
from autograder.course.report import Report
from autograder.grading.grader import Grader
from autograder.suite.misconceptions import Misconception, misconceptions, rewritten

COURSE = Course(Path(__file__).resolve().parents[2])
NAME = "inception_ops"
REFERENCE = COURSE.solution(NAME) / "reference.py"
SLIPS = [wrong for wrong in misconceptions(REFERENCE.parent) if wrong.exercise == "conv_macs"]
BUILT_ON = {"naive_inception_cost", "reduced_inception_cost", "reduction_saving"}


def wrong_conv_macs(slip: Misconception) -> str:
    """The function as the misconception has it."""
    text = rewritten(REFERENCE.read_text(encoding="utf-8"), slip.changes)
    tree = ast.parse(text)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "conv_macs")
    return ast.unparse(function)


def points(report: Report) -> dict[str, float]:
    return {exercise.name: exercise.points for exercise in report.exercises}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, dict[str, float]]]:
    """Points for each slip: of who made it once, of who made it in later exercises alone, of who says then that it was made before."""
    folder = tmp_path_factory.mktemp("carried-over")
    reference = REFERENCE.read_text(encoding="utf-8")
    found: dict[str, Any] = {}
    with Grader(COURSE) as grader:

        def of(source: str) -> dict[str, float]:
            path = folder / f"{NAME}.py"
            path.write_text(source, encoding="utf-8")
            return points(grader.grade(NAME, path))

        found["right"] = of(reference)
        for slip in SLIPS:
            wrong = wrong_conv_macs(slip)
            hidden = wrong.replace("def conv_macs(", "def _slip(", 1)
            asked = "\n".join(
                f"_{name} = {name}\ndef {name}(*args):\n    global conv_macs\n    conv_macs = _slip\n    return _{name}(*args)"
                for name in BUILT_ON
            )
            plain = reference.replace("conv_macs((", "_slip((")
            found[slip.id] = {
                "honest": of(f"{reference}\n\n{wrong}\n"),
                "plain": of(f"{plain}\n\n{hidden}\n"),
                "lying": of(f"{reference}\n\n{hidden}\n\n{asked}\n"),
            }
    return found


@pytest.mark.parametrize("slip", [slip.id for slip in SLIPS])
def test_a_slip_is_charged_where_it_was_made_and_nowhere_else(graded: dict[str, Any], slip: str) -> None:
    right, honest = graded["right"], graded[slip]["honest"]
    assert honest["conv_macs"] < right["conv_macs"]
    assert {name: honest[name] for name in BUILT_ON} == {name: right[name] for name in BUILT_ON}


@pytest.mark.parametrize("slip", [slip.id for slip in SLIPS])
def test_a_lie_about_an_earlier_answer_gains_nothing(graded: dict[str, Any], slip: str) -> None:
    plain, lying = graded[slip]["plain"], graded[slip]["lying"]
    compared = {"conv_macs", *BUILT_ON}  # the census calls conv_macs as well: only one of the two is wrong there
    assert {name: lying[name] for name in compared} == {name: plain[name] for name in compared}


def test_a_slip_that_only_oblong_maps_show_is_charged_in_the_census_whatever_is_drawn(graded: dict[str, Any]) -> None:
    assert graded["kernel-taken-as-square"]["plain"]["googlenet_census"] < graded["right"]["googlenet_census"]


def test_that_lie_is_one(graded: dict[str, Any]) -> None:
    losses = [graded["right"][name] - graded[slip.id]["plain"][name] for slip in SLIPS for name in BUILT_ON]
    assert sum(loss > 0 for loss in losses) >= 2 * len(SLIPS)
