"""Late submissions, by the rule of the course: the same for every command, since nbgrader asks it wherever scores are recorded."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from nbgrader.plugins import LateSubmissionPlugin

from autograder.course.folders import Course
from autograder.course.policy import Policy, policy_of


class LatePenalties(LateSubmissionPlugin):  # type: ignore[misc]  # nbgrader carries no types
    """The penalty that `course/settings.toml` names; where it names none, nbgrader's own, with its `penalty_method`."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """Points that a submission loses which came so many seconds after the due date of this student."""
        late = _policy(self.config).late
        if late is None:
            own: float | None = super().late_submission_penalty(student_id, score, total_seconds_late)
            return own
        return round(late.share(total_seconds_late) * score, 2)


def extension_of(config: Any, assignment: str, student: str) -> timedelta | None:
    """The time that a student has more than the others; None where `course/settings.toml` says nothing, and the gradebook's counts."""
    return _policy(config).extensions.get(assignment, {}).get(student)


def _policy(config: Any) -> Policy:
    """The policy of the course that nbgrader works for."""
    root = config.get("Course", {}).get("root")
    return policy_of(Course(Path(root))) if root else Policy()
