"""The steps of `make check-gpu`, by name. Called by `__main__` in a process for each: `steps NAME KNOWN ANSWER`.

A step returns what it tells, and what was found; it raises `NotHere` where this machine has not what it looks at.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.check_gpu import confinement, costs, runs
from benchmarks.check_gpu.confinement import NotHere

STEPS: dict[str, Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]] = {
    "versions": confinement.versions,
    "plain": confinement.plain,
    "worker-unconfined": confinement.worker_unconfined,
    "landlock-alone": confinement.landlock_alone,
    "limits-alone": confinement.limits_alone,
    "filter-alone": confinement.filter_alone,
    "filter-wide-alone": confinement.filter_wide_alone,
    "watched": confinement.watched,
    "landlock": confinement.landlock,
    "landlock-wide": confinement.landlock_wide,
    "bubblewrap": confinement.in_bubblewrap,
    "bands": runs.bands,
    "points": runs.points,
    "one-student": costs.one_student,
    "full-profile": costs.full_profile,
    "step-time": costs.step_time,
    "together": costs.together,
    "bit-by-bit": costs.bit_by_bit,
    "full-bands": runs.full_bands,
}
LONGEST = 300


def main(name: str, known: str, answer: str) -> None:
    """Do one step and write down what came of it; the file is open before the step takes files away from this process."""
    with Path(answer).open("w", encoding="utf-8") as file:
        try:
            told, found = STEPS[name](json.loads(known))
            state = "ok"
        except NotHere as why:
            state, told, found = "could not be looked at", str(why), {}
        except Exception as fault:  # noqa: BLE001  (whatever it is, it is told, and the next step goes on)
            traceback.print_exc()
            state, told = "failed", " ".join(f"{type(fault).__name__}: {fault}".split())[:LONGEST]
            found = getattr(fault, "found", {})
        json.dump({"state": state, "told": told, "found": found}, file)
    os._exit(0)  # what still runs is ended by whoever called


if __name__ == "__main__":
    main(*sys.argv[1:])
