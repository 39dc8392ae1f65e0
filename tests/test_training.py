"""The training stage of the engine: steps that are looked at, how runs end, what somebody else's killing costs, bands and gates."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.course import Course, GraderError
from autograder.grading.report import Curve, ExerciseResult, Misread, Report, TrainingRecord
from autograder.grading.student import Stopped, StudentFault
from autograder.training import Band, Confirmed, Held, Run, Snapshot, band_of, runs_of
from autograder.training.bands import how_to_measure, key_of, smoothed
from autograder.training.running import AT_RANDOM, RETRIES, Ended, train
from autograder.training.stage import gate, judged
from tests.mini_course import edit

STEPS = 40
SCORES = np.eye(3)[[0, 1, 2, 0]]


class Walk:
    """A Session that counts: its state is the number of steps that were taken."""

    def __init__(
        self, losses: Sequence[float] = (), jump: int = -1, wrong: Sequence[int] = (), steps: int = STEPS
    ) -> None:
        self.losses = list(losses) or [2.0 / (1 + step) for step in range(steps)]
        self.jump, self.wrong = jump, set(wrong)
        self.done = 0
        self.begun: list[Any] = []
        self.looked: list[tuple[int, Any, Any, Any]] = []
        self.stops: list[int] = []  # steps at which somebody kills the process
        self.unlike = ""
        self.answers = SCORES

    def begin(self, checkpoint: Any) -> Snapshot:
        self.begun.append(checkpoint)
        self.done = checkpoint or 0
        return Snapshot(0.0, 0.0, self.done)

    def advance(self, count: int) -> list[Snapshot]:
        if self.stops and self.done >= self.stops[0]:
            self.stops.pop(0)
            raise Stopped("crashed", "killed")
        taken = []
        for _ in range(count):
            self.done += 1
            moved = 9.0 if self.done == self.jump else 1.0
            taken.append(Snapshot(self.losses[self.done - 1], moved, self.done))
        return taken

    def checkpoint(self) -> Any:
        return self.done

    def trouble(self) -> str:
        return self.unlike

    def confirm(self, step: int, earlier: Snapshot | None, before: Snapshot, after: Snapshot) -> Confirmed:
        self.looked.append((step, earlier and earlier.state, before.state, after.state))
        return Confirmed(loss=step not in self.wrong, update=step not in self.wrong, off=0.25)

    def scores(self) -> np.ndarray:
        return self.answers

    def scores_again(self, last: Snapshot) -> np.ndarray:
        assert last.state == self.done
        return SCORES


def trained(walk: Walk, seed: int = 0, steps: int = STEPS) -> Ended:
    return train(walk, steps, np.random.default_rng(seed), lambda *_: None)


# --- steps that are looked at --------------------------------------------------------------------------------------------


def test_a_run_to_its_end_is_looked_at_at_drawn_steps_the_last_one_and_the_one_that_went_farthest() -> None:
    walk = Walk(jump=18)
    ended = trained(walk)
    assert (ended.state, ended.network, ended.update) == ("passed", "", "")
    assert len(ended.losses) == STEPS
    steps = [step for step, *_ in walk.looked]
    assert {17, STEPS - 1} < set(steps)
    assert ended.checked == len(steps) == len(set(steps))
    assert AT_RANDOM <= len(steps) <= AT_RANDOM + 2
    for step, earlier, before, after in walk.looked:
        assert (before, after) == (step, step + 1)
        assert earlier == (step - 1 if step else None)


def test_which_steps_are_looked_at_differs_between_draws() -> None:
    seen = set()
    for seed in range(5):
        walk = Walk()
        trained(walk, seed)
        seen.add(tuple(step for step, *_ in walk.looked))
    assert len(seen) == 5


def test_a_first_step_that_is_drawn_has_nothing_before_it() -> None:
    walk = Walk()
    trained(walk, steps=2)
    assert walk.looked[0] == (0, None, 0, 1)


def test_a_step_that_is_not_what_it_should_be_is_told_by_number_of_steps_and_not_by_its_place() -> None:
    ended = trained(Walk(wrong=range(STEPS)))
    assert (
        ended.network
        == f"at {ended.checked} of {ended.checked} steps, the loss is not that of the network, by up to 25%"
    )
    assert ended.update == f"at {ended.checked} of {ended.checked} steps, the step is not that of the rule"


def test_another_network_is_not_looked_at() -> None:
    walk = Walk()
    walk.unlike = "it is another network"
    ended = trained(walk)
    assert (ended.network, walk.looked) == ("it is another network", [])
    assert "cannot be computed again" in ended.update


@pytest.mark.parametrize("answers", [SCORES[::-1], SCORES[:3], SCORES * 1.5])
def test_answers_that_do_not_follow_from_the_last_state_are_no_answers_of_the_network(answers: np.ndarray) -> None:
    walk = Walk()
    walk.answers = answers
    assert trained(walk).network == "the network does not answer what its parameters say"


# --- how runs end --------------------------------------------------------------------------------------------------------


def test_a_loss_that_is_no_number_ends_the_run() -> None:
    walk = Walk([1.0] * 24 + [float("nan")] * 16)
    ended = trained(walk)
    assert (ended.state, ended.sentence) == ("not-a-number", "from step 25 on the loss is not a number")
    assert walk.done == 30
    assert ended.checked
    assert ended.scores is None


def test_a_loss_that_grows_ends_the_run() -> None:
    ended = trained(Walk([2.0 * 1.2**step for step in range(STEPS)]))
    assert (ended.state, ended.sentence) == ("diverged", "the loss grew from 2 to 32 in 20 steps")


def test_a_loss_that_stays_where_it_is_does_not_diverge() -> None:
    assert trained(Walk([2.3] * STEPS)).state == "passed"


def test_what_a_worker_cannot_do_ends_the_run_with_its_state() -> None:
    class Full(Walk):
        def scores(self) -> np.ndarray:
            raise StudentFault("out-of-memory", "it needs more than 1 MB")

    ended = trained(Full())
    assert (ended.state, ended.sentence, ended.scores) == ("out-of-memory", "it needs more than 1 MB", None)


def test_a_run_whose_process_somebody_else_kills_goes_on_from_its_last_checkpoint() -> None:
    whole, broken = Walk(steps=100), Walk(steps=100)
    broken.stops = [60, 70]
    first, second = trained(whole, steps=100), trained(broken, steps=100)
    assert broken.begun == [None, 40, 40]
    assert first == second
    assert whole.looked == broken.looked


def test_a_run_that_is_killed_before_its_first_checkpoint_starts_again() -> None:
    walk = Walk()
    walk.stops = [0]
    assert trained(walk).state == "passed"
    assert walk.begun == [None, None]


def test_a_run_that_is_killed_again_and_again_fails() -> None:
    walk = Walk()
    walk.stops = [10] * (RETRIES + 1)
    ended = trained(walk)
    assert (ended.state, ended.sentence) == ("crashed", "its process was stopped 3 times")


# --- points --------------------------------------------------------------------------------------------------------------


def band() -> Band:
    """None of the points up to 0.5, all from 0.875 on: a quarter of the way down."""
    return Band("far", "cpu", "toys", (1.0, 1.0), (0.4, 0.6), (1.0, 0.1), (2.0, 0.4))


def run(title: str = "A toy", sources: Sequence[Path] = ()) -> Run:
    held = Held(np.array([0, 1, 2, 0]), np.zeros((4, 2, 2)), "held-out toys", tuple("abc"))
    return Run(title, 2, 2, 2, 5, lambda *_: Walk(), lambda: held, "", tuple(sources), ("toys", "1"))


def test_room_is_left_below_the_reference_for_bad_luck_for_its_worst_seed_and_for_the_last_quarter() -> None:
    steady = replace(band(), reference=(0.9, 0.9, 0.9))
    assert (steady.floor, steady.full) == (0.5, pytest.approx(0.8))
    scattered = replace(steady, reference=(0.85, 0.9, 0.95))
    assert scattered.full == pytest.approx(0.9 - 4 * 0.05)
    assert replace(steady, reference=(0.7, *[0.9] * 199)).full == 0.7


@pytest.mark.parametrize(("right", "share"), [(0.0, 0), (0.5, 0), (0.65, 0.4), (0.8, 0.8), (0.875, 1), (1.0, 1)])
def test_points_rise_linearly_between_floor_and_band(right: float, share: float) -> None:
    assert band().share(right) == pytest.approx(share)
    rows = judged("far", run(), band(), Ended(network="", update="", checked=5), right, 1.0)
    assert [row.points for row in rows] == pytest.approx([2, 2, 5 * share])
    assert rows[2].status == ("passed" if share == 1 else "failed")


@pytest.mark.parametrize("fault", ["network", "update"])
def test_what_was_learned_counts_only_where_the_training_is_confirmed(fault: str) -> None:
    ended = replace(Ended(network="", update="", checked=5), **{fault: "something is off"})
    rows = {row.name: row for row in judged("far", run(), band(), ended, 1.0, 1.0)}
    assert (rows[f"far_{fault}"].status, rows[f"far_{fault}"].message) == ("failed", "something is off")
    assert (rows["far_learned"].status, rows["far_learned"].points) == ("skipped", 0)
    assert sum(row.points for row in rows.values()) == 2


def test_a_run_that_went_astray_keeps_the_points_for_the_steps_that_were_right() -> None:
    ended = Ended("diverged", "the loss grew", [1.0], 3, "", "")
    rows = judged("far", run(), band(), ended, None, 1.0)
    assert [(row.status, row.points) for row in rows] == [("passed", 2), ("passed", 2), ("diverged", 0)]
    nothing = judged("far", run(), band(), Ended("timed-out", "too late"), None, 1.0)
    assert [(row.status, row.points, row.message) for row in nothing] == [("timed-out", 0, "too late")] * 3


def result(name: str, points: float, most: float) -> ExerciseResult:
    return ExerciseResult(name, points, most, "passed", 0.0, None, ())


def test_a_run_needs_sixty_percent_of_each_exercise_that_it_builds_on(real: Course) -> None:
    training = real.assignment("train_networks").training
    assert training is not None
    depth = next(run for run in training.runs if run.name == "depth")
    enough = [result("residual_block", 7.2, 12), result("train_step", 6, 6), result("adam", 0, 12)]
    assert gate(depth, enough) == ""
    told = gate(depth, [result("residual_block", 7.1, 12), *enough[1:]])
    assert told == "not trained: it builds on residual_block, which has earned 7.1 of 12 points, and 60% are needed"


# --- bands ---------------------------------------------------------------------------------------------------------------


def test_a_band_follows_from_code_and_not_from_comments(tmp_path: Path) -> None:
    source = tmp_path / "rule.py"
    source.write_text('"""A rule."""\ndef rule(x):\n    """Twice."""\n    return 2 * x\n')
    toy = run(sources=[source])
    key = key_of("far", toy, "cpu")
    source.write_text('"""The rule."""\n# a comment\n\ndef rule(x):\n    """Two times."""\n    return 2 * x\n')
    assert key_of("far", toy, "cpu") == key
    others = {
        key_of("far", toy, "cuda"),
        key_of("wide", toy, "cpu"),
        key_of("far", replace(toy, data=("toys", "2")), "cpu"),
    }
    source.write_text("def rule(x):\n    return 3 * x\n")
    assert len({key, key_of("far", toy, "cpu"), *others}) == 5


def test_the_bands_of_the_course_are_there_and_leave_room_for_points(real: Course) -> None:
    for name, each in runs_of(real, real.assignment("train_networks")).items():
        stored = band_of(real, "train_networks", name, each, "cpu")
        assert stored.floor + 0.01 < stored.full < min(1.0, np.mean(stored.reference))
        assert len(stored.reference) == len(stored.baseline) >= 5
        assert len(stored.low) == len(stored.high) == each.steps


def test_without_a_band_one_sentence_says_which_and_a_command_measures_it(real: Course) -> None:
    with pytest.raises(GraderError, match=r"^tiny has no reference band for far on cuda with toys\.$"):
        band_of(real, "tiny", "far", run(), "cuda")
    assert how_to_measure("tiny", "cuda", None) == "autograder bands tiny --device cuda"
    assert how_to_measure("tiny", "cpu", Path("c.tar.gz")) == "autograder bands tiny --device cpu --data c.tar.gz"


def test_points_of_runs_that_differ_from_the_front_matter_are_refused(tmp_path: Path, real: Course) -> None:
    import shutil  # noqa: PLC0415

    course = Course(Path(shutil.copytree(real.root, tmp_path / "course")))
    edit(course, "assignments/train_networks/train_networks.md", "depth: {points: 4,", "depth: {points: 5,")
    with pytest.raises(GraderError, match=r"training\.py of train_networks has the points"):
        runs_of(course, course.assignment("train_networks"))


def test_a_loss_is_smoothed_over_the_steps_around() -> None:
    assert smoothed([1.0] * 20) == [1.0] * 20
    assert smoothed([0.0] * 10 + [11.0] + [0.0] * 10)[5:16] == [1.0] * 11


# --- what is kept --------------------------------------------------------------------------------------------------------


def test_what_is_seen_of_a_run_survives_json() -> None:
    curve = Curve((2.0, 1.0), (1.5, 0.5), (2.5, 1.5))
    record = TrainingRecord(
        "A toy", "held-out toys", curve, 0.75, 0.5, 0.9, ("a", "b"), ((3, 1), (0, 4)), (Misread([[0, 255]], 0, 1),)
    )
    bare = Report("a", "a.ipynb", None, "", "", "", "none", "graded", None, 1.0, 1.0, 0.0, ())
    assert "training" not in bare.as_json()
    for report in (bare, replace(bare, training=(record,))):
        assert Report.from_json(json.loads(json.dumps(report.as_json()))) == report
