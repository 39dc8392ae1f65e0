"""Cells of files that spreadsheets open: numbers with two decimals, and text that no spreadsheet runs. Used by all exports as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\N{FULLWIDTH EQUALS SIGN}",
    "\N{FULLWIDTH PLUS SIGN}",
    "\N{FULLWIDTH HYPHEN-MINUS}",
    "\N{FULLWIDTH COMMERCIAL AT}",
)


def harmless(value: Any) -> Any:
    """`value` as a spreadsheet shows it: text that it would run begins with an apostrophe; numbers and times stay."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def two_decimals(points: float | None) -> Decimal | None:
    """Points as they are exported; None, which is an empty cell, where there are none."""
    return None if points is None else Decimal(f"{points:.2f}")


def csv_text(rows: Iterable[Sequence[Any]], *, delimiter: str = ",", line_end: str = "\r\n") -> str:
    """Rows as CSV. Every text stands in quotes, so that a semicolon in a name begins no field, whatever the locale."""
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return file.getvalue()
