"""What a hidden suite may use: `expect*` for what students return, laws and corners for what is asked of them."""

from autograder.sandbox.wire import Given
from autograder.suite.arguments import in_order
from autograder.suite.comparing import (
    Mismatch,
    as_numbers,
    described,
    expect,
    expect_any,
    expect_array,
    expect_close,
    expect_keys,
    expect_none,
    expect_tuple,
    expect_worked,
)
from autograder.suite.corners import corners, expect_unmodified
from autograder.suite.free import unchanged
from autograder.suite.laws import central_differences, for_all
from autograder.suite.student import Student

__all__ = [
    "Given",
    "Mismatch",
    "Student",
    "as_numbers",
    "central_differences",
    "corners",
    "described",
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
    "unchanged",
]
