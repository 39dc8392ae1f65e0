"""The training runs of `train_networks` as they are: confined, with the reference, with other right answers, with faults and cheats."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import psutil
import pytest

from autograder.course.assignment import Assignment, Training
from autograder.course.folders import Course
from autograder.course.report import Report
from autograder.sandbox.launcher import Launcher
from autograder.submission.submitted import answer_program
from autograder.suite.answers import Answers
from autograder.suite.misconceptions import Alternative, Variant, alternatives, misconceptions, rewrite, rewritten
from autograder.suite.student import Student
from autograder.suite.workers import start_launcher
from autograder.training import Run
from autograder.training.bands import Band
from autograder.training.contract import runs_of
from autograder.training.judging import judged
from autograder.training.running import Ended, train
from autograder.training.sessions import Session
from autograder.training.steps import confirmed, told
from tests.support import needs
from tests.support import training_programs as programs
from tests.support.handins import autograder, grade, released, save, solved

ROOT = Path(__file__).resolve().parents[2]
NAME = programs.NAME
RUN = "\nimport starter_code.training_runs\nstarter_code.training_runs.Run"  # what answers in the worker, changed by the program
BAND = Band("residual", "cpu", "digits", (0.9, 0.9), (0.1, 0.1), (), ())
PAID = "momentum-corrected"
FEW = 14  # steps of a run's last phase that show what it is, where the whole of it is not needed
Trainer = Callable[..., Ended]
in_both_modes = pytest.mark.parametrize("started", needs.CONFINED, indirect=True)


@pytest.fixture(scope="module")
def assignment(real: Course) -> Assignment:
    return real.assignment(NAME)


@pytest.fixture(scope="module")
def runs(real: Course, assignment: Assignment) -> dict[str, Run]:
    return runs_of(real, assignment)


@pytest.fixture(scope="module")
def started(request: pytest.FixtureRequest, real: Course, assignment: Assignment) -> Iterator[Launcher]:
    """Confined as well as this machine can, or as a test asks."""
    with start_launcher(real, assignment, getattr(request, "param", "auto")) as launcher:
        yield launcher


@pytest.fixture
def trained(real: Course, assignment: Assignment, runs: dict[str, Run], started: Launcher) -> Trainer:
    """Trains a program; with `steps`, only so many of the run's last phase."""

    def trainer(
        name: str,
        source: str,
        steps: int | None = None,
        watch: Any = lambda *_: None,
        seed: int = 3,
        right: str | None = None,
        **limits: Any,
    ) -> Ended:
        training, run = assignment.training, runs[name]
        assert isinstance(training, Training)
        answers = Answers(answer_program(assignment, source), started, replace(training.usual.limits, **limits))
        parts = SimpleNamespace(**Variant(right or programs.reference(real)).namespace)
        held = run.held().inputs
        *before, last = run.phases(seed, "cpu")
        phases = [*before, replace(last, steps=steps or last.steps)]
        try:
            session = Session(Student(answers), parts, phases, held, seed)
            return train(session, sum(phase.steps for phase in phases), held, watch)
        finally:
            answers.close()

    return trainer


def sound(ended: Ended) -> bool:
    return (ended.state, ended.trouble, told(ended.steps)) == ("passed", "", "")


def share(ended: Ended) -> float:
    """The share of steps that are confirmed."""
    return float(np.mean(confirmed(ended.steps))) if ended.steps else 0.0


# --- right answers -------------------------------------------------------------------------------------------------------


def test_the_reference_gets_all_points_and_there_is_something_to_see(real: Course, tmp_path: Path) -> None:
    course = Course(Path(shutil.copytree(real.root, tmp_path / "course")))
    course.data.mkdir(exist_ok=True)
    (course.data / "secret").write_bytes(bytes(range(32)))  # seeds that are the same each time
    path = save(tmp_path / f"{NAME}.ipynb", solved(real, NAME))
    done = autograder(course.root, "train", path, "--device", "cpu", "--json", tmp_path / "report.json", timeout=300)
    assert done.returncode == 0, done.stderr

    report = Report.from_json(json.loads((tmp_path / "report.json").read_text()))
    assert (report.score, report.max_score) == (100, 100), done.stdout
    training = report.exercises[-1]
    assert (training.name, training.points, training.status) == ("training", 27, "passed")
    assert "of the held-out images are right; all points from" in done.stdout
    assert [record.what for record in report.training] == [
        *("held-out images", "held-out images", "training images", "held-out images of the new classes")
    ]
    for record in report.training:
        assert len(record.curve.loss) == len(record.curve.low) == len(record.curve.high)
        assert record.curve.loss[-1] < record.curve.loss[0]
        table = np.array(record.confusion)
        assert record.right == pytest.approx(np.trace(table) / table.sum())
        assert all(one.label != one.said and np.shape(one.pixels) == (8, 8) for one in record.misread)


OTHERS = [
    (each, name)
    for each in alternatives(ROOT / "solutions" / NAME)
    for name, needs in {
        "residual": ("residual_block", "momentum", "train_step"),
        "inception": ("inception_module", "auxiliary_head", "adam", "train_step"),
        "transfer": ("residual_block", "freeze_for_transfer"),
    }.items()
    if each.exercise in needs
]


@pytest.mark.parametrize(
    ("other", "name"), OTHERS, ids=[f"{each.exercise}: {each.title}, {name}" for each, name in OTHERS]
)
def test_other_right_answers_are_confirmed(real: Course, trained: Trainer, other: Alternative, name: str) -> None:
    ended = trained(name, f"{programs.reference(real)}\n\n{other.source}", FEW)
    assert sound(ended), (ended.trouble, told(ended.steps), ended.sentence)


@pytest.mark.parametrize("name", ["residual", "transfer"])
@pytest.mark.parametrize("other", [programs.NORM_BY_HAND, programs.IN_FLOAT64], ids=["statistics", "float64"])
def test_tensors_may_be_replaced(real: Course, trained: Trainer, other: str, name: str) -> None:
    ended = trained(name, programs.reference(real) + other, FEW)
    assert sound(ended), (ended.trouble, told(ended.steps), ended.sentence)


def test_the_same_seed_gives_the_same_run(real: Course, trained: Trainer) -> None:
    first, second = (trained("residual", programs.reference(real), FEW) for _ in range(2))
    assert first.losses == second.losses
    assert np.array_equal(first.scores, second.scores)  # type: ignore[arg-type]
    assert trained("residual", programs.reference(real), FEW, seed=4).losses != first.losses


# --- faults --------------------------------------------------------------------------------------------------------------

FAULTS = programs.faults(Course(ROOT))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_shows_in_its_run(trained: Trainer, fault: str) -> None:
    name, source, says = FAULTS[fault]
    ended = trained(name, source, FEW)
    assert not sound(ended)
    assert says in (ended.trouble or told(ended.steps))


def test_a_mistake_of_which_no_network_can_be_made_is_not_the_graders_fault(real: Course, tmp_path: Path) -> None:
    source = programs.reference(real) + programs.MISTAKE_THAT_CANNOT_BE_BUILT + programs.WITHOUT_GOOGLENET_AND_TRANSFER
    report = grade(real, save(tmp_path / f"{NAME}.py", source))
    block = report["exercises"][0]
    assert (report["status"], block["misconception"]["id"]) == ("graded", "projection-without-stride")
    assert report["exercises"][-1]["points"] == 6 + 3 + 3 + 1  # all of both networks that are there


def test_a_mistake_with_which_nothing_moves_hides_no_other(real: Course, tmp_path: Path) -> None:
    still = rewritten(programs.reference(real), [rewrite("train_step", "optimizer.step()", "pass")])
    source = still + programs.NAMED_STANDSTILL + programs.WITHOUT_GOOGLENET_AND_TRANSFER
    report = grade(real, save(tmp_path / f"{NAME}.py", source))
    exercises = {each["name"]: each for each in report["exercises"]}
    assert exercises["train_step"]["misconception"] is not None
    rows = {row["name"]: row["points"] for row in exercises["training"]["tests"]}
    assert rows["residual_steps"] == rows["depth_steps"] == 0


def test_a_mistake_that_the_hidden_tests_have_named_is_paid_for_once(real: Course, tmp_path: Path) -> None:
    mistake = next(each for each in misconceptions(real.solution(NAME)) if each.id == PAID)
    source = rewritten(programs.reference(real), mistake.changes) + programs.WITHOUT_GOOGLENET_AND_TRANSFER
    report = grade(real, save(tmp_path / f"{NAME}.py", source))
    exercises = {each["name"]: each for each in report["exercises"]}
    assert exercises["momentum"]["misconception"]["id"] == PAID
    rows = {row["name"]: row for row in exercises["training"]["tests"]}
    assert rows["residual_steps"]["points"] == 6
    assert f"with what the tests have found already: {mistake.title}" in rows["residual_steps"]["message"]
    assert rows["residual_learned"]["status"] in {"passed", "failed"}  # it counts, by what was reached
    assert rows["depth_steps"]["message"] == "all 130 steps were taken again"


# --- cheats --------------------------------------------------------------------------------------------------------------


CHEATS = {
    "trained before": (1, programs.ALL_DIGITS + programs.PRETRAINED.format(steps=60, when=1)),
    "trained in between": (1, programs.ALL_DIGITS + programs.PRETRAINED.format(steps=60, when=20)),
    "test images": (30, programs.ALL_DIGITS + programs.TEST_IMAGES),
    "weights in the notebook": (1, programs.WEIGHTS_IN_THE_NOTEBOOK),
    "weights put in at the last step": (1, programs.ALL_DIGITS + programs.PRETRAINED.format(steps=60, when=30)),
    "a jump behind a row that is no number": (0, programs.ALL_DIGITS + programs.JUMP_BEHIND_NAN),
    "standing still": (30, programs.LAZY),
    "standing still where no gradient comes from": (30, programs.DEAD_NETWORK),
    "a little in another direction each time": (30, programs.ALL_DIGITS + programs.DRIFT),
}


@pytest.mark.isolation
@in_both_modes
@pytest.mark.parametrize("cheat", CHEATS)
def test_a_cheat_does_not_count(real: Course, trained: Trainer, runs: dict[str, Run], cheat: str) -> None:
    """At least so many of its steps are found out; and one is enough for what was learned to count for nothing."""
    least, source = CHEATS[cheat]
    ended = trained("residual", programs.reference(real) + source, 30)
    assert not sound(ended)
    assert confirmed(ended.steps).count(False) >= least
    learned = judged("residual", runs["residual"], BAND, ended, 1.0, 0.0)[1]
    assert learned.points == 0


@pytest.mark.isolation
@in_both_modes
def test_what_a_student_says_of_losses_and_answers_counts_for_nothing(real: Course, trained: Trainer) -> None:
    honest = trained("residual", programs.reference(real), FEW)
    liar = programs.reference(real) + programs.FORGED_CURVE + programs.ALL_DIGITS + programs.MEMORISED_ANSWERS
    ended = trained("residual", liar, FEW)
    assert ended.losses == honest.losses
    assert np.array_equal(ended.scores, honest.scores)  # type: ignore[arg-type]


def test_running_statistics_carry_nothing_from_step_to_step(real: Course, trained: Trainer) -> None:
    honest = trained("residual", programs.reference(real), FEW)
    ended = trained("residual", programs.reference(real) + programs.STATISTICS, FEW)
    assert np.array_equal(ended.scores, honest.scores)  # type: ignore[arg-type]  # by the grader's own, whatever is handed over
    assert max(step.off for step in ended.steps) == 0


def test_a_network_that_was_not_trained_and_knows_the_answers_is_scored_by_its_numbers(
    real: Course, trained: Trainer, runs: dict[str, Run]
) -> None:
    source = programs.reference(real) + programs.LAZY + programs.ALL_DIGITS + programs.MEMORISED_ANSWERS
    ended = trained("residual", source, FEW)
    right = runs["residual"].held().right(ended.scores)
    assert right is not None
    assert right < 0.4
    assert share(ended) == 0


@pytest.mark.isolation
@in_both_modes
def test_a_memory_that_is_made_up_explains_no_step(real: Course, trained: Trainer) -> None:
    assert share(trained("inception", programs.reference(real) + programs.MADE_UP_MEMORY, FEW)) < 0.5


def test_weights_that_a_block_brings_along_are_gone_before_the_first_step(real: Course, trained: Trainer) -> None:
    quiet = programs.WEIGHTS_IN_THE_NOTEBOOK.replace("self.fresh = True", "self.fresh = False")
    ended = trained("residual", programs.reference(real) + quiet, FEW)
    assert sound(ended)
    assert ended.losses == trained("residual", programs.reference(real), FEW).losses


def test_neither_labels_nor_pixels_of_held_out_images_leave_the_grader(
    real: Course, trained: Trainer, runs: dict[str, Run], monkeypatch: Any
) -> None:
    """What is sent to the worker is looked through, down to each array."""
    sent: list[np.ndarray] = []
    call = Answers.call

    def listening(self: Answers, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, inputs: bool) -> Any:
        sent.extend(each for each in args if isinstance(each, np.ndarray))
        return call(self, function, args, kwargs, inputs=inputs)

    monkeypatch.setattr(Answers, "call", listening)
    trained("residual", programs.reference(real), FEW)
    trained("transfer", programs.reference(real), FEW)
    assert any(each.dtype.kind == "i" for each in sent)
    for name in ("residual", "transfer"):
        held = runs[name].held()
        assert not any(len(each) == len(held.labels) for each in sent if each.ndim)


# --- budgets -------------------------------------------------------------------------------------------------------------


def test_a_step_that_does_not_end_is_timed_out(real: Course, trained: Trainer) -> None:
    endless = "\ndef train_step(*_):\n    while True: pass\n"
    ended = trained("residual", programs.reference(real) + endless, FEW, call_seconds=1)
    assert ended.state == "timed-out"
    assert "training did not return within 1 seconds" in ended.sentence


def test_a_budget_that_is_used_up_ends_the_run(real: Course, trained: Trainer) -> None:
    slow = "\n_step = train_step\ndef train_step(*a):\n    import time\n    time.sleep(0.2)\n    return _step(*a)\n"
    ended = trained("residual", programs.reference(real) + slow, wall_seconds=6)
    assert ended.state == "timed-out"
    assert len(ended.losses) < 40  # of 90


def test_a_network_that_takes_too_much_memory_is_out_of_memory(real: Course, trained: Trainer) -> None:
    hungry = "\n_kept = []\ndef train_step(*_):\n    _kept.append(torch.zeros(300, 1024, 1024))\n    return 1.0\n"
    ended = trained("residual", programs.reference(real) + hungry, FEW)
    assert ended.state == "out-of-memory"
    assert ended.scores is None


def test_a_rate_that_is_far_too_large_diverges_or_leaves_the_numbers(real: Course, trained: Trainer) -> None:
    ended = trained("residual", programs.reference(real) + programs.WILD_RATE)
    assert ended.state in {"diverged", "not-a-number"}
    assert share(ended) == 0


@pytest.mark.parametrize(
    "nonsense",
    [
        f"{RUN}.advance = lambda *_: {{'losses': [1.0]}}",
        f"{RUN}.advance = lambda run, count: run.numbers()[None, :-1].repeat(count, 0)",
        f"{RUN}.advance = lambda run, count: run.numbers()[None].repeat(count, 0).astype('float64')",
        f"{RUN}.scores = lambda *_: torch.zeros(3, 10)",
        f"{RUN}.layers = lambda run: [('', layer) for _, layer in _layers(run)]",
        f"{RUN}.layers = lambda *_: [('x', [('convolution', [10**6, 10**6])])]",
        f"{RUN}.advance = lambda *_: None",
        f"{RUN}.__init__ = lambda *_: None",
        "\ndef train_step(*_):\n    return 'a loss'\n",
        "\nclass ResidualBlock:\n    pass\n",
    ],
)
def test_nonsense_is_the_students_and_ends_the_run(real: Course, trained: Trainer, nonsense: str) -> None:
    ended = trained("residual", programs.reference(real) + nonsense, FEW)
    assert ended.state in {"bad-reply", "crashed"} or ended.trouble
    assert ended.scores is None or ended.trouble


def test_a_run_that_says_that_it_is_nothing_is_led_through_its_phases(real: Course, trained: Trainer) -> None:
    ended = trained("transfer", programs.reference(real) + programs.RUN_THAT_IS_NONE, FEW)
    assert (ended.state, len(ended.steps)) in {("passed", 80 + FEW), ("bad-reply", 0), ("crashed", 0)}


def test_a_program_may_use_the_names_of_the_courses_own_functions(real: Course, trained: Trainer) -> None:
    names = "\ntraining = begin = None\n"
    assert sound(trained("residual", programs.reference(real) + names, FEW))


# --- somebody else -------------------------------------------------------------------------------------------------------


def test_a_run_whose_process_is_killed_by_somebody_else_ends_as_if_nothing_had_happened(
    real: Course, trained: Trainer, started: Launcher
) -> None:
    killed = []

    def kill_once(losses: list[float], *_: Any) -> None:
        if len(losses) == 60 and not killed:
            processes = psutil.Process(started.process.pid).children(recursive=True)
            worker = max(processes, key=lambda each: each.create_time())  # it was forked last
            assert not worker.children()
            killed.append(worker.pid)
            worker.kill()

    undisturbed = trained("residual", programs.reference(real))
    ended = trained("residual", programs.reference(real), watch=kill_once)
    assert killed
    assert ended.losses == undisturbed.losses
    assert np.array_equal(ended.scores, undisturbed.scores)  # type: ignore[arg-type]
    assert sound(ended)


# --- the commands --------------------------------------------------------------------------------------------------------


def test_training_can_be_left_out_and_the_report_is_then_out_of_the_other_points(real: Course, tmp_path: Path) -> None:
    path = save(tmp_path / f"{NAME}.ipynb", solved(real, NAME))
    report = grade(real, path, "--no-training")
    assert (report["score"], report["max_score"]) == (73, 73)
    assert "training" not in [exercise["name"] for exercise in report["exercises"]]


def test_what_is_not_written_yet_is_not_trained(real: Course, tmp_path: Path) -> None:
    path = save(tmp_path / f"{NAME}.ipynb", released(real, NAME))
    report = grade(real, path)
    assert (report["score"], report["max_score"]) == (0, 100)
    training = report["exercises"][-1]
    assert (training["name"], training["status"], len(training["tests"])) == ("training", "skipped", 4)
    assert all("which has earned nothing" in test["message"] for test in training["tests"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("train", "inception_ops.py"), "inception_ops has nothing to train; `autograder grade` grades it."),
        (("train", f"{NAME}.py", "--device", "tpu"), "--device is auto, cpu or cuda, not tpu."),
        (("train", "nothing.ipynb"), "nothing.ipynb is not named after an assignment"),
        (
            ("grade", f"{NAME}.py", "--data", "digits", "--no-training"),
            "--data says what to train on, and --no-training",
        ),
        (("bands", "inception_ops"), "inception_ops has nothing to train"),
        (("bands", "nothing"), "There is no assignment 'nothing'."),
    ],
)
def test_a_request_that_makes_no_sense_is_one_line(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    for name in ("inception_ops.py", f"{NAME}.py"):
        (tmp_path / name).write_text("x = 1\n")
    paths = [tmp_path / each if each.endswith((".py", ".ipynb")) else each for each in arguments]
    done = autograder(ROOT, *paths)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert message in done.stderr


def test_bands_that_are_there_are_not_measured_again() -> None:
    done = autograder(ROOT, "bands", NAME, "--device", "cpu")
    assert (done.returncode, done.stdout) == (0, "All bands are there.\n"), done.stderr
