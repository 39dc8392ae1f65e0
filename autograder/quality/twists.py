"""What a twist is: one way in which an answer that is right for most inputs can be wrong, for a function that a suite asks.

`twisted_results` and `twisted_arguments` make them, and `signature` makes mutants of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from inspect import Signature
from typing import Any

import numpy as np

from autograder.suite.arguments import Arguments, Path, parts
from autograder.suite.free import Free

Memory = dict[Any, Any]
Ask = Callable[[Arguments], Any]  # what the reference returns for these arguments
# What the twisted function returns. It may change its arguments in place, as a student's function may.
Twist = Callable[[Ask, Arguments, Memory], Any]
KEEP = "keep"  # in the memory of a twist: it differs in what samples do not show
MADE = "made"  # likewise: what another function has returned last, and this one is passed


@dataclass
class AskedFunction:
    """One function that a suite asks; for a probe, also the class that it is handed.

    made_by: other functions that return what this one is passed and nobody looks into, and where in their result
    """

    function: str
    about: str
    signature: Signature
    free: Free | None
    doc: str
    samples: list[Arguments] = field(default_factory=list)
    made_by: dict[str, int | str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The function or the class."""
        return self.about or self.function

    @property
    def own(self) -> str | None:
        """The argument that is free: what is in it is the student's own affair."""
        passed = None if self.free is None else self.free.passed
        return None if passed is None else list(self.signature.parameters)[passed]

    def parts(self, arguments: Arguments) -> Iterator[tuple[Path, Any]]:
        """The parts of the arguments, without what is in the one that is free."""
        return ((path, value) for path, value in parts(arguments) if path[0] != self.own or len(path) == 1)


def if_array(change: Callable[[Any], Any], axis: int = -1) -> Callable[[Any], Any]:
    """`change` for arrays that have the axis, and are not empty; nothing for other values."""
    return lambda value: change(value) if isinstance(value, np.ndarray) and value.ndim > axis and value.size else value
