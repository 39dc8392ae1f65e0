"""The site has a page for everything, needs nothing from elsewhere, can be read on a phone and at night, and gives nothing away."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from autograder.authoring.leaks import leaks_in, read_secrets
from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from tests.support import needs
from tests.support.browser import PHONE, SCHEMES, Scheme, chromium, found_in, opened, violations
from tests.support.mini_course import make_course
from website.building import build, texts_of
from website.front_page import order
from website.mathml import converted

ROOT = Path(__file__).resolve().parents[2]
COURSE = Course(ROOT)
ORDER = order(ROOT)
WIDTHS = (PHONE, 1024, 1400)  # the theme shows one column, two and three
DOCUMENTS = sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FIGURES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("assignments/*/*.svg"))
LOADED = {
    "img": "src",
    "script": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "link": "href",
    "object": "data",
}
LEAKED = "return factor * np.asarray(x)"  # a line of the reference of the small course


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of this course, as `make site` builds it: where anything is warned of, it is not built."""
    site = tmp_path_factory.mktemp("built") / "site"
    done = subprocess.run(
        [sys.executable, "-m", "website", "--out", site], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return site


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, BeautifulSoup]:
    """The pages of the site, by the places of their files."""
    paths = sorted(site.rglob("*.html"))
    return {p.relative_to(site).as_posix(): BeautifulSoup(p.read_text("utf-8"), "html.parser") for p in paths}


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A small course with a README."""
    course = make_course(tmp_path / "course")
    (course.root / "README.md").write_text("# A small course\n")
    shutil.rmtree(course.root / "assignments" / "other")  # has no heading
    return course


# --- what is there --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COURSE.names())
def test_each_assignment_has_a_page_with_its_stubs(name: str, pages: dict[str, BeautifulSoup]) -> None:
    assignment = COURSE.assignment(name)
    page = pages[f"assignments/{name}/{name}.html"]
    assert assignment.title in pages["index.html"].find("article").get_text()
    written = [block.get_text() for block in page.select("div.answer pre")]
    for exercise, text in zip(assignment.exercises, written, strict=True):
        assert all(re.search(rf"(def|class) {function}\b", text) for function in exercise.functions)
        assert "raise NotImplementedError" in text


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_document_has_a_page_that_the_front_page_names(document: str, pages: dict[str, BeautifulSoup]) -> None:
    place = document.removesuffix(".md") + ".html"
    assert pages[place].find("h1")
    assert place in {link["href"] for link in pages["index.html"].find("article").select("a[href]")}


@pytest.mark.parametrize("figure", FIGURES)
def test_each_figure_is_shown(figure: str, pages: dict[str, BeautifulSoup]) -> None:
    folder, _, name = figure.rpartition("/")
    page = pages[f"{folder}/{folder.rpartition('/')[2]}.html"]
    assert any(image["src"].endswith(f"/{name}") and image["alt"] for image in page.select("article img"))


def test_the_front_page_lists_assignments_in_their_order_with_hours_and_points(pages: dict[str, BeautifulSoup]) -> None:
    assert sorted(ORDER) == COURSE.names()
    rows = [[cell.get_text() for cell in row.select("td")] for row in pages["index.html"].select("article tbody tr")]
    declared = [COURSE.assignment(name) for name in ORDER]
    assert [row[1] for row in rows] == [one.title for one in declared]
    assert [row[2] for row in rows] == [f"{one.minutes / 60:.2g}" for one in declared]
    assert [sum(map(int, re.findall(r"\d+", row[3]))) for row in rows] == [100] * len(declared)


def test_formulas_are_shown_and_not_spelled_out(pages: dict[str, BeautifulSoup]) -> None:
    shown = {place: len(page.select("math")) for place, page in pages.items() if place.startswith("assignments/")}
    assert all(shown.values()), shown
    for page in pages.values():
        for code in page.select("article pre, article code"):
            code.decompose()
        assert not re.search(r"\$\S|\\[a-z]{2,}", page.find("article").get_text() if page.find("article") else "")


# --- links ----------------------------------------------------------------------------------------------------


def broken(site: Path, pages: dict[str, BeautifulSoup]) -> set[str]:
    """Links and loaded files of pages that lead nowhere."""
    found = set()
    ids = {place: {tag["id"] for tag in page.select("[id]")} for place, page in pages.items()}
    for place, page in pages.items():
        for tag in page.select("[href], [src]"):
            address = urlsplit(tag.get("href") or tag.get("src"))
            if address.scheme or address.netloc:
                continue
            target = (site / place).parent / unquote(address.path) if address.path else site / place
            name = target.resolve().relative_to(site.resolve()).as_posix()
            is_there = target.is_file() and (not address.fragment or name not in ids or address.fragment in ids[name])
            found |= set() if is_there else {f"{place}: {tag.get('href') or tag.get('src')}"}
    return found


def test_links_within_the_site_lead_somewhere(site: Path, pages: dict[str, BeautifulSoup]) -> None:
    assert broken(site, pages) == set()


def test_a_link_that_leads_nowhere_is_seen(site: Path) -> None:
    page = BeautifulSoup('<a href="gone.html">x</a><a href="#gone">y</a><a href="index.html#gone">z</a>', "html.parser")
    assert len(broken(site, {"index.html": page})) == 3


def from_elsewhere(site: Path, pages: dict[str, BeautifulSoup]) -> set[str]:
    """Addresses outside the site that a page loads by itself: by a tag, or by a style."""
    loaded = {str(tag.get(name, "")) for page in pages.values() for kind, name in LOADED.items() for tag in page(kind)}
    styles = [path.read_text("utf-8") for path in sorted(site.rglob("*.css"))]
    styles += [tag.get_text() for page in pages.values() for tag in page("style")]
    styles += [tag["style"] for page in pages.values() for tag in page.select("[style]")]
    loaded |= {url for style in styles for url in re.findall(r"""(?:url\(|@import)\s*["']?([^"')\s;]+)""", style)}
    return {url for url in loaded if urlsplit(url).scheme not in {"", "data"} or urlsplit(url).netloc}


def test_nothing_is_loaded_from_elsewhere(site: Path, pages: dict[str, BeautifulSoup]) -> None:
    assert from_elsewhere(site, pages) == set()


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://a.example/x.js"></script>',
        '<link rel="stylesheet" href="//a.example/x.css">',
        '<style>@import "https://a.example/x.css"</style>',
        '<p style="background: url(https://a.example/x.png)">x</p>',
    ],
)
def test_what_is_loaded_from_elsewhere_is_seen(html: str, tmp_path: Path) -> None:
    assert len(from_elsewhere(tmp_path, {"index.html": BeautifulSoup(html, "html.parser")})) == 1


# --- what is refused ------------------------------------------------------------------------------------------


def test_a_warning_is_an_error_and_leaves_the_site_as_it_was(course: Course, tmp_path: Path) -> None:
    site = build(course, tmp_path / "site")
    before = (site / "README.html").read_bytes()
    (course.root / "README.md").write_text("# Other\n\nSee [this](#nowhere).\n")
    with pytest.raises(CourseError, match="nowhere"):
        build(course, site)
    assert (site / "README.html").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_that_is_no_site_is_not_replaced(course: Course, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "thesis.txt").write_text("x")
    with pytest.raises(CourseError, match="no site that could be replaced"):
        build(course, tmp_path / "work")
    assert (tmp_path / "work" / "thesis.txt").is_file()


@pytest.mark.parametrize(
    ("written", "place"),
    [
        (f"```python\nif x:\n    {LEAKED}\n```", "manual.md"),
        ("**Because** adding equals means *multiplying* by their number.", "manual.html"),
        ("It was **answered:** *Because* they are equal, they are of one kind.", "manual.md"),
    ],
    ids=["code", "a model answer with words in bold", "words in bold of a model answer"],
)
def test_a_secret_in_a_manual_is_refused(course: Course, tmp_path: Path, written: str, place: str) -> None:
    """Marks of the text hide nothing, whether the secret has them or the manual."""
    text = course.root / "assignments" / "tiny" / "tiny.md"
    edited = text.read_text().replace(
        "### END", "It was **answered:** *Because* they are equal, they are of one kind.\n### END"
    )
    text.write_text(edited)
    (course.root / "docs").mkdir()
    (course.root / "docs" / "manual.md").write_text(f"# Manual\n\n{written}\n")
    with pytest.raises(CourseError, match=rf"get what they must not: docs/{place} .*tiny"):
        build(course, tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_a_secret_in_a_notebook_is_refused(course: Course, tmp_path: Path) -> None:
    text = course.root / "assignments" / "tiny" / "tiny.md"
    text.write_text(text.read_text().replace("It holds", f"`{LEAKED}`. It holds"))
    with pytest.raises(CourseError, match=r"tiny\.ipynb.*solutions/tiny/reference\.py"):
        build(course, tmp_path / "site")


PLANTED = {
    "colours in code": ("tiny.html", "<pre><span>return</span> factor <b>*</b> <i>np</i>.<i>asarray</i>(x)</pre>"),
    "a word in two colours": ("tiny.html", "<pre><i>ret</i>urn factor * np.asarray(x)</pre>"),
    "a row of a table": (
        "tiny.html",
        "<td>return</td><td>factor</td><td>*</td><td>np</td>.<td>asarray</td>(<td>x</td>)",
    ),
    "a title": ("tiny.html", f'<a title="{LEAKED}">x</a>'),
    "a comment": ("tiny.html", f"<!-- {LEAKED} -->"),
    "a file to download": ("_downloads/x/notes.py", LEAKED),
    "a copy of the text": ("_sources/tiny.md.txt", LEAKED),
}


@pytest.mark.parametrize("place", sorted(PLANTED))
def test_a_secret_is_found_wherever_it_stands(course: Course, tmp_path: Path, place: str) -> None:
    name, content = PLANTED[place]
    path = tmp_path / "site" / name
    path.parent.mkdir(parents=True)
    path.write_text(content)
    assert leaks_in(read_secrets(course), dict(texts_of(tmp_path / "site")))


def test_search_and_the_list_of_headings_are_read_as_well(course: Course, tmp_path: Path) -> None:
    """In the one, signs may be escaped; the other is compressed."""
    (course.root / "README.md").write_text("# Größe * np.asarray(x)\n")
    texts = dict(texts_of(build(course, tmp_path / "site")))
    (course.suite("tiny") / "test_more.py").write_text("Größe * np.asarray(x)\n")
    leaks = leaks_in(read_secrets(course), texts)
    assert {leak.path for leak in leaks} >= {"README.html", "searchindex.js.json", "objects.inv"}


@pytest.mark.parametrize(
    "target",
    ["course/secret", "gone.md", "solutions/tiny/reference.py", "tests/hidden/tiny/test_double.py", "../else.md"],
)
def test_a_link_to_what_no_site_may_show_is_refused(course: Course, tmp_path: Path, target: str) -> None:
    (course.root / "course").mkdir()
    (course.root / "course" / "secret").write_text("x")
    (course.root.parent / "else.md").write_text("x")
    (course.root / "README.md").write_text(f"# Small\n\n[this]({target})\n")
    with pytest.raises(CourseError, match="no file that a site may show"):
        build(course, tmp_path / "site")


@pytest.mark.parametrize("tex", [r"\unknown x", r"\left( x", r"\begin{gone} a & b \end{gone}"])
def test_a_formula_that_cannot_be_shown_is_an_error(tex: str) -> None:
    with pytest.raises(ValueError, match="cannot be shown"):
        converted(tex, as_block=True)


# --- in a browser ---------------------------------------------------------------------------------------------

OPENED = "for (const hint of page.querySelectorAll('details')) hint.open = true;"
SIDEWAYS = (
    """(window, page) => {"""
    + OPENED
    + """
  const wide = page.documentElement.clientWidth;
  // Something within the article may be moved by itself; that the theme lets all of the article move does not count.
  const scrolls = (tag) => tag && tag.tagName !== "ARTICLE"
    && (/auto|scroll/.test(window.getComputedStyle(tag).overflowX) || scrolls(tag.parentElement));
  const cut = [...page.querySelectorAll("article *")].filter(
    (tag) => tag.getBoundingClientRect().right > wide + 1 && !scrolls(tag.parentElement));
  return { by: page.documentElement.scrollWidth - wide, cut: cut.slice(0, 3).map((tag) => tag.outerHTML.slice(0, 200)) };
}"""
)
AT_NIGHT = (
    """(window, page) => {"""
    + OPENED
    + """
  page.body.dataset.theme = "dark";
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => parts(colour).slice(0, 3).map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const solid = (tag) => (parts(window.getComputedStyle(tag).backgroundColor)[3] ?? 1) === 1;
  const behind = (tag) => !tag || solid(tag) ? tag : behind(tag.parentElement);
  const contrast = (tag) => {
    const [dark, bright] = [tag, behind(tag)].map((each, at) => light(
      window.getComputedStyle(each)[at ? "backgroundColor" : "color"])).sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const faint = {};
  for (const tag of page.querySelectorAll("article *")) {
    const says = [...tag.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const shown = tag.getClientRects().length && window.getComputedStyle(tag).visibility === "visible";
    if (says && shown && contrast(tag) < 4.5) faint[tag.outerHTML.slice(0, 120)] = contrast(tag);
  }
  const figures = [...page.querySelectorAll("article img")].map((image) =>
    image.naturalWidth > 0 && solid(image) && light(window.getComputedStyle(image).backgroundColor) > 0.8);
  return { dark: light(window.getComputedStyle(page.body).backgroundColor) < 0.05, faint, figures };
}"""
)
FOUND = """async (window, page) => {
  for (let look = 0; look < 1000 && !/finished/.test(page.querySelector("#search-results").innerText); look++)
    await new Promise((next) => setTimeout(next, 100));
  const loaded = [...page.querySelectorAll("[src], link[href]")].map((tag) => tag.src ?? tag.href);  // scripts add some
  return { links: [...page.querySelectorAll("#search-results li a")].map((link) => link.pathname), loaded };
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def seen_on(browser: Browser, site: Path, pages: Iterable[str], script: str, **options: Any) -> dict[str, Any]:
    """What a script finds on each of the pages."""
    return {place: found_in(browser, (site / place).as_uri(), script, **options) for place in sorted(pages)}


@pytest.mark.browser
@needs.BROWSER
@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_moves_sideways(browser: Browser, site: Path, pages: dict[str, BeautifulSoup], width: int) -> None:
    places = pages if width == PHONE else sorted(pages)[::6]  # what a page has beside its text is the same everywhere
    seen = seen_on(browser, site, places, SIDEWAYS, width=width)
    assert {place: each for place, each in seen.items() if each["by"] or each["cut"]} == {}


@pytest.mark.browser
@needs.BROWSER
def test_text_and_figures_can_be_read_at_night(browser: Browser, site: Path, pages: dict[str, BeautifulSoup]) -> None:
    seen = seen_on(browser, site, pages, AT_NIGHT, scheme="dark")
    assert {place: each["faint"] for place, each in seen.items() if each["faint"]} == {}
    assert all(each["dark"] and all(each["figures"]) for each in seen.values())
    assert sum(len(each["figures"]) for each in seen.values()) > len(FIGURES)


@pytest.mark.browser
@needs.BROWSER
def test_search_works_where_the_site_is_opened_as_files(browser: Browser, site: Path) -> None:
    seen = found_in(browser, f"{(site / 'search.html').as_uri()}?q=momentum", FOUND)
    assert any(link.endswith("assignments/optimizers/optimizers.html") for link in seen["links"])
    assert seen["loaded"]
    assert all(name.startswith(site.as_uri()) for name in seen["loaded"])


@pytest.mark.browser
@needs.BROWSER
def test_what_is_too_wide_or_too_faint_is_seen(browser: Browser, tmp_path: Path) -> None:
    places = {
        "wide": '<article><p style="width: 400px">x</p></article>',
        "cut": '<div style="overflow: auto"><article><p style="width: 400px">x</p></article></div>',
        "scrolls": '<article><div style="overflow-x: auto"><p style="width: 400px">x</p></div></article>',
        "faint": '<body style="background: #000"><article style="color: #333"><p>x</p><img src="gone.svg"></article>',
    }
    for place, html in places.items():
        (tmp_path / place).with_suffix(".html").write_text(f"<!doctype html>{html}")
    seen = seen_on(browser, tmp_path, (f"{place}.html" for place in places), SIDEWAYS, width=PHONE)
    assert seen["wide.html"]["by"] > 0
    assert not seen["cut.html"]["by"]
    assert seen["wide.html"]["cut"]
    assert seen["cut.html"]["cut"]
    assert seen["scrolls.html"] == {"by": 0, "cut": []}
    (faint,) = seen_on(browser, tmp_path, ["faint.html"], AT_NIGHT).values()
    assert faint["dark"]
    assert list(faint["faint"]) == ["<p>x</p>"]
    assert faint["figures"] == [False]


@pytest.mark.browser
@needs.BROWSER
@pytest.mark.parametrize(
    "place", ["index.html", "assignments/optimizers/optimizers.html", "docs/assignments.html", "docs/training.html"]
)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_screen_reader_and_weak_eyes_can_read_a_page(
    browser: Browser, site: Path, place: str, scheme: Scheme
) -> None:
    """What stands beside the article is the theme's."""
    assert violations(opened(browser, (site / place).as_uri(), scheme=scheme), within="article") == []
