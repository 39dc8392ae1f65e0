"""Pictures that students paste are shown, whatever they are called and however they are written; what is not shown is said in its place."""

from __future__ import annotations

import base64
import io
import unicodedata
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup, Tag
from PIL import Image

from autograder.course.folders import Course
from autograder.course.report import ExerciseResult, Report, TestResult
from autograder.gradebook.pages import (
    LONGEST_CELL,
    MOST_ATTACHED,
    highlight,
    markdown_to_html,
)
from autograder.gradebook.pasted import MOST_CHARACTERS, MOST_PICTURES
from autograder.gradebook.repair import repair
from autograder.reporting.as_html import exercise_html
from autograder.reporting.as_text import exercise_text
from tests.support.handins import Notebook, released, save, solved, with_cells

ENCODE_URI = ";,/?:@&=+$-_.!~*'()#"  # what a browser's encodeURI leaves as it is; JupyterLab names attachments with it
NAMES = [
    *(
        "plot.png",
        "my plot.png",
        "100%.png",
        "a@2x.png",
        "a+b.png",
        "it's.png",
        "a,b.png",
        "a(1).png",
        "a[1].png",
        "a&b=c.png",
    ),
    *(
        "loss\u00a0curve.png",
        "Screenshot 2026-03-02 at 10.00.00\u202fAM.png",
        "kurve_ä.png",
        "kurve_a\u0308.png",
        "图.png",
    ),
    *("a#b;c~d.png", 'x"y.png', "<b>.png", "{3F25-04E0}.png", "a:b.png", "%E2%80%AF.png", "no ending"),
]


def picture(kind: str, colour: str = "red") -> str:
    file = io.BytesIO()
    Image.new("RGB", (3, 2), colour).save(file, kind)
    return base64.b64encode(file.getvalue()).decode()


PNG, JPEG, GIF = (picture(kind) for kind in ("png", "jpeg", "gif"))


@pytest.fixture(scope="module")
def full(tiny: Course) -> Notebook:
    return solved(tiny, "tiny")


def page_of(tiny: Course, notebook: Notebook, folder: Path) -> tuple[BeautifulSoup, list[Any], tuple[str, ...]]:
    """The text of a graded notebook as its page has it, its cells, and what was noted."""
    repaired = repair(save(folder / "tiny.ipynb", notebook), tiny.assignment("tiny"), released(tiny, "tiny"))
    cells = repaired.notebook["cells"]
    resources: dict[str, Any] = {"metadata": {"path": str(folder)}}
    texts = [cell for cell in cells if cell["cell_type"] == "markdown" and cell["id"] == "why"]
    html = "".join(markdown_to_html({"cell": cell, "resources": resources}, cell["source"]) for cell in texts)  # type: ignore[arg-type]
    return BeautifulSoup(html, "html.parser"), cells, repaired.notes


def answer(full: Notebook, text: str, attachments: dict[str, Any] | None = None) -> Notebook:
    """The notebook with this written answer."""
    more = {"source": text} | ({"attachments": attachments} if attachments else {})
    return full | {"cells": [cell | more if cell["id"] == "why" else cell for cell in full["cells"]]}


def addresses(page: BeautifulSoup) -> list[str]:
    return [str(image["src"]) for image in page.find_all("img") if isinstance(image, Tag)]


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_of_any_name_is_shown(tiny: Course, full: Notebook, tmp_path: Path, name: str) -> None:
    for key in {name, quote(name, safe=ENCODE_URI)}:
        for reference in {key, quote(name, safe=ENCODE_URI), quote(name), unicodedata.normalize("NFC", name)}:
            texts = [f"![{name}](attachment:{reference}) end", f"![a](<attachment:{reference}>)"]
            texts.append(f"[p]: <attachment:{reference}>\n\n![][p]")
            texts += [f'<img src="attachment:{reference}" width="30">'] if '"' not in reference else []
            for text in texts:
                page, _, notes = page_of(tiny, answer(full, text, {key: {"image/png": PNG}}), tmp_path)
                assert addresses(page) == [f"data:image/png;base64,{PNG}"], (key, text)
                assert notes == ()


@pytest.mark.parametrize(("kind", "data"), [("png", PNG), ("jpeg", JPEG), ("gif", GIF)])
@pytest.mark.parametrize(
    "text", ["![a]({})", "<img src='{}' alt='a>b' width='5'>", '<img alt="a" src="{}"/>', "![][p]\n\n[p]: <{}>"]
)
def test_a_picture_that_is_written_into_the_text_is_shown_and_is_no_text(
    tiny: Course, full: Notebook, tmp_path: Path, kind: str, data: str, text: str
) -> None:
    noise = base64.b64encode(base64.b64decode(data) + bytes(3 * LONGEST_CELL)).decode()
    text = f"{text.format(f'data:image/{kind};base64,{noise}')}\n\nThe last word."
    page, cells, notes = page_of(tiny, answer(full, text), tmp_path)
    assert addresses(page) == [f"data:image/{kind};base64,{noise}"]
    assert "The last word." in page.text
    assert "left out" not in page.text
    assert notes == ()
    assert len(next(cell["source"] for cell in cells if cell["id"] == "why")) < 200


def test_two_pictures_of_one_name_in_the_parts_of_an_answer_are_two(
    tiny: Course, full: Notebook, tmp_path: Path
) -> None:
    other = picture("png", "blue")
    first = next(cell for cell in full["cells"] if cell["id"] == "why") | {"source": "![i](attachment:image.png)"}
    second = first | {"id": "split", "attachments": {"image.png": {"image/png": other}}}
    notebook = answer(full, first["source"], {"image.png": {"image/png": PNG}})
    page, _, _ = page_of(tiny, with_cells(notebook, second), tmp_path)
    assert addresses(page) == [f"data:image/png;base64,{data}" for data in (PNG, other)]


@pytest.mark.parametrize(
    ("bundle", "why"),
    [
        ({"image/svg+xml": base64.b64encode(b"<svg/>").decode()}, "it is no PNG, JPEG or GIF"),
        ({"image/png": base64.b64encode(b"<script>").decode()}, "it is no PNG, JPEG or GIF"),
        ({"image/png": "no base64!"}, "it is no PNG, JPEG or GIF"),
        ({"image/png": "A"}, "it is no PNG, JPEG or GIF"),
        ({"image/png": 5}, "it is no PNG, JPEG or GIF"),
        ("nothing", "it is no PNG, JPEG or GIF"),
        ({"image/png": "A" * (MOST_CHARACTERS + 1)}, "it is larger than 15 MB"),
    ],
)
def test_a_refused_picture_says_why_in_its_place_and_hides_no_other(
    tiny: Course, full: Notebook, tmp_path: Path, bundle: Any, why: str
) -> None:
    text = "one ![a](attachment:a.png) two ![b](attachment:b.png) three"
    page, _, notes = page_of(tiny, answer(full, text, {"a.png": bundle, "b.png": {"image/png": PNG}}), tmp_path)
    assert addresses(page) == [f"data:image/png;base64,{PNG}"]
    assert " ".join(page.text.split()).startswith(f"one (A picture is left out: {why}.) two")
    (note,) = notes
    assert note.startswith("Not shown: a picture of cell ")
    assert note.endswith(f", because {why}.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("![a](attachment:gone.png)", "it is not found in what was handed in"),
        ("![a](gone.png)", "it is not found in what was handed in"),
        ("![a](../secret.png)", "it is not found in what was handed in"),
        ("<img src=javascript:alert(1)>", "it is not found in what was handed in"),
        ("<img alt='none'>", "it is not found in what was handed in"),
        ("![a](data:image/svg+xml;base64,AAAA)", "it is no PNG, JPEG or GIF"),
        ("![a](https://example.org/a.png)", "it is not in the notebook, but at https://example.org/a.png"),
    ],
)
def test_a_picture_that_is_not_there_is_said_in_its_place(
    tiny: Course, full: Notebook, tmp_path: Path, text: str, said: str
) -> None:
    page, _, _ = page_of(tiny, answer(full, f"one {text} two"), tmp_path)
    assert addresses(page) == []
    assert " ".join(page.text.split()) == f"one (A picture is left out: {said}.) two"


def test_a_picture_that_was_handed_in_beside_the_notebook_is_shown_and_what_a_link_leads_to_is_not(
    tiny: Course, full: Notebook, tmp_path: Path
) -> None:
    folder = tmp_path / "anna"
    folder.mkdir()
    (folder / "my plot.png").write_bytes(base64.b64decode(PNG))
    (tmp_path / "secret.png").write_bytes(base64.b64decode(GIF))
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "text.png").write_text("no picture")
    text = "![](my%20plot.png) ![](<my plot.png>) ![](link.png) ![](text.png) ![](../secret.png)"
    page, _, _ = page_of(tiny, answer(full, text), folder)
    assert addresses(page) == [f"data:image/png;base64,{PNG}"] * 2
    assert page.text.count("it is not found in what was handed in") == 3


def test_no_attribute_gets_out_of_a_picture(tiny: Course, full: Notebook, tmp_path: Path) -> None:
    data = f"data:image/png;base64,{PNG}"
    text = f"""<img alt="a>b' onerror='alert(1)" src="{data}" onload=alert(2)> <img src='{data}' alt='x" onerror="alert(3)' style="x">"""
    page, _, _ = page_of(tiny, answer(full, text), tmp_path)
    images = [image for image in page.find_all("img") if isinstance(image, Tag)]
    assert [sorted(image.attrs) for image in images] == [["alt", "src", "style"]] * 2
    assert {image["style"] for image in images} == {"max-width: 100%"}
    assert [image["alt"] for image in images] == ["a>b' onerror='alert(1)", 'x" onerror="alert(3)']


def test_more_pictures_than_are_looked_at_are_told(tiny: Course, full: Notebook, tmp_path: Path) -> None:
    attachments = {f"{n}.png": {"image/png": PNG} for n in range(MOST_PICTURES + 3)}
    text = "".join(f"![](attachment:{name})" for name in attachments)
    page, _, notes = page_of(tiny, answer(full, text, attachments), tmp_path)
    assert len(addresses(page)) == MOST_PICTURES
    assert page.text.count("is left out") == 3
    assert [note.partition("because")[2] for note in notes] == [f" there are more than {MOST_PICTURES}."]


# --- what else is cut ------------------------------------------------------------------------------------------------------


def test_whatever_is_cut_is_said() -> None:
    context: Any = {"cell": {}, "resources": {"metadata": {}}}
    assert markdown_to_html(context, "a" * LONGEST_CELL).count("left out") == 0
    assert markdown_to_html(context, "a" * (LONGEST_CELL + 1)).endswith(
        "<em>The rest of this cell is left out: it is longer than can be shown.</em></p>"
    )
    assert "The rest of this cell is left out" in highlight(context, "a = 1\n" * LONGEST_CELL)
    assert "left out" not in highlight(context, "a = 1")
    result = TestResult("test_a", "A title", 0.0, 1.0, "failed", "word " * 1000, 0.1)
    report = Report(
        *("tiny", "tiny.ipynb", None, "", "", "", "none", "graded", None, 0.0, 1.0, 0.1),
        exercises=(ExerciseResult("double", 0.0, 1.0, "failed", 0.1, None, (result,)),),
    )
    for shown in (exercise_html, exercise_text):
        assert "(The rest of this message is left out.)" in shown(report, "double", 1.0)


def test_a_page_says_where_it_has_no_room_for_another_picture() -> None:
    content = base64.b64encode(base64.b64decode(PNG) + bytes(12_000_000)).decode()
    context: Any = {"cell": {"attachments": {"a.png": {"image/png": content}}}, "resources": {"metadata": {}}}
    html = markdown_to_html(context, "![](attachment:a.png)\n" * 4)
    assert (html.count("<img"), html.count("this page holds more than can be shown")) == (
        MOST_ATTACHED // len(content),
        2,
    )


def test_a_cell_that_is_neither_code_nor_text_is_shown_as_it_is_written(
    tiny: Course, full: Notebook, tmp_path: Path
) -> None:
    cells = [
        {"cell_type": kind, "id": kind, "metadata": {}, "source": "```\n<b>written</b>"} for kind in ("raw", "heading")
    ]
    _, graded, _ = page_of(tiny, with_cells(full, *cells), tmp_path)
    context: Any = {"cell": {}, "resources": {"metadata": {}}}
    for cell in graded[-2:]:
        assert cell["cell_type"] == "markdown"
        assert "&lt;b&gt;written&lt;/b&gt;" in markdown_to_html(context, cell["source"])
