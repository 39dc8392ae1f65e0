"""nbgrader, started from anywhere: student code is confined, and the score is that of a run in the checkout; or nbgrader refuses.

The settings that the package brings must be installed in the environment that runs these tests, as `make setup` does.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable

import pytest

from tests.support.anywhere import (
    AS_MODULE,
    NO_KERNEL_SAID,
    SCORE,
    STOCK,
    STOCK_CONFIG,
    UNREAD,
    Class,
    Way,
    autograde,
    folder,
)


def write(where: str, name: str, text: str) -> Callable[[Class], object]:
    """Writes a file before nbgrader is started."""
    return lambda klass: (folder(klass, where) / name).write_text(text)


def remove(where: str) -> Callable[[Class], object]:
    return lambda klass: (folder(klass, where) / "nbgrader_config.py").unlink()


def engine_that_cannot_be_imported(klass: Class) -> None:
    """As when the nbgrader of another Python reads the settings."""
    package = klass.course.root / "autograder"
    package.mkdir()
    (package / "__init__.py").write_text("import landlockpy_of_another_python\n")


NOWHERE = {"JUPYTER_NO_CONFIG": "1"}
THERE = ("--CourseDirectory.root={course}",)
STOCK_STEPS = f"--Autograde.autograde_preprocessors={STOCK}"
STOCK_READER = "--Autograde.exporter_class=nbconvert.exporters.NotebookExporter"
SYNTAX = "c = get_config(\n"
RAISES = "raise RuntimeError('the site is broken')\n"

GRADES = {
    "checkout": Way("checkout"),
    "course": Way("course"),
    "as a module": Way("course", command=AS_MODULE),
    "elsewhere": Way("elsewhere", arguments=THERE),
    "elsewhere, --course-dir": Way("elsewhere", arguments=("--course-dir={course}",)),
    "checkout, no Jupyter configuration": Way("checkout", environment=NOWHERE),
    "course, no Jupyter configuration": Way("course", environment=NOWHERE),
    "elsewhere, no Jupyter configuration": Way("elsewhere", arguments=THERE, environment=NOWHERE),
    "course, Jupyter configuration elsewhere": Way("course", environment={"JUPYTER_CONFIG_DIR": "/nonexistent"}),
    "course, stock home": Way("course", change=write("home", "nbgrader_config.py", STOCK_CONFIG)),
    "elsewhere, stock home": Way("elsewhere", arguments=THERE, change=write("home", "nbgrader_config.py", STOCK_CONFIG)),
    "elsewhere, stock folder": Way(
        "elsewhere", arguments=THERE, change=write("elsewhere", "nbgrader_config.py", STOCK_CONFIG)
    ),
    "course, --config": Way(
        "course", arguments=("--config={elsewhere}/other.py",), change=write("elsewhere", "other.py", STOCK_CONFIG)
    ),
    "elsewhere, --config": Way(
        "elsewhere", arguments=(*THERE, "--config={elsewhere}/other.py"), change=write("elsewhere", "other.py", STOCK_CONFIG)
    ),
    "checkout, a site's own": Way("checkout", change=write("course", "nbgrader_config.py", "c = get_config()\n")),
}  # fmt: skip
STOPPED = "nbgrader stopped, because "
BROKEN = "cannot be read (SyntaxError: "
REFUSES = {
    "submitted": Way("submitted", "No notebooks were matched"),
    "elsewhere": Way("elsewhere", "No notebooks were matched"),
    "checkout, nothing in it": Way("checkout", "No notebooks were matched", change=remove("checkout")),
    "course, nothing in the checkout": Way("course", "which holds the settings of the course, cannot be read", change=remove("checkout")),
    "elsewhere, nothing in the checkout": Way("elsewhere", STOPPED, THERE, change=remove("checkout")),
    "checkout, syntax": Way("checkout", "No notebooks were matched", change=write("checkout", "nbgrader_config.py", SYNTAX)),
    "course, syntax in the checkout": Way("course", STOPPED, change=write("checkout", "nbgrader_config.py", SYNTAX)),
    "course, the checkout's raises": Way("course", STOPPED, change=write("checkout", "nbgrader_config.py", RAISES)),
    "checkout, home raises": Way("checkout", STOPPED, change=write("home", "nbgrader_config.py", RAISES)),
    "checkout, another Python": Way("checkout", STOPPED, change=engine_that_cannot_be_imported),
    "course, another Python": Way("course", STOPPED, environment=NOWHERE, change=engine_that_cannot_be_imported),
    "course, nothing in it": Way("course", UNREAD, change=remove("course")),
    "course, syntax": Way("course", BROKEN, change=write("course", "nbgrader_config.py", SYNTAX)),
    "course, raises": Way("course", "RuntimeError: the site is broken", change=write("course", "nbgrader_config.py", RAISES)),
    "checkout, syntax in course": Way("checkout", BROKEN, change=write("course", "nbgrader_config.py", SYNTAX)),
    "elsewhere, syntax in course": Way("elsewhere", BROKEN, THERE, change=write("course", "nbgrader_config.py", SYNTAX)),
    "course, a site's own": Way("course", UNREAD, change=write("course", "nbgrader_config.py", "c = get_config()\n")),
    "course, --config and nothing in it": Way("course", UNREAD, ("--config={elsewhere}/none.py",), change=remove("course")),
    "stock steps": Way("checkout", "would run student code with your rights", (STOCK_STEPS,)),
    "stock steps and reader": Way("checkout", NO_KERNEL_SAID, (STOCK_STEPS, STOCK_READER)),
    "course, nothing at all": Way("course", NO_KERNEL_SAID, environment=NOWHERE, change=remove("course")),
    "course, stock only": Way("course", NO_KERNEL_SAID, environment=NOWHERE, change=write("course", "nbgrader_config.py", STOCK_CONFIG)),
}  # fmt: skip


@pytest.mark.parametrize("way", GRADES.values(), ids=GRADES)
def test_it_grades_confined_and_as_in_the_checkout(klass: Class, way: Way) -> None:
    done = autograde(klass, way)
    assert not klass.marker.exists()
    assert done.returncode == 0, done.stdout
    assert klass.score() == SCORE


@pytest.mark.parametrize("way", REFUSES.values(), ids=REFUSES)
def test_it_refuses_and_says_why(klass: Class, way: Way) -> None:
    done = autograde(klass, way)
    assert not klass.marker.exists()
    assert done.returncode == 1, done.stdout
    assert way.says is not None
    assert any(way.says in line for line in done.stdout.splitlines()), done.stdout
    assert not klass.score()


def test_the_planted_cell_runs_where_nothing_of_this_stands_in_its_way(klass: Class) -> None:
    with sqlite3.connect(klass.course.gradebook) as database:
        database.execute(
            "update notebook set kernelspec = ?", [json.dumps({"name": "python3", "display_name": "Python"})]
        )
    autograde(klass, Way("course", environment=NOWHERE, change=remove("course")))
    assert klass.marker.read_bytes() == klass.course.secret
