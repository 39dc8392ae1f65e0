"""Commands of nbgrader and of the course, run as a person would run them, for the demo and for `make release`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from autograder.course import Course

COURSE_ID = "trainable_networks"


class CommandError(Exception):
    """A command failed; the message holds the end of what it printed."""


def run(*command: str, cwd: Path, environment: dict[str, str] | None = None) -> str:
    """Run a command and return what it printed; raises CommandError."""
    done = subprocess.run(  # noqa: S603  (commands of this course)
        command,
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-12:])
        raise CommandError(f"`{' '.join(map(str, command))}` failed:\n{tail}")
    return done.stdout


def nbgrader(*arguments: str, cwd: Path, environment: dict[str, str] | None = None) -> str:
    """Run the stock `nbgrader` command of this Python."""
    return run(sys.executable, "-m", "nbgrader", *arguments, cwd=cwd, environment=environment)


def release(course: Course, assignment: str) -> None:
    """Build an assignment, make the students' version, and put it into the exchange."""
    run(sys.executable, "-m", "autograder", "build", assignment, cwd=course.root)
    nbgrader("generate_assignment", assignment, "--force", cwd=course.root)
    nbgrader("release_assignment", assignment, "--force", cwd=course.root)
