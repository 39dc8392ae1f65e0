"""Formulas in TeX as MathML, which browsers and screen readers know without a script. Used by pages that people read.

The library writes what stands in a formula into its result as it is, tags included. So the result is read as a tree, and written
anew: elements and attributes that MathML needs, with every text escaped.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from html import escape, unescape
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element
from markupsafe import Markup

LONGEST = 2000  # characters of one formula; a longer one is shown as it is written
MOST_ELEMENTS = 5000
SAME_FORMULAS = 2000  # and lines with formulas: how many are remembered
DEFINES = re.compile(
    r"\\(newcommand|renewcommand|newenvironment|def|let|DeclareMathOperator)\b"
)  # could grow without end
ALIGNED = re.compile(r"\\(begin|end)\s*\{aligned\}")  # by a name that the library knows
INLINE = re.compile(r"`([^`\n]+)`|(?<![\\$])\$([^$\n]+)\$(?!\$)")
TAGS = frozenset(
    """
    math menclose mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow mspace msqrt mstyle msub msubsup msup
    mtable mtd mtext mtr munder munderover none
    """.split()  # noqa: SIM905  (two dozen quoted names read worse)
)
ATTRIBUTES = frozenset(
    """
    accent accentunder columnalign columnlines depth display displaystyle fence form height largeop linethickness lspace mathvariant
    maxsize minsize movablelimits notation rowlines rspace scriptlevel separator stretchy symmetric voffset width
    """.split()  # noqa: SIM905
)
VALUE = re.compile(r"[\w .+%-]{0,40}")


@lru_cache(SAME_FORMULAS)
def mathml(tex: str, *, block: bool = False) -> Markup:
    """A formula as MathML; what cannot be read is shown as it is written."""
    if len(tex) <= LONGEST and not DEFINES.search(tex):
        with suppress(Exception):  # the library raises whatever comes of a formula that is none
            read = convert_to_element(ALIGNED.sub(r"\\\1{split}", tex), display="block" if block else "inline")
            return Markup("".join(_written(read, [MOST_ELEMENTS])))  # noqa: S704  (escaped piece by piece)
    return Markup('<code class="tex">{}</code>').format(f"$${tex}$$" if block else f"${tex}$")


@lru_cache(SAME_FORMULAS)
def inline_html(text: str) -> Markup:
    """A line of text with `code` and $formulas$ in it."""
    made, end = Markup(), 0
    for found in INLINE.finditer(text):
        made += text[end : found.start()]
        made += Markup("<code>{}</code>").format(found[1]) if found[1] else mathml(found[2])
        end = found.end()
    return made + text[end:]


def _written(element: Element, left: list[int]) -> list[str]:
    """The pieces of an element's text; raises ValueError for one that MathML does not need, or for too many."""
    left[0] -= 1
    if element.tag not in TAGS or left[0] < 0:
        raise ValueError(element.tag)
    kept = [(name, value) for name, value in element.attrib.items() if name in ATTRIBUTES and VALUE.fullmatch(value)]
    made = ["<", element.tag, *(f' {name}="{escape(value)}"' for name, value in kept), ">", _text(element.text)]
    for child in element:
        made += [*_written(child, left), _text(child.tail)]
    return [*made, f"</{element.tag}>"]


def _text(text: str | None) -> str:
    """The library writes most characters as references to them."""
    return escape(unescape(text or ""), quote=False)
