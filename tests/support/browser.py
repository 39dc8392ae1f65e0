"""Pages as Chromium opens them: in a window of any width, in either theme, and what a script finds there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support import needs

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
PHONE, DESK = 375, 1100  # pixels
KEPT = (
    Path(__file__).resolve().parents[2] / "build" / "screenshots"
)  # of the last run of each test, for people to look at


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium, for the tests of one file: it runs an event loop, in which notebooks could not be executed."""
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=needs.CHROMIUM, args=OPTIONS)


def opened(
    browser: Browser, address: str, *, width: int = DESK, scheme: Scheme = "light", lets_scripts_in: bool = True
) -> Page:
    """The page at an address, loaded. `lets_scripts_in`: also such as its own policy would keep out, which look at it."""
    size = {"width": width, "height": 900}
    context = browser.new_context(color_scheme=scheme, viewport=size, bypass_csp=lets_scripts_in)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address)
    return page


def found_in(browser: Browser, address: str, script: str, **options: Any) -> Any:
    """What a function of the window and the document returns for the page at an address; `options` of `opened`."""
    page = opened(browser, address, **options)
    try:
        return page.evaluate(f"({script})(window, document)")
    finally:
        page.context.close()


def violations(page: Page, within: str = "html") -> list[tuple[str, list[str]]]:
    """What a screen reader or weak eyes cannot make of a page, each with where it stands; axe knows the rules."""
    found = Axe().run(page, context=within).response["violations"]
    return [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found]


def keep(page: Page, name: str) -> None:
    """Keep a picture of all of the page for people to look at; no test reads it."""
    page.screenshot(path=KEPT / f"{name}.png", full_page=True)
