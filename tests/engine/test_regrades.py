"""Which of two reports of a file counts, what is said of the difference, and what has changed between two keys."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from autograder.cli.console import MOST_NAMED
from autograder.cli.regrades import Regraded, Rules, tell_regraded, write_changes
from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from autograder.course.regrade import LONGEST_REASON, PARTS, Regrade, in_words, parts_between, reason_given
from autograder.course.report import ExerciseResult, Report
from autograder.gradebook.feedback_page import html_of
from autograder.gradebook.feedback_parts import page_of
from autograder.whole_class.origin import origin_of
from autograder.whole_class.regrading import Change, TestChange, change_of, changes_to
from autograder.whole_class.store import Store
from autograder.whole_class.tasks import look_again, task_of
from tests.support.feedback_pages import DOUBLE, OUTLINE, REPORT, ROWS, graded_notebook, words
from tests.support.mini_course import edit, make_course

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}"
NOW = datetime(2030, 1, 11, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_course(tmp_path_factory.mktemp("regrades") / "course")


def report(*points: float, **more: str) -> Report:
    """A report in which the two tests of an exercise give so many points."""
    tests = tuple(replace(test, points=given) for test, given in zip(DOUBLE.tests, points, strict=True))
    return replace(REPORT, exercises=(replace(DOUBLE, points=sum(points), tests=tests),), **more)  # type: ignore[arg-type]


def change(course: Course, before: Report, after: Report, *, allow_lower: bool = False) -> Change | None:
    return change_of("anna", course.assignment("tiny"), before, after, allow_lower=allow_lower)


# --- which report counts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        (report(20, 0), report(10, 0), True),
        (report(20, 0), report(0, 19), True),
        (report(20, 0), report(0, 20), False),
        (report(20, 0), report(20, 30), False),
        (report(0.1 + 0.2, 0), report(0.3, 0), False),  # the same, but for the last digit
        (report(20, 0), report(10, 0, submission_sha256="another file"), None),
        (report(20, 30), replace(REPORT, status="ungradable", exercises=()), True),
        (report(20, 30), replace(REPORT, status="grader-error", exercises=()), True),
    ],
)
def test_a_score_sinks_only_with_another_file_or_where_that_is_allowed(
    course: Course, before: Report, after: Report, kept: bool | None
) -> None:
    found, allowed = change(course, before, after), change(course, before, after, allow_lower=True)
    assert (found and found.kept) == kept
    assert (allowed and allowed.kept) == (None if kept is None else False)


def test_an_exercise_that_the_assignment_has_no_more_counts_on_neither_side(course: Course) -> None:
    gone = ExerciseResult("gone", 90.0, 90.0, "passed", 0.1, None, ())
    found = change(course, replace(REPORT, exercises=(DOUBLE, gone)), replace(REPORT, exercises=(DOUBLE,)))
    assert found is not None
    assert (found.before, found.after, found.kept, found.differs) == (20, 20, False, False)


def test_each_test_that_gives_other_points_is_named_also_one_that_is_new_or_gone(course: Course) -> None:
    before, after = report(20, 0), report(10, 0)
    new = replace(DOUBLE.tests[1], name="test_new", title="New.", points=5.0)
    last = after.exercises[0]
    found = change(course, before, replace(after, exercises=(replace(last, tests=(last.tests[0], new)),)))
    assert found is not None
    assert found.tests == (
        TestChange("double", DOUBLE.tests[0].title, 20, 10),
        TestChange("double", "New.", None, 5),
    )


# --- what has changed --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new", "parts"),
    [
        ("assignments/tiny/tiny.md", ":points: 50", ":points: 40", ("points",)),
        ("assignments/tiny/tiny.md", "np.ones(3)", "np.ones(4)", ("text",)),
        ("assignments/tiny/tiny.md", "Why is that so?", "Why?", ()),
        ("solutions/tiny/misconceptions.py", "is three.", "is 3.", ("answers",)),
        ("solutions/tiny/reference.py", "# a comment that stays", "# a comment", ("answers",)),
        ("starter_code/checks/tiny.py", '"""One example."""', '"""An example."""', ("starter code",)),
        ("tests/hidden/tiny/test_double.py", '"""Hidden tests of double."""', '"""Hidden."""', ("tests",)),
    ],
)
def test_what_has_changed_between_two_keys_is_named(
    tmp_path: Path, name: str, old: str, new: str, parts: tuple[str, ...]
) -> None:
    course = make_course(tmp_path / "course")
    course.submitted("anna", "tiny").mkdir(parents=True)
    look_again(course, "tiny")  # from now on, what has changed is noticed
    before = task_of(course, course.assignment("tiny"), "anna", "none")
    origin = origin_of(before)
    edit(course, name, old, new)
    look_again(course, "tiny")
    after = task_of(course, course.assignment("tiny"), "anna", "none")
    assert parts_between(origin, origin_of(after)) == parts
    assert (before.key != after.key) == bool(parts)


def test_points_of_a_hidden_test_are_points_too_though_its_exercise_has_as_many(course: Course, tmp_path: Path) -> None:
    before = report(20, 0)
    heavier = tuple(replace(test, max_points=25.0) for test in DOUBLE.tests)
    after = replace(before, exercises=(replace(before.exercises[0], tests=heavier),))
    with Store(tmp_path / "reports.db") as store:
        for key, each, suite in (("old", before, "1"), ("new", after, "2")):
            store.put(key, each)
            store.explain({key: {"tests": suite, "points": "same"}})
        store.remember("tiny", "report", {"anna": "old"})
        (found,) = changes_to(store, course.assignment("tiny"), {"anna": "new"})
        assert found.parts == ("points", "tests")
        regrade = found.regrade(NOW, "why")
        store.remember("tiny", "report", {"anna": "new"}, [regrade])
        assert store.regrades("tiny") == store.regrades("tiny", [regrade.student, "nobody"]) == [regrade]
        assert store.regrades("tiny", ["nobody"]) == store.regrades("tiny", []) == []
        assert store.regrades("other") == list(changes_to(store, course.assignment("tiny"), {"anna": "new"})) == []


def test_parts_have_words_in_their_order_and_unknown_ones_none() -> None:
    assert in_words(()) == in_words(("of a later version",)) == ""
    assert in_words(("tests",)) == "the hidden tests"
    assert in_words(("starter code", "tests", "points")) == "the points, the hidden tests and the starter code"
    assert parts_between(dict.fromkeys(PARTS, "a"), dict.fromkeys(PARTS, "b")) == tuple(PARTS)


# --- what is said of it ------------------------------------------------------------------------------------------------------


def regraded_page(*regrades: Regrade) -> BeautifulSoup:
    page = page_of(OUTLINE, "anna", ROWS, graded_notebook(), Path(), regrades)
    return BeautifulSoup(html_of(page), "html.parser")


def test_a_page_shows_what_was_said_as_text_and_of_its_own_file_only() -> None:
    own = Regrade("anna", REPORT.submission_sha256, NOW, 78.5, 82, ("points", "tests"), HOSTILE)
    other = replace(own, submission="another file", reason="of another file")
    shown = regraded_page(other, own, replace(own, before=82, reason=""))
    begin = "This was graded again on 11 January 2030, since these had changed: the points and the hidden tests."
    assert [words(note).removeprefix(begin) for note in shown.select("main > p.comment")] == [
        f" The hidden tests gave 78.5 points before, and 82 from then on. Reason: {HOSTILE}",
        " Single hidden tests give other points; their sum stayed at 82.",
    ]
    assert not shown.select("script, [onerror]")


def test_a_reason_is_one_line_of_bounded_length() -> None:
    assert reason_given("  wrong \n padding ") == "wrong padding"
    assert len(reason_given("x" * LONGEST_REASON)) == LONGEST_REASON
    for text in ("x" * (LONGEST_REASON + 1), "\x1b[1m", "\u202e"):
        with pytest.raises(CourseError, match="A reason"):
            reason_given(text)


def test_a_long_list_is_cut_and_says_where_the_rest_is(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    test = TestChange("double", "Numbers [b]are[/b] doubled.", 0, 20)
    changes = [Change(f"s{number:02}", "", 0, 20, (test,), ("tests",)) for number in range(MOST_NAMED + 3)]
    tell_regraded("tiny", Regraded(changes), Rules())
    told = capsys.readouterr().out.splitlines()
    assert told[:2] == ["s00: 0 → 20 points", "    double: 0 → 20  Numbers [b]are[/b] doubled."]
    assert len(told) == 2 * MOST_NAMED + 1
    assert told[-1] == "and 3 more; --changes FILE lists all"
    write_changes(tmp_path / "all.csv", Regraded([*changes, replace(changes[0], student="=1+1")]))
    lines = (tmp_path / "all.csv").read_text().splitlines()
    assert len(lines) == MOST_NAMED + 5
    assert lines[-1].startswith('"\'=1+1",')
    with pytest.raises(CourseError, match="cannot be written"):
        write_changes(tmp_path, Regraded(changes))
