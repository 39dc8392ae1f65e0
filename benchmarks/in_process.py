"""The hidden suite called directly, in the process of the answers: no isolation, no notebook, no report.

The floor of benchmarks, and what stands in the hidden cells of the other graders, so that they run the same tests.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from autograder.suite.student import Student


class Direct:
    """Answers from a namespace, as it is: a Respondent."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        """Answer with the functions in `namespace`."""
        self.namespace = namespace

    def call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, inputs: bool) -> Any:
        """See Respondent."""
        result = self.namespace[function](*args, **kwargs)
        return (result, args) if inputs else result


@cache
def tests(assignment: str, exercise: str) -> tuple[Callable[..., Any], ...]:
    """The hidden tests of an exercise."""
    module = importlib.import_module(f"tests.hidden.{assignment}.test_{exercise}")
    return tuple(
        value for name, value in vars(module).items() if name.startswith("test_") and inspect.isfunction(value)
    )


def check(assignment: str, exercise: str, namespace: dict[str, Any]) -> None:
    """Run all hidden tests of an exercise on the functions in `namespace`; raises what the first one raises."""
    for test in tests(assignment, exercise):
        ask(test, namespace)


def ask(test: Callable[..., Any], namespace: dict[str, Any]) -> None:
    """Run one hidden test on the functions in `namespace`; raises what it raises."""
    test(Student(Direct(namespace)), np.random.default_rng(0))
