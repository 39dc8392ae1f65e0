"""Mechanical mutants of a reference: one small change each, that a hidden suite should notice. Called by `measure`.

Operators, comparisons, conditions, constants and loops are changed by Cosmic Ray. It leaves alone what numeric code is made of, so `EDITS`
adds to it: deleted statements and operands, calls left out, transposes and keyword arguments dropped, matrices multiplied the other way
round, branches never or always taken.
"""

from __future__ import annotations

import ast
import difflib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.provider import OperatorProvider

from autograder.course.assignment import Assignment, CourseError

# Arrays of floats have none of these operators: a mutant that raises for every input tells nothing about a suite.
BITWISE = ("RShift", "LShift", "BitOr", "BitAnd", "BitXor", "Invert")
Definition = ast.FunctionDef | ast.ClassDef
Change = tuple[ast.expr | ast.stmt, str]  # what is replaced, and by which text
Text = Callable[[ast.AST], str]  # the source of a node


@dataclass(frozen=True)
class Mutant:
    """The reference with one change. Its id says what was changed, in words of the source: it is the same in every run."""

    id: str
    operator: str
    exercises: tuple[str, ...]
    source: str


def mutants(assignment: Assignment, reference: str) -> list[Mutant]:
    """Every mutant of the functions in the module text `reference` that answer the exercises of `assignment`."""
    definitions = {node.name: node for node in ast.parse(reference).body if isinstance(node, Definition)}
    wanted = {exercise.name: _reached(exercise.functions, definitions) for exercise in assignment.exercises}
    lines = reference.splitlines(keepends=True)
    made: list[Mutant] = []
    for name, node in definitions.items():
        exercises = tuple(exercise for exercise, functions in wanted.items() if name in functions)
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        text = "".join(lines[first:last])
        times: Counter[str] = Counter()
        for operator, changed in _variants(text) if exercises else ():
            told = f"{name}: {_difference(text, changed)}"
            times[told] += 1
            number = f" #{times[told]}" if times[told] > 1 else ""
            source = "".join([*lines[:first], changed, *lines[last:]])
            made.append(Mutant(told + number, operator, exercises, source))
    return made


def _reached(functions: tuple[str, ...], definitions: dict[str, Definition]) -> set[str]:
    """The functions, and all that they call among the definitions of their module."""
    if missing := [name for name in functions if name not in definitions]:
        raise CourseError(f"the reference does not define {', '.join(missing)}.")
    reached: set[str] = set()
    open_ends = set(functions)
    while open_ends:
        name = open_ends.pop()
        reached.add(name)
        used = {node.id for node in ast.walk(definitions[name]) if isinstance(node, ast.Name)}
        open_ends |= (used & definitions.keys()) - reached
    return reached


def _difference(before: str, after: str) -> str:
    """The lines that differ, as `old -> new`."""
    old, new = ([" ".join(line.split()) for line in text.splitlines()] for text in (before, after))
    gone, come = [], []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            gone += old[i:j]
            come += new[k:m]
    return f"{' '.join(gone)} -> {' '.join(come)}"


def _variants(text: str) -> Iterator[tuple[str, str]]:
    """Name of the operator and changed text, for each change of one definition; no two of them are the same code."""
    seen = {ast.dump(ast.parse(text))}
    for operator, changed in (*_by_cosmic_ray(text), *_by_edits(text)):
        try:
            code = ast.dump(ast.parse(changed))
        except SyntaxError:
            continue
        if code not in seen:
            seen.add(code)
            yield operator, changed


def _off_limits(tree: ast.Module) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where nothing is changed: docstrings, annotations, and the messages of exceptions."""
    nodes: list[ast.AST | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            nodes.append(node.body[0])
        if isinstance(node, ast.FunctionDef):
            nodes.append(node.returns)
        if isinstance(node, ast.arg | ast.AnnAssign):
            nodes.append(node.annotation)
        if isinstance(node, ast.Raise):
            nodes.append(node)
    return [_span(node) for node in nodes if node is not None]


def _span(node: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)


# --- what Cosmic Ray changes -----------------------------------------------------------------------------------------


@cache
def _operators() -> dict[str, Any]:
    """Cosmic Ray's operators that need no arguments, apart from the bitwise ones."""
    provider = OperatorProvider()
    names = [name for name in provider if not any(word in name for word in BITWISE)]
    return {name: provider[name]() for name in names if not provider[name].arguments()}


def _by_cosmic_ray(text: str) -> Iterator[tuple[str, str]]:
    shut = _off_limits(ast.parse(text))
    nodes = list(ast_nodes(get_ast(text)))
    for name, operator in _operators().items():
        places = (start for node in nodes for start, _ in operator.mutation_positions(node))
        for occurrence, place in enumerate(places):
            if not any(start <= place < end for start, end in shut):
                yield name, mutate_code(text, operator, occurrence)


# --- what it leaves alone --------------------------------------------------------------------------------------------


def _deleted(node: ast.AST, _: Text) -> Iterator[Change]:
    """A statement that does nothing."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr | ast.Return | ast.Delete):
        yield node, "pass"


def _operand(node: ast.AST, text: Text) -> Iterator[Change]:
    """One side of an operation in place of both; the two sides the other way round, where that matters."""
    if isinstance(node, ast.BinOp):
        left, right = f"({text(node.left)})", f"({text(node.right)})"
        yield node, left
        yield node, right
        if sign := {ast.MatMult: "@", ast.Sub: "-", ast.Div: "/"}.get(type(node.op)):
            yield node, f"({right} {sign} {left})"


def _call(node: ast.AST, text: Text) -> Iterator[Change]:
    """An argument of a call in place of its result; a call without one of its keyword arguments."""
    if not isinstance(node, ast.Call):
        return
    if node.args and not isinstance(node.args[0], ast.Starred):
        yield node, f"({text(node.args[0])})"
    elif isinstance(node.func, ast.Attribute):
        yield node, f"({text(node.func.value)})"
    for left_out in node.keywords:
        given = [*node.args, *(keyword for keyword in node.keywords if keyword is not left_out)]
        yield node, f"{text(node.func)}({', '.join(map(text, given))})"


def _transpose(node: ast.AST, text: Text) -> Iterator[Change]:
    """An array as it is, in place of its transpose."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node, text(node.value)


def _branch(node: ast.AST, _: Text) -> Iterator[Change]:
    """A condition that always holds, or never."""
    if isinstance(node, ast.If | ast.IfExp):
        yield node.test, "True"
        yield node.test, "False"


EDITS = {
    "DeleteStatement": _deleted,
    "KeepOneOperand": _operand,
    "LeaveOutCall": _call,
    "DropTranspose": _transpose,
    "ForceBranch": _branch,
}


def _by_edits(text: str) -> Iterator[tuple[str, str]]:
    tree = ast.parse(text)
    shut = _off_limits(tree)

    def source(node: ast.AST) -> str:
        return ast.get_source_segment(text, node) or ""

    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.expr | ast.stmt)]
    for name, changes in EDITS.items():
        for node in nodes:
            (line, column), _ = _span(node)
            if not any(start <= (line, column) < end for start, end in shut):
                for place, new in changes(node, source):
                    yield name, _replaced(text, place, new)


def _replaced(text: str, node: ast.expr | ast.stmt, new: str) -> str:
    """The text with `new` in the place of `node`; columns of a syntax tree count bytes."""
    (line, column), (end_line, end_column) = _span(node)
    lines = text.encode().splitlines(keepends=True)
    start = sum(map(len, lines[: line - 1])) + column
    end = sum(map(len, lines[: end_line - 1])) + end_column
    content = text.encode()
    return (content[:start] + new.encode() + content[end:]).decode()
