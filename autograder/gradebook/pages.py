"""What students and graders read on nbgrader's pages: the result of an exercise, and HTML that cannot carry a script.

Results are written in plain tables, with class names of the Bootstrap that nbgrader's pages load, and nothing that a
sanitizer takes away. Every mark is a word as well as a sign: the page must be readable in print and in grey.
"""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import bleach  # type: ignore[import-untyped]
import jinja2
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath

from autograder.course import TRAINING, Course, CourseError
from autograder.gradebook.pictures import described, training_html
from autograder.grading.report import ExerciseResult, Report, State, TestResult

LONGEST_MESSAGE = 2000
# What no person wrote, by its length in characters, is shown plain or cut: highlighting takes time with the square of a line's length.
LONGEST_LINE = 1000
LONGEST_CELL = 40_000
# Of one page, in characters; what is beyond is left out. Turning Markdown into HTML takes up to 75 µs a character.
MOST_TEXT = 200_000
MOST_CODE = 400_000
MOST_ATTACHED = 40_000_000
SAME_TEXTS = 500  # how many are remembered: most cells of a notebook are the same for all students
LEFT_OUT = "<p><em>Left out: this page holds more than can be shown.</em></p>"
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
FIGURE = re.compile(r'(<img\b[^>]*?\bsrc=")([\w-]+\.(?:svg|png|jpe?g|gif))(?=")')
NO_ALT = re.compile(r"<img(?![^>]*\balt=)")
SAFE_LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
SAFE_IMAGE = re.compile(r"(data:image/(png|jpeg|gif|svg\+xml);base64,[A-Za-z0-9+/=\s]*|[\w-]+\.(svg|png|jpe?g|gif))\Z")
TABLE = '<table class="table table-bordered table-condensed">'
# What Markdown and our own tables need; none of these can run anything.
TAGS = """
a abbr b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li ol p pre s span strong sub summary sup
table tbody td th thead tr u ul
""".split()  # noqa: SIM905  (forty quoted names read worse)


def exercise_html(report: Report, exercise: str, max_points: float) -> str:
    """The result of one exercise as the output of its grade cell. All text is escaped."""
    result = result_of(report, exercise)
    if result is None:
        return (
            f'<div class="autograder"><strong>{escape(exercise)}</strong> {escape(reason_for(report, exercise))}</div>'
        )
    rows = "".join(_row(test) for test in result.tests)
    table = f"{TABLE}<thead><tr><th>Result</th><th>Points</th><th>Hidden test</th></tr></thead><tbody>{rows}</tbody></table>"
    head = f"<div><strong>{escape(exercise)}: {_points(report, result, max_points)}</strong></div>"
    pictures = "".join(map(training_html, report.training)) if exercise == TRAINING else ""
    return f'<div class="autograder">{head}{table}{_finding(result)}{pictures}</div>'


def exercise_text(report: Report, exercise: str, max_points: float) -> str:
    """The same in plain text."""
    result = result_of(report, exercise)
    if result is None:
        return f"{exercise}: {reason_for(report, exercise)}"
    lines = [f"{exercise}: {_points(report, result, max_points)}"]
    for test in result.tests:
        lines.append(f"{MARKS[test.status]:<24} {test.points:g}/{test.max_points:g}  {test.title}")
        lines += [f"    {line}" for line in test.message[:LONGEST_MESSAGE].splitlines()]
    lines += [described(record) for record in report.training] if exercise == TRAINING else []
    if result.misconception:
        lines += [f"What may have happened: {result.misconception.title}", f"    {result.misconception.hint}"]
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


@jinja2.pass_context
def markdown_to_html(context: jinja2.runtime.Context, source: str) -> str:
    """Stands in nbconvert's `markdown2html`: the same without scripts, and with the figures of the assignment inside.

    nbgrader's pages pass the Markdown of students on unsanitized, whatever `HTMLExporter.sanitize_html` says.
    """
    attachments = context.get("cell", {}).get("attachments", {})
    source = source[:LONGEST_CELL]
    if not _affordable(context, "text", len(source), MOST_TEXT):
        return LEFT_OUT
    if not _affordable(context, "attached", source.count("attachment:") * _length(attachments), MOST_ATTACHED):
        source = source.replace("attachment:", "left-out:")
    try:
        clean = _clean_page(source, attachments)
    except InvalidNotebook:  # an attachment that is not there; stock nbgrader makes no feedback then
        clean = _clean_page(source.replace("(attachment:", "("), {})
    folder = context.get("resources", {}).get("metadata", {}).get("path", "")
    return FIGURE.sub(lambda found: found[1] + (_figure(Path(folder), found[2]) or found[2]), clean)


def _affordable(context: jinja2.runtime.Context, what: str, size: int, most: int) -> bool:
    """Whether a page may hold so much more of something. What it holds is written down in its resources."""
    resources = context.get("resources")
    spent = resources.setdefault("autograder_spent", {}) if isinstance(resources, dict) else {}
    if spent.get(what, 0) + size > most:
        return False
    spent[what] = spent.get(what, 0) + size
    return True


def _length(attachments: Any) -> int:
    """Characters of the longest attachment."""
    parts = [part for bundle in attachments.values() for part in bundle.values()] if attachments else []
    return max((len(part) for part in parts if isinstance(part, str)), default=0)


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
        return f"<pre>{escape(source[:LONGEST_CELL])}</pre>"
    return _highlighted(source, language)


def clean_html(element: object) -> str:
    """Stands in nbconvert's `clean_html`, which shows students the `<tbody>` that its own parser puts into tables."""
    return str(
        bleach.clean(str(element), tags=TAGS, attributes=_is_safe, protocols={"http", "https", "mailto", "data"})
    )


def _clean_page(source: str, attachments: dict[str, Any]) -> str:
    return _clean_with(source, attachments) if attachments else _clean_without(source)


@lru_cache(SAME_TEXTS)
def _clean_without(source: str) -> str:
    return _clean_with(source, {})


def _clean_with(source: str, attachments: dict[str, Any]) -> str:
    renderer = IPythonRenderer(escape=False, attachments=attachments, exclude_anchor_links=True)
    html = clean_html(MarkdownWithMath(renderer=renderer).render(source))
    return NO_ALT.sub('<img alt="No description has been given for this image"', html).replace("<table>", TABLE)


@lru_cache(SAME_TEXTS)
def _highlighted(source: str, language: str | None) -> str:
    return str(Highlight2HTML()(source, language))


def _is_safe(tag: str, name: str, value: str) -> bool:
    if tag == "a" and name == "href":
        return bool(SAFE_LINK.match(value))
    if tag == "img" and name == "src":
        return bool(SAFE_IMAGE.match(value))
    if name == "class":
        return tag in {"div", "span", "pre", "code", "table"}
    return name in {"alt", "title", "align", "width", "height", "start"}


def _figure(folder: Path, name: str) -> str | None:
    """A figure as a data address. Only the instructor's own files: a student could submit a link to any other."""
    try:
        figure = Course.find(folder).source(folder.name) / name
        data = figure.read_bytes()
    except (CourseError, OSError):
        return None
    return f"data:{IMAGE_TYPES[figure.suffix]};base64,{base64.b64encode(data).decode()}"


def _points(report: Report, result: ExerciseResult, max_points: float) -> str:
    if report.status == "grader-error" and result.status == "grader-error":
        return "not graded yet"
    return f"{result.points:g} of {max_points:g} points"


def _row(test: TestResult) -> str:
    lines = test.message[:LONGEST_MESSAGE].splitlines()
    told = "".join(f'<div class="text-muted">{escape(line)}</div>' for line in lines)  # in lines that wrap, unlike code
    return (
        f"<tr><td>{MARKS[test.status]}</td><td>{test.points:g} of {test.max_points:g}</td>"
        f"<td>{escape(test.title)}{told}</td></tr>"
    )


def _finding(result: ExerciseResult) -> str:
    if result.misconception is None:
        return ""
    title, hint = escape(result.misconception.title), escape(result.misconception.hint)
    told = f"<div><strong>What may have happened:</strong> {title}</div><div>{hint}</div>"
    return f'<div class="panel panel-default"><div class="panel-body">{told}</div></div>'
