"""Asks a confined worker, as the grader does."""

from __future__ import annotations

import textwrap
from typing import Any

from autograder.course.assignment import Limits
from autograder.sandbox.worker_process import WorkerProcess

LIMITS = Limits(call_seconds=1, wall_seconds=20, cpu_seconds=20, memory_mb=256, reply_mb=1)  # of a submission
PATIENT = 60.0
MB = 1 << 20


def run(worker: WorkerProcess, source: str, seconds: float = PATIENT) -> dict[str, Any]:
    """Execute `source` in the worker; its answer."""
    return worker.ask({"do": "run", "source": textwrap.dedent(source), "title": "cell 1"}, seconds, MB)


def call(worker: WorkerProcess, function: str, *args: Any, seconds: float = PATIENT) -> Any:
    """What a function of the program returns; the whole answer where it is an error."""
    request = {"do": "call", "function": function, "args": args, "kwargs": {}, "inputs": False}
    answer = worker.ask(request, seconds, MB)
    return answer.get("ok", answer.get("error"))
