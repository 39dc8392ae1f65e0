"""What the training stage costs: beside a plain PyTorch loop of the same steps, in turns, on this machine.

The plain loop has the reference's parts, the same batches and rates, one thread, and nothing else. `--device cuda` asks for a GPU, and
says in one line when there is none.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace

import torch

from autograder.course.folders import Course
from autograder.suite.misconceptions import Variant
from autograder.training import Device, Run
from autograder.training.bands import trained
from autograder.training.contract import runs_of
from autograder.training.slots import launcher_for
from autograder.training.steps import told

NAME = "train_networks"


def plain_loop(run: Run, device: Device, source: str) -> float:
    """Seconds that the steps of all phases take, and nothing else."""
    parts = SimpleNamespace(**Variant(source).namespace)
    seconds, before = 0.0, None
    for phase in run.phases(0, device):
        before = phase.start(parts, before)
        begin = time.perf_counter()
        for _ in range(phase.steps):
            before.take_step()
        if device == "cuda":
            torch.cuda.synchronize()
        seconds += time.perf_counter() - begin
    return seconds


def in_turns(times: int, *measures: Callable[[], float]) -> list[list[float]]:
    """What each measures, in turns, so that whatever else the machine does hits all of them."""
    rows = [[measure() for measure in measures] for _ in range(times)]
    return [list(column) for column in zip(*rows, strict=True)]


def main() -> None:
    """Measure each run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--profile", help="default: the one that is meant for the device")
    parser.add_argument("--times", type=int, default=7)
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        print("No GPU that PyTorch can use: nothing was measured.")
        return
    torch.set_num_threads(1)
    course = Course.find()
    assignment = course.assignment(NAME)
    source = (course.solution(NAME) / "reference.py").read_text(encoding="utf-8")
    assert assignment.training is not None  # noqa: S101  (this one has it)
    training = assignment.training
    profile = training.named(options.profile) if options.profile else training.meant_for(options.device)
    runs = runs_of(course, assignment, profile=profile)
    name_of_it = torch.cuda.get_device_name(0) if options.device == "cuda" else "CPU, one thread"
    print(f"{name_of_it}; torch {torch.__version__}; medians of {options.times}, in seconds (smallest to largest)")
    with launcher_for(course, assignment, "auto", options.device) as launcher:

        def stage(run: Run) -> float:
            begin = time.perf_counter()
            ended = trained(assignment, source, launcher, run, 0, options.device, profile.limits, right=source)
            if fault := ended.trouble or told(ended.steps):
                sys.exit(f"not confirmed: {fault}")
            return time.perf_counter() - begin

        whole = 0.0
        for name, run in runs.items():
            stage(run)
            graded, plain = in_turns(
                options.times, partial(stage, run), partial(plain_loop, run, options.device, source)
            )
            ratios = [one / other for one, other in zip(graded, plain, strict=True)]
            whole += statistics.median(graded)
            print(
                f"{name:14} {run.length} steps   graded {spread(graded)}   plain {spread(plain)}   "
                f"{statistics.median(ratios):.2f} times ({min(ratios):.2f} to {max(ratios):.2f})",
                flush=True,
            )
        print(f"the whole stage of one student: {whole:.1f} s", flush=True)
    if options.device == "cuda":
        from benchmarks.check_gpu.costs import together  # noqa: PLC0415  (it imports this)

        print(f"one run of {together({'device': 'cuda', 'way': 'first'})[0]}")


def spread(seconds: list[float]) -> str:
    """Median and extremes."""
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f} to {max(seconds):.2f})"


if __name__ == "__main__":
    main()
