"""Formulas become MathML; what is no formula, or more than that, stays text."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup, Tag

from autograder.reporting.formulas import ATTRIBUTES, LONGEST, TAGS, inline_html, mathml

READ = [
    (r"\frac{\partial L}{\partial x}", "mfrac"),
    (r"\sum_{i=1}^{N} x_i", "msubsup"),
    (r"\sqrt{2}", "msqrt"),
    (r"\hat{y}", "mover"),
    (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", "mtable"),
    (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "mtable"),
]
HOSTILE = [
    r"\text{<script>alert(1)</script>}",
    r"\text{&lt;script&gt;alert(1)&lt;/script&gt;}",
    r"\text{&#60;img src=x onerror=alert(1)&#62;}",
    r"\href{javascript:alert(1)}{x}",
    r"\style{position:fixed}{x}",
    r"\class{k}{x}",
    r'\color{red" onclick="alert(1)}{x}',
    r'\mathrm{"><script>}',
    r"</math><script>alert(1)</script>",
    "x^{",
    "",
]
ENDLESS = [
    "{" * 900 + "x" + "}" * 900,
    "x_{" * 600,
    r"\frac{" * 300,
    "(" * LONGEST,
    r"\left(" * 300,
    "^" * LONGEST,
    r"\sqrt" * 400,
]


def tags_of(html: str) -> list[Tag]:
    return [tag for tag in BeautifulSoup(html, "html.parser").find_all() if isinstance(tag, Tag)]


@pytest.mark.parametrize(("tex", "tag"), READ)
def test_a_formula_is_read(tex: str, tag: str) -> None:
    assert f"<{tag}" in mathml(tex)
    assert "&amp;" not in mathml(tex)


def test_a_formula_stands_in_a_line_or_alone() -> None:
    assert 'display="inline"' in mathml("x")
    assert 'display="block"' in mathml("x", block=True)


@pytest.mark.parametrize("tex", HOSTILE)
@pytest.mark.parametrize("block", [False, True])
def test_nothing_but_mathematics_comes_of_it(tex: str, block: bool) -> None:
    for tag in tags_of(mathml(tex, block=block)):
        assert tag.name in TAGS or (tag.name, tag.attrs) == ("code", {"class": ["tex"]})
        assert set(tag.attrs) <= ATTRIBUTES or tag.name == "code"


@pytest.mark.parametrize("tex", ["x^{", r"\begin{matrix}", "<b>" * LONGEST, r"\newcommand{\a}{\b\b}\a"])
def test_what_cannot_be_read_is_shown_as_it_is_written(tex: str) -> None:
    html = mathml(tex)
    assert [tag.name for tag in tags_of(html)] == ["code"]
    assert BeautifulSoup(html, "html.parser").text == f"${tex}$"


@pytest.mark.parametrize("tex", ENDLESS, ids=range(len(ENDLESS)))
def test_no_formula_grows_without_end(tex: str) -> None:
    assert len(mathml(tex)) < 200_000


def test_code_and_formulas_in_a_line_and_all_else_as_it_is_written() -> None:
    html = inline_html("If `x < $y$`, then $a<b$ <i>and</i> \\$5; $$ stays")
    assert "<code>x &lt; $y$</code>" in html
    assert html.count("<math") == 1
    assert "&lt;i&gt;and&lt;/i&gt; \\$5; $$ stays" in html
