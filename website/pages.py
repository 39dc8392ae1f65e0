"""What Sphinx reads: the released notebooks as pages, the documents of the repository, and the files that these link to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

from autograder.authoring.generate import released
from autograder.authoring.leaks import Secret
from autograder.course.assignment import Assignment, CourseError
from autograder.course.folders import Course
from website.front_page import front_page, in_order

# Which list of the front page shows which documents, in their order; the last also shows those that others link to.
LISTS = {
    "Manuals": ("README.md", "docs/assignments.md", "docs/*.md"),
    "Decisions": ("docs/decisions/*.md",),
    "Project": ("CONTRIBUTING.md", "CHANGELOG.md"),
}


def write_pages(course: Course, secrets: list[Secret], folder: Path) -> None:
    """Write all pages below `folder`, where they lie as in the repository, so that links between them hold."""
    assignments = in_order(map(course.assignment, course.names()), course.root)
    for one in assignments:
        _write_assignment(one, released(course, one.name, secrets), folder / "assignments" / one.name)
    lists = _documents(course.root)
    shown = [path for paths in lists.values() for path in paths]
    linked = _linked(shown, course.root)
    lists["Project"] += [path for path in linked if path.suffix == ".md"]
    for path in (*shown, *linked):
        copy = folder / path.relative_to(course.root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    names = {
        caption: [path.relative_to(course.root).with_suffix("").as_posix() for path in paths]
        for caption, paths in lists.items()
    }
    (folder / "index.md").write_text(front_page(assignments, names), encoding="utf-8")


def _documents(root: Path) -> dict[str, list[Path]]:
    """The documents of each list."""
    found = {
        caption: [path for pattern in patterns for path in sorted(root.glob(pattern))]
        for caption, patterns in LISTS.items()
    }
    return {caption: list(dict.fromkeys(paths)) for caption, paths in found.items()}


def _write_assignment(assignment: Assignment, files: dict[str, bytes], folder: Path) -> None:
    """The page of an assignment, with its figures beside it; the starter code is no part of the site."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        if name != assignment.notebook_name and not name.startswith("starter_code/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    notebook = json.loads(files[assignment.notebook_name])
    (folder / f"{assignment.name}.md").write_text(page_of(notebook), encoding="utf-8")


def page_of(notebook: dict[str, Any]) -> str:
    """A notebook as MyST text, cell by cell."""
    return "\n\n".join(map(_cell, notebook["cells"])) + "\n"


def _cell(cell: dict[str, Any]) -> str:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return source
    graded = cell["metadata"].get("nbgrader", {})
    caption = ":caption: You write this\n:class: answer\n" if graded.get("solution") else ""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall(r"`{3,}", source))])  # longer than any inside
    return f"{fence}{{code-block}} ipython3\n{caption}\n{source}\n{fence}"


def _linked(pages: list[Path], root: Path) -> list[Path]:
    """The files that the documents `pages` link to, and those that these link to, without the documents themselves."""
    found: list[Path] = []
    waiting = list(pages)
    while waiting:
        page = waiting.pop(0)
        for target in _targets(page.read_text(encoding="utf-8")):
            path = (page.parent / target).resolve()
            _refuse_private(page, path, root)
            if path not in pages and path not in found:
                found.append(path)
                waiting += [path] if path.suffix == ".md" else []
    return found


def _targets(text: str) -> Iterator[str]:
    """The paths of files in links and pictures of a document."""
    tokens = list(MarkdownIt().parse(text))
    for token in tokens:  # grows by what stands within paragraphs
        tokens += token.children or []
        target = urlsplit(str(token.attrs.get("href", token.attrs.get("src", ""))))
        if target.path and not target.scheme:
            yield unquote(target.path)


def _refuse_private(page: Path, target: Path, root: Path) -> None:
    """Raise CourseError where a page links to what no site may show, or to nothing."""
    inside = target.relative_to(root).parts if target.is_relative_to(root) else ("..",)
    if not target.is_file() or inside[0] in {"..", "course", "solutions"} or inside[:2] == ("tests", "hidden"):
        raise CourseError(f"{page.relative_to(root)} links to {target}, which is no file that a site may show.")
