"""What a way to keep student code in its place says of itself. Each is a value of this class, in a file of its own beside this one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


def _always() -> bool:
    return True


def _nothing(readable: Iterable[Path], devices: Iterable[Path]) -> list[str]:  # noqa: ARG001  (what others need)
    return []


@dataclass(frozen=True)
class Backend:
    """How the process is started that forks workers, and whether these are confined.

    name: on the command line and in messages; reported: in reports
    confines: whether workers give up files, system calls, capabilities and memory before student code runs
    own_files: whether that process has temporary folders of its own, which nobody else sees and which are gone with it
    available: whether it may be tried on this machine; whether it holds is for the self-test to say
    missing: what `doctor` says where it is not available
    command: what comes before the program to run. Given what that may read besides the interpreter and its packages, and the files
        below /dev that it may use; raises CourseError where it is not available
    """

    name: str
    reported: str
    confines: bool = True
    own_files: bool = False
    available: Callable[[], bool] = _always
    missing: str = ""
    command: Callable[[Iterable[Path], Iterable[Path]], list[str]] = _nothing
