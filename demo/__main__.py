"""`make demo`: twelve students take every assignment, and a table says what the grader made of it.

`python -m demo NAME...` takes only these. Where networks are trained, which takes a while, every sixth student hands in.
"""

from __future__ import annotations

import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from autograder.course.assignment import Assignment, CourseError
from autograder.course.folders import Course
from demo.commands import AT_ONCE, COURSE_ID, CommandError, nbgrader, release, run
from demo.steps import Steps, bars
from demo.students import Student, students

MADE = ("source", "release", "submitted", "autograded", "feedback", "exchange", "demo", "snapshots")
NARROW = (0, 0, 0, 1)  # around cells
WIDTH = 80  # of a table of points: as many assignments stand side by side as fit
out = Console(highlight=False, soft_wrap=True)


def clear(course: Course) -> None:
    """Start afresh; refuse to touch a course that is not the demo's own."""
    marker = course.data / "demo"
    if course.gradebook.exists() and not marker.is_dir():
        sys.exit(
            f"{course.data} holds a course already, and the demo would mix with it. Run the demo in another clone."
        )
    for name in MADE:
        shutil.rmtree(course.data / name, ignore_errors=True)
    for path in (course.gradebook, *course.data.glob(f"{course.store.name}*")):  # SQLite keeps files beside its own
        path.unlink(missing_ok=True)
    course.make_data()
    marker.mkdir()


def take(course: Course, assignment: Assignment, student: Student) -> None:
    """One student fetches, fills in and submits, with the stock commands, in a folder of their own."""
    desk = course.data / "demo" / student.id
    desk.mkdir(parents=True, exist_ok=True)
    exchange = (
        f"--course={COURSE_ID}",
        f"--Exchange.root={course.data / 'exchange'}",
        f"--Exchange.cache={desk / 'cache'}",
    )
    nbgrader("fetch_assignment", assignment.name, *exchange, cwd=desk)
    path = desk / assignment.name / assignment.notebook_name
    notebook = nbformat.read(path, as_version=4)
    student.fill(notebook)
    nbformat.write(notebook, path)
    nbgrader("submit", assignment.name, f"--student={student.id}", *exchange, cwd=desk)


def hold(course: Course, assignment: Assignment, progress: Progress) -> None:
    """The whole path of one assignment, step by step."""
    people = students(course, assignment)
    steps = Steps(progress, assignment.name, len(people) + 7)
    steps.begin("is released")
    release(course, assignment.name)
    steps.done("released", 2)
    steps.begin("is fetched, filled in and submitted")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in pool.map(lambda student: take(course, assignment, student), people):
            steps.move()
    steps.done(f"{len(people)} handed in", 0)
    steps.begin("is collected")
    nbgrader(
        "collect", assignment.name, "--ExchangeCollect.check_owner=False", cwd=course.root
    )  # all are one user here
    steps.done("collected")
    steps.begin("is graded")
    if assignment.training:
        graded_in_parallel(course, assignment, steps)
    else:
        graded_by_nbgrader(course, assignment)
    steps.done("graded", 3)
    steps.begin("gets feedback back")
    nbgrader("release_feedback", assignment.name, cwd=course.root)
    steps.done("feedback released")
    steps.begin("is done")


def graded_by_nbgrader(course: Course, assignment: Assignment) -> None:
    """Grades and pages by nbgrader's own commands."""
    nbgrader("autograde", assignment.name, "--force", cwd=course.root)
    nbgrader("generate_feedback", assignment.name, "--force", cwd=course.root)


def graded_in_parallel(course: Course, assignment: Assignment, steps: Steps) -> None:
    """The same by the course's command, for several students at a time: training takes a while, so what it says is passed on."""
    run(sys.executable, "-m", "autograder", "grade-class", assignment.name, cwd=course.root, told=steps.within)


def results(course: Course, assignment: Assignment) -> Table:
    """What became of everyone: the score in the gradebook, and what the grader found."""
    table = Table(title=assignment.title, show_lines=True, padding=NARROW)
    for title in ("student", "did", "score", "state", "found"):
        table.add_column(title, overflow="fold")  # narrow terminals wrap cells; nothing is cut
    with Gradebook(f"sqlite:///{course.gradebook}", COURSE_ID) as gradebook:
        for student in students(course, assignment):
            submission = gradebook.find_submission(assignment.name, student.id)
            points = sum(grade.auto_score or 0 for notebook in submission.notebooks for grade in notebook.grades)
            report = report_of(course, assignment, student.id)
            cells = (student.id, student.does, f"{points:g} / {assignment.max_score:g}", state(report), found(report))
            table.add_row(*map(escape, cells))
    return table


def overview(course: Course, assignments: list[Assignment]) -> Table:
    """Everybody's automatic points in every assignment, with what can be had."""
    table = Table(title="Points", padding=NARROW)
    for title in ("student", *map(heading, assignments)):
        table.add_column(title, overflow="fold", min_width=longest_word(title))  # no word is broken
    rows: dict[str, dict[str, str]] = {}
    with Gradebook(f"sqlite:///{course.gradebook}", COURSE_ID) as gradebook:
        for one in assignments:
            for submission in gradebook.assignment_submissions(one.name):
                points = sum(grade.auto_score or 0 for notebook in submission.notebooks for grade in notebook.grades)
                rows.setdefault(submission.student.id, {})[one.name] = f"{points:g}"
    for student, cells in sorted(rows.items()):
        table.add_row(student, *(cells.get(one.name, "-") for one in assignments))
    table.add_section()
    table.add_row("of", *(f"{one.max_score:g}" for one in assignments))
    return table


def heading(assignment: Assignment) -> str:
    """What stands above an assignment's points."""
    return assignment.name.replace("_", " ")


def longest_word(title: str) -> int:
    """How many characters wide a column must be."""
    return max(map(len, title.split()))


def side_by_side(assignments: list[Assignment]) -> list[list[Assignment]]:
    """The assignments in groups whose columns fit beside one another, and beside the students' names."""
    groups: list[list[Assignment]] = []
    room = 0
    for one in assignments:
        wide = longest_word(heading(one)) + 2  # with a line and a blank
        if wide > room:
            groups.append([])
            room = WIDTH - len("student") - 3
        groups[-1].append(one)
        room -= wide
    return groups


def report_of(course: Course, assignment: Assignment, student: str) -> dict[str, Any]:
    """The report that grading left beside a student's graded notebook."""
    path = course.data / "autograded" / student / assignment.name / assignment.notebook_name
    report: dict[str, Any] = nbformat.read(path, as_version=4).metadata["autograder"]["report"]
    return report


def state(report: dict[str, Any]) -> str:
    """How the exercises ended, each state once."""
    states = [exercise["status"] for exercise in report["exercises"]]
    return ", ".join(f"{states.count(one)} {one}" for one in dict.fromkeys(states)) or report["status"]


def found(report: dict[str, Any]) -> str:
    """Misconceptions by name; else the first message of each exercise that is not whole."""
    lines = []
    for exercise in report["exercises"]:
        if exercise["misconception"]:
            lines.append(f"{exercise['name']}: {exercise['misconception']['title']}")
        elif exercise["status"] not in {"passed", "not-attempted"}:
            lines.append(next(test["message"] for test in exercise["tests"] if test["message"]))
    return "\n".join(dict.fromkeys(lines)) or report["reason"] or "nothing to find"


def main() -> None:
    """Run the demo on the assignments that are named, or on all of the course."""
    course = Course.find(Path.cwd())
    try:
        assignments = [course.assignment(name) for name in sys.argv[1:] or course.names()]
        clear(course)
        with bars(out) as progress:
            for assignment in assignments:
                hold(course, assignment, progress)
        nbgrader("export", "--to", str(course.data / "grades.csv"), cwd=course.root)
    except (CommandError, CourseError) as error:
        sys.exit(str(error))
    for assignment in assignments:
        out.print(results(course, assignment))
    for group in side_by_side(assignments):
        out.print(overview(course, group))
    out.print(f"gradebook  {course.gradebook}")
    out.print(f"grades     {course.data / 'grades.csv'}")
    out.print(f"feedback   {course.data / 'feedback'}  (one page per student, for example:")
    out.print(f"           {course.data / 'feedback' / 'ben' / assignments[0].name / assignments[0].name}.html)")
    out.print("Formgrader: .venv/bin/jupyter lab, then the menu Nbgrader > Formgrader.")


if __name__ == "__main__":
    main()
