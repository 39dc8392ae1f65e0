"""What diagnosis costs: every misconception of every assignment is handed in, and the search for its name is timed.

Run `python -m benchmarks.diagnosis`; it prints milliseconds per failed exercise: median, quartiles, and the slowest.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autograder.course.folders import Course
from autograder.grading.diagnosis import Diagnosis
from autograder.grading.grader import Grader
from autograder.suite.misconceptions import misconceptions, rewritten

LIMIT = 0.1  # seconds per failed exercise


@contextmanager
def timed_findings() -> Iterator[list[float]]:
    """While this is open, the seconds of each search for a name are added to the list, also of those that need none."""
    seconds: list[float] = []
    search = Diagnosis.search

    def timed(*args: Any) -> Any:
        begin = time.perf_counter()
        try:
            return search(*args)
        finally:
            seconds.append(time.perf_counter() - begin)

    Diagnosis.search = timed  # type: ignore[assignment, method-assign]
    try:
        yield seconds
    finally:
        Diagnosis.search = search  # type: ignore[method-assign]


def costs(course: Course, name: str) -> tuple[dict[str, list[float]], list[float]]:
    """Seconds of diagnosis per failed exercise, by its name; and per exercise that passed."""
    folder = course.solution(name)
    reference = (folder / "reference.py").read_text(encoding="utf-8")
    failed: dict[str, list[float]] = defaultdict(list)
    passed: list[float] = []
    with tempfile.TemporaryDirectory() as scratch, Grader(course) as grader, timed_findings() as seconds:
        jobs: list[tuple[Path, str | None]] = []
        for wrong in misconceptions(folder):
            path = Path(scratch) / f"{len(jobs)}.py"
            path.write_text(rewritten(reference, wrong.changes), encoding="utf-8")
            jobs.append((path, None))
        reports = grader.grade_all(name, jobs)
        results = [result for report in reports for result in report.exercises]
        for result, spent in zip(results, seconds, strict=True):
            (passed if result.status == "passed" else failed[result.name]).append(spent)
    return failed, passed


def main() -> None:
    """Measure every assignment."""
    course = Course.find()
    for name in course.names():
        failed, passed = costs(course, name)
        print(f"\n{name}  (ms per exercise; passed: {1000 * max(passed, default=0):.3f} at most)")
        for exercise, spent in failed.items():
            low, middle, high = statistics.quantiles(spent, n=4) if len(spent) > 1 else spent * 3
            over = "  OVER THE LIMIT" if max(spent) > LIMIT else ""
            print(
                f"  {exercise:24}{1000 * middle:6.1f} ({1000 * low:.1f} to {1000 * high:.1f}), slowest {1000 * max(spent):.1f}, "
                f"{len(spent)} misconceptions{over}"
            )


if __name__ == "__main__":
    main()
