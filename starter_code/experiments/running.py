"""Runs all ways of an experiment with all seeds, and says what it is doing."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch

from starter_code.experiments.results import Claim, Result, Row
from starter_code.experiments.setting import Setting
from starter_code.plots.display import in_notebook
from starter_code.progress import progress

Way = Callable[[int], tuple[int, float]]  # seed -> how many numbers were learned, share of images wrong
Job = tuple[str, int]  # the name of a way, and a seed


def run(claim: Claim, ways: Mapping[str, Way], setting: Setting) -> Result:
    """Run each way with each seed, in one thread."""
    shares: dict[str, list[float]] = {name: [] for name in ways}
    learned: dict[str, int] = {}
    begin = time.process_time()
    with _one_thread():
        for name, seed in shown([(name, seed) for seed in setting.seeds for name in ways], show=setting.show):
            learned[name], share = ways[name](seed)
            shares[name].append(share)
    rows = [Row(name, learned[name], tuple(found)) for name, found in shares.items()]
    return claim.result(rows, time.process_time() - begin)


def shown(jobs: Sequence[Job], *, show: bool) -> Iterator[Job]:
    """Go through jobs. In a notebook or a terminal, a bar says how far we are; elsewhere each job has its line."""
    alive = sys.stderr.isatty() or in_notebook()
    bar = progress(total=len(jobs), shown=show and alive)
    for place, (name, seed) in enumerate(jobs, start=1):
        bar.set_description(f"{name}, seed {seed}")
        if show and not alive:
            print(f"{place} of {len(jobs)}: {name}, seed {seed}", flush=True)
        yield name, seed
        bar.update()
    bar.close()


@contextmanager
def _one_thread() -> Iterator[None]:
    """Within, torch computes in one thread: on networks as small as these, more of them lose time."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
