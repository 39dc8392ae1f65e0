"""The last check before a release: nbgrader's `generate_assignment` stops when students would get what they must not see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.authoring.leaks import find_leaks, leaks_in, read_secrets, refusal
from autograder.course.assignment import CourseError
from autograder.course.folders import Course


class RefuseLeaks(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader carries no types
    """Stands last in `GenerateAssignment.preprocessors`: sees the notebook as it will be, and the files beside it."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Pass the notebook on unchanged, or raise CourseError; nbgrader then removes the release folder."""
        course = Course.find(Path(resources["metadata"]["path"]))
        assignment, notebook = resources["nbgrader"]["assignment"], resources["nbgrader"]["notebook"]
        leaks = leaks_in(read_secrets(course), {f"{notebook}.ipynb": nbformat.writes(nb).encode()})
        if leaks := leaks + find_leaks(course, course.release(assignment)):
            raise CourseError(refusal(leaks))
        return nb, resources
