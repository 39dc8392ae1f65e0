"""Stops the batch: lone halves of characters, null bytes and directions of text, which no file or report can hold."""

import json

from tests.support.handins import code, filled, save, solved, with_cells

TEXT = "\ud800\x00\u202e\ufeff\uffff"


def hand_in(folder, course):
    wrong = filled(
        solved(course, "tiny"), double=f"def double(x):\n    return '{TEXT}'", shift=f"raise ValueError({TEXT!r})"
    )
    cells = (code(f"raise ValueError('{TEXT[0]}')"), code(f"{TEXT}"), code("raise ValueError('\\ud800\\x00\\u202e')"))
    return save(folder / "tiny.ipynb", json.dumps(with_cells(wrong, *cells)))
