"""Would students get a line of an answer or of a hidden test? Asked by `build`, by nbgrader before a release, and of pages.

Secret are: the references of all assignments but for what their stubs show, everything else in `solutions/`, every file
of a hidden suite, and the model answers of manual questions. Lines are compared by their words and signs alone, so that
a change of indentation, spacing, quotes, line breaks or comments hides nothing; a line counts also inside a longer one.

Some lines say too little to be a secret. These count:
- code that names three things or more, in strings too, or two and has an operator. Keywords, built-ins and imports name
  nothing, long numbers do. A `for` without an operator does not count: it only goes over what is there. Nor does a line
  of a signature that holds a parameter and its type, as any function of the course may have it;
- in model answers, lines of four words or more.
Comments, docstrings and the messages of hidden tests do not count: suites are to use the words that students know.
"""

from __future__ import annotations

import ast
import base64
import binascii
import builtins
import contextlib
import html
import json
import keyword
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from autograder.authoring.answers import function_texts
from autograder.authoring.code_lines import code_lines
from autograder.course.folders import Course
from autograder.course.stubs import BEGIN, CODE_STUB, END, strip_solutions

WORD = re.compile(r"[^\W\d]\w*|\d[\w.]*|[^\w\s\\]")  # a backslash ties lines together, no more
NAME = re.compile(r"[^\W\d]\w*")
LONG_NUMBER = re.compile(r"\d[\d.]{3,}")
STRING = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
PARAMETER = re.compile(r"\s*\w+: [\w.\[\], |]+,\s*")
OPERATOR = re.compile(r"[-+*/@%<>&|^~]|==|!=")
BASE64 = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")
NAMES_NOTHING = {*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "self"}
EDGES = set('()[]{},:."')
PROSE_WORDS = 4


@dataclass(frozen=True)
class Secret:
    """A line that students must not get, where it stands, and its words and signs."""

    origin: str
    line: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Leak:
    """A secret line in something that students get."""

    path: str
    place: str  # where in the file, e.g. "cell 4, source"; empty in a plain file
    secret: Secret

    def __str__(self) -> str:
        """One clause that names both places."""
        where = f"{self.path} ({self.place})" if self.place else self.path
        return f"{where} contains {self.secret.origin}: {self.secret.line!r}"


def find_leaks(course: Course, folder: Path) -> list[Leak]:
    """All secret lines of the course in the files below `folder`, such as nbgrader's release folder."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return leaks_in(read_secrets(course), {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths})


def leaks_in(secrets: Iterable[Secret], files: Mapping[str, bytes]) -> list[Leak]:
    """The secrets in `files` (name -> content): in every string of a notebook, in the text of every other file."""
    by_start: dict[tuple[str, ...], list[Secret]] = {}
    for secret in secrets:
        by_start.setdefault(secret.words[:3], []).append(secret)
    found: dict[Leak, None] = {}  # keeps the order, drops repetitions
    for path, content in files.items():
        for place, text in _texts(path, content):
            words = _words(text)
            for start in range(len(words)):
                for secret in by_start.get(tuple(words[start : start + 3]), ()):
                    if tuple(words[start : start + len(secret.words)]) == secret.words:
                        found[Leak(path, place, secret)] = None
    return list(found)


def refusal(leaks: list[Leak]) -> str:
    """The sentence that refuses to release `leaks`."""
    more = f" (and {len(leaks) - 1} more)" if len(leaks) > 1 else ""
    return f"Students would get what they must not: {leaks[0]}{more}. Reword one of the two, then build again."


def read_secrets(course: Course) -> list[Secret]:
    """Every line of the course that students must not get."""
    secrets: list[Secret] = []
    public: set[tuple[str, ...]] = set()
    for path in sorted((course.root / "solutions").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        secrets += _of_code(path.relative_to(course.root).as_posix(), text, messages=True)
        if path.name == "reference.py":
            public |= {_trimmed(line) for line in _shown(text, path)}
    for path in sorted((course.root / "tests" / "hidden").rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            text = path.read_text(encoding="utf-8", errors="replace")
            secrets += _of_code(path.relative_to(course.root).as_posix(), text, messages=False)
    for name in course.names():
        secrets += _of_questions(course, name)
    return [secret for secret in secrets if secret.words not in public]


def _of_code(where: str, text: str, *, messages: bool) -> Iterator[Secret]:
    for number, line in code_lines(text):
        if _says_something(line, messages=messages):
            yield Secret(f"line {number} of {where}", line.strip(), _trimmed(line))


def _of_questions(course: Course, assignment: str) -> Iterator[Secret]:
    for cell in course.assignment(assignment).cells:
        if cell.role == "question":
            inside = BEGIN not in cell.source  # with no region nbgrader strips the whole cell
            for line in cell.source.splitlines():
                if BEGIN in line or END in line:
                    inside = BEGIN in line
                elif inside and len(NAME.findall(line)) >= PROSE_WORDS:
                    yield Secret(
                        f"the model answer of question '{cell.name}' of {assignment}", line.strip(), _trimmed(line)
                    )


def _shown(text: str, path: Path) -> Iterator[str]:
    """The lines that the stubs of a reference show: signatures and docstrings of functions and classes that hold a solution."""
    for function in function_texts(ast.parse(text), text).values():
        if BEGIN in function:
            yield from strip_solutions(function, CODE_STUB, str(path)).splitlines()


def _says_something(line: str, *, messages: bool) -> bool:
    if line.lstrip().startswith(("import ", "from ")) or PARAMETER.fullmatch(line):
        return False
    bare = STRING.sub(" ", line).replace("->", " ").lstrip().lstrip("@")
    named = (set(NAME.findall(bare)) - NAMES_NOTHING) | set(LONG_NUMBER.findall(bare))
    if named or messages:
        named |= set(NAME.findall(line)) - NAMES_NOTHING
    enough = 2 if OPERATOR.search(bare) else 3
    loop = line.lstrip().startswith("for ") and enough == 3  # noqa: PLR2004
    return len(named) >= enough and not loop


def _words(text: str) -> list[str]:
    return WORD.findall(text.replace("'", '"'))


def _trimmed(line: str) -> tuple[str, ...]:
    """The words of a line without the signs at its ends, which only tie it to its neighbours."""
    words = _words(line)
    inner = [index for index, word in enumerate(words) if word not in EDGES]
    return tuple(words[inner[0] : inner[-1] + 1]) if inner else ()


def _texts(path: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Every text of a file with its place, and what hides in it as HTML or base64."""
    raw = content.decode("utf-8", errors="replace")
    texts = [("", raw)]
    if path.endswith(".html"):
        texts += [("text", text) for text in _without_tags(raw)]
    elif path.endswith((".ipynb", ".json")):
        with contextlib.suppress(ValueError):  # broken JSON is a text like any other
            texts = list(_strings(json.loads(raw), ()))
    for place, text in texts:
        yield place, html.unescape(text)
        for run in BASE64.findall(text) + BASE64.findall("".join(text.split())):
            try:
                yield place, base64.b64decode(run).decode("utf-8")
            except (binascii.Error, UnicodeDecodeError):
                continue


class _Shown(HTMLParser):
    """Collects what a page shows, piece by piece."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.feed(page)
        self.close()

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


def _without_tags(page: str) -> Iterator[str]:
    """What a page shows; a tag may stand within a word, as colours of code do, or between two, as in a table."""
    pieces = _Shown(page).pieces
    yield from ("".join(pieces), " ".join(pieces))


def _strings(value: Any, place: tuple[str | int, ...]) -> Iterator[tuple[str, str]]:
    """Every string of a JSON value, keys included; lists of strings are one text, as notebooks write them."""
    if isinstance(value, str):
        yield _named(place), value
    elif isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        yield _named(place), "".join(value)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _strings(item, (*place, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield _named(place), key
            yield from _strings(item, (*place, key))


def _named(place: tuple[str | int, ...]) -> str:
    """A place in a notebook as people count: `("cells", 3, "source")` is "cell 4, source"."""
    if place[:1] == ("cells",) and len(place) > 1:
        return ", ".join(filter(None, [f"cell {int(place[1]) + 1}", ".".join(map(str, place[2:]))]))
    return ".".join(map(str, place))
