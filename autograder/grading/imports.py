"""Which files some Python files import, read from their text: what a grade can follow from, and what it cannot.

It errs on the safe side: an import counts wherever it stands, and one whose name is made when it runs counts as an import of everything.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache, lru_cache, partial
from pathlib import Path

RUNNING = {"__import__", "exec", "eval"}
IMPORTING = {"importlib", "runpy", "pkgutil"}
BODIES = ("body", "orelse", "finalbody", "handlers", "cases")  # of a statement
WHEN_RUN = re.compile(rf"\b(?:{'|'.join(sorted(RUNNING | IMPORTING))})\b")
CONTINUED = "\\\n"  # a line that goes on in the next one
MOST_REMEMBERED = 2000  # texts
WORD = re.compile(r"\bimport\b")
# One that stands on lines of its own, and whatever in a docstring looks like one.
STATEMENT = re.compile(
    r"^[ \t]*((?:from[ \t]+[.\w]+[ \t]+)?import[ \t]*(?:\([^()]*\)|[^\n()\\;#]*))(?:#[^\n]*)?$", re.MULTILINE
)


def imported(
    root: Path, files: Iterable[Path], packages: Collection[str], sources: Iterable[str] = (), *, safe: bool = True
) -> set[Path]:
    """The files below `root` that these files and sources import, and what those import, and so on; the files themselves, too.

    packages: the folders of `root` that are looked into, such as tests/hidden
    safe: whether an import whose name is made when it runs counts as one of everything in them
    """
    everything = [file for package in packages for file in (root / package).rglob("*.py")] if safe else []

    files_of = cache(partial(modules_of, root))  # for now: files come and go

    def of(path: Path, source: str, names_in: Callable[..., frozenset[str | None]] = _names_in) -> Iterator[Path]:
        names = names_in(source, path.relative_to(root).parent.parts)
        if None in names:
            yield from everything
        for name in names:
            if name is not None and f"{name}.".replace(".", "/").startswith(
                tuple(f"{package}/" for package in packages)
            ):
                yield from files_of(name)

    found: set[Path] = set()
    waiting = [path for path in files if path.is_file()]
    waiting += [path for source in sources for path in of(root / "source", source)]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += of(path, path.read_text(encoding="utf-8", errors="replace"), _names_in_module)
    return found


@lru_cache(MOST_REMEMBERED)
def _names_in(source: str, package: tuple[str, ...]) -> frozenset[str | None]:
    """The names that a text imports; whatever cannot be parsed may import anything. The same files are asked about again and again."""
    try:
        tree = ast.parse(source)
        return frozenset(_names(ast.walk(tree) if WHEN_RUN.search(source) else _statements(tree), package))
    except (SyntaxError, ValueError):
        return frozenset({None})


@lru_cache(MOST_REMEMBERED)
def _names_in_module(source: str, package: tuple[str, ...]) -> frozenset[str | None]:
    """The same of a module, which runs only where it can be parsed: where that tells all, only its imports are, in a tenth of the time."""
    found = STATEMENT.findall(source)
    if len(found) == len(WORD.findall(source)) and not WHEN_RUN.search(source) and CONTINUED not in source:
        try:
            return frozenset(_names(ast.parse("\n".join(found)).body, package))
        except SyntaxError:  # a sentence of a docstring
            pass
    return _names_in(source, package)


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements in `node`, at every depth; of expressions, which are most of a tree, none has one in it."""
    for part in BODIES:
        for inner in getattr(node, part, ()):
            yield inner
            yield from _statements(inner)


def _names(nodes: Iterable[ast.AST], package: tuple[str, ...]) -> Iterator[str | None]:
    """Dotted names of all that may be a module and is imported by one of `nodes`; None for one that only shows when it runs."""
    for node in nodes:
        names: tuple[str, ...] = ()
        if isinstance(node, ast.Import):
            names = tuple(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            name = ".".join((*above, node.module) if node.module else above)
            names = (name, *(f"{name}.{alias.name}" for alias in node.names))
        yield from names
        named_when_run = isinstance(node, ast.Name) and node.id in RUNNING
        if named_when_run or any(name.split(".")[0] in IMPORTING for name in names):
            yield None


def modules_of(root: Path, name: str) -> tuple[Path, ...]:
    """The modules that run when `name` is imported: each package on the way, and the last one; all of a package for a star."""
    *above, last = name.split(".")
    place, found = root, list[Path]()
    for part in above if last == "*" else [*above, last]:
        place /= part
        found += [file for file in (place / "__init__.py", place.with_suffix(".py")) if file.is_file()]
    return (*found, *(place.glob("*.py") if last == "*" else ()))
