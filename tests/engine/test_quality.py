"""The gate on hidden suites notices every fault that a suite can have, and no fault where there is none."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from autograder.course.folders import Course
from autograder.quality.mutants import Mutant, mutants
from tests.support.mini_course import make_course
from tests.support.quality_course import FAULTS, make_quality_course

# --- the gate on made-up suites ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """`autograder quality` over the whole course of faults."""
    course = make_quality_course(tmp_path_factory.mktemp("quality"))
    env = os.environ | {"OMP_NUM_THREADS": "1", "NO_COLOR": "1", "COLUMNS": "200"}
    command = [sys.executable, "-m", "autograder", "quality", "--seeds", "2"]
    return subprocess.run(
        command, cwd=course.root, env=env, capture_output=True, text=True, check=False, timeout=300, encoding="utf-8"
    )


@pytest.fixture(scope="module")
def said(done: subprocess.CompletedProcess[str]) -> dict[str, list[str]]:
    """What is wrong with each assignment."""
    lines = [line.removeprefix("✗ ").split(": ", 1) for line in done.stderr.splitlines() if line.startswith("✗ ")]
    return {name: [sentence for other, sentence in lines if other == name] for name in FAULTS}


SHARE = r"the suite catches \d+ of \d+ mutants, less than 97%\."
EXPECTED: dict[str, list[str]] = {
    "sound": [],
    "marked": [],
    "false_accept": [r"twice: false accept: the misconception 'by-product' gets full marks in 2 of 2 seeds\."],
    "false_reject": [
        r"twice: false reject: the alternative 'as a product' loses points \(test_positive, test_negative\) in 2 of 2 seeds\."
    ],
    "wrong_name": [r"twice: wrong name: 'forgetful' is called 'three-times' in 2 of 2 seeds\."],
    "silent": [
        r"no more than 4 of 8 misconceptions are called by their name; diagnosis is silent about three-times, thrice\."
    ],
    "survivor": [r"no test catches the mutant `twice: y = x -> pass`; sharpen the suite, or say .*", SHARE],
    "listed": [SHARE],
    "killed": [r"equivalent_mutants\.py lists `twice: return x \+ x -> return x - x`, but a test catches it; .*"],
    "unknown": [
        r"equivalent_mutants\.py lists `twice: return x \+ x -> return x \+ y`, but there is no such mutant; .*"
    ],
    "unfounded": [r"equivalent_mutants\.py gives no reason for `twice: y = x -> pass`\.", SHARE],
    "idle": [
        r"twice: test_positive is idle: no wrong answer needs it\. .*",
        r"twice: test_another is idle: no wrong answer needs it\. .*",
    ],
    "needed": [r"twice: test_negative is marked redundant, but a wrong answer needs it; take the mark off\."],
    "marked_in_silence": [r"twice: test_another is marked redundant without a reason\."],
    "no_alternative": [r"twice has no alternative; .*"],
    "unlisted": [r"no test of twice catches the signature mutant `twice: wrong where x is 0`; sharpen the suite, .*"],
    "fits_nothing": [
        r"OUTSIDE of equivalent_mutants\.py lists `twice: wrong where y \*`, which fits no signature mutant .*"
    ],
    "without_reason": [r"OUTSIDE of equivalent_mutants\.py gives no reason for `twice: wrong where x is 0`\."],
    "endless": [],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_gate_says_what_is_wrong_with_a_suite_and_nothing_else(said: dict[str, list[str]], name: str) -> None:
    assert len(said[name]) == len(EXPECTED[name]), said[name]
    for sentence, pattern in zip(said[name], EXPECTED[name], strict=True):
        assert re.fullmatch(pattern, sentence)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "paid_for_nothing",
            "twice: an answer that is ones of the right shape earns points (test_another) in 2 of 2 seeds.",
        ),
        ("upset", "twice: test_positive fails through a fault of its own on empty 'None' in 2 of 2 seeds."),
        ("wrong_reference", "twice: the reference loses points (test_positive) in 2 of 2 seeds."),
        ("no_misconception", "twice has no misconception; write one, or nobody knows what its tests are worth."),
    ],
)
def test_the_gate_says_this_among_other_things(said: dict[str, list[str]], name: str, sentence: str) -> None:
    assert sentence in said[name]


def test_every_fault_is_looked_for(said: dict[str, list[str]]) -> None:
    assert [name for name, sentences in said.items() if not sentences] == ["sound", "marked", "endless"]


def test_one_table_shows_all_assignments_and_what_is_kept_with_a_reason(
    done: subprocess.CompletedProcess[str],
) -> None:
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.count("\n   twice ") == len(FAULTS)
    assert "twice: y = x -> pass\n      Nothing reads y.\n" in done.stdout
    assert "twice: y = x -> pass\n      NO REASON GIVEN\n" in done.stdout
    assert "twice: test_another\n      because\n" in done.stdout


# --- mutants -------------------------------------------------------------------------------------------------------------

REFERENCE = '''
import numpy as np

LIMIT = 3


def _half(x):
    return x / 2


def unused(x):
    return x * 5


def double(x: "int | None", by=2):
    """Twice x, not x + 1."""
    if by > 7:
        raise ValueError("by" + str(by + 1))
    size: "int | float" = len(x)
    return _half(x.T @ x) * by if size else np.sum(x, axis=1)


def shift(x):
    return _half(x)


def unshift(x):
    return x
'''
LAST = "double: return _half(x.T @ x) * by if size else np.sum(x, axis=1)"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Mutant]:
    return mutants(make_course(tmp_path_factory.mktemp("tiny")).assignment("tiny"), REFERENCE)


def test_each_mutant_is_one_change_of_its_own(made: list[Mutant]) -> None:
    assert len({mutant.id for mutant in made}) == len({mutant.source for mutant in made}) == len(made)
    for mutant in made:
        compile(mutant.source, "mutant", "exec")
        assert mutant.source != REFERENCE


@pytest.mark.parametrize(
    "change",
    [
        "double: if by > 7: -> if by >= 7:",
        "double: if by > 7: -> if not by > 7:",
        "double: if by > 7: -> if by > 8:",
        "double: if by > 7: -> if False:",
        'double: def double(x: "int | None", by=2): -> def double(x: "int | None", by= 3):',
        'double: size: "int | float" = len(x) -> size: "int | float" = (x)',
        f"{LAST} -> return _half(x @ x) * by if size else np.sum(x, axis=1)",
        f"{LAST} -> return _half(((x) @ (x.T))) * by if size else np.sum(x, axis=1)",
        f"{LAST} -> return _half(x.T @ x) * by if size else np.sum(x)",
        f"{LAST} -> return (by) if size else np.sum(x, axis=1)",
        f"{LAST} -> pass",
        "_half: return x / 2 -> return x * 2",
    ],
)
def test_what_numeric_code_is_made_of_is_changed(made: list[Mutant], change: str) -> None:
    assert change in {mutant.id for mutant in made}


@pytest.mark.parametrize(
    "text",
    ["Twice x, not x + 1.", '"int | None"', '"int | float"', 'ValueError("by" + str(by + 1))', "x * 5", "LIMIT = 3"],
)
def test_docstrings_annotations_error_messages_and_code_that_no_exercise_uses_stay(
    made: list[Mutant], text: str
) -> None:
    assert all(text in mutant.source for mutant in made)


def test_a_function_that_two_exercises_use_is_tested_by_both(made: list[Mutant]) -> None:
    assert {mutant.exercises for mutant in made if mutant.id.startswith("_half")} == {("double", "shift")}
    assert {mutant.exercises for mutant in made if mutant.id.startswith("double")} == {("double",)}


def test_mutants_are_the_same_in_every_run(made: list[Mutant], tiny: Course) -> None:
    assert mutants(tiny.assignment("tiny"), REFERENCE) == made
