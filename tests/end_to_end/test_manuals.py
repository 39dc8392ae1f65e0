"""docs/instructors.md and docs/students.md, followed word for word with a tiny assignment as their example: they end where they say."""

from __future__ import annotations

import ast
import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.course.folders import Course
from tests.support import commands
from tests.support.manuals import blocks, manual, section, typed
from tests.support.mini_course import make_course
from tests.support.nbgrader_class import ROOT, solved

INSTRUCTORS, STUDENTS = manual("instructors.md", "tiny"), manual("students.md", "tiny")
# A word of the pages, and the module that it starts.
PROGRAMS = {".venv/bin/autograder": "autograder", ".venv/bin/nbgrader": "nbgrader"}
GRADE_CLASS = [".venv/bin/autograder", "grade-class", "tiny"]
PEOPLE = ("alice", "bob")
Said = dict[str, list[str]]  # what each command printed, each time


def run(words: Sequence[str], folder: Path, **env: str) -> str:
    """Run a command of a page in a folder; what it prints."""
    program, *arguments = words
    if program in PROGRAMS:
        module = [sys.executable, "-m", PROGRAMS[program], *arguments]
        done = commands.run(module, cwd=folder, env=os.environ | env)
    else:
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (words, done.stdout + done.stderr)
    return done.stdout + done.stderr


def as_student(title: str, student: str, home: Path) -> str:
    """Type what stands in a section of the students' page, in the folder of one; what is printed."""
    apart = {"JUPYTER_CONFIG_DIR": str(home / "config"), "JUPYTER_DATA_DIR": str(home / "data")}
    own = f"--student={student}"  # all of them are one user here
    asked = [words for words in typed(section(STUDENTS, title)) if words[0] in PROGRAMS]
    return "".join(run([*words, own], home, **apart) for words in asked)


def hand_in(course: Course, student: str, home: Path) -> None:
    """Do what the students' page says, from the settings to the submission."""
    home.mkdir()
    (settings,) = blocks(STUDENTS, "python")
    assert "/srv/nbgrader/exchange" in settings
    (home / "nbgrader_config.py").write_text(settings.replace("/srv/nbgrader", str(course.data)))
    assert "trainable_networks tiny" in as_student("Fetch", student, home)
    (home / "tiny" / "tiny.ipynb").write_text(json.dumps(solved(course)))
    assert f"trainable_networks {student} tiny" in as_student("Submit", student, home)


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Said, Path]:
    """A course after all commands of the pages, what each of the instructor's printed, and where the students' folders are.

    Once the course has moved, what is typed is typed in the folder `elsewhere`.
    """
    folder = tmp_path_factory.mktemp("followed")
    course = make_course(folder / "course")
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write("c.ExchangeCollect.check_owner = False\n")  # all students here are one user
    said: Said = {}
    here = course.root
    for words in typed(INSTRUCTORS):
        if words[1] == "restore":
            here = folder / "elsewhere"
            shutil.copytree(course.root, here, ignore=shutil.ignore_patterns("course"))
        if words[1] == "forget" and "--dry-run" not in words:
            words.append("--yes")  # nobody is here to answer
        if words[1] == "collect":
            for student in PEOPLE:
                hand_in(course, student, folder / student)
        said.setdefault(" ".join(words), []).append(run(words, here))
        if words[1:3] == ["db", "assignment"]:
            (course.data / "settings.toml").write_text("".join(blocks(INSTRUCTORS, "toml")))
    return course, said, folder


def test_everybody_is_graded_once_and_the_grades_are_there(followed: tuple[Course, Said, Path]) -> None:
    course, said, _ = followed
    first, again = said[" ".join(GRADE_CLASS)]
    assert "2 submissions: 2 graded now" in first
    assert "2 submissions: 0 graded now" in again
    with (course.data / "grades.csv").open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {student: float(row["score"]) for student, row in rows.items()} == {"alice": 80.0, "bob": 80.0}
    assert rows["alice"]["last_name"] == "Adams"
    assert (course.data / "reports" / "tiny.html").is_file()
    with (course.data / "exports" / "tiny.csv").open() as file:
        assert [row["student_id"] for row in csv.DictReader(file)] == ["alice", "bob"]


def test_students_fetch_their_pages(followed: tuple[Course, Said, Path]) -> None:
    _, _, folder = followed
    for student in PEOPLE:
        as_student("Read your feedback", student, folder / student)
        (page,) = (folder / student / "tiny" / "feedback").rglob("tiny.html")
        assert f"Feedback for {student}" in page.read_text()


def test_who_has_more_time_is_due_later(followed: tuple[Course, Said, Path]) -> None:
    with Gradebook(f"sqlite:///{followed[0].gradebook}") as gradebook:
        due = {student: gradebook.find_submission("tiny", student).duedate.isoformat() for student in PEOPLE}
    assert due == {"alice": "2027-01-18T23:59:00", "bob": "2027-01-15T23:59:00"}


def test_the_course_goes_on_where_it_is_restored(followed: tuple[Course, Said, Path]) -> None:
    _, said, _ = followed
    (restored,) = said[".venv/bin/autograder restore ../course-backup.tar.gz"]
    assert "Nobody is graded again" in restored
    before, there = said[" ".join([*GRADE_CLASS, "--dry-run"])][0], said[" ".join([*GRADE_CLASS, "--dry-run"])][-1]
    assert "2 of 2 submissions would be graded" in before
    assert "0 of 2 submissions would be graded" in there


def test_of_who_is_removed_nothing_is_left_there(followed: tuple[Course, Said, Path]) -> None:
    course, said, folder = followed
    (trial,), (told,) = (said[f".venv/bin/autograder forget alice {option}"] for option in ("--dry-run", "--yes"))
    assert "course/settings.toml, a file of yours: extensions.tiny" in trial
    assert "Nothing of alice is left" in told
    for root, there in ((course.root, True), (folder / "elsewhere", False)):
        files = [path for path in (root / "course").rglob("*") if path.is_file()]
        assert any(b"alice" in path.read_bytes().lower() for path in files) == there


def test_students_are_told_to_install_all_that_notebooks_and_starter_code_import() -> None:
    (install,) = [words for words in typed(section(STUDENTS, "Install, once")) if "install" in words]
    told = {{"scikit-learn": "sklearn", "pillow": "PIL"}.get(name, name) for name in install[2:]}
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "starter_code").rglob("*.py")]
    for path in (ROOT / "assignments").glob("*/*.md"):
        cells = re.findall(
            r"^```\{code-cell\}[^\n]*\n(?::[^\n]*\n)*(.*?)^```$", path.read_text(), re.MULTILINE | re.DOTALL
        )
        texts += [cell for cell in cells if not cell.lstrip().startswith("%")]
    imported = {name.partition(".")[0] for text in texts for name in imports(text)}
    ours = {"starter_code", "solutions", "IPython"}  # the last comes with Jupyter
    assert imported - set(sys.stdlib_module_names) - ours == told - {"jupyterlab", "nbgrader"}


def imports(text: str) -> set[str]:
    """All that a program imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module or "")
    return found
