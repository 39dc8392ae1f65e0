"""A feedback page as browsers show it: on a phone, in the dark, on paper, and to a screen reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support import needs
from tests.support.browser import DESK, PHONE, SCHEMES, Scheme, chromium, opened, violations
from tests.support.feedback_pages import DOUBLE, REPORT, SHIFT, TESTS, html, marked

pytestmark = [pytest.mark.browser, needs.BROWSER]

WIDE = "f" * 200
LONG = f"def double(x):\n    return {WIDE}  # {WIDE}\n" + "    # a line\n" * 60
TEXT = f"""# A heading

$$ {" + ".join(f"x_{{{n}}}" for n in range(60))} $$

| {" | ".join(f"column {n}" for n in range(20))} |
|{"---|" * 20}
| {" | ".join("number" for _ in range(20))} |

{WIDE} ![a picture](data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==)
"""
WIDTHS = (PHONE, DESK)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a student with whatever is wide: code, a formula, a table, words, names, messages and pictures."""
    folder = tmp_path_factory.mktemp("page")
    wide = replace(TESTS[1], title=f"A {WIDE}", message=f"{WIDE} is off")
    report = replace(REPORT, exercises=(replace(DOUBLE, tests=(TESTS[0], wide)), SHIFT, REPORT.exercises[2]))
    rows = replace(marked(comment=TEXT, why=12.0), penalty=5.0)
    made = html(folder, report=report, rows=rows, student="a-student-" * 9, answer_double=LONG, why=TEXT)
    (folder / "page.html").write_text(made, encoding="utf-8")
    return folder / "page.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_does_not_scroll_sideways_and_what_is_wide_does_so_by_itself(
    browser: Browser, path: Path, width: int
) -> None:
    page = opened(browser, path.as_uri(), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate("(e => e.scrollWidth > e.clientWidth)(document.querySelector('.code'))")


def test_it_is_dark_where_people_prefer_that(browser: Browser, path: Path) -> None:
    colours = {
        scheme: opened(browser, path.as_uri(), scheme=scheme).evaluate(
            "getComputedStyle(document.body).backgroundColor"
        )
        for scheme in SCHEMES
    }
    dark, light = (sum(map(int, re.findall(r"\d+", colours[scheme]))) for scheme in ("dark", "light"))
    assert light > 700
    assert dark < 150


def test_on_paper_it_is_a_handful_of_pages_and_no_line_of_code_is_cut(browser: Browser, path: Path) -> None:
    page = opened(browser, path.as_uri(), scheme="dark")
    printed = page.pdf(format="A4")
    assert 1 < len(re.findall(rb"/Type\s*/Page\b", printed)) <= 6
    page.set_viewport_size({"width": 680, "height": 900})
    page.emulate_media(media="print")
    assert page.evaluate("(e => e.scrollWidth <= e.clientWidth)(document.querySelector('.code'))")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_screen_reader_and_weak_eyes_can_read_it(browser: Browser, path: Path, scheme: Scheme, width: int) -> None:
    assert violations(opened(browser, path.as_uri(), scheme=scheme, width=width)) == []


def test_a_browser_loads_nothing_but_the_page_and_shows_formulas_as_such(browser: Browser, path: Path) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    sizes = page.evaluate("[...document.querySelectorAll('math msub')].map(e => e.getBoundingClientRect().height)")
    assert len(sizes) > 60
    assert min(sizes) > 5


def test_headings_go_down_one_step_at_a_time(path: Path) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", path.read_text())]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("width", WIDTHS)
def test_tables_are_tables_however_they_are_laid_out(browser: Browser, path: Path, width: int) -> None:
    table = opened(browser, path.as_uri(), width=width).get_by_role("table").first
    assert [table.get_by_role(role).count() for role in ("row", "columnheader", "rowheader", "cell")] == [5, 3, 4, 8]  # type: ignore[arg-type]
