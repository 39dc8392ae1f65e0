"""How long the page of a class takes: to be made, and to be opened in Chromium, if that is there.

`python -m benchmarks.class_page [--students N] [--out FILE]` prints, for a class of a thousand that never was: seconds of making the page
and those computed for it; its size; milliseconds from opening the file to its load event, and for comparison of a file that is empty; and
seconds that Chromium computes from its start to its end. Medians with quartiles.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from autograder.reporting.class_page import page_of_class
from tests.support import needs
from tests.support.browser import chromium, found_in
from tests.support.synthetic_class import synthetic_class

TIMES = 5
EMPTY = "<!DOCTYPE html><title>Empty</title>"
LOADED = "page => { const t = page.performance.timing; return t.loadEventStart - t.navigationStart; }"


def main() -> None:
    """Make the page, and open it."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--students", type=int, default=1000)
    options.add_argument("--out", type=Path, help="keep the page here")
    asked = options.parse_args()
    results = synthetic_class(asked.students)
    took, computed = [], []
    for _ in range(TIMES):
        begin, before = time.perf_counter(), time.process_time()
        page = page_of_class(results, datetime.now(UTC))
        took.append(time.perf_counter() - begin)
        computed.append(time.process_time() - before)
    print(
        f"made in {_spread(took)} s, computed {_spread(computed)} s (the first time {computed[0]:.2f} s, with imports)"
    )
    if needs.CHROMIUM is None:
        print("Chromium is not installed: not opened")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = (asked.out or Path(folder) / "page.html").resolve()
        for name, text in (("an empty file", EMPTY), ("the page", page)):
            path.write_text(text, encoding="utf-8")
            print(f"{name} of {len(text.encode()) / 1e6:.2f} MB: {_opened(path)}")


def _opened(path: Path) -> str:
    """How long a file takes to open."""
    took, computed = [], []
    for _ in range(TIMES):
        before = _computed()
        with chromium() as browser:
            took.append(found_in(browser, path.as_uri(), LOADED))
        computed.append(_computed() - before)
    return f"opened in {_spread(took)} ms; Chromium computes {_spread(computed)} s"


def _computed() -> float:
    """Processor seconds of all processes that this one has started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _spread(values: list[float]) -> str:
    lower, middle, upper = statistics.quantiles(values, n=4)
    return f"{middle:.3g} ({lower:.3g} to {upper:.3g})"


if __name__ == "__main__":
    main()
