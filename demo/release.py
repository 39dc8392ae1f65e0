"""`make release`: every assignment of the course, built and released through nbgrader."""

from __future__ import annotations

import sys

from autograder.course.folders import Course
from demo.commands import CommandError, release

if __name__ == "__main__":
    course = Course.find()
    for name in course.names():
        try:
            release(course, name)
        except CommandError as error:
            sys.exit(str(error))
        print(f"{name}: released to {course.release(name).relative_to(course.root)} and to the exchange")
