"""Takes a student out of `course/settings.toml`, and leaves every other line and comment of the instructor's as it is."""

from __future__ import annotations

import tomllib
from typing import Any

import tomlkit

from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from autograder.course.policy import BY_ASSIGNMENT, policy_of
from autograder.course.settings import FILE


def named_in_policy(course: Course, student: str) -> list[str]:
    """Where the settings name a student, such as `extensions.optimizers`; raises CourseError where they cannot be used."""
    policy = policy_of(course)
    tables = {"extensions": policy.extensions, "excused": policy.excused}
    return [
        f"{name}.{each}" for name, table in tables.items() for each, students in table.items() if student in students
    ]


def policy_without(text: str, student: str) -> str:
    """The text of the settings without a student; raises CourseError where anything else would change with that."""
    document = tomlkit.parse(text)
    for table in BY_ASSIGNMENT:
        for students in document.get(table, {}).values():
            _take_out(students, student)
    made = tomlkit.dumps(document)
    expected = tomllib.loads(text)
    for table in BY_ASSIGNMENT:
        for students in expected.get(table, {}).values():
            _take_out(students, student)
    if tomllib.loads(made) != expected:
        raise CourseError(f"{FILE} cannot be changed without touching other lines; take {student} out of it yourself.")
    return made


def _take_out(students: Any, student: str) -> None:
    """Of a table of students, or of a list, which may name one twice."""
    if isinstance(students, dict):
        students.pop(student, None)
    else:
        while student in students:
            students.remove(student)
