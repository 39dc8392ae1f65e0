"""A report is a value: the right points and states, the same again on a regrade, and no word that gives a hidden test away."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import resource
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.course.folders import SECRET_VARIABLE, Course
from autograder.course.report import Curve, Report, TrainingRecord
from autograder.grading.grader import Grader
from tests.support.handins import Notebook, autograder, code, filled, grade, released, save, solved, with_cells
from tests.support.mini_course import edit, make_course

ROOT = Path(__file__).resolve().parents[2]
NAME = "skip_connections"
REPORT_KEYS = "schema assignment submission student submission_sha256 suite_sha256 seed isolation status reason score max_score seconds"


def timeless(report: Any) -> Any:
    """A report without its times."""
    if isinstance(report, dict):
        return {key: timeless(value) for key, value in report.items() if key != "seconds"}
    return [timeless(item) for item in report] if isinstance(report, list) else report


def statuses(report: dict[str, Any]) -> list[str]:
    return [test["status"] for exercise in report["exercises"] for test in exercise["tests"]]


# --- the real assignment, end to end -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graded(real: Course, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Reports of notebooks of the real assignment."""
    folder, full, empty = tmp_path_factory.mktemp("real-notebooks"), solved(real, NAME), released(real, NAME)
    noise = "\n    import warnings, sys\n    warnings.warn('w')\n    print('x' * 10_000)\n    sys.stderr.write('w')\n"
    noisy = {
        cell["id"].removeprefix("answer-"): cell["source"].replace("    ### BEGIN SOLUTION", noise)
        for cell in full["cells"]
        if cell["id"].startswith("answer-")
    }
    sign = next(cell["source"] for cell in full["cells"] if cell["id"] == "answer-residual_backward")
    notebooks: dict[str, Notebook] = {
        "reference": full,
        "untouched": empty,
        "noisy": filled(full, **noisy),
        "stripped": full | {"cells": [{"cell_type": c["cell_type"], "source": c["source"]} for c in full["cells"]]},
        "one": filled(empty, residual_backward=sign),
        "no-skip": filled(full, residual_backward=sign.replace("dx = branch + skip", "dx = branch")),
        "syntax-error": filled(full, he_init="def he_init(fan_in, fan_out, rng)\n    return 0"),
        "early-end": with_cells(full, code("import os\nos._exit(0)"), at=1),
    }
    assert noisy["residual_forward"].count("warnings.warn") == 1
    paths = [save(folder / f"{name}.ipynb", notebook) for name, notebook in notebooks.items()]
    reports = grade(real, "--assignment", NAME, *paths, paths[0])
    again = reports.pop()
    return dict(zip(notebooks, reports, strict=True)) | {"again": again}


def test_the_reference_answers_get_full_marks(graded: dict[str, dict[str, Any]]) -> None:
    report = graded["reference"]
    assert (report["status"], report["reason"], report["score"], report["max_score"]) == ("graded", None, 90, 90)
    assert set(statuses(report)) == {"passed"}


def test_the_untouched_notebook_gets_nothing_and_every_test_says_not_attempted(
    graded: dict[str, dict[str, Any]],
) -> None:
    report = graded["untouched"]
    assert (report["status"], report["reason"], report["score"]) == ("graded", None, 0)
    assert set(statuses(report)) == {"not-attempted"}
    assert {exercise["status"] for exercise in report["exercises"]} == {"not-attempted"}


@pytest.mark.parametrize("name", ["noisy", "stripped", "early-end"])
def test_right_answers_get_full_marks_with_noise_damage_and_a_deadly_cell_beside_them(
    graded: dict[str, dict[str, Any]], name: str
) -> None:
    assert (graded[name]["status"], graded[name]["score"]) == ("graded", 90)


def test_one_answer_alone_gets_its_points_and_the_others_say_not_attempted(graded: dict[str, dict[str, Any]]) -> None:
    report = graded["one"]
    assert {e["name"]: e["points"] for e in report["exercises"] if e["points"]} == {"residual_backward": 30}
    assert {e["status"] for e in report["exercises"] if e["name"] != "residual_backward"} == {"not-attempted"}


def test_a_fault_costs_points_in_its_exercise_only_and_is_called_by_its_name(graded: dict[str, dict[str, Any]]) -> None:
    exercises = {exercise["name"]: exercise for exercise in graded["no-skip"]["exercises"]}
    faulty = exercises.pop("residual_backward")
    assert 0 < faulty["points"] < 30
    assert faulty["misconception"]["id"] == "missing-skip-gradient"
    assert all(e["points"] == e["max_points"] and e["misconception"] is None for e in exercises.values())


def test_a_syntax_error_in_one_cell_costs_that_exercise_only(graded: dict[str, dict[str, Any]]) -> None:
    assert graded["syntax-error"]["score"] == 85
    assert "stopped with a SyntaxError in line 1" in graded["syntax-error"]["reason"]


def test_the_same_file_gets_the_same_report_but_for_the_times(graded: dict[str, dict[str, Any]]) -> None:
    assert timeless(graded["again"]) == timeless(graded["reference"])


def test_a_report_has_the_keys_of_its_contract_in_their_order(graded: dict[str, dict[str, Any]]) -> None:
    report = graded["no-skip"]
    exercise = report["exercises"][1]
    test = exercise["tests"][0]
    assert list(report) == [*REPORT_KEYS.split(), "exercises"]
    assert list(exercise) == ["name", "points", "max_points", "status", "seconds", "misconception", "tests"]
    assert list(exercise["misconception"]) == ["id", "title", "hint"]
    assert list(test) == ["name", "title", "points", "max_points", "status", "message", "seconds"]
    assert report["schema"] == 1
    assert (report["assignment"], report["submission"], report["student"]) == (NAME, "no-skip.ipynb", None)
    assert report["isolation"] in {"landlock", "landlock+bubblewrap"}


def test_numbers_in_messages_are_places_shapes_and_sizes_only(graded: dict[str, dict[str, Any]]) -> None:
    """`values are off, the first at [0, 1] by 3 % of the largest expected value`: no number of more than one digit precision."""
    messages = [
        test["message"] for e in graded["no-skip"]["exercises"] for test in e["tests"] if test["status"] == "failed"
    ]
    assert messages
    for message in messages:
        assert all(len(number.replace(".", "").strip("0")) <= 1 for number in re.findall(r"\d+\.\d+", message)), message


def _pytest(root: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *map(str, arguments)]
    env = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False, timeout=120)


def test_a_hidden_suite_is_plain_pytest_and_passes_with_the_reference() -> None:
    done = _pytest(ROOT, f"tests/hidden/{NAME}", "-k", "residual")
    assert done.returncode == 0, done.stdout
    assert re.search(r"\d+ passed", done.stdout)
    assert "failed" not in done.stdout


def test_a_hidden_suite_run_by_plain_pytest_asks_the_submission_that_is_named(real: Course, tmp_path: Path) -> None:
    wrong = filled(solved(real, NAME), he_init="def he_init(fan_in, fan_out, rng):\n    return None")
    done = _pytest(
        ROOT, f"tests/hidden/{NAME}", "--submission", save(tmp_path / "wrong.ipynb", wrong), "-k", "he_init or norms"
    )
    assert done.returncode == 1
    failed = re.findall(r"^FAILED \S*/(test_\w+)\.py::", done.stdout, re.MULTILINE)
    assert set(failed) == {"test_he_init"}


def test_plain_pytest_says_in_a_line_why_a_file_cannot_be_asked(tmp_path: Path) -> None:
    done = _pytest(ROOT, f"tests/hidden/{NAME}", "--submission", save(tmp_path / "wrong.ipynb", "{"), "-x")
    assert done.returncode != 0
    assert "wrong.ipynb is not a notebook: it is not valid JSON." in done.stdout + done.stderr


# --- seeds ---------------------------------------------------------------------------------------------------------------

DRAWING = '''
    """Hidden tests that tell what they drew: only a test of the tests may."""

    import pytest

    from autograder.suite import expect


    @pytest.mark.points(20)
    def test_one(student, rng):
        """One."""
        expect(student.double(1) == 2, str(rng.integers(1 << 62)))


    @pytest.mark.points(30)
    def test_other(student, rng):
        """Other."""
        expect(student.double(1) == 2, str(rng.integers(1 << 62)))
    '''


def write_suite(course: Course, name: str, text: str) -> None:
    """Put a hidden suite in the place of another."""
    indent = re.search(r"\n( *)\S", text)
    assert indent is not None
    (course.suite("tiny") / name).write_text(text.replace(f"\n{indent[1]}", "\n").lstrip("\n"), encoding="utf-8")


@pytest.fixture
def own(tmp_path: Path) -> Course:
    """A tiny course that a test may change."""
    return make_course(tmp_path / "course")


def right(course: Course, double: str = "2 * x") -> Notebook:
    """The notebook of the tiny assignment with right answers, unless told otherwise, which need nothing but its setup cell."""
    shift = "def shift(x, by=1.0):\n    return x + by\n\n\ndef unshift(x, by=1.0):\n    return x - by"
    return filled(released(course, "tiny"), double=f"def double(x):\n    return {double}", shift=shift)


def hand_in(course: Course, student: str, notebook: Notebook) -> Path:
    folder = course.submitted(student, "tiny")
    folder.mkdir(parents=True)
    return save(folder / "tiny.ipynb", notebook)


def test_students_and_submissions_get_different_inputs_and_a_regrade_the_same(own: Course) -> None:
    write_suite(own, "test_double.py", DRAWING)
    paths = [hand_in(own, student, right(own, "3 * x")) for student in ("ada", "ben", "c\udcff")]

    def drawn() -> list[list[str]]:
        reports = grade(own, *paths, paths[0])
        assert [report["student"] for report in reports] == ["ada", "ben", "c\udcff", "ada"]
        return [[test["message"] for test in report["exercises"][0]["tests"]] for report in reports]

    *first, again = drawn()
    assert len({number for numbers in first for number in numbers}) == 6  # by student and by test
    assert again == first[0]
    other_text = right(own, "3 * x")
    other_text["cells"][0]["source"] += "\nAnother sentence."
    save(paths[0], other_text)
    assert not set(drawn()[0]) & set(first[0])  # what a message tells is of no use in the next submission
    save(paths[0], right(own, "3 * x"))
    assert drawn()[0] == first[0]
    (own.data / "secret").write_bytes(b"another secret")
    other = drawn()
    assert {n for numbers in first for n in numbers}.isdisjoint(n for numbers in other for n in numbers)


def test_files_by_path_get_inputs_of_their_student_and_of_the_secret_in_the_environment(
    own: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_suite(own, "test_double.py", DRAWING)
    path = save(own.root / "tiny.ipynb", right(own, "3 * x"))

    def drawn(*options: str) -> list[str]:
        report = grade(own, *options, path)
        return [test["message"] for test in report["exercises"][0]["tests"]]

    mine = drawn("--student", "ada")
    assert drawn("--student", "ada") == mine
    assert not set(mine) & {*drawn(), *drawn("--student", "ben")}
    monkeypatch.setenv(SECRET_VARIABLE, "of the CI")
    assert not set(mine) & set(given := drawn("--student", "ada"))
    (own.data / "secret").unlink()
    assert drawn("--student", "ada") == given
    assert not (own.data / "secret").exists()


@pytest.mark.parametrize("number", [math.inf, math.nan])
def test_no_report_holds_a_number_that_is_none(graded: dict[str, dict[str, Any]], number: float) -> None:
    report = Report.from_json(graded["reference"])
    for change in (
        {"score": number},
        {"exercises": (replace(report.exercises[0], seconds=number),)},
        {"training": (TrainingRecord("", "", Curve((number,), (), ()), None, 0, 1, (), (), ()),)},
    ):
        with pytest.raises(ValueError, match="infinite or none"):
            replace(report, **change)


def test_a_report_does_not_reveal_the_secret(own: Course) -> None:
    text = json.dumps(grade(own, hand_in(own, "ada", released(own, "tiny"))))
    secret = own.secret
    assert len(secret) == 32
    assert (own.data / "secret").stat().st_mode & 0o777 == 0o600
    for shown in (secret.hex(), secret.hex()[:16], hashlib.sha256(secret).hexdigest()[:16]):
        assert shown not in text


def test_the_hash_of_the_suite_changes_with_all_that_decides_a_grade_and_with_nothing_else(own: Course) -> None:
    from autograder.grading.keys import suite_hash  # noqa: PLC0415

    before = suite_hash(own, "tiny")
    (own.suite("tiny") / "__pycache__").mkdir()
    (own.suite("tiny") / "__pycache__" / "x.pyc").write_bytes(b"x")
    (own.starter_code / "plots.py").write_text("x = 1")
    assert suite_hash(own, "tiny") == before
    seen = {before}
    for name in ("tests/hidden/tiny/test_double.py", "solutions/tiny/misconceptions.py", "assignments/tiny/tiny.md"):
        with (own.root / name).open("a") as file:
            file.write("\n# more\n" if name.endswith(".py") else "\n```{code-cell}\nmore = 1\n```\n")
        seen.add(suite_hash(own, "tiny"))
    assert len(seen) == 4


# --- the grader's own faults ---------------------------------------------------------------------------------------------

ODD_SUITE = '''
    """Hidden tests that end in every way a test can."""

    import pytest

    from autograder.suite import expect

    runs = []
    print("printed by the suite")


    def broken(student):
        raise OSError("a helper of the suite")


    @pytest.mark.points(10)
    def test_flaky(student):
        """Fails the first time it is run, then never again."""
        print("printed by a test")
        runs.append(1)
        assert len(runs) > 1


    @pytest.mark.points(10)
    def test_assertion(student):
        """A plain assertion fails."""
        assert student.double(1) == "HIDDEN"


    @pytest.mark.points(10)
    def test_helper(student):
        """A helper fails."""
        broken(student)


    @pytest.mark.points(10)
    def test_skips(student):
        """An earlier gate is not passed."""
        pytest.skip("comes after another exercise")


    @pytest.mark.points(5)
    @pytest.mark.parametrize("number", [1, 2])
    def test_parameters(student, number):
        """Parameters work."""
        expect(number == 2, "one of two")
    '''


# Its answers are as large as they may be once its mistakes are looked into, of a shape that the next step would make far larger.
BROAD = """
import numpy as np
count = sent = 0
def momentum_step(w, grad, state, lr, beta=0.9):
    global count, sent
    count += 1
    if count > 62 and sent < 4:
        sent += 1
        return np.zeros((15_600_000, 1), np.int8), {}
    return np.zeros(np.shape(grad)) + lr, {}
"""


def test_what_is_looked_into_takes_no_more_memory_than_it_may(real: Course, tmp_path: Path) -> None:
    status = Path("/proc/self/status")
    with Grader(real) as grader:
        path = save(tmp_path / "optimizers.py", BROAD)
        grader.grade("optimizers", Path(path))
        Path("/proc/self/clear_refs").write_text("5")
        before = int(re.findall(r"VmHWM:\s+(\d+)", status.read_text())[0]) >> 10
        assert grader.grade("optimizers", Path(path)).score == 0
        assert int(re.findall(r"VmHWM:\s+(\d+)", status.read_text())[0]) >> 10 < before + 700


HUNGRY_SUITE = '''
    """Hidden tests of double."""

    import pytest


    @pytest.mark.points(50)
    def test_takes_memory_without_end(student):
        """It takes eight gigabytes, if it gets them."""
        assert len([bytearray(1 << 28) for _ in range(32)]) == 32
    '''


def test_a_grading_process_takes_no_more_memory_than_it_may(own: Course) -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA)
    write_suite(own, "test_double.py", HUNGRY_SUITE)
    with Grader(own) as grader:
        report = grader.grade("tiny", Path(hand_in(own, "ada", right(own))))
    assert report.status == "grader-error"
    assert "test_takes_memory_without_end (MemoryError" in (report.reason or "")
    assert report.exercises[1].points == 30  # a worker that starts meanwhile has its own limit
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


def test_a_fault_of_the_suite_is_a_grader_error_tried_twice_and_never_the_students(own: Course) -> None:
    write_suite(own, "test_double.py", ODD_SUITE)
    done = autograder(own.root, "grade", hand_in(own, "ada", right(own)), "--json", "-")
    assert done.returncode == 3
    report = json.loads(done.stdout)  # what the suite prints does not come between
    tests = {test["name"]: test for test in report["exercises"][0]["tests"]}
    assert {name: (test["status"], test["points"]) for name, test in tests.items()} == {
        "test_flaky": ("passed", 10),
        "test_assertion": ("grader-error", 0),
        "test_helper": ("grader-error", 0),
        "test_skips": ("skipped", 0),
        "test_parameters[1]": ("grader-error", 0),
        "test_parameters[2]": ("passed", 5),
    }
    assert report["status"] == "grader-error"
    assert re.fullmatch(
        r"the grader failed in test_assertion \(AssertionError: .*HIDDEN.*, tests/hidden/tiny/test_double.py:\d+\), "
        r"test_helper \(OSError: a helper of the suite, tests/hidden/tiny/test_double.py:\d+\), "
        r"test_parameters\[1\] \(the reference does not pass this test either\)",
        report["reason"],
    )
    line = int(re.findall(r"py:(\d+)", report["reason"])[1])
    assert 'raise OSError("a helper' in (own.suite("tiny") / "test_double.py").read_text().splitlines()[line - 1]
    assert tests["test_assertion"]["message"] == "the grader failed in this test; your instructor has been told"
    assert "HIDDEN" not in json.dumps(report["exercises"])
    assert report["exercises"][1]["points"] == 30


UNUSABLE = {
    "a fixture": (
        "def test_a(student, tmp_path): pass",
        r"test_a uses the fixture tmp_path; a hidden test takes `student`",
    ),
    "its own fixture": (
        "@pytest.fixture\ndef mine(): pass\n\ndef test_a(mine): pass",
        "test_a uses the fixture mine; a hidden test takes",
    ),
    "a fixture that is used unasked": (
        "@pytest.fixture(autouse=True)\ndef mine(): pass\n\ndef test_a(student): pass",
        "test_a uses the fixture mine; a hidden test takes",
    ),
    "a fixture of pytest's own": ("def test_a(request): pass", "test_a uses the fixture request; a hidden test takes"),
    "a set-up": (
        "def setup_function(): pass\n\ndef test_a(student): pass",
        r"test_a uses the fixture \S*setup_function\S*; a hidden test takes",
    ),
    "a mark that leaves it out": (
        "@pytest.mark.skip\ndef test_a(student): pass",
        "test_a is marked skip, and every hidden",
    ),
    "a coroutine": ("async def test_a(student): pass", "test_a is no plain function"),
    "a test case": (
        "import unittest\n\nclass TestA(unittest.TestCase):\n    def test_a(self): pass",
        "test_a uses the fixture|test_a is no plain function",
    ),
    "a suite that ends pytest": (
        "def test_a(rng): ...\npytest.exit('no more')",
        "the hidden suite of tiny cannot be collected: .*: no more",
    ),
    "a file that cannot be read": ("def test_a(", "the hidden suite of tiny cannot be collected: .*SyntaxError"),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_a_hidden_test_that_only_pytest_could_run_is_refused_when_the_suite_is_collected(
    own: Course, what: str
) -> None:
    text, told = UNUSABLE[what]
    write_suite(own, "test_double.py", f"import pytest\n\n\n{text}\n")
    done = autograder(own.root, "grade", hand_in(own, "ada", right(own)))
    assert done.returncode == 3
    assert re.search(told, " ".join(done.stderr.split())), done.stderr
    assert "Traceback" not in done.stderr


CLASS_SUITE = '''
    """Hidden tests of double."""

    import pytest

    from autograder.suite import expect


    class TestDouble:
        seen = 0

        @pytest.mark.points(25)
        @pytest.mark.parametrize(("number", "twice"), [(1, 2), (3, 6)], ids=["one", "three"])
        def test_doubles(self, rng, student, number, twice):
            """Doubles."""
            self.seen += 1
            assert self.seen == 1, "an object of its own for each test"
            assert 0 <= rng.random() < 1
            expect(student.double(number) == twice, "not twice as much")
    '''


def test_hidden_tests_may_have_parameters_and_stand_in_a_class(own: Course) -> None:
    write_suite(own, "test_double.py", CLASS_SUITE)
    done = autograder(own.root, "grade", hand_in(own, "ada", right(own)), "--json", "-")
    tests = json.loads(done.stdout)["exercises"][0]["tests"]
    assert [(test["name"], test["status"]) for test in tests] == [
        ("test_doubles[one]", "passed"),
        ("test_doubles[three]", "passed"),
    ]


UNLUCKY_SUITE = '''
    """Hidden tests of double."""

    import pytest

    from autograder.suite import expect


    @pytest.mark.points(50)
    def test_with_luck(student, rng):
        """One in four draws is a bad one, in which nobody passes."""
        expect(rng.random() < 0.75, "bad luck")
        expect(student.double(1) == 2, "wrong")
    '''


def test_numbers_that_the_reference_does_not_pass_with_are_drawn_again(own: Course) -> None:
    write_suite(own, "test_double.py", UNLUCKY_SUITE)
    own.data.mkdir(exist_ok=True)
    (own.data / "secret").write_bytes(b"one with which some are unlucky, and nobody four times")
    answers = [right(own, "2 * x" if number % 2 else "3 * x") for number in range(12)]
    paths = [hand_in(own, f"s{number}", answer) for number, answer in enumerate(answers)]
    tests = [report["exercises"][0]["tests"][0] for report in grade(own, *paths)]
    assert [test["message"] for test in tests] == ["wrong", ""] * 6


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        (
            "test_double.py",
            "import no_such_module\n",
            "test_double.py: E   ModuleNotFoundError: No module named 'no_such_module'",
        ),
        ("test_double.py", "", "the tests of double are worth 0 points, the notebook says 50."),
        (
            "test_triple.py",
            "def test_x(student):\n    pass\n",
            "test_triple.py tests 'triple', which is no exercise of tiny.",
        ),
    ],
    ids=["import", "points", "exercise"],
)
def test_a_suite_that_cannot_be_used_is_refused_with_its_reason(own: Course, name: str, text: str, says: str) -> None:
    (own.suite("tiny") / name).write_text(text)
    done = autograder(own.root, "grade", hand_in(own, "ada", right(own)), "--json", "-")
    assert (done.returncode, done.stdout) == (3, "")
    assert len(done.stderr.splitlines()) == 1
    assert says in done.stderr


def test_points_that_differ_from_the_notebook_are_refused(own: Course) -> None:
    edit(own, "tests/hidden/tiny/test_double.py", "points(20)", "points(21)")
    done = autograder(own.root, "grade", hand_in(own, "ada", right(own)))
    assert done.returncode == 3
    assert done.stderr == "autograder: the tests of double are worth 51 points, the notebook says 50.\n"


def test_an_assignment_without_a_suite_is_refused(own: Course) -> None:
    shutil.rmtree(own.suite("tiny"))
    done = autograder(own.root, "grade", hand_in(own, "ada", right(own)))
    assert done.returncode == 3
    assert done.stderr == "autograder: tiny has no hidden suite: tests/hidden/tiny is missing.\n"


def test_a_misconception_that_does_not_fit_spoils_no_report_but_those_it_is_needed_for(own: Course) -> None:
    edit(own, "solutions/tiny/misconceptions.py", '"factor = 2.0"', '"factor = 5.0"')
    wrong = filled(right(own), double="def double(x):\n    return 3 * x")
    done = autograder(own.root, "grade", hand_in(own, "ada", wrong), hand_in(own, "ben", right(own)), "--json", "-")
    assert done.returncode == 3
    ada, ben = json.loads(done.stdout)
    assert (ada["status"], ada["score"], ben["status"], ben["score"]) == ("grader-error", 0, "graded", 80)
    assert "of double: a rewrite of double matches 0 times, not once" in ada["reason"]
    assert "the misconception " in ada["reason"]


def test_options_that_the_user_has_for_pytest_are_not_for_the_hidden_suite(own: Course) -> None:
    path = hand_in(own, "ada", filled(right(own), double="def double(x):\n    return 3 * x"))
    reports = []
    for environment in ({}, {"PYTEST_ADDOPTS": "-v -x --deselect double"}, {"PYTEST_PLUGINS": "no_such_plugin"}):
        done = autograder(own.root, "grade", path, "--json", "-", **environment)
        assert done.returncode == 0, done.stderr
        reports.append(timeless(json.loads(done.stdout)))
    assert reports[1:] == [reports[0]] * 2
