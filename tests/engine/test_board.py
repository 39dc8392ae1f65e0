"""The board: who is on it, under which name, with which number, and that without one everything is as if there were none."""

from __future__ import annotations

import json
import re
import shutil
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from autograder.authoring.generate import build
from autograder.cli import app as cli
from autograder.course.folders import Course
from autograder.course.report import Curve, Report, TrainingRecord
from autograder.gradebook import pseudonyms as names
from autograder.gradebook.board import Board, BoardTable, page_of, ranked
from autograder.gradebook.pseudonyms import pseudonyms, pseudonyms_of
from autograder.reporting.as_html import exercise_html
from autograder.reporting.as_text import exercise_text
from autograder.submission.on_the_board import keeping_wish, opted_in
from autograder.training.contract import runs_of
from autograder.training.target import Target
from autograder.whole_class.store import Store
from autograder.whole_class.tasks import Task, tasks
from tests.support.board_course import NAMED, OTHER_STEPS, RIGHT, WISH, hand_in, handed_in, make_board_course, switch
from tests.support.forking import by_ours, by_stock_commands, forked, nbgrader
from tests.support.handins import autograder, code, save, with_cells

ROOT = Path(__file__).resolve().parents[2]
LATE = 12  # the day after which nobody counts is the tenth

# --- who wishes to be on it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "on_the_board = True",
        "on_the_board=True",
        "on_the_board\t=  True  # why not",
        "x = 1\non_the_board = True\r\ny = 2",
        "on_the_board = False\non_the_board = True",
        "'''a string'''\non_the_board = True",
        "it = \"isn't\"  # it's\non_the_board = True",
        "'''it ends \\''' ''' \non_the_board = True",
    ],
)
def test_a_line_at_the_margin_says_so(source: str) -> None:
    assert opted_in(["x = 1", source])


@pytest.mark.parametrize(
    "source",
    [
        "",
        "on_the_board = False",
        "on_the_board = True\non_the_board = False",
        "on_the_board = True\non_the_board = not on_the_board",
        "on_the_board == True",
        "    on_the_board = True",
        "if x:\n    on_the_board = True",
        "# on_the_board = True",
        "x = 'on_the_board = True'",
        "'''\non_the_board = True\n'''",
        'x = f"""\non_the_board = True\n"""',
        '"""\non_the_board = True\n',
        "'''\\'''\non_the_board = True\n'''",
        "x = 'a\\\non_the_board = True'",
        "x = on_the_board = True",
        "not_on_the_board = True",
        "on_the_board = 'True'",
        "on_the_board = Truely",
        "on_the_board: True",
    ],
)
def test_whatever_else_looks_like_it_says_nothing(source: str) -> None:
    assert not opted_in([source])


def test_the_last_line_of_a_program_counts() -> None:
    assert opted_in(["on_the_board = False", "x = 1", WISH, "y = 2"])
    assert not opted_in([WISH, "x = 1", "on_the_board = False"])


@pytest.mark.parametrize(
    "text",
    [
        "'",
        '"""',
        "'''\\",
        "on_the_board =",
        "on_the_board" + " " * 50,
        "#",
        "\\'",
        "on_the_board = True\n",
        "\n'",
        "\\'''\n",
    ],
)
def test_megabytes_take_a_moment(text: str) -> None:
    source = text * (2_000_000 // len(text))
    begin = time.process_time()
    opted_in([source])
    assert time.process_time() - begin < 10  # of a second or so; where each line is looked at from each other, hours


def test_of_a_demonstration_no_more_is_kept_than_what_it_says_of_the_board() -> None:
    assert keeping_wish("", f"train()\n{WISH}\n") == WISH
    assert keeping_wish("x = 1\n", f"train()\nx = 1\n{WISH}") == f"x = 1\n{WISH}"
    assert keeping_wish(f"\n{WISH}", f"train()\n{WISH}") == f"\n{WISH}"
    assert keeping_wish("x = 1\n", "train()\nx = 1\n") == "x = 1\n"


# --- under which name ----------------------------------------------------------------------------------------------------

CLASS = [f"student-{number}" for number in range(500)]


def test_a_name_follows_from_the_secret_the_assignment_and_the_student_and_not_from_the_order() -> None:
    made = pseudonyms(b"secret", "tiny", CLASS)
    assert pseudonyms(b"secret", "tiny", CLASS[::-1]) == made
    for other in (pseudonyms(b"another", "tiny", CLASS), pseudonyms(b"secret", "other", CLASS)):
        assert sum(other[student] == made[student] for student in CLASS) < 3
    alone = pseudonyms(b"secret", "tiny", CLASS[:1])
    assert alone[CLASS[0]] == made[CLASS[0]]


def test_two_words_and_a_number() -> None:
    for name in pseudonyms(b"secret", "tiny", CLASS).values():
        colour, bird, number = name.split()
        assert colour in names.COLOURS
        assert bird in names.BIRDS
        assert 10 <= int(number) <= 99
    for words in (names.COLOURS, names.BIRDS):
        assert len(set(words)) == len(words)


def test_each_name_is_there_once_also_where_many_draw_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "COLOURS", ["teal"])
    monkeypatch.setattr(names, "BIRDS", ["heron", "owl", "wren"])
    crowded = CLASS[:240]  # of 270 names
    made = pseudonyms(b"secret", "tiny", crowded)
    assert len(set(made.values())) == len(crowded)
    assert pseudonyms(b"secret", "tiny", sorted(crowded, reverse=True)) == made


def test_a_student_whose_name_is_no_text_has_one() -> None:
    assert len(pseudonyms(b"secret", "tiny", ["ad\udce4", "ada"])) == 2


# --- with which number ---------------------------------------------------------------------------------------------------


def test_the_first_look_that_sees_the_target_counts_and_nothing_is_computed_afterwards() -> None:
    target, asked = Target(0.9), []

    def look(done: int, right: float | None) -> None:
        target.see(done, lambda: asked.append(done) or right)  # type: ignore[func-returns-value]

    for done, right in ((10, 0.2), (20, None), (30, 0.9), (40, 0.1), (50, 1.0)):
        look(done, right)
    assert (target.reached(confirmed=True), target.reached(confirmed=False), asked) == (30, None, [10, 20, 30])
    target.begin()
    assert target.reached(confirmed=True) is None


def test_without_a_target_nothing_is_looked_at() -> None:
    target = Target(None)
    target.see(10, lambda: pytest.fail("it was looked at"))
    assert target.reached(confirmed=True) is None


def test_who_needs_as_many_steps_has_the_same_rank() -> None:
    lines = ranked({"teal owl 11": 40, "jade wren 12": 30, "amber lark 13": 40, "ruby swan 14": 50})
    assert [(line.rank, line.name, line.steps) for line in lines] == [
        *((1, "jade wren 12", 30), (2, "amber lark 13", 40)),
        *((2, "teal owl 11", 40), (4, "ruby swan 14", 50)),
    ]


def test_the_runs_of_the_course_have_targets_below_what_the_reference_reaches_on_its_own_data(real: Course) -> None:
    targets = {name: run.target for name, run in runs_of(real, real.assignment("train_networks")).items()}
    assert targets == {"residual": 0.9, "inception": 0.9, "depth": None, "transfer": None}


# --- the page ------------------------------------------------------------------------------------------------------------


def test_the_page_runs_nothing_loads_nothing_and_escapes_everything() -> None:
    hostile = "<script>alert(1)</script> \" ' & {{ 7 * 7 }}"
    table = BoardTable(hostile, 0.9, hostile, 90, ranked({hostile: 40}))
    page = page_of(Board(hostile, None, (table,)))
    soup = BeautifulSoup(page, "html.parser")
    assert not soup.find_all(["script", "link", "img", "iframe", "object"])
    assert not soup.find_all(src=True)
    assert not soup.find_all(href=True)
    assert "url(" not in page
    assert "@import" not in page
    assert (soup.h2.text, [cell.text for cell in soup.select("tbody td")]) == (hostile, ["1", hostile, "40"])
    assert hostile not in page


def test_the_page_says_when_it_was_frozen_and_that_nobody_is_on_it() -> None:
    board = Board("Tiny", datetime(2030, 1, 10, 12), (BoardTable("A line", 0.7, "images", 40, ()),))  # noqa: DTZ001  (as in the gradebook)
    assert "2030-01-10 12:00 UTC" in page_of(board)
    assert "Nobody is listed yet." in page_of(board)
    assert "Not frozen" in page_of(replace(board, frozen=None))


# --- without one ---------------------------------------------------------------------------------------------------------


def test_without_a_board_a_report_has_the_key_that_it_always_had() -> None:
    task = Task("c", "tiny", "ada", "x/ada.ipynb", "00", "f", "seed", "landlock", (("suite", "1"),), "cpu")
    assert task.key == "bdfd1a00ae4738d5d2992227dcfb076b35d3b88bcb3b9713784ec7fe10754124"
    assert replace(task, board=True).key != task.key


def test_what_is_not_known_is_not_in_the_json_and_what_is_known_survives_it() -> None:
    record = TrainingRecord("A line", "images", Curve((), (), ()), 0.9, 0.1, 0.8, ("a",), (), ())
    bare = Report("a", "a.ipynb", None, "", "", "", "none", "graded", None, 1.0, 1.0, 0.0, (), (record,))
    assert "reached" not in bare.as_json()["training"][0]
    for report in (bare, replace(bare, training=(replace(record, reached=20),))):
        assert Report.from_json(json.loads(json.dumps(report.as_json()))) == report


def test_who_has_no_name_on_the_board_reads_nothing_of_it(reports: dict[str, Report]) -> None:
    for show in (exercise_html, exercise_text):
        assert "board" not in show(reports["anna"], "training", 10.0)
        assert "On the board your name is teal heron 42" in show(reports["anna"], "training", 10.0, "teal heron 42")


# --- a class -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Six have handed in, one of them late; the board is off."""
    course = make_board_course(tmp_path_factory.mktemp("board") / "course")
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    build(course, "tiny")
    nbgrader(course, "generate_assignment", "tiny")
    nbgrader(course, "db", "assignment", "add", "tiny", "--duedate=2030-01-10 12:00:00 UTC")
    hand_in(course, "anna", 10)
    hand_in(course, "ben", 9, wish="x = 1")
    hand_in(course, "cleo", LATE)
    hand_in(course, "dora", 9, OTHER_STEPS)
    hand_in(course, "eve", 9, NAMED)
    (course.data / "secret").write_bytes(bytes(range(32)))
    return course


@pytest.fixture(scope="module")
def graded(made: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The same with a board, graded by our command."""
    course = Course(Path(shutil.copytree(made.root, tmp_path_factory.mktemp("graded") / "course")))
    switch(course, on=True)
    by_ours(course)
    return course


@pytest.fixture(scope="module")
def reports(graded: Course) -> dict[str, Report]:
    return stored(graded)


@pytest.fixture
def course(graded: Course, tmp_path: Path) -> Course:
    return Course(Path(shutil.copytree(graded.root, tmp_path / "course")))


def stored(course: Course) -> dict[str, Report]:
    with Store(course.store) as store:
        found = {task.student: store.get(task.key) for task in tasks(course, course.assignment("tiny"), "auto")}
    return {student: report for student, report in found.items() if report is not None}


def reached(course: Course) -> dict[str, int | None]:
    return {student: report.training[0].reached for student, report in stored(course).items()}


def board(course: Course) -> list[list[str]]:
    """The lines of the page that the command writes."""
    assert forked(course, cli.main, "board", "tiny").strip() == "course/board/tiny.html"
    page = BeautifulSoup((course.data / "board" / "tiny.html").read_text(), "html.parser")
    return [[cell.text for cell in row.select("td")] for row in page.select("tbody tr")]


def feedback(course: Course, student: str) -> str:
    return (course.data / "feedback" / student / "tiny" / "tiny.html").read_text()


def test_listed_is_who_wishes_it_was_in_time_and_took_steps_that_are_all_confirmed(course: Course) -> None:
    found = reached(course)
    assert found == {"anna": 20, "ben": None, "cleo": found["cleo"], "dora": None, "eve": None}
    assert found["cleo"] is not None
    assert board(course) == [["1", pseudonyms_of(course, "tiny")["anna"], "20"]]


def test_no_name_of_a_student_is_on_the_page(course: Course) -> None:
    board(course)
    words = set(re.findall(r"\w+", (course.data / "board" / "tiny.html").read_text()))
    assert words & set(names.BIRDS)
    assert not words & {"anna", "ben", "cleo", "dora", "eve"}


def test_students_find_their_own_name_on_their_page_and_nobody_elses(course: Course) -> None:
    for student, number in reached(course).items():
        own = {name for name in pseudonyms_of(course, "tiny").values() if name in feedback(course, student)}
        assert own == ({pseudonyms_of(course, "tiny")[student]} if number is not None else set())


def test_every_way_of_grading_finds_the_same(course: Course, made: Course, tmp_path: Path) -> None:
    stock = Course(Path(shutil.copytree(made.root, tmp_path / "stock")))
    switch(stock, on=True)
    by_stock_commands(stock)
    assert reached(stock) == reached(course)
    assert board(stock) == board(course)
    assert pseudonyms_of(stock, "tiny")["anna"] in feedback(stock, "anna")
    done = autograder(course.root, "grade", course.submitted("anna", "tiny") / "tiny.ipynb", "--json", "-")
    assert json.loads(done.stdout)["training"][0]["reached"] == reached(course)["anna"]


def test_what_comes_late_moves_nobody_up_or_down_and_takes_its_own_line_away(course: Course) -> None:
    before = board(course)
    hand_in(course, "ben", LATE)
    hand_in(course, "fay", LATE)
    by_ours(course)
    assert reached(course)["fay"] is not None
    assert board(course) == before
    hand_in(course, "anna", LATE, wish=f"{WISH}  # again")
    by_ours(course)
    assert board(course) == []


def test_an_extension_brings_nobody_onto_the_board(course: Course) -> None:
    from nbgrader.api import Gradebook  # noqa: PLC0415

    before = board(course)
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        gradebook.update_or_create_submission("tiny", "cleo", extension=datetime(1, 1, 5) - datetime(1, 1, 1))  # noqa: DTZ001
    assert board(course) == before


def test_without_a_due_date_all_count(course: Course) -> None:
    nbgrader(course, "db", "assignment", "remove", "tiny", "--force")
    nbgrader(course, "generate_assignment", "tiny", "--force")
    by_ours(course)
    assert {line[1] for line in board(course)} == {pseudonyms_of(course, "tiny")[name] for name in ("anna", "cleo")}


def test_with_nobody_on_it_the_page_says_so(made: Course, tmp_path: Path) -> None:
    course = Course(Path(shutil.copytree(made.root, tmp_path / "course")))
    switch(course, on=True)
    assert board(course) == []
    assert "Nobody is listed yet." in (course.data / "board" / "tiny.html").read_text()


def test_switched_off_again_nothing_is_left_of_it(course: Course, made: Course) -> None:
    switch(course, on=False)
    assert reached(course) == {}, "reports of a course with a board are others"
    by_ours(course)
    assert set(reached(course).values()) == {None}
    assert "board your name" not in feedback(course, "anna")
    plain = tasks(made, made.assignment("tiny"), "auto")
    assert [replace(task, course="", path=Path(task.path).name).key for task in plain] == [
        replace(task, course="", path=Path(task.path).name).key
        for task in tasks(course, course.assignment("tiny"), "auto")
    ]


def refused(course: Course, *arguments: str) -> str:
    done = autograder(course.root, "board", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_a_request_that_cannot_be_met_is_one_line(made: Course, course: Course) -> None:
    assert "write `[training]` and, in the next line, `board = true` into" in refused(made, "tiny")
    assert "other has nothing to train" in refused(course, "other")
    assert "cannot be written" in refused(course, "tiny", "--out", "course")  # a folder


def test_a_page_is_written_where_it_is_wanted(course: Course, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere" / "page.html"
    assert str(target) in forked(course, cli.main, "board", "tiny", "--out", str(target))
    assert "Steps to a target" in target.read_text()


@pytest.mark.parametrize("wish", [True, False])
def test_the_cell_of_the_released_notebook_says_it_too(made: Course, tmp_path: Path, wish: bool) -> None:
    """It is a demonstration, of which nothing runs that nobody uses; and it stands below what a student wrote further up."""
    course = Course(Path(shutil.copytree(made.root, tmp_path / "course")))
    switch(course, on=True)
    handed = handed_in(course, RIGHT, "x = 1")
    cell = next(cell for cell in handed["cells"] if cell["source"] == "on_the_board = False")
    cell["source"] = f"on_the_board = {wish}"
    notebook = with_cells(handed, code(f"on_the_board = {not wish}"), at=1)
    done = autograder(course.root, "grade", save(tmp_path / "tiny.ipynb", notebook), "--json", "-")
    record = json.loads(done.stdout)["training"][0]
    assert ("reached" in record) is wish
