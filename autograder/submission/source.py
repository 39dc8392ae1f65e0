"""The source of one cell that a student wrote: is it still a stub, and what is it as Python? Used by `text`.

Parsing must stay cheap, whatever the text is.
"""

from __future__ import annotations

import ast
import re
import unicodedata
import warnings
from functools import lru_cache
from itertools import groupby

WRAPPING_MAGICS = {"time", "timeit", "capture", "prun"}  # their cell is Python; the cell of any other magic is not
WRITING_MAGICS = {"writefile", "file"}  # their cell becomes a file
MAX_CHARACTERS = 100_000  # of one cell that is looked into: what is longer, no person wrote
MAX_DOTS = 1000  # in one dotted name: Python's parser takes time with the square of their number
MAX_MARKS = 100  # on one letter: Python puts them in order, in time with the square of their number
DOTTED = re.compile(r"(?:\.\w++)++")
INVISIBLE = re.compile(r"[ \t\f]+|\\\r?\n")  # what may stand within a dotted name
MAGIC = re.compile(r"(?:^|=)\s*[%!?,;/]|\?\s*$")  # in one line
ESCAPES = "%!?,;/ \t"
DEFINED = re.compile(r"^(?:(?:async[ \t]+)?def[ \t]+|class[ \t]+|(?=\w+[ \t]*=[^=]))(\w+)", re.MULTILINE)


def is_stub(source: str, name: str | None = None) -> bool:
    """Whether every function in `source` (every one called `name`), methods too, only raises NotImplementedError, as released."""
    tree = parsed(source)
    definitions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)] if tree else []
    definitions = [node for node in definitions if name in {None, node.name}]
    return bool(definitions) and all(_only_raises(definition) for definition in definitions)


def _only_raises(definition: ast.FunctionDef | ast.ClassDef) -> bool:
    body = definition.body[1:] if ast.get_docstring(definition) is not None else definition.body
    if isinstance(definition, ast.ClassDef):
        return bool(body) and all(isinstance(node, ast.FunctionDef) and _only_raises(node) for node in body)
    return len(body) == 1 and isinstance(body[0], ast.Raise) and _raises_not_implemented(body[0])


def _raises_not_implemented(line: ast.Raise) -> bool:
    error = line.exc.func if isinstance(line.exc, ast.Call) else line.exc
    return isinstance(error, ast.Name) and error.id == "NotImplementedError"


def function_in(source: str, name: str) -> ast.FunctionDef | None:
    """The definition of the function `name` there; None where there is none, or `name` is a class."""
    tree = parsed(source)
    found = (node for node in (tree.body if tree else ()) if isinstance(node, ast.FunctionDef) and node.name == name)
    return next(found, None)


def keeps_stub_line(function: ast.FunctionDef) -> bool:
    """Whether an answer stands beside the line with which a stub says that it has none."""
    return any(isinstance(line, ast.Raise) and _raises_not_implemented(line) for line in function.body)


def parsed(source: str) -> ast.Module | None:
    """The syntax tree; None when this is not Python, or not such as a person writes. The last trees are kept, so nobody may change one."""
    return None if len(source) > MAX_CHARACTERS else _parse(source)


@lru_cache(64)
def _parse(source: str) -> ast.Module | None:
    if any(run.count(".") > MAX_DOTS for run in DOTTED.findall(INVISIBLE.sub("", source))):
        return None
    if not source.isascii() and _marks(source) > MAX_MARKS:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the student's text, not of ours
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _marks(text: str) -> int:
    """The largest number of marks on one letter there. Each character is taken apart by itself, which takes hardly any time."""
    apart = "".join(unicodedata.normalize("NFKD", character) for character in text)
    runs = groupby(apart, key=lambda character: unicodedata.combining(character) > 0)
    return max((sum(1 for _ in run) for marks, run in runs if marks), default=0)


def defined(source: str) -> set[str]:
    """Names that a cell gives to functions, classes and values; where it is not Python by itself, as far as can be seen."""
    tree = parsed(source)
    if tree is None:
        return set(DEFINED.findall(source))
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        names |= {one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}
    return names


def stands_alone(source: str) -> bool:
    """Whether a cell is Python by itself, its lines for IPython aside."""
    return (
        parsed("\n".join(line for line in source.splitlines() if not line.lstrip().startswith(("%", "!")))) is not None
    )


def transforming_effort(source: str) -> int:
    """What it costs to make Python of a cell with magics, in characters read: IPython reads it once for each of them.

    Of several at the beginning of a line (`;;;`), it takes off one at a time.
    """
    return len(source) * sum(
        max(bool(MAGIC.search(line)), len(line) - len(line.lstrip(ESCAPES))) for line in source.splitlines()
    )


def python(source: str) -> str:
    """The cell as Python: magics and shell lines become calls that do nothing in a worker."""
    lines = source.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        if not line.lstrip().startswith("%%"):
            break
        magic = line.split()[0][2:]
        if magic in WRITING_MAGICS:
            to, body = line.strip().partition(" ")[2], "".join(lines[number + 1 :])
            return f"get_ipython().run_cell_magic({magic!r}, {to!r}, {body!r})\n"
        if magic not in WRAPPING_MAGICS:
            return ""
        lines[number] = "\n"  # an empty line, so that errors name the line that the student sees
    source = "".join(lines)
    looked_into = len(source) <= MAX_CHARACTERS
    if parsed(source) is None if looked_into else transforming_effort(source):
        from IPython.core.inputtransformer2 import TransformerManager  # noqa: PLC0415  (slow to import, rarely needed)

        try:
            return str(TransformerManager().transform_cell(source))
        except (SyntaxError, ValueError, RuntimeError, IndexError):  # RuntimeError: too many magics, or too deep
            return source  # as it stands; the worker will say what is wrong with it
    return source
