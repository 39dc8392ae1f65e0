"""The whole networks of the profile for a GPU, some steps of each on a processor: assembly, hand-over in shared memory, confirmation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from autograder.course.assignment import Assignment, Profile
from autograder.course.folders import Course
from autograder.sandbox import wire
from autograder.sandbox.launcher import Launcher
from autograder.suite.workers import start_launcher
from autograder.training import Held, Run
from autograder.training.bands import trained
from autograder.training.contract import runs_of
from autograder.training.running import Ended
from autograder.training.steps import confirmed, told
from tests.support import needs
from tests.support import training_programs as programs

pytestmark = needs.LINUX
NAME = programs.NAME
STEPS, IMAGES = 3, 4
SIZES = {  # numbers in a row, of which the papers' tables tell most: what is learned, and running statistics
    "resnet18": 11_172_810 + 9_600,
    "resnet50": 23_519_690 + 53_120,
    "googlenet": 10_327_758,
    "resnet56": 215_138 + 2_128,
    "large_transfer": 11_170_245 + 9_600,
}
HALF = """
class Momentum(Momentum):
    def step(self, closure=None):
        for group in self.param_groups:
            group["lr"] /= 2
        return super().step(closure)
"""
SLOW_ADAM = HALF.replace("Momentum", "Adam")
NO_SHORTCUT = "from starter_code.residual_networks import PlainBlock as ResidualBlock"
THAWED = """
_freeze = freeze_for_transfer

def freeze_for_transfer(model, num_classes):
    made = _freeze(model, num_classes)
    made.fc.weight.requires_grad_(False)
    return made
"""
FAULTS = {
    "resnet18": (HALF, "0.5 times as long"),
    "resnet50": (HALF, "0.5 times as long"),
    "googlenet": (SLOW_ADAM, "0.5 times as long"),
    "resnet56": (NO_SHORTCUT, ""),
    "large_transfer": (THAWED, "furthest off: linear"),
}


@pytest.fixture(scope="module")
def assignment(real: Course) -> Assignment:
    return real.assignment(NAME)


@pytest.fixture(scope="module")
def profile(assignment: Assignment) -> Profile:
    assert assignment.training is not None
    return assignment.training.named("full")


@pytest.fixture(scope="module")
def launcher(real: Course, assignment: Assignment) -> Iterator[Launcher]:
    with start_launcher(real, assignment, "auto") as launcher:
        yield launcher


@pytest.fixture
def runs(real: Course, assignment: Assignment, profile: Profile, monkeypatch: pytest.MonkeyPatch) -> dict[str, Run]:
    """The runs, with few steps of few images, and few images that are scored."""
    found = runs_of(real, assignment, None, profile)
    plans = found["resnet18"].phases.func.__globals__["PLANS"]  # of the course that was loaded
    for name, plan in plans.items():
        monkeypatch.setitem(plans, name, replace(plan, steps=STEPS, batch=IMAGES))
    return {name: replace(run, held=partial(few, run)) for name, run in found.items()}


def few(run: Run) -> Held:
    held = run.held()
    return replace(held, inputs=held.inputs[:8], labels=held.labels[:8])


class Hands:
    """What went through shared memory, in bytes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[int] = []
        lay_down = wire.Channel._lay_down

        def noted(channel: wire.Channel, buffers: list[memoryview]) -> None:
            self.sent.append(sum(buffer.nbytes for buffer in buffers))
            lay_down(channel, buffers)

        monkeypatch.setattr(wire.Channel, "_lay_down", noted)


def test_the_profile_has_the_networks_of_the_papers_and_the_points_of_the_other(assignment: Assignment) -> None:
    assert assignment.training is not None
    usual, full = assignment.training.profiles
    assert (usual.name, usual.device, full.name, full.device) == ("digits", "cpu", "full", "cuda")
    assert usual.points == full.points
    assert [run.name for run in full.runs] == list(SIZES)


@pytest.mark.parametrize("name", SIZES)
def test_the_steps_of_a_whole_network_are_confirmed_and_those_of_a_fault_are_not(
    real: Course,
    assignment: Assignment,
    profile: Profile,
    launcher: Launcher,
    runs: dict[str, Run],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    run, right, hands = runs[name], programs.reference(real), Hands(monkeypatch)

    def ended(source: str) -> Ended:
        return trained(assignment, source, launcher, run, 5, "cpu", profile.limits, right=right)

    good = ended(right)
    assert (good.state, good.trouble, told(good.steps)) == ("passed", "", "")
    assert len(good.steps) == run.length == STEPS * (2 if name == "large_transfer" else 1)
    assert good.scores is not None
    assert np.isfinite(good.scores).all()
    assert 4 * SIZES[name] in hands.sent, "all numbers of the network are put into it, through memory that both share"
    fault, says = FAULTS[name]
    bad = ended(f"{right}\n\n{fault}")
    said = bad.trouble or told(bad.steps)
    assert bad.trouble or not all(confirmed(bad.steps))
    assert says in said
