"""What is left of training runs: pictures, tables and what they were computed with, below one folder and nowhere else."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.course.assignment import CourseError
from autograder.course.report import Curve, Report, TrainingRecord
from autograder.reporting.run_files import write_runs
from autograder.training.stage import Ready

RECORD = TrainingRecord(
    title="A toy",
    what="held-out toys",
    curve=Curve((2.0, 1.5), (1.0, 0.9, 0.8), (3.0, 2.0, 1.0)),
    right=0.5,
    floor=0.1,
    full=0.9,
    names=("a", "b"),
    confusion=((1, 1), (1, 1)),
    misread=(),
    off=(0.0, 0.5),
    left=2,
)


def report(submission: str = "work/toys.py", student: str | None = None) -> Report:
    return Report(
        *("toys", submission, student, "0123456789abcdef", "fe", "secret-seed", "landlock", "graded", None),
        *(5.0, 9.0, 1.0, ()),
        training=(RECORD,),
    )


@pytest.fixture
def ready() -> Ready:
    run: Any = SimpleNamespace(title="A toy", data=("toys", "1"))
    profile: Any = SimpleNamespace(name="small")
    return Ready("cpu", profile, {"toy": (run, None)})


def test_each_run_has_a_picture_and_a_table_and_all_have_what_they_were_computed_with(
    tmp_path: Path, ready: Ready
) -> None:
    files = write_runs(tmp_path / "out", report(), ready)
    assert [str(path.relative_to(tmp_path / "out")) for path in files] == [
        f"toys/01234567/{name}" for name in ("toy.png", "toy.csv", "environment.json")
    ]
    assert files[0].read_bytes().startswith(b"\x89PNG")
    with files[1].open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["step", "loss", "reference_low", "reference_high", "off"]
    assert rows[2:] == [["2", "1.5", "0.9", "2.0", "0.5"], ["3", "", "0.8", "1.0", ""]]
    told = json.loads(files[2].read_text())
    assert (told["profile"], told["data"], told["device"]) == ("small", ["toys"], "cpu, one thread")
    assert "secret-seed" not in files[2].read_text(), "hidden inputs follow from it"


@pytest.mark.parametrize(
    ("submission", "student", "folder"),
    [
        ("...py", None, "_/01234567"),
        ("x/.. .py", None, " /01234567"),
        ("toys.py", "../../ada", "toys/_.._ada"),
        ("toys.py", "..", "toys/_"),
        ("toys.py", "ada@example.org", "toys/ada@example.org"),
    ],
)
def test_no_name_leads_out_of_the_folder(
    tmp_path: Path, ready: Ready, submission: str, student: str | None, folder: str
) -> None:
    files = write_runs(tmp_path / "out", report(submission, student), ready)
    assert {path.parent for path in files} == {tmp_path / "out" / folder}
    assert all(path.resolve().is_relative_to(tmp_path / "out") for path in files)


def test_two_files_of_one_name_have_folders_of_their_own(tmp_path: Path, ready: Ready) -> None:
    first = write_runs(tmp_path, report("a/toys.py"), ready)
    second = write_runs(tmp_path, replace(report("b/toys.py"), submission_sha256="f" * 64), ready)
    assert {path.parent for path in first}.isdisjoint({path.parent for path in second})


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path, ready: Ready) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CourseError, match="cannot be written"):
        write_runs(tmp_path / "file", report(), ready)
