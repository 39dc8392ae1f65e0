"""What stands in the gradebook, in graded notebooks and on pages, and whether the same would be put there now, by any command.

An *entry* is a student's rows in the gradebook with the graded notebook beside them. It follows from the report, the time of submission,
the due date, the rule for late penalties, points and marks by hand; a *page* from the entry, from comments and from how pages look.
The store remembers a digest of all that for what was made last. Where the digest of what is there now differs, it is made again.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import stat
from collections import defaultdict
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from operator import itemgetter
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment as Known
from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config

from autograder.course.folders import Course
from autograder.course.policy import policy_of
from autograder.course.regrade import Regrade
from autograder.course.settings import settings_of
from autograder.course.stamps import TIMESTAMP
from autograder.gradebook.outline import outline_of
from autograder.gradebook.pseudonyms import pseudonyms_of
from autograder.grading.imports import imported
from autograder.grading.keys import files_hash
from autograder.whole_class.regrading import changes_to
from autograder.whole_class.store import Store

PAGE_PACKAGES = ("nbgrader", "nbconvert", "jinja2", "bleach", "mistune", "pygments", "latex2mathml", "matplotlib")
TEMPLATE = Path(__file__).with_name("feedback_page.html")
LONGEST_TIMESTAMP = 1000
NO_TIME = timedelta(0)
NONE_GRANTED: Mapping[str, timedelta] = {}
FEW = 100  # students that the gradebook is asked for by name


@dataclass(frozen=True)
class SubmissionRows:
    """What the gradebook has of one student's submission.

    grades: name, most points, score, mark by hand and extra credit of each
    comments: name, text from the report and text by hand of each
    """

    timestamp: datetime | None
    duedate: datetime | None
    penalty: float | None = None
    score: float = 0.0
    grades: tuple[tuple[Any, ...], ...] = ()
    comments: tuple[tuple[Any, ...], ...] = ()

    @property
    def seconds_late(self) -> float:
        """How long after the due date it was handed in."""
        if self.timestamp is None or self.duedate is None:
            return 0.0
        return max(0.0, (self.timestamp - self.duedate).total_seconds())


def submission_rows(
    gradebook: Gradebook,
    assignment: str,
    students: Collection[str] = (),
    granted: Mapping[str, timedelta] = NONE_GRANTED,
) -> dict[str, SubmissionRows]:
    """The rows of an assignment, for these students at least, or for all. A student without a submission has none.

    granted: extensions that stand in place of those in the gradebook
    """

    def ask(of: Any, *columns: Any, through: tuple[Any, ...]) -> Any:
        query = gradebook.db.query(SubmittedAssignment.student_id, *columns).select_from(of)
        for step in through:
            query = query.join(step)
        query = query.filter(Known.name == assignment)
        few = 0 < len(students) <= FEW
        return query.filter(SubmittedAssignment.student_id.in_(students)) if few else query

    known, notebook = (SubmittedAssignment.assignment,), (SubmittedNotebook.assignment, SubmittedAssignment.assignment)
    times = (SubmittedAssignment.timestamp, SubmittedAssignment.extension, Known.duedate)
    made = {
        name: SubmissionRows(
            timestamp, None if duedate is None else duedate + (granted.get(name, extension) or NO_TIME)
        )
        for name, timestamp, extension, duedate in ask(SubmittedAssignment, *times, through=known)
    }
    for name, penalty in ask(SubmittedNotebook, SubmittedNotebook.late_submission_penalty, through=notebook):
        made[name] = replace(made[name], penalty=penalty)
    most = dict(gradebook.db.query(GradeCell.id, GradeCell.max_score).all())
    points = (BaseCell.name, Grade.auto_score, Grade.manual_score, Grade.extra_credit, Grade.score, Grade.cell_id)
    for name, cell, auto, manual, extra, score, number in ask(
        Grade, *points, through=(Grade.cell, Grade.notebook, *notebook)
    ):
        row, grade = made[name], (cell, most.get(number), auto, manual, extra)
        made[name] = replace(
            row, score=row.score + score, grades=tuple(sorted((*row.grades, grade), key=itemgetter(0)))
        )
    said = (BaseCell.name, Comment.auto_comment, Comment.manual_comment)
    for name, *comment in ask(Comment, *said, through=(Comment.cell, Comment.notebook, *notebook)):
        row = made[name]
        made[name] = replace(row, comments=tuple(sorted((*row.comments, tuple(comment)), key=itemgetter(0))))
    return made


def regrades_by_student(store: Store, assignment: str, students: Collection[str]) -> dict[str, list[Regrade]]:
    """The regrades of each of these students who has any, the first ones first."""
    found = defaultdict(list)
    for regrade in store.regrades(assignment, students):
        found[regrade.student].append(regrade)
    return found


class Standing:
    """What stands of one assignment. `config` is that of the nbgrader that asks; `reason`: why anybody is graded again."""

    def __init__(self, course: Course, assignment: str, config: Config, reason: str = "") -> None:
        """Look at nothing yet."""
        self._reason = reason
        self.course = course
        self.assignment = assignment
        self._config = config
        self._db_url = CourseDirectory(config=config).db_url
        released = course.release(assignment) / course.assignment(assignment).notebook_name
        self._made_of = digest_of(bytes_at(released), own_code())

    def rows(self, students: Collection[str]) -> dict[str, SubmissionRows]:
        """What the gradebook has of these students, who need not be known there; with the extensions that they have now."""
        with Gradebook(self._db_url) as gradebook:
            return submission_rows(gradebook, self.assignment, students, self._granted)

    def seen(self, store: Store, keys: Mapping[str, str]) -> set[str]:
        """Those whose entry was made from the report that is stored under their key."""
        made = store.made(self.assignment, "report")
        return {student for student, key in keys.items() if made.get(student) == key}

    def entered(self, store: Store, keys: Mapping[str, str]) -> set[str]:
        """Those whose entry is what would be made now of the report that is stored under their key."""
        made, there = store.made(self.assignment, "entry"), self.rows(keys)
        return {
            student
            for student in self.seen(store, keys)
            if student in there and made.get(student) == self._entry(student, there[student])
        }

    def remember_entries(self, store: Store, keys: Mapping[str, str]) -> None:
        """Remember what the entries of these students were made from, which is what stands there now, and whose score is another."""
        there = self.rows(keys)
        entries = {student: self._entry(student, there[student]) for student in keys}
        now, changes = datetime.now(UTC), changes_to(store, self.course.assignment(self.assignment), keys)
        regrades = [change.regrade(now, self._reason) for change in changes if change.differs]
        store.remember(self.assignment, "entry", entries)
        store.remember(self.assignment, "report", keys, regrades)

    def paged(self, store: Store, followed: Mapping[str, str]) -> set[str]:
        """Those whose page was made from what it would be made from now, and has not changed since."""
        made = store.made(self.assignment, "page")
        return {student for student, made_of in followed.items() if made.get(student) == self._page(student, made_of)}

    def remember_pages(self, store: Store, followed: Mapping[str, str]) -> None:
        """Remember what the pages of these students were made from, and how they came out."""
        pages = {student: self._page(student, made_of) for student, made_of in followed.items()}
        store.remember(self.assignment, "page", pages)

    def pages(self, store: Store, students: Collection[str]) -> dict[str, str]:
        """For each student who has an entry, the digest of all that the page follows from."""
        there, same = self.rows(students), (self._figures(), own_code(), self._looks())
        again = regrades_by_student(store, self.assignment, students)
        return {
            student: digest_of(
                bytes_at(self.notebook(student)),
                *map(repr, (*astuple(there[student]), *again.get(student, ()))),
                *same,
            )
            for student in students
            if student in there
        }

    def notebook(self, student: str) -> Path:
        """The graded notebook of a student."""
        return self.course.data / "autograded" / student / self.assignment / f"{self.assignment}.ipynb"

    def page(self, student: str) -> Path:
        """The feedback page of a student."""
        return self.course.data / "feedback" / student / self.assignment / f"{self.assignment}.html"

    def _entry(self, student: str, row: SubmissionRows) -> str:
        handed_in = bytes_at(self.course.submitted(student, self.assignment) / TIMESTAMP, LONGEST_TIMESTAMP)
        said = [(name, auto) for name, auto, _ in row.comments]
        times = (row.timestamp, row.duedate, row.penalty, self._penalty(student, row))
        name = self._names.get(student)
        parts = (times, row.grades, said, *([name] if name else []))
        return digest_of(self._made_of, handed_in, bytes_at(self.notebook(student)), *map(repr, parts))

    def _page(self, student: str, made_of: str) -> str:
        return digest_of(made_of, bytes_at(self.page(student)))

    def _penalty(self, student: str, row: SubmissionRows) -> Any:
        """What the course's rule says of a late submission, unless it raises."""
        if not row.seconds_late:
            return None
        with suppress(Exception):  # it is told where the penalty is recorded
            return self._rule.late_submission_penalty(student, row.score, row.seconds_late)
        return "unknown"

    @cached_property
    def _granted(self) -> Mapping[str, timedelta]:
        return policy_of(self.course).extensions.get(self.assignment, NONE_GRANTED)

    @cached_property
    def _names(self) -> dict[str, str]:
        """Names on the board: one of two moves on when a student comes who has drawn the same."""
        trained = self.course.assignment(self.assignment).training is not None
        return pseudonyms_of(self.course, self.assignment) if trained and settings_of(self.course).board else {}

    @cached_property
    def _rule(self) -> Any:
        """The course's own plugin, or nbgrader's."""
        penalties = AssignLatePenalties(config=self._config)
        penalties.init_plugin()
        return penalties.plugin_inst

    def _looks(self) -> str:
        """Digest of what all pages have in common: template, title and sections, the rule for who is late, steps of a site's own."""
        own_steps = self._config.get("GenerateFeedback", {}).get("preprocessors", [])
        outline = outline_of(self.course.assignment(self.assignment))
        return digest_of(bytes_at(TEMPLATE), repr(outline), repr(policy_of(self.course).late), repr(own_steps))

    def _figures(self) -> str:
        """Digest of the files of the instructor's that a page may show."""
        folder = self.course.source(self.assignment)
        files = sorted(path for path in folder.glob("*") if path.suffix != ".ipynb") if folder.is_dir() else []
        return digest_of(*(part for path in files for part in (path.name, bytes_at(path))))


def digest_of(*parts: str | bytes) -> str:
    """One digest of several texts, wherever each of them ends."""
    made = hashlib.sha256()
    for part in parts:
        content = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        made.update(b"%d\0" % len(content) + content)
    return made.hexdigest()


@cache
def own_code() -> str:
    """Digest of the code that makes entries and pages."""
    here = Path(__file__).resolve().parent
    modules = imported(here.parent.parent, here.glob("*.py"), (here.parent.name,), safe=False)
    return digest_of(
        files_hash(here.parent, modules), *(f"{name} {importlib.metadata.version(name)}" for name in PAGE_PACKAGES)
    )


def bytes_at(path: Path, most: int | None = None) -> bytes:
    """What is in a file; nothing where there is none, or it is not an ordinary one, or too long."""
    with suppress(OSError):
        state = path.lstat()
        if stat.S_ISREG(state.st_mode) and (most is None or state.st_size <= most):
            return path.read_bytes()
    return b""
