"""Steps on what training costs, and on how exactly it repeats. Called by `steps`."""

from __future__ import annotations

import os
import statistics
import threading
import time

from benchmarks.check_gpu.confinement import Known, Said
from benchmarks.check_gpu.runs import (
    FIRST_SEED,
    Trainee,
    all_of,
    launcher_here,
    pool_of,
    profile_here,
    reference,
    runs_here,
    trained_here,
)

TOGETHER = 8  # students at a time


def one_student(known: Known) -> Said:
    """All runs of one student: seconds, and the GPU's memory."""
    return _student(known, "digits")


def full_profile(known: Known) -> Said:
    """The same for whole networks; on a processor some steps of few images each."""
    told, found = _student(known, "full")
    return (told if known["device"] == "cuda" else f"some steps of each: {told}"), found


def _student(known: Known, profile: str) -> Said:
    """All runs of a profile, whose steps must be confirmed."""
    import torch  # noqa: PLC0415

    from autograder.training.steps import told as steps_told  # noqa: PLC0415

    least: list[int] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.2):
            least.append(torch.cuda.mem_get_info()[0])

    right = reference()
    before = torch.cuda.mem_get_info()[0] if known["device"] == "cuda" else 0
    if known["device"] == "cuda":
        threading.Thread(target=look, daemon=True).start()
    begin = time.monotonic()
    launcher_here(known["device"], known["way"])
    start = time.monotonic() - begin
    seconds: dict[str, float] = {}
    for name in [run.name for run in profile_here(profile).runs]:
        ended, seconds[name] = trained_here(known, Trainee("", name, right, FIRST_SEED, profile=profile))
        if fault := ended.sentence or ended.trouble or steps_told(ended.steps):
            raise RuntimeError(f"{name}: {fault}")
    over.set()
    found = {"start": start, "seconds": seconds, "memory_mb": (before - min(least)) >> 20 if least else None}
    memory = "" if found["memory_mb"] is None else f", {found['memory_mb']} MB of the GPU"
    each = ", ".join(f"{name} {took:.1f}" for name, took in seconds.items())
    return f"{sum(seconds.values()):.1f} s ({each}){memory}; processes in {start:.1f} s", found


def step_time(known: Known) -> Said:
    """Beside a plain loop of the same steps."""
    import torch  # noqa: PLC0415

    from benchmarks.training import plain_loop  # noqa: PLC0415

    torch.set_num_threads(1)
    right = reference()
    found: dict[str, list[tuple[float, float]]] = {}
    trained_here(known, Trainee("", "residual", right, 0))  # what is slow the first time
    for name in ("residual", "residual", *(["inception"] if known["device"] == "cuda" else [])):
        graded = trained_here(known, Trainee("", name, right, 0))[1]
        found.setdefault(name, []).append((graded, plain_loop(runs_here()[name], known["device"], right)))
    told = [
        f"{name}: graded {statistics.mean(g for g, _ in rows):.2f} s, plain {statistics.mean(p for _, p in rows):.2f} s"
        for name, rows in found.items()
    ]
    return "; ".join(told), found


def together(known: Known) -> Said:
    """Several students at a time, against one after the other: the same numbers, and sooner."""
    from autograder.training.steps import told  # noqa: PLC0415

    count = TOGETHER if known["device"] == "cuda" else len(os.sched_getaffinity(0))
    trainees = [Trainee("", "residual", reference(), FIRST_SEED + number) for number in range(count)]
    trained_here(known, trainees[0])  # processes are warm
    begin = time.monotonic()
    alone = [trained_here(known, trainee)[0] for trainee in trainees]
    one_by_one = time.monotonic() - begin
    with pool_of(count) as pool:
        list(pool.map(trained_here, [known] * count, trainees))
        begin = time.monotonic()
        beside = [ended for ended, _ in pool.map(trained_here, [known] * count, trainees)]
        at_once = time.monotonic() - begin
    differ = sum(one.losses != other.losses for one, other in zip(alone, beside, strict=True))
    if fault := next(filter(None, (each.sentence or each.trouble or told(each.steps) for each in beside)), ""):
        raise RuntimeError(f"beside each other, {fault}")
    found = {"one_by_one": one_by_one, "at_once": at_once, "differ": differ}
    return f"{count} students: {one_by_one:.1f} s one by one, {at_once:.1f} s at once; {differ} got other losses", found


def bit_by_bit(known: Known) -> Said:
    """The same run twice: by how much losses and answers differ."""
    import numpy as np  # noqa: PLC0415

    asked = [Trainee(f"{time_}", name, reference(), FIRST_SEED) for name in runs_here() for time_ in (1, 2)]
    ended = {(trainee.run, trainee.title): one for trainee, one, _ in all_of(known, asked)}
    found: dict[str, tuple[float, float]] = {}
    for name in runs_here():
        pair = [ended.get((name, which)) for which in ("1", "2")]
        one, other = ((each.losses, each.scores) if each and each.scores is not None else None for each in pair)
        if one is None or other is None:
            ends = ", ".join(f"{each.state} {each.sentence}".strip() if each else "no time" for each in pair)
            raise RuntimeError(f"{name} did not get to its end twice: {ends}")
        losses, scores = (float(np.max(np.abs(np.asarray(a) - np.asarray(b)))) for a, b in zip(one, other, strict=True))
        found[name] = (losses, scores)
    each = ", ".join(f"{name} {losses:.1g} and {scores:.1g}" for name, (losses, scores) in found.items())
    return f"largest difference of losses and of answers: {each}", found
