"""What needs a GPU; skipped where PyTorch finds none. And what of it can be seen without: device files, slots."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import torch

from autograder.course import Course, Limits
from autograder.grading import Grader, Report
from autograder.grading.student import start_launcher
from autograder.isolation import NO_DEVICES, Devices, gpu, start_proven
from autograder.scheduling import LocalPool
from autograder.training import TrainingStage, band_of, runs_of
from autograder.training.slots import SLOT, gpu_answers, slots
from tests.handins import autograder, save, solved
from tests.training_programs import NAME

ROOT = Path(__file__).resolve().parent.parent
GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="PyTorch finds no GPU here")

DEVICE = """
import os

def attempt(action):
    try:
        return action()
    except OSError as error:
        return error.errno

def use():
    import socket
    return {
        "the device": attempt(lambda: os.write(os.open("/dev/full", os.O_RDWR), b"x")),
        "another device": attempt(lambda: os.open("/dev/tty", os.O_RDWR)),
        "network": attempt(lambda: socket.socket().fileno()),
        "a file": attempt(lambda: os.open("/etc/passwd", os.O_RDONLY)),
        "environment": dict(os.environ),
    }
"""
ENOSPC, REFUSED = 28, {1, 2, 6, 13}  # the device is full; EPERM, ENOENT, ENXIO, EACCES


@pytest.mark.parametrize("mode", ["landlock", "bubblewrap"])
def test_a_worker_with_a_device_may_use_that_and_nothing_more(real: Course, mode: str) -> None:
    devices = Devices((Path("/dev/full"),), (), {"CUDA_VISIBLE_DEVICES": "1"})
    forbidden = (real.root / "solutions",)
    launcher = start_proven(
        mode, path=real.root, preload=("numpy",), readable=(real.starter_code,), forbidden=forbidden, devices=devices
    )
    with launcher:  # the self-test has passed: no other memory, files or processes either
        worker = launcher.spawn(Limits(memory_mb=256))
        worker.ask({"do": "run", "source": DEVICE, "title": "cell 1"}, 10, 1 << 20)
        said = worker.ask({"do": "call", "function": "use", "args": (), "kwargs": {}, "inputs": False}, 10, 1 << 20)[
            "ok"
        ]
        worker.close()
    assert said.pop("environment") == {"CUDA_VISIBLE_DEVICES": "1"}
    assert said.pop("the device") == ENOSPC
    assert set(said.values()) <= REFUSED, said


def test_slots_take_turns_over_the_gpus() -> None:
    assert [gpu(slot, 2).environment["CUDA_VISIBLE_DEVICES"] for slot in range(4)] == ["0", "1", "0", "1"]


def test_each_process_of_a_pool_has_a_slot_of_its_own() -> None:
    pool = LocalPool(2)
    try:
        taken = [pool.submit(os.getenv, SLOT) for _ in range(8)]
        assert {each.result(60) for each in taken} <= {"0", "1"}
    finally:
        pool.close()


def test_a_gpu_that_is_asked_for_and_is_not_there_is_one_line() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    done = autograder(ROOT, "train", ROOT / "starter_code" / f"{NAME}.py", "--device", "cuda")
    assert (done.returncode, done.stderr) == (
        2,
        "autograder: --device cuda: PyTorch finds no GPU here. --device cpu trains on the processor.\n",
    )


def test_whether_a_gpu_answers_is_found_out_without_a_line_of_a_students(real: Course) -> None:
    """Where there is none, or it is gone, it does not; then nobody is blamed for a run that ended."""
    with start_launcher(
        real, real.assignment(NAME), "auto", gpu() if torch.cuda.is_available() else NO_DEVICES
    ) as launcher:
        assert gpu_answers(launcher) == torch.cuda.is_available()


def test_a_gpu_that_is_gone_makes_no_student_guilty(real: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run is said to be on a GPU that does not answer; the report has no score, and is asked for again."""
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    known = {
        name: (run, band_of(real, NAME, name, run, "cpu")) for name, run in runs_of(real, real.assignment(NAME)).items()
    }
    stage = TrainingStage(real)
    stage.device = "cuda"
    monkeypatch.setattr(stage, "_known", lambda _: known)
    with Grader(real, stage=stage) as grader:
        source = (real.solution(NAME) / "reference.py").read_text()
        path = real.data / f"{NAME}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(source)
        report = grader.grade(NAME, path)
    assert (report.status, report.score) == ("grader-error", 0)
    assert "the GPU does not answer any more" in (report.reason or "")


@GPU
def test_there_is_room_for_several_jobs_on_a_gpu() -> None:
    assert slots() >= 1


@GPU
def test_the_reference_gets_all_points_on_a_gpu(real: Course, tmp_path: Path) -> None:
    measured = autograder(real.root, "bands", NAME, "--device", "cuda", timeout=550)
    assert measured.returncode == 0, measured.stderr
    path = save(tmp_path / f"{NAME}.ipynb", solved(real, NAME))
    done = autograder(real.root, "train", path, "--device", "cuda", "--json", tmp_path / "report.json", timeout=300)
    assert done.returncode == 0, done.stderr
    report = Report.from_json(json.loads((tmp_path / "report.json").read_text()))
    assert report.score == report.max_score, done.stdout
