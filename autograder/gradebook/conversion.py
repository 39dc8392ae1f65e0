"""Makes autograded notebooks and feedback pages of stored reports, by nbgrader's own converters, for several students at a time.

`convert` runs in the processes of a pool. Between its two steps `recording` puts the scores into the gradebook. What is made is what
nbgrader's commands make of the same reports; what these do anew for each student, and is the same for all, is done once here.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import BaseConverter
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log, find_all_files
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from autograder.course.folders import Course
from autograder.course.stamps import TIMESTAMP
from autograder.gradebook.alike import ALIKE, Released
from autograder.gradebook.feedback_release import SECRET
from autograder.gradebook.settings import settings

REPLACED = {"autograder.gradebook.GradeSubmission": "autograder.gradebook.ShowReport"}
LATER = {"autograder.gradebook.RecordScores", "nbgrader.preprocessors.AssignLatePenalties"}  # done by `entries`
ERROR = re.compile(r"^[\w.]*(?:Error|Exception|Entry)\b.*", re.MULTILINE)
Failures = dict[str, str]  # student -> why


@dataclass(frozen=True)
class Batch:
    """Students whose reports are recorded together."""

    step: Literal["notebooks", "pages"]
    course: str  # the folder of the checkout
    assignment: str
    keys: tuple[tuple[str, str], ...]  # of each student, and of the report in the store

    @property
    def students(self) -> tuple[str, ...]:
        """Whose reports these are."""
        return tuple(student for student, _ in self.keys)


def convert(batch: Batch) -> Failures:
    """Take one step with a batch; returns, for each student with whom that was not possible, why.

    notebooks: the autograded copy of what was handed in, with the stored report in it; the gradebook knows the students already
    pages: the feedback page, from the autograded notebook and the gradebook
    """
    config = settings(Course(Path(batch.course)))
    config.CourseDirectory.assignment_id = batch.assignment
    config.FeedbackExporter.remembers = False
    if batch.step == "pages":
        return _convert(_Pages, config, batch.students)
    steps = config.Autograde.autograde_preprocessors
    config.Autograde.autograde_preprocessors = [REPLACED.get(step, step) for step in steps if step not in LATER]
    config.SubmissionExporter.grades = False  # and nothing is remembered: `recording` does that
    config.SubmissionExporter.optimistic_validation = True  # in the end, not after each preprocessor as well
    config.ShowReport.keys = dict(batch.keys)
    return _convert(_Notebooks, config, batch.students)


class _Chosen:
    """For a converter of nbgrader's: works for the students that are named, rather than for all that a pattern finds."""

    students: tuple[str, ...] = ()

    def init_notebooks(self: Any) -> None:
        """The notebooks in each student's folder; where there is none, the expected one, which nbgrader then says is missing."""
        assignment = self.coursedir.assignment_id
        folders = [Path(self._format_source(assignment, student)) for student in self.students]
        self.assignments = {
            str(folder): [str(path) for path in folder.glob("*.ipynb")] or [str(folder / f"{assignment}.ipynb")]
            for folder in folders
        }
        self.notebooks: list[str] = []

    def run_post_convert_hook(self) -> None:
        """What was made is remembered by `recording`."""

    def written(self: Any, student: str) -> Path:
        """What is there when the work for a student is done."""
        folder = Path(self._format_dest(self.coursedir.assignment_id, student))
        return folder / f"{self.coursedir.assignment_id}{self.extension}"


class _Notebooks(_Chosen, Autograde):  # type: ignore[misc]  # nbgrader carries no types
    extension = ".ipynb"

    def convert_notebooks(self) -> None:
        """As nbgrader does, with what is the same for all students at hand."""
        source = Path(self.coursedir.format_path(self.coursedir.source_directory, ".", self.coursedir.assignment_id))
        found = map(Path, find_all_files(str(source), [*self.coursedir.ignore, "*.ipynb"]))
        kept = self.exclude_overwriting.get(self.coursedir.assignment_id, ())
        self.provided = {path.relative_to(source): path for path in found}
        self.provided = {name: path for name, path in self.provided.items() if str(name) not in kept}
        with Released(self.coursedir.db_url) as self.released:
            super().convert_notebooks()

    def init_assignment(self, assignment: str, student: str) -> None:
        """Copy the files that belong to the notebook. The gradebook knows student and submission already, and no other notebook."""
        self.notebooks = [name for name in self.notebooks if Path(name).stem == assignment]
        BaseConverter.init_assignment(self, assignment, student)
        folder = Path(self._format_dest(assignment, student))
        for parent in {(folder / name).parent for name in self.provided}:
            parent.mkdir(parents=True, exist_ok=True)
        for name, path in self.provided.items():
            (folder / name).unlink(missing_ok=True)
            shutil.copy(path, folder / name)

    def convert_single_notebook(self, filename: str) -> None:
        """Take both steps of nbgrader's, without writing and reading what is between them."""
        self.exporter._preprocessors = []  # noqa: SLF001  (as nbgrader does)
        for step in (*self.sanitize_preprocessors, *self.autograde_preprocessors):
            found = import_item(step) if isinstance(step, str) else step
            self.exporter.register_preprocessor(ALIKE.get(found, found))
        BaseConverter.convert_single_notebook(self, filename)


class _Pages(_Chosen, GenerateFeedback):  # type: ignore[misc]  # nbgrader carries no types
    extension = ".html"

    def init_assignment(self, assignment: str, student: str) -> None:
        """A page needs no file beside it; `nbgrader release_feedback` needs those of the exchange."""
        here, there = (Path(form(assignment, student)) for form in (self._format_source, self._format_dest))
        there.mkdir(parents=True, exist_ok=True)
        for name in (TIMESTAMP, SECRET):
            if (here / name).is_file():
                shutil.copy(here / name, there / name)


def _convert(kind: Any, config: Config, students: tuple[str, ...]) -> Failures:
    """Convert for all together; then again, alone, for each student who has nothing afterwards, to learn why."""
    converter = kind(coursedir=CourseDirectory(config=config), config=config)
    converter.students, converter.force = students, True
    failures: Failures = {}
    for student in students:
        try:
            converter.written(student).unlink(missing_ok=True)
        except OSError as fault:
            failures[student] = _sentence(student, str(fault))
    told = capture_log(converter)
    for student in students:
        if student in failures or converter.written(student).is_file():
            continue
        if len(students) == 1:
            failures[student] = _sentence(student, f"{told.get('log') or ''}\n{told.get('error') or ''}")
        else:
            failures |= _convert(kind, config, (student,))
    return failures


def _sentence(student: str, log: str) -> str:
    """What nbgrader said, in one line: the first error in its log, or else the last line."""
    lines = [line.strip() for line in log.splitlines() if line.strip()] or ["it gave no reason"]
    error = ERROR.search(log)
    return f"nbgrader could not record {student}: {error[0] if error else lines[-1]}"
