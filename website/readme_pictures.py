"""The README's pictures of a feedback page and a class page, taken of the demo's course: `python -m website.readme_pictures`.

First: `python -m demo skip_connections` and `autograder report skip_connections`. It needs Chromium.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
NAME = "skip_connections"
PAGES = {
    "feedback_page": (f"feedback/dora/{NAME}/{NAME}.html", 1220),
    "class_page": (f"reports/{NAME}.html", 1220),
}  # by the picture: below `course/`, and how many pixels of it
WIDTH = 1000
COLOURS = 64  # which is what text and bars need, and a quarter of the bytes


def main() -> None:
    """Take both pictures."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        for name, (page, height) in PAGES.items():
            opened = browser.new_page(viewport={"width": WIDTH, "height": height})
            opened.goto((ROOT / "course" / page).as_uri())
            taken = Path(folder, "taken.png")
            opened.screenshot(path=taken)
            picture = Image.open(taken).convert("RGB").quantize(COLOURS)
            picture.save(ROOT / "docs" / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
