"""Named wrong answers and other right answers, as an assignment declares them in `solutions/<name>/`.

A misconception is the smallest readable difference from the reference: source rewrites. The grader runs such variants itself, in its own
process: they are the course's code, not a student's.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import itertools
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from autograder.course.report import Finding
from autograder.sandbox.wire import Named
from autograder.suite.copying import copied
from autograder.suite.errors import StudentFault, raised
from autograder.suite.student import subject

BEGIN_SOLUTION = "### BEGIN SOLUTION"
COURSE_MODULES = ("solutions", "starter_code", "tests.hidden")  # what each course has under the same names
_numbers = itertools.count()


@dataclass(frozen=True)
class Rewrite:
    """One change of the source text of a function or class of the reference."""

    function: str
    old: str
    new: str


def rewrite(function: str, old: str, new: str) -> Rewrite:
    """Replace `old`, which must occur exactly once in the answer to `function`, by `new`.

    Of a class, the answer is everything from its first solution marker on, later docstrings included.
    """
    return Rewrite(function, old, new)


@dataclass(frozen=True)
class Misconception:
    """A wrong answer that is known by name."""

    id: str
    exercise: str
    title: str
    hint: str
    read_on: str
    changes: Sequence[Rewrite]

    def respondent(self, reference: Path) -> Variant:
        """Who answers with this mistake; `reference` is the module that it is made in. Raises as `text`."""
        with self._by_name():
            return variant(reference, tuple(self.changes))

    def text(self, reference: str) -> str:
        """The reference's module text with this mistake; raises CourseError, which names it, where it no longer fits."""
        with self._by_name():
            return rewritten(reference, self.changes)

    @contextmanager
    def _by_name(self) -> Iterator[None]:
        try:
            yield
        except CourseError as fault:
            raise CourseError(f"the misconception {self.id} of {self.exercise}: {fault}") from fault

    @property
    def finding(self) -> Finding:
        """What a student is told."""
        return Finding(self.id, self.title, f"{self.hint} Read on: {self.read_on}.")


# What is wrong with one function, by the id of the misconception: title, hint, and the changes as (old, new).
Table = Mapping[str, tuple[str, str, list[tuple[str, str]]]]


def named(exercise: str, read_on: str, table: Table, function: str = "") -> list[Misconception]:
    """The misconceptions of a table about `function` of an exercise; without one, it is called like the exercise."""
    return [
        Misconception(
            name, exercise, title, hint, read_on, [rewrite(function or exercise, *change) for change in changes]
        )
        for name, (title, hint, changes) in table.items()
    ]


@dataclass(frozen=True)
class Alternative:
    """A right answer that is written another way: functions or classes that use nothing of the engine or of other solutions."""

    exercise: str
    title: str
    functions: Mapping[str, Callable[..., Any]]

    @property
    def source(self) -> str:
        """Text that defines the functions and classes under the names of the exercise, for a worker to run."""
        tree = ast.parse(_file_of(next(iter(self.functions.values()))).read_text(encoding="utf-8"))
        kept = [node for node in tree.body if _definition(node) or _plain_import(node)]
        names = [f"{name} = {function.__name__}" for name, function in self.functions.items()]
        return "\n\n".join([*map(ast.unparse, kept), *names])


def _file_of(thing: Callable[..., Any]) -> Path:
    """The file that a function or a class is written in, whether or not its module is still known."""
    functions = (part for part in (thing, *vars(thing).values()) if inspect.isfunction(part))
    return Path(next(functions).__code__.co_filename)


def _definition(node: ast.stmt) -> bool:
    """A function, a class or a name for a value, but for those that tell the engine about alternatives."""
    defines = isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Assign)
    return defines and not any(
        isinstance(part, ast.Name) and part.id == Alternative.__name__ for part in ast.walk(node)
    )


def _plain_import(node: ast.stmt) -> bool:
    """An import of something that a worker has: not of the engine, not of the solutions."""
    if isinstance(node, ast.ImportFrom):
        return node.module is not None and node.module.split(".")[0] not in {"autograder", "solutions", "__future__"}
    return isinstance(node, ast.Import)


def rewritten(source: str, changes: Sequence[Rewrite]) -> str:
    """The reference's module text with `changes` made."""
    spans = _spans(source)
    answers: dict[str, str] = {}
    for change in changes:
        if change.function not in spans:
            raise CourseError(f"the reference has no function {change.function}")
        answer = answers.get(change.function, source[slice(*spans[change.function])])
        old, new = change.old, change.new
        if answer.count(old) != 1:
            raise CourseError(f"a rewrite of {change.function} matches {answer.count(old)} times, not once: {old!r}")
        answers[change.function] = answer.replace(old, new)
    for function in sorted(answers, key=spans.__getitem__, reverse=True):  # from the end, so that places stay
        start, end = spans[function]
        source = source[:start] + answers[function] + source[end:]
    return source


@cache
def _spans(source: str) -> dict[str, tuple[int, int]]:
    """Where in the module text the answer to each function or class stands: from its first solution marker on, else all of it."""
    starts = list(itertools.accumulate(map(len, source.splitlines(keepends=True)), initial=0))
    spans = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            start, end = starts[node.lineno - 1], starts[node.end_lineno or node.lineno]
            spans[node.name] = max(start, source.find(BEGIN_SOLUTION, start, end)), end
    return spans


def forget_other_courses(course: Course) -> None:
    """Let suites and solutions of `course` be imported, where this process has those of another under the same names."""

    def elsewhere(name: str, module: ModuleType) -> bool:
        places = [getattr(module, "__file__", None) or course.root]
        if not name.startswith("tests."):  # a folder of suites is a package whose path follows from that of `tests`
            places += getattr(module, "__path__", ())
        return not all(Path(place).is_relative_to(course.root) for place in places)

    alike = [name for name in sys.modules if name.startswith(COURSE_MODULES)]  # a quick look at each of thousands
    known = [name for name in alike if f"{name}.".startswith(tuple(f"{each}." for each in COURSE_MODULES))]
    for name in [name for name in known if elsewhere(name, sys.modules[name])]:
        del sys.modules[name]


def load_module(path: Path) -> ModuleType:
    """Import the file at `path`, or the package whose `__init__.py` it is, under a name of its own, whatever is installed."""
    spec = importlib.util.spec_from_file_location(f"_course_{path.stem}_{next(_numbers)}", path)
    if spec is None or spec.loader is None:
        raise CourseError(f"{path} cannot be imported.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # dataclasses and inspect look there
    spec.loader.exec_module(module)
    return module


@cache
def misconceptions(folder: Path) -> tuple[Misconception, ...]:
    """The misconceptions that `folder` declares, in `misconceptions.py` or a package of that name, if there are any."""
    return tuple(_declared(folder, "misconceptions"))


@cache
def alternatives(folder: Path) -> tuple[Alternative, ...]:
    """The alternatives that `folder` declares, in `alternatives.py` or a package of that name, if there are any."""
    return tuple(_declared(folder, "alternatives"))


def misconception_files(folder: Path) -> list[Path]:
    """The files that the misconceptions of `folder` are written in."""
    return [folder / "misconceptions.py", *(folder / "misconceptions").rglob("*.py")]


def _declared(folder: Path, name: str) -> Sequence[Any]:
    """The list that a module or a package of `folder` declares under its own name in capitals."""
    for path in (folder / f"{name}.py", folder / name / "__init__.py"):
        if path.is_file():
            declared: Sequence[Any] = getattr(load_module(path), name.upper())
            return declared
    return ()


class Variant:
    """The reference with changes, answering in the grader's own process: a Respondent."""

    def __init__(self, source: str) -> None:
        """Define the functions of the module text `source`."""
        self.source = source
        self.namespace: dict[str, Any] = {"__name__": "variant"}
        exec(_compiled(source), self.namespace)  # noqa: S102  (the course's own code)

    def call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, inputs: bool) -> Any:
        """See Respondent."""
        about, args = subject(function, args, kwargs), tuple(map(self._own, args))
        try:
            with np.errstate(all="ignore"):
                result = self.namespace[function](*args, **{key: self._own(value) for key, value in kwargs.items()})
        except Exception as error:
            kind = next(
                kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"
            )  # as a worker says it
            raise StudentFault("crashed", raised(about, kind)) from error
        return copied((result, args) if inputs else result)

    def _own(self, argument: Any) -> Any:
        """An argument as a call gets it in a worker: a copy in C or Fortran order, or what the variant has under that name."""
        if isinstance(argument, Named):
            return self.namespace[argument.name]
        if isinstance(argument, np.ndarray) and not argument.flags.forc:
            return np.array(argument, order="C")
        return argument if isinstance(argument, FunctionType) else copied(argument)


@lru_cache(maxsize=8)  # thousands of signature mutants have the same source
def _compiled(source: str) -> CodeType:
    return compile(source, "variant", "exec")


@cache
def variant(reference: Path, misconception_changes: tuple[Rewrite, ...]) -> Variant:
    """The variant of the reference that has these changes; made once."""
    return Variant(rewritten(reference.read_text(encoding="utf-8"), misconception_changes))


def both(reference: Path, one: Misconception, other: Misconception) -> Variant | None:
    """The variant of the reference that has two misconceptions at once; None where they change the same part of it."""
    try:
        return variant(reference, (*one.changes, *other.changes))
    except CourseError:
        return None
