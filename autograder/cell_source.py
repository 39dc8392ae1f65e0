"""The source of one cell that a student wrote: is it still a stub, and what is it as Python? Used by `submissions`.

It is parsed by the grader itself, outside of any worker, so that must stay cheap whatever the text is.
"""

from __future__ import annotations

import ast
import re
import warnings

WRAPPING_MAGICS = {"time", "timeit", "capture", "prun"}  # their cell is Python; the cell of any other magic is not
MAX_DOTS = 1000  # in one dotted name: Python's parser takes time with the square of their number
DOTTED = re.compile(r"(?:\.\w++)++")
INVISIBLE = re.compile(r"[ \t\f]+|\\\r?\n")  # what may stand within a dotted name
MAGIC = re.compile(r"(?:^|=)\s*[%!?,;/]|\?\s*$")  # in one line


def is_stub(source: str) -> bool:
    """Whether every function in `source`, methods too, does nothing but raise NotImplementedError, as released."""
    tree = _parse(source)
    definitions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)] if tree else []
    return bool(definitions) and all(_only_raises(definition) for definition in definitions)


def _only_raises(definition: ast.FunctionDef | ast.ClassDef) -> bool:
    body = definition.body[1:] if ast.get_docstring(definition) is not None else definition.body
    if isinstance(definition, ast.ClassDef):
        return bool(body) and all(isinstance(node, ast.FunctionDef) and _only_raises(node) for node in body)
    if len(body) != 1 or not isinstance(body[0], ast.Raise):
        return False
    error = body[0].exc.func if isinstance(body[0].exc, ast.Call) else body[0].exc
    return isinstance(error, ast.Name) and error.id == "NotImplementedError"


def _parse(source: str) -> ast.Module | None:
    """The syntax tree, or nothing when this is no Python, or none that a person wrote."""
    if any(run.count(".") > MAX_DOTS for run in DOTTED.findall(INVISIBLE.sub("", source))):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the student's text, not of ours
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def transforming_effort(source: str) -> int:
    """What it costs to make Python of a cell with magics, in characters read: IPython reads it once for each of them."""
    return len(source) * sum(bool(MAGIC.search(line)) for line in source.splitlines())


def python(source: str) -> str:
    """The cell as Python: magics and shell lines become calls that do nothing in a worker."""
    lines = source.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        if not line.lstrip().startswith("%%"):
            break
        magic = line.split()[0][2:]
        if magic not in WRAPPING_MAGICS:
            return ""
        lines[number] = "\n"  # an empty line, so that errors name the line that the student sees
    source = "".join(lines)
    if _parse(source) is None:
        from IPython.core.inputtransformer2 import TransformerManager  # noqa: PLC0415  (slow to import, rarely needed)

        try:
            return str(TransformerManager().transform_cell(source))
        except (SyntaxError, ValueError, RuntimeError, IndexError):  # RuntimeError: too many magics, or too deep
            return source  # as it stands; the worker will say what is wrong with it
    return source
