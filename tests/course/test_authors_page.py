"""docs/authors.md is true: followed word for word in a copy of the course, its commands print what it says; its tables are complete."""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder import suite
from autograder.authoring.leaks import leaks_in, read_secrets
from autograder.course import assignment_text
from autograder.course.assignment import Limits
from autograder.course.folders import Course
from autograder.quality import gate
from tests.support import commands

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/authors.md").read_text(encoding="utf-8")
COPIED = (
    "assignments",
    "solutions",
    "starter_code",
    "tests",
    "docs",
    "website",
    "pyproject.toml",
    "nbgrader_config.py",
)
ANYTHING = "…"
NAME = "running_means"


# --- the quarter of an hour ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """A command of the page with the lines that it is said to print, or a change of a file."""

    command: str
    lines: tuple[str, ...]


def steps() -> Iterator[Step]:
    """All steps of the page, in their order."""
    for kind, block in re.findall(r"^```(console|diff)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        if kind == "diff":
            yield Step("", tuple(block.splitlines()))
        else:
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, *lines = part.splitlines()
                yield Step(command, tuple(lines))


STEPS = list(steps())


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A copy of what a fresh clone has, as far as the page needs it."""
    root = tmp_path_factory.mktemp("clone")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, root / name)
    return Course(root)


@pytest.fixture(scope="module")
def printed(course: Course) -> list[str]:
    """What each step printed; a step that fails ends the way."""
    said: list[str] = []
    for step in STEPS:
        if step.command:
            done = run(step.command, course.root)
            said.append(done.stdout + done.stderr)
            falls_short = any(line.startswith("✗") for line in step.lines)  # as the page shows it
            assert done.returncode == falls_short, f"{step.command}\n{said[-1]}"
        else:
            change(course.root, step.lines)
            said.append("")
    return said


def run(command: str, root: Path) -> subprocess.CompletedProcess[str]:
    program, *arguments = shlex.split(command)
    env = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(root), str(ROOT)]),
        "JUPYTER_CONFIG_DIR": str(root / "home"),
        "JUPYTER_DATA_DIR": str(root / "home"),
        "OMP_NUM_THREADS": "1",
        "NO_COLOR": "1",
        "COLUMNS": "200",
    }
    for name in [name for name in env if name.startswith("PYTEST_") or name == "NBGRADER_EXCHANGE"]:
        del env[name]
    if program == ".venv/bin/nbgrader":
        return commands.run([sys.executable, "-m", "nbgrader", *arguments], cwd=root, env=env)
    if program == ".venv/bin/python":  # pytest in pytest: a process of its own
        started = [sys.executable, *arguments]
        return subprocess.run(started, cwd=root, env=env, capture_output=True, text=True, check=False, timeout=400)
    assert program == ".venv/bin/autograder"
    return commands.run([str(Path(sysconfig.get_path("scripts")) / "autograder"), *arguments], cwd=root, env=env)


def change(root: Path, lines: tuple[str, ...]) -> None:
    """Make the one change that a diff shows."""
    old_name, new_name, marker, *rest = lines
    assert (old_name[:6], new_name[:6], marker) == ("--- a/", "+++ b/", "@@")
    path = root / new_name[6:]
    old, new = ("".join(f"{line[1:]}\n" for line in rest if line[:1] != left_out) for left_out in "+-")
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def said_in_order(lines: tuple[str, ...], output: str) -> str | None:
    """The first line that an output lacks behind the ones before it, or None; in a line, blanks count alike, and … is anything."""
    left = [" ".join(line.split()) for line in output.splitlines()]
    for line in lines:
        if not line.replace(ANYTHING, "").strip():
            continue
        pattern = re.escape(" ".join(line.split())).replace(re.escape(ANYTHING), ".*")
        place = next((n for n, there in enumerate(left) if re.fullmatch(pattern, there)), None)
        if place is None:
            return line
        left = left[place + 1 :]
    return None


@pytest.mark.parametrize("number", range(len(STEPS)), ids=lambda number: f"{number + 1}-{STEPS[number].command[:40]}")
def test_each_command_of_the_page_prints_what_the_page_says(number: int, printed: list[str]) -> None:
    missing = said_in_order(STEPS[number].lines, printed[number]) if STEPS[number].command else None
    assert missing is None, printed[number]


def test_a_line_that_was_not_printed_is_missed() -> None:
    assert said_in_order(("a … c", "…", "d"), "a  b c\nx\nd\n") is None
    assert said_in_order(("d", "a … c"), "a b c\nd\n") == "a … c"
    assert said_in_order(("a",), "ab\n") == "a"


@pytest.mark.usefixtures("printed")
def test_in_the_end_the_assignment_is_released_with_all_of_its_points(course: Course) -> None:
    released = course.data / "exchange" / "trainable_networks" / "outbound" / NAME
    assert (released / f"{NAME}.ipynb").is_file()
    assert "SOLUTION" not in (released / f"{NAME}.ipynb").read_text(encoding="utf-8")
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        assert gradebook.find_assignment(NAME).max_score == 100


@pytest.mark.usefixtures("printed")
def test_the_page_quotes_nothing_that_is_an_answer_to_the_assignment_it_makes(course: Course) -> None:
    assert leaks_in(read_secrets(course), {"docs/authors.md": PAGE.encode()}) == []


@pytest.mark.usefixtures("printed")
def test_a_new_assignment_is_written_as_everything_else_is(course: Course) -> None:
    ruff = [sys.executable, "-m", "ruff"]
    made = [path for path in course.root.rglob("*.py") if NAME in str(path.relative_to(course.root))]
    made = [path for path in made if not path.is_relative_to(course.data)]
    assert len(made) > 7
    narrow = [path for path in made if path.name == "reference.py" or path.parent.name == "stubs"]
    (course.root / "autograder").symlink_to(ROOT / "autograder")  # so that imports are sorted as in a clone
    for check in (["check"], ["format", "--check"]):
        done = subprocess.run([*ruff, *check, *made], cwd=course.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
    wide = ["format", "--check", "--line-length", "88", *narrow]
    done = subprocess.run([*ruff, *wide], cwd=course.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


# --- the tables ----------------------------------------------------------------------------------------------------------


def table(header: str) -> list[list[str]]:
    """The rows of the table of the page that begins so."""
    lines = PAGE[PAGE.index(header) :].splitlines()[2:]
    rows = lines[: next(n for n, line in enumerate(lines) if not line.startswith("|"))]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def keys_that_are_read(*names: str) -> set[str]:
    """What `assignment_text` looks up in variables of these names."""
    found = set()
    for node in ast.walk(ast.parse(Path(assignment_text.__file__).read_text(encoding="utf-8"))):
        looked_up: tuple[ast.expr, ast.expr] | None = None
        if isinstance(node, ast.Subscript):
            looked_up = node.value, node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"get", "pop"}:
            looked_up = node.func.value, node.args[0]
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
            looked_up = node.comparators[0], node.left
        if looked_up and isinstance(looked_up[0], ast.Name) and isinstance(looked_up[1], ast.Constant):
            found |= {str(looked_up[1].value)} if looked_up[0].id in names else set()
    return found


def test_the_page_has_every_key_that_a_text_may_have() -> None:
    prose = re.sub(r"^(`{3,}).*?^\1", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    quoted = re.findall(r"`([^`\n]+)`", prose)
    settings, metadata = keys_that_are_read("settings", "run"), keys_that_are_read("meta")
    assert len(settings) > 8
    assert len(metadata) > 5
    assert sorted(settings - {word for text in quoted for word in text.split()}) == []
    assert sorted(metadata - set(re.findall(r'[:"](\w+)[":]', " ".join(quoted)))) == []


def test_the_page_has_every_limit_with_its_default() -> None:
    told = {row[0].strip("`"): float(row[1]) for row in table("| limit | default |")}
    assert MISSING not in told.values()
    assert told == {limit.name: limit.default for limit in fields(Limits)}


def test_the_page_has_all_that_a_hidden_suite_may_use() -> None:
    rows = table("| of `autograder.suite` |")
    named = {name for row in rows for name in re.findall(r"`([\w.]+)", row[0])}
    assert {name for name in named if not name.startswith("student")} == set(suite.__all__)


def sentences_of_the_gate() -> list[str]:
    """Every sentence that the gate can say, with … for what differs."""
    found = []
    for node in ast.walk(ast.parse(Path(gate.__file__).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.JoinedStr):
            parts = node.value.values
            found.append("".join(part.value if isinstance(part, ast.Constant) else ANYTHING for part in parts))
    return found


def test_the_page_has_every_sentence_of_the_gate_and_no_other() -> None:
    rows = [row[0] for row in table("| it says |")]
    sentences = [sentence.replace("`", "") for sentence in sentences_of_the_gate()]
    assert len(sentences) > 15
    said = [sentence for sentence in sentences if sentence != f"{ANYTHING} in {ANYTHING} of {ANYTHING} seeds."]
    patterns = {row: re.escape(row).replace(re.escape(ANYTHING), ".*") for row in rows}
    fitting = {sentence: [row for row in rows if re.fullmatch(patterns[row], sentence)] for sentence in said}
    assert {sentence: fits for sentence, fits in fitting.items() if len(fits) != 1} == {}
    assert [row for row in rows if all(row not in fits for fits in fitting.values())] == []
