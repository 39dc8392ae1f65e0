"""How text and code of students become HTML: bounded, with their pictures, and with nothing that could run.

`markdown_to_html`, `highlight` and `clean_html` stand in filters of nbconvert's, with which Formgrader shows submissions. The page of a
student takes `text_html` and `code_html`: the same, but with formulas as MathML, and with code as plain Python.
"""

from __future__ import annotations

import base64
import os
import re
import stat
from collections.abc import Callable, Mapping
from functools import lru_cache
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import bleach  # type: ignore[import-untyped]
import jinja2
from markupsafe import Markup
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight as pygments_highlight  # type: ignore[import-untyped]
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers import PythonLexer  # type: ignore[import-untyped]

from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from autograder.gradebook.pasted import REASONS, address, picture_type
from autograder.reporting.formulas import mathml

# What no person wrote, by its length in characters, is shown plain or cut: highlighting takes time with the square of a line's length.
LONGEST_LINE = 1000
LONGEST_CELL = 40_000
# Of one page, in characters; what is beyond is left out. Turning Markdown into HTML takes up to 75 µs a character.
MOST_TEXT = 200_000
MOST_CODE = 400_000
MOST_ATTACHED = 40_000_000
SAME_TEXTS = 500  # how many are remembered: most cells of a notebook are the same for all students
LARGEST_FILE = 10_000_000
LEFT_OUT = "<p><em>Left out: this page holds more than can be shown.</em></p>"
REST = "<p><em>The rest of this cell is left out: it is longer than can be shown.</em></p>"
IMAGE_TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
}
ATTRIBUTE = re.compile(r"""\s+([\w-]+)=(?:"([^"]*)"|'([^']*)')""")
IMAGE = re.compile(rf"<img((?:{ATTRIBUTE.pattern})*)\s*/?>|<img\b")
TAG = re.compile(r"""<(/?)(\w+)((?:[^"'<>]|"[^"]*"|'[^']*')*)>""")  # as bleach writes it
FORMULA = "\ue000{}\ue001"  # stands for the formula of a number until all else has been cleaned
SIGN = re.compile("\ue000([0-9]{1,6})\ue001")
TAG_OR_FORMULA = re.compile(f"{TAG.pattern}|{SIGN.pattern}")
HEADINGS = {f"h{level}" for level in range(1, 7)}
BELOW_THE_PAGES_OWN = "h4"  # headings in a text
# Names, signs and spaces look like all other code.
UNMARKED = re.compile(r'<span class="(?:n|o|p|w|err)">([^<]*)</span>')
NO_ALT = "No description has been given for this image"
AS_WIDE_AS_TEXT = "max-width: 100%"  # at most
FIGURE = re.compile(r"[\w-][\w .,()'+@-]*\.(svg|png|jpe?g|gif)\Z", re.IGNORECASE)
SAFE_LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
SAFE_IMAGE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*\Z")
CODE_CLASS = re.compile(r"(highlight( hl-\w{1,20})?|language-\w{1,20}|[a-z][a-z0-9]{0,2})\Z")
PROTOCOLS = {"http", "https", "mailto", "data", "attachment", "omitted"}
Context = jinja2.runtime.Context | Mapping[str, Any]  # with the cell that is shown, and what is known of its notebook
TABLE = '<table class="table table-condensed">'  # without the lines of a result's
# What Markdown and our own tables need; none of these can run anything.
TAGS = """
a abbr b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li ol p pre s span strong sub summary sup
table tbody td th thead tr u ul
""".split()  # noqa: SIM905  (forty quoted names read worse)


@jinja2.pass_context
def markdown_to_html(context: jinja2.runtime.Context, source: str) -> str:
    """Stands in nbconvert's `markdown2html`: the same without scripts, and with the figures of the assignment inside.

    nbgrader's pages pass the Markdown of students on unsanitized, whatever `HTMLExporter.sanitize_html` says.
    """
    return _with_pictures(context, source, _clean_text)


def text_html(context: Context, source: str) -> Markup:
    """Markdown on the page of a student: formulas are MathML, and headings stand below the page's own."""
    return Markup(_with_pictures(context, source, _clean_text_with_formulas))  # noqa: S704  (cleaned)


def _with_pictures(context: Context, source: str, cleaned: Callable[[str], str]) -> str:
    rest = REST if len(source) > LONGEST_CELL else ""
    source = source[:LONGEST_CELL]
    if not _affordable(context, "text", len(source), MOST_TEXT):
        return LEFT_OUT
    attachments = context.get("cell", {}).get("attachments", {})
    folder = Path(context.get("resources", {}).get("metadata", {}).get("path", ""))

    def shown(image: re.Match[str]) -> str:
        found = {name: unescape(one or other) for name, one, other in ATTRIBUTE.findall(image[1] or "")}
        source = _source(found.pop("src", ""), attachments, folder)
        if source.startswith("data:") and not _affordable(context, "attached", len(source), MOST_ATTACHED):
            source = "omitted:page"
        if not source.startswith("data:"):
            return _instead(source)
        attributes = ({"alt": NO_ALT} | found | {"src": source, "style": AS_WIDE_AS_TEXT}).items()
        return "<img{}>".format("".join(f' {name}="{escape(value)}"' for name, value in attributes))

    return IMAGE.sub(shown, cleaned(source)) + rest


def _source(source: str, attachments: Any, folder: Path) -> str:
    """Where a page has a picture from: a data address, or `omitted:` and why it has none, or the address of one that is elsewhere."""
    if SAFE_IMAGE.match(source) or source.startswith("omitted:"):
        return source
    if source.startswith("attachment:"):
        name = source.removeprefix("attachment:")
        held = attachments.get(name) or attachments.get(unquote(name)) if attachments else None
        return "omitted:missing" if held is None else address(held) or "omitted:kind"
    if FIGURE.match(unquote(source)):
        return _figure(folder, unquote(source)) or "omitted:missing"
    return source if SAFE_LINK.match(source) else "omitted:missing"


def _instead(source: str) -> str:
    """What stands in the place of a picture that is not shown."""
    if source.startswith("omitted:"):
        return f"<em>(A picture is left out: {REASONS.get(source.removeprefix('omitted:'), REASONS['missing'])}.)</em>"
    return f'<em>(A picture is left out: it is not in the notebook, but at <a href="{escape(source)}">{escape(source)}</a>.)</em>'


def _affordable(context: Context, what: str, size: int, most: int) -> bool:
    """Whether a page may hold so much more of something. What it holds is written down in its resources."""
    resources = context.get("resources")
    spent = resources.setdefault("autograder_spent", {}) if isinstance(resources, dict) else {}
    if spent.get(what, 0) + size > most:
        return False
    spent[what] = spent.get(what, 0) + size
    return True


@jinja2.pass_context
def highlight(context: jinja2.runtime.Context, source: str, language: str | None = None, metadata: Any = None) -> str:
    """Stands in nbconvert's `highlight_code`: the same, within bounds, and always as Python."""
    del metadata
    return _within_bounds(context, source, lambda code: _highlighted(code, language))


def code_html(context: Context, source: str) -> Markup:
    """Code on the page of a student, within the same bounds."""
    return Markup(_within_bounds(context, source, _python))  # noqa: S704  (pygments escapes it)


def _within_bounds(context: Context, source: str, highlighted: Callable[[str], str]) -> str:
    source = "\n".join(
        line.rstrip() for line in source.split("\n")
    )  # lines of spaces take time with the square of their number
    if not _affordable(context, "code", len(source), MOST_CODE):
        return LEFT_OUT
    if len(source) > LONGEST_CELL or any(len(line) > LONGEST_LINE for line in source.splitlines()):
        return f"<pre>{escape(source[:LONGEST_CELL])}</pre>{REST if len(source) > LONGEST_CELL else ''}"
    return highlighted(source)


def clean_html(element: object) -> str:
    """Stands in nbconvert's `clean_html`, which shows students the `<tbody>` that its own parser puts into tables."""
    return str(
        bleach.clean(str(element), tags=TAGS, attributes=_is_safe, protocols={"http", "https", "mailto", "data"})
    )


@lru_cache(SAME_TEXTS)
def _python(source: str) -> str:
    """The lexer for Python alone takes half the time of IPython's."""
    made: str = pygments_highlight(source, PythonLexer(), HtmlFormatter())
    return UNMARKED.sub(r"\1", made)


class _Renderer(IPythonRenderer):  # type: ignore[misc]  # nbconvert carries no types
    """nbconvert's, without what it does to attachments: pictures are put in when all else has been cleaned."""

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """The tag of a picture."""
        return str(super(IPythonRenderer, self).image(text, url, title))


class _RendererWithFormulas(_Renderer):
    """Puts signs in the places of formulas, which a sanitizer takes for text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.formulas: dict[int, tuple[str, Markup]] = {}  # as written, and as MathML

    def _formula(self, tex: str, *, block: bool) -> str:
        number = len(self.formulas)
        self.formulas[number] = (f"${tex}$", mathml(tex.strip(), block=block))
        return FORMULA.format(number)

    def inline_math(self, body: str) -> str:
        """The sign for `$body$`."""
        return self._formula(body, block=False)

    def block_math(self, body: str) -> str:
        """The sign for `$$body$$`."""
        return self._formula(body, block=True)

    def latex_environment(self, name: str, body: str) -> str:
        r"""The sign for `\begin{name}body\end{name}`."""
        return self._formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", block=True)


@lru_cache(SAME_TEXTS)
def _clean_text(source: str) -> str:
    """Text as HTML that cannot carry a script, but for the sources of pictures, of which `_source` keeps what is safe."""
    return _cleaned(source, _Renderer(escape=False, exclude_anchor_links=True))


@lru_cache(SAME_TEXTS)
def _clean_text_with_formulas(source: str) -> str:
    """The same with formulas as MathML; in an attribute, such as the description of a picture, as they are written.

    Whoever writes the sign for a formula gets none twice.
    """
    renderer = _RendererWithFormulas(escape=False, exclude_anchor_links=True)

    def taken(number: str) -> tuple[str, str]:
        return renderer.formulas.pop(int(number), ("", Markup()))

    def put(found: re.Match[str]) -> str:
        if found[2] is None:
            return taken(found[4])[1]
        if found[2] in HEADINGS:
            return f"<{found[1]}{BELOW_THE_PAGES_OWN}>"
        return SIGN.sub(lambda sign: escape(taken(sign[1])[0]), found[0])

    return TAG_OR_FORMULA.sub(put, _cleaned(source, renderer))


def _cleaned(source: str, renderer: _Renderer) -> str:
    html = MarkdownWithMath(renderer=renderer).render(source)
    return str(bleach.clean(html, tags=TAGS, attributes=_is_safe_in_text, protocols=PROTOCOLS)).replace(
        "<table>", TABLE
    )


@lru_cache(SAME_TEXTS)
def _highlighted(source: str, language: str | None) -> str:
    return str(Highlight2HTML()(source, language))


def _is_safe(tag: str, name: str, value: str) -> bool:
    if tag == "a" and name == "href":
        return bool(SAFE_LINK.match(value))
    if tag == "img" and name == "src":
        return bool(SAFE_IMAGE.match(value))
    if name == "class":
        return tag in {"div", "span", "pre", "code", "table", "td"}
    return name in {"alt", "title", "align", "width", "height", "start"}


def _is_safe_in_text(tag: str, name: str, value: str) -> bool:
    if name == "class":  # those of highlighted code alone: with others, text could look like a result
        return bool(CODE_CLASS.match(value))
    return (tag == "img" and name == "src") or _is_safe(tag, name, value)


def _figure(folder: Path, name: str) -> str | None:
    """A figure as a data address: the instructor's file of that name, or else the one that was handed in beside the notebook."""
    try:
        figure = Course.find(folder).source(folder.name) / name
        data = figure.read_bytes()
    except (CourseError, OSError):
        return _handed_in(folder / name)
    return f"data:{IMAGE_TYPES[figure.suffix.lower()]};base64,{base64.b64encode(data).decode()}"


def _handed_in(path: Path) -> str | None:
    """A picture that a student handed in, as a data address. A link is not followed: it could lead to any other file."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123
            content = file.read(LARGEST_FILE + 1) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""
    except OSError:
        return None
    kind = picture_type(content) if len(content) <= LARGEST_FILE else None
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}" if kind else None
