"""`make gradescope NAME=...`: the autograder of an assignment for Gradescope, in build/gradescope/NAME/autograder.zip."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from gradescope.packing import pack

MEBIBYTE = 1 << 20


def main() -> None:
    """Pack the assignment and say where it is; one sentence where that is not possible."""
    parser = argparse.ArgumentParser(prog="python -m gradescope", description="Packs an assignment for Gradescope.")
    parser.add_argument("name", help="an assignment")
    parser.add_argument("--out", type=Path, help="the file to write; default: build/gradescope/NAME/autograder.zip")
    asked = parser.parse_args()
    try:
        course = Course.find()
        target = asked.out or course.root / "build" / "gradescope" / asked.name / "autograder.zip"
        files = pack(course, asked.name, target)
    except CourseError as error:
        sys.exit(str(error))
    print(
        f"{target}: {files} files, {target.stat().st_size / MEBIBYTE:.1f} MiB. It holds hidden tests: keep it from students."
    )


if __name__ == "__main__":
    main()
