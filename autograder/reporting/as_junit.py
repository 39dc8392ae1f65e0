"""Reports as JUnit XML, which CI systems show as tests: what `--junit` writes. Wrong answers are failures, faults of the grader errors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from xml.etree import ElementTree as ET

from autograder.course.report import STATES, ExerciseResult, Report, TestResult
from autograder.reporting.exercise import NOT_THE_STUDENTS_FAULT, message_of, told

OUTCOMES = {"grader-error": "error", "not-attempted": "skipped", "skipped": "skipped", "passed": ""}
COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}
UNREAD, BROKEN = "the submission can be graded", "the grader works"  # tests of which nobody gets points


def junit_xml(reports: Sequence[Report], *, single: bool, at: datetime) -> str:  # noqa: ARG001  (one suite or several)
    """A suite for each report, with `at` as its time."""
    root = ET.Element("testsuites")
    for report in reports:
        root.append(_suite(report, at))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(report: Report, at: datetime) -> ET.Element:
    cases = [case for exercise in report.exercises for case in _cases(report, exercise)]
    if report.status == "ungradable" or (
        report.status == "grader-error" and not any(_is_error(case) for case in cases)
    ):
        cases.append(_whole(report))
    counts = {name: sum(case.find(kind) is not None for case in cases) for name, kind in COUNTED.items()}
    suite = _element(
        "testsuite",
        name=report.assignment,
        tests=len(cases),
        **counts,
        time=f"{report.seconds:.0f}",
        timestamp=f"{at:%Y-%m-%dT%H:%M:%S}",
        hostname="",  # a report follows from the submission, wherever it is graded
    )
    properties = ET.SubElement(suite, "properties")
    points = {} if report.status == "grader-error" else {"score": f"{report.score:.2f}"}
    said = {"submission": report.submission, **({"student": report.student} if report.student else {})}
    for name, value in {**said, **points, "max_score": f"{report.max_score:.2f}", "status": report.status}.items():
        properties.append(_element("property", name=name, value=value))
    suite.extend(cases)
    return suite


def _cases(report: Report, exercise: ExerciseResult) -> Iterator[ET.Element]:
    """A case for each test. Tests with parameters share their title, and CI systems want names that are different."""
    seen: Counter[str] = Counter()
    for test in exercise.tests:
        seen[test.title] += 1
        again = f" [{seen[test.title]}]" if seen[test.title] > 1 else ""
        yield _case(f"{report.assignment}.{exercise.name}", f"{test.title}{again}", test)


def _case(classname: str, name: str, test: TestResult) -> ET.Element:
    case = _element("testcase", classname=classname, name=name, time=f"{test.seconds:.0f}")
    if kind := OUTCOMES.get(test.status, "failure"):
        points = "" if kind == "error" else f"{test.points:g}/{test.max_points:g}: "
        outcome = _element(kind, message=f"{points}{STATES[test.status].words}", type=test.status)
        outcome.text = told(NOT_THE_STUDENTS_FAULT if kind == "error" else message_of(test))
        case.append(outcome)
    return case


def _whole(report: Report) -> ET.Element:
    """A case for what is told of a whole submission, so that no suite without results passes for a good one."""
    unread = report.status == "ungradable"
    case = _element("testcase", classname=report.assignment, name=UNREAD if unread else BROKEN, time="0")
    message = report.reason or "" if unread else NOT_THE_STUDENTS_FAULT
    case.append(_element("failure" if unread else "error", message=message, type=report.status))
    return case


def _is_error(case: ET.Element) -> bool:
    return case.find("error") is not None


def _element(tag: str, **attributes: object) -> ET.Element:
    """An element, with text that XML 1.0 can hold: it has no way to write control characters."""
    return ET.Element(tag, {name: told(str(value)) for name, value in attributes.items()})
