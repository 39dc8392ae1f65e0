"""How `nbgrader generate_feedback` writes pages: nbconvert's HTML exporter without its last step, which takes most of the time."""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter


class FeedbackExporter(HTMLExporter):  # type: ignore[misc]  # nbconvert carries no types
    """Stands in `GenerateFeedback.exporter_class`.

    HTMLExporter parses each page once more, to add words to pictures that have none (`markdown_to_html` does that where
    it writes them) and to mark cells of JupyterLab's template, which nbgrader's pages do not use.
    """

    def from_notebook_node(self, nb: Any, resources: Any = None, **kwargs: Any) -> tuple[str, dict[str, Any]]:
        """The page of a notebook."""
        resources = self._init_resources(resources)
        shown = WidgetsDataTypeFilter(notebook_metadata=nb.metadata, parent=self, resources=resources)
        self.register_filter("filter_data_type", shown)
        page: tuple[str, dict[str, Any]] = TemplateExporter.from_notebook_node(self, nb, resources, **kwargs)
        return page
