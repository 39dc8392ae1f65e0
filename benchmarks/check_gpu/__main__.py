"""Run every step in a process of its own, never stop at one that fails, and end with a table."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from benchmarks.check_gpu import CARRIED, ROOT

# Steps in their order, and after how many seconds each is ended. What follows the confinement is trained in the best way that worked.
CONFINEMENT = {
    "versions": 60,
    "plain": 60,
    "worker-unconfined": 60,
    "landlock-alone": 60,
    "limits-alone": 60,
    "filter-alone": 60,
    "filter-wide-alone": 60,
    "watched": 60,
    "landlock": 90,
    "landlock-wide": 90,
    "bubblewrap": 90,
}
TRAINING = {
    "bands": 120,
    "points": 100,
    "one-student": 60,
    "full-profile": 150,
    "step-time": 60,
    "together": 90,
    "bit-by-bit": 60,
    "full-bands": 300,
}
# How to train, the best first, and the step that shows that it works.
WAYS = {"first": "landlock", "wide": "landlock-wide", "none": "worker-unconfined"}
NOT_LOOKED_AT = "could not be looked at"
SECONDS, SLOWER = 450, 3  # for all steps, on a GPU; without one nothing is in a hurry, and all is slower
MARGIN = 5.0  # seconds that ending and writing take


@dataclass
class Done:
    """What came of a step."""

    name: str
    state: str
    told: str
    seconds: float
    found: dict[str, Any] = field(default_factory=dict)


def main() -> None:
    """Do it all; the exit code is 1 where a step failed that could be looked at."""
    parser = argparse.ArgumentParser(prog="make check-gpu", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "check-gpu")
    parser.add_argument("--seconds", type=float, help=f"for all steps together; on a GPU {SECONDS} by default")
    parser.add_argument("--only", nargs="+", metavar="STEP", help="only these steps")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    known: dict[str, Any] = {"out": str(options.out.resolve()), "device": "cpu", "way": "first"}
    done: list[Done] = []
    with (options.out / "log.txt").open("wb") as log:
        for name, seconds in (CONFINEMENT | TRAINING).items():
            if options.only and name not in options.only:
                continue
            if name == next(iter(TRAINING)):
                known["way"] = best_way(done)
            patience = 1 if known["device"] == "cuda" else SLOWER
            end = begin + (options.seconds or SECONDS * patience) - MARGIN
            one = run(name, known, min(seconds * patience, end - time.monotonic()), log)
            done.append(one)
            known |= {key: one.found[key] for key in ("device",) if key in one.found}
            print(f"{one.name:18} {one.state:22} {one.seconds:6.1f} s  {one.told}", flush=True)
            report = {"known": known, "steps": [asdict(each) for each in done]}
            (options.out / "report.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(f"\n{table(done)}\nEverything is in {options.out}.", flush=True)
    sys.exit(any(one.state == "failed" for one in done))


def best_way(done: list[Done]) -> str:
    """The strongest confinement in which the device has computed; without any, none at all."""
    worked = {one.name for one in done if one.state == "ok"}
    return next((way for way, step in WAYS.items() if step in worked), "none" if done else "first")


def run(name: str, known: dict[str, Any], seconds: float, log: IO[bytes]) -> Done:
    """One step in a process of its own, which is ended, with all that it has started, when its time is over."""
    if seconds < MARGIN:
        return Done(name, NOT_LOOKED_AT, "no time was left", 0.0)
    begin = time.monotonic()
    with tempfile.NamedTemporaryFile("r") as answer:
        order = json.dumps({**known, "seconds": seconds})
        command = [sys.executable, "-u", "-m", "benchmarks.check_gpu.steps", name, order, answer.name]
        log.write(f"\n===== {name}\n".encode())
        log.flush()
        process = subprocess.Popen(  # noqa: S603  (our own module)
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        try:
            code = process.wait(seconds)
            ended = f"its process ended with {signal.Signals(-code).name if code < 0 else code}"
        except subprocess.TimeoutExpired:
            ended = f"it was ended after {seconds:.0f} s"
        _end(process)
        try:
            said = json.load(answer)
        except ValueError:
            said = {"state": "failed", "told": f"{ended}; the last of log.txt on {name} says more", "found": {}}
    return Done(name, said["state"], said["told"], time.monotonic() - begin, said["found"])


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # the step is a session of its own: what it started and left is in there
    process.wait()


def table(done: list[Done]) -> str:
    """All steps, one a line, and how many there are of each kind."""
    lines = [
        f"{'step':18} {'':22} {'seconds':>7}",
        *(f"{one.name:18} {one.state:22} {one.seconds:7.1f}  {one.told}" for one in done),
    ]
    states = [one.state for one in done]
    counts = ", ".join(f"{states.count(state)} {state}" for state in ("ok", "failed", NOT_LOOKED_AT))
    return "\n".join([*lines, f"{counts}; {sum(one.seconds for one in done):.0f} s in all"])


if __name__ == "__main__":
    if not CARRIED.exists():
        print(f"note: there is no {CARRIED}; packages are those that are installed.", flush=True)
    main()
