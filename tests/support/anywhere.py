"""nbgrader and a Jupyter server, started somewhere else than in the course, on a student who tries to leave a mark."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from nbgrader.api import Gradebook, MissingEntry

from autograder.course.folders import Course
from tests.support import commands

NBGRADER = (str(Path(sysconfig.get_path("scripts")) / "nbgrader"),)
AS_MODULE = (sys.executable, "-m", "nbgrader")
STOCK = "['nbgrader.preprocessors.Execute', 'nbgrader.preprocessors.SaveAutoGrades']"
STOCK_CONFIG = f"c = get_config()\nc.Autograde.autograde_preprocessors = {STOCK}\n"
NO_KERNEL_SAID = "No such kernel named (none: nbgrader was started without the settings of this course"
UNREAD = "Nothing was graded: nbgrader was started without the settings of the course. Start it in "
SCORE = 80.0
TOKEN = "formgrader"  # noqa: S105  (of a server that a test starts)
PATIENCE = 120
PLANTED = """

try:
    with open({marker!r}, "wb") as file:
        file.write(open({secret!r}, "rb").read())
except OSError:
    pass"""


@dataclass(frozen=True)
class Class:
    """A course in which one student has handed in a notebook that writes a file beside the course."""

    course: Course
    marker: Path

    def __post_init__(self) -> None:
        self.elsewhere.mkdir(exist_ok=True)
        self.home.mkdir(parents=True, exist_ok=True)

    @property
    def elsewhere(self) -> Path:
        return self.course.root.parent / "elsewhere"

    @property
    def home(self) -> Path:
        return self.course.root.parent / "home" / ".jupyter"

    def environment(self, **more: str) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "NBGRADER", "PYTHON"))
        }
        return kept | {"HOME": str(self.home.parent), "OMP_NUM_THREADS": "1"} | more

    def score(self) -> float | None:
        with Gradebook(f"sqlite:///{self.course.gradebook}") as gradebook:
            try:
                return gradebook.find_submission("tiny", "eve").score  # type: ignore[no-any-return]
            except MissingEntry:
                return None


@dataclass(frozen=True)
class Way:
    """A way to start `nbgrader autograde`; `says` is a part of the refusal, where it must refuse."""

    start: str  # checkout, course, submitted, elsewhere
    says: str | None = None
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    change: Callable[[Class], object] = lambda _: None
    command: tuple[str, ...] = NBGRADER


def folder(klass: Class, name: str) -> Path:
    course = klass.course
    folders = {"checkout": course.root, "course": course.data, "submitted": course.data / "submitted"}
    return {**folders, "elsewhere": klass.elsewhere, "home": klass.home}[name]


def autograde(klass: Class, way: Way) -> subprocess.CompletedProcess[str]:
    way.change(klass)
    arguments = [argument.format(course=klass.course.data, elsewhere=klass.elsewhere) for argument in way.arguments]
    command = [*way.command, "autograde", "tiny", *arguments]
    done = commands.run(command, cwd=folder(klass, way.start), env=klass.environment(**way.environment))
    done.stdout += done.stderr
    return done


@contextmanager
def server(
    klass: Class, program: str = "jupyter_server", shows: Path | None = None, **environment: str
) -> Iterator[str]:
    """The address of a Jupyter server with nbgrader's extensions, started in a folder that has nothing to do with the course.

    shows: the folder that it shows; by default, the course
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}", "--allow-root"]
    process = subprocess.Popen(
        [sys.executable, "-m", program, "--no-browser", f"--ServerApp.root_dir={shows or klass.course.root}", *options],
        cwd=klass.elsewhere,
        env=klass.environment(**environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def ask(address: str, path: str, method: str = "GET") -> Any:
    """What the server answers; while it starts, it is asked again."""
    request = Request(f"{address}/{path}", method=method, headers={"Authorization": f"token {TOKEN}"})  # noqa: S310
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
                return json.loads(answer.read())
        except HTTPError:
            raise
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def nbgrader_elsewhere(klass: Class, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return commands.run([*NBGRADER, *arguments], cwd=cwd or klass.elsewhere, env=klass.environment())


def formgrader_knows_the_course(klass: Class, more: str = "") -> None:
    (klass.home / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.root = {str(klass.course.data)!r}\n{more}"
    )
