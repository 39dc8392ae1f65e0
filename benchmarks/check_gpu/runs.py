"""Steps on training: bands, whether right answers get their points and wrong ones lose theirs, and what it costs. Called by `steps`."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import os
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.check_gpu import programs as programs_here
from benchmarks.check_gpu.confinement import Known, NotHere, Said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograder.course.assignment import Assignment, Profile
    from autograder.course.folders import Course
    from autograder.sandbox.launcher import Launcher
    from autograder.training import Run
    from autograder.training.bands import Band
    from autograder.training.running import Ended

NAME = "train_networks"
FIRST_SEED = 1000  # none of those that bands are measured with
SEEDS, LEAST = 8, 3  # seeds of a band, and how many there must be when time is over
RESERVE = 20.0  # seconds at the end of a step that are not for training
MOST_PROCESSES = 10
FEW_STEPS, FEW_IMAGES = 3, 4  # of whole networks, on a processor


@dataclass(frozen=True)
class Trainee:
    """A program, the run that it is trained in, and the seed. Its steps should be those of the reference, or of the program itself."""

    title: str
    run: str
    source: str
    seed: int
    by_itself: bool = False
    profile: str = "digits"


@cache
def course_here() -> tuple[Course, Assignment]:
    """The course and the assignment."""
    from autograder.course.folders import Course  # noqa: PLC0415
    from benchmarks.check_gpu import ROOT  # noqa: PLC0415

    course = Course(ROOT)
    return course, course.assignment(NAME)


@cache
def profile_here(name: str = "digits") -> Profile:
    """A profile of training."""
    training = course_here()[1].training
    if training is None:
        raise NotHere(f"{NAME} has nothing to train")
    return training.named(name)


@cache
def runs_here(profile: str = "digits", *, small: bool = False) -> dict[str, Run]:
    """The runs of a profile. `small`: some steps of few images each, on the digits, for a processor."""
    from autograder.training.contract import runs_of  # noqa: PLC0415
    from starter_code.training_runs import PLANS  # noqa: PLC0415

    course, assignment = course_here()
    runs = runs_of(course, assignment, profile=profile_here(profile))
    if small:
        PLANS.update({name: replace(plan, steps=FEW_STEPS, batch=FEW_IMAGES) for name, plan in PLANS.items()})
    return runs


@cache
def launcher_here(device: Any, way: str) -> Launcher:
    """Workers in which to train, once in a process: confined in the best way that worked."""
    from autograder.sandbox import devices  # noqa: PLC0415
    from autograder.training.slots import launcher_for  # noqa: PLC0415

    course, assignment = course_here()
    devices.WIDE_FILTER = way == "wide"
    return launcher_for(course, assignment, "none" if way == "none" else "auto", device)


def trained_here(known: Known, trainee: Trainee) -> tuple[Ended, float]:
    """One run of a program, asked from this process, and the seconds that it took."""
    from autograder.training.bands import trained  # noqa: PLC0415

    run = runs_here(trainee.profile, small=trainee.profile == "full" and known["device"] == "cpu")[trainee.run]
    launcher, limits = launcher_here(known["device"], known["way"]), profile_here(trainee.profile).limits
    begin = time.monotonic()
    right = trainee.source if trainee.by_itself else reference()
    ended = trained(course_here()[1], trainee.source, launcher, run, trainee.seed, known["device"], limits, right=right)
    return ended, time.monotonic() - begin


def reference() -> str:
    """The reference as if somebody had handed it in."""
    return (course_here()[0].solution(NAME) / "reference.py").read_text(encoding="utf-8")


@contextmanager
def pool_of(processes: int) -> Iterator[concurrent.futures.ProcessPoolExecutor]:
    """Processes that each train in workers of their own, and are not waited for at the end."""
    from autograder.sandbox.one_core import compute_on_one_core  # noqa: PLC0415

    compute_on_one_core()
    pool = concurrent.futures.ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _processes(known: Known, profile: str) -> int:
    """How many trainees run at a time: one on each core, as far as there is memory of the GPU."""
    cores: int = max(1, len(os.sched_getaffinity(0)) - (known["device"] == "cuda"))
    if known["device"] == "cpu":
        return cores
    from autograder.training.slots import share_gpus  # noqa: PLC0415

    return max(1, min(cores, share_gpus(profile_here(profile).limits.gpu_mb), MOST_PROCESSES))


def all_of(known: Known, trainees: list[Trainee], processes: int | None = None) -> list[tuple[Trainee, Ended, float]]:
    """What came of these trainees, as far as there was time."""
    left = known["seconds"] - RESERVE
    with pool_of(processes or _processes(known, trainees[0].profile)) as pool:
        asked = {pool.submit(trained_here, known, trainee): trainee for trainee in trainees}
        done, _ = concurrent.futures.wait(asked, left, concurrent.futures.FIRST_EXCEPTION)
        return [(asked[future], *future.result()) for future in done]


class Wrong(Exception):  # noqa: N818  (a finding, not a fault of the check's)
    """Points are not what they should be."""

    def __init__(self, told: str, found: dict[str, Any]) -> None:
        """Say it, and keep what was found."""
        super().__init__(told)
        self.found = found


# --- bands -----------------------------------------------------------------------------------------------------------------------


def _band_path(known: Known, name: str, run: Run) -> Path:
    from autograder.training.bands import key_of  # noqa: PLC0415

    return Path(known["out"]) / "bands" / f"{key_of(name, run, known['device'])}.json"


def _bands(known: Known, profile: str = "digits") -> dict[str, Band]:
    """The bands that there are: those that this check has measured, else those of the course."""
    from autograder.training.bands import band_or_none, read_band  # noqa: PLC0415

    found = {}
    for name, run in runs_here(profile).items():
        path = _band_path(known, name, run)
        band = read_band(path) if path.exists() else band_or_none(course_here()[0], NAME, name, run, known["device"])
        if band is not None:
            found[name] = band
    if not found:
        raise NotHere(f"there is no band for {known['device']}")
    return found


def bands(known: Known) -> Said:
    """Measure the bands of the digits profile on a GPU, several runs at a time; on a processor those of the course are there."""
    if known["device"] == "cpu":
        return f"those of the course: {_told(_bands(known))}", {}
    return _measured(known, "digits")


def full_bands(known: Known) -> Said:
    """The same for the full profile, which is a GPU's."""
    if known["device"] == "cpu":
        raise NotHere("they are a GPU's")
    return _measured(known, "full")


def _measured(known: Known, profile: str) -> Said:
    """Measure the bands of a profile: as many seeds as there is time for, the first ones of all runs first."""
    from autograder.training.bands import band_from, smoothed, write_band  # noqa: PLC0415
    from autograder.training.steps import told  # noqa: PLC0415

    runs, right = runs_here(profile), reference()
    trainees = [
        Trainee(who, name, f"{right}\n\n{more}", seed, by_itself=True, profile=profile)
        for seed in range(SEEDS)
        for name, run in runs.items()
        for who, more in (("reference", ""), ("baseline", run.baseline))
    ]
    shares: dict[str, dict[str, list[float]]] = defaultdict(lambda: {"reference": [], "baseline": []})
    curves: dict[str, list[list[float]]] = defaultdict(list)
    faults = []
    for trainee, ended, _ in all_of(known, trainees):
        reached = runs[trainee.run].held().right(ended.scores)
        fault = ended.sentence or (trainee.title == "reference" and (ended.trouble or told(ended.steps)))
        if reached is None or fault:
            faults.append(f"{trainee.title} of {trainee.run}, seed {trainee.seed}: {fault or 'no usable answers'}")
            continue
        shares[trainee.run][trainee.title].append(reached)
        if trainee.title == "reference":
            curves[trainee.run].append(smoothed(ended.losses))
    few = []
    for name, run in runs.items():
        if min(len(shares[name][who]) for who in ("reference", "baseline")) < LEAST:
            few.append(name)
        else:
            band = band_from(name, run, known["device"], shares[name], curves[name])
            write_band(_band_path(known, name, run), band)
    if faults:
        raise Wrong(f"{len(faults)} of {len(trainees)} runs: {faults[0]}", {"shares": shares, "faults": faults})
    if few:
        raise NotHere(f"there was no time for {LEAST} seeds of {', '.join(few)}")
    return _told(_bands(known, profile)), {"shares": shares}


def _told(found: dict[str, Band]) -> str:
    return "; ".join(
        f"{name} {each.floor:.3f} to {each.full:.3f} ({len(each.reference)} seeds)" for name, each in found.items()
    )


# --- points ----------------------------------------------------------------------------------------------------------------------


def points(known: Known) -> Said:
    """The reference, and other right answers, get all points; each of eight faults loses some."""
    from autograder.training.judging import judged  # noqa: PLC0415
    from tests.support import training_programs as programs  # noqa: PLC0415

    runs, found, right = runs_here(), _bands(known), reference()
    faults = {title: programs.faults(course_here()[0])[title] for title in programs_here.FAULTS}
    trainees = [Trainee("the reference", name, right, FIRST_SEED) for name in runs]
    trainees += [
        Trainee(title, name, f"{right}\n\n{more}", FIRST_SEED)
        for title, (name, more) in programs_here.OTHER_RIGHT_ONES.items()
    ]
    trainees += [Trainee(title, name, source, FIRST_SEED) for title, (name, source, _) in faults.items()]
    rows, wrong = {}, []
    for trainee, ended, _ in all_of(known, [trainee for trainee in trainees if trainee.run in found]):
        run = runs[trainee.run]
        results = judged(trainee.run, run, found[trainee.run], ended, run.held().right(ended.scores), 0.0)
        earned = sum(each.points for each in results)
        title = f"{trainee.title} ({trainee.run})"
        rows[title] = {"points": earned, "of": run.points, "messages": [each.message for each in results]}
        if (earned == run.points) == (trainee.title in faults):
            why = next((each.message for each in results if each.points < each.max_points), "all points")
            wrong.append(f"{title}: {earned:g} of {run.points:g} ({why})")
    if wrong:
        raise Wrong("; ".join(wrong), rows)
    if len(rows) < len(trainees):
        raise NotHere(
            f"there were bands and time for {len(rows)} of {len(trainees)} runs; what these came to was right"
        )
    others = len(programs_here.OTHER_RIGHT_ONES)
    return f"the reference and {others} other right ones have all points, {len(faults)} faults fewer", rows
