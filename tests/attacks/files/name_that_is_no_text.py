"""Stops the batch: a name whose bytes are no UTF-8."""

import os
from pathlib import Path


def hand_in(folder, course):
    path = Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe\x80.ipynb"))
    path.write_text("{")
    return path
