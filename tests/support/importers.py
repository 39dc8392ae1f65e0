"""Reads exported files as the systems do that they are for: each function here is the rules of one importer, written down.

What an importer would refuse is an AssertionError; what it takes is returned.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

APOSTROPHE = re.compile("^'(?=[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")
Grades = dict[str, float | str]


def rows_of(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def spreadsheet(text: str) -> list[dict[str, str]]:
    """Rows as a script reads them; an apostrophe in front of a formula is none of the text."""
    head, *rows = rows_of(text)
    assert len(set(head)) == len(head)
    assert {len(row) for row in rows} == {len(head)}
    return [{name: APOSTROPHE.sub("", cell) for name, cell in zip(head, row, strict=True)} for row in rows]


# --- Canvas --------------------------------------------------------------------------------------------------------------

STUDENT_COLUMNS = ("SIS User ID", "SIS Login ID", "Integration ID", "Root Account", "Section")
COMPUTED = re.compile(r"(Current|Final) (Score|Grade|Points)|Override")


def canvas(text: str, roster: Mapping[str, str], assignments: Mapping[int, str]) -> dict[str, Grades]:
    """What Canvas puts into its gradebook: for each assignment, the grades by student.

    roster: for an ID, a SIS User ID or a SIS Login ID, the student
    assignments: titles by number; a title that is not there becomes a new assignment
    """
    head, *rows = rows_of(text)
    assert "Student" in head[0]
    assert head[1] == "ID"
    places = {name: place for place, name in enumerate(head) if name in {"ID", *STUDENT_COLUMNS}}
    assert list(places.values()) == sorted(places.values())
    first = 1 + max(places.values())
    points = next((row for row in rows if "Points Possible" in row[0]), None)
    taken: dict[str, Grades] = {}
    for place, title in enumerate(head[first:], start=first):
        if COMPUTED.search(title) or (points and "(read only)" in points[place]):
            continue
        number = re.search(r"\((\d+)\)$", title)
        name = (
            assignments.get(int(number[1])) if number else next((t for t in assignments.values() if t == title), None)
        )
        grades = taken.setdefault(name or f"new: {title}", {})
        for row in rows:
            keys = [row[places[key]] for key in ("ID", "SIS User ID", "SIS Login ID") if key in places]
            student = next((roster[key] for key in keys if key in roster), None)
            if row is not points and student is not None and (grade := canvas_cell(row[place])) is not None:
                grades[student] = grade
    return taken


def canvas_cell(cell: str) -> float | str | None:
    """A number, whose last point or comma is its decimal sign, or EX, or nothing."""
    cell = cell.strip()
    if cell in {"", "-"}:
        return None
    if cell.upper() == "EX":
        return "EX"
    whole, sign, rest = cell.replace(",", ".").rpartition(".")
    return float(whole.replace(".", "") + sign + rest)


# --- Moodle --------------------------------------------------------------------------------------------------------------


def moodle(text: str, titles: tuple[str, str, str], users: Mapping[str, str], most: float, locked: set[str]) -> Grades:
    """What Moodle takes over, by user.

    titles: of identifier, grade and time of grading, in the site's language
    users: by their identifiers
    """
    head, *rows = rows_of(text.removeprefix("\ufeff"))
    identifier, grade, modified = (head.index(title) for title in titles)
    assert {len(row) for row in rows} == {len(head)}
    taken: Grades = {}
    for row in rows:
        user = users[re.sub(r"\D", "", row[identifier])]
        assert row[modified] == "-", "where this is newer in Moodle, the row is skipped"
        cell = row[grade].replace(" ", "").replace(",", ".")
        if cell and user not in locked and 0 <= float(cell) <= most:
            taken[user] = float(cell)
    return taken


# --- one submission ------------------------------------------------------------------------------------------------------


def gradescope(text: str) -> float | None:
    """The score that Gradescope shows; None: the autograder gave none."""
    results = json.loads(text)
    shown = {"hidden", "after_due_date", "after_published", "visible"}
    assert results["visibility"] in shown
    assert results["stdout_visibility"] in shown
    assert isinstance(results["output"], str)
    for test in results["tests"]:
        assert test["status"] in {"passed", "failed"}
        assert test["visibility"] in shown
        assert test["output_format"] in {"text", "html", "simple_format", "md", "ansi"}
        assert 0 <= test["score"] <= test["max_score"]
    for entry in results.get("leaderboard", []):
        assert entry.keys() == {"name", "value", "order"}
    tests = [test["score"] for test in results["tests"]]
    score: float | None = results.get("score", sum(tests) if tests else None)
    assert score is None or score >= 0
    return score


def prairielearn(text: str) -> float | None:
    """The share that counts; None: not gradable, so that no attempt is used up."""
    assert len(text.encode()) <= 1_000_000
    results = json.loads(text)
    assert isinstance(results["gradable"], bool)
    for image in results.get("images", []):
        assert image["url"].startswith("data:image/png;base64,")
    if not results["gradable"]:
        return None
    assert 0 <= results["score"] <= 1
    assert not results["format_errors"]
    assert all(0 <= test["points"] <= test["max_points"] for test in results["tests"])
    return float(results["score"])


def classroom50(text: str, known: Mapping[str, str]) -> dict[str, Any]:
    """The result that is merged into scores.json; one of another classroom or assignment is rejected."""
    result: dict[str, Any] = json.loads(text)
    assert result["schema"] == "classroom50/result/v1"
    assert {field: result[field] for field in known} == known
    for field in ("submission", "commit", "release", "review", "datetime"):
        assert result[field]
        assert isinstance(result[field], str)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", result["datetime"])
    for counted in (result, *result["tests"]):
        assert type(counted["score"]) is int
        assert type(counted["max-score"]) is int
    return result


def junit(text: str) -> list[dict[str, Any]]:
    """For each suite its points and how its cases ended; what a suite says of their number must be true."""
    found = []
    for suite in ET.fromstring(text.encode()).iter("testsuite"):  # noqa: S314  (written by us)
        cases = suite.findall("testcase")
        ends = {
            f"{case.get('classname')} {case.get('name')}": [*(each.tag for each in case), "passed"][0] for case in cases
        }
        counted = {name: int(suite.get(name, "")) for name in ("tests", "failures", "errors", "skipped")}
        kinds = list(ends.values())
        assert counted == {
            "tests": len(cases),
            "failures": kinds.count("failure"),
            "errors": kinds.count("error"),
            "skipped": kinds.count("skipped"),
        }
        properties = {each.get("name"): each.get("value") for each in suite.iter("property")}
        found.append({"ends": ends, "properties": properties, "name": suite.get("name"), "at": suite.get("timestamp")})
    return found


COMMAND = re.compile(r"::(\w+) ?([^:]*)::(.*)")


def workflow_commands(text: str) -> list[dict[str, str]]:
    """What a runner of GitHub makes of the lines that a step prints: at most ten of a kind."""
    found = []
    for line in text.splitlines():
        kind, properties, message = COMMAND.fullmatch(line).groups()  # type: ignore[union-attr]
        assert kind in {"error", "warning"}
        parts = dict(part.split("=", 1) for part in properties.split(",") if part)
        assert parts.keys() <= {"file", "title"}
        found.append(
            {"kind": kind, "message": _plain(message), **{name: _plain(value) for name, value in parts.items()}}
        )
    assert all(sum(each["kind"] == kind for each in found) <= 10 for kind in ("error", "warning"))
    return found


def _plain(text: str) -> str:
    for sign, written in ((":", "%3A"), (",", "%2C"), ("\n", "%0A"), ("\r", "%0D"), ("%", "%25")):
        text = text.replace(written, sign)
    return text
