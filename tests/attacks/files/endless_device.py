"""Stops the batch: a link to a file without end in the notebook's place."""


def hand_in(folder, course):
    path = folder / "tiny.ipynb"
    path.symlink_to("/dev/zero")
    return path
