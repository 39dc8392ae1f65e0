"""`autograder new` writes an assignment, overwrites nothing, and says in a sentence why it refuses."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.authoring.list_of_assignments import HOURS, NONE, PAGE, TO_KNOW
from autograder.authoring.new_assignment import SHARED, TEMPLATES, make_assignment
from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from tests.support.handins import autograder
from tests.support.mini_course import make_course

ROOT = Path(__file__).resolve().parents[2]
BAD_NAMES = ["", "Means", "2means", "my-means", "means.md", "../means", "class", "means\n", "m" * 33]
BAD_TITLES = ["", " ", "a\nb", "a | b", "a\x1b[2J", "a" * 81]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A small course with what all assignments share."""
    course = make_course(tmp_path)
    for name in SHARED:
        path = course.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, path)
    return course


def files(course: Course) -> dict[str, bytes]:
    return {
        path.relative_to(course.root).as_posix(): path.read_bytes()
        for path in course.root.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_command_names_what_it_wrote_and_what_comes_next(course: Course) -> None:
    before = files(course)
    done = autograder(course.root, "new", "means")
    assert (done.returncode, done.stderr) == (0, "")
    written, _, following = done.stdout.partition("\n\n")
    assert sorted(written.splitlines()) == sorted(files(course).keys() - before.keys())
    assert {name: files(course)[name] for name in before} == before
    for command in (
        "autograder build means",
        "autograder quality means --seeds 3",
        "nbgrader generate_assignment means",
    ):
        assert f"\n  {command}  " in following


def test_one_file_comes_of_each_template_and_no_placeholder_is_left(course: Course) -> None:
    made = make_assignment(course, "means")
    assert len(made) == len([path for path in TEMPLATES.rglob("*") if path.is_file()])
    for path in made:
        assert "{{" not in path.read_text(encoding="utf-8")
        assert "NAME" not in str(path.relative_to(course.root))


@pytest.mark.parametrize("title", ['It\'s "so": {{ name }} & <b>', "Größe: 100 % #1", "- [x]"])
def test_a_title_comes_through_as_it_was_typed(course: Course, title: str) -> None:
    make_assignment(course, "means", title)
    assignment = course.assignment("means")
    assert assignment.title == title
    assert f"\n# {title}\n" in f"\n{assignment.cells[0].source}\n"


def test_without_a_title_there_is_one_made_of_the_name(course: Course) -> None:
    make_assignment(course, "running_means")
    assert course.assignment("running_means").title == "Running means: a first draft"


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_cannot_be_one_is_refused(course: Course, name: str) -> None:
    before = files(course)
    with pytest.raises(CourseError, match=r"^An assignment cannot be called"):
        make_assignment(course, name)
    assert files(course) == before


@pytest.mark.parametrize("title", BAD_TITLES)
def test_a_title_that_is_no_line_is_refused(course: Course, title: str) -> None:
    before = files(course)
    with pytest.raises(CourseError, match=r"^A title is one line"):
        make_assignment(course, "means", title)
    assert files(course) == before


@pytest.mark.parametrize("name", ["tiny", "other"])
def test_an_assignment_that_is_there_is_not_written_again(course: Course, name: str) -> None:
    with pytest.raises(CourseError, match=f"^There is an assignment '{name}' already"):
        make_assignment(course, name)


@pytest.mark.parametrize("name", ["plots", "checking", "checks"])
def test_a_name_of_the_starter_code_is_refused_since_other_assignments_would_lose_that(
    course: Course, name: str
) -> None:
    with pytest.raises(CourseError, match=f"^The starter code has a file or a folder called '{name}'"):
        make_assignment(course, name)


@pytest.mark.parametrize("there", ["solutions/means/reference.py", "tests/hidden/means/checks.py"])
def test_where_one_file_is_there_nothing_is_written(course: Course, there: str) -> None:
    path = course.root / there
    path.parent.mkdir(parents=True)
    path.write_text("mine\n", encoding="utf-8")
    before = files(course)
    done = autograder(course.root, "new", "means")
    assert done.returncode == 2
    assert f"{there} is there already, and nothing is overwritten." in done.stderr
    assert files(course) == before


def test_a_course_that_lacks_what_assignments_share_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"lacks assignments/use_of_ai\.md, .*starter_code/plots/curves\.py, which"):
        make_assignment(make_course(tmp_path), "means")


# --- the page that lists the assignments -----------------------------------------------------------------------------------


def with_page(course: Course, text: str) -> Path:
    path = course.root / PAGE
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return path


def test_the_page_of_assignments_gains_its_rows_and_its_sum(course: Course) -> None:
    row = f"| 1 | `tiny`: x | 0 h 05 | 80, {NONE}, 20 | 5 min, 80 points |"
    told = "All one take 0 h 05, and the short ways 0 h 05. More."
    path = with_page(
        course, f"# A\n\n{HOURS}\n|---|\n{row}\n\n{told}\n\n{TO_KNOW}\n|---|\n| 1 | this | that |\n\nEnd\n"
    )
    assert make_assignment(course, "means", "Means: of all")[-1] == path
    new = f"| 2 | `means`: of all | 0 h 55 | 80, {NONE}, 20 | 40 min, 80 points |"
    added = "All two take 1 h 00, and the short ways 0 h 45. More."
    assert path.read_text(encoding="utf-8") == (
        f"# A\n\n{HOURS}\n|---|\n{row}\n{new}\n\n{added}\n\n{TO_KNOW}\n|---|\n| 1 | this | that |\n"
        "| 2 | to be written | to be written |\n\nEnd\n"
    )


def test_a_table_at_the_end_of_the_page_gains_its_row(course: Course) -> None:
    path = with_page(course, f"{HOURS}\n|---|\n")
    make_assignment(course, "means", "Means")
    assert path.read_text(encoding="utf-8").splitlines()[2] == (
        f"| 1 | `means`: Means | 0 h 55 | 80, {NONE}, 20 | 40 min, 80 points |"
    )


def test_a_page_that_lists_nothing_stays_as_it_is(course: Course) -> None:
    path = with_page(course, "# Assignments\n\nSee the site.\n")
    assert path not in make_assignment(course, "means")
    assert path.read_text(encoding="utf-8") == "# Assignments\n\nSee the site.\n"
