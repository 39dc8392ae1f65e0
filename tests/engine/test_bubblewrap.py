"""Where bubblewrap is not installed, cannot be run, or lies outside of the system's folders: one line, and the right exit code.

A bwrap of ours stands in a folder that is the whole PATH, so that these tests see the same on a machine that has the real one.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
import typer

from autograder.cli import commands_authors, doctor
from autograder.course.folders import Course
from tests.support import needs
from tests.support.classroom import hand_in, make_classroom, run, scores
from tests.support.handins import autograder, save, solved
from tests.support.mini_course import make_course
from tests.support.nbgrader_class import nbgrader
from tests.support.training_programs import NAME

pytestmark = [pytest.mark.isolation, needs.LINUX]

ROOT = Path(__file__).resolve().parents[2]
ABSENT = "autograder: --isolation bubblewrap needs the program bwrap, and none that can be run is on the PATH; install the package"
WORD = "this is the stand-in"
BROKEN = {
    "ends at once": (f"#!/bin/sh\necho '{WORD}' >&2\nexit 1\n", WORD),
    "is for another machine": ("\x7fELF of another kind", "Exec format error"),
    "needs another program": ("#!/no/such/interpreter\n", "No such file or directory"),
}


def path_with(folder: Path, text: str, mode: int = 0o755) -> str:
    """A value of PATH: a folder that holds a `bwrap` and nothing else."""
    folder.mkdir()
    (folder / "bwrap").write_text(text)
    (folder / "bwrap").chmod(mode)
    return str(folder)


@pytest.fixture
def none(tmp_path: Path) -> str:
    """A value of PATH: a folder with a `bwrap` that nobody may run, which is as good as none."""
    return path_with(tmp_path / "none", "#!/bin/sh\n", 0o644)


@pytest.fixture
def handed_in(tiny: Course, tmp_path: Path) -> Path:
    return save(tmp_path / "tiny.ipynb", solved(tiny, "tiny"))


def test_grading_with_bubblewrap_where_there_is_none_cannot_be_asked_for(
    tiny: Course, handed_in: Path, none: str
) -> None:
    done = autograder(tiny.root, "grade", handed_in, "--isolation", "bubblewrap", "--json", "-", PATH=none)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(ABSENT)
    assert done.stderr.count("\n") == 1
    done = autograder(tiny.root, "grade", handed_in, "--json", "-", PATH=none)
    assert (done.returncode, json.loads(done.stdout)["isolation"]) == (0, "landlock")


@pytest.mark.parametrize("command", ["train", "bands"])
def test_nor_can_training_or_measuring(real: Course, tmp_path: Path, none: str, command: str) -> None:
    course = Course(shutil.copytree(real.root, tmp_path / "course"))
    what = NAME
    if command == "train":
        what = str(shutil.copy(course.solution(NAME) / "reference.py", tmp_path / f"{NAME}.py"))
    else:
        shutil.rmtree(course.solution(NAME) / "bands")
    done = autograder(course.root, command, what, "--device", "cpu", "--isolation", "bubblewrap", PATH=none)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(ABSENT)
    assert done.stderr.count("\n") == 1


def test_nor_can_a_whole_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, none: str) -> None:
    course = make_classroom(tmp_path / "course")
    monkeypatch.setenv("PATH", none)
    said, told = run(course, "--isolation", "bubblewrap", code=2)
    assert (said, told.startswith(ABSENT), told.count("\n")) == ("", True, 1)
    assert not course.gradebook.exists() or scores(course) == {}


def test_nor_can_nbgrader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, none: str) -> None:
    course = make_classroom(tmp_path / "course")
    hand_in(course, "right-1", "def double(x):\n    return 2 * x")
    monkeypatch.setenv("PATH", none)
    told = nbgrader(course, "autograde", "tiny", "--GradeSubmission.isolation=bubblewrap", code=1)
    assert f"Nothing was graded: {ABSENT.removeprefix('autograder: ')}" in told
    assert "Traceback" not in told
    assert not (course.data / "autograded").exists()


@pytest.mark.parametrize("how", BROKEN)
def test_a_bubblewrap_that_does_not_work_is_the_machines_fault(
    tiny: Course, handed_in: Path, tmp_path: Path, how: str
) -> None:
    text, reason = BROKEN[how]
    path = os.path.relpath(path_with(tmp_path / "folder", text), tiny.root)  # PATH may hold such folders, too
    done = autograder(tiny.root, "grade", handed_in, "--isolation", "bubblewrap", PATH=path)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("autograder: nothing was graded, because this does not hold here: bubblewrap: ")
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1


def test_grading_does_without_a_bubblewrap_that_does_not_work(tiny: Course, handed_in: Path, tmp_path: Path) -> None:
    path = path_with(tmp_path / "folder", BROKEN["needs another program"][0])
    done = autograder(tiny.root, "grade", handed_in, "--json", "-", PATH=path)
    assert (done.returncode, json.loads(done.stdout)["isolation"]) == (0, "landlock")


@pytest.fixture
def whole(tmp_path: Path) -> Course:
    """A course that lacks nothing: doctor has no other complaint."""
    course = make_course(tmp_path / "whole")
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    return course


def test_doctor_finds_a_bubblewrap_that_does_not_work(whole: Course, tmp_path: Path) -> None:
    text, reason = BROKEN["needs another program"]
    done = autograder(whole.root, "doctor", PATH=path_with(tmp_path / "folder", text))
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = [line for line in done.stdout.splitlines() if line.split()[1] == "bubblewrap"]
    assert reason in line


def test_doctor_says_that_there_is_none(whole: Course, none: str) -> None:
    done = autograder(whole.root, "doctor", PATH=none)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Not installed; grading does without." in done.stdout


def test_whatever_doctor_stumbles_over_is_one_line(
    tiny: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tiny.root)
    monkeypatch.setattr(doctor, "_nbgrader", lambda _: 1 / 0)
    with pytest.raises(typer.Exit) as ended:
        commands_authors.doctor()
    assert ended.value.exit_code == 3
    assert "a fault of the grader's own: ZeroDivisionError" in capsys.readouterr().err


@needs.BUBBLEWRAP
def test_a_bubblewrap_in_a_folder_of_ones_own_is_used(tiny: Course, handed_in: Path, tmp_path: Path) -> None:
    path = path_with(tmp_path / "folder", f'#!/bin/sh\nexec {shutil.which("bwrap")} "$@"\n')
    done = autograder(tiny.root, "grade", handed_in, "--isolation", "bubblewrap", "--json", "-", PATH=path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["isolation"] == "landlock+bubblewrap"
