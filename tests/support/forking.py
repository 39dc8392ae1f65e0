"""Commands in forks of the process that tests run in, where what each would import for seconds is already. Used by tests of many."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from nbgrader.apps.nbgraderapp import NbGraderApp

from autograder.cli import app as cli
from autograder.course.folders import Course
from autograder.gradebook import grading
from autograder.whole_class.pools import LocalPool

PATIENCE = 600  # seconds for one command, on a machine that others use too


class HerePool(LocalPool):
    """Works in the process that asks, where all is imported already."""

    def __init__(self, _: int) -> None:
        """Start nothing."""
        self.window = 1

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Work at once."""
        future: Future[Any] = Future()
        future.set_result(function(*args))
        return future

    def close(self) -> None:
        """There is nothing to close."""


def forked(course: Course, main: Callable[[], object], *arguments: str, code: int = 0) -> str:
    """A command at the root of the course, in a fork of this process: what it would import for seconds is here already."""
    log = course.root / "log"
    if child := os.fork():
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == code, log.read_text()
        return log.read_text()
    ended: Any = 1
    signal.alarm(PATIENCE)  # what hangs ends, and fails its test
    try:
        with log.open("w") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        os.chdir(course.root)
        os.environ.update(dict.fromkeys(("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR"), str(course.root / "home")))
        sys.argv = ["command", *arguments]
        main()
        ended = 0
    except SystemExit as end:
        ended = end.code or 0
    except BaseException:  # noqa: BLE001  (the process must end here, whatever it is)
        traceback.print_exc()
    finally:
        grading._open.close()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ended if isinstance(ended, int) else 1)


def nbgrader(course: Course, *arguments: str, code: int = 0) -> str:
    NbGraderApp.clear_instance()
    return forked(course, NbGraderApp.launch_instance, *arguments, code=code)


def by_ours(course: Course, code: int = 0) -> str:
    return forked(course, cli.main, "grade-class", "tiny", "--jobs", "1", code=code)


def by_stock_commands(course: Course) -> str:
    return nbgrader(course, "autograde", "tiny") + nbgrader(course, "generate_feedback", "tiny")
