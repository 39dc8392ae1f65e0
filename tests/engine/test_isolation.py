"""A worker can compute and nothing else; whatever it does ends with it; and nothing is left behind, however the grader ends."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from autograder.course.assignment import Limits
from autograder.course.folders import Course
from autograder.sandbox import selftest, shared, wire
from autograder.sandbox.backends import table
from autograder.sandbox.launcher import IsolationError, Launcher, launch
from autograder.sandbox.selftest import self_test
from autograder.sandbox.worker_process import TooManyCallbacks, WorkerDied, WorkerProcess
from tests.support import needs
from tests.support.workers import PATIENT, call, run

pytestmark = [pytest.mark.isolation, needs.LINUX]

LIMITS = Limits(memory_mb=256, cpu_seconds=30)


def ended(pid: int, seconds: float = PATIENT) -> bool:
    """Whether the process `pid` ends within `seconds`; one that is already gone has ended."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)


@pytest.fixture(scope="module", params=needs.CONFINED)
def launcher(request: pytest.FixtureRequest, tiny: Course) -> Iterator[Launcher]:
    """Starts confined workers, in each of the ways that this machine offers."""
    preload, readable = ("numpy", "starter_code"), (tiny.starter_code,)
    with launch(request.param, path=tiny.root, preload=preload, readable=readable) as launcher:
        yield launcher


def gone(worker: WorkerProcess) -> bool:
    """Whether the worker's process has ended; bubblewrap gives it a number that means nothing out here."""
    return worker.launcher.mode == "bubblewrap" or ended(worker.pid)


@pytest.fixture
def worker(launcher: Launcher) -> Iterator[WorkerProcess]:
    """A confined worker."""
    worker = launcher.spawn(LIMITS)
    yield worker
    worker.close()


# --- the self-test -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unconfined(tiny: Course) -> Iterator[Launcher]:
    """A launcher that confines nothing."""
    with launch("none", path=tiny.root, preload=("numpy",), readable=()) as launcher:
        yield launcher


def findings(launcher: Launcher, course: Course) -> dict[str, bool]:
    return {found.name: found.holds for found in self_test(launcher, (course.solution("tiny"), course.root))}


def test_every_promise_of_the_self_test_holds_in_a_confined_worker(launcher: Launcher, tiny: Course) -> None:
    assert findings(launcher, tiny) == dict.fromkeys(selftest.SENTENCES, True)


# Two promises hold by chance without confinement: the forkserver clears the environment in every mode, and a machine with less than
# 64 GB refuses to hand them out. The canary's own attempts at these two are shown to succeed below.
@pytest.mark.parametrize("promise", sorted(set(selftest.SENTENCES) - {"environment", "memory"}))
def test_each_promise_is_seen_to_be_broken_where_nothing_is_confined(
    unconfined: Launcher, tiny: Course, promise: str
) -> None:
    if promise == "trace" and os.geteuid() != 0 and Path("/proc/sys/kernel/yama/ptrace_scope").exists():
        pytest.skip("this kernel lets nobody but root trace a process that is not its child")
    found = _findings_without_confinement(unconfined, tiny)
    assert found[promise] is False


_FOUND: dict[str, bool] = {}


def _findings_without_confinement(unconfined: Launcher, tiny: Course) -> dict[str, bool]:
    if not _FOUND:
        _FOUND.update(findings(unconfined, tiny))
    return _FOUND


def test_the_canary_sees_an_environment_and_memory_where_there_are_some() -> None:
    program = selftest.CANARY.replace("64 << 30", "64 << 20") + textwrap.dedent(
        """
        import tempfile
        with tempfile.NamedTemporaryFile() as file:
            found = try_everything(file.name, "/", 1, os.getpid())
        print(found["environment"], found["memory"])
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"A": "1"}, timeout=60
    )
    assert done.stdout == "True True\n"


@pytest.mark.parametrize(
    "canary",
    [
        "import os\nos._exit(0)",
        "def try_everything(*args):\n    return 'all is well'",
        "def try_everything(*args):\n    return {}",
        "try_everything = 1 / 0",
    ],
    ids=["dead", "talking", "silent", "raising"],
)
def test_a_canary_that_does_not_answer_proves_nothing(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch, tiny: Course, canary: str
) -> None:
    monkeypatch.setattr(selftest, "CANARY", canary)
    assert findings(launcher, tiny) == dict.fromkeys(selftest.SENTENCES, False)


def test_a_canary_that_hides_what_it_wrote_is_seen_by_its_traces(
    unconfined: Launcher, monkeypatch: pytest.MonkeyPatch, tiny: Course
) -> None:
    liar = """
        def try_everything(secret_file, *args):
            open(secret_file, "a").write("harm")
            return dict.fromkeys(NAMES, False)
        """
    monkeypatch.setattr(selftest, "CANARY", f"NAMES = {list(selftest.SENTENCES)}\n{textwrap.dedent(liar)}")
    assert findings(unconfined, tiny)["write"] is False


def test_every_way_to_confine_is_a_file_and_a_line_of_the_table() -> None:
    files = {path.stem for path in Path(table.__file__).parent.glob("*.py")} - {"__init__", "backend", "table"}
    assert set(table.BACKENDS) == files
    assert (table.AUTO, *table.BACKENDS) == table.CHOICES
    assert [each.name for each in table.BACKENDS.values() if not each.confines] == [table.UNCONFINED]


def test_grading_refuses_to_begin_when_a_promise_does_not_hold(tiny: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    from autograder.suite.workers import start_launcher  # noqa: PLC0415

    monkeypatch.setattr(selftest, "CANARY", "import os\nos._exit(0)")
    with pytest.raises(IsolationError, match=r"nothing was graded, .* A worker cannot read a file of the grader's\."):
        start_launcher(tiny, tiny.assignment("tiny"), "auto")


# --- what a worker can and cannot do -------------------------------------------------------------------------------------

FORBIDDEN: dict[str, str] = {
    "reads a hidden test": "open(ROOT + '/tests/hidden/tiny/test_double.py').read()",
    "reads the reference": "open(ROOT + '/solutions/tiny/reference.py').read()",
    "imports the reference": "import sys; sys.path.insert(0, ROOT); import solutions.tiny.reference as r; r.double(2)",
    "lists the course": "os.listdir(ROOT)",
    "reads the passwords": "open('/etc/passwd').read()",
    "reads its own memory file": "open('/proc/self/mem', 'rb').read(1)",
    "writes a file": "open('/tmp/planted', 'w')",
    "writes a file with bytes": "os.write(os.memfd_create('x'), b'x')",
    "makes a folder": "os.mkdir('/tmp/planted')",
    "makes a link": "os.symlink('/etc/passwd', '/tmp/planted')",
    "removes a file": "os.unlink(ROOT + '/solutions/tiny/reference.py')",
    "renames a file": "os.rename(ROOT + '/solutions/tiny/reference.py', ROOT + '/solutions/tiny/other.py')",
    "forks": "os.fork()",
    "runs a program": "import subprocess; subprocess.run(['/bin/true'])",
    "becomes a program": "os.execv('/bin/true', ['true'])",
    "runs a shell": "assert os.system('true') == 0",
    "signals its parent": "os.kill(os.getppid(), 0)",
    "signals itself": "os.kill(os.getpid(), 9)",
    "signals everybody": "os.kill(-1, 9)",
    "opens a socket": "import socket; socket.socket()",
    "opens a pair of sockets": "import socket; socket.socketpair()",
    "looks up a name": "import socket; socket.create_connection(('example.org', 80))",
    "raises its limits": "import resource; resource.setrlimit(resource.RLIMIT_CPU, (-1, -1))",
    "makes a namespace": "assert ctypes.CDLL(None, use_errno=True).unshare(0x10000000) == 0",
    "changes its user": "os.setuid(1)",
    "mounts": "assert ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, None) == 0",
    "traces": "assert ctypes.CDLL(None).ptrace(0, 0, 0, 0) == 0",
    "shares memory": "assert ctypes.CDLL(None).shmget(0, 4096, 0o1600) != -1",
    "outlives its parent": "assert ctypes.CDLL(None).prctl(1, 0) == 0",
    "has an environment": "assert set(os.environ) - {'TMPDIR'}",
    "starts multiprocessing": "import multiprocessing; multiprocessing.Process(target=print).start()",
}

# What a refusal looks like from inside: the last two are those of an import and of a limit.
REFUSALS = {"PermissionError", "OSError", "AssertionError", "ModuleNotFoundError", "ValueError"}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_confined_worker_cannot(worker: WorkerProcess, tiny: Course, what: str) -> None:
    answer = run(worker, f"import os, ctypes\nROOT = {str(tiny.root)!r}\n{FORBIDDEN[what]}")
    assert "error" in answer
    not_even_there = {"FileNotFoundError"} if worker.launcher.mode == "bubblewrap" else set()
    assert answer["error"]["type"] in REFUSALS | not_even_there
    assert run(worker, "1")["ok"] is None


ALLOWED: dict[str, str] = {
    "computes": "import numpy as np\nassert np.linalg.norm(np.ones((50, 50)) @ np.ones((50, 50))) > 0",
    "imports the standard library": "import json, decimal, statistics, dataclasses, concurrent.futures",
    "imports the starter code": "import starter_code.plots",
    "prints": "import sys\nprint('x' * (1 << 20))\nsys.stderr.write('x')\nsys.stdout.flush()",
    "starts threads": "import threading\nt = threading.Thread(target=print)\nt.start()\nt.join()",
    "reads the clock": "import time\ntime.sleep(0)\nassert time.time() > 0",
    "draws random numbers": "import os, random\nassert os.urandom(4) and random.random() >= 0",
    "defines a data class": "import dataclasses\n@dataclasses.dataclass\nclass A:\n    x: 'int' = 1\nassert A().x == 1",
}


@pytest.mark.parametrize("what", ALLOWED)
def test_a_confined_worker_can(worker: WorkerProcess, what: str) -> None:
    assert run(worker, ALLOWED[what]) == {"ok": None}


def test_a_worker_knows_nothing_of_another(launcher: Launcher, worker: WorkerProcess) -> None:
    run(worker, "import numpy\nx = numpy.planted = 1\nnumpy.sum = None")
    other = launcher.spawn(LIMITS)
    try:
        answer = run(
            other,
            "import numpy\nassert numpy.sum([1, 2]) == 3 and not hasattr(numpy, 'planted') and 'x' not in globals()",
        )
        assert answer == {"ok": None}
        assert run(other, f"import os\nos.kill({worker.pid}, 0)")["error"]["type"] == "PermissionError"
    finally:
        other.close()


def test_handles_and_functions_come_back_as_what_they_were(worker: WorkerProcess) -> None:
    run(
        worker,
        "class Odd:\n    n = 0\ndef make():\n    return Odd()\ndef same(a, b):\n    a.n += 1\n    return a is b, b.n",
    )
    odd = call(worker, "make")
    assert odd == wire.Handle(0, "object")
    assert call(worker, "same", odd, odd) == (True, 1)


def test_a_function_of_the_graders_is_called_back_where_it_lives(worker: WorkerProcess) -> None:
    asked: list[np.ndarray] = []

    def gradient(w: np.ndarray) -> np.ndarray:
        asked.append(w)
        return 2 * w

    run(worker, "def step(f, w):\n    return w - 0.5 * f(f(w))")
    assert call(worker, "step", wire.Given(gradient, (2,)), np.array([1.0, 2.0])).tolist() == [-1.0, -2.0]
    assert [w.tolist() for w in asked] == [[1.0, 2.0], [2.0, 4.0]]


@pytest.mark.parametrize("argument", ["'text'", "None", "", "object()", "1, 2", "[10 ** 400]", "1"])
def test_a_function_of_the_graders_that_cannot_take_its_arguments_is_the_students_error(
    worker: WorkerProcess, argument: str
) -> None:
    run(worker, f"def step(f):\n    return f({argument})")
    halved = wire.Given(lambda w: np.asarray(w / 2, dtype=object), ())  # what it makes of 1 cannot travel back
    answer = call(worker, "step", halved)
    assert answer["type"] == "ValueError"
    assert run(worker, "1") == {"ok": None}


# --- how a worker ends ---------------------------------------------------------------------------------------------------

DEADLY: dict[str, tuple[str, Callable[[int], bool]]] = {
    "exits": ("import os\nos._exit(3)", lambda status: os.waitstatus_to_exitcode(status) == 3),
    "exits as if well": ("import os\nos._exit(0)", lambda status: status == 0),
    "segfaults": ("import ctypes\nctypes.string_at(0)", lambda status: os.WTERMSIG(status) == signal.SIGSEGV),
    "overflows its stack": (
        "x = ()\nfor _ in range(10 ** 6):\n    x = (x,)\nhash(x)",
        lambda status: os.WTERMSIG(status) == signal.SIGSEGV,
    ),
    "closes its line": (
        "import os\nos.closerange(3, 64)\nos._exit(7)",
        lambda status: os.waitstatus_to_exitcode(status) == 7,
    ),
}


@pytest.mark.parametrize("how", DEADLY)
def test_a_worker_that_dies_says_how_and_is_collected(worker: WorkerProcess, how: str) -> None:
    source, expected = DEADLY[how]
    with pytest.raises(WorkerDied) as died:
        run(worker, source)
    assert expected(died.value.args[0])
    assert not died.value.out_of_cpu
    assert gone(worker)


def test_an_endless_loop_is_late_and_its_process_can_be_ended(worker: WorkerProcess) -> None:
    with pytest.raises(wire.Late):
        run(worker, "while True:\n    pass", seconds=0.2)
    worker.close()
    assert gone(worker)


def test_a_worker_that_hides_from_signals_can_be_ended(worker: WorkerProcess) -> None:
    source = "import signal\nfor n in range(1, 32):\n    try: signal.signal(n, signal.SIG_IGN)\n    except OSError: pass\nwhile True: pass"
    with pytest.raises(wire.Late):
        run(worker, source, seconds=0.2)
    worker.close()
    assert gone(worker)


def test_output_beyond_the_limit_ends_the_worker_as_too_much_output(worker: WorkerProcess) -> None:
    line = "import sys\nfor _ in range(15):\n    print('x' * (1 << 20))"
    assert run(worker, line) == {"ok": None}
    with pytest.raises(WorkerDied) as died:
        run(worker, line.replace("print(", "sys.stderr.write("))
    assert died.value.too_much_output
    assert gone(worker)


def test_a_worker_that_ignores_the_limit_of_output_gets_nothing_more_written(worker: WorkerProcess) -> None:
    source = f"""
import os, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
total = 0
try:
    while True:
        total += os.write(1, bytes(1 << 20))
except OSError:
    assert total == {Limits.output_mb << 20}, total
for attempt in (lambda: os.pwrite(2, b"x", 1 << 40), lambda: os.ftruncate(1, 1 << 40), lambda: os.posix_fallocate(1, 0, 1 << 30)):
    try:
        attempt()
    except OSError:
        continue
    raise AssertionError
"""
    assert run(worker, source) == {"ok": None}


def test_a_function_that_was_passed_in_can_be_called_so_often_and_no_more(worker: WorkerProcess) -> None:
    run(worker, "def often(f, n):\n    for _ in range(n): f()")
    call = {"do": "call", "function": "often", "kwargs": {}, "inputs": False}
    made = []
    noted = wire.Given(lambda: made.append(1))
    assert worker.ask(call | {"args": (noted, 20)}, PATIENT, 1 << 20, callbacks=20) == {"ok": None}
    with pytest.raises(TooManyCallbacks):
        worker.ask(call | {"args": (noted, 21)}, PATIENT, 1 << 20, callbacks=20)
    assert len(made) == 40


def test_a_worker_that_has_ended_says_how_long_it_computed(worker: WorkerProcess) -> None:
    run(worker, "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass")
    worker.close()
    first = worker.cpu_seconds
    assert 0.3 <= first < PATIENT
    worker.close()
    assert worker.cpu_seconds == first


def test_processor_time_beyond_the_limit_ends_the_worker_as_out_of_cpu(launcher: Launcher) -> None:
    worker = launcher.spawn(Limits(memory_mb=256, cpu_seconds=1))
    with pytest.raises(WorkerDied) as died:
        run(worker, "while True:\n    pass")
    assert died.value.out_of_cpu


def test_processor_time_beyond_the_limit_ends_a_worker_that_ignores_the_warning(launcher: Launcher) -> None:
    worker = launcher.spawn(Limits(memory_mb=256, cpu_seconds=1))
    with pytest.raises(WorkerDied) as died:
        run(worker, "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True:\n    pass")
    assert died.value.out_of_cpu


@pytest.mark.parametrize(
    "source",
    ["bytearray(300 << 20)", "[bytearray(1 << 20) for _ in range(300)]", "import numpy\nnumpy.ones(300 << 17)"],
)
def test_memory_beyond_the_limit_is_a_memory_error_and_the_worker_goes_on(worker: WorkerProcess, source: str) -> None:
    assert run(worker, source)["error"]["type"] == "MemoryError"
    assert run(worker, "bytearray(100 << 20)") == {"ok": None}


def test_recursion_is_an_error_and_the_worker_goes_on(worker: WorkerProcess) -> None:
    assert run(worker, "def f():\n    return f()\nf()")["error"]["type"] == "RecursionError"
    assert run(worker, "1") == {"ok": None}


def test_the_next_worker_is_as_good_as_new_after_one_has_died(launcher: Launcher) -> None:
    for _ in range(3):
        worker = launcher.spawn(LIMITS)
        run(worker, "def f(x):\n    return 2 * x")
        assert call(worker, "f", 2) == 4
        with pytest.raises(WorkerDied):
            run(worker, "import os\nos._exit(1)")


FORGED: dict[str, str] = {
    "noise": "b'noise that is no message at all'",
    "a huge length": "struct.pack('<IQ', 9, 1 << 60)",
    "no dict": 'message(b\'{"value": 7, "arrays": []}\')',
    "a callback that nobody passed": 'message(b\'{"value": {"d": {"callback": 5, "args": {"t": []}}}, "arrays": []}\')',
    "a callback without arguments": 'message(b\'{"value": {"d": {"callback": 0}}, "arrays": []}\')',
    "a handle of an unknown kind": 'message(b\'{"value": {"d": {"ok": {"h": [0, "<b>"]}}}, "arrays": []}\')',
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_answer_is_a_wire_error_and_nothing_else(worker: WorkerProcess, what: str) -> None:
    forge = f"""
        import os, struct
        def message(header):
            return struct.pack('<IQ', len(header), 0) + header
        for line in range(3, 64):
            try:
                os.write(line, {FORGED[what]})
            except OSError:
                pass
        """
    with pytest.raises(wire.WireError):
        run(worker, forge)


# --- nothing is left behind ----------------------------------------------------------------------------------------------

GRADER = """
import sys
from pathlib import Path
from autograder.sandbox import wire
from autograder.course.assignment import Limits
from autograder.sandbox.launcher import launch
launcher = launch(sys.argv[1], path=Path(sys.argv[2]), preload=(), readable=())
workers = [launcher.spawn(Limits()) for _ in range(2)]
workers[0].channel.send({"do": "run", "source": "while True: pass", "title": "cell 1"}, lambda _: {})
print("ready", flush=True)
sys.stdin.read()
"""


def _started_grader(mode: str, root: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """A grader in a process of its own; and the pids of its forkserver and two workers, one of them in an endless loop."""
    command = [sys.executable, "-c", GRADER, mode, str(root)]
    grader = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert grader.stdout is not None
    assert grader.stdout.readline() == "ready\n"
    return grader, _descendants(grader.pid)


def _descendants(pid: int) -> list[int]:
    """The pids of all processes below `pid`, parents before their children."""
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [*children, *(below for child in children for below in _descendants(child))]


def _end(descriptors: list[int]) -> None:
    """End what is still there, so that a test that fails leaves nothing behind either."""
    for descriptor in descriptors:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        os.close(descriptor)


@pytest.mark.parametrize("mode", [*needs.CONFINED, "none"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_grader_that_is_killed_leaves_no_process_behind(tiny: Course, mode: str, how: signal.Signals) -> None:
    grader, pids = _started_grader(mode, tiny.root)
    with grader:
        descriptors = [os.pidfd_open(pid) for pid in pids]
        try:
            assert len(pids) >= 3
            grader.send_signal(how)
            for descriptor in descriptors:
                assert select.select([descriptor], [], [], PATIENT)[0]
        finally:
            _end(descriptors)


def test_workers_die_with_their_forkserver(tiny: Course) -> None:
    grader, (forkserver, *workers) = _started_grader("landlock", tiny.root)
    with grader:
        descriptors = [os.pidfd_open(pid) for pid in workers]
        try:
            os.kill(forkserver, signal.SIGKILL)
            for descriptor in descriptors:
                assert select.select([descriptor], [], [], PATIENT)[0]
        finally:
            _end(descriptors)
            grader.kill()


def test_a_closed_launcher_leaves_no_process_behind(tiny: Course) -> None:
    with launch("landlock", path=tiny.root, preload=(), readable=()) as launcher:
        workers = [launcher.spawn(LIMITS) for _ in range(2)]
        with pytest.raises(wire.Late):
            run(workers[0], "while True:\n    pass", seconds=0.1)
    assert ended(launcher.process.pid)
    assert all(ended(worker.pid) for worker in workers)


def test_a_forkserver_that_is_gone_is_a_grader_error_and_not_a_students(tiny: Course) -> None:
    with launch("landlock", path=tiny.root, preload=(), readable=()) as launcher:
        launcher.process.kill()
        launcher.process.wait()
        with pytest.raises(IsolationError, match="is gone"):
            launcher.spawn(LIMITS)


def test_a_module_that_cannot_be_preloaded_does_not_stop_the_forkserver(tiny: Course) -> None:
    with launch("landlock", path=tiny.root, preload=("no_such_module", "numpy"), readable=()) as launcher:
        worker = launcher.spawn(LIMITS)
        assert run(worker, "import sys\nassert 'numpy' in sys.modules") == {"ok": None}
        worker.close()


def test_a_module_is_imported_once_the_first_program_names_its_package(tmp_path: Path) -> None:
    package = tmp_path / "starter_code"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "seen.py").write_text("import os\nSEEN = dict(os.environ)\nNUMBERS = [os.getpid()]\n", encoding="utf-8")
    of_it = "import sys\nseen = sys.modules.get('starter_code.seen')\n"
    asked = (
        (["print('starter')"], "assert seen is None"),
        (["x = 1", "import starter_code.seen"], "assert seen.SEEN['OMP_NUM_THREADS'] == '1'"),
        (None, "import os\nassert seen.NUMBERS != [os.getpid()]\nassert 'OMP_NUM_THREADS' not in os.environ"),
    )
    with launch(
        "landlock", path=tmp_path, preload=("starter_code",), when_named=("starter_code.seen",), readable=()
    ) as launcher:
        for program, what in asked:
            worker = launcher.spawn(LIMITS, program=program)
            assert run(worker, of_it + what) == {"ok": None}
            worker.close()


# --- memory that is shared with the grader ----------------------------------------------------------------------------------

ROWS = "import numpy as np\ndef rows(count):\n    return np.arange(count, dtype=np.float32)\ndef total(row):\n    return float(row.sum())"


def test_large_arrays_travel_in_memory_that_counts_for_nobodys_limit(launcher: Launcher) -> None:
    worker = launcher.spawn(Limits(memory_mb=64, cpu_seconds=20, shared_mb=128))
    try:
        run(worker, ROWS)
        request = {"do": "call", "function": "rows", "args": [10 << 20], "kwargs": {}, "inputs": False}
        said = worker.ask(request, PATIENT, 100 << 20)["ok"]
        assert (said.dtype, said.shape, said[-1]) == (np.float32, (10 << 20,), 10485759.0)
        request |= {"function": "total", "args": [np.ones(10 << 20, np.float32)]}
        assert worker.ask(request, PATIENT, 1 << 20)["ok"] == float(10 << 20)
    finally:
        worker.close()


def test_the_memory_that_is_shared_keeps_its_size() -> None:
    descriptor = shared.make(1)
    try:
        for size in (0, 2 << 20):
            with pytest.raises(PermissionError):
                os.ftruncate(descriptor, size)
    finally:
        assert len(shared.mapped(descriptor)) == 1 << 20
