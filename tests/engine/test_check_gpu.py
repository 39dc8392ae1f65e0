"""`make check-gpu` without a GPU: a step that fails ends nothing, what a driver asks for is named, and the table says what was not seen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox.devices import Devices
from benchmarks.check_gpu.__main__ import CONFINEMENT, NOT_LOOKED_AT, TRAINING, WAYS, Done, best_way, run, table
from benchmarks.check_gpu.confinement import STAND_IN
from benchmarks.check_gpu.steps import STEPS
from benchmarks.check_gpu.watching import watch

ROOT = Path(__file__).resolve().parents[2]


def test_what_a_driver_asks_for_beyond_a_workers_rights_is_named() -> None:
    program = STAND_IN + "open('/etc/passwd').read(); os.listdir('/proc/self/task')\n"
    found = watch(program, Devices())
    assert set(found["calls"]) == {"memfd_create", "socket(0x1, 0x80001)", "setsockopt", "bind", "listen"}
    assert "/etc/passwd" in found["files"]
    assert not any("/task" in path for path in found["files"])
    assert found["error"] == ""


def test_a_file_that_a_device_needs_is_not_named_where_it_may_be_read() -> None:
    found = watch("open('/etc/passwd').read()", Devices(readable=(Path("/etc/passwd"),)))
    assert "/etc/passwd" not in found["files"]


def test_a_program_that_fails_while_it_is_watched_says_how() -> None:
    assert watch("1 / 0", Devices())["error"] == "ZeroDivisionError: division by zero"


@pytest.mark.parametrize(
    ("name", "seconds", "state", "told"),
    [
        ("no-such-step", 60.0, "failed", "KeyError: 'no-such-step'"),
        ("plain", 1.0, NOT_LOOKED_AT, "no time was left"),
        ("full-bands", 60.0, NOT_LOOKED_AT, "they are a GPU's"),
    ],
)
def test_a_step_that_does_not_get_to_its_end_says_why(
    tmp_path: Path, name: str, seconds: float, state: str, told: str
) -> None:
    with (tmp_path / "log").open("wb") as log:
        done = run(name, {"device": "cpu"}, seconds, log)
    assert (done.state, done.told.startswith(told)) == (state, True), done


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("sleep 600", "it was ended after 6 s"),
        ("exit 3", "its process ended with 3"),
        ("kill -SEGV $$", "its process ended with SIGSEGV"),
    ],
)
def test_a_step_whose_process_hangs_or_dies_fails_and_nothing_else_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, told: str
) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{program}\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    with (tmp_path / "log").open("wb") as log:
        done = run("plain", {}, 6.0, log)
    assert (done.state, done.told.partition(";")[0]) == ("failed", told)


def test_training_is_done_in_the_strongest_confinement_that_worked() -> None:
    def after(**states: str) -> str:
        return best_way([Done(name.replace("_", "-"), state, "", 0.0) for name, state in states.items()])

    assert after(worker_unconfined="ok", landlock="ok", landlock_wide="ok") == "first"
    assert after(worker_unconfined="ok", landlock="failed", landlock_wide="ok") == "wide"
    assert after(worker_unconfined="ok", landlock="failed", landlock_wide="failed") == "none"
    assert after(worker_unconfined="failed", landlock="failed") == "none"
    assert best_way([]) == "first"


def test_the_table_counts_what_was_not_seen() -> None:
    rows = [Done("versions", "ok", "all is well", 1.0), Done("bubblewrap", NOT_LOOKED_AT, "it is not installed", 0.5)]
    assert table(rows).splitlines()[-1] == f"1 ok, 0 failed, 1 {NOT_LOOKED_AT}; 2 s in all"


def test_the_check_ends_well_without_a_gpu_and_leaves_a_report(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.check_gpu", "--out", tmp_path, "--only", "versions", "full-bands"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    assert [step["name"] for step in report["steps"]] == ["versions", "full-bands"]
    assert "Python" in done.stdout


def test_each_step_that_is_run_is_there() -> None:
    assert list(CONFINEMENT | TRAINING) == list(STEPS)
    assert set(WAYS.values()) <= set(CONFINEMENT)
