"""Steps of `nbgrader autograde` for many notebooks of one assignment: they make the same, and ask for what is the same once.

nbgrader opens the gradebook anew in each of these steps, asks for each cell, and checks its own schema with each cell.
The steps stand in a converter with a `released`, which is open as long as it works.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import CheckCellMetadata, NbGraderPreprocessor, OverwriteCells, OverwriteKernelspec


class Released(Gradebook):  # type: ignore[misc]  # nbgrader carries no types
    """What the gradebook says of a released notebook and its cells, asked once for each; and which metadata of cells are valid."""

    def __init__(self, url: str) -> None:
        """Open the gradebook at `url`."""
        super().__init__(url)
        self.find_notebook = cache(super().find_notebook)
        self.find_source_cell = cache(super().find_source_cell)
        self.find_graded_cell = cache(super().find_graded_cell)
        self.validator = Validator()


class OverwriteKernelspecAlike(NbGraderPreprocessor):  # type: ignore[misc]
    """nbgrader's OverwriteKernelspec for many notebooks of one assignment."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """See nbgrader."""
        known = resources["nbgrader"]
        kernelspec = self.parent.parent.released.find_notebook(known["notebook"], known["assignment"]).kernelspec
        if kernelspec is not None:
            nb.metadata["kernelspec"] = json.loads(kernelspec)
        return nb, resources


class OverwriteCellsAlike(OverwriteCells):  # type: ignore[misc]
    """nbgrader's OverwriteCells for many notebooks of one assignment."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """See nbgrader."""
        if self.add_missing_cells:
            return super().preprocess(nb, resources)  # type: ignore[no-any-return]
        self.notebook_id, self.assignment_id = resources["nbgrader"]["notebook"], resources["nbgrader"]["assignment"]
        self.gradebook = self.parent.parent.released
        return NbGraderPreprocessor.preprocess(self, nb, resources)  # type: ignore[no-any-return]


class CheckCellMetadataAlike(NbGraderPreprocessor):  # type: ignore[misc]
    """nbgrader's CheckCellMetadata for many notebooks of one assignment."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """See nbgrader."""
        self.parent.parent.released.validator.validate_nb(nb)
        return nb, resources


class Validator(MetadataValidator):  # type: ignore[misc]
    """nbgrader's, which checks its own schema with each cell; what was valid once is not looked at again."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        super().__init__()
        self._valid: set[str] = set()

    def validate_cell(self, cell: Any) -> None:
        """See nbgrader."""
        text = json.dumps([cell.cell_type, cell.metadata.get("nbgrader")], sort_keys=True)
        if text not in self._valid:
            super().validate_cell(cell)
            self._valid.add(text)


ALIKE = {
    OverwriteKernelspec: OverwriteKernelspecAlike,
    OverwriteCells: OverwriteCellsAlike,
    CheckCellMetadata: CheckCellMetadataAlike,
}
