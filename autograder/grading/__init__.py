"""Grading: what a hidden suite uses (`expect*`, `for_all`), and what grades with it (`Grader`, `Report`)."""

from autograder.grading.comparing import (
    Mismatch,
    expect,
    expect_any,
    expect_close,
    expect_keys,
    expect_none,
    expect_shape,
    expect_tuple,
)
from autograder.grading.grader import Grader
from autograder.grading.laws import for_all
from autograder.grading.report import ExerciseResult, Finding, Report, TestResult
from autograder.grading.sitting import Job

__all__ = [
    "ExerciseResult",
    "Finding",
    "Grader",
    "Job",
    "Mismatch",
    "Report",
    "TestResult",
    "expect",
    "expect_any",
    "expect_close",
    "expect_keys",
    "expect_none",
    "expect_shape",
    "expect_tuple",
    "for_all",
]
