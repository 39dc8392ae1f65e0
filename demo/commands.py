"""Commands of nbgrader and of the course, run as a person would run them, for the demo and for `make release`.

A class of students runs many commands of nbgrader, and most of the time of each goes into imports. So each is a process that is forked from
one that has imported nbgrader; what happens in it is what happens in `nbgrader` itself.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread

from autograder.course.folders import Course

COURSE_ID = "trainable_networks"
AT_ONCE = 2


class CommandError(Exception):
    """A command failed; the message holds the end of what it printed."""


def run(*command: str, cwd: Path, told: Callable[[str], None] = lambda _: None) -> None:
    """Run a command, and pass on each line that it prints, at once; raises CommandError."""
    printed = []
    with subprocess.Popen(  # noqa: S603  (commands of this course)
        command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            printed.append(line)
            told(line.rstrip())
    _check(process.returncode, "".join(printed), command)


def nbgrader(*arguments: str, cwd: Path) -> None:
    """Run `nbgrader` with these arguments in a process of its own; raises CommandError."""
    try:
        code, printed = _processes().submit(_nbgrader, arguments, cwd).result()
    except BrokenProcessPool:
        code, printed = 1, "it ended without a word"
    _check(code, printed, ("nbgrader", *arguments))


def release(course: Course, assignment: str) -> None:
    """Build an assignment, make the students' version, and put it into the exchange."""
    run(sys.executable, "-m", "autograder", "build", assignment, cwd=course.root)
    nbgrader("generate_assignment", assignment, "--force", cwd=course.root)
    nbgrader("release_assignment", assignment, "--force", cwd=course.root)


def _check(code: int, printed: str, command: tuple[str, ...]) -> None:
    if code:
        tail = "\n".join(printed.splitlines()[-12:])
        raise CommandError(f"`{' '.join(map(str, command))}` failed:\n{tail}")


@cache
def _processes() -> ProcessPoolExecutor:
    """Each task gets a process of its own, forked from a server that has imported nbgrader and nothing that holds threads."""
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["nbgrader.apps"])
    return ProcessPoolExecutor(AT_ONCE, server, initializer=_end_with_parent, max_tasks_per_child=1)


def _end_with_parent() -> None:
    """When the demo is killed, its commands end, and with them what they started; the server that forked them would keep them."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os.kill(os.getpid(), signal.SIGKILL)


def _nbgrader(arguments: tuple[str, ...], cwd: Path) -> tuple[int, str]:
    """Exit code and output of nbgrader's application, here."""
    from nbgrader.apps import NbGraderApp  # noqa: PLC0415  (imported by the server, for its children)

    os.chdir(cwd)
    code = 0
    with tempfile.TemporaryFile() as printed:
        for descriptor in (1, 2):
            os.dup2(printed.fileno(), descriptor)
        try:
            NbGraderApp.launch_instance(list(arguments))
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        sys.stdout.flush()
        sys.stderr.flush()
        printed.seek(0)
        return code, printed.read().decode(errors="replace")
