"""Grading: what a hidden suite uses (`expect*`, `for_all`), and what grades with it (`Grader`, `Report`)."""

from autograder.grading.comparing import (
    Mismatch,
    expect,
    expect_any,
    expect_array,
    expect_close,
    expect_keys,
    expect_none,
    expect_tuple,
    expect_worked,
)
from autograder.grading.corners import corners, expect_unmodified
from autograder.grading.features import in_order
from autograder.grading.grader import Grader
from autograder.grading.laws import central_differences, for_all
from autograder.grading.report import ExerciseResult, Finding, Report, TestResult
from autograder.grading.sitting import Job
from autograder.wire import Given

__all__ = [
    "ExerciseResult",
    "Finding",
    "Given",
    "Grader",
    "Job",
    "Mismatch",
    "Report",
    "TestResult",
    "central_differences",
    "corners",
    "expect",
    "expect_any",
    "expect_array",
    "expect_close",
    "expect_keys",
    "expect_none",
    "expect_tuple",
    "expect_unmodified",
    "expect_worked",
    "for_all",
    "in_order",
]
