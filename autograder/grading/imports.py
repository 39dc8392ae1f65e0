"""Which files some Python files import, read from their text: what a grade can follow from, and what it cannot.

It errs on the safe side: an import counts wherever it stands, and one whose name is made when it runs counts as an import of everything.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from pathlib import Path

RUNNING = {"__import__", "exec", "eval"}
IMPORTING = {"importlib", "runpy", "pkgutil"}
MOST_REMEMBERED = 2000  # texts


def imported(
    root: Path, files: Iterable[Path], packages: Collection[str], sources: Iterable[str] = (), *, safe: bool = True
) -> set[Path]:
    """The files below `root` that these files and sources import, and what those import, and so on; the files themselves, too.

    packages: the folders of `root` that are looked into, such as tests/hidden
    safe: whether an import whose name is made when it runs counts as one of everything in them
    """
    everything = [file for package in packages for file in (root / package).rglob("*.py")] if safe else []

    def of(path: Path, source: str) -> Iterator[Path]:
        names = _names_in(source, path.relative_to(root).parent.parts)
        if None in names:
            yield from everything
        for name in names:
            if name is not None and f"{name}.".replace(".", "/").startswith(
                tuple(f"{package}/" for package in packages)
            ):
                yield from modules_of(root, name)

    found: set[Path] = set()
    waiting = [path for path in files if path.is_file()]
    waiting += [path for source in sources for path in of(root / "source", source)]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += of(path, path.read_text(encoding="utf-8", errors="replace"))
    return found


@lru_cache(MOST_REMEMBERED)
def _names_in(source: str, package: tuple[str, ...]) -> frozenset[str | None]:
    """The names that a text imports; whatever cannot be parsed may import anything. The same files are asked about again and again."""
    try:
        return frozenset(_names(ast.parse(source), package))
    except (SyntaxError, ValueError):
        return frozenset({None})


def _names(tree: ast.Module, package: tuple[str, ...]) -> Iterator[str | None]:
    """Dotted names of all that may be a module and is imported somewhere in `tree`; None for one that only shows when it runs."""
    for node in ast.walk(tree):
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


def modules_of(root: Path, name: str) -> Iterator[Path]:
    """The modules that run when `name` is imported: each package on the way, and the last one; all of a package for a star."""
    parts = name.split(".")
    if parts[-1] == "*":
        parts.pop()
        yield from root.joinpath(*parts).glob("*.py")
    for count in range(1, len(parts) + 1):
        place = root.joinpath(*parts[:count])
        yield from (file for file in (place / "__init__.py", place.with_suffix(".py")) if file.is_file())
