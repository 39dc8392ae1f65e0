"""What a course decides for itself, in `course/settings.toml`."""

import re
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from autograder.course.assignment import CourseError
from autograder.course.attempts import AttemptRule
from autograder.course.folders import Course
from autograder.course.policy import LateRule, policy_of
from autograder.course.policy_edit import named_in_policy, policy_without
from autograder.course.settings import Settings, data_for, data_named, settings_of
from tests.support.mini_course import make_course


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
        (
            "[traning]\nboard = true\n",
            re.escape("the tables [training], [late], [attempts], [extensions], [excused], and nothing else"),
        ),
        ("[training]\nbord = true\n", r"\[training\] has data, board, and no bord"),
        ("training = 3\n", "may have the tables"),
        ("[training]\nboard = 1\n", "board is true or false"),
        ("[training]\ndata = 1\n", "data is a text in quotes"),
        ("[late]\npercent = 101\n", "percent is a number from 0 to 100"),
        ("[late]\nat_most = true\n", "at_most is a number from 0 to 100"),
        ("[late]\npercent = nan\n", "percent is a number from 0 to 100"),
        ("[late]\ndays = -1\n", "days is a number of days"),
        ("[attempts]\na_day = 0\n", "a_day is a whole number from 1 to 1000"),
        ("[attempts]\na_day = 2.0\n", "a_day is a whole number from 1 to 1000"),
        ("[attempts]\na_day = true\n", "a_day is a whole number from 1 to 1000"),
        ("[attempts]\ntold = 'all'\n", "told is one of 'nothing', 'points', 'messages'"),
        ("[attempts]\ntold = []\n", "told is one of 'nothing', 'points', 'messages'"),
        ("[attempts]\na_week = 1\n", r"\[attempts\] has a_day, told, and no a_week"),
        ("[attempts.tiny]\na_week = 1\n", r"\[attempts.tiny\] has a_day, told, and no a_week"),
        ("[attempts.tinny]\na_day = 1\n", "there is no assignment 'tinny'"),
        ("attempts = 3\n", "may have the tables"),
        ("[extensions.tiny]\nalice = '2 days'\n", "tiny is a table of students, each with a number of days"),
        ("[extensions.tiny]\nalice = 1e9\n", "tiny is a table of students, each with a number of days"),
        ("[extensions]\ntiny = 3\n", "tiny is a table of students, each with a number of days"),
        ("[extensions.tinny]\nalice = 2\n", "there is no assignment 'tinny'"),
        ("[excused]\ntinny = ['ada']\n", "there is no assignment 'tinny'"),
        ('[excused]\ntiny = "ada"\n', "tiny is a list of students"),
        ("[excused]\ntiny = [1]\n", "tiny is a list of students"),
        ("excused = 3\n", "may have the tables"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(course: Course, text: str, told: str) -> None:
    (course.data / "settings.toml").write_text(text)
    with pytest.raises(CourseError, match=told) as refusal:
        settings_of(course), policy_of(course)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("days", "share", "reason"),
    [
        (-1.0, 0.0, None),
        (0.0, 0.0, None),
        (0.01, 0.1, "1 day begun, 10 % each"),
        (1.0, 0.1, "1 day begun, 10 % each"),
        (1.01, 0.2, "2 days begun, 10 % each"),
        (3.5, 0.25, "4 days begun, 10 % each, at most 25 %"),
        (4.0, 0.25, "4 days begun, 10 % each, at most 25 %"),
        (4.01, 1.0, "later than 4 days after the due date nothing counts"),
    ],
)
def test_each_day_that_has_begun_costs_its_share_until_nothing_counts(
    days: float, share: float, reason: str | None
) -> None:
    late = LateRule(percent=10, at_most=25, days=4)
    assert late.share(days * 86400) == pytest.approx(share)
    assert reason in {None, late.reason(days * 86400)}


def test_a_rule_without_limits_takes_all_points_and_no_more() -> None:
    assert [LateRule(percent=30).share(days * 86400) for days in (1, 3, 4, 1000)] == pytest.approx([0.3, 0.9, 1, 1])
    assert LateRule().share(86400) == 0


def test_extensions_and_excuses_are_of_an_assignment_and_a_student(course: Course) -> None:
    (course.root / "assignments" / "tiny").mkdir()
    (course.root / "assignments" / "tiny" / "tiny.md").touch()
    text = '[extensions.tiny]\nalice = 2\n"zoë.o\'neil" = 0.5\n[excused]\ntiny = ["ada", "zoë"]\n'
    (course.data / "settings.toml").write_text(text, encoding="utf-8")
    assert policy_of(course).excused == {"tiny": ("ada", "zoë")}
    assert policy_of(course).extensions == {"tiny": {"alice": timedelta(days=2), "zoë.o'neil": timedelta(hours=12)}}


def test_how_often_one_may_try_stands_for_all_assignments_and_for_single_ones(course: Course) -> None:
    for name in ("small", "tiny"):
        (course.root / "assignments" / name).mkdir()
        (course.root / "assignments" / name / f"{name}.md").touch()
    assert policy_of(course).attempts == {"small": AttemptRule(), "tiny": AttemptRule()}
    text = '[attempts]\na_day = 5\ntold = "points"\n[attempts.tiny]\na_day = 2\n'
    (course.data / "settings.toml").write_text(text, encoding="utf-8")
    assert policy_of(course).attempts == {"small": AttemptRule(5, "points"), "tiny": AttemptRule(2, "points")}


def test_the_engine_names_no_data_set() -> None:
    named = re.compile("mnist|fashion|cifar", re.IGNORECASE)
    engine = Path(__file__).resolve().parents[2] / "autograder"
    assert [path for path in engine.rglob("*.py") if named.search(path.read_text())] == []


# --- without a student -------------------------------------------------------------------------------------------------------

NAMING = """\
# mine
[late]
percent = 10   # a day

[extensions.tiny]
anna = 2
"ben" = 1.5  # ill
[extensions.other]
ben = 3
[excused]
tiny = [
    "ben",   # ill, too
    "cleo",
]
other = ["ben", "ben"]
"""


def test_a_student_is_taken_out_and_all_else_stays_as_it_is() -> None:
    made = policy_without(NAMING, "ben")
    assert "ben" not in made
    assert [line for line in NAMING.splitlines() if "ben" not in line and line not in made.splitlines()] == []
    assert tomllib.loads(made) == {
        "late": {"percent": 10},
        "extensions": {"tiny": {"anna": 2}, "other": {}},
        "excused": {"tiny": ["cleo"], "other": []},
    }
    assert policy_without(NAMING, "late") == policy_without(NAMING, "tiny") == NAMING


def test_settings_say_where_they_name_a_student(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    course.make_data()
    assert named_in_policy(course, "ben") == []
    (course.data / "settings.toml").write_text(NAMING)
    assert named_in_policy(course, "ben") == ["extensions.tiny", "extensions.other", "excused.tiny", "excused.other"]
    assert named_in_policy(course, "cleo") == ["excused.tiny"]
    assert named_in_policy(course, "tiny") == []
