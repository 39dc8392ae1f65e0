"""Runs Sphinx on the pages, and refuses a site that says what students must not know. Called by `python -m website`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from autograder.authoring.leaks import Secret, leaks_in, read_secrets, refusal
from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from website.pages import write_pages

HERE = Path(__file__).resolve().parent
SEARCH_INDEX = "searchindex.js"  # a call, with what search looks at as JSON
INVENTORY = "objects.inv"  # headings, compressed after four lines


def build(course: Course, site: Path) -> Path:
    """Build the site into the folder `site`, in place of what was there, and return it.

    Raises CourseError, and leaves the folder as it is, where Sphinx warns of something or a page gives something away.
    """
    if site.exists() and not (site / SEARCH_INDEX).is_file():
        raise CourseError(f"{site} is there, and is no site that could be replaced; name another folder.")
    site.parent.mkdir(parents=True, exist_ok=True)
    secrets = read_secrets(course)
    with TemporaryDirectory(dir=site.parent, prefix=f".{site.name}.") as made:
        pages, built = Path(made, "pages"), Path(made, "site")
        pages.mkdir()
        write_pages(course, secrets, pages)
        _refuse_leaks(secrets, pages)  # as authors write, with marks for headings and bold words,
        _run_sphinx(pages, built, Path(made, "doctrees"))
        _refuse_leaks(secrets, built)  # and as readers see it, without them
        if site.exists():
            shutil.rmtree(site)
        built.rename(site)
    return site


def _refuse_leaks(secrets: list[Secret], folder: Path) -> None:
    if leaks := leaks_in(secrets, dict(texts_of(folder))):
        raise CourseError(refusal(leaks))


def texts_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a site, or of what it is made from, by name; what browsers unpack, unpacked."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name, content = path.relative_to(folder).as_posix(), path.read_bytes()
        if name == SEARCH_INDEX:
            yield f"{name}.json", content.removeprefix(b"Search.setIndex(").removesuffix(b")")
        elif name == INVENTORY:
            yield name, zlib.decompress(content.split(b"\n", 4)[4])
        else:
            yield name, content


def _run_sphinx(pages: Path, built: Path, doctrees: Path) -> None:
    """A process of its own, since Sphinx changes much of the one that it runs in; each warning is an error."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
    folders = ["-c", str(HERE), "-d", str(doctrees), str(pages), str(built)]
    paths = os.pathsep.join(filter(None, [str(HERE.parent), os.environ.get("PYTHONPATH", "")]))
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run([*command, *folders], check=False, capture_output=True, text=True, env=environment)  # noqa: S603
    if done.returncode:
        raise CourseError(f"Sphinx cannot build the site:\n{done.stderr.strip()}")
