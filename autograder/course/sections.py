"""Where the sections of a notebook begin: at the headings of the second level in its text."""

from __future__ import annotations

import re

HEADING = re.compile(r"^## +(.+?)[ #]*$", re.MULTILINE)
FENCED = re.compile(r"^ *(`{3,}|~{3,}).*?^ *\1 *$", re.MULTILINE | re.DOTALL)


def headings(text: str) -> list[str]:
    """The headings of sections in a cell's text, other than in code that it quotes."""
    return HEADING.findall(FENCED.sub("", text))
