"""An assignment is what its notebook text says; a text that breaks the rules is refused in one sentence that names it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from autograder.authoring.notebook import check_points
from autograder.course.assignment import CourseError, Limits
from autograder.course.folders import Course
from tests.support.mini_course import edit, make_course

TEXT = "assignments/tiny/tiny.md"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_course(tmp_path / "course")


# --- where things are ----------------------------------------------------------------------------------------------------


def test_a_course_is_found_from_any_folder_in_it(course: Course) -> None:
    assert Course.find(course.root / "assignments" / "tiny").root == course.root
    assert Course.find(course.root).root == course.root


def test_outside_of_a_course_the_one_of_the_engine_is_found(tmp_path: Path) -> None:
    assert Course.find(tmp_path).root == Path(__file__).resolve().parents[2]


def test_a_folder_without_assignments_is_no_course(tmp_path: Path) -> None:
    (tmp_path / "assignments").mkdir()
    with pytest.raises(CourseError, match=r"is not a course: it has no folder solutions\.$"):
        Course(tmp_path)


def test_assignments_are_the_folders_that_hold_a_text_of_their_name(course: Course) -> None:
    (course.root / "assignments" / "notes").mkdir()
    (course.root / "assignments" / "notes" / "todo.md").write_text("x")
    (course.root / "assignments" / "readme.md").write_text("x")
    assert course.names() == ["other", "tiny"]


@pytest.mark.parametrize(
    "name", ["none", "", "../tiny", "tiny/../tiny", "Tiny", "tiny\n", "t" * 400, "\x1b[31m", "tiny.md"]
)
def test_an_assignment_that_is_not_there_is_refused_with_the_names_that_are(course: Course, name: str) -> None:
    with pytest.raises(CourseError, match=r"This course has: other, tiny\.$"):
        course.assignment(name)


@pytest.mark.parametrize(
    ("place", "student"),
    [
        ("course/submitted/ada/tiny/tiny.ipynb", "ada"),
        ("course/submitted/ada/x.ipynb", "ada"),
        ("course/submitted/x.ipynb", None),
        ("course/release/tiny/tiny.ipynb", None),
        ("x.ipynb", None),
    ],
)
def test_whose_a_submission_is_follows_from_its_place(
    course: Course, monkeypatch: pytest.MonkeyPatch, place: str, student: str | None
) -> None:
    assert course.student_of(course.root / place) == student
    monkeypatch.chdir(course.root)
    assert course.student_of(Path(place)) == student


def test_the_secret_is_made_once_and_only_its_owner_can_read_it(course: Course) -> None:
    first = course.secret
    assert len(first) == 32
    assert Course(course.root).secret == first
    assert {path.name for path in course.data.iterdir()} == {"nbgrader_config.py", "secret"}
    assert (course.data / "secret").stat().st_mode & 0o777 == 0o600


def test_two_courses_have_two_secrets(course: Course, tmp_path: Path) -> None:
    assert make_course(tmp_path / "another").secret != course.secret


def test_of_two_graders_that_make_the_secret_at_once_both_read_the_same(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one is quicker by a hair: its secret appears just before ours would."""
    true_link = os.link

    def too_late(source: Path, target: Path) -> None:
        target.write_bytes(b"the other one's")
        true_link(source, target)

    monkeypatch.setattr(os, "link", too_late)
    assert course.secret == b"the other one's"
    assert {path.name for path in course.data.iterdir()} == {"nbgrader_config.py", "secret"}


# --- what an assignment is -----------------------------------------------------------------------------------------------


TRAINED = "training: {runs: {far: {points: 6, needs: [double]}, wide: {points: 4, needs: []}}}"


def train(course: Course, settings: str = TRAINED, cell: str = "True") -> None:
    edit(course, TEXT, "minutes: 5", f"minutes: 5\n  {settings}")
    edit(course, TEXT, "print(double(np.ones(3)))", f":training: {cell}\nprint(double(np.ones(3)))")


def test_points_of_a_training_stage_stand_in_the_front_matter_and_count_for_the_hundred(course: Course) -> None:
    assert course.assignment("tiny").training is None
    train(course)
    with pytest.raises(
        CourseError, match=r"add up to 100, and add up to 110: double 50, shift 30, why 20, training 10\.$"
    ):
        check_points(course.assignment("tiny"))
    edit(course, TEXT, ":points: 50", ":points: 40")
    tiny = course.assignment("tiny")
    check_points(tiny)
    assert tiny.training is not None
    assert (tiny.training.points, tiny.max_score) == (10, 80)
    assert [run.needs for run in tiny.training.usual.runs] == [("double",), ()]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("training: 27", "needs `runs`"),
        ("training: {}", "needs `runs`"),
        ("training: {points: 27}", "needs `runs`"),
        ("training: {runs: {far: {points: 6, needs: []}}, budget: 2}", "needs `runs`"),
        ("training: {runs: {far: 6}}", "run 'far' has `points`"),
        ("training: {runs: {far: {points: 0, needs: []}}}", "run 'far' has `points`"),
        ("training: {runs: {far: {points: 6, needs: double}}}", "run 'far' has `points`"),
        ("training: {runs: {far: {points: 6, needs: [], steps: 3}}}", "run 'far' has `points`"),
        ("training: {runs: {Far!: {points: 6, needs: []}}}", "run 'Far!' has `points`"),
        ("training: {runs: {far: {points: 6, needs: [treble]}}}", "training needs what is no exercise here: treble"),
        ("training: {runs: {far: {points: 6, needs: []}}, limits: {speed: 2}}", "unknown limit: speed"),
    ],
)
def test_training_has_runs_with_points_and_needs(course: Course, wrong: str, message: str) -> None:
    train(course, wrong)
    with pytest.raises(CourseError, match=message):
        course.assignment("tiny")


def test_training_needs_its_cell_and_the_cell_needs_training(course: Course) -> None:
    train(course, cell="false")
    with pytest.raises(CourseError, match="needs one code cell with `:training: true`"):
        course.assignment("tiny")
    edit(course, TEXT, ":training: false", ":training: true")
    course.assignment("tiny")
    edit(course, TEXT, TRAINED, "")
    with pytest.raises(CourseError, match="needs one code cell with `:training: true`"):
        course.assignment("tiny")


def test_an_assignment_has_what_its_text_declares(course: Course) -> None:
    edit(
        course,
        TEXT,
        "minutes: 5",
        "minutes: 5\n  limits: {call_seconds: 0.5, memory_mb: 256}\n  preload: [numpy, json]",
    )
    tiny = course.assignment("tiny")
    assert (tiny.name, tiny.title, tiny.minutes) == ("tiny", "Tiny: twice and there and back", 5)
    assert [(e.name, e.functions, e.points) for e in tiny.exercises] == [
        ("double", ("double",), 50.0),
        ("shift", ("shift", "unshift"), 30.0),
    ]
    assert tiny.questions == {"why": 20.0}
    assert tiny.max_score == 80
    assert tiny.limits == Limits(call_seconds=0.5, memory_mb=256)
    assert tiny.preload == ("numpy", "json")
    assert tiny.notebook_name == "tiny.ipynb"


def include(course: Course, name: str) -> None:
    edit(course, TEXT, "It holds that", f"```{{include}} {name}\n```\n\nIt holds that")


def test_a_file_that_several_texts_share_is_written_once_and_stands_where_it_is_included(course: Course) -> None:
    shared = course.root / "assignments" / "rules.md"
    shared.write_text("Work **alone**. \\1 stays.\n", encoding="utf-8")
    include(course, "../rules.md")
    first = course.assignment("tiny")
    assert first.cells[0].source.startswith("# Twice\n\nWork **alone**. \\1 stays.\n\nIt holds that")
    shared.write_text("Work together.\n", encoding="utf-8")  # the text itself is as it was
    second = course.assignment("tiny")
    assert second.cells[0].source.startswith("# Twice\n\nWork together.\n\nIt holds that")
    assert second.graded_by == first.graded_by  # words in a text cell grade nobody again
    assert second.cells[1:] == first.cells[1:]


@pytest.mark.parametrize("name", ["../rules.md", "nowhere/at/all.md", "."])
def test_what_is_included_and_cannot_be_read_is_named(course: Course, name: str) -> None:
    include(course, name)
    with pytest.raises(CourseError, match=rf"^tiny\.md includes {re.escape(name)}, which cannot be read: .*\.$"):
        course.assignment("tiny")


def test_code_is_left_as_it_is_whatever_it_says(course: Course) -> None:
    code = 'print("""\n```{include} ../rules.md\n```\n""")'
    edit(course, TEXT, "```{code-cell}\nprint(double(np.ones(3)))\n```", f"````{{code-cell}}\n{code}\n````")
    assert course.assignment("tiny").cells[6].source == code


def test_an_assignment_with_a_title_only_has_sensible_settings(course: Course) -> None:
    other = course.assignment("other")
    assert (other.minutes, other.questions, other.limits, other.preload) == (0, {}, Limits(), ("numpy",))


def test_ids_of_cells_tell_what_they_are_and_never_repeat(course: Course) -> None:
    edit(course, TEXT, "Why is that so?", "```{code-cell}\n:setup: true\nimport json\n```\n\nWhy is that so?")
    tiny = course.assignment("tiny")
    by_id = dict(zip(tiny.ids, tiny.cells, strict=True))
    assert len(by_id) == len(tiny.cells)
    roles = {name: cell.role for name, cell in by_id.items() if not name.startswith("cell-")}
    assert roles == {
        "setup": "setup",
        "answer-double": "exercise",
        "double": "check",
        "answer-shift": "exercise",
        "shift": "check",
        "setup-2": "setup",
        "why": "question",
    }
    assert {cell.role for name, cell in by_id.items() if name.startswith("cell-")} == {"text", "demo"}


DOUBLE = "from solutions.tiny.reference import double\n"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("assignment:\n", "assigment:\n", "the front matter needs `assignment:` with at least a title"),
        (
            'title: "Tiny: twice and there and back"',
            "minutes: 2",
            "the front matter needs `assignment:` with at least a title",
        ),
        ("minutes: 5", "colour: red", "unknown setting in the front matter: colour"),
        ("minutes: 5", "minutes: five", "cannot be read: .*'five'"),
        ("minutes: 5", "minutes: [5", r"cannot be read: .*line \d"),
        ("minutes: 5", "preload: 5", "cannot be read"),
        ("minutes: 5", "limits: 5", "cannot be read"),
        (
            "minutes: 5",
            "limits: {wall_second: 5}",
            "unknown limit: wall_second. Known: call_seconds, callbacks, calls, cpu_seconds",
        ),
        ("minutes: 5", "limits: {wall_seconds: abc}", "a limit is a number above 0.*: wall_seconds"),
        (
            "minutes: 5",
            "limits: {wall_seconds: -1, cpu_seconds: 0}",
            "a limit is a number above 0.*: cpu_seconds, wall_seconds",
        ),
        ("minutes: 5", "limits: {wall_seconds: .inf}", "a limit is a number above 0.*: wall_seconds"),
        (
            "minutes: 5",
            "limits: {memory_mb: 1.5, calls: 0.5}",
            "a whole one where it counts MB or calls: calls, memory_mb",
        ),
        ("why: 20", "why: many", "cannot be read: .*'many'"),
        ("{why: 20}", "{why: 20, how: 5}", "questions in the text and in the front matter differ: how"),
        ("{why: 20}", "{}", "questions in the text and in the front matter differ: why"),
        ("{why: 20}", "[why]", "cannot be read"),
        (":points: 50", ":points: many", "cannot be read: .*'many'"),
        (":points: 50\n", "", "exercise 'double' needs a lower-case name and `:points:`"),
        (":exercise: double", ":exercise: Double", "exercise 'Double' needs a lower-case name and `:points:`"),
        (":exercise: shift", ":exercise: double", "declared twice: double"),
        (DOUBLE, f"{DOUBLE}x = 1\n", "the cell of exercise 'double' must hold one import from solutions and no more"),
        (DOUBLE, "import numpy\n", "the cell of exercise 'double' must hold one import from solutions and no more"),
        (
            DOUBLE,
            "from math import pi\n",
            "the cell of exercise 'double' must hold one import from solutions and no more",
        ),
        (DOUBLE, "from solutions import )\n", r"cannot be read: .+ \(<unknown>, line 1\)\."),
        (":check: double\n", "", "the cell of exercise 'double' needs `:check: double` as its next code cell"),
        (
            ":check: double",
            ":check: shift",
            "the cell of exercise 'double' needs `:check: double` as its next code cell",
        ),
        ("```{code-cell}\nprint", "```{code-cell}\n:check: shift\nprint", "an exercise one check: shift"),
        (
            "```{code-cell}\nprint",
            "```{code-cell}\n:check: halve\nprint",
            "a check needs one exercise before it.*: halve",
        ),
    ],
)
def test_a_text_that_breaks_the_rules_is_refused_in_a_sentence(course: Course, old: str, new: str, says: str) -> None:
    edit(course, TEXT, old, new)
    with pytest.raises(CourseError, match=rf"^tiny\.md.*{says}") as refusal:
        course.assignment("tiny")
    assert "\n" not in str(refusal.value)
