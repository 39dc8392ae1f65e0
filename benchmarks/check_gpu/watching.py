"""Sees which system calls and which files a program asks for that a worker is refused. Where a driver does not start, they are why.

The program runs in a process of its own. Its filter hands every call that a worker's would refuse, and every opening of a file, to this
process, which writes it down and lets it through (`seccomp_unotify(2)`): so one run shows all of them, and not only the first.
"""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.check_gpu import ROOT

if TYPE_CHECKING:
    import seccompy
    from seccompy.notify import Listener, Notification

    from autograder.sandbox.devices import Devices

SECONDS = 35.0
OPENING = {"open": 0, "openat": 1, "openat2": 1}  # and which of their arguments is the path
PATH_BYTES = 4096
# Where a program's own threads are: a worker may write there, and finds nothing of others.
OWN = ("/proc/self/task", "/proc/thread-self")


def watch(program: str, devices: Devices) -> dict[str, Any]:
    """What `program` asks for beyond what a worker with these devices may: `calls`, with their first arguments, `files`, `error`."""
    ours, theirs = os.pipe()
    command = [sys.executable, "-m", "benchmarks.check_gpu.watching", str(theirs), program]
    with subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs], stderr=subprocess.PIPE) as process:  # noqa: S603
        os.close(theirs)
        seen: list[tuple[str, str]] = []
        with os.fdopen(ours, "rb") as pipe, _ended_in_time(process):
            if line := pipe.readline():
                _supervise(process.pid, int(line), seen)
        errors = (process.stderr.read() if process.stderr else b"").decode(errors="replace").strip().splitlines()
    may = _may(devices)
    calls = dict.fromkeys(what for kind, what in seen if kind == "call")
    files = dict.fromkeys(path for kind, path in seen if kind == "file" and not may(path))
    return {"calls": list(calls), "files": list(files), "error": errors[-1] if process.returncode and errors else ""}


@contextlib.contextmanager
def _ended_in_time(process: subprocess.Popen[bytes]) -> Any:
    try:
        yield
        process.wait(SECONDS)
    finally:
        process.kill()


def _may(devices: Devices) -> Callable[[str], bool]:
    """Whether a worker with these devices may open a path, as a function."""
    from autograder.sandbox import confine  # noqa: PLC0415
    from autograder.sandbox.readable import readable_paths  # noqa: PLC0415

    readable = readable_paths([str(ROOT / "starter_code"), *map(str, devices.readable)])
    places = [os.path.realpath(str(each)) for each in (*readable, *confine.DEVICES, *devices.files, os.devnull)]

    def may(path: str) -> bool:
        if path.startswith(OWN):
            return True
        real = os.path.realpath(path)
        return not Path(real).exists() or any(real == place or real.startswith(f"{place}/") for place in places)

    return may


def _supervise(pid: int, descriptor: int, seen: list[tuple[str, str]]) -> None:
    """Write down what the process asks for, and let it through, until it ends."""
    from seccompy import SeccompError  # noqa: PLC0415
    from seccompy.notify import Listener, RespFlag, pidfd_getfd, pidfd_open  # noqa: PLC0415

    end = time.monotonic() + SECONDS
    with contextlib.suppress(SeccompError), Listener(pidfd_getfd(pidfd_open(pid), descriptor)) as listener:
        while time.monotonic() < end:
            ready = _ready(listener)
            if ready & select.POLLIN:
                asked = listener.recv()
                seen.append(_told(asked, pid))
                listener.respond(asked.id, flags=RespFlag.CONTINUE)
            elif ready & (select.POLLHUP | select.POLLERR):
                return


def _ready(listener: Listener) -> int:
    poll = select.poll()
    poll.register(listener.fileno(), select.POLLIN)
    return next((state for _, state in poll.poll(1000)), 0)


def _told(asked: Notification, pid: int) -> tuple[str, str]:
    """A call as a person reads it, or the path that it opens."""
    import seccompy  # noqa: PLC0415

    name = seccompy.syscall_name(asked.nr) or str(asked.nr)
    if name in OPENING:
        with contextlib.suppress(OSError), Path(f"/proc/{asked.pid}/mem").open("rb") as memory:
            memory.seek(asked.args[OPENING[name]])
            path = memory.read1(PATH_BYTES).partition(b"\0")[0].decode(errors="replace")
            return "file", path.replace(f"/proc/{pid}/", "/proc/self/")
    return "call", f"{name}({', '.join(hex(each) for each in asked.args[:2])})" if name in ARGUED else name


ARGUED = {"prctl", "fcntl", "socket", "clone", "ioctl"}  # calls that the filter judges by their arguments


def _notifying() -> seccompy.Filter:
    """The narrow filter, which asks in the place of refusing, and asks for files as well."""
    import seccompy  # noqa: PLC0415

    from autograder.sandbox import confine  # noqa: PLC0415

    rules = seccompy.Filter(default=int(seccompy.Action.USER_NOTIF), flags=seccompy.FilterFlag.NEW_LISTENER)
    through: Iterable[str] = (
        *confine.ALLOWED,
        "clone",
        "ioctl",
        "sendto",
        "recvfrom",
        "prlimit64",
        "sched_setaffinity",
        "seccomp",
    )
    for name in through:
        with contextlib.suppress(ValueError):
            if name not in OPENING:
                rules.allow(name)
    rules.errno("clone3", 38)
    for name, requests in (("prctl", confine.PRCTL_REQUESTS), ("fcntl", confine.FCNTL_REQUESTS)):
        for request in requests:
            rules.allow(name, args={0 if name == "prctl" else 1: request})
    return rules


def main(descriptor: str, program: str) -> None:
    """In the process that is watched: load the filter, say at which descriptor its calls are heard, and run the program."""
    import torch  # noqa: F401, PLC0415  (as a forkserver has it before)

    code = compile(program, "watched", "exec")
    pipe = os.fdopen(int(descriptor), "w")
    listener = _notifying().load()
    assert listener is not None  # noqa: S101  (asked for)
    print(listener.fileno(), file=pipe, flush=True)
    exec(code, {"__name__": "watched"})  # noqa: S102  (our own)
    os._exit(0)  # threads of drivers need not end


if __name__ == "__main__":
    main(*sys.argv[1:])
