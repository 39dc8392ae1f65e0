"""Stops the batch: a pipe in the notebook's place, which nobody ever writes to."""

import os


def hand_in(folder, course):
    path = folder / "tiny.ipynb"
    os.mkfifo(path)
    return path
