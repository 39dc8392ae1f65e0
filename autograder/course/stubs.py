"""What students get in place of a solution. For the build, and for telling a written answer from an untouched one."""

from __future__ import annotations

import re

from autograder.course.assignment import CourseError

# nbgrader's ClearSolutions looks for these words and puts stubs in their place; nbgrader_config.py gives it these.
BEGIN, END = "BEGIN SOLUTION", "END SOLUTION"
CODE_STUB = 'raise NotImplementedError("Write your answer here.")'
TEXT_STUB = "Write your answer here."


def strip_solutions(source: str, stub: str, where: str) -> str:
    """`source` with the stub in place of each solution region, exactly as nbgrader's ClearSolutions does it."""
    kept: list[str] = []
    inside = False
    for line in source.split("\n"):
        if BEGIN in line:
            if inside:
                raise CourseError(f"{where}: a `### {BEGIN}` stands inside another; end the first with `### {END}`.")
            inside = True
            indent = re.match(r"\s*", line)
            kept += [f"{indent.group(0) if indent else ''}{text}" for text in stub.split("\n")]
        elif END in line:
            inside = False
        elif not inside:
            kept.append(line)
    if inside:
        raise CourseError(f"{where}: a `### {BEGIN}` has no `### {END}`.")
    return "\n".join(kept)


def released_text(source: str, stub: str, where: str) -> str:
    """The text of a cell that students fill in, as they get it."""
    return strip_solutions(source, stub, where) if BEGIN in source else stub
