"""Where jobs wait and run: Slurm's queue, or processes of this machine. `slurm` starts them there, asks for them, and cancels them.

A job is known by its name, which is that of its folder: the number that Slurm gives it would be lost with a driver that is killed just
then. submitit starts jobs. Where they are is asked of `squeue`, since submitit asks Slurm's accounting, which not every site has.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stderr, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Protocol

from autograder.course.assignment import CourseError
from autograder.whole_class.slurm_options import SlurmOptions

ANSWER_SECONDS = 60.0  # that a command of Slurm's may take
# Modules that a local job runs: one looks after the other, and hands on the signal to end.
LOCAL_PROCESSES = (b"submitit.local._local", b"submitit.core._submit")
KEPT = ("SLURM_CONF", "SBATCH_")  # of the environment: where Slurm is, and what somebody has decided on for all jobs
SQUEUE = ("squeue", "--noheader", f"--user={os.getuid()}", "--format=%i|%T|%r|%N|%j")


class Refused(Exception):  # noqa: N818  (the queue has refused: no fault of anybody's)
    """The queue does not take a job, with the reason in one line."""


@dataclass(frozen=True)
class JobState:
    """A job that waits or runs: its number, what the queue calls its state, and, in words, where or why."""

    number: str
    state: str
    more: str = ""

    def __str__(self) -> str:
        return f"{self.state.lower().replace('_', ' ')}{self.more}"


class Queue(Protocol):
    """Takes jobs.

    title: what it calls a job; asks: seconds between two questions for states
    settles: seconds after the end of a job in which its files may still turn up
    """

    title: str
    asks: float
    settles: float

    def start(self, folder: Path, function: Callable[..., None], *args: Any) -> str:
        """Start a job that calls `function(*args)`; its number. Raises Refused."""

    def states(self) -> dict[str, JobState] | None:
        """The jobs that wait or run, by name; None where the queue does not answer."""

    def cancel(self, numbers: Iterable[str]) -> None:
        """End these jobs, whatever they are at."""


def queue_for(base: Path, options: SlurmOptions) -> Queue:
    """The queue that is meant; raises CourseError where it is not there."""
    try:
        import submitit  # noqa: F401, PLC0415  (an extra)
    except ImportError:
        raise CourseError("--slurm needs the extra 'slurm': pip install -e '.[slurm]'.") from None
    if options.local:
        return LocalQueue(base, options)
    missing = [command for command in ("sbatch", "srun", "squeue", "scancel") if shutil.which(command) is None]
    if missing:
        raise CourseError(f"--slurm needs Slurm's commands, and {missing[0]} is not here; --slurm local does without.")
    return SlurmQueue(options)


class SlurmQueue:
    """Slurm's queue."""

    title, asks, settles = "Slurm job", 10.0, 15.0

    def __init__(self, options: SlurmOptions) -> None:
        """Ask for jobs with these options."""
        self._asked = {"timeout_min": options.minutes, "slurm_additional_parameters": dict(options.sbatch)}

    def start(self, folder: Path, function: Callable[..., None], *args: Any) -> str:
        """See Queue."""
        return _submitted(folder, "slurm", {**self._asked, "name": folder.name}, function, *args)

    def states(self) -> dict[str, JobState] | None:
        """See Queue."""
        try:
            said = _said(SQUEUE)
        except (OSError, subprocess.SubprocessError):
            return None
        rows = [line.split("|", 4) for line in said.splitlines() if line.count("|") >= 4]  # noqa: PLR2004  (five columns)
        return {name: JobState(number, state, _where(reason, nodes)) for number, state, reason, nodes, name in rows}

    def cancel(self, numbers: Iterable[str]) -> None:
        """See Queue."""
        with suppress(OSError, subprocess.SubprocessError):
            _said(("scancel", *numbers))


def _said(command: Sequence[str]) -> str:
    """What a command of Slurm's says."""
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=ANSWER_SECONDS)  # noqa: S603  (numbers and words of ours)
    return done.stdout


def _where(reason: str, nodes: str) -> str:
    return f" on {nodes}" if nodes else f" ({reason})" if reason != "None" else ""


class LocalQueue:
    """Processes of this machine, which live on when the driver is killed, as jobs of Slurm do."""

    # A process has no command line for a moment, while it begins another program.
    title, asks, settles = "local job", 0.0, 1.0

    def __init__(self, base: Path, options: SlurmOptions) -> None:
        """Keep the folders of jobs in `base`."""
        self._base, self._minutes = base, options.minutes

    def start(self, folder: Path, function: Callable[..., None], *args: Any) -> str:
        """See Queue."""
        return _submitted(folder, "local", {"timeout_min": self._minutes}, function, *args)

    def states(self) -> dict[str, JobState] | None:
        """See Queue. submitit gives each job a process that looks after the one that works; the job is there while one of them is."""
        found: dict[str, dict[bytes, str]] = {}
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                *_, module, folder = (b"", b"", *path.read_bytes().rstrip(b"\0").split(b"\0"))
                job = Path(os.fsdecode(folder))
                if module in LOCAL_PROCESSES and job.parent == self._base:
                    found.setdefault(job.name, {})[module] = path.parent.name
        first = {
            name: next(there[module] for module in LOCAL_PROCESSES if module in there) for name, there in found.items()
        }
        return {name: JobState(number, "RUNNING") for name, number in first.items()}

    def cancel(self, numbers: Iterable[str]) -> None:
        """See Queue."""
        for number in numbers:
            with suppress(ProcessLookupError):
                os.kill(int(number), signal.SIGTERM)


def _submitted(folder: Path, cluster: str, asked: dict[str, Any], function: Callable[..., None], *args: Any) -> str:
    """Have submitit start a job; its number. What submitit prints of a refusal is what it raises.

    Ctrl-C waits meanwhile, so that no job is started of which nobody knows. A local job inherits that, and leaves Ctrl-C to the driver.
    """
    import submitit  # noqa: PLC0415  (an extra)

    executor = submitit.AutoExecutor(folder, cluster)
    executor.update_parameters(**asked)
    of_the_site = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with submitit.helpers.clean_env(), redirect_stderr(StringIO()):  # the driver may run in a job itself
            os.environ.update(of_the_site)
            return str(executor.submit(function, *args).job_id)
    except RuntimeError as refusal:  # of submitit's own errors, each is one
        raise Refused(" ".join(str(refusal).split()) or "sbatch failed") from refusal
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
