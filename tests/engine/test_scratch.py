"""Each worker has a folder to write to, in every mode: it is its own, it is bounded, and it is gone with the worker."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.course.assignment import Limits
from autograder.course.folders import Course
from autograder.sandbox import scratch
from autograder.sandbox.backends.table import BACKENDS, modes_here
from autograder.sandbox.launcher import Launcher, launch
from autograder.sandbox.worker_process import WorkerDied, WorkerProcess
from tests.support.workers import PATIENT, call, run

LIMITS = Limits(memory_mb=256, cpu_seconds=30, output_mb=4, scratch_mb=8, scratch_files=100)


@pytest.fixture(scope="module", params=list(BACKENDS))
def launcher(request: pytest.FixtureRequest, tiny: Course) -> Iterator[Launcher]:
    """Starts workers, in each of the ways that this machine offers."""
    if request.param not in modes_here(confining=False):
        pytest.skip(f"{request.param} is not installed")
    with launch(request.param, path=tiny.root, preload=("numpy",), readable=(tiny.starter_code,)) as launcher:
        yield launcher


@pytest.fixture
def worker(launcher: Launcher) -> Iterator[WorkerProcess]:
    worker = launcher.spawn(LIMITS)
    yield worker
    worker.close()


def told(worker: WorkerProcess, source: str) -> Any:
    """What the last expression of `source`, a body of a function, returns."""
    run(worker, "def f():\n" + "".join(f"    {line}\n" for line in source.strip().splitlines()))
    return call(worker, "f")


def test_what_students_do_with_files_works(worker: WorkerProcess) -> None:
    assert told(
        worker,
        """
import os, shutil, tempfile
import numpy as np
np.save("weights.npy", np.arange(3.0))
os.makedirs("figures/later", exist_ok=True)
os.rename("weights.npy", "figures.npy")
with tempfile.TemporaryDirectory() as folder, open(os.path.join(folder, "notes.txt"), "w+") as file:
    file.write("notes"); file.truncate(2)
with tempfile.TemporaryFile() as file, tempfile.NamedTemporaryFile() as other:
    file.write(b"x")
shutil.rmtree("figures")
assert os.getcwd() == tempfile.gettempdir() == os.environ["TMPDIR"]
return np.load("figures.npy").sum(), sorted(os.listdir())
""",
    ) == (3.0, ["figures.npy"])


def test_torch_can_be_imported_without_having_been_loaded_before(launcher: Launcher) -> None:
    worker = launcher.spawn(Limits())
    assert run(worker, "import torch\nassert torch.ones(2).sum() == 2") == {"ok": None}
    worker.close()


def test_two_workers_have_two_folders_and_cannot_read_or_write_each_others(launcher: Launcher) -> None:
    first, second = launcher.spawn(LIMITS), launcher.spawn(LIMITS)
    try:
        run(first, "with open('mine', 'w') as file: file.write('secret')")
        folder = told(first, "import os\nreturn os.getcwd()")
        tried = "import os\nfound = []\n" + "".join(
            f"try: found.append({attempt})\nexcept OSError: pass\n"
            for attempt in (
                f"os.listdir({folder!r})",
                f"open({folder + '/mine'!r}).read()",
                f"open({folder + '/mine'!r}, 'w')",
            )
        )
        assert told(second, "import os\nreturn os.getcwd()") != folder
        if launcher.mode != "none":
            assert told(second, tried + "return found") == []
    finally:
        first.close()
        second.close()


@pytest.mark.parametrize(
    "source",
    [
        "for n in range(200): open(str(n), 'w').close()",
        "for n in range(200): os.mkdir(str(n))",
        "for n in range(200): os.mkdir('deeper'); os.chdir('deeper')",
        "for n in range(9):\n    with open(str(n), 'wb') as file: file.write(bytes(1 << 20))",
        "os.mkdir('hidden', 0); os.mkdir('more')\nfor n in range(9):\n    with open(f'more/{n}', 'wb') as file: file.write(bytes(1 << 20))",
    ],
)
def test_who_writes_more_than_may_be_is_ended(worker: WorkerProcess, source: str) -> None:
    with pytest.raises(WorkerDied) as died:
        run(worker, f"import os, time\n{source}\ntime.sleep(600)")
    assert died.value.scratch_full
    assert not died.value.stopped


def test_a_file_longer_than_the_limit_ends_the_worker(worker: WorkerProcess) -> None:
    if worker.launcher.mode == "none":
        pytest.skip("nothing is confined")
    with pytest.raises(WorkerDied) as died:
        run(worker, "open('long', 'wb').write(bytes(5 << 20))")
    assert died.value.too_much_output


def test_a_folder_is_gone_with_its_worker_however_deep_it_is(tiny: Course) -> None:
    with launch("landlock", path=tiny.root, preload=(), readable=()) as launcher:
        worker = launcher.spawn(Limits(memory_mb=256, scratch_files=100_000))
        nested = "os.mkdir('a' * 200); os.mkdir('beside'); os.chdir('a' * 200)"
        folder = Path(told(worker, "import os\nreturn os.getcwd()"))
        with pytest.raises(WorkerDied) as died:  # a path that cannot be named cannot be looked at
            run(worker, f"import os, time\nfor n in range(3000): {nested}\ntime.sleep(600)")
        assert died.value.scratch_full
        assert not folder.exists()
        assert folder.parent.is_dir()
    assert not folder.parent.exists()


def test_what_cannot_be_looked_at_is_too_much(tmp_path: Path) -> None:
    assert not scratch.exceeds(str(tmp_path), scratch.Bounds(1, 1))
    assert not scratch.exceeds(str(tmp_path / "gone"), scratch.Bounds(1, 1))
    (tmp_path / "file").touch()
    assert scratch.exceeds(str(tmp_path / "file"), scratch.Bounds(1, 1))


KILLED = """
import sys, time
from pathlib import Path
from autograder.course.assignment import Limits
from autograder.sandbox.launcher import launch
with launch("landlock", path=Path("/"), preload=(), readable=()) as launcher:
    worker = launcher.spawn(Limits())
    worker.ask({"do": "run", "source": "open('file', 'w').close()", "title": "cell 1"}, 60, 1000)
    print(launcher.process.pid, flush=True)
    sys.stdin.read()
"""


def test_a_grader_that_is_killed_leaves_no_folder_behind(tmp_path: Path) -> None:
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", KILLED], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as grader:
        assert grader.stdout is not None
        forkserver = os.pidfd_open(int(grader.stdout.readline()))
        assert len(list(tmp_path.glob("autograder-scratch-*"))) == 1
        grader.kill()
        assert select.select([forkserver], [], [], PATIENT)[0]
        os.close(forkserver)
    assert list(tmp_path.iterdir()) == []


def test_a_forkserver_that_was_killed_leaves_no_folder_behind(tiny: Course) -> None:
    with launch("landlock", path=tiny.root, preload=(), readable=()) as launcher:
        launcher.spawn(LIMITS)
        launcher.process.kill()
        launcher.process.wait()
    assert launcher.folder
    assert not Path(launcher.folder).exists()
