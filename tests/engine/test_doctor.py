"""`autograder doctor` says what grading relies on, and what nbgrader would really use."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.authoring.generate import build
from autograder.cli.doctor import Observation, _data, _gpu, _nbgrader
from autograder.course.folders import Course
from autograder.sandbox.devices import Devices
from autograder.sandbox.selftest import SENTENCES
from tests.support import needs
from tests.support.handins import autograder
from tests.support.mini_course import make_course
from tests.support.nbgrader_class import ROOT


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A course with its settings, on a machine without settings of a person."""
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "home"))
    monkeypatch.delenv("NBGRADER_EXCHANGE", raising=False)
    (tmp_path / "home").mkdir()
    course = make_course(tmp_path / "course")
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    build(course, "tiny")
    return course


def settings_of_home(course: Course, text: str) -> None:
    (course.root.parent / "home" / "nbgrader_config.py").write_text(f"c = get_config()\n{text}\n")


def exchange(course: Course) -> str:
    return next(finding.sentence for finding in _nbgrader(course) if finding.subject == "exchange")


def about(course: Course, words: str) -> Observation:
    return next(finding for finding in _nbgrader(course) if words in finding.sentence)


def test_doctor_says_whether_all_that_grading_needs_is_there(course: Course) -> None:
    done = autograder(course.root, "doctor")
    assert done.returncode == 0
    for sentence in SENTENCES.values():
        assert sentence in done.stdout
    assert "Does NOT hold" not in done.stdout
    (course.root / "nbgrader_config.py").unlink()
    done = autograder(course.root, "doctor")
    assert done.returncode == 3
    missing = f"{course.root / 'nbgrader_config.py'}, which holds the settings of the course, cannot be read"
    assert f"It refuses to grade: nbgrader stopped, because {missing}: FileNotFoundError: it is missing" in " ".join(
        done.stdout.split()
    )


@needs.LINUX
@needs.NO_GPU
@pytest.mark.parametrize(
    ("warm_up", "probe", "good", "says"),
    [
        ("import torch", "import torch; torch.ones(2).sum().item()", True, "H200; a confined worker computes on it."),
        (
            "raise OSError(304, 'no context')",
            "1",
            False,
            "could not be confined: RuntimeError: the device does not start",
        ),
        (
            "",
            "raise RuntimeError('no kernel image')",
            False,
            "H200: a worker does not compute on it (no kernel image).",
        ),
    ],
)
def test_doctor_starts_a_worker_on_the_gpu(
    course: Course, monkeypatch: pytest.MonkeyPatch, warm_up: str, probe: str, good: bool, says: str
) -> None:
    """A simulated device: the driver and what is computed on it are programs of the processor's."""
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.get_device_name", lambda _: "H200")
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    monkeypatch.setattr("autograder.cli.doctor.gpu", lambda _: Devices((Path("/dev/null"),), warm_up=warm_up))
    monkeypatch.setattr("autograder.training.slots.PROBE", probe)
    found = _gpu(course)
    assert (found.good, found.needed) == (good, False)
    assert says in found.sentence


def test_doctor_says_who_can_look_at_what_is_about_people(course: Course) -> None:
    assert _data(course).good
    assert course.data.stat().st_mode & 0o777 == 0o700
    for mode in (0o750, 0o701):
        course.data.chmod(mode)
        assert _data(course).sentence.endswith(f"chmod 700 {course.data}")
        assert not _data(course).good


def test_doctor_cuts_no_path_in_a_narrow_terminal(course: Course) -> None:
    done = autograder(course.root, "doctor", COLUMNS="50", NBGRADER_EXCHANGE=f"/{'exchange' * 9}")
    assert "…" not in done.stdout
    assert f"/{'exchange' * 9}" in "".join(done.stdout.split())


def test_the_exchange_is_the_one_that_nbgrader_would_use(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    assert exchange(course) == f"{course.data / 'exchange'} can be written."
    settings_of_home(course, f"c.Exchange.root = {str(course.root / 'of-the-site')!r}")
    assert exchange(course) == f"{course.root / 'of-the-site'} can be written."
    monkeypatch.setenv("NBGRADER_EXCHANGE", str(course.root / "of-the-environment"))
    assert exchange(course) == f"{course.root / 'of-the-environment'} can be written."
    with (course.data / "nbgrader_config.py").open("a") as file:
        file.write(f"c.Exchange.root = {str(course.root / 'of-the-course')!r}\n")
    assert exchange(course) == f"{course.root / 'of-the-course'} can be written."


def test_it_says_whether_nbgrader_is_confined_wherever_it_is_started(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert about(course, f"Started in {course.root},").good
    assert about(course, f"Started in {course.data},").good
    assert about(course, "Started elsewhere").good
    monkeypatch.setenv("JUPYTER_NO_CONFIG", "1")
    assert not about(course, "Started elsewhere").good
    monkeypatch.delenv("JUPYTER_NO_CONFIG")
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
    settings_of_home(course, "c.Autograde.autograde_preprocessors = ['nbgrader.preprocessors.Execute']")
    finding = about(course, "Started elsewhere")
    assert not finding.good
    assert "(Autograde.autograde_preprocessors)" in finding.sentence


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "`autograder build` writes what is missing."),
        ("c = get_config()\n", "does not read the settings of the course: move that away, run `autograder build`"),
        ("c = get_config(\n", "cannot be read (SyntaxError: "),
    ],
)
def test_it_says_when_the_settings_in_the_folder_of_the_course_are_not_the_courses(
    course: Course, text: str | None, says: str
) -> None:
    path = course.data / "nbgrader_config.py"
    path.unlink()
    if text is not None:
        path.write_text(text)
    assert not about(course, says).good


def test_a_file_of_settings_that_a_site_wrote_stays_as_it_is(course: Course) -> None:
    path = course.data / "nbgrader_config.py"
    path.write_text("# ours\n")
    build(course, "tiny")
    assert path.read_text() == "# ours\n"
