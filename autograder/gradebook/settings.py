"""The settings of nbgrader: what the course gives it, what it reads here, and the refusal to grade with any others.

`nbgrader_config.json`, beside this file, is all that keeps student code and student text in their place. `pip` installs it into the
environment, so every nbgrader there has it, wherever it is started. `configure` takes it from there and adds what is of this course.
"""

from __future__ import annotations

import os
import sysconfig
import warnings
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_config_path
from nbconvert.preprocessors import ExecutePreprocessor
from nbgrader.apps.baseapp import NbGrader
from sqlalchemy.exc import SAWarning
from traitlets.config.application import Application
from traitlets.config.loader import Config, JSONFileConfigLoader, PyFileConfigLoader
from traitlets.utils.importstring import import_item

from autograder.course.assignment import CourseError
from autograder.course.folders import NBGRADER_CONFIG, Course
from autograder.course.policy import policy_of
from autograder.course.settings import settings_of
from autograder.course.stubs import CODE_STUB, TEXT_STUB
from autograder.gradebook.grading import ShowReport
from autograder.gradebook.times import read_all_zones

CONFINING = Path(__file__).with_name("nbgrader_config.json")
INSTALLED = Path("etc", "jupyter", CONFINING.name)  # below the folder of an environment


def configure(config: Config, root: Path) -> None:
    """Put the settings of the course at `root` into `config`. Called by the course's nbgrader_config.py."""
    _prepare_process()
    config.merge(JSONFileConfigLoader(CONFINING.name, str(CONFINING.parent)).load_config())
    data = root / "course"
    config.CourseDirectory.root = str(data)
    config.CourseDirectory.db_url = f"sqlite:///{data / 'gradebook.db'}"
    config.CourseDirectory.course_id = os.environ.get("NBGRADER_COURSE", "trainable_networks")
    config.Exchange.root = os.environ.get("NBGRADER_EXCHANGE") or _exchange_of_site(root) or str(data / "exchange")
    # The stubs are those that `autograder build` writes.
    config.ClearSolutions.code_stub = {"python": CODE_STUB}
    config.ClearSolutions.text_stub = TEXT_STUB
    config.Course.root = str(root)  # for what is of ours
    config.AssignLatePenalties.plugin_class = "autograder.gradebook.LatePenalties"


def _prepare_process() -> None:
    read_all_zones()
    scripts = sysconfig.get_path("scripts")
    if scripts not in os.environ.get("PATH", "").split(os.pathsep):
        # nbgrader runs `alembic` when it makes the gradebook, and finds it only where the environment is activated.
        os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", os.defpath)])
    # nbgrader 0.9.6 links rows in an order that SQLAlchemy 2.1 warns of, for every student. The rows are right.
    warnings.filterwarnings("ignore", message="Object of type .* not in session", category=SAWarning)


def _exchange_of_site(root: Path) -> str | None:
    """The exchange that the site's own Jupyter configuration names: looked up, since the course's file would win over it."""
    found = Config()
    for folder in reversed(jupyter_config_path()):
        if Path(folder).resolve() == root:
            continue
        for loader in (
            PyFileConfigLoader("nbgrader_config.py", folder),
            JSONFileConfigLoader("nbgrader_config.json", folder),
        ):
            if (Path(folder) / loader.filename).is_file():
                found.merge(loader.load_config())
    return found.Exchange.root if "root" in found.Exchange else None


def settings(course: Course) -> Config:
    """The settings that nbgrader reads when it is started in the checkout. Raises CourseError where it would pass over a broken file."""
    app = _quiet_nbgrader()
    app.raise_config_file_errors = True
    where = "nbgrader's configuration in your Jupyter folders"
    try:
        app.load_config_file(suppress_errors=False)
        for folder in (course.root, course.data):
            where = str(folder / NBGRADER_CONFIG)
            Application.load_config_file(app, NBGRADER_CONFIG, path=str(folder))
    except SystemExit as refusal:
        raise CourseError(str(refusal)) from None
    except Exception as fault:
        raise CourseError(f"{where} cannot be read ({type(fault).__name__}: {fault}); mend it.") from fault
    if not _has_settings(app.config, course):
        raise CourseError(f"{course.root / NBGRADER_CONFIG} does not hold the settings of the course; put it back.")
    settings_of(course)  # raises, too, as does the next one
    policy_of(course)
    return app.config


def unconfined_elsewhere() -> list[str]:
    """The confining settings that nbgrader lacks when it is started elsewhere in this environment, for `autograder doctor`."""
    app = _quiet_nbgrader()
    app.load_config_file()
    confining = JSONFileConfigLoader(CONFINING.name, str(CONFINING.parent)).load_config()
    return [
        f"{section}.{name}"
        for section, values in confining.items()
        for name, value in values.items()
        if app.config.get(section, {}).get(name) != value
    ]


def reads_settings(course: Course) -> bool:
    """Whether the file of settings in `course/` reads those of the course, for `autograder doctor`. Raises what the file raises."""
    return _has_settings(PyFileConfigLoader(NBGRADER_CONFIG, str(course.data)).load_config(), course)


def _quiet_nbgrader() -> NbGrader:
    app = NbGrader()
    app.load_cwd_config = False
    app.log_level = "CRITICAL"  # which folders hold no such file is of no interest
    return app


def _has_settings(config: Config, course: Course) -> bool:
    return bool(config.get("Course", {}).get("root") == str(course.root))


def insist_on_settings(course: Course, config: Config) -> None:
    """Raise CourseError unless nbgrader has read the settings of `course`, and none of their files is broken."""
    settings(course)
    if not _has_settings(config, course):
        raise CourseError(
            f"nbgrader was started without the settings of the course. Start it in {course.root}; `autograder doctor` tells more."
        )


def insist_on_folder(course: Course, folder: str) -> None:
    """Raise CourseError when nbgrader works elsewhere than in the course's own folder."""
    if folder != str(course.data):
        raise CourseError(f"nbgrader works in {folder} and not in {course.data}, the folder of the course.")


def insist_on_confinement(converter: Any) -> None:
    """Raise CourseError when nbgrader's Autograde would run student code itself, or not ask the grader."""
    kinds = [
        import_item(step) if isinstance(step, str) else step
        for step in [*converter.sanitize_preprocessors, *converter.autograde_preprocessors]
    ]
    kinds = [kind if isinstance(kind, type) else type(kind) for kind in kinds]
    if any(issubclass(kind, ExecutePreprocessor) for kind in kinds) or not any(
        issubclass(kind, ShowReport) for kind in kinds
    ):
        raise CourseError(
            "with these preprocessors nbgrader would run student code with your rights."
            " Take autograde_preprocessors and sanitize_preprocessors out of the command and of nbgrader's configuration."
        )
