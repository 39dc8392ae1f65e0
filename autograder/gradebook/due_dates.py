"""Until when each student may hand in: the due date of the gradebook, with the extension that the student has. For `autograder watch`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from nbgrader.api import Assignment, Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.course.folders import Course
from autograder.course.policy import policy_of


class DueDates:
    """The due dates of an assignment as they are when this is made, in UTC. `usual`: of who has no extension; None without one."""

    def __init__(self, course: Course, assignment: str, config: Config) -> None:
        """Read them."""
        granted = policy_of(course).extensions.get(assignment, {})
        with Gradebook(CourseDirectory(config=config).db_url) as gradebook:
            try:
                due: datetime | None = gradebook.find_assignment(assignment).duedate
            except MissingEntry:
                due = None
            query = gradebook.db.query(SubmittedAssignment.student_id, SubmittedAssignment.extension)
            rows = query.join(SubmittedAssignment.assignment).filter(Assignment.name == assignment).all()
        self.usual = None if due is None else due.replace(tzinfo=UTC)
        self._more = {student: more for student, more in rows if more} | dict(granted)

    def of(self, student: str) -> datetime | None:
        """Until when one student may hand in."""
        return None if self.usual is None else self.usual + self._more.get(student, timedelta(0))
