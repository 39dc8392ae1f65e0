"""How `autograder watch` gives a student an answer: a page of its own, released by nbgrader's way, for the submission that it answers.

The pages in `course/feedback` are the same whichever command makes them, and say everything. What is given back before the due date may
say less, and says how many attempts are left. It is kept in `course/given_back`, so that one can see what a student was told.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log
from traitlets.config import Config

from autograder.course.assignment import GraderError
from autograder.course.attempts import Told
from autograder.course.folders import Course
from autograder.course.policy import policy_of
from autograder.course.stamps import TIMESTAMP
from autograder.gradebook.feedback_page import html_of, points_alone
from autograder.gradebook.feedback_parts import page_of
from autograder.gradebook.feedback_release import SECRET, ReleaseFeedback, released_as, secret_of
from autograder.gradebook.outline import outline_of
from autograder.gradebook.standing import LONGEST_TIMESTAMP, Standing, bytes_at, regrades_by_student
from autograder.reporting.formulas import inline_html
from autograder.reporting.page_template import page_template
from autograder.submission.submitted import printable
from autograder.whole_class.store import Store

GIVEN = "given_back"  # the folder below `course/`
NOTICE = "notice.html"
FOR_ALL = 0o644  # as nbgrader's own pages: the name is a secret


def give_page(  # noqa: PLR0913, PLR0917  (whom what is told of)
    course: Course, name: str, config: Config, store: Store, student: str, told: Told, attempt: Sequence[str]
) -> None:
    """Give a graded submission's page back, or a part of it. Raises GraderError where the student cannot be reached."""
    if told == "nothing":
        give_notice(course, name, config, student, attempt)
        return
    standing = Standing(course, name, config)
    path = standing.notebook(student)
    page = page_of(
        outline_of(course.assignment(name)),
        student,
        standing.rows([student])[student],
        json.loads(path.read_text(encoding="utf-8")),
        path.parent,
        regrades_by_student(store, name, [student]).get(student, ()),
        policy_of(course).late,
    )
    page = replace(page, attempt=tuple(attempt))
    _give(course, name, config, student, html_of(page if told == "messages" else points_alone(page)))


def give_notice(course: Course, name: str, config: Config, student: str, attempt: Sequence[str]) -> None:
    """Tell a student of a submission that is not graded, or of which nothing is to be told. Raises GraderError."""
    title = course.assignment(name).title
    notice = page_template(Path(__file__).with_name(NOTICE), inline=inline_html)
    page = notice.render(title=title, student=printable(student), sentences=attempt)
    _give(course, name, config, student, page)


def _give(course: Course, name: str, config: Config, student: str, html: str) -> None:
    handed_in, folder = course.submitted(student, name), course.data / GIVEN / student / name
    try:
        secret = secret_of(handed_in)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / SECRET).write_text(secret, encoding="utf-8")
        (folder / TIMESTAMP).write_bytes(bytes_at(handed_in / TIMESTAMP, LONGEST_TIMESTAMP))
        page = folder / f"{name}.html"
        page.write_text(html, encoding="utf-8")
        page.chmod(FOR_ALL)
    except (OSError, ValueError) as fault:
        raise GraderError(f"{student} cannot be given an answer: {fault}") from fault
    _release(config, name, student)
    if not released_as(config, name, secret).is_file():
        raise GraderError(f"the answer of {student} is not in the exchange.")


def _release(config: Config, name: str, student: str) -> None:
    coursedir = CourseDirectory(config=config)
    coursedir.assignment_id, coursedir.student_id, coursedir.feedback_directory = name, student, GIVEN
    said = capture_log(ReleaseFeedback(coursedir=coursedir, config=config))
    if not said["success"]:
        why = said["error"].strip().splitlines()[-1]
        raise GraderError(f"nothing can be released into the exchange: {printable(why)}")
