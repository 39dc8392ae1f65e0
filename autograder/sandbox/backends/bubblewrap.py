"""The command line that puts the whole untrusted side into bubblewrap: own network, processes, IPC and mounts, and almost no files.

This is the outer layer. The workers in it are confined by Landlock and seccomp all the same.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder.course.assignment import CourseError
from autograder.sandbox.backends.backend import Backend
from autograder.sandbox.readable import ENGINE, SYSTEM_PATHS, package_folders

PROGRAM = "bwrap"
MATPLOTLIB = "/tmp/matplotlib"  # noqa: S108  (in the sandbox's own memory)
NAMESPACES = (
    "--unshare-user",
    "--unshare-ipc",
    "--unshare-pid",
    "--unshare-net",
    "--unshare-uts",
    "--unshare-cgroup-try",
)
TMPFS_BYTES = 256 << 20  # memory that scratch folders may take; each has a bound of its own


def available() -> bool:
    """Whether bubblewrap is installed; whether it works here is for the self-test to say."""
    return shutil.which(PROGRAM) is not None


def program() -> str:
    """Where bubblewrap is, whatever PATH its caller gives to the process; raises CourseError when it is not installed."""
    found = shutil.which(PROGRAM)
    if found is None:
        raise CourseError(
            f"--isolation bubblewrap needs the program {PROGRAM}, and none that can be run is on the PATH; "
            "install the package bubblewrap, or leave the choice to --isolation auto."
        )
    return str(Path(found).absolute())


def command(readable: Iterable[Path], devices: Iterable[Path]) -> list[str]:
    """See Backend."""
    places = dict.fromkeys([*_interpreter(), *map(Path, SYSTEM_PATHS), ENGINE, *readable])
    return [
        program(),
        *NAMESPACES,
        *("--disable-userns", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *("--size", str(TMPFS_BYTES), "--tmpfs", "/tmp"),  # noqa: S108  (the sandbox's own)
        *("--proc", "/proc", "--dev", "/dev"),
        *(option for place in places for option in _mount(place)),
        *(option for device in devices for option in ("--dev-bind", str(device), str(device))),
        *_fonts(),
        *("--setenv", "MPLCONFIGDIR", MATPLOTLIB, "--remount-ro", "/", "--chdir", "/"),
    ]


def _interpreter() -> Iterator[Path]:
    """The virtual environment, and the Python that it was made from."""
    yield Path(sys.prefix)
    yield from map(Path, package_folders())
    yield Path(sys.base_prefix, "bin")  # every link on the way from the environment's python to the real one
    yield from Path(sys.base_prefix, "lib").glob(f"python{sys.version_info[0]}.{sys.version_info[1]}")
    yield from Path(sys.base_prefix, "lib").glob("libpython*")


def _mount(place: Path) -> list[str]:
    """Options that make one path visible, read-only, under its own name; links stay links."""
    if place.is_symlink() and len(place.parts) == 2:  # noqa: PLR2004  (/lib -> usr/lib)
        return ["--symlink", str(place.readlink()), str(place)]
    return ["--ro-bind-try", str(place), str(place)]


def _fonts() -> list[str]:
    """Matplotlib's list of fonts, which takes a second to make, where the grader's user has one."""
    cache = Path(os.environ.get("MPLCONFIGDIR") or Path.home() / ".cache" / "matplotlib")
    lists = sorted(cache.glob("fontlist-*.json")) if cache.is_dir() else []
    binds = [option for path in lists for option in ("--ro-bind", str(path), f"{MATPLOTLIB}/{path.name}")]
    return ["--dir", MATPLOTLIB, *binds]


BUBBLEWRAP = Backend(
    name="bubblewrap",
    reported="landlock+bubblewrap",
    own_files=True,
    available=available,
    missing="Not installed; grading does without.",
    command=command,
)
