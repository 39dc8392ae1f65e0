"""Settings of Sphinx for the site. Read by Sphinx alone; the names are its own."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
from sphinx.application import Sphinx

FONTS = Path(mpl.get_data_path(), "fonts", "ttf")

project = "How deep networks became trainable"
project_copyright = "2026, the authors of Trainable Networks"
language = "en"
extensions = ["myst_parser", "website.mathml"]

myst_enable_extensions = ["dollarmath"]
# Signs that are text in a notebook and on GitHub: lines that begin with % or +++, (name)=, {name}`text`.
myst_disable_syntax = ["myst_line_comment", "myst_block_break", "myst_target", "myst_role"]
myst_heading_anchors = 4  # links such as page.md#a-heading, with the anchors that GitHub gives
html_math_renderer = "mathml"
highlight_language = "none"  # blocks that name no language are commands and what they print
smartquotes = False  # a model answer would not be found behind quotes that nobody wrote

html_theme = "furo"
html_title = project
pygments_style = "github-light-high-contrast"
pygments_dark_style = "github-dark-high-contrast"
# For formulas, on machines that have no font for them: most phones.
html_static_path = ["static", str(FONTS / "DejaVuSerif.ttf"), str(FONTS / "LICENSE_DEJAVU")]
html_css_files = ["site.css"]
html_use_index = False
html_copy_source = False
html_show_search_summary = False  # is fetched, which browsers refuse to pages that are opened as files


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("html-page-context", _reach_code)


def _reach_code(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Let the keys of a keyboard reach blocks of code: they move sideways where they are wider than the text."""
    del app, page, template, doctree
    context["body"] = context.get("body", "").replace(
        '<div class="highlight"><pre>', '<div class="highlight"><pre tabindex="0">'
    )
