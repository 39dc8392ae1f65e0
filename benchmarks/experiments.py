"""`make experiments`: what the lectures claim, tried with the references and several seeds.

On a processor networks learn scikit-learn's digits, on a GPU Fashion-MNIST: from --data, from Debian's package
dataset-fashion-mnist, or else the part that comes with the course. Clothes take a processor hours: give it fewer
--steps and --images. build/experiments/ gets a picture of each experiment, and all tables in Markdown. Where there is
no terminal, each experiment and seed has its line.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import matplotlib as mpl
import torch
from rich.console import Console
from rich.progress import track

from benchmarks.experiment_table import TRIALS, together
from starter_code.experiments.results import Result, percent
from starter_code.experiments.setting import Images, Setting, digits, fashion_mnist

DEBIAN = Path("/usr/share/dataset-fashion-mnist")
CLOTHES = "fashion-mnist"
OUT = Path("build/experiments")


@dataclass(frozen=True)
class Order:
    """What all processes are told."""

    device: str
    clothes: bool  # Fashion-MNIST in place of the digits
    folder: Path | None  # with its files; None: the part that comes with the course
    steps: int | None = None  # in place of an experiment's own
    images: int | None = None  # the most to train on, and to test with

    def setting(self, name: str, seed: int) -> Setting:
        """How one training of an experiment is run."""
        trial = TRIALS[name]
        setting = trial.full if self.clothes else trial.long
        steps, count = self.steps or setting.steps, self.images or setting.count
        return replace(setting, steps=steps, count=count, seeds=(seed,), images=_images(self), show=False)


@cache
def _images(order: Order) -> Images:
    """Load the images, once for each process."""
    images = fashion_mnist(order.folder, order.device) if order.clothes else digits(order.device)
    return replace(images, test_x=images.test_x[: order.images], test_y=images.test_y[: order.images])


def trained(order: Order, name: str, seed: int) -> Result:
    """Run one experiment with one seed."""
    return TRIALS[name].run(order.setting(name, seed))


def results(order: Order, names: Sequence[str], seeds: int) -> dict[str, Result]:
    """Run all experiments with all seeds: on a processor, on all of its cores."""
    jobs = [(name, seed) for name in names for seed in range(seeds)]
    found = dict(_shown(_worked(order, jobs), len(jobs)))
    return {name: together(name, [found[name, seed] for seed in range(seeds)]) for name in names}


def _worked(order: Order, jobs: Sequence[tuple[str, int]]) -> Iterator[tuple[tuple[str, int], Result]]:
    """Each job with its result, as they end."""
    if order.device == "cuda" or len(jobs) == 1:
        for job in jobs:
            yield job, trained(order, *job)
        return
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), multiprocessing.get_context("spawn")) as pool:
        asked = {pool.submit(trained, order, *job): job for job in jobs}
        for future in as_completed(asked):
            yield asked[future], future.result()


def _shown(worked: Iterator[tuple[tuple[str, int], Result]], count: int) -> Iterator[tuple[tuple[str, int], Result]]:
    """The same, with a bar in a terminal, and else a line for each."""
    console = Console(highlight=False)
    if console.is_terminal:
        yield from track(worked, "training", total=count, console=console)
        return
    for place, ((name, seed), result) in enumerate(worked, start=1):
        print(f"{place} of {count}: {name}, seed {seed} ({result.seconds:.0f} s of computing)", flush=True)
        yield (name, seed), result


def markdown(found: dict[str, Result]) -> str:
    """All results as one table, and their sentences."""
    lines = ["| experiment | share of | | parameters | mean ± spread | each seed |", "|---|---|---|---|---|---|"]
    for result in found.values():
        for place, row in enumerate(result.rows):
            head = f"{result.title} | {result.measure}" if not place else " | "
            each = ", ".join(f"{100 * share:.1f}" for share in row.shares)
            lines.append(f"| {head} | {row.name} | {row.params:,} | {percent(row).strip()} | {each} |")
    said = [f"- {result.title}. {result.outcome} ({result.seconds:.0f} s)" for result in found.values()]
    return "\n".join([*lines, "", *said, ""])


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.experiments", description=__doc__)
    parser.add_argument("--only", choices=list(TRIALS), action="append", help="an experiment; may be given twice")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument(
        "--data",
        metavar=f"FOLDER|{CLOTHES}",
        help="the four files of Fashion-MNIST, or wherever they are; on a GPU, always",
    )
    parser.add_argument("--steps", type=int, help="train for so many steps; the default is each experiment's own")
    parser.add_argument("--images", type=int, help="train on no more images, and test with no more")
    parser.add_argument("--out", type=Path, default=OUT, metavar="FOLDER", help="for pictures and tables")
    options = parser.parse_args(arguments)
    if options.seeds < 1:
        parser.error("--seeds: at least one seed is needed")
    if options.data not in {None, CLOTHES} and not Path(options.data).is_dir():
        parser.error(f"--data: there is no folder {options.data}")
    return options


def order_of(options: argparse.Namespace) -> Order:
    """Where to compute, and on what."""
    device = options.device
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    found = DEBIAN if DEBIAN.is_dir() else None
    folder = found if options.data in {None, CLOTHES} else Path(options.data)
    return Order(device, device == "cuda" or options.data is not None, folder, options.steps, options.images)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the experiments, print their tables, and write them and their pictures."""
    options = _arguments(arguments)
    if options.device == "cuda" and not torch.cuda.is_available():
        print("No GPU that PyTorch can use: nothing was tried.")
        return
    order, names = order_of(options), options.only or list(TRIALS)
    begin = time.perf_counter()
    found = results(order, names, options.seeds)
    _write(found, options.out)
    for result in found.values():
        print(f"\n{result}")
    computed = sum(result.seconds for result in found.values())
    data = f"Fashion-MNIST ({order.folder or 'the part of the course'})" if order.clothes else "digits"
    print(f"\n{data}, {order.device}: {computed:.0f} s of computing in {time.perf_counter() - begin:.0f} s.")
    print(f"Pictures and a table: {options.out}")


def _write(found: dict[str, Result], out: Path) -> None:
    mpl.use("Agg")
    from starter_code.plots.experiments import write_svg  # noqa: PLC0415  (a pool's processes draw nothing)

    out.mkdir(parents=True, exist_ok=True)
    (out / "results.md").write_text(markdown(found), encoding="utf-8")
    for name, result in found.items():
        write_svg(result, out / f"{name}.svg")


if __name__ == "__main__":
    main()
