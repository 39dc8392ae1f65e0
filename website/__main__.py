"""`make site`: the site of this course, in build/site or in the folder that is named."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from website.building import build


def main() -> None:
    """Build the site and say where it is; one sentence where it cannot be built."""
    parser = argparse.ArgumentParser(prog="python -m website", description="Builds the course as a site.")
    parser.add_argument("--out", type=Path, help="the folder to write; default: build/site")
    out = parser.parse_args().out
    try:
        course = Course.find()
        site = build(course, out or course.root / "build" / "site")
    except CourseError as error:
        sys.exit(str(error))
    print(f"The site begins at {site / 'index.html'}; it needs no server and no network.")


if __name__ == "__main__":
    main()
