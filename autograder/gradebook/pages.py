"""What students and graders read on nbgrader's pages: the result of an exercise, and HTML that cannot carry a script.

Results are written in plain tables, with class names of the Bootstrap that nbgrader's pages load, and nothing that a
sanitizer takes away. Every mark is a word as well as a sign: the page must be readable in print and in grey.
"""

from __future__ import annotations

import base64
import os
import re
import stat
from functools import lru_cache
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import bleach  # type: ignore[import-untyped]
import jinja2
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.course.assignment import TRAINING, CourseError
from autograder.course.folders import Course
from autograder.course.report import ExerciseResult, Report, State, TestResult
from autograder.gradebook.pasted import REASONS, address, picture_type
from autograder.reporting.pictures import board_html, board_lines, described, training_html

LONGEST_MESSAGE = 2000
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
MARKS: dict[State, str] = {
    "passed": "✓ passed",
    "failed": "✗ failed",
    "not-attempted": "- not attempted",
    "crashed": "✗ crashed",
    "timed-out": "✗ out of time",
    "out-of-cpu": "✗ out of computing time",
    "out-of-memory": "✗ out of memory",
    "too-much-output": "✗ too much output",
    "reply-too-large": "✗ answer too large",
    "too-many-calls": "✗ too many calls",
    "bad-reply": "✗ no usable answer",
    "not-a-number": "✗ not a number",
    "diverged": "✗ diverged",
    "skipped": "- skipped",
    "grader-error": "? not graded yet",
}

IMAGE_TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
}
ATTRIBUTE = re.compile(r"""\s+([\w-]+)=(?:"([^"]*)"|'([^']*)')""")
IMAGE = re.compile(rf"<img((?:{ATTRIBUTE.pattern})*)\s*/?>|<img\b")
NO_ALT = "No description has been given for this image"
AS_WIDE_AS_TEXT = "max-width: 100%"  # at most
FIGURE = re.compile(r"[\w-][\w .,()'+@-]*\.(svg|png|jpe?g|gif)\Z", re.IGNORECASE)
SAFE_LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
SAFE_IMAGE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*\Z")
CODE_CLASS = re.compile(r"(highlight( hl-\w{1,20})?|language-\w{1,20}|[a-z][a-z0-9]{0,2})\Z")
PROTOCOLS = {"http", "https", "mailto", "data", "attachment", "omitted"}
TABLE = '<table class="table table-bordered table-condensed">'
TEXT_TABLE = '<table class="table table-condensed">'  # without the lines of a result's
# What Markdown and our own tables need; none of these can run anything.
TAGS = """
a abbr b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li ol p pre s span strong sub summary sup
table tbody td th thead tr u ul
""".split()  # noqa: SIM905  (forty quoted names read worse)


def exercise_html(report: Report, exercise: str, max_points: float, pseudonym: str = "") -> str:
    """The result of one exercise as the output of its grade cell. All text is escaped. `pseudonym`: of the student, on the board."""
    result = result_of(report, exercise)
    if result is None:
        return (
            f'<div class="autograder"><strong>{escape(exercise)}</strong> {escape(reason_for(report, exercise))}</div>'
        )
    rows = "".join(_row(test) for test in result.tests)
    table = f"{TABLE}<thead><tr><th>Result</th><th>Points</th><th>Hidden test</th></tr></thead><tbody>{rows}</tbody></table>"
    head = f"<strong>{escape(exercise)}: {_points(report, result, max_points)}</strong>"
    pictures = ""
    if exercise == TRAINING:
        pictures = "".join(map(training_html, report.training)) + board_html(report.training, pseudonym)
    frame = '<div class="autograder panel panel-primary"><div class="panel-heading">'  # which no text of a student's can have
    return f'{frame}{head}</div><div class="panel-body">{table}{_finding(result)}{pictures}</div></div>'


def exercise_text(report: Report, exercise: str, max_points: float, pseudonym: str = "") -> str:
    """The same in plain text."""
    result = result_of(report, exercise)
    if result is None:
        return f"{exercise}: {reason_for(report, exercise)}"
    lines = [f"{exercise}: {_points(report, result, max_points)}"]
    for test in result.tests:
        lines.append(f"{MARKS[test.status]:<24} {test.points:g}/{test.max_points:g}  {test.title}")
        lines += [f"    {line}" for line in _told(test).splitlines()]
    if exercise == TRAINING:
        lines += [*map(described, report.training), *board_lines(report.training, pseudonym)]
    if result.misconception:
        finding = result.misconception
        lines += [f"{finding.label}: {finding.title}", f"    {finding.hint}"]
    return "\n".join(lines)


def reason_for(report: Report | None, exercise: str) -> str:
    """Why an exercise has no result; empty when it has one."""
    result = result_of(report, exercise)
    if report is None:
        return "0 points: this submission was not graded."
    if report.status == "ungradable":
        return f"0 points: the submission cannot be graded. {report.reason or ''}".strip()
    if report.status == "grader-error" and (result is None or result.status == "grader-error"):
        return (
            "Not graded yet: the grader itself failed, which is not your fault. Your instructor will grade this again."
        )
    return "0 points: the hidden suite has no test for this exercise." if result is None else ""


def result_of(report: Report | None, exercise: str) -> ExerciseResult | None:
    """The result of one exercise, if the report has it. A submission that cannot be graded has none."""
    if report is None or report.status == "ungradable":
        return None
    return next((result for result in report.exercises if result.name == exercise), None)


def is_in_part(report: Report | None, exercise: str, max_points: float) -> bool:
    """Whether a part of the training stage's points could not be earned where this was graded: a person must see to these."""
    result = result_of(report, exercise)
    return exercise == TRAINING and result is not None and result.max_points < max_points


@jinja2.pass_context
def markdown_to_html(context: jinja2.runtime.Context, source: str) -> str:
    """Stands in nbconvert's `markdown2html`: the same without scripts, and with the figures of the assignment inside.

    nbgrader's pages pass the Markdown of students on unsanitized, whatever `HTMLExporter.sanitize_html` says.
    """
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

    return IMAGE.sub(shown, _clean_text(source)) + rest


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


def _affordable(context: jinja2.runtime.Context, what: str, size: int, most: int) -> bool:
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
    source = "\n".join(
        line.rstrip() for line in source.split("\n")
    )  # lines of spaces take time with the square of their number
    if not _affordable(context, "code", len(source), MOST_CODE):
        return LEFT_OUT
    if len(source) > LONGEST_CELL or any(len(line) > LONGEST_LINE for line in source.splitlines()):
        return f"<pre>{escape(source[:LONGEST_CELL])}</pre>{REST if len(source) > LONGEST_CELL else ''}"
    return _highlighted(source, language)


def clean_html(element: object) -> str:
    """Stands in nbconvert's `clean_html`, which shows students the `<tbody>` that its own parser puts into tables."""
    return str(
        bleach.clean(str(element), tags=TAGS, attributes=_is_safe, protocols={"http", "https", "mailto", "data"})
    )


class _Renderer(IPythonRenderer):  # type: ignore[misc]  # nbconvert carries no types
    """nbconvert's, without what it does to attachments: pictures are put in when all else has been cleaned."""

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """The tag of a picture."""
        return str(super(IPythonRenderer, self).image(text, url, title))


@lru_cache(SAME_TEXTS)
def _clean_text(source: str) -> str:
    """Text as HTML that cannot carry a script, but for the sources of pictures, of which `_source` keeps what is safe."""
    html = MarkdownWithMath(renderer=_Renderer(escape=False, exclude_anchor_links=True)).render(source)
    return str(bleach.clean(html, tags=TAGS, attributes=_is_safe_in_text, protocols=PROTOCOLS)).replace(
        "<table>", TEXT_TABLE
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


def _points(report: Report, result: ExerciseResult, max_points: float) -> str:
    if (report.status == "grader-error" and result.status == "grader-error") or result.max_points == 0:
        return "not graded yet"
    if is_in_part(report, result.name, max_points):
        return f"{result.points:g} of {result.max_points:g} points; {max_points - result.max_points:g} more are not graded yet"
    return f"{result.points:g} of {max_points:g} points"


def _told(test: TestResult) -> str:
    """The message of a test."""
    rest = "\n(The rest of this message is left out.)" if len(test.message) > LONGEST_MESSAGE else ""
    return test.message[:LONGEST_MESSAGE] + rest


def _row(test: TestResult) -> str:
    lines = _told(test).splitlines()
    told = "".join(f'<div class="text-muted">{escape(line)}</div>' for line in lines)  # in lines that wrap, unlike code
    return (
        f'<tr><td class="text-nowrap">{MARKS[test.status]}</td><td class="text-nowrap">{test.points:g} of {test.max_points:g}</td>'
        f"<td>{escape(test.title)}{told}</td></tr>"
    )


def _finding(result: ExerciseResult) -> str:
    if result.misconception is None:
        return ""
    title, hint = escape(result.misconception.title), escape(result.misconception.hint)
    told = f"<div><strong>{result.misconception.label}:</strong> {title}</div><div>{hint}</div>"
    return f'<div class="panel panel-default"><div class="panel-body">{told}</div></div>'
