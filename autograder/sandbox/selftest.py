"""Proof, before any student code runs, that a worker in the chosen mode cannot do what it must not. Used by grading and by `doctor`.

A canary program tries each forbidden thing inside a real worker. What it says is not taken on faith where it can be observed from
outside: the canary file must come to no harm, and its secret must not come back.
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.course.assignment import Limits
from autograder.sandbox import wire
from autograder.sandbox.backends.table import AUTO, BACKENDS, UNCONFINED, modes_here
from autograder.sandbox.devices import NO_DEVICES, Devices
from autograder.sandbox.launcher import NO_PROBES, IsolationError, Launcher, launch
from autograder.sandbox.worker_process import WorkerDied

Isolation = str  # one of CHOICES in `backends.table`

SECONDS = 60.0
REPLY_BYTES = 1 << 20
MODE = 0o600

CANARY = """
import os, socket, ctypes, signal

def attempt(action):
    try:
        return action()
    except BaseException as error:
        return None

def read(path):
    with open(path) as file:
        return file.read()

def write(path):
    with open(path, "a") as file:
        file.write("canary was here")
    return True

def fork():
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return True

def connect(port):
    with socket.create_connection(("127.0.0.1", port), timeout=0.5):
        return True

def connect_here(name):
    with socket.socket(socket.AF_UNIX) as other:
        other.connect(name)
        return True

def open_socket(kinds):
    return any(attempt(lambda: socket.socket(kind) is not None) for kind in kinds)

def start_program():
    try:
        os.execv("/no/such/program", ["program"])
    except FileNotFoundError:
        return True

NETWORK = [socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_PACKET]

def try_everything(secret_file, listing, port, pid, known=(), local="", wide=False):
    return {
        "read": attempt(lambda: read(secret_file)),
        "list": attempt(lambda: bool(os.listdir(listing))),
        "proc": attempt(lambda: bool(read(f"/proc/{pid}/cmdline"))),
        "write": attempt(lambda: write(secret_file)),
        "create": attempt(lambda: write(secret_file + ".new")),
        "beside": attempt(lambda: write(os.path.join(os.pardir, "beside"))),
        "chmod": attempt(lambda: os.chmod(secret_file, 0o777) is None),
        "connect": attempt(lambda: connect(port)),
        "local": attempt(lambda: connect_here(local)),
        "socket": open_socket(NETWORK if wide else [socket.AF_UNIX, *NETWORK]),
        "signal": attempt(lambda: os.kill(pid, 0) is None),
        "fork": attempt(fork),
        "exec": attempt(start_program),
        "environment": attempt(lambda: len(set(os.environ) - set(known)) > 0),
        "trace": attempt(lambda: ctypes.CDLL(None).ptrace(0x4206, pid, 0, 0) == 0),
        "memory": attempt(lambda: len(bytearray(64 << 30)) > 0),
    }
"""

SENTENCES = {
    "read": "A worker cannot read a file of the grader's.",
    "list": "A worker cannot list the hidden suites, the solutions or the gradebook's folder.",
    "proc": "A worker cannot look at other processes.",
    "write": "A worker cannot write to a file of the grader's.",
    "create": "A worker cannot create a file where the grader's are.",
    "beside": "A worker cannot write beside its own scratch folder, which is bounded and goes with it.",
    "chmod": "A worker cannot change a file's mode or owner.",
    "connect": "A worker cannot open a network connection.",
    "local": "A worker cannot connect to another process of this machine.",
    "socket": "A worker cannot open a socket that leads out of it.",
    "signal": "A worker cannot send a signal to the grader.",
    "fork": "A worker cannot start another process.",
    "exec": "A worker cannot start another program.",
    "environment": "A worker has no environment variables to read, but its scratch folder and which GPU is its own.",
    "trace": "A worker cannot trace another process.",
    "memory": "A worker cannot take more memory than its limit.",
}


@dataclass(frozen=True)
class Property:
    """One promise of the confinement, as a sentence, and whether it holds here."""

    name: str
    sentence: str
    holds: bool


def start_proven(  # noqa: PLR0913  (what a launcher needs)
    isolation: Isolation,
    *,
    path: Path,
    preload: tuple[str, ...],
    readable: tuple[Path, ...],
    forbidden: tuple[Path, ...],
    when_named: tuple[str, ...] = (),
    devices: Devices = NO_DEVICES,
    probes: Mapping[str, str] = NO_PROBES,
) -> Launcher:
    """A launcher whose confinement has passed the self-test; with AUTO the strongest that does. What confines nothing is not tested.

    Raises IsolationError, which says what does not hold, when no mode that may be used passes.
    """
    if isolation != UNCONFINED and sys.platform != "linux":
        raise IsolationError(
            f"grading other people's code needs Linux (Landlock); use a container, or --isolation {UNCONFINED}."
        )
    reasons = []
    for mode in modes_here() if isolation == AUTO else (isolation,):
        try:
            launcher = launch(
                mode,
                path=path,
                preload=preload,
                when_named=when_named,
                readable=readable,
                devices=devices,
                probes=probes,
            )
            if not BACKENDS[mode].confines:
                return launcher
            broken = _broken(launcher, forbidden)
        except IsolationError as error:
            broken = [str(error)]
        if not broken:
            return launcher
        reasons.append(f"{mode}: {' '.join(broken)}")
    raise IsolationError(
        f"nothing was graded, because this does not hold here: {' '.join(reasons)} See `autograder doctor`."
    )


def _broken(launcher: Launcher, forbidden: tuple[Path, ...]) -> list[str]:
    """The promises that do not hold; then the launcher is closed."""
    try:
        broken = [each.sentence for each in self_test(launcher, forbidden) if not each.holds]
    except BaseException:
        launcher.close()
        raise
    if broken:
        launcher.close()
    return broken


def self_test(launcher: Launcher, forbidden: tuple[Path, ...]) -> list[Property]:
    """Try everything in a worker of `launcher`. `forbidden` are folders that must not be listed.

    A canary that does not answer proves nothing, so then no property holds.
    """
    findings: dict[str, bool] = {}
    devices = launcher.devices
    with _secret_file() as (path, secret), _servers() as (port, local):
        for folder in forbidden or (path.parent,):
            known = ["TMPDIR", *devices.environment]
            answers = _ask_canary(launcher, (str(path), str(folder), port, os.getpid(), known, local, devices.wide))
            findings = {
                name: findings.get(name, False) or answers.get(name, True) not in (None, False) for name in SENTENCES
            }
        harmed = path.read_text() != secret or path.stat().st_mode & 0o777 != MODE
    findings["write"] = findings["write"] or harmed
    return [Property(name, sentence, not findings[name]) for name, sentence in SENTENCES.items()]


def _ask_canary(launcher: Launcher, args: tuple[object, ...]) -> dict[str, object]:
    """What a canary in a worker of its own says of each attempt; nothing when it does not answer as it should."""
    worker = launcher.spawn(Limits(), program=[CANARY])
    try:
        worker.ask({"do": "run", "source": CANARY, "title": "cell 0"}, SECONDS, REPLY_BYTES)
        request = {"do": "call", "function": "try_everything", "args": args, "kwargs": {}, "inputs": False}
        answers = worker.ask(request, SECONDS, REPLY_BYTES).get("ok")
    except (WorkerDied, wire.Late, wire.WireError):
        return {}
    finally:
        worker.close()
    return answers if isinstance(answers, dict) else {}


@contextmanager
def _servers() -> Iterator[tuple[int, str]]:
    """The port and the local name at which the grader listens, for a moment."""
    with socket.create_server(("127.0.0.1", 0)) as network, socket.socket(socket.AF_UNIX) as local:
        local.bind(f"\0autograder-{secrets.token_hex(8)}")
        local.listen()
        yield network.getsockname()[1], local.getsockname().decode()


@contextmanager
def _secret_file() -> Iterator[tuple[Path, str]]:
    """A file that only its owner may read, with a secret in it."""
    with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
        path, secret = Path(folder) / "secret", secrets.token_hex(16)
        path.write_text(secret)
        path.chmod(MODE)
        yield path, secret
