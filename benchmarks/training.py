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
from dataclasses import astuple
from functools import partial

import torch

from autograder.course import Course
from autograder.training import Device, Run, runs_of
from autograder.training.bands import trained
from autograder.training.slots import launcher_for
from autograder.training.steps import told
from solutions.train_networks import reference
from starter_code import training_runs
from starter_code.data import load_digits

NAME = "train_networks"
OWN = {
    "residual": ("ResidualBlock", "Momentum", "train_step"),
    "inception": ("InceptionModule", "AuxiliaryHead", "Adam", "train_step"),
    "depth": ("ResidualBlock", "train_step"),
    "trunk": ("ResidualBlock", "train_step"),
}


def plain_loop(name: str, device: Device) -> float:
    """Seconds that the steps of a run take, and nothing else."""
    digits = load_digits()
    images = digits.train_x.reshape(-1, 1, 8, 8).astype("float32")
    labels = digits.train_y
    if name == "trunk":
        images, labels = images[labels < 5], labels[labels < 5]  # noqa: PLR2004  (the first five classes)
    run = training_runs.begin(
        *(name, astuple(training_runs.PLANS[name]), images, labels, 0, device),
        *(getattr(reference, each) for each in OWN[name]),
    )
    begin = time.perf_counter()
    for step, rows in enumerate(run.rows):
        for group in run.optimizer.param_groups:
            group["lr"] = run.rates[step]
        run.step(run.model, run.images[rows], run.labels[rows], run.optimizer)
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - begin


def in_turns(times: int, *measures: Callable[[], float]) -> list[list[float]]:
    """What each measures, in turns, so that whatever else the machine does hits all of them."""
    rows = [[measure() for measure in measures] for _ in range(times)]
    return [list(column) for column in zip(*rows, strict=True)]


def main() -> None:
    """Measure each run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
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
    profile = assignment.training.usual
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
            if name == "transfer":
                continue  # half of it has no plain loop of the same steps; its time is in the last line
            stage(run)
            graded, plain = in_turns(options.times, partial(stage, run), partial(plain_loop, name, options.device))
            ratios = [one / other for one, other in zip(graded, plain, strict=True)]
            whole += statistics.median(graded)
            print(
                f"{name:10} {run.length} steps   graded {spread(graded)}   plain {spread(plain)}   "
                f"overhead {statistics.median(ratios) - 1:.1%} ({min(ratios) - 1:.1%} to {max(ratios) - 1:.1%})"
            )
        transfer = [stage(runs["transfer"]) for _ in range(options.times)]
        print(f"{'transfer':10} {runs['transfer'].length} steps   graded {spread(transfer)}")
        print(f"the whole stage of one student: {whole + statistics.median(transfer):.1f} s")


def spread(seconds: list[float]) -> str:
    """Median and extremes."""
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f} to {max(seconds):.2f})"


if __name__ == "__main__":
    main()
