"""Formulas as MathML, which browsers show by themselves: no script and no network. An extension of Sphinx."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.writers.html5 import HTML5Translator

from autograder.reporting.formulas import ALIGNED


def converted(tex: str, *, as_block: bool) -> str:
    """A formula as MathML; raises ValueError where something of it is not known, which the converter passes on as text."""
    try:
        formula: str = convert(ALIGNED.sub(r"\\\1{split}", tex), display="block" if as_block else "inline")
        said = "".join(ET.fromstring(formula).itertext())  # noqa: S314  (made here; an ampersand that is left is no XML)
    except Exception as error:  # the converter's errors have nothing else in common
        raise ValueError(f"This formula cannot be shown ({type(error).__name__}): {tex}") from error
    if "\\" in said:
        raise ValueError(f"This formula has a command that cannot be shown: {tex}")
    return formula


def _visit(translator: HTML5Translator, node: nodes.math | nodes.math_block) -> None:
    block = isinstance(node, nodes.math_block)
    try:
        formula = converted(node.astext(), as_block=block)
    except ValueError as error:
        raise SphinxError(f"{translator.builder.current_docname}: {error}") from error
    translator.body.append(f'<div class="math">{formula}</div>\n' if block else formula)
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the renderer `mathml`."""
    app.add_html_math_renderer("mathml", inline_renderers=(_visit, None), block_renderers=(_visit, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
