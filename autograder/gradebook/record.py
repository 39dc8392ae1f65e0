"""Stored reports -> gradebook and feedback pages, by nbgrader's own autograde and generate_feedback, one student at a time."""

from __future__ import annotations

from typing import Any

from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import PyFileConfigLoader

from autograder.course import Course, GraderError


class Recorder:
    """Nbgrader in this process, with the settings of the course."""

    def __init__(self, course: Course) -> None:
        """Read nbgrader_config.py of the course."""
        config = PyFileConfigLoader("nbgrader_config.py", path=str(course.root)).load_config()
        config.CourseDirectory.root = str(course.data)
        config.CourseDirectory.db_url = f"sqlite:///{course.gradebook}"
        self._api = NbGraderAPI(CourseDirectory(config=config), config=config)

    def record(self, assignment: str, student: str) -> None:
        """Put one student's scores into the gradebook and make the feedback page; raises GraderError."""
        for step in (self._api.autograde, self._api.generate_feedback):
            done: dict[str, Any] = step(assignment, student, force=True)
            if not done["success"]:
                lines = [
                    line for line in f"{done.get('log') or ''}\n{done.get('error') or ''}".splitlines() if line.strip()
                ]
                raise GraderError(f"nbgrader could not record {student}: {lines[-1] if lines else 'it gave no reason'}")
