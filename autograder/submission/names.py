"""Which names the cells of a notebook define and use, and which parts of a cell the others need. Used by `text`.

In Jupyter all cells share their names, so an answer may use what a demonstration defines. Demonstrations draw, and some of them train
for a minute; so of them only the statements run that define what answers and the student's own cells use.

Nothing is executed or compiled here, and the work is bounded whatever the text is.
"""

from __future__ import annotations

import ast
import symtable
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from autograder.submission.source import parsed

NOW = {"listcomp", "setcomp", "dictcomp", "genexpr"}  # what runs at once, of what Python calls functions
DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
SETS = ("binds", "changes", "now", "later")  # of a statement
MAX_STEPS = 100_000
MAX_STATEMENTS = 5_000
Place = tuple[int, int]  # of a statement: its cell, and its number there


@dataclass(frozen=True)
class Statement:
    """One statement at the left margin of a cell.

    lines: the first and the last, from 1
    binds: names that it defines; `afresh`: whether whatever they were before does not matter
    changes: names of things that it changes in place, such as a list that it appends to
    now, later: names that it uses when it runs, and that functions in it use when they are called
    """

    lines: tuple[int, int]
    binds: frozenset[str]
    afresh: bool
    changes: frozenset[str]
    now: frozenset[str]
    later: frozenset[str]
    imports: bool = False


class CellNames:
    """The names of one cell."""

    def __init__(self, source: str) -> None:
        """Read `source`, unless it is known; text that is not Python defines and uses nothing."""
        self.source = source
        if source in _known:
            self.statements, self.lines = _known[source], _lines(source)
            return
        tree = parsed(source)
        self.lines = _lines(source) if tree else []
        encoded = [line.encode("utf-8", "replace") for line in self.lines]
        with warnings.catch_warnings(action="ignore"):  # of the student's text, not of ours
            self.statements = tuple(_statement(node, encoded) for node in tree.body[:MAX_STATEMENTS]) if tree else ()

    @cached_property
    def binds(self) -> frozenset[str]:
        """Names that the cell defines."""
        return frozenset().union(*(statement.binds for statement in self.statements))

    @cached_property
    def uses(self) -> frozenset[str]:
        """Names that the cell uses and does not define."""
        return frozenset().union(*(s.now | s.later for s in self.statements)) - self.binds

    def missing(self) -> Iterator[tuple[str, bool]]:
        """Names that others must define: whether before this cell runs (False), or before its functions are called (True)."""
        bound: set[str] = set()
        for statement in self.statements:
            yield from ((name, False) for name in statement.now - bound)
            bound |= statement.binds
            yield from ((name, True) for name in statement.later - self.binds)

    def only(self, chosen: Iterable[int]) -> str:
        """The source of some of the statements, each in its own lines."""
        kept = {line for number in chosen for line in range(*_range(self.statements[number].lines))}
        return "\n".join(line if number in kept else "" for number, line in enumerate(self.lines, start=1))


_known: dict[str, tuple[Statement, ...]] = {}  # of cells, by their source


def told(sources: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """What `know` takes: the statements of these cells, of those that are Python, as JSON."""
    found = {source: CellNames(source).statements for source in sources}
    return {
        source: [vars(each) | {name: sorted(getattr(each, name)) for name in SETS} for each in statements]
        for source, statements in found.items()
        if statements
    }


def know(cells: dict[str, list[dict[str, Any]]]) -> None:
    """Take over what another process has read in cells that have been released."""
    for source, statements in cells.items():
        _known[source] = tuple(
            Statement(**each | {"lines": tuple(each["lines"])} | {name: frozenset(each[name]) for name in SETS})
            for each in statements
        )


def _lines(source: str) -> list[str]:
    return source.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def asked_for(cells: Sequence[CellNames], whole: Sequence[bool], asked: Iterable[str] = ()) -> list[str]:
    """What is to run of each cell: all of a `whole` one; of any other, the statements that define what whole cells need, or `asked` names.

    A name is what the nearest cell above makes of it. Where a function uses a name that no cell above defines, it is what the last cell
    below makes of it. What a whole cell defines is not looked for elsewhere.
    """
    return _Search(cells, whole).run(asked)


class _Search:
    def __init__(self, cells: Sequence[CellNames], whole: Sequence[bool]) -> None:
        self.cells, self.whole = cells, whole
        self.bound_at: dict[str, int] = {}  # by which whole cell, the first
        # Of each name, the statements of other cells that bind or change it.
        self.places: dict[str, list[Place]] = defaultdict(list)
        imported = {name for cell in cells for s in cell.statements if s.imports for name in s.binds}
        for number, cell in enumerate(cells):
            for name in cell.binds if whole[number] else ():
                self.bound_at.setdefault(name, number)
            for index, statement in enumerate(() if whole[number] else cell.statements):
                for name in statement.binds | (statement.changes - imported):
                    self.places[name].append((number, index))
        self.chosen: dict[int, set[int]] = defaultdict(set)  # of each cell, the numbers of statements
        self.open: list[tuple[str, Place, bool]] = []
        self.seen: set[tuple[str, Place]] = set()

    def run(self, asked: Iterable[str]) -> list[str]:
        for number, cell in enumerate(self.cells):
            if self.whole[number]:
                for name, later in cell.missing():
                    self.need(name, (number, 0), later=later)
        for name in asked:
            self.need(name, (len(self.cells), 0), later=True)
        steps = 0
        while self.open and steps < MAX_STEPS:
            name, place, later = self.open.pop()
            for found in self.makers(name, place, later=later):
                steps += 1
                self.choose(found)
        return [
            cell.source if self.whole[number] else cell.only(self.chosen[number])
            for number, cell in enumerate(self.cells)
        ]

    def need(self, name: str, place: Place, *, later: bool) -> None:
        """`name` is used at `place`, or `later` by a function that stands there."""
        first = self.bound_at.get(name)
        supplied = first is not None and (later or first < place[0])
        if name in self.places and not supplied and (name, place) not in self.seen:
            self.seen.add((name, place))
            self.open.append((name, place, later))

    def makers(self, name: str, place: Place, *, later: bool) -> list[Place]:
        """Statements that make of `name` what it is at `place`, the last first."""
        above = [each for each in self.places[name] if each < place]
        found = []
        for each in reversed(above if above or not later else self.places[name]):
            found.append(each)
            statement = self.statement(each)
            if name in statement.binds and statement.afresh and name not in statement.now:
                break
        return found

    def choose(self, place: Place) -> None:
        number, index = place
        if index in self.chosen[number]:
            return
        self.chosen[number].add(index)
        statement = self.statement(place)
        for name in statement.now | statement.changes | (frozenset() if statement.afresh else statement.binds):
            self.need(name, place, later=False)
        for name in statement.later - statement.binds:
            self.need(name, place, later=True)

    def statement(self, place: Place) -> Statement:
        return self.cells[place[0]].statements[place[1]]


def _statement(node: ast.stmt, source: Sequence[bytes]) -> Statement:
    decorators = getattr(node, "decorator_list", [])
    first = min((node, *decorators), key=lambda part: part.lineno)
    lines = first.lineno, node.end_lineno or node.lineno
    text = list(source[lines[0] - 1 : lines[1]])
    text[-1] = text[-1][: node.end_col_offset]
    text[0] = text[0][0 if decorators else first.col_offset :]
    now, later, binds = _names(b"\n".join(text))
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
    deleted = {name.id for name in names if isinstance(name.ctx, ast.Del)}
    binds -= deleted - {name.id for name in names if isinstance(name.ctx, ast.Store)}
    simple = isinstance(node, (*DEFINES, ast.Assign, ast.AnnAssign))
    changes = frozenset() if isinstance(node, DEFINES) else frozenset(_changed(node)) - binds
    return Statement(lines, binds, simple, changes, now, later, isinstance(node, ast.Import | ast.ImportFrom))


def _names(statement: bytes) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """What a statement uses when it runs, what its functions use when they are called, and what it binds."""
    try:
        module = symtable.symtable(statement, "cell", "exec")  # type: ignore[arg-type]  # bytes are what `compile` takes too
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset(), frozenset(), frozenset()
    symbols = module.get_symbols()
    now = {symbol.get_name() for symbol in symbols if symbol.is_referenced()}
    binds = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported() or s.is_namespace()}
    later: set[str] = set()
    rest = [(table, False) for table in module.get_children()]
    while rest:
        table, called = rest.pop()
        called = called or (table.get_type() == "function" and table.get_name() not in NOW)
        (later if called else now).update(
            s.get_name() for s in table.get_symbols() if s.is_global() and s.is_referenced()
        )
        rest += [(child, called) for child in table.get_children()]
    return frozenset(now), frozenset(later), frozenset(binds)


def _changed(node: ast.stmt) -> Iterator[str]:
    """Names of what a statement changes in place: whose method it calls, or whose items or attributes it sets."""
    for part in ast.walk(node):
        targets: list[ast.expr] = []
        if (
            isinstance(part, ast.Expr)
            and isinstance(part.value, ast.Call)
            and isinstance(part.value.func, ast.Attribute)
        ):
            targets = [part.value.func]
        elif isinstance(part, ast.Assign | ast.Delete):
            targets = part.targets
        elif isinstance(part, ast.AugAssign | ast.AnnAssign):
            targets = [part.target]
        for target in targets:
            root: ast.expr = target
            while isinstance(root, ast.Attribute | ast.Subscript):
                root = root.value
            if root is not target and isinstance(root, ast.Name):
                yield root.id


def _range(lines: tuple[int, int]) -> tuple[int, int]:
    return lines[0], lines[1] + 1
