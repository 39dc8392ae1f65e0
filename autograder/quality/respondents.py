"""Who is asked when a suite is measured, besides mutants and alternatives: answers without any work in them. Used by `measure`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.sandbox.wire import Named
from autograder.suite.copying import copied
from autograder.suite.errors import StudentFault
from autograder.suite.misconceptions import Variant


class Answering:
    """Answers every call with `answer(function, args, kwargs)`, in the grader's own process: a Respondent."""

    def __init__(self, answer: Callable[[str, tuple[Any, ...], dict[str, Any]], Any]) -> None:
        """Answer with `answer`."""
        self.answer = answer

    def call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, inputs: bool) -> Any:
        """See Respondent."""
        args, kwargs = copied((args, kwargs))
        result = self.answer(function, args, kwargs)
        return (result, args) if inputs else result


def empty_answers(reference: str) -> dict[str, Answering]:
    """Answers without any work in them, each of which must earn nothing."""
    true = Variant(reference)

    def filled_with(fill: float, rising: float = 0.0) -> Answering:
        return Answering(
            lambda function, args, kwargs: _like(true.call(function, args, kwargs, inputs=False), fill, rising)
        )

    return {
        "stub": Answering(_stub),
        "None": Answering(lambda *_: None),
        "its first input": Answering(lambda _, args, kwargs: next(iter(_inputs(args, kwargs)), None)),
        "all its inputs": Answering(lambda _, args, kwargs: _inputs(args, kwargs)),
        "zeros of the right shape": filled_with(0.0),
        "ones of the right shape": filled_with(1.0),
        "1, 2, 3 ... in the right shape": filled_with(1.0, 1.0),
        "the same of next to nothing": filled_with(1e-9, 1e-9),
    }


def _stub(function: str, *_: Any) -> Any:
    raise StudentFault("not-attempted", f"{function} is not written yet")


def _inputs(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """What a call passes in; a class that a probe is handed is no input."""
    return tuple(value for value in (*args, *kwargs.values()) if not isinstance(value, Named))


def _like(result: Any, fill: float, rising: float) -> Any:
    """`result` with every number in it replaced by `fill`, and those of an array by more and more."""
    if isinstance(result, dict):
        return {key: _like(value, fill, rising) for key, value in result.items()}
    if isinstance(result, list | tuple):
        return type(result)(_like(value, fill, rising) for value in result)
    if isinstance(result, np.ndarray):
        return fill + rising * np.arange(result.size).reshape(result.shape)
    return fill if isinstance(result, int | float | np.generic) else result
