"""What stands in the manuals below `docs/` to be typed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
EXAMPLE = "inception_ops"  # the assignment of the manuals for students and instructors


def manual(name: str, assignment: str) -> str:
    """The text of a manual, with another assignment in the place of its example."""
    return (DOCS / name).read_text(encoding="utf-8").replace(EXAMPLE, assignment)


def blocks(text: str, language: str) -> list[str]:
    """What stands in the blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def typed(text: str) -> list[list[str]]:
    """The commands in a text, in their order, each as words."""
    lines = [line for block in blocks(text, "sh") for line in block.splitlines()]
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def section(text: str, title: str) -> str:
    """What stands below a heading, up to the next one."""
    return text.split(f"\n## {title}\n", 1)[1].partition("\n## ")[0]
