"""The text of submissions is read in a confined process, which may fail: the file then has its reason, and the next one its reader."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from autograder.course.assignment import Assignment, GraderError
from autograder.course.folders import Course
from autograder.sandbox.launcher import Launcher, launch
from autograder.sandbox.worker_process import WorkerProcess
from autograder.submission import names, reading, text
from autograder.submission.reading import Reader
from autograder.submission.source import parsed
from autograder.submission.submitted import Ungradable, read
from tests.support import needs
from tests.support.handins import save, solved

pytestmark = [pytest.mark.isolation, needs.LINUX]

SHORT = "def double(x):\n    return 2 * x\n"
LONG = "\n# %%\n".join([SHORT, *(f"x = {number}" + " + x" * 24_000 for number in range(8))])  # takes a while to parse


@pytest.fixture
def assignment(tiny: Course) -> Assignment:
    return tiny.assignment("tiny")


@pytest.fixture(params=needs.CONFINED)
def own_reader(request: Any, tiny: Course) -> Iterator[Reader]:
    with launch(request.param, path=tiny.root, preload=(), readable=()) as launcher:
        yield Reader(launcher)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the kernel says of each process that reads, while it is asked."""
    found: list[str] = []
    ask = WorkerProcess.ask

    def looking(worker: WorkerProcess, *args: Any, **more: Any) -> Any:
        processes = psutil.Process().children(recursive=True)
        found.extend(Path(f"/proc/{one.pid}/status").read_text(encoding="utf-8") for one in processes)
        return ask(worker, *args, **more)

    monkeypatch.setattr(WorkerProcess, "ask", looking)
    return found


def test_what_reads_is_confined_and_gone_afterwards(
    own_reader: Reader, assignment: Assignment, seen: list[str]
) -> None:
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    own_reader.contents(SHORT.encode(), "tiny.py", assignment)
    assert sum("Seccomp:\t2" in status and "NoNewPrivs:\t1" in status for status in seen) == 1
    assert {process.pid for process in psutil.Process().children(recursive=True)} <= before


def test_both_sides_say_the_same_of_a_file(own_reader: Reader, tiny: Course, assignment: Assignment) -> None:
    content = json.dumps(solved(tiny, "tiny")).encode()
    there = own_reader.contents(content, "tiny.ipynb", assignment)
    request = text.order(content, "tiny.ipynb", assignment, whole=True)
    here = text.answer(request)
    assert there == reading._contents(here["contents"])
    assert [cell.source for cell in there.cells] == [cell["source"] for cell in solved(tiny, "tiny")["cells"]]
    assert own_reader.contents(content, "tiny.ipynb", assignment, whole=False) == replace(there, cells=())


def test_what_the_released_cells_say_is_not_read_again_with_each_file(
    tiny: Course, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = json.dumps(solved(tiny, "tiny")).encode()
    request = text.order(content, "tiny.ipynb", assignment, whole=True)
    monkeypatch.setattr(names, "_known", {})
    alone = text.contents(content, "tiny.ipynb", text.as_released(assignment))
    read: list[str] = []

    def counted(source: str) -> Any:
        read.append(source)
        return parsed(source)

    monkeypatch.setattr(names, "parsed", counted)
    assert reading._contents(text.answer(request)["contents"]) == alone
    released = {cell.source for cell in assignment.cells if cell.kind == "code" and cell.role != "exercise"}
    assert released
    assert not released & set(read)
    assert read  # the answers


def test_nothing_of_the_answers_is_sent_to_it(tiny: Course, assignment: Assignment) -> None:
    told = text.order(b"", "tiny.ipynb", assignment, whole=True)["about"]
    assert "SOLUTION" not in told
    assert "solutions" not in told


def test_a_file_that_takes_too_long_has_its_reason_and_the_next_one_a_fresh_reader(
    own_reader: Reader, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(reading, "SECONDS", 0.1)
        with pytest.raises(Ungradable, match=r"^tiny\.py takes more than 0\.1 seconds to read\.$"):
            own_reader.contents(LONG.encode(), "tiny.py", assignment)
    assert own_reader.contents(SHORT.encode(), "tiny.py", assignment).filled == 1


def test_a_file_that_takes_too_much_memory_has_its_reason(
    own_reader: Reader, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "OF_A_READER", replace(reading.OF_A_READER, memory_mb=64))
    parts = json.dumps({"nbformat": 4, "cells": [{"metadata": [[] for _ in range(1_000_000)]}]})
    with pytest.raises(Ungradable, match=r"^tiny\.ipynb takes more memory to read than there is for it\.$"):
        own_reader.contents(parts.encode(), "tiny.ipynb", assignment)
    assert own_reader.contents(SHORT.encode(), "tiny.py", assignment).filled == 1


def test_a_reader_that_somebody_kills_is_followed_by_another(
    own_reader: Reader, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = []
    ask = WorkerProcess.ask

    def killing(worker: WorkerProcess, *args: Any, **more: Any) -> Any:
        if not killed:
            newest = max(psutil.Process().children(recursive=True), key=lambda one: one.create_time())
            killed.append(newest.pid)
            newest.kill()
        return ask(worker, *args, **more)

    monkeypatch.setattr(WorkerProcess, "ask", killing)
    assert own_reader.contents(SHORT.encode(), "tiny.py", assignment).filled == 1
    assert killed


def test_each_file_has_a_process_of_its_own(own_reader: Reader, assignment: Assignment, seen: list[str]) -> None:
    """What one file does to it, such as to fill what Python keeps of texts, is nothing to the next one."""
    for _ in range(2):
        own_reader.contents(SHORT.encode(), "tiny.py", assignment)
    pids = {line for status in seen if "Seccomp:\t2" in status for line in status.splitlines() if "Pid:" in line[:4]}
    assert len(pids) == 2


class Killed(Reader):
    """Somebody ends its process each time that it is asked."""

    def _ask(self, *_: Any) -> None:
        return None


def test_one_that_is_always_killed_is_the_machines_fault(launcher: Launcher, assignment: Assignment) -> None:
    with pytest.raises(GraderError, match=r"^the process that reads tiny\.py was ended twice"):
        Killed(launcher).contents(SHORT.encode(), "tiny.py", assignment)


RIGHT = asdict(
    text.Contents(
        (text.ProgramCell("cell 1", "x = 1"),),
        (reading.SubmittedCell("code", None, "", "", changed=True, parts=(reading.Part(1, "x = 1"),)),),
        ("a note",),
        1,
    )
)


def changed(value: Any) -> Iterator[Any]:
    """The value with one part of it left out, or of another type."""
    for other in (None, 7, 1.5, "text", [], [None], {}, {"a": 1}, True):
        if type(other) is not type(value):
            yield other
    if isinstance(value, dict):
        for key, part in value.items():
            yield {name: one for name, one in value.items() if name != key}
            yield from ({**value, key: one} for one in changed(part) if key not in {"attachments", "role"})
    elif isinstance(value, list):
        yield from ([one] for part in value for one in changed(part))


def test_what_is_sent_back_is_checked_down_to_the_last_part() -> None:
    right = json.loads(json.dumps(RIGHT, default=sorted))
    reading._contents(json.dumps(right).encode())
    wrong = list(changed(right))
    assert len(wrong) > 200
    for one in wrong:
        with pytest.raises((TypeError, KeyError, ValueError)):
            reading._contents(json.dumps(one).encode())


def test_a_file_is_read_without_a_launcher_of_ones_own(tiny: Course, assignment: Assignment, tmp_path: Path) -> None:
    path = save(tmp_path / "tiny.ipynb", solved(tiny, "tiny"))
    assert read(path, assignment).filled == 3
    assert reading.reader() is reading.reader()


def test_a_mode_that_does_not_work_here_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with reading._launcher() as launcher:
        assert launcher.mode == "landlock"


READ_OWN = """
import sys
sys.modules.update({"autograder.sandbox": None, "autograder.submission.reading": None, "numpy": None})
from pathlib import Path
from autograder.course.folders import Course
from autograder.submission.submitted import read_own
print(read_own(Path(sys.argv[1]), Course(Path(sys.argv[2])).assignment("tiny")).filled)
"""


def test_ones_own_file_is_read_where_nothing_can_be_confined(tiny: Course, tmp_path: Path) -> None:
    path = save(tmp_path / "tiny.ipynb", solved(tiny, "tiny"))
    command = [sys.executable, "-c", READ_OWN, str(path), str(tiny.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("3\n", 0), done.stderr
