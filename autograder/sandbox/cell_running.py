"""Runs the cells of a notebook as Jupyter does: with what IPython keeps from cell to cell, and stand-ins for what is not here.

Used by workers, and by `autograder check` in a student's own process.
"""

from __future__ import annotations
import __future__

import ast
import contextlib
import functools
import importlib
import importlib.util
import inspect
import linecache
import operator
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from autograder.sandbox.awaiting import wait_for

FUTURE = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)


class CellRunner:
    """One namespace, in which cells run one after the other."""

    def __init__(self) -> None:
        """Nothing has run yet; files are looked for, and written, in the current folder."""
        # As in Jupyter, cells are the module `__main__`: pickle and type hints look there for a student's classes.
        sys.modules["__main__"] = types.ModuleType("__main__")
        self.namespace: dict[str, Any] = sys.modules["__main__"].__dict__
        self.namespace |= {"__builtins__": __builtins__, "display": _nothing}
        self.inert = Inert(self.namespace)
        self.namespace["get_ipython"] = self.ipython
        self.kept: dict[str, Any] = {}
        self.flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT  # and what cells import from __future__, for those below
        sys.path.insert(0, "")

    def run(self, source: str, title: str, keeps: Iterable[str] = ()) -> None:
        """Execute one cell. What it makes of the names in `keeps` counts in the end, whatever later cells make of them."""
        tree = compile(source, title, "exec", self.flags | ast.PyCF_ONLY_AST, dont_inherit=True)
        if "IPython" in source:
            import IPython.core.getipython  # noqa: PLC0415  (slow, and rarely needed)

            IPython.get_ipython = IPython.core.getipython.get_ipython = self.ipython
        linecache.cache[title] = len(source), None, source.splitlines(keepends=True), title  # for inspect.getsource
        with stand_ins(tree):
            code = compile(tree, title, "exec", self.flags, dont_inherit=True)
            self.flags |= code.co_flags & FUTURE
            going_on = eval(code, self.namespace)  # noqa: S307  (this is what a worker is for)
            if code.co_flags & inspect.CO_COROUTINE:
                wait_for(going_on)
        self.kept |= {name: self.namespace[name] for name in keeps if name in self.namespace}

    def restore(self) -> None:
        """Give names that were kept their meaning back."""
        self.namespace |= self.kept

    def ipython(self) -> Inert:
        """Stands for IPython's function `get_ipython`."""
        return self.inert


class Inert:
    """Stands for IPython in student code: magics do nothing, except those that only wrap a statement."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        """Run wrapped statements in `namespace`."""
        self._namespace = namespace

    def run_line_magic(self, name: str, line: str, *_: Any) -> Any:
        """`%time statement` runs the statement, `%run file.py` the file; every other magic does nothing."""
        if name == "run" and line.split():
            self._execute(Path(line.split(maxsplit=1)[0]).read_text(encoding="utf-8"), "exec")
        elif name == "time" and line.strip():
            try:
                return self._execute(line.strip(), "eval")
            except SyntaxError:
                self._execute(line, "exec")
        return None

    def run_cell_magic(self, name: str, line: str, body: str) -> None:
        """`%%writefile file` writes the cell into the file; what wraps Python was unwrapped before, the rest is no Python."""
        if name in {"writefile", "file"} and line.split():
            *options, path = line.split()
            with Path(path).open("a" if options else "w", encoding="utf-8") as file:
                file.write(body)
            importlib.invalidate_caches()

    def getoutput(self, *_args: Any, **_kwargs: Any) -> list[str]:
        """What a shell command printed: none is run."""
        return []

    def _execute(self, source: str, mode: str) -> Any:
        return eval(compile(source, "cell", mode), self._namespace)  # noqa: S307  (student code, in its own process)

    def __getattr__(self, name: str) -> Callable[..., None]:
        """Any other method of IPython's: does nothing."""
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_args, **_kwargs: None


class Absent:
    """Something of a module that is not installed: importing it is harmless, using it is not."""

    def __init__(self, module: str) -> None:
        """Something of `module`."""
        self._module = module

    def __getattr__(self, name: str) -> Any:
        """Raises ModuleNotFoundError, as the import would have."""
        if name.startswith("__"):
            raise AttributeError(name)
        raise ModuleNotFoundError(f"No module named '{self._module}' where this is graded")

    def __call__(self, *_args: Any, **_kwargs: Any) -> Any:
        """The same."""
        return self.__getattr__("call")


class AbsentModule(types.ModuleType):
    """A module that is not installed."""

    def __getattr__(self, name: str) -> Any:
        """What `from module import name` binds; of what only a hosted notebook has, something that does nothing."""
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert({}) if is_hosted(self.__name__) else Absent(self.__name__)


@contextlib.contextmanager
def stand_ins(tree: ast.AST) -> Iterator[None]:
    """While a cell runs, modules that it imports and that are not installed are there: an import that nobody uses ends no cell.

    An import within `try` fails as ever, since there the cell says what is to be done without.
    """
    names = {name for module in imported(tree) for name in lacking(module)}
    modules = {name: AbsentModule(name) for name in sorted(names)}
    for name, module in modules.items():
        above, _, last = name.rpartition(".")
        if above in modules:
            setattr(modules[above], last, module)
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name in modules:
            sys.modules.pop(name, None)


def imported(tree: ast.AST) -> Iterator[str]:
    """Modules that are imported in `tree`, other than within `try` or a function."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
        elif not isinstance(node, ast.Try | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from imported(node)


def lacking(module: str) -> list[str]:
    """Of `module` and those that it lies in, what is to be stood in for: all of it where it is not installed, else nothing."""
    root = module.split(".", maxsplit=1)[0]
    if not is_hosted(module) and (root in sys.modules or importlib.util.find_spec(root) is not None):
        return []
    parts = module.split(".")
    names = (".".join(parts[:length]) for length in range(1, len(parts) + 1))
    return [name for name in names if name not in sys.modules]


def is_hosted(module: str) -> bool:
    """Whether only a hosted notebook has `module`, which mounts a person's drive there, and such."""
    return module.split(".")[:2] == ["google", "colab"]


def _nothing(*_args: Any, **_kwargs: Any) -> None:
    """Stands for `display`."""
