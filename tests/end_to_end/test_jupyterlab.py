"""A student in JupyterLab: opens the notebook as it is released, runs a check, reads what it says, answers, and runs it again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.authoring.answers import read_answers
from autograder.authoring.generate import released
from autograder.course.folders import Course
from tests.support import needs
from tests.support.anywhere import TOKEN, Class, ask, server
from tests.support.browser import SCHEMES, chromium, keep, opened
from tests.support.mini_course import make_course
from tests.support.nbgrader_class import ROOT

pytestmark = [pytest.mark.browser, needs.BROWSER]

NAME, EXERCISE = "inception_ops", "conv_output_size"
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},  # all cells are there to be found
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "apputils-extension/themes": {"adaptive-theme": True},
}
PATIENCE = 120_000.0  # milliseconds


@pytest.fixture
def student(tmp_path: Path) -> Class:
    """A student's folder with what is released of an assignment, and settings of JupyterLab."""
    student = Class(make_course(tmp_path / "checkout"), tmp_path / "marker")
    for name, content in released(Course(ROOT), NAME, []).items():
        path = student.elsewhere / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for name, values in SETTINGS.items():
        path = student.home / "lab" / "user-settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    return student


def test_a_released_notebook_opens_and_its_check_says_what_is_to_be_done(student: Class) -> None:
    course = Course(ROOT)
    answers = read_answers(course.solution(NAME) / "reference.py", course.assignment(NAME))
    with server(student, "jupyterlab", student.elsewhere) as address, chromium() as browser:
        ask(address, "api/status")
        page = opened(browser, f"{address}/lab/tree/{NAME}.ipynb?token={TOKEN}", width=1400)
        page.set_default_timeout(PATIENCE)
        page.get_by_text("Python 3 (ipykernel) | Idle").or_(page.get_by_title("Kernel Idle")).first.wait_for()
        setup = page.locator(".jp-CodeCell").first
        answer = page.locator(".jp-CodeCell", has_text=f"def {EXERCISE}(")
        check = page.locator(".jp-CodeCell", has_text=f"import check_{EXERCISE}")
        said = check.locator(".jp-Cell-outputWrapper")
        for cell in (setup, answer, check):
            cell.locator(".cm-content").click()
            page.keyboard.press("Control+Enter")
        said.get_by_text(f"{EXERCISE} is not written yet").wait_for()
        answer.locator(".cm-content").click()
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(answers.functions[EXERCISE])
        page.keyboard.press("Control+Enter")
        check.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        said.get_by_text("every check here passes").wait_for()
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.locator(f"body[data-jp-theme-light={str(scheme == 'light').lower()}]").wait_for(state="attached")
            keep(page, f"jupyterlab-{scheme}")
