"""Where a device has no bands for some runs: the rest is graded, it is said what helps, and once they are measured, all is graded again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from autograder.course.report import Report
from autograder.gradebook.scores import score_of
from autograder.grading.grader import Grader
from autograder.reporting.as_html import exercise_html
from autograder.reporting.as_text import exercise_text
from autograder.reporting.exercise import is_in_part
from autograder.training.bands import band_of, key_of, read_band, write_band
from autograder.training.contract import runs_of
from autograder.training.device import device_for, has_gpu
from autograder.training.stage import TrainingOptions, TrainingStage
from autograder.whole_class.tasks import _trained_on, environment, grade, task_of, tasks
from tests.support.handins import autograder, save, solved
from tests.support.training_programs import NAME, reference

COMMAND = f"`autograder bands {NAME} --device cpu` measures it, once"


def copied(real: Course, folder: Path, *kept: str) -> Course:
    """The course with the bands of some runs."""
    made = Course(Path(shutil.copytree(real.root, folder / "course")))
    runs = runs_of(made, made.assignment(NAME))
    keys = {key_of(name, runs[name], "cpu") for name in kept}
    for path in (made.solution(NAME) / "bands").glob("*.json"):
        if path.stem not in keys:
            path.unlink()
    return made


@pytest.fixture
def course(real: Course, tmp_path: Path) -> Course:
    return copied(real, tmp_path, "depth")


@pytest.fixture(scope="module")
def in_part(real: Course, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """What the reference comes to where one run has a band."""
    course = copied(real, tmp_path_factory.mktemp("part"), "depth")
    path = save(course.root / f"{NAME}.py", reference(course))
    with Grader(course, stage=TrainingStage(course, TrainingOptions("cpu"))) as grader:
        return grader.grade(NAME, path)


@pytest.fixture(scope="module")
def without(real: Course, tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, str]:
    """What it comes to where no run has a band, graded by the command, with its strictest gate; and what that printed."""
    course = copied(real, tmp_path_factory.mktemp("none"))
    path = save(course.root / f"{NAME}.ipynb", solved(course, NAME))
    done = autograder(course.root, "grade", path, "--fail-under", "100", "--json", "report.json", timeout=500)
    assert done.returncode == 0, done.stderr
    return Report.from_json(json.loads((course.root / "report.json").read_text())), done.stdout


def test_the_rest_is_graded_out_of_what_could_be_earned_and_the_report_says_what_helps(in_part: Report) -> None:
    assert (in_part.status, in_part.score, in_part.max_score) == ("graded", 77.0, 77.0)
    assert in_part.reason == (
        "not trained, and their 23 points not counted: residual, inception, transfer; "
        f"on cpu with digits there is no reference band yet; {COMMAND}"
    )
    training = in_part.exercises[-1]
    assert (training.points, training.max_points) == (4, 4)
    rows = {test.name: test for test in training.tests}
    assert {name for name, row in rows.items() if row.status == "skipped"} == {"residual", "inception", "transfer"}
    assert (rows["residual"].points, rows["residual"].max_points) == (0, 0)
    assert rows["residual"].message.startswith("not trained, and its 9 points not counted: on cpu")
    assert rows["depth_learned"].status == "passed"


def test_without_any_band_the_exercises_are_graded(without: tuple[Report, str]) -> None:
    report, printed = without
    assert (report.status, report.score, report.max_score) == ("graded", 73.0, 73.0)
    assert (report.exercises[-1].status, report.exercises[-1].max_points) == ("skipped", 0)
    assert COMMAND in printed


def test_a_cell_of_which_nothing_could_be_earned_waits_for_a_person(without: tuple[Report, str]) -> None:
    report, _ = without
    assert score_of(report, "training", 27.0) is None
    for page in (exercise_html(report, "training", 27.0), exercise_text(report, "training", 27.0)):
        assert "training: not graded yet" in page


def test_a_cell_of_which_a_part_could_be_earned_shows_that_and_waits_for_a_person(in_part: Report) -> None:
    assert score_of(in_part, "training", 27.0) == 4.0
    assert is_in_part(in_part, "training", 27.0)
    assert not is_in_part(in_part, "training", 4.0)
    assert not is_in_part(in_part, "residual_block", 100.0)
    assert "training: 4 of 4 points; 23 more are not graded yet" in exercise_text(in_part, "training", 27.0)


# --- which device --------------------------------------------------------------------------------------------------------


def with_bands_for_a_gpu(course: Course, measured: Course) -> None:
    for name, run in runs_of(course, course.assignment(NAME)).items():
        band = replace(band_of(measured, NAME, name, run, "cpu"), device="cuda")
        write_band(course.data / "bands" / NAME / f"{key_of(name, run, 'cuda')}.json", band)


def test_a_gpu_is_used_where_its_bands_are_there_and_a_note_says_why_not(
    real: Course, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.training.device.has_gpu", lambda: True)
    told: list[str] = []
    assert place(course, "auto", told.append) == ("cpu", "digits")
    why = (
        f"{NAME} is trained on the processor: on the GPU, resnet18, resnet50, googlenet, resnet56, large_transfer would have nothing to be "
        f"graded against. `autograder bands {NAME} --device cuda` measures it, once."
    )
    assert told == [why]
    assert place(course, "cuda", told.append) == ("cuda", "full")
    with_bands_for_a_gpu(course, real)
    assert place(course, "auto", told.append) == ("cuda", "digits")
    assert place(course, "cuda", told.append) == ("cuda", "digits")
    assert place(course, "cpu", told.append) == ("cpu", "digits")
    assert device_for(course, course.assignment(NAME), "cuda", profile="full")[1].name == "full"
    with pytest.raises(CourseError, match="There is no training profile 'huge'; there is digits, full"):
        device_for(course, course.assignment(NAME), "cuda", profile="huge")
    assert len(told) == 1


def place(course: Course, wanted: Any, told: Callable[[str], None]) -> tuple[str, str]:
    device, profile = device_for(course, course.assignment(NAME), wanted, told=told)
    return device, profile.name


def test_without_a_gpu_nothing_is_said_of_it(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.training.device.has_gpu", lambda: False)
    told: list[str] = []
    assert place(course, "auto", told.append) == ("cpu", "digits")
    assert told == []
    with pytest.raises(CourseError, match="PyTorch finds no GPU here"):
        device_for(course, course.assignment(NAME), "cuda")


@pytest.mark.parametrize("driver", ["nvidiactl", "nvhost-gpu", "dxg", "kfd"])
def test_pytorch_is_asked_only_where_a_driver_has_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, driver: str
) -> None:
    asked = []
    monkeypatch.setattr("torch.cuda.is_available", lambda: asked.append(driver) or True)
    (tmp_path / "null").touch()
    assert not has_gpu(tmp_path)
    assert asked == []
    (tmp_path / driver).touch()
    assert has_gpu(tmp_path)
    assert asked == [driver]


# --- a class -------------------------------------------------------------------------------------------------------------


def key(course: Course, device: Any = "cpu") -> str:
    """The key of a student's report in a process that has just started."""
    environment.cache_clear()
    _trained_on.cache_clear()
    return task_of(course, course.assignment(NAME), "ada", "auto", device).key


def test_once_a_band_is_measured_what_was_graded_without_it_is_graded_again(real: Course, course: Course) -> None:
    course.submitted("ada", NAME).mkdir(parents=True)
    save(course.submitted("ada", NAME) / f"{NAME}.ipynb", solved(course, NAME))
    before = key(course)
    assert key(course) == before
    name, run = "residual", runs_of(course, course.assignment(NAME))["residual"]
    band = band_of(real, NAME, name, run, "cpu")
    write_band(course.data / "bands" / NAME / f"{key_of(name, run, 'cuda')}.json", replace(band, device="cuda"))
    assert key(course) == before, "the band of another device changes nothing here"
    write_band(course.data / "bands" / NAME / f"{key_of(name, run, 'cpu')}.json", band)
    after = key(course)
    assert after != before
    measured_again = replace(band, reference=(*band.reference[:-1], band.reference[-1] - 0.1))
    write_band(course.data / "bands" / NAME / f"{key_of(name, run, 'cpu')}.json", measured_again)
    assert key(course) not in {before, after}


def test_a_driver_without_a_gpu_plans_for_others_that_have_one(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.training.device.has_gpu", lambda: False)
    course.submitted("ada", NAME).mkdir(parents=True)
    save(course.submitted("ada", NAME) / f"{NAME}.ipynb", solved(course, NAME))
    assert key(course, "cuda") != key(course, "auto") == key(course, "cpu")
    (task,) = tasks(course, course.assignment(NAME), "auto", "cuda")
    assert task.device == "cuda"
    with pytest.raises(CourseError, match="PyTorch finds no GPU here"):
        grade(task)


def test_an_assignment_without_training_does_not_look_for_bands(tiny: Course) -> None:
    assert tasks(tiny, tiny.assignment("tiny"), "auto") == []
    assert "bands" not in dict(environment(tiny.root, "tiny"))


def test_a_band_is_read_as_it_was_written(real: Course, tmp_path: Path) -> None:
    run = runs_of(real, real.assignment(NAME))["residual"]
    band = band_of(real, NAME, "residual", run, "cpu")
    write_band(tmp_path / "folder" / "band.json", band)
    assert read_band(tmp_path / "folder" / "band.json") == band
