"""Ways through the notebooks: their tables and docs/assignments.md say the same, short ways run, and predictions cost nothing."""

from __future__ import annotations

import ast
import re
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.authoring.list_of_assignments import COUNTS
from autograder.course.assignment import Assignment
from autograder.course.folders import Course
from tests.support import handins
from tests.support.handins import Notebook, contents_of, released, solved
from tests.support.remembered import remembered
from website import front_page

ROOT = Path(__file__).resolve().parents[2]
COURSE = Course(ROOT)
NAMES = COURSE.names()
PAGE = (ROOT / "docs/assignments.md").read_text(encoding="utf-8")
ORDER = re.findall(r"^\| \d+ \| `(\w+)`: ", PAGE, re.MULTILINE)
SHORT = re.compile(r"sections of importance 4 and 5\s+take\s+(\d+)\s+minutes\s+and\s+bring\s+(\d+)\s+points")
DOTS = re.compile(r"([1-5])&nbsp;(●+)(○*)")
IF_YOU_LIKE, NONE, TIMES = "if you like", "\N{EN DASH}", "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True)
class Row:
    """One row of the table of sections; points and minutes that are none are 0."""

    section: str
    functions: tuple[str, ...]
    points: float
    minutes: int
    difficulty: int
    importance: int
    optional: bool


def rows_of(assignment: Assignment) -> list[Row]:
    lines = assignment.cells[0].source.splitlines()
    start = lines.index("| section | exercise | points | minutes | difficulty | importance |") + 2
    rows: list[Row] = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        section, exercise, points, minutes, difficulty, importance = (
            cell.strip() for cell in line.strip("|").split("|")
        )
        rows.append(
            Row(
                section or rows[-1].section,
                tuple(re.findall(r"`(\w+)`", exercise)),
                total(points),
                int(minutes.partition(",")[0].replace(NONE, "0")),
                rank(difficulty),
                rank(importance),
                IF_YOU_LIKE in minutes,
            )
        )
    return rows


def total(points: str) -> float:
    """Five times four, and `8 + 7`, are sums; a dash and `no points` are none."""
    if TIMES in points:
        count, each = points.split(TIMES)
        return float(count) * float(each)
    return sum(map(float, re.findall(r"\d+", points)))


def rank(cell: str) -> int:
    number, full, empty = DOTS.fullmatch(cell).groups()  # type: ignore[union-attr]
    assert (len(full), len(empty)) == (int(number), 5 - int(number))
    return int(number)


def short_rows(assignment: Assignment) -> list[Row]:
    return [row for row in rows_of(assignment) if row.importance >= 4 and not row.optional]


# --- the table of a notebook ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_minutes_of_the_sections_are_those_of_the_front_matter(name: str) -> None:
    assignment = COURSE.assignment(name)
    assert sum(row.minutes for row in rows_of(assignment) if not row.optional) == assignment.minutes


@pytest.mark.parametrize("name", NAMES)
def test_the_table_has_every_exercise_in_order_with_its_points(name: str) -> None:
    assignment = COURSE.assignment(name)
    rows = [row for row in rows_of(assignment) if row.functions and not row.optional]
    listed = [function for row in rows for function in row.functions]
    assert listed == [function for exercise in assignment.exercises for function in exercise.functions]
    owners = {function: exercise for exercise in assignment.exercises for function in exercise.functions}
    for row in rows:
        assert row.points == sum(each.points for each in {owners[function] for function in row.functions}), row.section
    assert sum(row.points for row in rows_of(assignment)) == 100


@pytest.mark.parametrize("name", NAMES)
def test_the_short_way_is_as_long_and_brings_as_much_as_the_notebook_says(name: str) -> None:
    assignment = COURSE.assignment(name)
    rows = short_rows(assignment)
    (said,) = SHORT.findall(assignment.cells[0].source)
    assert tuple(map(int, said)) == (sum(row.minutes for row in rows), sum(row.points for row in rows))


@pytest.mark.parametrize("name", NAMES)
def test_minutes_are_reckoned_by_the_rule_of_the_page(name: str) -> None:
    """To five minutes, by which a section may be rounded either way."""
    assignment = COURSE.assignment(name)
    lines, words = reference_lines(name), words_of_sections(name)
    rows = [row for row in rows_of(assignment) if not row.optional]
    for row in rows:
        if set(row.functions) <= set(lines) and row.functions:
            read_with = sum(each.section == row.section for each in rows)  # a section with two rows is read once
            reading = 20 if words[key(row.section)] > 450 * read_with else 10
            reckoned = reading + 5 * row.difficulty + sum(lines[function] for function in row.functions) / 2
            assert abs(row.minutes - reckoned) <= 5, (row.section, row.minutes, reckoned)


def reference_lines(name: str) -> dict[str, int]:
    """How many lines of the reference each function or class has students write, comments and lone brackets not counted."""
    text = (ROOT / f"solutions/{name}/reference.py").read_text(encoding="utf-8")
    written: dict[str, int] = {}
    for part in ast.parse(text).body:
        if isinstance(part, ast.FunctionDef | ast.ClassDef):
            own = "\n".join(text.splitlines()[part.lineno - 1 : part.end_lineno])
            bodies = re.findall(r"### BEGIN SOLUTION\n(.*?)(?:### END SOLUTION|\Z)", own, re.DOTALL)
            lines = [line.strip() for body in bodies for line in body.splitlines()]
            written[part.name] = sum(bool(re.search(r"\w", line)) and not line.startswith("#") for line in lines)
    return written


def words_of_sections(name: str) -> dict[str, int]:
    """How many words of prose each section has; what is folded, code and what is for markers only are not counted."""
    text = (ROOT / f"assignments/{name}/{name}.md").read_text(encoding="utf-8")
    for left_out in (r"### BEGIN SOLUTION.*?### END SOLUTION", r"```.*?```", r"<details>.*?</details>", r"!\[.*?\]"):
        text = re.sub(left_out, "", text, flags=re.DOTALL)
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    return {key(section.partition("\n")[0]): len(section.split()) for section in sections}


@pytest.mark.parametrize("name", [name for name in NAMES if COURSE.assignment(name).training])
def test_the_short_way_brings_those_runs_that_build_on_nothing_else(name: str) -> None:
    assignment = COURSE.assignment(name)
    written = {function for row in short_rows(assignment) for function in row.functions}
    done = {exercise.name for exercise in assignment.exercises if written.issuperset(exercise.functions)}
    runs = assignment.training.usual.runs if assignment.training else ()
    brought = sum(run.points for run in runs if done.issuperset(run.needs))
    assert f"and {brought:g} of the training stage with them" in assignment.cells[0].source
    assert f"(That of `{name}` brings {brought:g} of the training stage's points as well.)" in " ".join(PAGE.split())


def on_the_short_way(name: str) -> Notebook:
    """The solved notebook without the code of all other sections."""
    kept = {key(row.section) for row in short_rows(COURSE.assignment(name))}
    notebook, here, cells = solved(COURSE, name), "", []
    for cell in notebook["cells"]:
        heading = re.search(r"^## (.+)", cell["source"], re.MULTILINE) if cell["cell_type"] == "markdown" else None
        here = key(heading[1]) if heading else here
        if not here or here in kept:
            cells.append(cell)
    return notebook | {"cells": cells}


def key(heading: str) -> str:
    """A section by its number; one that has none, by its name."""
    return heading.split(maxsplit=1)[0] if heading[0].isdigit() else heading


def ran(name: str) -> str:
    node = nbformat.from_dict(on_the_short_way(name))
    NotebookClient(node, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    return nbformat.writes(node)  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", NAMES)
def test_the_short_way_runs_without_the_other_sections(name: str) -> None:
    sources = [ROOT / folder / name for folder in ("assignments", "solutions")]
    sources += [ROOT / "starter_code", ROOT / "autograder", Path(handins.__file__), Path(__file__)]
    node = nbformat.reads(remembered(f"short-way-{name}", sources, lambda: ran(name)), as_version=4)
    outputs = [output for cell in node.cells for output in cell.get("outputs", [])]
    assert outputs
    assert [output for output in outputs if output.output_type == "error"] == []


# --- the page of all assignments -----------------------------------------------------------------------------------------


def test_the_page_has_every_assignment_once() -> None:
    assert sorted(ORDER) == NAMES


def test_the_front_page_of_the_site_has_the_same_order() -> None:
    shown = front_page.in_order(map(COURSE.assignment, NAMES), ROOT)
    assert [assignment.name for assignment in shown] == ORDER


@pytest.mark.parametrize("name", NAMES)
def test_the_page_says_what_front_matter_and_notebook_say(name: str) -> None:
    assignment = COURSE.assignment(name)
    trained = assignment.training.points if assignment.training else 0
    shares = (assignment.max_score - trained, trained, sum(assignment.questions.values()))
    points = ", ".join(f"{share:g}" if share else NONE for share in shares)
    minutes, gained = SHORT.findall(assignment.cells[0].source)[0]
    number = ORDER.index(name) + 1
    title = assignment.title.partition(": ")[2] or assignment.title
    time = f"{assignment.minutes // 60} h {assignment.minutes % 60:02}"
    assert f"| {number} | `{name}`: {title} | {time} | {points} | {minutes} min, {gained} points |" in PAGE.splitlines()


def test_the_page_adds_up() -> None:
    assignments = [COURSE.assignment(name) for name in NAMES]
    whole = sum(each.minutes for each in assignments)
    short = sum(row.minutes for each in assignments for row in short_rows(each))
    both = [f"{minutes // 60} h {minutes % 60:02}" for minutes in (whole, short)]
    assert f"All {COUNTS[len(NAMES) - 1]} take {both[0]}, and the short ways {both[1]}." in PAGE


# --- predictions ---------------------------------------------------------------------------------------------------------


def prediction_of(assignment: Assignment) -> int:
    """The place of the cell in which a student predicts."""
    (place,) = [n for n, cell in enumerate(assignment.cells) if cell.source.startswith("**Predict first.**")]
    return place


@pytest.mark.parametrize("name", NAMES)
def test_a_prediction_has_a_cell_of_its_own_before_the_experiment_and_is_looked_at_behind_it(name: str) -> None:
    assignment = COURSE.assignment(name)
    place = prediction_of(assignment)
    assert assignment.cells[place].role == "text"
    assert assignment.cells[place].source.rstrip().endswith("*")  # with a line that the student goes on with
    behind = assignment.cells[place + 1 :]
    compared = next(n for n, cell in enumerate(behind) if cell.kind == "markdown" and "**Compare" in cell.source)
    between = {cell.role for cell in behind[:compared]}
    assert "demo" in between
    assert between <= {"text", "demo"}


@pytest.mark.parametrize("name", NAMES)
def test_what_stands_in_the_cell_of_the_prediction_changes_nothing_that_is_graded(name: str) -> None:
    notebook = solved(COURSE, name)
    written = deepcopy(notebook)
    cell = written["cells"][prediction_of(COURSE.assignment(name))]
    cell["source"] += "\n\nThe deep one wins.\n\n```python\nimport os\n```\n"
    before, after = contents_of(COURSE, name, notebook), contents_of(COURSE, name, written)
    assert (after.program, after.notes, after.filled) == (before.program, before.notes, before.filled)
    assert [cell.number for c in after.cells if c.changed and c.role == "text" for cell in c.parts] == [
        prediction_of(COURSE.assignment(name)) + 1
    ]


@pytest.mark.parametrize("name", NAMES)
def test_nbgrader_knows_nothing_of_the_cell_of_the_prediction_so_that_it_stays_as_it_was_written(name: str) -> None:
    cell = released(COURSE, name)["cells"][prediction_of(COURSE.assignment(name))]
    assert (cell["cell_type"], cell["metadata"]) == ("markdown", {})


@pytest.mark.parametrize("name", NAMES)
def test_every_notebook_has_the_box_on_the_use_of_ai_near_its_top(name: str) -> None:
    box = (ROOT / "assignments/use_of_ai.md").read_text(encoding="utf-8").strip()
    assert box.startswith("<blockquote>")
    assert released(COURSE, name)["cells"][0]["source"].count(box) == 1
