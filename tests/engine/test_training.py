"""The training stage of the engine: steps that are taken again, how runs end, what somebody else's killing costs, bands and gates."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from autograder.course.assignment import CourseError, GraderError
from autograder.course.folders import Course
from autograder.course.report import Curve, ExerciseResult, Finding, Misread, Report, TrainingRecord
from autograder.suite.errors import Stopped, StudentFault
from autograder.training import Held, Phase, Run
from autograder.training.bands import Band, band_of, how_to_measure, key_of, smoothed
from autograder.training.contract import Layer, runs_of
from autograder.training.judging import gate, judged
from autograder.training.layouts import Unlike, matching, read_table
from autograder.training.running import RETRIES, Ended, train
from autograder.training.sessions import Session
from autograder.training.stage import TrainingOptions, TrainingStage
from autograder.training.steps import MEAN_OFF, MOST_OFF, Step, Tensors, compared, confirmed, told, until_wrong
from tests.support.mini_course import edit

STEPS = 40
SCORES = np.eye(3)[[0, 1, 2, 0]]
HELD = np.zeros((4, 1, 2, 2), np.float32)


class Walk(Session):
    """A session that counts: its numbers are how many steps were taken."""

    def __init__(
        self, losses: Sequence[float] = (), wrong: Sequence[int] = (), phases: Sequence[int] = (STEPS,)
    ) -> None:
        steps = sum(phases)
        self.known_losses = list(losses) or [2.0 / (1 + step) for step in range(steps)]
        self.wrong = set(wrong)
        self.done = 0
        self.phases, self.begun = list(phases), list[Any]()
        self.followed: list[int] = []
        self.stops: list[int] = []  # steps at which somebody kills the process
        self.no_numbers = steps + 1  # from this step on
        self.trouble = ""
        self._left, self._size = 0, 1

    def begin(self, checkpoint: Any = None) -> None:
        self.begun.append(checkpoint)
        self.done, self.phase, self._left = checkpoint or (0, 0, self.phases[0])

    def next_phase(self) -> None:
        assert len(self.followed) >= self.done  # all of the phase before
        self.phase += 1
        self._left = self.phases[self.phase]

    def advance(self, count: int) -> np.ndarray:
        if self.stops and self.done >= self.stops[0]:
            self.stops.pop(0)
            raise Stopped("crashed", "killed")
        rows = np.arange(self.done + 1, self.done + count + 1, dtype=np.float32)[:, None]
        self.done += count
        self._left -= count
        return np.where(rows >= self.no_numbers, np.nan, rows)

    def checkpoint(self) -> Any:
        return self.done, self.phase, self._left

    def follow(self, rows: np.ndarray) -> list[Step]:
        steps = [int(row[0]) - 1 for row in rows]
        self.followed += steps
        return [Step(self.known_losses[step], 0.9 * (step in self.wrong), worst="scale") for step in steps]

    def scores(self, images: np.ndarray) -> np.ndarray:
        assert images is HELD
        return SCORES


def trained(walk: Walk, steps: int = STEPS) -> Ended:
    return train(walk, steps, HELD, lambda *_: None)


# --- steps ---------------------------------------------------------------------------------------------------------------


def test_every_step_is_taken_again_in_its_order() -> None:
    walk = Walk()
    ended = trained(walk)
    assert (ended.state, ended.trouble, told(ended.steps)) == ("passed", "", "")
    assert walk.followed == list(range(STEPS))
    assert ended.losses == walk.known_losses
    assert ended.scores is SCORES


def test_a_phase_begins_when_all_of_the_one_before_has_been_followed() -> None:
    walk = Walk(phases=(23, 17))
    assert trained(walk).state == "passed"
    assert (walk.phase, walk.followed) == (1, list(range(STEPS)))


def test_another_network_is_not_trained() -> None:
    walk = Walk()
    walk.trouble = "it is another network"
    ended = trained(walk)
    assert (ended.trouble, ended.steps, ended.scores, walk.done) == ("it is another network", [], None, 0)


TABLE: list[Layer] = [
    ("a", [("linear", [2, 2]), ("linear bias", [2])]),
    ("b", [("scale", [2]), ("running mean", [2])]),
]
BEFORE = np.array([1, 2, 3, 4, 0.5, 0.5, 1, 1, 0, 0], np.float32)
WAY = np.array([0.1, -0.2, 0.1, 0.3, 0.1, 0.1, -0.1, 0.2, 0.5, 0.5], np.float32)


def measured(*rows: np.ndarray) -> Step:
    before, should, is_ = (torch.from_numpy(row.astype(np.float32)) for row in rows)
    return compared(Tensors.of(TABLE), before, should, is_, 1.0)


def beside(taken: np.ndarray) -> Step:
    return measured(BEFORE, BEFORE + WAY, BEFORE + taken)


def test_the_same_step_is_off_by_nothing_and_rounding_is_nothing() -> None:
    for taken in (WAY, WAY + 1e-7 * np.sign(BEFORE)):
        assert beside(taken).off == 0
        assert beside(taken).statistics == 0
    assert confirmed([beside(WAY)]) == [True]
    assert told([beside(WAY)]) == ""


@pytest.mark.parametrize(
    ("factors", "says"),
    [
        ([0.5] * 8, "in the right direction, and 0.5 times as long as they should be"),
        ([0.0] * 8, "the parameters do not move"),
        ([-1.0] * 8, "in the opposite direction, and 1 times as long"),
        ([1, 1, 1, 1, 1, 1, -1, -1], "furthest off: scale"),
        ([1, 1, 1, 1, 0, 0, 1, 1], "furthest off: linear bias"),
        ([1e9] * 8, "numbers come from elsewhere"),
    ],
)
def test_how_steps_differ_is_told_in_a_sentence(factors: list[float], says: str) -> None:
    steps = [beside(WAY), *[beside(WAY * [*factors, 1, 1])] * 3]
    assert confirmed(steps) == [True, False, False, False]
    sentence = told(steps)
    assert sentence.startswith("3 of 4 steps are not those of the contract, the first of them step 2: ")
    assert says in sentence


def test_squares_are_the_same_wherever_they_are_summed() -> None:
    rows = [torch.randn(len(BEFORE), generator=torch.Generator().manual_seed(seed)) for seed in range(3)]
    tensors = Tensors.of(TABLE)
    assert np.allclose(tensors.squares(rows), tensors.squares_on_device(rows), rtol=1e-12)
    assert tensors.squares(rows)[1, 0] == pytest.approx(float((rows[1][:4].double() ** 2).sum()))


def test_running_statistics_are_the_graders_own_whatever_is_handed_over() -> None:
    handed_over, own = torch.arange(10.0), -torch.ones(10)
    followed = Tensors.of(TABLE).followed(handed_over, own)
    assert followed.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, -1, -1]
    assert Tensors.of(TABLE[:1]).followed(handed_over[:6], own[:6]).tolist() == [0, 1, 2, 3, 4, 5]


def test_running_statistics_are_told_apart_from_what_is_learned() -> None:
    step = beside(WAY * [*[1] * 8, 1, 0.5])
    assert step.off == 0
    assert "the parameters go where they should, and the running statistics do not" in told([step])


def test_a_step_has_room_to_round_in_and_all_of_them_together_have_little() -> None:
    def off(share: float) -> Step:
        return beside(WAY * [*[1 + share] * 8, 1, 1])

    near, far = off(0.5 * MEAN_OFF), off(0.9 * MOST_OFF)
    assert confirmed([*[near] * 19, far]) == [True] * 20
    assert confirmed([near, near, far]) == [True, True, False]
    assert confirmed([near, near, off(1.1 * MOST_OFF)]) == [True, True, False]
    assert confirmed([]) == []


@pytest.mark.parametrize("number", [np.nan, np.inf, 1e30])
def test_numbers_beyond_all_measure_confirm_nothing(number: float) -> None:
    taken = WAY.copy()
    taken[3] = number
    assert confirmed([beside(taken)]) == [False]
    assert confirmed([measured(BEFORE, BEFORE + taken, BEFORE)]) == [False]


def test_a_step_that_leads_nowhere_is_not_confirmed_by_standing_still() -> None:
    """Neither one of no length, nor one that is lost in the rounding of large numbers."""
    for before in (BEFORE, 1e7 * BEFORE):
        way = 0 * WAY if before is BEFORE else WAY
        assert confirmed([measured(before, before + way, before)]) == [False]


def test_steps_count_until_the_first_that_is_wrong() -> None:
    right, wrong = beside(WAY), beside(-WAY)
    assert [until_wrong(steps) for steps in ([], [right] * 3, [right, right, wrong, right], [wrong, right])] == [
        0,
        3,
        2,
        0,
    ]


# --- layers --------------------------------------------------------------------------------------------------------------


def test_a_table_that_names_a_layer_twice_is_none_since_rows_would_be_sent_that_are_not_filled() -> None:
    table = [("a", [("weight", [2, 3])]), ("b", [("weight", [2, 3])])]
    assert read_table(table) == table
    assert read_table([table[0], table[0]]) is None


def test_layers_of_another_order_and_other_names_are_found_by_kind_and_shape() -> None:
    mine: list[Layer] = [("stages.0.x", [("linear", [2, 2])]), ("fc", [("linear", [1, 2])])]
    theirs: list[Layer] = [("fc", [("linear", [1, 2])]), ("stages.0.inner.y", [("linear", [2, 2])])]
    (layout,) = matching(mine, theirs, ("stages",))
    row = torch.arange(6.0)
    assert layout.of_student(row).tolist() == [4, 5, 0, 1, 2, 3]
    assert layout.of_reference(layout.of_student(row)).tolist() == row.tolist()
    with pytest.raises(Unlike):
        matching(mine, theirs[:1], ("stages",))


# --- how runs end --------------------------------------------------------------------------------------------------------


def test_numbers_that_are_none_end_the_run_and_what_came_before_counts() -> None:
    walk = Walk()
    walk.no_numbers = 25
    ended = trained(walk)
    assert (ended.state, ended.sentence) == ("not-a-number", "after step 25 its parameters are no numbers any more")
    assert (walk.done, walk.followed, ended.scores) == (30, list(range(24)), None)


def test_a_loss_that_is_no_number_ends_the_run() -> None:
    ended = trained(Walk([1.0] * 24 + [float("nan")] * 16))
    assert (ended.state, ended.sentence) == ("not-a-number", "from step 25 on the loss is not a number")
    assert ended.scores is None


def test_a_loss_that_grows_ends_the_run() -> None:
    ended = trained(Walk([2.0 * 1.2**step for step in range(STEPS)]))
    assert (ended.state, ended.sentence) == ("diverged", "the loss grew from 2 to 32 in 20 steps")


def test_a_loss_that_stays_where_it_is_does_not_diverge() -> None:
    assert trained(Walk([2.3] * STEPS)).state == "passed"


def test_what_a_worker_cannot_do_ends_the_run_with_its_state_and_the_steps_so_far() -> None:
    class Full(Walk):
        def advance(self, count: int) -> np.ndarray:
            if self.done == 20:
                raise StudentFault("out-of-memory", "it needs more than 1 MB")
            return super().advance(count)

    ended = trained(Full())
    assert (ended.state, ended.sentence, ended.scores) == ("out-of-memory", "it needs more than 1 MB", None)
    assert len(ended.steps) == 20


def test_a_run_whose_process_somebody_else_kills_goes_on_from_its_last_checkpoint() -> None:
    for phases in ((100,), (50, 50), (65, 35)):
        whole, broken = Walk(phases=phases), Walk(phases=phases)
        broken.stops = [60, 70]
        first, second = trained(whole, steps=100), trained(broken, steps=100)
        assert [each and each[0] for each in broken.begun] == [None, 40, 40]
        assert np.array_equal(first.scores, second.scores)  # type: ignore[arg-type]
        assert replace(first, scores=None) == replace(second, scores=None)
        assert whole.followed == broken.followed == list(range(100))


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
    held = Held(HELD, np.array([0, 1, 2, 0]), "held-out toys", tuple("abc"))
    phases = (Phase(4, lambda *_: None),)
    return Run(title, 6, 3, lambda *_: phases, lambda: held, "", tuple(sources), ("toys", "1"))


def ended_with(*offs: float, **more: Any) -> Ended:
    return Ended(steps=[Step(1.0, off, 0.5, 1.0, "scale") for off in offs], **more)


def test_room_is_left_below_the_reference_for_bad_luck_for_its_worst_seed_and_for_the_last_quarter() -> None:
    steady = replace(band(), reference=(0.9, 0.9, 0.9))
    assert (steady.floor, steady.full) == (0.5, pytest.approx(0.8))
    scattered = replace(steady, reference=(0.85, 0.9, 0.95))
    assert scattered.full == pytest.approx(0.9 - 4 * 0.05)
    assert replace(steady, reference=(0.7, *[0.9] * 199)).full == 0.7


@pytest.mark.parametrize(("right", "share"), [(0.0, 0), (0.5, 0), (0.65, 0.4), (0.8, 0.8), (0.875, 1), (1.0, 1)])
def test_points_rise_linearly_between_floor_and_band(right: float, share: float) -> None:
    assert band().share(right) == pytest.approx(share)
    rows = judged("far", run(), band(), ended_with(0, 0, 0, 0), right, 1.0)
    assert [row.points for row in rows] == pytest.approx([6, 3 * share])
    assert rows[1].status == ("passed" if share == 1 else "failed")


def test_what_was_learned_counts_only_where_every_step_is_confirmed() -> None:
    steps, learned = judged("far", run(), band(), ended_with(0, 0, 0, 0.5), 1.0, 1.0)
    assert (steps.name, steps.status, steps.points) == ("far_steps", "failed", 4.5)
    assert steps.message.startswith("1 of 4 steps are not those of the contract, the first of them step 4: ")
    assert (learned.name, learned.status, learned.points) == ("far_learned", "skipped", 0)


def test_another_network_earns_nothing() -> None:
    rows = judged("far", run(), band(), Ended(trouble="another network"), None, 1.0)
    assert [(row.status, row.points) for row in rows] == [("failed", 0), ("skipped", 0)]
    assert rows[0].message == "another network"


def test_a_run_that_went_astray_keeps_the_points_for_the_steps_that_were_right() -> None:
    rows = judged("far", run(), band(), ended_with(0, state="diverged", sentence="the loss grew"), None, 1.0)
    assert [(row.status, row.points, row.message) for row in rows] == [
        ("diverged", 1.5, "the loss grew"),
        ("diverged", 0, "the loss grew"),
    ]
    nothing = judged("far", run(), band(), Ended("timed-out", "too late"), None, 1.0)
    assert [(row.status, row.points, row.message) for row in nothing] == [("timed-out", 0, "too late")] * 2


def test_a_mistake_that_has_been_paid_for_is_told_and_costs_nothing_more() -> None:
    rows = judged("far", run(), band(), ended_with(0, 0, 0, 0), 1.0, 1.0, ["the rate is squared"])
    assert sum(row.points for row in rows) == 9
    assert (
        rows[0].message == "all 4 steps were taken again, with what the tests have found already: the rate is squared"
    )


def result(name: str, points: float, most: float) -> ExerciseResult:
    return ExerciseResult(name, points, most, "passed", 0.0, None, ())


def test_a_run_needs_something_of_each_exercise_that_it_builds_on(real: Course) -> None:
    training = real.assignment("train_networks").training
    assert training is not None
    depth = next(run for run in training.usual.runs if run.name == "depth")
    something = [result("residual_block", 0.5, 12), result("train_step", 6, 6), result("adam", 0, 12)]
    assert gate(depth, something) == ""
    nothing = gate(depth, [result("residual_block", 0, 12), *something[1:]])
    assert nothing == "not trained: it builds on residual_block, which has earned nothing"


def named(real: Course, *exercises: tuple[str, float, float, str | None]) -> list[str]:
    """The mistakes that the inception run is compared with: of each exercise its points, of how many, and the name that was found."""
    assignment = real.assignment("train_networks")
    assert assignment.training is not None
    (inception,) = [run for run in assignment.training.usual.runs if run.name == "inception"]
    results = [
        replace(result(name, points, most), misconception=Finding(mistake, "", "") if mistake else None)
        for name, points, most, mistake in exercises
    ]
    return [one.id for one in TrainingStage(real, TrainingOptions("cpu"))._named(assignment, inception, results)]


def test_behind_a_mistake_that_has_a_name_no_other_part_can_hide(real: Course) -> None:
    ignored = ("train_step", 2.5, 6.0, "heads-ignored")
    assert named(real, ignored, ("auxiliary_head", 10, 10, None), ("adam", 12, 12, None)) == ["heads-ignored"]
    assert named(real, ignored, ("auxiliary_head", 9.5, 10, None)) == ["heads-ignored"]
    assert named(real, ignored, ("auxiliary_head", 4, 10, None)) == []
    assert named(real, ignored, ("auxiliary_head", 4, 10, "pattern-factor")) == []
    assert named(real, ignored, ("momentum", 0, 8, None)) == ["heads-ignored"], "the run does not need it"


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


def test_a_band_is_found_by_every_version_of_python(tmp_path: Path) -> None:
    """3.12 gave each function a list of type parameters, and 3.13 leaves empty lists out of what it prints of a tree."""
    (source := tmp_path / "rule.py").write_text(
        "class Rule:\n    def __call__(self, x=None):\n        return f'{x!r}', x[:]\n"
    )
    assert key_of("far", run(sources=[source]), "cpu") == "74800bf3b3260cc7"


def test_the_bands_of_the_course_are_there_and_leave_room_for_points(real: Course) -> None:
    for name, each in runs_of(real, real.assignment("train_networks")).items():
        stored = band_of(real, "train_networks", name, each, "cpu")
        assert stored.floor + 0.01 < stored.full < min(1.0, np.mean(stored.reference))
        assert len(stored.reference) == len(stored.baseline) >= 5
        assert len(stored.low) == len(stored.high) == each.length
        assert stored.measured.keys() >= {"date", "device", "torch"}


def test_without_a_band_one_sentence_says_which_and_a_command_measures_it(real: Course) -> None:
    with pytest.raises(GraderError, match=r"^tiny has no reference band for far on cuda with toys\.$"):
        band_of(real, "tiny", "far", run(), "cuda")
    assignment = real.assignment("train_networks")
    assert assignment.training is not None
    command = "autograder bands train_networks --device"
    assert how_to_measure(assignment, "cuda", None) == f"{command} cuda"
    assert how_to_measure(assignment, "cpu", Path("c.tar.gz")) == f"{command} cpu --data c.tar.gz"
    assert how_to_measure(assignment, "cuda", None, assignment.training.usual) == f"{command} cuda --profile digits"


def test_points_of_runs_that_differ_from_the_front_matter_are_refused(tmp_path: Path, real: Course) -> None:
    import shutil  # noqa: PLC0415

    course = Course(Path(shutil.copytree(real.root, tmp_path / "course")))
    text = "assignments/train_networks/train_networks.md"
    edit(course, text, "depth: {points: 4,", "depth: {points: 5,")
    with pytest.raises(CourseError, match="all have the same points"):
        course.assignment("train_networks")
    edit(course, text, " transfer: {points: 5,", " transfer: {points: 4,")
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
