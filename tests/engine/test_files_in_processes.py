"""Several files at a time: reports and their order do not depend on `--jobs`, nor does what is said where nothing can be graded."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from autograder.cli import grade_files
from autograder.course.folders import Course
from autograder.course.report import Report
from tests.support.classroom import ANSWERS, SHIFT, timeless
from tests.support.handins import autograder, complaints, filled, released, save
from tests.support.mini_course import edit, make_course

PATIENCE = 120


@pytest.fixture(scope="module")
def files(tiny: Course, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Some that earn points, one that is no notebook, and one that is named after no assignment."""
    folder = tmp_path_factory.mktemp("files")
    made = []
    for name, answer in ANSWERS.items():
        (folder / name).mkdir()
        notebook = filled(released(tiny, "tiny"), double=answer, shift=SHIFT)
        made.append(save(folder / name / "tiny.ipynb", notebook))
    (folder / "broken").mkdir()
    return [*made, save(folder / "broken" / "tiny.ipynb", "{"), save(folder / "homework.ipynb", notebook)]


def test_reports_and_what_is_printed_are_the_same_with_one_job_and_with_several(
    tiny: Course, files: list[Path], tmp_path: Path
) -> None:
    said = []
    for jobs in (1, 3):
        path = tmp_path / f"{jobs}.json"
        done = autograder(tiny.root, "grade", *files, "--jobs", str(jobs), "--json", path, "--fail-under", "80")
        reports = [timeless(Report.from_json(value)) for value in json.loads(path.read_text())]
        said.append((done.returncode, done.stdout, complaints(done.stderr), reports))
    assert said[0] == said[1]
    code, _, told, reports = said[0]
    assert (code, [report["score"] for report in reports]) == (1, [80, 30, 30, 30, 0])
    assert [report["status"] for report in reports] == ["graded"] * 4 + ["ungradable"]
    assert told[0].startswith("autograder: homework.ipynb is not named after an assignment")


def test_what_a_suite_prints_does_not_come_between_reports(tmp_path: Path, files: list[Path]) -> None:
    course = make_course(tmp_path / "course")
    edit(course, "tests/hidden/tiny/test_double.py", "import pytest", "import pytest\n\nprint('loud')")
    done = autograder(course.root, "grade", *files[:2], "--jobs", "2", "--json", "-")
    assert [report["score"] for report in json.loads(done.stdout)] == [80, 30]
    assert "loud" in done.stderr


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("@pytest.mark.points(20)", "@pytest.mark.points(21)", "the tests of double are worth 51 points"),
        ("import pytest", "import no_such_module", "No module named 'no_such_module'"),
    ],
    ids=["points", "import"],
)
def test_a_suite_that_cannot_be_used_is_the_same_line_and_code_with_several_jobs(
    tmp_path: Path, files: list[Path], old: str, new: str, says: str
) -> None:
    course = make_course(tmp_path / "course")
    edit(course, "tests/hidden/tiny/test_double.py", old, new)
    one, several = (autograder(course.root, "grade", *files[:2], "--jobs", jobs) for jobs in ("1", "2"))
    assert (one.returncode, one.stdout) == (several.returncode, several.stdout) == (3, "")
    assert complaints(one.stderr) == complaints(several.stderr)
    assert len(complaints(several.stderr)) == 1
    assert says in several.stderr


def test_a_process_that_dies_each_time_is_one_line_that_names_the_file(tmp_path: Path, files: list[Path]) -> None:
    course = make_course(tmp_path / "course")
    edit(course, "tests/hidden/tiny/test_double.py", "import pytest", "import os\n\nimport pytest\n\nos._exit(1)")
    done = autograder(course.root, "grade", *files[:2], "--jobs", "2")
    assert (done.returncode, done.stdout) == (3, "")
    (line,) = complaints(done.stderr)
    assert line in {f"autograder: {path}: the process that worked on it died 2 times." for path in files[:2]}


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_ends_every_process_with_a_word(tmp_path: Path, files: list[Path], jobs: str) -> None:
    course = make_course(tmp_path / "course")
    waits = "import os\nimport pathlib\nimport time\n\nimport pytest\n\n"
    waits += f"pathlib.Path({str(tmp_path)!r}, f'{{os.getpid()}}.collects').touch()\ntime.sleep({PATIENCE})"
    edit(course, "tests/hidden/tiny/test_double.py", "import pytest", waits)
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder", "grade", *files[:2], "--jobs", jobs],
        cwd=course.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"NO_COLOR": "1"},
    )
    known, seen = psutil.Process(process.pid), set[psutil.Process]()
    until = time.monotonic() + PATIENCE
    while len(list(tmp_path.glob("*.collects"))) < int(jobs) and time.monotonic() < until:
        seen |= set(known.children(recursive=True))
        time.sleep(0.05)
    seen |= set(known.children(recursive=True))
    assert len(seen) >= {"1": 1, "2": 4}[jobs]  # a forkserver; or two graders, each with a forkserver
    process.send_signal(signal.SIGINT)
    said, told = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said, told.splitlines()[-1:]) == (130, "", ["autograder: stopped."])
    _, alive = psutil.wait_procs(seen, timeout=PATIENCE)
    assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []


def test_processes_are_started_where_that_is_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(4)))
    chosen = {
        (count, trains): grade_files.soonest(count, trains=trains) for count in (0, 1, 3, 8, 99) for trains in (0, 1)
    }
    assert chosen == {
        (0, 0): 1,
        (1, 0): 1,
        (3, 0): 1,
        (8, 0): 2,
        (99, 0): 4,
        (0, 1): 1,
        (1, 1): 1,
        (3, 1): 3,
        (8, 1): 4,
        (99, 1): 4,
    }
