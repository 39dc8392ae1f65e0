"""Build one assignment: the instructor's notebook, the files beside it, and the stubs. Called by `autograder build`.

What students get can be had without writing it, too, for whoever shows it elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from autograder.authoring.answers import ModelAnswers, read_answers, stub_module
from autograder.authoring.leaks import Secret, leaks_in, read_secrets, refusal
from autograder.authoring.notebook import as_text, check_points, instructor_notebook, student_notebook
from autograder.course.assignment import Assignment, CourseError
from autograder.course.folders import Course

# Never meant for students. Notebooks: jupytext pairs the text with one that holds its outputs.
NOT_FOR_STUDENTS = {"__pycache__", ".ipynb_checkpoints"}
NOT_COPIED = {".pyc", ".ipynb"}
DATA = "data_sets"  # of the starter code: what grading may train on, far larger than all else and used by no notebook


def build(course: Course, assignment: str) -> list[Path]:
    """Make everything that is generated from one assignment and return the files, changed or not.

    `course/source/<assignment>/` holds exactly what is made here: whatever else lies in it is removed, since nbgrader
    would give it to students. Nothing is written when an answer or a hidden test would reach students.
    """
    declared, answers = _written(course, assignment)
    given = _given(course, declared, answers, read_secrets(course))
    files = {course.source(assignment) / name: content for name, content in given.items()}
    notebook = as_text(instructor_notebook(declared, answers)).encode()
    files[course.source(assignment) / declared.notebook_name] = notebook
    for made in (f"starter_code/stubs/{assignment}.py", f"starter_code/bands/{assignment}.json"):
        if made in given:
            files[course.root / made] = given[made]
    course.make_data()
    _remove_others(course.source(assignment), set(files))
    for path, content in files.items():
        _write(path, content)
    return sorted(files)


def released(course: Course, assignment: str, secrets: list[Secret]) -> dict[str, bytes]:
    """The files that students get of one assignment, by their names; raises CourseError when a secret is among them."""
    return _given(course, *_written(course, assignment), secrets)


def _written(course: Course, assignment: str) -> tuple[Assignment, ModelAnswers]:
    """What authors write: the assignment as its text declares it, and the reference."""
    declared = course.assignment(assignment)
    check_points(declared)
    return declared, read_answers(course.solution(assignment) / "reference.py", declared)


def _given(course: Course, declared: Assignment, answers: ModelAnswers, secrets: list[Secret]) -> dict[str, bytes]:
    """The files that students get, by their names."""
    notebook = student_notebook(instructor_notebook(declared, answers), f"{declared.name}.md")
    files = {declared.notebook_name: as_text(notebook).encode()}
    files |= dict(_figures(declared.folder, f"{declared.name}.md")) | dict(_package(course, declared.name))
    files[f"starter_code/stubs/{declared.name}.py"] = stub_module(declared, answers).encode()
    curves = _curves(course, declared)
    if curves is not None:
        files[f"starter_code/bands/{declared.name}.json"] = curves
    if leaks := leaks_in(secrets, files):
        raise CourseError(refusal(leaks))
    return files


def _curves(course: Course, declared: Assignment) -> bytes | None:
    """Between what bounds the losses of the reference's runs lie, for notebooks that train; None without training."""
    if declared.training is None:
        return None
    from autograder.training.bands import read_band  # noqa: PLC0415  (slow to import)

    usual = declared.training.usual
    bands = {
        band.run: band for band in map(read_band, sorted((course.solution(declared.name) / "bands").glob("*.json")))
    }
    there = [bands[run.name] for run in usual.runs if run.name in bands and bands[run.name].device == usual.device]
    return (json.dumps({band.run: {"low": band.low, "high": band.high} for band in there}) + "\n").encode()


def _figures(folder: Path, text: str) -> Iterator[tuple[str, bytes]]:
    """The files of the assignment's folder that students get: all but the text itself."""
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        if name != text:
            yield name, path.read_bytes()


def _package(course: Course, assignment: str) -> Iterator[tuple[str, bytes]]:
    """The files of the `starter_code` package that this assignment needs: not the checks and stubs of others, and no data sets."""
    others = set(course.names()) - {assignment}
    for path in _files(course.starter_code):
        inside = path.relative_to(course.starter_code)
        if inside.parts[0] != DATA and others.isdisjoint(Path(part).stem for part in inside.parts):
            yield f"starter_code/{inside.as_posix()}", path.read_bytes()


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part in NOT_FOR_STUDENTS or part.startswith(".") for part in parts)
        if path.is_file() and not path.is_symlink() and not hidden and path.suffix not in NOT_COPIED:
            yield path


def _remove_others(folder: Path, wanted: set[Path]) -> None:
    """Remove what an earlier build left behind, then the folders that this emptied."""
    for path in sorted(folder.rglob("*"), reverse=True):  # the content of a folder comes before the folder
        if path.is_symlink() or (path.is_file() and path not in wanted):
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def _write(path: Path, content: bytes) -> None:
    """Write only what changed, so that building again touches nothing and a reader never sees half a file."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(content)
    fresh.replace(path)
