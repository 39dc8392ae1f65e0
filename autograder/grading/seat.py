"""A hidden suite that is collected once and then waits for submissions, one at a time. Used where many are graded.

pytest runs in a thread of its own and takes submissions from a queue: collecting a suite costs some 80 ms, once.
"""

from __future__ import annotations

from queue import SimpleQueue
from threading import Thread

from autograder.course.report import Report
from autograder.grading.grader import Grader
from autograder.grading.sitting import Job


class Seat:
    """The suite of one assignment in one grader, ready for the next submission as long as the process lives."""

    def __init__(self, grader: Grader, assignment: str) -> None:
        """Collect the suite in the background; what is wrong with it is raised by the first `grade`."""
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._said: SimpleQueue[Report | Exception] = SimpleQueue()
        self._grader = grader
        self._assignment = assignment
        self._over: Exception | None = None
        self._thread = Thread(target=self._run, name=f"the suite of {assignment}", daemon=True)
        self._thread.start()

    def grade(self, job: Job) -> Report:
        """The report of one submission; raises GraderError where the suite cannot be used."""
        if self._over is None:
            self._jobs.put(job)
            said = self._said.get()
            if isinstance(said, Report):
                return said
            self._over = said
        raise self._over

    def _run(self) -> None:
        try:
            self._grader.sit(self._assignment, iter(self._jobs.get, None), self._said.put)
        except Exception as fault:  # noqa: BLE001  (it is raised by `grade`, in the thread that asks)
            self._said.put(fault)
