"""Stops the batch: the mark of an order of bytes amid text, half pairs, numbers without end, and a line for each of thousands of marks."""

import json

from tests.support.handins import code, filled, save, solved, with_cells


def hand_in(folder, course):
    wrong = filled(
        solved(course, "tiny"),
        double="\ufeffdef double(x):\n    return x\ufeff",
        shift="shift = 1e999999\nunshift = -1e999999",
    )
    odd = [
        "\x0c" * 5000 + "x = 1",
        "\u2028".join("ab"),
        "x = '\ud800'",
        "\r" * 20000 + "y",
        "\x00",
        "1" * 4301,
        "0x" + "f" * 90000,
        "\x1b]0;title\x07",
    ]
    return save(folder / "tiny.ipynb", json.dumps(with_cells(wrong, *map(code, odd))))
