"""Formgrader in a Jupyter server that was started in another folder, nbgrader's API in Python, and what the gradebook says of kernels."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlencode

import nbformat
import pytest
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from traitlets.config.loader import JSONFileConfigLoader, PyFileConfigLoader

from autograder.gradebook.kernels import NO_KERNEL
from autograder.gradebook.settings import CONFINING, INSTALLED
from tests.support.anywhere import (
    NO_KERNEL_SAID,
    PATIENCE,
    SCORE,
    STOCK_CONFIG,
    UNREAD,
    Class,
    Way,
    ask,
    autograde,
    formgrader_knows_the_course,
    nbgrader_elsewhere,
    server,
)
from tests.support.nbgrader_class import ROOT, nbgrader

API = """
import json, sys
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
api = NbGraderAPI(coursedir=CourseDirectory(root=sys.argv[1]))
print(json.dumps(api.autograde("tiny", "eve")))
"""


def test_formgrader_started_elsewhere_grades_confined(klass: Class) -> None:
    formgrader_knows_the_course(klass)
    with server(klass) as address:
        answer = ask(address, "formgrader/api/submission/tiny/eve/autograde", "POST")
        assert not klass.marker.exists()
        assert answer["success"], answer
        assert klass.score() == SCORE
        assert ask(address, "formgrader/api/submissions/tiny")[0]["score"] == SCORE


@pytest.mark.parametrize(
    ("more", "environment", "says"),
    [
        ("", {}, UNREAD),
        (STOCK_CONFIG, {"JUPYTER_PREFER_ENV_PATH": "0"}, UNREAD),
        (
            f"{STOCK_CONFIG}c.Autograde.exporter_class = 'nbconvert.exporters.NotebookExporter'\n",
            {"JUPYTER_PREFER_ENV_PATH": "0"},
            NO_KERNEL_SAID,
        ),
    ],
    ids=["layer of the environment", "stock steps at home", "all stock at home"],
)
def test_formgrader_that_finds_no_settings_in_the_course_refuses(
    klass: Class, more: str, environment: dict[str, str], says: str
) -> None:
    formgrader_knows_the_course(klass, more)
    (klass.course.data / "nbgrader_config.py").unlink()
    with server(klass, **environment) as address:
        answer = ask(address, "formgrader/api/submission/tiny/eve/autograde", "POST")
    assert not klass.marker.exists()
    assert not answer["success"]
    assert says in answer["log"]
    assert not klass.score()


def test_nbgraders_api_in_python_without_any_settings_runs_nothing(klass: Class) -> None:
    done = subprocess.run(
        [sys.executable, "-c", API, str(klass.course.data)],
        cwd=klass.elsewhere,
        env=klass.environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    answer = json.loads(done.stdout.splitlines()[-1])
    assert not klass.marker.exists()
    assert not answer["success"]
    assert NO_KERNEL_SAID in answer["log"]
    assert not klass.score()


def kernels(klass: Class) -> list[str]:
    with sqlite3.connect(klass.course.gradebook) as database:
        return [row[0] for row in database.execute("select kernelspec from notebook")]


def test_students_keep_their_kernel_and_graded_copies_have_none(klass: Class) -> None:
    autograde(klass, Way("checkout"))
    submitted = nbformat.read(klass.course.release("tiny") / "tiny.ipynb", as_version=4)
    graded = klass.course.data / "autograded" / "eve" / "tiny" / "tiny.ipynb"
    assert submitted.metadata.kernelspec.name == "python3"
    assert nbformat.read(graded, as_version=4).metadata.kernelspec == json.loads(NO_KERNEL)
    assert NO_KERNEL_SAID in nbgrader(klass.course, "validate", str(graded), code=1)
    assert not klass.marker.exists()


def test_validate_started_elsewhere_runs_no_submission(klass: Class) -> None:
    path = klass.course.submitted("eve", "tiny") / "tiny.ipynb"
    done = nbgrader_elsewhere(klass, "validate", str(path))
    assert not klass.marker.exists()
    assert done.returncode == 1
    assert "is somebody's submission, and would run with your rights" in done.stderr


def test_the_button_for_validate_of_a_server_started_elsewhere_runs_no_submission(klass: Class) -> None:
    path = klass.course.submitted("eve", "tiny") / "tiny.ipynb"
    with server(klass) as address:
        query = urlencode({"path": path.relative_to(klass.course.root).as_posix()})
        answer = ask(address, f"assignments/validate?{query}", "POST")
    assert not klass.marker.exists()
    assert not answer["success"]
    assert "is somebody's submission, and would run with your rights" in answer["value"]


def test_students_validate_their_own_work(klass: Class) -> None:
    path = shutil.copy(klass.course.submitted("eve", "tiny") / "tiny.ipynb", klass.elsewhere)
    shutil.copytree(klass.course.release("tiny") / "starter_code", klass.elsewhere / "starter_code")
    done = nbgrader_elsewhere(klass, "validate", str(path))
    assert done.returncode == 0, done.stderr
    assert "Your notebook passes all the tests" in done.stdout
    assert klass.marker.exists()


@pytest.mark.parametrize("arguments", [("autograde", "tiny"), ("generate_assignment", "tiny", "--force")])
def test_a_gradebook_of_before_loses_its_kernel_with_the_next_command(klass: Class, arguments: tuple[str, ...]) -> None:
    with sqlite3.connect(klass.course.gradebook) as database:
        database.execute(
            "update notebook set kernelspec = ?", [json.dumps({"name": "python3", "display_name": "Python"})]
        )
    nbgrader(klass.course, *arguments)
    assert kernels(klass) == [NO_KERNEL]


def test_generate_assignment_without_the_settings_of_the_course_refuses(klass: Class) -> None:
    (klass.course.data / "nbgrader_config.py").unlink()
    done = nbgrader_elsewhere(klass, "generate_assignment", "tiny", "--force", cwd=klass.course.data)
    assert done.returncode == 1
    assert "nbgrader was started without the settings of the course" in done.stderr


# --- one place for the settings ------------------------------------------------------------------------------------------


def test_the_environment_and_the_checkout_have_the_same_confining_settings() -> None:
    installed = Path(sys.prefix) / INSTALLED
    assert installed.is_file(), "run `make setup`"
    assert installed.read_bytes() == CONFINING.read_bytes(), "run `make setup`"
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["shared-data"] == {CONFINING.relative_to(ROOT).as_posix(): INSTALLED.as_posix()}
    config = PyFileConfigLoader("nbgrader_config.py", str(ROOT)).load_config()
    for section, values in JSONFileConfigLoader(CONFINING.name, str(CONFINING.parent)).load_config().items():
        assert {name: config[section][name] for name in values} == values


def test_ours_stand_in_the_places_of_the_stock_steps_and_the_others_are_stock() -> None:
    config = json.loads(CONFINING.read_text())
    replaced = {
        "GradeSubmission": "Execute",
        "RecordScores": "SaveAutoGrades",
        "SaveCellsWithoutKernel": "SaveCells",
    }

    def stock(steps: list[str]) -> list[str]:
        names = [step.rpartition(".")[2] for step in steps]
        return [replaced.get(name, name) for name in names if name != "RefuseLeaks"]

    for converter, trait in ((Autograde, "autograde_preprocessors"), (GenerateAssignment, "preprocessors")):
        ours = stock(config[converter.__name__][trait])
        assert ours == [kind.__name__ for kind in getattr(converter(), trait)]
    assert set(config) >= {GenerateFeedback.__name__, "HTMLExporter", "ExchangeFactory", "ExportApp"}
