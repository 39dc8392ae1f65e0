"""What a course decides for itself, in `course/settings.toml`."""

import re
from pathlib import Path

import pytest

from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from autograder.course.settings import Settings, data_for, data_named, settings_of


@pytest.fixture
def course(tmp_path: Path) -> Course:
    for name in ("assignments", "solutions", "course"):
        (tmp_path / name).mkdir()
    return Course(tmp_path)


def test_without_a_file_nothing_is_set(course: Course) -> None:
    assert settings_of(course) == Settings(data=None, board=False)


def test_a_path_is_seen_from_the_folder_of_the_course(course: Course) -> None:
    (course.data / "settings.toml").write_text('[training]\ndata = "images/fashion"\nboard = true\n')
    assert settings_of(course) == Settings(course.data / "images" / "fashion", board=True)


def test_a_word_is_a_path_only_where_something_of_that_name_lies_in_the_folder(course: Course) -> None:
    (course.data / "settings.toml").write_text('[training]\ndata = "fashion-mnist"\n')
    assert settings_of(course).data == "fashion-mnist"
    (course.data / "fashion-mnist").mkdir()
    assert settings_of(course).data == course.data / "fashion-mnist"


@pytest.mark.parametrize("text", ["", ".", "..", "./word", "folder/word"])
def test_what_names_a_place_is_no_word(tmp_path: Path, text: str) -> None:
    assert data_named(text, tmp_path) == tmp_path / text


def test_a_link_to_nothing_is_a_path_that_cannot_be_read_and_no_word(tmp_path: Path) -> None:
    (tmp_path / "word").symlink_to(tmp_path / "nothing")
    assert data_named("word", tmp_path) == tmp_path / "word"


def test_what_was_asked_for_wins_over_the_settings(course: Course) -> None:
    assert data_for(course) is None
    (course.data / "settings.toml").write_text('[training]\ndata = "word"\n')
    assert data_for(course) == "word"
    assert data_for(course, "another") == "another"


def test_a_path_may_be_absolute(course: Course) -> None:
    (course.data / "settings.toml").write_text('[training]\ndata = "/srv/fashion"\n')
    assert settings_of(course).data == Path("/srv/fashion")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[training\n", "cannot be read"),
        ("[traning]\nboard = true\n", "one table"),
        ("[training]\nbord = true\n", "data and board"),
        ("training = 3\n", "one table"),
        ("[training]\nboard = 1\n", "board is true or false"),
        ("[training]\ndata = 1\n", "data is a text in quotes"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(course: Course, text: str, told: str) -> None:
    (course.data / "settings.toml").write_text(text)
    with pytest.raises(CourseError, match=told) as refusal:
        settings_of(course)
    assert "\n" not in str(refusal.value)


def test_the_engine_names_no_data_set() -> None:
    named = re.compile("mnist|fashion|cifar", re.IGNORECASE)
    engine = Path(__file__).resolve().parents[2] / "autograder"
    assert [path for path in engine.rglob("*.py") if named.search(path.read_text())] == []
