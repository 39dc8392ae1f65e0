"""No submission gains a point, learns a hidden value, harms another's grade, or stops the batch: every attack, in every mode.

An attack is one small file below tests/attacks; the first line of its docstring says what it goes for. Those in programs/ are what a
student hands in, as it stands, with the names of `clues` given; those in files/ make the file that is handed in. All attacks of a mode
are graded by one grader, one after the other (attack_batch.py), and judged by what is seen from outside.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import Any

import pytest

from autograder.course.folders import Course
from tests.support import needs
from tests.support.attack_files import ATTACKS, DOUBLE, SHIFT, attack_module, property_of
from tests.support.handins import filled, save, solved
from tests.support.mini_course import edit, make_course
from tests.support.unprivileged import RIGHTS, give_to_nobody, home, python_for_nobody

pytestmark = [pytest.mark.isolation, needs.LINUX]

WHO = (pytest.param("as-started"), pytest.param("unprivileged", marks=needs.ROOT))
PATIENCE = 300
MOST_MB = 1000  # that a grading process may take, whatever it is handed
LIMITS = "limits: {call_seconds: 1, wall_seconds: 4, cpu_seconds: 4, memory_mb: 256, reply_mb: 4}"

SUITE_OF_SHIFT = '''
"""Hidden tests of shift."""

import pytest

from autograder.suite import Given, expect_close
from solutions.tiny import reference


@pytest.mark.points(20)
def test_there_and_back(student, rng):
    """There and back is where it began."""
    start = rng.normal(size=4)
    expect_close("shift(x, 2.0)", student.shift(start, 2.0), reference.shift(start, 2.0), rtol=1e-12)
    expect_close("unshift(x, 2.0)", student.unshift(start, 2.0), reference.unshift(start, 2.0), rtol=1e-12)


@pytest.mark.points(10)
def test_the_amount_may_be_a_function(student, rng):
    """The amount may be a function of x."""
    start, asked = rng.normal(size=4), []

    def by(x, factor=rng.uniform(1.0, 2.0)):
        asked.append(x)
        return factor * x

    want = start + by(start)
    expect_close("shift(x, f)", student.shift(start, Given(by, (4,))), want, rtol=1e-12)
'''

# Where a token is planted: the file that holds it, or nothing where the runner puts it elsewhere.
PLANTED = {
    "hidden test": "tests/hidden/tiny/test_double.py",
    "reference": "solutions/tiny/reference.py",
    "misconceptions": "solutions/tiny/misconceptions.py",
    "gradebook": "course/gradebook.db",
    "store": "course/store.db",
    "secret": "course/secret",
    "another's submission": "course/submitted/bob/tiny/tiny.ipynb",
    "feedback of another": "course/feedback/bob/tiny/tiny.html",
    "environment": "",
    "arguments": "",
    "another worker": "",
    "host file": "",
    "boast": "",  # said by attacks that got what nobody outside can see: a process, a socket, memory
}


@dataclass
class Place:
    """A course with a token in every place that must not be read, and the attacks, ready to be handed in."""

    plan: Path
    tokens: dict[str, str]
    out: Path


def make_place(folder: Path) -> Place:
    tokens = {name: f"token-{secrets.token_hex(12)}" for name in PLANTED}
    course = make_course(folder / "course-of-tiny")
    edit(course, "assignments/tiny/tiny.md", "minutes: 5\n", f"minutes: 5\n  {LIMITS}\n")
    (course.suite("tiny") / "test_shift.py").write_text(dedent(SUITE_OF_SHIFT))
    edit(course, "solutions/tiny/reference.py", "np.add(x, by * math.cos(0.0))", "x + (by(x) if callable(by) else by)")
    for name, where in PLANTED.items():
        if where:
            path = course.root / where
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a") as file:
                file.write(f"\n# {tokens[name]}\n" if path.suffix == ".py" else tokens[name])
    canary = folder / "canary"
    for made in (canary, folder / "programs", folder / "files"):
        made.mkdir()
    (canary / "host-file").write_text(tokens["host file"])
    honest = save(folder / "honest.ipynb", filled(solved(course, "tiny"), double=DOUBLE, shift=SHIFT))
    wrong = save(folder / "wrong.ipynb", filled(solved(course, "tiny"), double="def double(x):\n    return x"))
    plan = {
        "course": str(course.root),
        "honest": str(honest),
        "wrong": str(wrong),
        "watched": [str(course.root), str(folder / "programs"), str(canary)],
        "tokens": tokens,
        "attacks": {name: str(hand_in(path, folder, course)) for name, path in ATTACKS.items()},
        "clues": {
            "COURSE": str(course.root),
            "CANARY": str(canary),
            "HOST_FILE": str(canary / "host-file"),
            "SECRETS": [str(course.root / where) for where in PLANTED.values() if where],
        },
    }
    save(folder / "plan.json", json.dumps(plan))
    return Place(folder / "plan.json", tokens, folder / "seen.jsonl")


def hand_in(attack: Path, folder: Path, course: Course) -> Path:
    """The file that an attacker submits."""
    place = folder / attack.parent.name
    if attack.parent.name == "programs":
        return save(place / attack.name, attack.read_text(encoding="utf-8"))
    own = place / attack.stem
    own.mkdir()
    made: Path = attack_module(attack).hand_in(own, course)
    return made


def run_batch(place: Place, mode: str, python: Path, **rights: Any) -> subprocess.CompletedProcess[str]:
    """All attacks in one mode; what there was to see is in `place.out`."""
    script = shutil.copy(Path(needs.__file__).with_name("attack_batch.py"), place.plan.parent)
    command = [str(python), script, str(place.plan), mode, str(place.out), place.tokens["arguments"]]
    env = home(place.plan.parent) if rights else dict(os.environ)
    with subprocess.Popen(
        command,
        cwd=place.plan.parent,
        env=env | {"ATTACKED": place.tokens["environment"], "OMP_NUM_THREADS": "1"},
        **rights,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as batch:
        try:
            output, _ = batch.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(batch.pid, signal.SIGKILL)
            output = f"the batch did not end within {PATIENCE} seconds"
    return subprocess.CompletedProcess(command, batch.returncode, output, "")


@dataclass
class Seen:
    """What was seen of a whole batch."""

    ended: subprocess.CompletedProcess[str] = field(repr=False)
    attacks: dict[str, dict[str, Any]] = field(repr=False)
    user: int


@pytest.fixture(scope="module", params=needs.CONFINED)
def mode(request: pytest.FixtureRequest) -> str:
    """Each way to confine a worker."""
    return str(request.param)


@pytest.fixture(scope="module", params=WHO)
def batch(request: pytest.FixtureRequest, mode: str) -> Iterator[Seen]:
    """Every attack, graded in one isolation mode, by a process that whoever runs these tests or nobody in particular started."""
    with TemporaryDirectory(prefix="attacks-") as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        python, rights = Path(sys.executable), {}
        if request.param == "unprivileged":
            found = python_for_nobody(folder)
            if found is None:
                pytest.skip("no Python of this version here that another user may run")
            python, rights = found, RIGHTS
        (folder / "place").mkdir()
        place = make_place(folder / "place")
        if rights:
            give_to_nobody(folder / "place")
        yield seen_of(place, run_batch(place, mode, python, **rights), rights.get("user", os.getuid()))


def seen_of(place: Place, ended: subprocess.CompletedProcess[str], user: int) -> Seen:
    """What the batch wrote down."""
    lines = place.out.read_text(encoding="utf-8").splitlines() if place.out.exists() else []
    return Seen(ended, {seen["name"]: seen for seen in map(json.loads, lines)}, user)


class Tags(HTMLParser):
    """Collects what could run in a page that is no part of the feedback's own tables."""

    OWN = frozenset(["div", "strong", "table", "thead", "tbody", "tr", "th", "td", "pre"])

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.OWN or {name for name, _ in attrs} - {"class"}:
            self.foreign.append(tag)


def harm(seen: dict[str, Any]) -> list[str]:
    """What an attack achieved, as sentences."""
    report = seen["report"]
    tags = Tags()
    tags.feed(seen["page"])
    text = seen["page"] + seen["text"] + (report["reason"] or "")
    done = [f"earned {e['points']:g} points in {e['name']}" for e in report["exercises"] if e["points"]]
    done += [f"earned {report['score']:g} points"] if report["score"] else []
    done += [f"carried out the token of: {name}" for name in seen["tokens"]]
    done += [f"told people: {what}" for what in seen["told"]]
    done += [f"changed {path}" for path in seen["changed"]]
    done += [f"left process {pid} alive" for pid in seen["alive"]]
    done += [f"disturbed {what}" for what in seen["disturbed"]]
    done += [f"connected to a {kind} socket" for kind in seen["connected"]]
    done += [f"left {what}" for what in seen["shared"]]
    done += [f"put <{tag}> into a page" for tag in tags.foreign]
    done += ["put a control character into a text"] if any(not c.isprintable() for c in text.replace("\n", "")) else []
    done += [f"took {seen['peak_mb']} MB of the grader"] if seen["peak_mb"] > MOST_MB else []
    done += [f"made the grader fail: {report['reason']}"] if report["status"] == "grader-error" else []
    done += [] if seen["witness"] else ["changed the report of an honest submission"]
    done += [] if seen["sibling"] else ["harmed the worker of somebody else"]
    return done


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_attack_achieves_nothing(batch: Seen, attack: str) -> None:
    assert attack in batch.attacks, f"the batch ended before or in it: {batch.ended.stdout[-2000:]}"
    assert harm(batch.attacks[attack]) == [], property_of(ATTACKS[attack])


def test_the_grader_outlives_all_attacks_and_grades_every_file(batch: Seen) -> None:
    assert (batch.ended.returncode, batch.ended.stdout) == (0, "")
    assert list(batch.attacks) == list(ATTACKS)
    assert {seen["user"] for seen in batch.attacks.values()} == {batch.user}


def test_every_attack_says_what_it_goes_for() -> None:
    assert len(ATTACKS) >= 60
    assert [name for name, path in ATTACKS.items() if not property_of(path).endswith(".")] == []
