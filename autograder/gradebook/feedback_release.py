"""How `nbgrader release_feedback` puts pages into the exchange: under each name that a student may look for. No student stops the others.

Students fetch a page by the name of the notebook that they handed in, and by a secret that came with it. Stock nbgrader knows only the name
that was released, and stops for the whole class at the first student without a time or a secret.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import Exchange, ExchangeReleaseFeedback
from nbgrader.utils import notebook_hash
from traitlets.config import Config

from autograder.course.stamps import stamp_of
from autograder.gradebook.times import zone_of
from autograder.submission.submitted import printable

SECRET = "submission_secret.txt"  # noqa: S105  (the name of a file)
LONGEST_SECRET = 10_000
MOST_NAMES = 20


def secret_of(folder: Path) -> str:
    """What came with a submission to find its page by; raises OSError or ValueError where that cannot be read."""
    with (folder / SECRET).open(encoding="utf-8") as file:
        secret = file.read(LONGEST_SECRET)
    if not 0 < len(secret) < LONGEST_SECRET:
        raise ValueError(f"{SECRET} is empty or too long")
    return secret


def released_as(config: Config, notebook: str, secret: str) -> Path:
    """Where the page of a submission lies in the exchange, if it was released."""
    released = Path(Exchange(config=config).root, config.CourseDirectory.course_id, "feedback")
    return released / f"{notebook_hash(secret=secret, notebook_id=notebook)}.html"


class ReleaseFeedback(ExchangeReleaseFeedback):  # type: ignore[misc]  # nbgrader carries no types
    """Stands in `ExchangeFactory.release_feedback`."""

    src_path: str
    dest_path: str

    def copy_files(self) -> None:
        """Release the page of each student, and log whose cannot be released."""
        pattern = Path(self.src_path)
        excluded = set((self.coursedir.student_id_exclude or "").split(","))
        step = Path(self.coursedir.format_path(self.coursedir.feedback_directory, ".", "."))
        for folder in sorted(step.resolve().glob(str(Path(self.coursedir.student_id or "*") / pattern.name))):
            student = folder.parent.name
            if student in excluded:
                continue
            try:
                self._release(student, folder)
            except (OSError, ValueError) as fault:
                self.log.warning("%s: the feedback was not released: %s", printable(student), printable(str(fault)))

    def _release(self, student: str, folder: Path) -> None:
        pages = sorted(folder.glob("*.html"))
        if not pages:
            raise ValueError("there is no page; `nbgrader generate_feedback` makes it")
        secret = secret_of(folder)
        time = stamp_of(folder, zone_of(self.config))
        if time.note:
            self.log.warning("%s: %s", printable(student), time.note)
        for page in pages:
            for name in self._names(student, page.stem):
                self._put(page, notebook_hash(secret=secret, notebook_id=name))
        self.log.info("Released the feedback of %s (%s)", printable(student), time.time)

    def _names(self, student: str, notebook: str) -> list[str]:
        """The names under which a student may look for the page of a notebook: its own, and those of what was handed in."""
        handed_in = self.coursedir.format_path(
            self.coursedir.submitted_directory, student, self.coursedir.assignment_id
        )
        others = sorted(path.stem for path in Path(handed_in).glob("*.ipynb") if path.name.isprintable())
        return [notebook, *[name for name in others if name != notebook][:MOST_NAMES]]

    def _put(self, page: Path, name: Any) -> None:
        """Copy a page in two steps, so that nobody fetches the half of it."""
        half = Path(self.dest_path) / f"{name}-tmp.html"
        shutil.copy(page, half)
        half.replace(half.with_name(f"{name}.html"))
