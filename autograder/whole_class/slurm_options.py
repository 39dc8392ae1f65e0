"""What `--slurm` says: how many submissions a job has, and what is asked of Slurm for it. Read for the command `grade-class`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from autograder.course.assignment import CourseError

LOCAL = "local"  # the word for jobs that are processes of this machine, to try it without Slurm
# Options of sbatch that go there as they are, under their own names.
SBATCH = (
    "account", "constraint", "cpus-per-task", "exclude", "gpus", "gres", "mem", "nodelist", "partition", "qos", "reservation",
)  # fmt: skip
OWN = {"chunk": 200, "jobs": 1000}  # and the most of each
VALUE = re.compile(r"[\w.:@/+*&|()\[\]=-]{1,200}", re.ASCII)
TIME = re.compile(r"(?:(?P<days>\d{1,3})-)?(?P<hours>\d{1,3}):(?P<minutes>[0-5]\d):[0-5]\d|(?P<all>\d{1,6})")


@dataclass(frozen=True)
class SlurmOptions:
    """How a class is spread over jobs, and what each job asks for.

    local: whether jobs are processes of this machine
    chunk: submissions a job, at most; jobs: that wait or run at a time, at most
    minutes: that a job may run. It may wait for as long as it has to.
    sbatch: further options of sbatch, with their values
    """

    local: bool = False
    chunk: int = 25
    jobs: int | None = None
    minutes: int = 60
    sbatch: tuple[tuple[str, str], ...] = ()


def slurm_options(text: str) -> SlurmOptions:
    """The value of --slurm, such as `partition=gpu,gres=gpu:1,time=2:00:00`; raises CourseError for anything else."""
    first, _, rest = text.partition(",")
    local = first.strip() == LOCAL
    given: dict[str, str] = {}
    for part in (rest if local else text).split(",") if not local or rest else ():
        name, sign, value = (each.strip() for each in part.partition("="))
        if not sign or name not in {"time", *OWN, *SBATCH}:
            raise CourseError(
                f"--slurm: '{part}' is not OPTION=VALUE with one of {', '.join(sorted(('time', *OWN, *SBATCH)))}; "
                f"'{LOCAL}' may stand in front."
            )
        if name in given:
            raise CourseError(f"--slurm: {name} is given twice.")
        if not VALUE.fullmatch(value):
            raise CourseError(f"--slurm: {name}={value} has a character that no value has, or no value.")
        given[name] = value
    asked = tuple((name, value) for name, value in given.items() if name in SBATCH)
    if local and asked:
        raise CourseError(f"--slurm: {asked[0][0]} is asked of Slurm, which '{LOCAL}' does without.")
    numbers = {name: _number(name, given[name], most) for name, most in OWN.items() if name in given}
    times = {"minutes": _minutes(given["time"])} if "time" in given else {}
    return SlurmOptions(local, sbatch=asked, **numbers, **times)


def _number(name: str, text: str, most: int) -> int:
    if not re.fullmatch(r"\d{1,6}", text, re.ASCII) or not 1 <= int(text) <= most:
        raise CourseError(f"--slurm: {name} is a number from 1 to {most}, not {text}.")
    return int(text)


def _minutes(text: str) -> int:
    """A time as minutes, rounded down: minutes, [DAYS-]HOURS:MINUTES:SECONDS."""
    found = TIME.fullmatch(text)
    parts = {name: int(value) for name, value in found.groupdict("0").items()} if found else {}
    minutes = (
        sum(parts[name] * length for name, length in {"days": 1440, "hours": 60, "minutes": 1, "all": 1}.items())
        if parts
        else 0
    )
    if minutes < 1:
        raise CourseError(
            f"--slurm: time is in minutes, or [DAYS-]HOURS:MINUTES:SECONDS, and at least a minute, not {text}."
        )
    return minutes
