"""Harms others: leaves files, folders, links, pipes and devices behind."""

import os


def attempt(action):
    try:
        action()
    except OSError:
        pass


def double(x):
    for folder in (CANARY, COURSE, COURSE + "/course/submitted/bob/tiny", COURSE + "/starter_code"):
        attempt(lambda: open(f"{folder}/file", "w").close())
        attempt(lambda: os.mkdir(f"{folder}/folder"))
        attempt(lambda: os.symlink("/etc/passwd", f"{folder}/symlink"))
        attempt(lambda: os.link(HOST_FILE, f"{folder}/link"))
        attempt(lambda: os.mkfifo(f"{folder}/pipe"))
        attempt(lambda: os.mknod(f"{folder}/device", 0o20666, os.makedev(1, 3)))
        attempt(lambda: os.open(folder, os.O_TMPFILE | os.O_RDWR))
