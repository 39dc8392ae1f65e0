"""No kernel for submissions, so that nbgrader cannot run their code outside of a confined worker.

Before it runs a cell, nbgrader gives each submission the kernel that its gradebook names. So an nbgrader that knows
nothing of this course, for whatever reason, fails before student code runs. Students' notebooks keep their kernel.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import SaveCells

from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from autograder.gradebook.settings import insist_on_settings

# No kernel can have this name, since only letters, digits and ._- may stand in one. nbgrader says: No such kernel named ...
NO_KERNEL_NAME = (
    "(none: nbgrader was started without the settings of this course; start it in the folder that holds course/)"
)
NO_KERNEL = json.dumps({"display_name": "None: hidden tests grade this", "language": "python", "name": NO_KERNEL_NAME})


def take_kernels(db_url: str, assignment: str) -> None:
    """Take the kernel from the notebooks of an assignment in the gradebook."""
    with Gradebook(db_url) as gradebook:
        try:
            notebooks = gradebook.find_assignment(assignment).notebooks
        except MissingEntry:
            return
        for notebook in notebooks:
            notebook.kernelspec = NO_KERNEL
        gradebook.db.commit()


class SaveCellsWithoutKernel(SaveCells):  # type: ignore[misc]  # nbgrader carries no types
    """Stands in SaveCells' place in `GenerateAssignment.preprocessors`."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Save the cells of an instructor's notebook in the gradebook; the notebook passes unchanged. Raises CourseError."""
        insist_on_settings(Course.find(Path(resources["metadata"]["path"])), self.config)
        nb, resources = super().preprocess(nb, resources)
        take_kernels(resources["nbgrader"]["db_url"], resources["nbgrader"]["assignment"])
        return nb, resources


class ClientForOwnWork(AsyncKernelClient):
    """Stands in `AsyncKernelManager.client_class`: how `nbgrader validate` and the button in Jupyter send cells to a kernel."""

    def __init__(self, **kwargs: Any) -> None:
        """Refuse to run what somebody has handed in. nbgrader validates a notebook in its own folder."""
        here = Path.cwd()
        if Course.find(here).student_of(here / "any.ipynb") is not None:
            raise CourseError(
                f"{here} is somebody's submission, and would run with your rights; grade it, which confines it."
            )
        super().__init__(**kwargs)
