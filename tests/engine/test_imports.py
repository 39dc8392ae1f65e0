"""What a grade can follow from counts, and what it cannot regrades nobody."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.course.folders import Course
from autograder.grading.imports import imported
from autograder.grading.keys import imports_of
from autograder.suite.misconceptions import misconceptions
from autograder.whole_class import tasks as of_class
from autograder.whole_class.tasks import _hash_of_named, _imports, environment, grading_modules, tasks
from tests.support.handins import released, save
from tests.support.mini_course import edit, make_course

ROOT = Path(__file__).resolve().parents[2]
TREE = {
    "starter_code/__init__.py": "",
    "starter_code/lazy.py": "",
    "starter_code/plain.py": "from . import sibling\nimport numpy",
    "starter_code/sibling.py": "def f():\n    from starter_code.deep import inner",
    "starter_code/deep/__init__.py": "from .inner import *",
    "starter_code/deep/inner.py": "from ..lazy import x",
    "starter_code/unused.py": "import starter_code.plain",
    "starter_code/star/__init__.py": "",
    "starter_code/star/one.py": "",
    "solutions/other.py": "",
}
REACHED = {"__init__", "plain", "sibling", "deep/__init__", "deep/inner", "lazy"}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in TREE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import starter_code.plain as p", REACHED),
        ("from starter_code import plain", REACHED),
        ("if False:\n    import starter_code.lazy", {"__init__", "lazy"}),
        ("from starter_code.star import *", {"__init__", "star/__init__", "star/one"}),
        ("import numpy, solutions.other, starter_codes", set()),
        ("x = 'import starter_code.plain'", set()),
    ],
)
def test_imports_are_followed_wherever_they_stand(tree: Path, source: str, names: set[str]) -> None:
    found = imported(tree, [], ["starter_code"], [source])
    assert {str(path.relative_to(tree / "starter_code").with_suffix("")) for path in found} == names


@pytest.mark.parametrize("source", ["__import__(name)", "from importlib import import_module", "this is no Python"])
def test_what_only_shows_when_it_runs_counts_as_everything(tree: Path, source: str) -> None:
    assert len(imported(tree, [], ["starter_code"], [source])) == sum(name.startswith("starter") for name in TREE)


@pytest.mark.parametrize(
    "source",
    [
        "import starter_code.lazy",
        "from . import (  # what it imports, and why\n    lazy,\n)  # noqa",
        "import os; import starter_code.lazy",
        "try:\n    pass\nexcept OSError:\n    pass\nelse:\n    from starter_code import lazy",
        "try:\n    pass\nexcept OSError:\n    from starter_code import lazy",
        "match 1:\n    case 1:\n        class C:\n            from starter_code import lazy",
        "async def f():\n    async with g() as h:\n        from starter_code \\\n            import lazy",
        "if 1: from starter_code import lazy",
        '"""Things that import."""\nfrom starter_code import lazy',
        "x = '# '; from starter_code import lazy",
    ],
)
def test_imports_of_a_module_are_followed_wherever_they_stand(tree: Path, source: str) -> None:
    module = tree / "starter_code" / "asked.py"
    module.write_text(source)
    found = imported(tree, [module], ["starter_code"])
    assert {path.stem for path in found} - {"__init__"} == {"asked", "lazy"}


@pytest.mark.parametrize("source", ["exec(text)", "import importlib", "def f():\n    return g(__import__)", "import"])
def test_a_module_that_may_import_anything_counts_as_everything(tree: Path, source: str) -> None:
    module = tree / "starter_code" / "asked.py"
    module.write_text(source)
    assert len(imported(tree, [module], ["starter_code"])) == 1 + sum(name.startswith("starter") for name in TREE)


def test_no_assignment_follows_from_what_grades_another() -> None:
    course = Course(ROOT)
    for name in course.names():
        others = [other for other in course.names() if other != name]
        grading = [folder for other in others for folder in (course.suite(other), course.solution(other))]
        found = imports_of(course, name)
        assert not [path for path in found for folder in grading if path.is_relative_to(folder)], name


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = make_course(tmp_path_factory.mktemp("course"))
    edit(
        course,
        "assignments/tiny/tiny.md",
        "import numpy as np\n",
        "import numpy as np\nfrom starter_code import used\n",
    )
    edit(course, "solutions/tiny/reference.py", "import math\n", "import math\nfrom starter_code.behind import three\n")
    for name, text in (("used", "from starter_code.checks import below"), ("behind", "three = 3"), ("named", "")):
        (course.starter_code / f"{name}.py").write_text(text)
    (course.starter_code / "checks" / "below.py").write_text("")
    for student, more in (("anna", ""), ("ben", "from starter_code import used, named")):
        course.submitted(student, "tiny").mkdir(parents=True)
        handed_in = released(course, "tiny")
        handed_in["cells"][-1]["source"] = more
        save(course.submitted(student, "tiny") / "tiny.ipynb", handed_in)
    assert course.secret
    return course


def keys(course: Course) -> dict[str, str]:
    """As a process that has just begun would have them."""
    for known in (environment, _imports, _hash_of_named):
        known.cache_clear()
    return {task.student: task.key for task in tasks(course, course.assignment("tiny"), "auto")}


def changed(name: str, old: str, new: str) -> Callable[[Course], object]:
    return lambda course: edit(course, name, old, new)


def written(name: str, text: str = "x = 1\n") -> Callable[[Course], object]:
    return lambda course: (course.root / name).write_text(text)


TEXT = "assignments/tiny/tiny.md"
SUITE = "tests/hidden/tiny"


@pytest.mark.parametrize(
    "change",
    [
        changed(TEXT, "It holds that", "It is true that"),
        changed(TEXT, '"Tiny: twice', '"Tiny: Twice'),
        changed(TEXT, "minutes: 5", "minutes: 6"),
        changed(TEXT, "Because adding", "Since adding"),
        written("assignments/tiny/box.svg"),
        written("assignments/tiny/notes.md"),
        written("assignments/other/other.md", ""),
        written("starter_code/new.py"),
        written("starter_code/plots.py"),
        written("starter_code/checks/other.py"),
        written("starter_code/stubs/tiny.py"),
        written("solutions/tiny/alternatives.py"),
        written("solutions/tiny/equivalent_mutants.py"),
        written("solutions/other/reference.py"),
        written(f"{SUITE}/notes.md"),
    ],
)
def test_what_cannot_change_a_grade_regrades_nobody(
    course: Course, tmp_path: Path, change: Callable[[Course], object]
) -> None:
    copy = Course(Path(shutil.copytree(course.root, tmp_path / "copy")))
    before = keys(copy)
    change(copy)
    assert keys(copy) == before


@pytest.mark.parametrize(
    "change",
    [
        changed(TEXT, "import numpy as np\n", "import numpy as np  # is it?\n"),
        changed(TEXT, "print(double(np.ones(3)))", "print(double(np.ones(4)))"),
        changed(TEXT, ":points: 50", ":points: 49"),
        changed(TEXT, "minutes: 5", "minutes: 5\n  limits: {calls: 9}"),
        changed(f"{SUITE}/test_double.py", "positive = rng.uniform(1.0", "positive = rng.uniform(1.1"),
        written(f"{SUITE}/inputs.py"),
        written(f"{SUITE}/data.csv"),
        changed("solutions/tiny/reference.py", "factor = 2.0", "factor = 2.00"),
        changed("solutions/tiny/misconceptions.py", "The factor is three.", "It is three."),
        written("starter_code/used.py"),
        written("starter_code/checks/below.py"),
        written("starter_code/behind.py"),
        written("starter_code/checks/tiny.py"),
        written("starter_code/__init__.py"),
    ],
)
def test_what_can_change_a_grade_regrades_everybody(
    course: Course, tmp_path: Path, change: Callable[[Course], object]
) -> None:
    copy = Course(Path(shutil.copytree(course.root, tmp_path / "copy")))
    before = keys(copy)
    change(copy)
    assert all(key != before[student] for student, key in keys(copy).items())


@pytest.mark.parametrize(
    ("change", "regrades"),
    [
        (changed("solutions/tiny/misconceptions/__init__.py", "Wrong answers", "Mistakes"), True),
        (changed("solutions/tiny/misconceptions/titles.py", "three", "a three"), True),
        (written("solutions/tiny/misconceptions/unused.py"), True),
        (written("solutions/tiny/misconceptions/deeper/unused.py"), True),
        (written("solutions/tiny/alternatives/__init__.py"), False),
        (written("solutions/tiny/alternatives/doubles.py"), False),
    ],
)
def test_misconceptions_may_be_a_package_and_each_of_its_files_counts(
    course: Course, tmp_path: Path, change: Callable[[Course], object], *, regrades: bool
) -> None:
    copy = Course(Path(shutil.copytree(course.root, tmp_path / "copy")))
    solution = copy.solution("tiny")
    known = misconceptions(solution)
    text = (solution / "misconceptions.py").read_text()
    (solution / "misconceptions.py").unlink()
    for name in ("misconceptions/deeper", "alternatives"):
        (solution / name).mkdir(parents=True)
    (solution / "misconceptions" / "__init__.py").write_text(f"from .titles import TITLE\n{text}")
    (solution / "misconceptions" / "titles.py").write_text('TITLE = "The factor is three."\n')
    edit(copy, "solutions/tiny/misconceptions/__init__.py", '"The factor is three."', "TITLE")
    misconceptions.cache_clear()
    assert misconceptions(solution) == known
    before = keys(copy)
    change(copy)
    assert {key != before[student] for student, key in keys(copy).items()} == {regrades}


def test_a_module_that_a_submission_names_counts_for_that_submission(course: Course, tmp_path: Path) -> None:
    copy = Course(Path(shutil.copytree(course.root, tmp_path / "copy")))
    before = keys(copy)
    written("starter_code/named.py")(copy)
    assert {student for student, key in keys(copy).items() if key != before[student]} == {"ben"}


def test_what_a_class_names_is_followed_once_for_all_who_name_the_same(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Course(Path(shutil.copytree(course.root, tmp_path / "copy")))
    for number in range(20):
        shutil.copytree(copy.submitted("ben", "tiny"), copy.submitted(f"ben-{number}", "tiny"))
    followed: list[object] = []

    def noted(*arguments: Any, **named: Any) -> set[Path]:
        followed.append(arguments)
        return imported(*arguments, **named)

    monkeypatch.setattr(of_class, "imported", noted)
    assert len(keys(copy)) == 22
    of_starter_code = [arguments for arguments in followed if arguments[2] == ("starter_code",)]  # type: ignore[index]
    assert len(of_starter_code) == 2  # for anna, and for all others


def test_of_the_engine_what_shows_and_records_is_left_out_and_what_grades_is_not() -> None:
    engine = ROOT / "autograder"
    seen = {path.relative_to(engine).with_suffix("").as_posix() for path in grading_modules(engine)}
    assert seen >= {
        "sandbox/worker",
        "submission/submitted",
        "submission/source",
        "course/assignment",
        "grading/keys",
    }
    assert seen >= {"sandbox/wire/values", "sandbox/confine", "sandbox/forkserver", "suite/student", "training/stage"}
    assert not [
        name
        for name in seen
        if name.split("/")[0] in {"gradebook", "quality", "authoring", "cli", "whole_class", "reporting"}
    ]
