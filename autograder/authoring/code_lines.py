"""The lines of a Python file that do something: without comments and docstrings. Called by the leak check."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator


def code_lines(text: str) -> Iterator[tuple[int, str]]:
    """Line number and text of each line that does something. Text that is no Python: all lines that are not empty."""
    try:
        tree = ast.parse(text)
        lines = _without_comments(text)
    except (SyntaxError, ValueError, tokenize.TokenError):
        lines = text.splitlines()
    else:
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr) and _is_text(node.value):
                for number in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                    lines[number - 1] = ""
    yield from ((number, line) for number, line in enumerate(lines, start=1) if line.strip())


def _without_comments(text: str) -> list[str]:
    lines = text.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    return lines


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
