"""The visible checks of a submission, as its student sees them: `autograder check` runs this file in a process of its own.

It runs on any system and confines nothing: it is for one's own work, as a notebook is. Grading is something else (grading/).
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable
from pathlib import Path

from autograder.sandbox.cell_running import CellRunner

FINISHED = 40  # exit code when all checks have run; not 0, which a cell can end the process with
OUT_OF_TIME = -24  # how the system ends a process that has computed for as long as it may (SIGXCPU)
BUSY = 20  # times longer than it may compute, it may take on a busy machine


def run(program: list[tuple[str, str, list[str]]], checks: list[tuple[str, str]]) -> int:
    """Run a program, then its checks, printing what they print; the number of checks that failed."""
    cells = CellRunner()
    cells.namespace["display"] = print
    for title, source, keeps in program:
        if error := _execute(cells, title, source, keeps):
            print(f"! {error}", file=sys.stderr)
    cells.restore()
    failed = 0
    for exercise, source in checks:
        print(f"\n{exercise}")
        if error := _execute(cells, "check", source, bare=True):
            failed += 1
            print(f"  no  {error}")
    return failed


def _execute(cells: CellRunner, title: str, source: str, keeps: Iterable[str] = (), *, bare: bool = False) -> str:
    """Run one cell; a sentence when it stops."""
    try:
        cells.run(source, title, keeps)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  (SystemExit too: one cell must not end the others)
        text = str(error)
        return text if bare and text else f"{title} stopped with {type(error).__name__}: {text}"
    return ""


def limit(seconds: float) -> None:
    """Let this process compute for so long, where the system can see to it."""
    try:
        import resource  # noqa: PLC0415  (absent on Windows)
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(seconds), resource.getrlimit(resource.RLIMIT_CPU)[1]))


def main() -> None:
    """Read the JSON file named by the first argument and run what it says."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.path.insert(0, job["path"])
    limit(job["cpu_seconds"])
    failed = run(job["program"], job["checks"])
    print(f"\n{len(job['checks']) - failed} of {len(job['checks'])} visible checks pass.")
    sys.exit(FINISHED)


if __name__ == "__main__":
    main()
