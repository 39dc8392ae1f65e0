"""A folder for each worker to write to: bounded in bytes and files, and gone with the worker. Used by the forkserver, which watches it.

What lies in such a folder is a student's: nothing here follows a link, goes deeper than it can name a path, or reads a file.
"""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

BLOCK = 512  # bytes, the unit in which the kernel tells how much room a file takes


@dataclass(frozen=True)
class Bounds:
    """What may lie in one folder."""

    megabytes: int
    files: int


def make(parent: str) -> str:
    """A new folder, with a name that tells nothing."""
    return tempfile.mkdtemp(dir=parent)


def exceeds(folder: str, bounds: Bounds) -> bool:
    """Whether more lies in `folder` than may. What cannot be looked at is more than may lie there."""
    room, files, folders = bounds.megabytes << 20, 0, [folder]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    status = entry.stat(follow_symlinks=False)
                    files, room = files + 1, room - status.st_blocks * BLOCK
                    if files > bounds.files or room < 0:
                        return True
                    if stat.S_ISDIR(status.st_mode):
                        folders.append(entry.path)
        except FileNotFoundError:  # it is being removed
            continue
        except OSError:
            return True
    return False


def remove(folder: str) -> None:
    """Remove `folder` and all that is in it, however deep: folders in a folder of it are moved up, so that no path gets long."""
    top = Path(folder)
    folders = [top]
    while folders:
        here = folders[-1]
        here.chmod(stat.S_IRWXU)
        for entry in list(os.scandir(here)):
            path = Path(entry.path)
            if not entry.is_dir(follow_symlinks=False):
                path.unlink()
            elif here == top:
                folders.append(path)
            else:
                path.chmod(stat.S_IRWXU)
                folders.append(path.rename(top / secrets.token_hex(16)))
        if folders[-1] == here:
            folders.pop().rmdir()
