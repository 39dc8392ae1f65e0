"""What a feedback page says of every kind of submission, and that nothing on it can run, whoever wrote it."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from autograder.course.assignment import Assignment, Cell, Limits
from autograder.course.folders import Course
from autograder.gradebook.outline import Outline, Place, outline_of
from autograder.gradebook.pages import LONGEST_CELL, text_html
from tests.support.feedback_pages import (
    DOUBLE,
    OUTLINE,
    REPORT,
    ROWS,
    SHIFT,
    TESTS,
    TIME,
    html,
    marked,
    overview,
    words,
)

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>'\"><svg onload=alert(3)>{{ 7 * 7 }}"


def page(folder: Path, **given: object) -> BeautifulSoup:
    return BeautifulSoup(html(folder, **given), "html.parser")  # type: ignore[arg-type]


def section(page: BeautifulSoup, name: str) -> Tag:
    found = page.select_one(f"section[aria-labelledby={name}]")
    assert found is not None
    return found


# --- what it says ----------------------------------------------------------------------------------------------------------


def test_the_parts_of_a_page_stand_in_their_order(tmp_path: Path) -> None:
    shown = page(tmp_path)
    heads = [(tag.name, words(tag)) for tag in shown.select("h1, h2, h3")]
    assert heads == [
        ("h1", "Tiny: twice and x + 1"),
        ("h2", "Notes on the submitted file"),
        ("h2", "Points"),
        ("h2", "What to look at first"),
        ("h3", "double : The <sign> is lost: | x |."),
        ("h2", "double"),
        ("h3", "Your code"),
        ("h2", "shift"),
        ("h3", "Your code"),
        ("h2", "training"),
        ("h2", "why"),
        ("h3", "Your answer"),
    ]
    assert [tag.name for tag in shown.body.find_all(recursive=False)] == ["header", "main", "footer"]  # type: ignore[union-attr]
    assert shown.html is not None
    assert shown.html["lang"] == "en"


def test_the_top_says_how_many_points_there_are_and_for_what(tmp_path: Path) -> None:
    shown = page(tmp_path)
    assert words(shown.select_one(".score")) == "50 of 100 points so far"
    assert words(shown.select_one(".sum")) == "Hidden tests 50 of 80 Not marked yet 20"
    assert overview(shown) == {
        "double": "◐ in part 20 of 50",
        "shift": "✓ passed 20 of 20",
        "training": "✓ passed 10 of 10",
        "why": "… not marked yet of 20",
    }
    for link in shown.select("a[href^='#']"):
        assert shown.find(id=str(link["href"])[1:]) is not None


def test_points_by_hand_extra_credit_and_lateness_are_told(tmp_path: Path) -> None:
    late = replace(marked(double=45.0, why=15.0), penalty=10.0, duedate=TIME - timedelta(days=1))
    grades = tuple((*grade[:4], 2.0 if grade[0] == "why" else None) for grade in late.grades)
    shown = page(tmp_path, rows=replace(late, grades=grades, score=92.0))
    assert words(shown.select_one(".score")) == "82 of 100 points"
    assert words(shown.select_one(".sum")) == (
        "Hidden tests 30 of 30 Marked by hand 60 of 70 Extra credit 2 Late submission \u221210"
    )
    assert "after the due date, 2029-12-31 12:00 UTC" in words(shown.header)
    assert "45 of 50 points; the hidden tests gave 20" in words(section(shown, "exercise-double"))
    assert "17 of 20 points; 2 of them as extra credit" in words(section(shown, "question-why"))


def test_what_to_look_at_first_names_the_misconception_and_where_to_read_on(tmp_path: Path) -> None:
    first = words(section(page(tmp_path), "first"))
    assert (
        "double : The <sign> is lost: | x |. What may have happened What is twice -1? Read on: the first line." in first
    )
    assert "notebook, section" not in first
    pattern = replace(DOUBLE, misconception=replace(DOUBLE.misconception, id="pattern-times"))  # type: ignore[type-var]
    first = words(section(page(tmp_path, report=replace(REPORT, exercises=(pattern, SHIFT))), "first"))
    assert "What all that is off has in common" in first
    assert "Read on: notebook, section 1 Twice x" in first


def test_what_nothing_explains_is_told_too_and_what_was_not_tried(tmp_path: Path) -> None:
    stub = replace(TESTS[0], points=0.0, status="not-attempted")
    untried = replace(SHIFT, points=0.0, status="not-attempted", tests=(stub,))
    report = replace(REPORT, exercises=(replace(DOUBLE, misconception=None), untried))
    shown = page(tmp_path, report=report)
    first = words(section(shown, "first"))
    assert "no known mistake explains it; what costs most comes first: double (30 points)." in first
    assert "Not attempted: shift." in first
    assert section(shown, "exercise-shift").select_one(".code") is None


def test_of_each_hidden_test_there_is_title_result_points_and_message(tmp_path: Path) -> None:
    rows = [words(row) for row in section(page(tmp_path), "exercise-double").select("tbody tr")]
    assert rows == [
        "✓ passed Positive numbers, as x > 0, are doubled. 20 of 20",
        "✗ failed Negative numbers: 2 x < 0. 5 of 5 values are off by <much> 0 of 30",
    ]


def test_the_students_code_answer_and_comments_are_there_and_nothing_that_they_have(tmp_path: Path) -> None:
    shown = page(tmp_path, rows=marked(comment="Nearly: $x_1$ **is**.", why=12.0))
    part = section(shown, "exercise-double")
    assert "return np.abs(x) * 2  # <b>twice</b>" in part.select_one("pre").text  # type: ignore[union-attr]
    assert words(part.select_one(".comment")) == "Comment Nearly: x 1 is."
    assert "Because x + x = 2 x." in words(section(shown, "question-why"))
    for left_out in ("Prose of the notebook", "cell of the student", "check_double"):
        assert left_out not in shown.text


def test_comments_and_points_on_cells_that_the_text_no_longer_has_are_shown(tmp_path: Path) -> None:
    rows = replace(
        ROWS,
        grades=(*ROWS.grades, ("gone", 5.0, None, 4.0, None)),
        comments=(*ROWS.comments, ("odd", None, "Of an odd cell.")),
    )
    shown = page(tmp_path, rows=rows)
    assert overview(shown)["gone"] == "✎ marked by hand 4 of 5"
    assert "Of an odd cell." in words(section(shown, "others"))


def test_a_training_run_is_a_picture_with_words_and_the_board_has_a_name(tmp_path: Path) -> None:
    shown = page(tmp_path)
    part = section(shown, "training-training")
    (image,) = part.select("img")
    assert str(image["src"]).startswith("data:image/png;base64,")
    assert "The loss goes from 1.00 to 0.20 in 3 steps" in str(image["alt"])
    assert "On the board your name is teal heron 42" in part.text
    assert shown.text.count("teal heron 42") == 1


# --- every state -----------------------------------------------------------------------------------------------------------


def test_a_submission_that_cannot_be_graded_says_why_once(tmp_path: Path) -> None:
    report = replace(REPORT, status="ungradable", reason="It is no notebook.", exercises=(), training=())
    nothing = tuple((name, most, 0.0, None, None) for name, most, *_ in ROWS.grades)
    said = "0 points: the submission cannot be graded. It is no notebook."
    comments = (("answer-double", said, None), ("why", "No response.", None))
    shown = page(tmp_path, report=report, rows=replace(ROWS, grades=nothing, score=0.0, comments=comments))
    assert shown.text.count(said) == 1
    assert words(shown.select_one(".score")) == "0 of 100 points"
    assert overview(shown)["double"] == "- no result 0 of 50"
    assert overview(shown)["why"] == "- no answer 0 of 20"
    assert "There is no answer." in words(section(shown, "question-why"))
    assert shown.select(".code") == []


def test_what_the_grader_failed_at_is_not_graded_yet_and_nobodys_fault(tmp_path: Path) -> None:
    failed = replace(DOUBLE, points=0.0, status="grader-error", misconception=None)
    failed = replace(failed, tests=(replace(TESTS[0], points=0.0, status="grader-error"),))
    report = replace(REPORT, status="grader-error", reason="KeyError: 'a secret'", exercises=(failed, SHIFT))
    grades = (("double", 50.0, None, None, None), *ROWS.grades[1:])
    shown = page(tmp_path, report=report, rows=replace(ROWS, grades=grades, score=30.0))
    assert overview(shown)["double"] == "… not graded yet of 50"
    assert "the grader itself failed, which is not your fault" in words(section(shown, "exercise-double"))
    assert "a secret" not in shown.text
    assert shown.select_one("#first") is None  # nothing that could have been done better
    nothing = replace(report, exercises=())
    assert page(tmp_path, report=nothing).text.count("the grader itself failed") == 1


def test_training_of_which_a_part_waits_says_so(tmp_path: Path) -> None:
    short = replace(REPORT.exercises[2], max_points=4.0, points=4.0)
    shown = page(tmp_path, report=replace(REPORT, exercises=(DOUBLE, SHIFT, short)))
    assert "6 points of these runs are not graded yet." in words(section(shown, "training-training"))


@pytest.mark.parametrize("broken", [None, {"schema": 0}, {"exercises": [{}]}, []])
def test_a_notebook_without_a_report_that_can_be_read_shows_what_the_gradebook_has(
    tmp_path: Path, broken: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    if broken is not None:
        monkeypatch.setattr("autograder.course.report.Report.as_json", lambda _: broken)
    shown = page(tmp_path, report=None if broken is None else REPORT)
    assert "What the hidden tests said is not kept with this submission." in shown.text
    assert overview(shown)["double"] == "- no result 20 of 50"
    assert "np.abs" in words(section(shown, "exercise-double"))


def test_an_assignment_that_only_people_mark_has_a_page(tmp_path: Path) -> None:
    outline = Outline("Essay", (Place("question", "why", 20.0, ""),))
    report = replace(REPORT, exercises=(), training=(), score=0.0, max_score=0.0)
    rows = replace(ROWS, grades=ROWS.grades[-1:], comments=(), score=0.0)
    shown = page(tmp_path, report=report, rows=rows, outline=outline)
    assert [words(tag) for tag in shown.select("h2")] == ["Notes on the submitted file", "Points", "why"]
    assert "points:" not in shown.main.text  # type: ignore[union-attr]


# --- whoever wrote it ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["code", "answer", "comment", "student", "message", "title", "note", "outline"])
def test_nothing_that_anybody_writes_runs_or_loads_anything(tmp_path: Path, field: str) -> None:
    honest = page(tmp_path)
    hostile = replace(TESTS[1], message=HOSTILE) if field == "message" else replace(TESTS[1], title=HOSTILE)
    given: dict[str, object] = {
        "code": {"answer_double": HOSTILE},
        "answer": {"why": HOSTILE + f" ${HOSTILE}$ ![{HOSTILE}](data:image/png;base64,AAAA)"},
        "comment": {"rows": marked(comment=HOSTILE)},
        "student": {"student": HOSTILE},
        "message": {"report": replace(REPORT, exercises=(replace(DOUBLE, tests=(hostile,)), SHIFT))},
        "title": {"report": replace(REPORT, exercises=(replace(DOUBLE, tests=(hostile,)), SHIFT))},
        "note": {"report": replace(REPORT, status="ungradable", reason=HOSTILE)},
        "outline": {"outline": replace(OUTLINE, title=HOSTILE)},
    }[field]  # type: ignore[assignment]
    shown = page(tmp_path, **given)  # type: ignore[arg-type]
    assert "alert(1)" in shown.text
    assert "7 * 7" in shown.text
    for tag in shown.find_all():
        assert isinstance(tag, Tag)
        assert tag.name not in {"script", "svg", "iframe", "object", "form", "base", "link"}
        assert not [name for name in tag.attrs if name.startswith("on")]
        assert tag.name != "img" or str(tag.get("src", "")).startswith("data:image/png;base64,")
    for kind in ("meta", "style"):
        assert len(shown.find_all(kind)) == len(honest.find_all(kind))
    policy = shown.find("meta", {"http-equiv": "Content-Security-Policy"})
    assert isinstance(policy, Tag)
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_a_sign_that_stands_for_a_formula_gets_none_a_second_time_and_none_into_an_attribute() -> None:
    sign = "\ue0000\ue001"
    picture = f"data:image/png;base64,{base64.b64encode(bytes(9)).decode()}"
    shown = text_html({"cell": {}, "resources": {}}, f'$x$ {sign * 50} <img alt="{sign}$y$" src="{picture}"> $z$')
    assert shown.count("<math") == 2
    image = BeautifulSoup(shown, "html.parser").img
    assert image is not None
    assert sorted(image.attrs) == ["alt", "src", "style"]
    assert "<" not in str(image["alt"])


def test_headings_of_a_text_stand_below_those_of_the_page() -> None:
    shown = text_html({"cell": {}, "resources": {}}, "# One\n\n## Two\n\n<h1 title='a>b'>Three</h1>")
    assert [tag.name for tag in BeautifulSoup(shown, "html.parser").find_all()] == ["h4", "h4", "h4"]


def test_an_answer_without_end_is_cut_and_that_is_said(tmp_path: Path) -> None:
    made = html(tmp_path, why="word " * LONGEST_CELL, answer_double="x = 1\n" * LONGEST_CELL)
    assert made.count("The rest of this cell is left out: it is longer than can be shown.") == 2
    assert len(made) < 300_000


# --- the outline -----------------------------------------------------------------------------------------------------------


def test_the_outline_names_the_section_of_each_part_and_no_comment_of_code_is_one(tiny: Course) -> None:
    cells = (
        Cell("text", "markdown", "# Title\n\n## 1 One\n\n### Exercise\n\n```\n## no section\n```"),
        Cell("exercise", "code", "", "one", 5.0),
        Cell("text", "markdown", "More.\n\n## 2 Two ##\n"),
        Cell("question", "markdown", "", "two"),
    )
    made = Assignment("a", Path(), "A", 0, {"two": 3.0}, None, Limits(), (), cells)
    assert outline_of(made) == Outline(
        "A", (Place("exercise", "one", 5.0, "1 One"), Place("question", "two", 3.0, "2 Two"))
    )
    assert [place.section for place in outline_of(tiny.assignment("tiny")).places] == ["", "", ""]
