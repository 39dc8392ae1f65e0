"""Judges a run: whether it may start, the points of both of its parts, and what there is to see of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np

from autograder.course.assignment import TrainingRun
from autograder.course.report import Curve, ExerciseResult, Misread, State, TestResult, TrainingRecord
from autograder.training.bands import Band, smoothed
from autograder.training.contract import Held, Run
from autograder.training.running import Ended
from autograder.training.steps import told, until_wrong

MISREAD = 8  # images that are shown
HIGHEST_DRAWN = 1e30  # a loss beyond is not drawn
LARGEST_OFF = 1e6  # a step that is further off counts as this far off
RunPart = Literal["steps", "learned"]
RUN_PARTS: dict[RunPart, str] = {"steps": "each step is that of the contract", "learned": "what it has learned"}


def gate(declared: TrainingRun, exercises: Sequence[ExerciseResult]) -> str:
    """Why a run does not start; empty when something is right of each exercise that it builds on."""
    for exercise in exercises:
        if exercise.name in declared.needs and not exercise.points:
            return f"not trained: it builds on {exercise.name}, which has earned nothing"
    return ""


def skipped(name: str, run: Run, why: str) -> TestResult:
    """The result of a run that did not start."""
    return TestResult(name, run.title, 0.0, run.points, "skipped", why, 0.0)


def judged(  # noqa: PLR0913, PLR0917  (what a run comes to)
    name: str,
    run: Run,
    band: Band,
    ended: Ended,
    right: float | None,
    seconds: float,
    paid: Sequence[str] = (),
) -> list[TestResult]:
    """The results of both parts of a run that was started. `paid`: mistakes with which its steps are what they should be."""
    steps, learned = (partial(_result, name, run, seconds / 2, part) for part in RUN_PARTS)
    if ended.trouble:
        return [
            steps("failed", 0.0, ended.trouble),
            learned("skipped", 0.0, "not trained, since it is another network"),
        ]
    before, wrong = until_wrong(ended.steps), told(ended.steps)
    share = before / run.length
    if wrong:
        wrong += f"; the {before} before it count"
    if ended.state != "passed":
        said = "; ".join(filter(None, (ended.sentence, wrong)))
        return [steps(ended.state, share, said), learned(ended.state, 0.0, ended.sentence)]
    if right is None:
        useless = "its answers are no usable numbers"
        return [steps("bad-reply", 0.0, useless), learned("bad-reply", 0.0, useless)]
    reached = f"{right:.1%} of the {run.held().what} are right; all points from {band.full:.1%} on, none up to {band.floor:.1%}"
    if wrong:
        why = f"not counted, since the training is not confirmed; {reached}"
        return [steps("failed", share, wrong), learned("skipped", 0.0, why)]
    again = f"all {len(ended.steps)} steps were taken again"
    if paid:
        again += f", with what the tests have found already: {'; '.join(paid)}"
    earned = band.share(right)
    return [steps("passed", 1.0, again), learned("passed" if earned == 1 else "failed", round(earned, 3), reached)]


def _result(  # noqa: PLR0913, PLR0917  (all that is in it)
    name: str, run: Run, seconds: float, part: RunPart, state: State, share: float, message: str
) -> TestResult:
    """The result of one part of a run, with a share of its points."""
    points = run.steps if part == "steps" else run.learned
    title = f"{run.title}: {RUN_PARTS[part]}"
    return TestResult(f"{name}_{part}", title, points * share, points, state, message, seconds)


def record_of(run: Run, band: Band, ended: Ended, right: float | None, held: Held) -> TrainingRecord:
    """What there is to see of a run."""
    finite = [round(loss, 4) for loss in smoothed([x for x in ended.losses if abs(x) < HIGHEST_DRAWN])]
    curve = Curve(tuple(finite), band.low, band.high)
    confusion: tuple[tuple[int, ...], ...] = ()
    misread: tuple[Misread, ...] = ()
    if right is not None and ended.scores is not None:
        said = ended.scores.argmax(1)
        table = np.zeros((len(held.names),) * 2, int)
        np.add.at(table, (held.labels, said), 1)
        confusion = tuple(tuple(map(int, row)) for row in table)
        misread = tuple(
            Misread(np.round(255 * held.images[i]).astype(int).tolist(), int(held.labels[i]), int(said[i]))
            for i in np.flatnonzero(said != held.labels)[:MISREAD]
        )
    off = tuple(
        float(f"{step.off:.3g}") if step.off < LARGEST_OFF else LARGEST_OFF for step in ended.steps
    )  # a NaN is, too
    before = until_wrong(ended.steps)
    return TrainingRecord(
        run.title,
        held.what,
        curve,
        right,
        band.floor,
        band.full,
        held.names,
        confusion,
        misread,
        off,
        before + 1 if before < len(ended.steps) else None,
    )
