"""Grades in jobs of Slurm, each with some dozens of submissions. A `Pool` to `dispatch`; what a job does and writes is `slurm_job`'s.

The folder is on a disk that driver and nodes share. Jobs write reports there, and the driver alone writes the store. A driver that is
killed leaves its jobs alone: the next one finds them by their folders, takes up what they have written, and starts none of it again.
"""

from __future__ import annotations

import json
import math
import os
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.course.assignment import CourseError, GraderError
from autograder.whole_class.dispatch import PARDONS
from autograder.whole_class.slurm_job import LARGEST, RESULTS, result_of, work_on
from autograder.whole_class.slurm_options import SlurmOptions
from autograder.whole_class.slurm_queue import JobState, Refused, queue_for
from autograder.whole_class.tasks import Task

KEYS = "keys.json"  # in the folder of a job: of what it works on
REMIND_SECONDS = 600.0  # without a word, after which it is said what is waited for
FULL_SECONDS = 30.0  # after a job was refused while others were there, until it is tried again
PRIVATE = 0o700
Told = Callable[[str], None]


@dataclass
class Ungraded:
    """One task, and who waits for its result. `deaths`: jobs that have died over it."""

    task: Task
    function: Callable[[Task], Any]
    future: Future[Any] = field(default_factory=Future)
    deaths: int = 0


@dataclass
class Job:
    """One job: its folder, what is still waited for by its key, how many there were, its number, and what the queue has said of it last.

    gone: since when the queue does not have it any more
    kept: whether its log is to be read by a person
    """

    folder: Path
    asked: dict[str, Ungraded] = field(default_factory=dict)
    of: int = 0
    number: str = ""
    state: JobState | None = None
    gone: float | None = None
    kept: bool = False

    @property
    def results(self) -> Path:
        """Where it writes."""
        return self.folder / RESULTS


class SlurmPool:
    """Jobs of Slurm, in a folder of one assignment's. What a job leaves undone is asked again here, as often as by `dispatch`."""

    shared_fate = False
    window = sys.maxsize  # all at once: what does not stand in the queue does not come nearer
    pulse = 2.0

    def __init__(self, base: Path, options: SlurmOptions, wanted: Collection[str], told: Told) -> None:
        """Take up the jobs of a driver before this one.

        wanted: keys of all that has no report; jobs of an earlier run that work on nothing of it are cancelled
        told: hears, in sentences, of each change of a job
        """
        _private(base)
        self._base, self._options, self._told = base, options, told
        self._queue = queue_for(base, options)
        self._most = options.jobs or (len(os.sched_getaffinity(0)) if options.local else sys.maxsize)
        self._new: list[Ungraded] = []  # that no chunk has yet
        self._chunks: list[list[Ungraded]] = []  # that no job has yet
        self._jobs: list[Job] = []
        self._earlier: dict[str, Job] = {}  # of each key that nobody has asked for yet, the job of an earlier run
        self._spoke, self._heard, self._refused = time.monotonic(), -math.inf, -math.inf
        self._take_up(wanted)

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """See Pool. The next look gives it to a job, together with others."""
        (task,) = args
        asked = Ungraded(task, function)
        if job := self._earlier.pop(task.key, None):
            job.asked[task.key] = asked
        else:
            self._new.append(asked)
        return asked.future

    def broken_by(self, fault: BaseException) -> bool:
        """See Pool. What was in a job that died is asked again here."""
        del fault
        return False

    def renew(self) -> None:
        """See Pool. There is nothing to renew."""

    def look_after(self) -> None:
        """See Pool: start jobs, read what they have written, ask how they are. A queue of hours is no reason to end anything."""
        self._start()
        now = time.monotonic()
        for job in self._working():
            if job.state is None or job.state.state != "PENDING":
                self._read(job)
        if self._working() and now - self._heard >= self._queue.asks:
            self._heard = now
            states = self._queue.states()
            for job in self._working():
                if states is None:
                    job.state = None  # whoever waited may be at it by now
                else:
                    self._hear(job, states.get(job.folder.name))
        for job in self._working():
            if job.gone is not None and time.monotonic() - job.gone >= self._queue.settles:
                self._ended(job)
        if self._working() and now - self._spoke > REMIND_SECONDS:
            self._say(
                "waiting for " + ", ".join(f"{self._title(job)} ({job.state or 'gone'})" for job in self._working())
            )

    def close(self) -> None:
        """See Pool. Jobs that somebody still waits for are cancelled; what they have written is taken up by the next run."""
        states = self._queue.states()
        if states is None:
            return  # nobody knows what could be removed
        waited_for = [states[job.folder.name].number for job in self._working() if job.folder.name in states]
        if waited_for:
            self._queue.cancel(waited_for)
            self._say(f"cancelled {self._queue.title} {', '.join(waited_for)}; what was graded there is kept.")
        needed = {job.folder.name for job in self._earlier.values()}
        for job in self._jobs:
            if not job.asked and not job.kept and job.folder.name not in {*states, *needed}:
                shutil.rmtree(job.folder, ignore_errors=True)

    # --- jobs ------------------------------------------------------------------------------------------------------------

    def _working(self) -> list[Job]:
        return [job for job in self._jobs if job.asked]

    def _take_up(self, wanted: Collection[str]) -> None:
        """Find the jobs of earlier runs. Of those that have ended only results count: what they have not done is asked for anew."""
        states = self._queue.states()
        if states is None:
            raise GraderError("Slurm does not answer (squeue); run the same command again to go on.")
        useless: list[str] = []
        for folder in sorted(path for path in self._base.iterdir() if path.is_dir()):
            job, state = Job(folder), states.get(folder.name)
            keys = _keys(folder).intersection(wanted)
            keys = keys if state else {key for key in keys if (job.results / f"{key}.json").exists()}
            if keys:
                job.of, job.number = len(keys), state.number if state else ""
                self._jobs.append(job)
                self._earlier |= dict.fromkeys(keys, job)
                self._say(
                    f"{self._title(job)} of an earlier run {'goes on' if state else 'has left results'}: {job.of}"
                )
            elif state:
                useless.append(state.number)
            else:
                shutil.rmtree(folder, ignore_errors=True)
        if useless:
            self._queue.cancel(useless)
            self._say(f"cancelled {self._queue.title} {', '.join(useless)}: nothing of that is asked for any more.")

    def _start(self) -> None:
        """Make chunks of about the same size, and start a job for each, as far as there is room."""
        count = math.ceil(len(self._new) / self._options.chunk)
        self._chunks += [self._new[number::count] for number in range(count)]
        self._new = []
        while self._chunks and len(self._working()) < self._most:
            if time.monotonic() - self._refused < FULL_SECONDS:
                return
            job = self._with_folder(self._chunks[0])
            try:
                self._submit(job)
            except Refused as refusal:
                shutil.rmtree(job.folder, ignore_errors=True)
                if not self._working():
                    raise CourseError(f"Slurm takes no job: {refusal}") from refusal
                self._refused = time.monotonic()
                self._say(f"Slurm takes no further job for now: {refusal}")
                return
            self._chunks.pop(0)
            self._jobs.append(job)

    def _with_folder(self, chunk: list[Ungraded]) -> Job:
        """A job whose folder says what it works on: whatever ends this driver from now on, the next one finds it."""
        asked = {each.task.key: each for each in chunk}
        job = Job(self._base / f"autograder-{secrets.token_hex(8)}", asked, len(asked))
        for folder in (job.folder, job.results):
            folder.mkdir(mode=PRIVATE)
        (job.folder / KEYS).write_text(json.dumps(list(asked)), encoding="utf-8")
        return job

    def _submit(self, job: Job) -> None:
        first, tasks = next(iter(job.asked.values())), [each.task for each in job.asked.values()]
        job.number = self._queue.start(job.folder, work_on, job.folder, first.function, tasks)
        self._heard = -math.inf
        self._say(f"{self._title(job)} has {job.of} to grade")

    def _read(self, job: Job) -> None:
        """Hand out what a job has written."""
        with suppress(OSError):
            job.results.chmod(PRIVATE)  # makes a network disk look again what is there
        there = {path.name for path in job.results.glob("*.json")}
        for key in [key for key in job.asked if f"{key}.json" in there]:
            asked = job.asked.pop(key)
            try:
                asked.future.set_result(result_of(job.results / f"{key}.json", asked.task))
            except (CourseError, GraderError) as fault:
                asked.future.set_exception(fault)
        if not job.asked:
            self._say(f"{self._title(job)}: done")

    def _hear(self, job: Job, state: JobState | None) -> None:
        """What the queue has said of a job."""
        if state is None:
            job.gone = time.monotonic() if job.gone is None else job.gone
            job.state = None
            return
        if job.state is None or job.state.state != state.state:  # why it waits may change all the time
            self._say(f"{self._title(job)}: {state}")
        job.state, job.gone = state, None

    def _ended(self, job: Job) -> None:
        """A job has ended with tasks undone. What it was at may have been its death, and gets a job of its own; the others go on."""
        self._read(job)
        rest, job.asked = job.asked, {}
        begun = {key for key in rest if (job.results / f"{key}.begun").exists()}
        worked = any(job.results.glob("*.begun"))
        if rest:
            done = f"{job.of - len(rest)} of {job.of} graded"
            self._say(f"{self._title(job)} is gone, with {done}; the others are asked again")
        for key, asked in rest.items():
            asked.deaths += key in begun or not worked
            if asked.deaths >= PARDONS:
                when = "while it was being graded" if key in begun else "before they had begun to grade"
                why = f"{PARDONS} jobs died {when}. The last one's folder, with its log: {job.folder}"
                asked.future.set_exception(GraderError(why))
                job.kept = True
            elif key in begun:
                self._chunks.append([asked])
            else:
                self._new.append(asked)

    def _title(self, job: Job) -> str:
        return f"{self._queue.title} {job.number}".rstrip()

    def _say(self, sentence: str) -> None:
        self._spoke = time.monotonic()
        self._told(sentence)


def _keys(folder: Path) -> set[str]:
    """What a job of an earlier run works on; nothing where the driver was killed before it had written that."""
    try:
        with (folder / KEYS).open("rb") as file:
            return set(map(str, json.loads(file.read(LARGEST))))
    except (OSError, RecursionError, TypeError, ValueError):
        return set()


def _private(base: Path) -> None:
    """Make the folder of jobs; raises GraderError where others could write there, since jobs load from it what they run."""
    for folder in (base.parent, base):
        folder.mkdir(mode=PRIVATE, exist_ok=True)
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
            raise GraderError(
                f"{folder} has to be a folder of yours, closed to others (chmod 700): jobs load from there what they run."
            )
