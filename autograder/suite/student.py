"""What hidden tests ask: `student.f(x)` calls the function f of the submission and returns plain data.

Of a class, a *probe* is asked, a function of the starter code: `student.probe(student.C, x)` hands it the class C of the submission.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from autograder.sandbox import wire
from autograder.suite.constant import Glances
from autograder.suite.copying import copied
from autograder.suite.errors import StudentFault
from autograder.suite.free import Free, FreePlaces, without_free

NOTHING_FREE: FreePlaces = {}


class Respondent(Protocol):
    """Anything that answers calls: a submission in a worker, or a variant of the reference in the grader."""

    def call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, inputs: bool) -> Any:
        """What `function` returns; with `inputs`, a pair of that and the arguments after the call. Raises StudentFault."""


def subject(function: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """Whose answer a call asks for: the first thing of the student's that a probe is handed, else the function itself."""
    handed = (argument.name for argument in (*args, *kwargs.values()) if isinstance(argument, wire.Named))
    return next(handed, function)


@dataclass(frozen=True)
class Call:
    """What a hidden test asked, and whether also for the arguments as they are after the call."""

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    inputs: bool


class Student:
    """The `student` fixture: attribute f is the student's function or class f. Keeps a transcript of calls and outcomes."""

    def __init__(
        self,
        respondent: Respondent,
        free: FreePlaces = NOTHING_FREE,
        *,
        keeping: bool = True,
        noting: bool = False,
        earned: frozenset[str] = frozenset(),
    ) -> None:
        """Ask `respondent`; the transcript is without what is `free`, by the names of functions.

        keeping: whether there is a transcript at all; noting: whether calls are kept as well
        earned: functions whose exercises have earned all their points already
        """
        self._respondent = respondent
        self._free = free
        self.transcript: list[tuple[str, Any]] = []
        self.calls: list[Call] = []  # as many as there are entries in the transcript
        self.glances = Glances()
        self.keeping = keeping
        self.earned = earned
        self.noting = noting

    def __getattr__(self, name: str) -> Question:
        """The student's function `name`."""
        if name.startswith("_"):
            raise AttributeError(name)
        return Question(name, self, self._respondent, self._free.get(name))


class Question:
    """One function of the student's. As an argument of another one it stands for what the student has under its name."""

    def __init__(self, name: str, student: Student, respondent: Respondent, free: Free | None = None) -> None:
        """Ask `respondent` for `name`, and write down what it says, but for what is `free`."""
        self._ask: Callable[..., Any] = respondent.call
        self._name = name
        self._student = student
        self._free = free

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the student's function returns for these arguments. Raises StudentFault."""
        return self._answer(args, kwargs, inputs=False)

    def with_inputs(self, *args: Any, **kwargs: Any) -> tuple[Any, tuple[Any, ...]]:
        """The result, and the positional arguments as they are after the call."""
        result, after = self._answer(args, kwargs, inputs=True)
        return result, after

    def _answer(self, args: tuple[Any, ...], kwargs: dict[str, Any], *, inputs: bool) -> Any:
        args, kwargs = tuple(map(_named, args)), {key: _named(value) for key, value in kwargs.items()}
        transcript = self._student.transcript if self._student.keeping else []
        if self._student.noting:
            self._student.calls.append(Call(self._name, tuple(map(_copied, args)), dict(kwargs), inputs))
        try:
            answer = self._ask(self._name, args, kwargs, inputs=inputs)
        except StudentFault as fault:
            transcript.append((self._name, (fault.state, str(fault))))
            raise
        said = without_free(answer, args, self._free, inputs=inputs)
        transcript.append((self._name, said))
        if self._student.keeping:
            self._student.glances.add(self._name, (args, kwargs), said[0] if inputs else said)
        return answer


def _copied(argument: Any) -> Any:
    """An argument as it is now, whatever a test makes of it later; what cannot be copied, such as a function, as it is."""
    return copied(argument) if isinstance(argument, np.ndarray | dict | list | tuple) else argument


def _named(argument: Any) -> Any:
    """An argument as it travels: a question by its name."""
    return wire.Named(argument._name) if isinstance(argument, Question) else argument  # noqa: SLF001  (our own class)


@dataclass(frozen=True)
class Draw:
    """Whom a suite asks, and the seed that its inputs are drawn from.

    keeping: whether what was said is kept, for which a test goes on after a mismatch; noting: whether what was asked is kept as well
    """

    respondent: Respondent
    seed: str
    keeping: bool = True
    noting: bool = False
    earned: set[str] = field(default_factory=set)  # functions of exercises that have earned all their points so far

    def with_seed(self, seed: str) -> Draw:
        """The same with inputs that are drawn from `seed`."""
        return self if seed == self.seed else replace(self, seed=seed)

    def student(self, free: FreePlaces) -> Student:
        """A fresh face of the respondent for one test, with an empty transcript."""
        return Student(self.respondent, free, keeping=self.keeping, noting=self.noting, earned=frozenset(self.earned))
