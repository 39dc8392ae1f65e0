"""One report in the forms of other systems: what each makes of it, what escapes, and what stands for a fault of the grader."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course.assignment import CourseError, GraderError
from autograder.course.report import STATES, Curve, ExerciseResult, Finding, Misread, Report, TestResult, TrainingRecord
from autograder.reporting import as_prairielearn
from autograder.reporting.as_github import MOST_BYTES
from autograder.reporting.formats import CLASSES, CODE, FILES
from tests.support import importers
from tests.support.exported_class import AT, HOSTILE, REPORTS, double, report_of, shift

ROOT = Path(__file__).resolve().parents[2]
FILES_READ = ROOT / "tests" / "support" / "exports"
CLASSROOM = {
    "CLASSROOM": "networks",
    "ASSIGNMENT": "tiny",
    "SUBMISSION_TAG": "submit/2030-01-10T11-00-00Z-a1b2c3d",
    "COMMIT_URL": "https://github.com/o/r/commit/a1b2c3d",
    "RELEASE_URL": "https://github.com/o/r/releases/tag/submit",
    "REVIEW_URL": "https://github.com/o/r/compare/0...a1b2c3d",
    "COMMIT_DATE": "2030-01-10T10:59:58Z",
    "ASSIGNMENT_TYPE": "individual",
    "OWNER": "zoe",
    "USERNAME": "zoe",
}


@pytest.fixture(autouse=True)
def _runner(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of Classroom 50's runner."""
    for name, value in CLASSROOM.items():
        monkeypatch.setenv(name, value)


def made(form: str, *names: str) -> str:
    return text_of(form, *(REPORTS[name] for name in names))


def text_of(form: str, *reports: Report) -> str:
    return FILES[form].make(reports, single=len(reports) == 1, at=AT)


GOLDEN = {
    "report.json": ("json", ("half",)),
    "junit.xml": ("junit", ("half", "untouched", "crashes", "unreadable", "grader failed", "nothing but a fault")),
    "gradescope.json": ("gradescope", ("half",)),
    "gradescope_fault.json": ("gradescope", ("grader failed",)),
    "prairielearn.json": ("prairielearn", ("half",)),
    "classroom50.json": ("classroom50", ("half",)),
    "github.txt": ("github", ("half", "untouched", "crashes", "unreadable", "grader failed")),
    "github.md": ("github-summary", ("half", "untouched", "crashes", "unreadable", "grader failed")),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_each_file_is_what_it_was_when_somebody_read_it(name: str) -> None:
    form, reports = GOLDEN[name]
    assert made(form, *reports) == (FILES_READ / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(set(REPORTS) - {"grader failed", "nothing but a fault"}))
def test_every_system_reads_the_same_score(name: str) -> None:
    report = REPORTS[name]
    score = round(report.score, 2)
    assert json.loads(made("json", name))["score"] == report.score
    assert importers.gradescope(made("gradescope", name)) == score
    share = importers.prairielearn(made("prairielearn", name))
    assert share == (None if name == "unreadable" else pytest.approx(report.score / 80, abs=1e-6))
    known = {"classroom": "networks", "assignment": "tiny", "owner": "zoe", "datetime": CLASSROOM["COMMIT_DATE"]}
    assert importers.classroom50(made("classroom50", name), known)["score"] == round(100 * score)
    (suite,) = importers.junit(made("junit", name))
    assert (suite["properties"]["score"], suite["properties"]["max_score"]) == (f"{score:.2f}", "80.00")


@pytest.mark.parametrize("name", ["grader failed", "nothing but a fault"])
def test_a_fault_of_the_grader_is_no_score_anywhere(name: str) -> None:
    assert importers.gradescope(made("gradescope", name)) is None
    assert importers.prairielearn(made("prairielearn", name)) is None
    with pytest.raises(GraderError, match=r"there is no result\.json"):
        made("classroom50", name)
    (suite,) = importers.junit(made("junit", name))
    assert "score" not in suite["properties"]
    assert "error" in suite["ends"].values()
    assert [each["kind"] for each in importers.workflow_commands(made("github", name))] == ["warning"]
    assert " of 80" not in made("github-summary", name)


# --- JUnit ---------------------------------------------------------------------------------------------------------------


def test_junit_tells_wrong_from_not_attempted_and_from_a_fault() -> None:
    names = ("untouched", "crashes", "grader failed", "unreadable")
    untouched, crashes, fault, unreadable = importers.junit(made("junit", *names))
    assert list(untouched["ends"].values()) == ["passed", "skipped", "skipped"]
    assert list(crashes["ends"].values()) == ["passed", "failure", "failure"]
    assert list(fault["ends"].values()) == ["passed", "passed", "error"]
    assert unreadable["ends"] == {"tiny the submission can be graded": "failure"}
    assert (crashes["name"], crashes["at"]) == ("tiny", "2030-01-11T09:30:00")


def test_junit_has_another_name_for_each_test_though_they_share_a_title() -> None:
    first = double(20.0)
    exercise = replace(first, tests=first.tests * 2)
    (suite,) = importers.junit(text_of("junit", report_of("ada", (exercise, shift()))))
    assert len(suite["ends"]) == 5
    assert "tiny.double Positive numbers are doubled. [2]" in suite["ends"]


# --- Gradescope, PrairieLearn, Classroom 50 ------------------------------------------------------------------------------


def test_only_who_wishes_is_on_the_leaderboard() -> None:
    board = json.loads(made("gradescope", "trained"))["leaderboard"]
    assert board == [{"name": "A walk: steps", "value": 40, "order": "asc"}]
    (record,) = REPORTS["trained"].training
    silent = replace(REPORTS["trained"], training=(replace(record, reached=None),))
    assert "leaderboard" not in json.loads(text_of("gradescope", silent))


def test_pictures_stay_within_what_prairielearn_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_prairielearn, "MOST_CHARACTERS", 60_000)
    (record,) = REPORTS["trained"].training
    text = text_of("prairielearn", replace(REPORTS["trained"], training=(record, record, record)))
    assert importers.prairielearn(text) == 1.0
    assert len(text) <= 60_000
    assert 0 < len(json.loads(text)["images"]) < 3


def test_classroom_50_needs_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COMMIT_DATE")
    monkeypatch.delenv("CLASSROOM")
    with pytest.raises(CourseError, match="needs CLASSROOM, COMMIT_DATE in the environment"):
        made("classroom50", "half")


# --- GitHub --------------------------------------------------------------------------------------------------------------


def test_an_annotation_names_the_file_and_the_cell() -> None:
    (found,) = importers.workflow_commands(made("github", "half"))
    assert (found["kind"], found["file"]) == ("error", "tiny.ipynb")
    assert found["title"] == "double: 36.666/50 (cell answer-double)"
    assert found["message"].splitlines()[0] == "✗ failed Negative numbers are doubled, too."


def test_signs_that_mean_something_in_a_command_are_text_there() -> None:
    name = "100%0A::error title=x,file=y::z %25.ipynb"
    (found,) = importers.workflow_commands(text_of("github", replace(REPORTS["half"], submission=name)))
    assert found["file"] == name
    finding = Finding("x", "50%0A", "::warning::")
    exercise = replace(double(20.0), misconception=finding)
    (found,) = importers.workflow_commands(text_of("github", report_of("ada", (exercise, shift()))))
    assert found["message"].endswith("50%0A ::warning::")


def test_no_more_annotations_than_github_keeps() -> None:
    lines = importers.workflow_commands(text_of("github", *[REPORTS["half"]] * 11))
    assert len(lines) == 10
    assert lines[-1]["message"] == "There are 2 more, which GitHub would leave out."
    assert len(importers.workflow_commands(text_of("github", *[REPORTS["half"]] * 10))) == 10


def test_a_summary_is_no_longer_than_github_shows() -> None:
    text = text_of("github-summary", *[REPORTS["half"]] * 5000)
    assert len(text.encode()) <= MOST_BYTES
    assert text.endswith("GitHub shows no more.\n")


# --- text of any kind ----------------------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_no_text_breaks_a_form(text: str) -> None:
    finding = Finding("x", text, text)
    exercise = replace(double(20.0, "failed", text), misconception=finding)
    named = replace(exercise, tests=tuple(replace(test, title=text) for test in exercise.tests))
    report = replace(report_of(text, (named, shift()), reason=text), submission=text)
    (suite,) = importers.junit(text_of("junit", report))
    assert suite["properties"]["score"] == "50.00"
    assert importers.gradescope(text_of("gradescope", report)) == 50.0
    assert importers.prairielearn(text_of("prairielearn", report)) == 0.625
    (found,) = importers.workflow_commands(text_of("github", report))
    assert found["title"].startswith("double: 20/50")
    rows = [line for line in text_of("github-summary", report).splitlines() if line.startswith("| ")]
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [5, 5, 5]


def test_markup_of_a_students_is_text_in_a_summary() -> None:
    text = made("github-summary", "crashes")
    assert "<script>" not in text
    assert "\\<script\\>" in text
    assert HOSTILE.splitlines()[0] not in text


@pytest.mark.parametrize("form", sorted(set(FILES) - {"json"}))
def test_no_form_for_students_has_the_seed_of_the_hidden_inputs(form: str) -> None:
    assert REPORTS["half"].seed in made("json", "half")
    assert REPORTS["half"].seed not in made(form, "half")


# --- the published schema ------------------------------------------------------------------------------------------------

SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "report.schema.json").read_text())
PARTS = {
    "exercise": ExerciseResult,
    "test": TestResult,
    "finding": Finding,
    "training": TrainingRecord,
    "curve": Curve,
    "misread": Misread,
}


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_the_schema_holds_for_every_report(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(made("json", name)))


def test_every_field_of_a_report_is_in_the_schema_and_nothing_else() -> None:
    assert list(SCHEMA["properties"]) == ["schema", *(field.name for field in fields(Report))]
    for name, part in PARTS.items():
        assert list(SCHEMA["$defs"][name]["properties"]) == [field.name for field in fields(part)]
    assert SCHEMA["$defs"]["state"]["enum"] == list(STATES)
    assert SCHEMA["$defs"].keys() == {*PARTS, "state"}


@pytest.mark.parametrize(("field", "value"), [("status", "fine"), ("score", -1), ("exercises", [{}]), ("schema", 2)])
def test_the_schema_refuses_what_is_no_report(field: str, value: Any) -> None:
    report = json.loads(made("json", "half")) | {field: value}
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(report)


# --- the manual ----------------------------------------------------------------------------------------------------------


def test_the_manual_and_the_help_have_every_form() -> None:
    manual, options = (
        (ROOT / "docs" / "exports.md").read_text(),
        (ROOT / "autograder" / "cli" / "options.py").read_text(),
    )
    classes, files = manual.split("## One submission")
    rows = [re.findall(r"^\| `([\w-]+)`", part, re.MULTILINE) for part in (classes, files)]
    assert rows == [["--to", *CLASSES], ["--form", *FILES]]
    assert f"Write the reports in another form: {', '.join(FILES)} " in options.replace('"\n        "', "")
    *names, last = CLASSES
    assert f'help="{", ".join(names)} or {last} (grades), {" or ".join(CODE)} (code)' in options
    assert all(f"--to {name}" in manual for name in CODE)
