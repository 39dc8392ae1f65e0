"""The command `autograder`, as people and CI run it: exit codes, one line for each fault, JSON that is nothing but JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from autograder.cli import console
from autograder.cli.app import app, help_of
from autograder.course.folders import Course
from tests.support import importers
from tests.support.handins import Notebook, autograder, complaints, filled, released, save, solved
from tests.support.mini_course import edit, make_course


@pytest.fixture(scope="module")
def right(tiny: Course) -> Notebook:
    shift = "def shift(x, by=1.0):\n    return x + by\n\n\ndef unshift(x, by=1.0):\n    return x - by"
    return filled(released(tiny, "tiny"), double="def double(x):\n    return 2 * x", shift=shift)


@pytest.fixture(scope="module")
def half(right: Notebook) -> Notebook:
    """50 of 80 points."""
    return filled(right, shift="def shift(x, by=1.0):\n    return x\n\n\nunshift = shift")


# --- grade ---------------------------------------------------------------------------------------------------------------


def test_one_file_is_graded_as_the_assignment_that_it_is_named_after(
    tiny: Course, right: Notebook, tmp_path: Path
) -> None:
    done = autograder(tiny.root, "grade", save(tmp_path / "tiny.ipynb", right))
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "tiny.ipynb: 80 of 80 points"
    assert "    ✓ 20/20  Positive numbers are doubled." in lines


def test_json_on_standard_output_is_one_object_and_a_score_below_the_bar_ends_with_code_1(
    tiny: Course, half: Notebook, tmp_path: Path
) -> None:
    done = autograder(tiny.root, "grade", save(tmp_path / "tiny.ipynb", half), "--json", "-", "--fail-under", "62.6")
    report = json.loads(done.stdout)
    assert (done.returncode, report["score"], report["submission"]) == (1, 50, "tiny.ipynb")
    assert done.stderr.startswith("tiny.ipynb: 50 of 80 points\n")


def test_json_in_a_file_is_a_list_for_several_and_no_two_files_need_one_name(
    tiny: Course, right: Notebook, half: Notebook, tmp_path: Path
) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    paths = [save(tmp_path / "a" / "tiny.ipynb", right), save(tmp_path / "b" / "tiny.ipynb", half)]
    done = autograder(tiny.root, "grade", *paths, "--json", tmp_path / "reports.json")
    assert done.returncode == 0
    assert [report["score"] for report in json.loads((tmp_path / "reports.json").read_text())] == [80, 50]


def test_one_run_writes_several_forms_of_a_report(tiny: Course, half: Notebook, tmp_path: Path) -> None:
    path = save(tmp_path / "tiny.ipynb", half)
    forms = ("--form", f"gradescope={tmp_path / 'results.json'}", "--form", "github=-")
    done = autograder(tiny.root, "grade", path, "--junit", tmp_path / "tests.xml", *forms)
    assert done.returncode == 0, done.stderr
    (suite,) = importers.junit((tmp_path / "tests.xml").read_text())
    assert suite["properties"]["score"] == "50.00"
    assert importers.gradescope((tmp_path / "results.json").read_text()) == 50.0
    (annotation,) = importers.workflow_commands(done.stdout)
    assert annotation["title"] == "shift: 0/30 (cell answer-shift)"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["results.json", "tests.xml", "tiny.ipynb"]


@pytest.mark.parametrize(
    ("percent", "names", "code"),
    [
        ("62.5", ["half"], 0),
        ("62.6", ["half"], 1),
        ("100", ["right", "half"], 1),
        ("100", ["right"], 0),
        ("0", ["untouched"], 0),
        ("1", ["right", "broken"], 1),  # what cannot be graded passes no bar
        ("1", ["broken"], 2),
    ],
)
def test_the_exit_code_says_whether_every_score_reaches_the_bar(percent: str, names: list[str], code: int) -> None:
    from autograder.cli.grade_files import exit_code  # noqa: PLC0415
    from autograder.course.report import Report  # noqa: PLC0415

    def report(name: str) -> Report:
        score = {"right": 80.0, "half": 50.0}.get(name, 0.0)
        status = "ungradable" if name == "broken" else "graded"
        return Report("tiny", name, None, "", "", "", "landlock", status, None, score, 80.0, 0.0, ())  # type: ignore[arg-type]

    assert exit_code([report(name) for name in names], float(percent)) == code


UNUSABLE: dict[str, tuple[list[str], str]] = {
    "another name": (
        ["my homework.ipynb"],
        "autograder: my homework.ipynb is not named after an assignment; say which it is",
    ),
    "no such assignment": (
        ["tiny.ipynb", "--assignment", "none"],
        "autograder: There is no assignment 'none'. This course has",
    ),
    "no such form": (
        ["tiny.ipynb", "--form", "word=file"],
        "autograder: --form is FORMAT=FILE, where FORMAT is json, junit, gradescope, prairielearn",
    ),
    "a form without a file": (["tiny.ipynb", "--form", "junit"], "autograder: --form is FORMAT=FILE"),
    "several for a form of one": (
        ["tiny.ipynb", "other.ipynb", "--form", "gradescope=results.json"],
        "autograder: gradescope has room for one submission; grade one at a time.",
    ),
    "two forms in one place": (
        ["tiny.ipynb", "--junit", "-", "--form", "github=-"],
        "autograder: Only one form can be written to standard output.",
    ),
    "no such isolation": (
        ["tiny.ipynb", "--isolation", "glass"],
        "autograder: --isolation is auto, bubblewrap, landlock, none, not glass",
    ),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_a_request_that_cannot_be_used_ends_with_code_2_and_one_line(tiny: Course, tmp_path: Path, what: str) -> None:
    arguments, says = UNUSABLE[what]
    done = autograder(tiny.root, "grade", *arguments, "--json", tmp_path / "report.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(says)
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "report.json").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--fail-under", "101"],
        ["--fail-under", "-1"],
        ["--fail-under", "much"],
        ["--fail-under", "nan"],
        ["--no-such-option"],
        [],
    ],
)
def test_wrong_options_are_a_usage_error_of_code_2(tiny: Course, arguments: list[str]) -> None:
    done = autograder(tiny.root, "grade", *(["tiny.ipynb", *arguments] if arguments else []))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_wrong_name_in_a_batch_gets_its_line_and_the_others_their_reports(
    tiny: Course, right: Notebook, tmp_path: Path
) -> None:
    paths = [save(tmp_path / "homework.ipynb", right), save(tmp_path / "tiny.ipynb", right), tmp_path / "other.ipynb"]
    done = autograder(tiny.root, "grade", *paths[:2], "--json", "-")
    assert done.returncode == 0
    assert [report["submission"] for report in json.loads(done.stdout)] == ["tiny.ipynb"]
    assert done.stderr.startswith("autograder: homework.ipynb is not named after an assignment")


def test_a_file_that_cannot_be_written_is_said_in_a_line(tiny: Course, right: Notebook, tmp_path: Path) -> None:
    done = autograder(
        tiny.root, "grade", save(tmp_path / "tiny.ipynb", right), "--json", tmp_path / "no" / "such" / "folder"
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("folder cannot be written: No such file or directory.")
    assert "Traceback" not in done.stderr


def test_names_reach_no_terminal_as_they_are(tiny: Course, right: Notebook, tmp_path: Path) -> None:
    names = [
        "\x1b[31mred.ipynb",
        "[red]markup[b].ipynb",
        "two\nlines.ipynb",
        "right\u202eleft.ipynb",
        "half\udcff.ipynb",
        ":bug:.ipynb",
    ]
    raising = filled(right, double="raise ValueError('[b]bold[/b] \x1b[2J \\n')")
    paths = [save(tmp_path / name, raising) for name in names]
    done = autograder(
        tiny.root,
        "grade",
        "--assignment",
        "tiny",
        *paths,
        tmp_path / "no\x1b[31m[red].ipynb",
        "--json",
        tmp_path / "r.json",
    )
    assert (done.returncode, complaints(done.stderr)) == (0, [])
    headings = [line.split(": ")[0] for line in done.stdout.splitlines() if not line.startswith((" ", "note:"))]
    assert headings == [
        "?[31mred.ipynb",
        "[red]markup[b].ipynb",
        "two?lines.ipynb",
        "right?left.ipynb",
        "half?.ipynb",
        ":bug:.ipynb",
        "no?[31m[red].ipynb",
    ]
    assert not {"\x1b", "\u202e", "\udcff"} & set(done.stdout)
    assert "[b]bold[/b]" in done.stdout
    reports = json.loads((tmp_path / "r.json").read_text(encoding="ascii"))
    assert [report["submission"] for report in reports] == headings


def test_json_survives_a_terminal_that_knows_ascii_only(tiny: Course, right: Notebook, tmp_path: Path) -> None:
    path = save(tmp_path / "übung.ipynb", right)
    done = autograder(tiny.root, "grade", "-a", "tiny", path, "--json", "-", PYTHONIOENCODING="ascii:backslashreplace")
    assert json.loads(done.stdout)["submission"] == "übung.ipynb"


def test_grading_without_isolation_is_possible_and_the_report_says_so(
    tiny: Course, right: Notebook, tmp_path: Path
) -> None:
    done = autograder(tiny.root, "grade", save(tmp_path / "tiny.ipynb", right), "--isolation", "none", "--json", "-")
    report = json.loads(done.stdout)
    assert (report["isolation"], report["score"]) == ("none", 80)


def test_a_course_that_is_broken_is_said_in_a_line(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    edit(course, "assignments/tiny/tiny.md", ":points: 50", ":points: many")
    done = autograder(course.root, "grade", save(tmp_path / "tiny.ipynb", "{}"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("autograder: tiny.md cannot be read: ")


# --- check ---------------------------------------------------------------------------------------------------------------


def test_check_says_of_an_untouched_notebook_that_nothing_is_written_yet(real: Course, tmp_path: Path) -> None:
    done = autograder(tmp_path, "check", save(tmp_path / "skip_connections.ipynb", released(real, "skip_connections")))
    assert done.returncode == 0
    assert "Traceback" not in done.stdout + done.stderr
    for exercise in real.assignment("skip_connections").exercises:
        after = done.stdout.split(f"\n{exercise.name}\n")[1]
        assert after.lstrip().startswith("no ")
    assert done.stdout.endswith("\n0 of 6 visible checks pass.\n")


def test_check_passes_with_the_reference_answers(real: Course, tmp_path: Path) -> None:
    done = autograder(tmp_path, "check", save(tmp_path / "skip_connections.ipynb", solved(real, "skip_connections")))
    assert done.returncode == 0
    assert done.stdout.endswith("\n6 of 6 visible checks pass.\n")


def test_check_shows_what_failed_and_goes_on_after_a_cell_that_stops(
    tiny: Course, half: Notebook, tmp_path: Path
) -> None:
    broken = filled(half, double="def double(x)\n    return x")
    done = autograder(tiny.root, "check", save(tmp_path / "tiny.ipynb", broken))
    assert done.returncode == 0
    assert "stopped with SyntaxError" in done.stderr
    assert done.stdout.splitlines()[-1] == "1 of 2 visible checks pass."


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import os\nos._exit(3)", "autograder: your code ended the process in which the checks run."),
        ("import os\nos._exit(0)", "autograder: your code ended the process in which the checks run."),
        ("input()", "1 of 2 visible checks pass."),
        ("import sys\nsys.exit(3)", "1 of 2 visible checks pass."),
    ],
)
def test_check_says_when_the_own_code_ends_it(
    tiny: Course, right: Notebook, tmp_path: Path, source: str, says: str
) -> None:
    done = autograder(tiny.root, "check", save(tmp_path / "tiny.ipynb", filled(right, double=source)))
    assert done.returncode == (0 if "pass" in says else 2)
    assert (done.stdout if "pass" in says else done.stderr).splitlines()[-1] == says


def test_check_stops_an_endless_loop(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    edit(course, "assignments/tiny/tiny.md", "minutes: 5", "limits: {cpu_seconds: 1}")
    done = autograder(course.root, "check", save(tmp_path / "tiny.py", "def double(x): pass\nwhile True: pass"))
    assert (done.returncode, done.stderr) == (
        2,
        "autograder: stopped after 1 seconds of computing; is there an endless loop?\n",
    )


def test_check_of_a_file_that_cannot_be_read_says_why(tiny: Course, tmp_path: Path) -> None:
    done = autograder(tiny.root, "check", save(tmp_path / "tiny.ipynb", "{"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "autograder: tiny.ipynb is not a notebook: it is not valid JSON.\n"


# --- the others ----------------------------------------------------------------------------------------------------------


def test_build_names_the_files_that_it_made_and_refuses_an_unknown_assignment_in_a_line(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    done = autograder(course.root, "build", "tiny")
    assert done.returncode == 0
    assert "course/source/tiny/tiny.ipynb" in done.stdout.splitlines()
    done = autograder(course.root, "build", "none")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        *([name, "--help"] for name in COMMANDS),
    ],
)
def test_help_is_there_for_every_command(tmp_path: Path, arguments: list[str]) -> None:
    done = autograder(tmp_path, *arguments)
    assert done.returncode == 0
    assert "Usage: " in done.stdout


def test_a_fault_of_the_grader_itself_is_told_in_words_and_shown_whole_only_when_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(typer.Exit) as ended, console.one_line_errors():
        raise KeyError("no [bold]such\nkey")
    assert ended.value.exit_code == 3
    told = capsys.readouterr().err
    assert "a fault of the grader's own: KeyError: 'no [bold]such\\nkey'" in told
    assert "AUTOGRADER_TRACEBACK=1" in told
    assert "Traceback" not in told
    monkeypatch.setenv("AUTOGRADER_TRACEBACK", "1")
    with pytest.raises(KeyError), console.one_line_errors():
        raise KeyError("x")


def test_help_is_as_wide_as_the_terminal_and_examples_keep_their_lines() -> None:
    def command() -> None:
        """Do it.

        It goes on
        in the next line.

        Examples: this
        that
        """

    assert help_of(command) == "Do it.\n\nIt goes on in the next line.\n\nExamples: this\nthat"
    assert help_of(None) == ""
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert "which may run beside it. Stop it at any time;" in known["watch"].help
