"""The settings of nbgrader: read by every nbgrader command, and by Formgrader in `jupyter lab`, when started here.

All files of nbgrader stand below `course/`. A site sets values of its own in its Jupyter configuration (the exchange),
in the environment (NBGRADER_EXCHANGE, NBGRADER_COURSE), or in `course/nbgrader_config.py`, which is read after this.
"""

import os
import sys
import sysconfig
import warnings
from pathlib import Path

from jupyter_core.paths import jupyter_config_path
from sqlalchemy.exc import SAWarning
from traitlets.config.loader import Config, JSONFileConfigLoader, PyFileConfigLoader

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # the engine of this checkout grades this checkout
SCRIPTS = sysconfig.get_path("scripts")
if SCRIPTS not in os.environ.get("PATH", "").split(os.pathsep):
    # nbgrader runs `alembic` when it makes the gradebook, and finds it only where the environment is activated.
    os.environ["PATH"] = os.pathsep.join([SCRIPTS, os.environ.get("PATH", os.defpath)])

from autograder.authoring.answers import CODE_STUB, TEXT_STUB  # noqa: E402


def exchange_of_site() -> str | None:
    """The exchange that the site's own Jupyter configuration names: looked up, since this file would win over it."""
    found = Config()
    for folder in reversed(jupyter_config_path()):
        if Path(folder).resolve() == ROOT:
            continue
        for loader in (
            JSONFileConfigLoader("nbgrader_config.json", folder),
            PyFileConfigLoader("nbgrader_config.py", folder),
        ):
            if (Path(folder) / loader.filename).is_file():
                found.merge(loader.load_config())
    return found.Exchange.root if "root" in found.Exchange else None


# nbgrader 0.9.6 links rows in an order that SQLAlchemy 2.1 warns of, for every student. The rows are right.
warnings.filterwarnings("ignore", message="Object of type .* not in session", category=SAWarning)

c = get_config()  # noqa: F821  (given by Jupyter)

c.CourseDirectory.root = str(ROOT / "course")
c.CourseDirectory.db_url = f"sqlite:///{ROOT / 'course' / 'gradebook.db'}"
c.CourseDirectory.course_id = os.environ.get("NBGRADER_COURSE", "trainable_networks")
c.Exchange.root = os.environ.get("NBGRADER_EXCHANGE") or exchange_of_site() or str(ROOT / "course" / "exchange")

# Releasing: the stubs are those that `autograder build` writes, and nothing of an answer or a hidden test gets out.
c.ClearSolutions.code_stub = {"python": CODE_STUB}
c.ClearSolutions.text_stub = TEXT_STUB
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.InstantiateTests",
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearSolutions",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
    "autograder.gradebook.RefuseLeaks",
]

# Between students and instructor: ordinary files only, and no text that a spreadsheet would run.
c.ExchangeFactory.collect = "autograder.gradebook.CollectSubmissions"
c.ExportApp.plugin_class = "autograder.gradebook.CsvExport"

# Grading: the stock list, with ours in the places of Execute and SaveAutoGrades.
c.Autograde.exporter_class = "autograder.gradebook.SubmissionExporter"
c.Autograde.pre_convert_hook = "autograder.gradebook.expect_notebook"
c.Autograde.autograde_preprocessors = [
    "autograder.gradebook.GradeSubmission",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "autograder.gradebook.RecordScores",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Pages: nothing that a student wrote may run in the browser of a grader.
c.GenerateFeedback.exporter_class = "autograder.gradebook.FeedbackExporter"
c.HTMLExporter.sanitize_html = True
c.HTMLExporter.filters = {
    "clean_html": "autograder.gradebook.clean_html",
    "highlight_code": "autograder.gradebook.highlight",
    "markdown2html": "autograder.gradebook.markdown_to_html",
}
