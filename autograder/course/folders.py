"""Where things are in a course, and what assignments it has. Every other part of the engine starts here."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from autograder.course.assignment import Assignment, CourseError
from autograder.course.assignment_text import LOWER_CASE, read_assignment

SECRET_VARIABLE = "AUTOGRADER_SECRET"  # of the environment  # noqa: S105  (a name)
NBGRADER_CONFIG = "nbgrader_config.py"
# Of commands that are started in `course/`. The path is not resolved, so that `course` may be a link to another disk.
CONFIG_OF_DATA = '''"""nbgrader's settings for commands that start in this folder: the course's, from the folder above, and then your own.

`autograder build` writes this file where there is none, and never changes it.
"""

import sys
from pathlib import Path

SETTINGS = Path(__file__).parent.parent / "nbgrader_config.py"
try:
    if not SETTINGS.is_file():
        raise FileNotFoundError("it is missing")
    load_subconfig(SETTINGS.name, path=str(SETTINGS.parent))
except Exception as fault:
    reason = " ".join(f"{type(fault).__name__}: {fault}".split())
    sys.exit(f"nbgrader stopped, because {SETTINGS}, which holds the settings of the course, cannot be read: {reason}")

c = get_config()

# Your own settings stand below, for example: c.LateSubmissionPlugin.penalty_method = "zero"
'''


class Course:
    """The folders of one course. `root` is the checkout; everything about real people is below `root/course`."""

    def __init__(self, root: Path) -> None:
        """Use the checkout at `root`, which must hold `assignments/` and `solutions/`."""
        self.root = root.resolve()
        missing = [name for name in ("assignments", "solutions") if not (self.root / name).is_dir()]
        if missing:
            raise CourseError(f"{self.root} is not a course: it has no folder {' and no folder '.join(missing)}.")

    @classmethod
    def find(cls, start: Path | None = None) -> Course:
        """The course that holds `start` (default: the working directory), else the one this engine was installed from."""
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents, Path(__file__).resolve().parent.parent.parent):
            if (folder / "assignments").is_dir() and (folder / "solutions").is_dir():
                return cls(folder)
        raise CourseError("No course here: run this in a folder that holds assignments/ and solutions/.")

    @property
    def data(self) -> Path:
        """Everything about real people: nbgrader's folders, the gradebook, the secret. Never in git."""
        return self.root / "course"

    @property
    def gradebook(self) -> Path:
        """Nbgrader's database of grades."""
        return self.data / "gradebook.db"

    @property
    def store(self) -> Path:
        """The database of reports."""
        return self.data / "reports.db"

    def source(self, assignment: str) -> Path:
        """Folder of nbgrader's instructor version."""
        return self.data / "source" / assignment

    def release(self, assignment: str) -> Path:
        """Folder of what students receive."""
        return self.data / "release" / assignment

    def submitted(self, student: str, assignment: str) -> Path:
        """Folder of what a student handed in."""
        return self.data / "submitted" / student / assignment

    def suite(self, assignment: str) -> Path:
        """Folder of the hidden suite."""
        return self.root / "tests" / "hidden" / assignment

    def solution(self, assignment: str) -> Path:
        """Folder of the reference, its misconceptions and its alternatives."""
        return self.root / "solutions" / assignment

    @property
    def starter_code(self) -> Path:
        """The package that students import."""
        return self.root / "starter_code"

    def student_of(self, submission: Path) -> str | None:
        """The student who handed in `submission`, when it lies in the course's submitted folder."""
        try:
            parts = submission.absolute().relative_to(self.data / "submitted").parts
        except ValueError:
            return None
        return parts[0] if len(parts) > 1 else None

    def names(self) -> list[str]:
        """Names of all assignments, in alphabetical order."""
        return sorted(p.name for p in (self.root / "assignments").iterdir() if (p / f"{p.name}.md").is_file())

    def assignment(self, name: str) -> Assignment:
        """Read one assignment from its notebook text."""
        names = self.names()
        if not LOWER_CASE.match(name) or name not in names:
            raise CourseError(f"There is no assignment '{name}'. This course has: {', '.join(names) or 'none yet'}.")
        return read_assignment(self.root / "assignments" / name / f"{name}.md")

    def make_data(self) -> None:
        """Make the folder of everything about real people, with settings of nbgrader for commands that start there."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError), (self.data / NBGRADER_CONFIG).open("x", encoding="utf-8") as file:
            file.write(CONFIG_OF_DATA)

    @cached_property
    def secret(self) -> bytes:
        """The secret that hidden inputs are drawn from; made on first use, readable by the owner only.

        Where the course is checked out anew for each grading, as in CI, it comes from the environment.
        """
        if given := os.environ.get(SECRET_VARIABLE):
            return given.encode("utf-8", "surrogateescape")
        path = self.data / "secret"
        try:
            return path.read_bytes()
        except FileNotFoundError:
            self.make_data()
        fresh = self.data / f"secret.{secrets.token_hex(4)}"
        fresh.touch(mode=0o600)
        fresh.write_bytes(secrets.token_bytes(32))
        try:
            os.link(fresh, path)  # atomic: of two graders that start together, one wins and both read its secret
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
        return path.read_bytes()
