"""Whether a submission says that its student wishes to be on the board: read from its text, of which nothing is run or parsed.

`on_the_board = True` at the left margin of a code cell says so; of several such lines the last one counts, and anything else
behind the sign means no. Used where a submission is read (`text`) and where it is trained (`training.stage`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Strings and comments are passed over as a whole, and no part of this looks twice at a character, so it takes linear time.
WISH = re.compile(
    r"""
    (?:"{3} (?: \\. | (?!"{3}) . )*+ (?:"{3} | \Z))     # a string of several lines, to its end or to that of the text
    | (?:'{3} (?: \\. | (?!'{3}) . )*+ (?:'{3} | \Z))
    | (?:" (?: \\. | [^"\\\n] )*+ "?+)
    | (?:' (?: \\. | [^'\\\n] )*+ '?+)
    | (?:\#[^\n]*+)
    | (?:^on_the_board [ \t]*+ = (?!=) [ \t]*+ (?P<said> [^\n\#]*+))
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)


def wish(source: str) -> bool | None:
    """What the source of a cell says of the board; None where it says nothing."""
    said = [found["said"].strip() for found in WISH.finditer(source) if found["said"] is not None]
    return said[-1] == "True" if said else None


def opted_in(sources: Iterable[str]) -> bool:
    """Whether the last thing that a program says of the board, cell by cell, is that its student wishes to be on it."""
    said = [known for source in sources if (known := wish(source)) is not None]
    return bool(said) and said[-1]


def keeping_wish(kept: str, source: str) -> str:
    """What is `kept` of the cell `source`, with what the cell says of the board."""
    said = wish(source)
    if said is None or wish(kept) is said:
        return kept
    return "\n".join(filter(None, (kept.rstrip("\n"), f"on_the_board = {said}")))
