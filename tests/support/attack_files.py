"""The attacks below tests/attacks: where they are, what each goes for, and honest answers to stand beside them."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).resolve().parents[1] / "attacks"
PROGRAMS = sorted((HERE / "programs").glob("*.py"))
FILES = sorted((HERE / "files").glob("*.py"))
ATTACKS = {f"{path.parent.name}/{path.stem}": path for path in (*PROGRAMS, *FILES)}
DOUBLE = "def double(x):\n    return x + x"
SHIFT = """
def shift(x, by=1.0):
    return x + (by(x) if callable(by) else by)

def unshift(x, by=1.0):
    return x - by
"""


def property_of(path: Path) -> str:
    """What an attack goes for, in words."""
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def attack_module(path: Path) -> ModuleType:
    """One of attacks/files, imported."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
