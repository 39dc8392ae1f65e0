"""docs/hub.md, followed word for word: an exchange on a shared machine, an instructor and two students, and a service that answers.

Where root runs the tests, each of them is a Unix user of its own, and what these may read is tried as well.
"""

from __future__ import annotations

import compileall
import configparser
import getpass
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from autograder.course.folders import Course
from tests.support.classroom import PATIENCE
from tests.support.manuals import blocks, manual, section, typed
from tests.support.nbgrader_class import solved
from tests.support.needs import ROOT
from tests.support.unprivileged import NOBODY, give_to_nobody, home, python_for_nobody
from tests.support.watched import WRONG, make_course_to_release

TEXT = manual("hub.md", "tiny")
USERS = {"instructor": NOBODY, "alice": 61001, "bob": 61002}  # numbers that need no account
IS_ROOT = os.getuid() == 0
LS = os.path.realpath(str(shutil.which("ls")))  # a folder of this PATH may be root's alone


class Hub(NamedTuple):
    """The machine: its folder, a Python that all users may run, and the course."""

    folder: Path
    python: str
    course: Course

    def here(self, text: str) -> str:
        """A text of the manual, with the places of this machine."""
        places = {"/srv/nbgrader": f"{self.folder}/srv", "/home/instructor/course": str(self.course.root)}
        places |= {"--owner=instructor": f"--owner={'nobody' if IS_ROOT else getpass.getuser()}"}
        for there, here in places.items():
            text = text.replace(there, here)
        return text

    def words(self, command: Sequence[str]) -> list[str]:
        """A command of the manual, as it is called here."""
        module = {"autograder": "autograder", "nbgrader": "nbgrader"}.get(Path(command[0]).name)
        return [self.python, "-m", module, *command[1:]] if module else list(command)

    def start(self, user: str, command: Sequence[str]) -> subprocess.Popen[str]:
        """Start a command in the folder of a user, as that one."""
        place = self.course.root if user == "instructor" else self.folder / user
        number = USERS[user]
        rights: dict[str, Any] = {"user": number, "group": number, "extra_groups": []} if IS_ROOT else {}
        environment = home(self.folder / user) | {"JUPYTER_CONFIG_PATH": str(self.folder / "etc")}
        streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen(self.words(command), cwd=place, env=environment, **rights, **streams)

    def run(self, user: str, command: Sequence[str]) -> str:
        process = self.start(user, command)
        said = process.communicate(timeout=PATIENCE)[0]
        assert process.returncode == 0, (command, said)
        return said

    def as_student(self, student: str, command: str) -> str:
        (words,) = [words for words in typed(section(TEXT, "The students")) if words[1] == command]
        return self.run(student, [*words, f"--student={student}"])  # these numbers have no name

    def answers(self) -> list[Path]:
        found = (self.folder / "srv" / "exchange" / "trainable_networks" / "feedback").glob("*.html")
        return [path for path in found if not path.name.endswith("-tmp.html")]


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    """The machine, as the administrator and the instructor leave it."""
    folder = Path(tempfile.mkdtemp(prefix="hub-"))
    folder.chmod(0o755)
    try:
        python = str(python_for_nobody(folder) or "") if IS_ROOT else sys.executable
        if not python:
            pytest.skip("there is no Python here that another user may run")
        if IS_ROOT:  # a program of the environment, which nbgrader starts when it makes the gradebook
            alembic = Path(python).with_name("alembic")
            alembic.write_text(f"#!{python}\nfrom alembic.config import main\n\nmain()\n")
            alembic.chmod(0o755)
            compileall.compile_dir(folder / "engine", quiet=1)  # where that user may write nothing
        hub = Hub(folder, python, make_course_to_release(folder / "checkout"))
        (settings,) = blocks(TEXT, "python")
        (folder / "etc").mkdir()
        (folder / "etc" / "nbgrader_config.py").write_text(hub.here(settings))
        for words in typed(hub.here(section(TEXT, "The exchange"))):
            subprocess.run(words, check=True)
        for user, number in USERS.items():
            (folder / user).mkdir(mode=0o700)
            os.chown(folder / user, *((number, number) if IS_ROOT else (-1, -1)))
        if IS_ROOT:
            give_to_nobody(hub.course.root)
        for words in typed(section(TEXT, "The instructor")):
            hub.run("instructor", words)
        yield hub
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def said(hub: Hub) -> str:
    """What the service says while two students hand in and fetch their answers, and somebody ends it."""
    (unit,) = blocks(TEXT, "ini")
    service = configparser.ConfigParser(interpolation=None)
    service.optionxform = str  # type: ignore[assignment,method-assign]
    service.read_string(hub.here(unit.replace("%i", "tiny")))
    assert service["Service"]["WorkingDirectory"] == str(hub.course.root)
    watch = hub.start("instructor", [*shlex.split(service["Service"]["ExecStart"]), "--jobs", "1"])
    assert watch.stdout is not None
    lines = [watch.stdout.readline()]
    for student, answers in {"alice": {}, "bob": {"answer_double": WRONG}}.items():
        hub.as_student(student, "fetch_assignment")
        (hub.folder / student / "tiny" / "tiny.ipynb").write_text(json.dumps(solved(hub.course, **answers)))
        before = len(hub.answers())
        hub.as_student(student, "submit")
        handed_in = time.monotonic()
        until(lambda before=before: len(hub.answers()) > before)  # type: ignore[misc]
        print(f"{student}: back {time.monotonic() - handed_in:.1f} s after `nbgrader submit` ended")
        hub.as_student(student, "fetch_feedback")
    watch.send_signal(signal.SIGTERM)
    lines.append(watch.communicate(timeout=PATIENCE)[0])
    assert watch.returncode == 0, lines
    return "".join(lines)


def until(happened: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_what_two_students_hand_in_comes_back_to_each_of_them(hub: Hub, said: str) -> None:
    for student, points in {"alice": "80 of 100 points so far", "bob": "30 of 100 points so far"}.items():
        (page,) = (hub.folder / student / "tiny" / "feedback").rglob("tiny.html")
        assert f"Feedback for {student}" in page.read_text()
        assert points in page.read_text()
    assert said.startswith("watching tiny, without a due date")
    assert re.search(r"^20\d\d-.* alice: 80 of 80 points; told messages", said, re.MULTILINE)
    assert "autograder: stopped. What was handed in and graded is kept" in said


def test_the_instructors_page_has_names_and_the_one_for_everybody_has_none(hub: Hub, said: str) -> None:
    own, everybody = hub.course.data / "watch" / "tiny.html", hub.folder / "srv" / "pages" / "tiny.html"
    assert ["alice" in page.read_text() for page in (own, everybody)] == [True, False]
    assert [page.stat().st_mode & 0o777 for page in (own, everybody)] == [0o600, 0o644]
    assert "Nobody looks at what is handed in now" in everybody.read_text()


@ROOT
def test_a_student_can_list_and_read_what_the_manual_says_and_no_more(hub: Hub, said: str) -> None:
    exchange, data = hub.folder / "srv" / "exchange" / "trainable_networks", hub.course.data
    closed = (exchange / "inbound", exchange / "feedback", data, data / "gradebook.db", hub.folder / "alice")
    for place in (*closed, exchange / "outbound", hub.folder / "srv" / "pages" / "tiny.html"):
        listed = hub.start("bob", [LS, str(place)])
        listed.communicate()
        assert (listed.returncode != 0) == (place in closed), place


def test_cron_answers_who_waits_and_ends(hub: Hub, said: str) -> None:
    (line,) = blocks(hub.here(TEXT), "text")
    place, command = re.fullmatch(r"(?:\S+ ){5}cd (\S+) && (.*)\n", line).groups()  # type: ignore[union-attr]
    assert place == str(hub.course.root)
    (hub.folder / "alice" / "tiny" / "more.txt").touch()
    hub.as_student("alice", "submit")
    assert "alice: 80 of 80 points" in hub.run("instructor", shlex.split(command))
