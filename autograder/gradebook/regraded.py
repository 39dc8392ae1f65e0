"""What nbgrader's side knows of those who are graded again: what its settings say, marks by hand, and feedback that was released before."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

from autograder.course.folders import Course
from autograder.course.regrade import reason_given
from autograder.gradebook.feedback_given import GIVEN
from autograder.gradebook.feedback_release import released_as, secret_of
from autograder.gradebook.grading import GradeSubmission
from autograder.gradebook.settings import settings
from autograder.gradebook.standing import bytes_at, submission_rows


def rules_of(course: Course) -> tuple[bool, str]:
    """Whether scores may sink, and the reason for grading again, as the course's nbgrader_config.py has them for every command."""
    rules = GradeSubmission(config=settings(course))
    return rules.allow_lower, reason_given(rules.reason)


def marked_by_hand(course: Course, assignment: str, students: Collection[str]) -> dict[str, set[str]]:
    """Names of what a person has marked, of each of these students."""
    if not (students and course.gradebook.exists()):
        return {}
    with Gradebook(CourseDirectory(config=settings(course)).db_url) as gradebook:
        rows = submission_rows(gradebook, assignment, students)
    return {
        student: {name for name, _, _, by_hand, _ in row.grades if by_hand is not None} for student, row in rows.items()
    }


def released_pages(course: Course, assignment: str) -> dict[str, bool]:
    """Of each student whose feedback lies in the exchange: whether it is the page that the course has now.

    What `autograder watch` has given back is another page, which it renews itself.
    """
    config = settings(course)
    found = {}
    for page in sorted((course.data / "feedback").glob(f"*/{assignment}/{assignment}.html")):
        with suppress(OSError, ValueError):  # not released, or nobody can find it
            released = released_as(config, assignment, secret_of(page.parent)).read_bytes()
            student = page.parent.parent.name
            if released != bytes_at(course.data / GIVEN / student / assignment / page.name):
                found[student] = released == page.read_bytes()
    return found
