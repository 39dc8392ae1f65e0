"""What nbgrader runs of ours: release check, grading, scores, pages. `nbgrader_config.json` names them by dotted path.

Stock nbgrader stays in charge of every step. Ours stand only where it would run student code in its own process, read a
score out of a cell's output, stop at a mangled notebook, follow a student's link, or let a script or a formula through.
"""

from autograder.gradebook.collect import CollectSubmissions
from autograder.gradebook.export import CsvExport
from autograder.gradebook.exporter import SubmissionExporter, expect_notebook, remember_entry
from autograder.gradebook.feedback import FeedbackExporter, remember_page
from autograder.gradebook.feedback_release import ReleaseFeedback
from autograder.gradebook.grading import GradeSubmission, ShowReport
from autograder.gradebook.kernels import ClientForOwnWork, SaveCellsWithoutKernel
from autograder.gradebook.late import LatePenalties
from autograder.gradebook.marking import ShowMarking
from autograder.gradebook.pages import clean_html, highlight, markdown_to_html
from autograder.gradebook.release import RefuseLeaks
from autograder.gradebook.scores import RecordScores

__all__ = [
    "ClientForOwnWork",
    "CollectSubmissions",
    "CsvExport",
    "FeedbackExporter",
    "GradeSubmission",
    "LatePenalties",
    "RecordScores",
    "RefuseLeaks",
    "ReleaseFeedback",
    "SaveCellsWithoutKernel",
    "ShowMarking",
    "ShowReport",
    "SubmissionExporter",
    "clean_html",
    "expect_notebook",
    "highlight",
    "markdown_to_html",
    "remember_entry",
    "remember_page",
]
