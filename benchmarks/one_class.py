"""Grades one class as `autograder grade-class` does, and prints when each step ended. Run by `benchmarks.grading`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from autograder.cli.grade_class import ClassRun, grade_class
from autograder.course.folders import Course
from autograder.whole_class.grading import Step


def main() -> None:
    """Grade the assignment that is named first, with as many jobs as is said next."""
    name, jobs = sys.argv[1], int(sys.argv[2])
    ended: dict[Step, float] = {}

    def watch(step: Step, done: int, total: int, failures: int) -> None:
        if failures:
            raise RuntimeError(f"{failures} failures")
        if done == total:
            ended[step] = time.time()

    grade_class(ClassRun(Course.find(Path.cwd()), name, jobs=jobs), watch)
    print(json.dumps(ended))


if __name__ == "__main__":
    main()
