"""Stops the batch: JSON that is valid and a notebook's in name only, with values of every wrong type in every place, and keys twice."""

import json

from tests.support.handins import save, solved

STRANGE = [None, True, -1, 1e308, "\ud800\x00\u202e", [], {}, [[]], {"a": {"": [None]}}, "9" * 5000]
KEYS = ("cell_type", "id", "metadata", "source", "outputs", "attachments", "execution_count")


def hand_in(folder, course):
    notebook = solved(course, "tiny")
    cells = [{"cell_type": "code", "source": "def double(x):\n    return x", "id": "answer-double"}]
    for value in STRANGE:
        cells += [notebook["cells"][1] | {key: value} for key in KEYS]
        cells += [value, {"metadata": {"nbgrader": value}}]
        cells += [{"metadata": {"nbgrader": {"grade_id": value}}, "source": [value]}]
    text = json.dumps({"cells": cells, "metadata": STRANGE, "nbformat": 4})
    return save(
        folder / "tiny.ipynb", '{"nbformat": 3, "cells": 7, "x": 1e999999, "y": NaN, "z": -Infinity, ' + text[1:]
    )
