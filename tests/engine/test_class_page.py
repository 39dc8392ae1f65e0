"""The page of a class: what is on it, that no student's text does anything, what is left out without names, and how a browser shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from autograder.course.report import Finding, TestResult, summarise
from autograder.reporting.class_page import page_of_class, shade
from autograder.reporting.class_rows import anonymous
from autograder.reporting.class_values import ClassResults, Grades, Member
from tests.support import needs
from tests.support.browser import PHONE, SCHEMES, Scheme, chromium, found_in, opened, violations
from tests.support.synthetic_class import FINDINGS, REASON, synthetic_class

NOW = datetime(2030, 1, 11, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}\u202e"
SECTIONS = ["misconceptions", "points", "exercises", "tests", "waiting", "students", "reading"]


def soup_of(results: ClassResults, *, without_names: bool = False) -> BeautifulSoup:
    return BeautifulSoup(page_of_class(results, NOW, without_names=without_names), "html.parser")


@pytest.fixture(scope="module")
def results() -> ClassResults:
    return synthetic_class(200)


@pytest.fixture(scope="module")
def page(results: ClassResults) -> str:
    return page_of_class(results, NOW)


@pytest.fixture(scope="module")
def soup(page: str) -> BeautifulSoup:
    return BeautifulSoup(page, "html.parser")


def table(soup: BeautifulSoup, label: str) -> list[list[str]]:
    """The lines of the table in the region of this name."""
    region = soup.find(attrs={"role": "region", "aria-label": label})
    return [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])] for row in region.select("tbody > tr")
    ]


# --- what is on it -------------------------------------------------------------------------------------------------------


def test_it_begins_with_what_to_look_at(soup: BeautifulSoup) -> None:
    numbers = {each.dt.text: each.dd.text for each in soup.select(".numbers div")}
    assert numbers["handed in"] == "194 of 200"
    assert numbers["graded"] == "190"
    advice = [each.get_text(" ", strip=True) for each in soup.select(".advice li")]
    assert advice[0].startswith("The most frequent mistake: The variance is used in place of its root.")
    assert any(each.startswith("2 hidden tests look faulty.") for each in advice)
    assert [each["href"] for each in soup.select(".advice a")] == [
        f"#{name}" for name in ("misconceptions", "exercises", "exercises", "unnamed", "tests", "waiting", "waiting")
    ]


def not_attempted(test: TestResult) -> TestResult:
    return replace(test, status="not-attempted", points=0.0)


def test_what_only_one_has_or_several_share_is_not_called_the_most(results: ClassResults) -> None:
    graded = [(each, each.report) for each in results.members if each.report and each.report.status == "graded"]
    named = next(one for one, report in graded if any(each.misconception for each in report.exercises))
    other, report = graded[-1]
    blank = tuple(
        summarise(each.name, each.max_points, tuple(map(not_attempted, each.tests)), None) for each in report.exercises
    )
    members = [named, replace(other, report=replace(report, exercises=blank))]
    soup = soup_of(replace(results, members=tuple(members)))
    advice = [each.get_text(" ", strip=True) for each in soup.select(".advice li")]
    assert advice[0].startswith("No two students have made the same mistake, of those that have a name.")
    (left,) = (sentence for sentence in advice if sentence.startswith("Left out most often"))
    assert re.match(r"Left out most often: \w+ and \d others?, by 1 student\.", left)


def test_each_link_within_the_page_leads_somewhere(soup: BeautifulSoup) -> None:
    ids = [each["id"] for each in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    targets = {each["href"][1:] for each in soup.select('a[href^="#"]')}
    assert targets <= set(ids)
    assert set(SECTIONS) <= targets
    assert {name[1:-1] for name in re.findall(r"url\(#(.*?)\)", str(soup))} <= {name[1:-1] for name in ids}


def test_misconceptions_are_listed_with_how_many_and_who(soup: BeautifulSoup, results: ClassResults) -> None:
    lines = table(soup, "Misconceptions")
    having = {
        finding.title: [
            m for m in results.members if m.report and any(e.misconception == finding for e in m.report.exercises)
        ]
        for findings in FINDINGS.values()
        for finding in findings
        if not finding.is_pattern
    }
    counted = [int(line[1].split()[0]) for line in lines]
    assert counted == sorted(counted, reverse=True)
    for label, number, title, _, who in lines:
        those = next(some for known, some in having.items() if title.startswith(known))
        assert number.startswith(f"{len(those)} of ")
        assert f"{len(those)} students" in who
        links = [each["href"] for each in soup.find(id=label).select(".people a")]
        assert links == [member.link for member in those]


def test_failures_without_a_name_are_counted_and_can_be_read(soup: BeautifulSoup) -> None:
    for _, losing, named, pattern, unnamed, _, who in table(soup, "Failures by exercise"):
        assert int(losing) == int(named) + int(pattern) + int(unnamed)
        assert f"{unnamed} students" in who


def test_a_student_without_a_page_is_named_without_a_link(results: ClassResults) -> None:
    members = tuple(replace(member, link="") for member in results.members)
    soup = soup_of(replace(results, members=members))
    assert not soup.select(".people a, #student-lines th a")
    assert soup.select_one("#student-lines th").get_text(strip=True) == "student-0000"


def test_who_waits_for_what_is_listed_with_the_reason(soup: BeautifulSoup) -> None:
    lines = {line[0]: line[1:] for line in table(soup, "Who waits")}
    assert list(lines) == [
        "The grader failed",
        "Written answer \u201cwhy\u201d",
        "Cannot be graded",
        "Nothing handed in",
    ]
    assert lines["The grader failed"][0] == "Not their fault: grade again. autograder grade-class tiny"
    assert lines["Cannot be graded"][1].count(REASON) == 2
    assert "student-0007" in lines["Nothing handed in"][1]


def test_the_table_of_students_has_a_line_for_each(soup: BeautifulSoup, results: ClassResults) -> None:
    lines = table(soup, "Table of students")
    assert [line[0] for line in lines] == [member.student for member in results.members]
    assert [line[1].split(" waits")[0] for line in lines[:14]] == [
        *["graded"] * 7,
        "not handed in",
        *["graded"] * 5,
        "cannot be graded",
    ]
    assert lines[29][1] == "the grader failed"


def test_what_a_person_has_changed_is_said_and_marks_of_answers_are_not_a_change(results: ClassResults) -> None:
    first, second, *others = results.members
    first = replace(first, grades=Grades(50.0, 0.0, ("pooling",)))
    second = replace(second, grades=Grades(50.0, 2.5, ("why",), (), 90.0))
    lines = table(soup_of(replace(results, members=(first, second, *others))), "Table of students")
    assert lines[0][3] == "50 changed by hand"
    assert lines[1][3] == "47.5 \N{MINUS SIGN}2.5 late"
    assert "1 min 30 s" in lines[1]


def test_charts_are_described(soup: BeautifulSoup) -> None:
    points, tests = (each["aria-label"] for each in soup.select("svg"))
    assert {each["role"] for each in soup.select("svg")} == {"img"}
    assert re.search(r"The line is the median, \d+ %\.", points)
    assert re.search(r"Marked are 1: \d+\s% of the points, discrimination \N{MINUS SIGN}0\.\d\d\.", tests)


@pytest.mark.parametrize("students", [1, 2, 9])
def test_a_small_class_has_a_page(students: int) -> None:
    soup = soup_of(synthetic_class(students))
    assert len(soup.select("#student-lines > tr")) == students
    assert "cannot be said" in soup.text


def test_a_class_of_which_nothing_could_be_graded_has_a_page() -> None:
    results = synthetic_class(20)
    soup = soup_of(
        replace(results, members=tuple(m for m in results.members if m.student in {"student-0007", "student-0013"}))
    )
    assert "No submission is graded." in soup.text
    assert not soup.select("svg")


def test_only_nothing_and_all_have_the_first_and_the_last_shade() -> None:
    assert [shade(each) for each in (0.0, 0.001, 0.5, 0.999, 1.0)] == [0, 1, 5, 9, 10]


# --- what it does not do -------------------------------------------------------------------------------------------------


def test_nothing_is_loaded_and_only_its_own_script_may_run(soup: BeautifulSoup, page: str) -> None:
    assert not soup.find_all(["link", "img", "iframe", "object", "embed", "base", "form", "image"])
    assert not soup.find_all(src=True)
    assert not soup.find_all(attrs={"xlink:href": re.compile("^[^#]")})
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)
    assert len(soup.find_all("script")) == 1
    policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-")
    handlers = [name for tag in soup.find_all() for name in tag.attrs if name.startswith("on")]
    assert handlers == []


def hostile_class() -> ClassResults:
    """A class in which whatever could be text of a student's is an attack."""
    results = synthetic_class(30, name=HOSTILE + "{:02}")
    finding = Finding("x", f"title {HOSTILE}", f"hint {HOSTILE}")
    first = results.members[0]
    exercise = replace(first.report.exercises[2], misconception=finding, points=0.0, status="failed")
    report = replace(
        first.report, exercises=(*first.report.exercises[:2], exercise), reason=HOSTILE, submission=HOSTILE
    )
    unread = replace(results.members[13].report, reason=HOSTILE * 100)
    members = {0: replace(first, report=report), 13: replace(results.members[13], report=unread)}
    return replace(results, members=tuple(members.get(place, each) for place, each in enumerate(results.members)))


@pytest.mark.parametrize("without_names", [False, True])
def test_no_text_is_markup(without_names: bool) -> None:
    page = page_of_class(hostile_class(), NOW, without_names=without_names)
    soup = BeautifulSoup(page, "html.parser")
    assert len(soup.find_all("script")) == 1
    assert "alert(1)" not in soup.find("script").text
    assert page.count("<script>alert") == 0
    assert "49" not in {each.get_text(strip=True)[-2:] for each in soup.select("#student-lines th")}
    assert ("&lt;script&gt;alert(1)" in page) is True  # the words of a finding, at least


def test_what_is_not_printable_is_a_question_mark_and_a_long_reason_is_cut() -> None:
    soup = soup_of(hostile_class())
    assert all("\u202e" not in each.text for each in soup.select(".people, #student-lines th"))
    assert soup.select_one("#student-lines th").get_text(strip=True).endswith("}?00")
    (reason,) = [each for each in soup.select(".people .why") if "alert" in each.text and len(each.text) > 300]
    assert len(reason.get_text(strip=True)) < 400


# --- without names -------------------------------------------------------------------------------------------------------


def test_without_names_no_name_no_link_and_no_reason_is_left(results: ClassResults, page: str) -> None:
    text = page_of_class(results, NOW, without_names=True)
    for planted in ("student-0", "../feedback", REASON):
        assert planted in page
        assert planted not in text
    soup = BeautifulSoup(text, "html.parser")
    assert not soup.select(".people, #student-lines, #students, details .people")
    assert all(each["href"].startswith(("#", "https://github.com/tristen/")) for each in soup.select("a"))
    numbers = [line[1] for line in table(soup, "Misconceptions")]
    assert numbers == [line[1] for line in table(BeautifulSoup(page, "html.parser"), "Misconceptions")]


def test_names_are_gone_before_anything_is_computed(results: ClassResults) -> None:
    for planted in ("student-0", "../feedback", REASON, "tiny.ipynb"):
        assert planted in repr(results)
        assert planted not in repr(anonymous(results))
    orders = {tuple(member.grades.score for member in anonymous(results).members) for _ in range(3)}
    assert len(orders) == 3


def test_without_names_the_order_of_the_class_decides_nothing(results: ClassResults) -> None:
    texts = {
        page_of_class(replace(results, members=members), NOW, without_names=True)
        for members in (results.members, results.members[::-1], results.members)
    }
    assert len(texts) == 1


# --- for everybody -------------------------------------------------------------------------------------------------------


def test_headings_come_in_their_order_and_tables_have_captions_and_heads(soup: BeautifulSoup) -> None:
    levels = [int(each.name[1]) for each in soup.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for each in soup.find_all("table"):
        assert each.caption.get_text(strip=True)
        assert {head.get("scope") for head in each.select("thead th")} == {"col"}
        assert all(head.get_text(strip=True) for head in each.select("thead th"))
        assert {head.get("scope") for head in each.select("tbody th")} <= {"row"}
        assert len({len(row.find_all(["th", "td"], recursive=False)) for row in each.find_all("tr")}) == 1
    for each in soup.find_all(["input", "select"]):
        assert soup.find("label", attrs={"for": each["id"]})


# --- in a browser --------------------------------------------------------------------------------------------------------

LINES = "const lines = () => [...document.querySelectorAll('#student-lines > tr')];"
NAMES = "const names = () => lines().filter((row) => !row.hidden).map((row) => row.cells[0].textContent.trim());"
TYPE = """const set = (id, value, what) => {
  const field = document.getElementById(id); field.value = value; field.dispatchEvent(new page.Event(what));
};"""


@pytest.fixture(scope="module")
def file(page: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(page, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.mark.browser
@needs.BROWSER
def test_a_click_on_a_head_sorts_by_numbers_up_and_down(browser: Browser, file: Path) -> None:
    script = f"""(page, document) => {{{LINES}
      const head = [...document.querySelectorAll("th")].find((each) => each.textContent.startsWith("Graded in"));
      const shown = () => lines().map((row) => parseFloat(row.cells[row.cells.length - 1].dataset.sort));
      head.click(); const up = [head.getAttribute("aria-sort"), shown()];
      head.dispatchEvent(new page.KeyboardEvent("keydown", {{key: "Enter"}}));
      return [up, [head.getAttribute("aria-sort"), shown()], head.tabIndex]; }}"""
    (first, up), (second, down), tab = found_in(browser, file.as_uri(), script)
    assert (first, second, tab) == ("ascending", "descending", 0)
    assert up == sorted(up)
    assert down == sorted(down, reverse=True)
    assert up != down


@pytest.mark.browser
@needs.BROWSER
def test_students_are_filtered_by_name_and_by_what_became_of_them(
    browser: Browser, file: Path, results: ClassResults
) -> None:
    script = f"""(page, document) => {{{LINES} {NAMES} {TYPE}
      const told = () => document.getElementById("filter-told").textContent;
      const begin = [names().length, told(), document.getElementById("filters").hidden];
      set("filter-name", "0-no such", "input"); const none = [names(), told()];
      set("filter-name", "STUDENT-001", "input"); const some = [names(), told()];
      set("filter-having", "cannot-be-graded", "change"); const both = names();
      set("filter-name", "", "input"); const unread = names();
      document.querySelector("a[data-having=M1]").click();
      return [begin, none, some, both, unread, names(), document.getElementById("filter-having").value]; }}"""
    begin, none, some, both, unread, having, chosen = found_in(browser, file.as_uri(), script)
    assert begin == [200, "200 of 200 students shown", False]
    assert none == [[], "0 of 200 students shown"]
    assert some == [[f"student-001{number}" for number in range(10)], "10 of 200 students shown"]
    assert (both, unread) == (["student-0013"], ["student-0013", "student-0113"])
    (variance,) = FINDINGS["batch_normalisation"]
    assert chosen == "M1"
    assert having == [
        m.student for m in results.members if m.report and any(e.misconception == variance for e in m.report.exercises)
    ]


@pytest.mark.browser
@needs.BROWSER
def test_on_a_phone_tables_scroll_and_the_page_does_not(browser: Browser, file: Path) -> None:
    script = """(page, document) => {
      document.querySelectorAll("details").forEach((each) => { each.open = true; });
      const root = document.documentElement, tables = [...document.querySelectorAll(".scroll")];
      return [page.innerWidth, root.scrollWidth - root.clientWidth, tables.some((each) => each.scrollWidth > each.clientWidth)]; }"""
    assert found_in(browser, file.as_uri(), script, width=PHONE) == [PHONE, 0, True]


CONTRAST = """(page, document) => {
  const number = (text) => (text.match(/[0-9.]+/g) || []).map(Number).map((n) => text.startsWith("color(") ? 255 * n : n);
  const light = (text) => {
    const [r, g, b] = number(text).map((n) => n / 255).map((n) => n <= 0.03928 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const clear = (text) => text === "transparent" || text === "rgba(0, 0, 0, 0)";
  const behind = (each) => {
    for (let at = each; at; at = at.parentElement) {
      const colour = page.getComputedStyle(at).backgroundColor;
      if (!clear(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const worst = [...document.querySelectorAll("main *, header *, footer *")].filter((each) =>
    !each.closest("svg") && [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())
  ).map((each) => {
    const [a, b] = [light(page.getComputedStyle(each).color), light(behind(each))];
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), each.outerHTML.slice(0, 80)];
  }).sort((a, b) => a[0] - b[0])[0];
  return [page.getComputedStyle(document.body).backgroundColor, worst];
}"""


@pytest.mark.browser
@needs.BROWSER
@pytest.mark.parametrize(("scheme", "paper"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(18, 23, 29)")])
def test_text_can_be_read_in_both_themes(browser: Browser, file: Path, scheme: Scheme, paper: str) -> None:
    """With a contrast of at least 4.5 to 1, as WCAG asks for at its level AA."""
    background, (contrast, where) = found_in(browser, file.as_uri(), CONTRAST, scheme=scheme)
    assert background == paper
    assert contrast >= 4.5, where


@pytest.mark.browser
@needs.BROWSER
def test_no_request_leaves_the_file_and_no_text_of_a_student_runs(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(page_of_class(hostile_class(), NOW), encoding="utf-8")
    script = """(page, document) => { page.asked = 0; page.alert = () => { page.asked += 1; };
      const injected = document.createElement("script"); injected.textContent = "window.injected = true"; document.body.append(injected);
      return [page.performance.getEntriesByType("resource").length, page.asked, page.injected === true, typeof page.Tablesort]; }"""
    assert found_in(browser, path.as_uri(), script, lets_scripts_in=False) == [0, 0, False, "function"]


@pytest.mark.browser
@needs.BROWSER
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_screen_reader_and_weak_eyes_can_read_it(browser: Browser, file: Path, scheme: Scheme) -> None:
    assert violations(opened(browser, file.as_uri(), scheme=scheme)) == []


def test_a_member_knows_its_points_are_never_negative() -> None:
    assert Grades(3.0, 5.0).total == 0
    assert Member("ada", handed_in=True).grades.total == 0
