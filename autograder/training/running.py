"""One run of one submission: steps within a budget, each of them taken again beside the worker, and how it ended."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from autograder.course.report import State
from autograder.sandbox.one_core import compute_on_one_core
from autograder.suite.errors import Stalled, Stopped, StudentFault
from autograder.training.sessions import Session
from autograder.training.steps import Step

BETWEEN = 40  # steps between two checkpoints
RETRIES = 2  # of a run whose process somebody else has stopped
DIVERGED = 10.0  # a loss that is so many times the first one
RECENT = 10  # steps over whose mean a loss is looked at
# Called while a run goes on, with the losses so far, and with what finds out what the network would answer now.
AfterStep = Callable[[list[float], Callable[[], np.ndarray]], None]


@dataclass
class Ended:
    """How a run ended, and what is known of it.

    state: "passed" when it went to its end; sentence: why it did not
    steps: what came of each step that was taken
    trouble: why no step could be taken again; empty where all could
    scores: (N, classes) of the held-out images, from the last numbers that were handed over
    stalled: whether it ended because the process neither answered nor computed
    """

    state: State = "passed"
    sentence: str = ""
    steps: list[Step] = field(default_factory=list)
    trouble: str = ""
    scores: np.ndarray | None = None
    stalled: bool = False

    @property
    def losses(self) -> list[float]:
        """The loss before each step."""
        return [step.loss for step in self.steps]


def train(session: Session, length: int, held: np.ndarray, after_step: AfterStep) -> Ended:
    """Train for so many steps in all, or as far as it goes; the images `held` are scored in the end."""
    ended = Ended()
    with ThreadPoolExecutor(1, "following", initializer=compute_on_one_core) as beside:
        running = _Running(session, length, held, after_step, ended, beside)
        try:
            running.to_the_end()
        except StudentFault as fault:
            ended.state, ended.sentence, ended.stalled = fault.state, str(fault), isinstance(fault, Stalled)
        running.settle()
        ended.trouble = session.trouble
        if ended.state == "passed" and not ended.trouble:
            ended.scores = beside.submit(session.scores, held).result()
    return ended


@dataclass
class _Running:
    """A run under way. While the worker takes some steps, those before are taken again here."""

    session: Session
    length: int
    held: np.ndarray
    after_step: AfterStep
    ended: Ended
    beside: ThreadPoolExecutor
    done: int = 0
    pending: Future[list[Step]] | None = None

    def to_the_end(self) -> None:
        """Take all steps; where somebody else stopped the process, go on in a fresh one from the last checkpoint."""
        checkpoint, saved = None, 0  # what a fresh process goes on from, and the steps that it has behind it
        retries, fresh = 0, True
        while self.done < self.length and self.ended.state == "passed":
            try:
                if fresh:
                    self.session.begin(checkpoint)
                    self._repeat(self.done - saved)
                    fresh = False
                if self.session.trouble:
                    return
                if self.done >= saved + BETWEEN:
                    checkpoint, saved = self.session.checkpoint(), self.done
                rows = self._advance(self.length - self.done)
                if not len(rows):
                    return
            except Stopped as stopped:
                retries, fresh = retries + 1, True
                if retries > RETRIES:
                    raise StudentFault("crashed", f"its process was stopped {retries} times") from stopped
                continue
            self.done += len(rows)
            self.settle()
            self._follow(rows)

    def _advance(self, most: int) -> np.ndarray:
        """The next steps of the worker, up to the end of the phase at most; none where the next phase trains another network."""
        if self.session.left == 0:
            self.settle()
            self.session.next_phase()
            if self.session.trouble:
                return np.zeros((0, 0), np.float32)
        return self.session.advance(min(most, self.session.at_once))

    def _repeat(self, steps: int) -> None:
        """Take steps again that have been seen already."""
        while steps > 0 and not self.session.trouble:
            steps -= len(self._advance(steps))

    def _follow(self, rows: np.ndarray) -> None:
        """Take these steps again, as long as their numbers are finite."""
        finite = np.isfinite(rows).all(axis=1)
        count = len(rows) if finite.all() else int(np.argmin(finite))
        if count < len(rows):
            self.ended.state = "not-a-number"
            self.ended.sentence = (
                f"after step {self.done - len(rows) + count + 1} its parameters are no numbers any more"
            )
        self.pending = self.beside.submit(self.session.follow, rows[:count])

    def settle(self) -> None:
        """Wait for the steps that are being taken again."""
        if self.pending is None:
            return
        pending, self.pending = self.pending, None
        self.ended.steps += pending.result()
        if self.ended.steps:
            losses = self.ended.losses
            self.after_step(losses, lambda: self.beside.submit(self.session.scores, self.held).result())
            if self.ended.state == "passed":
                _judge(self.ended, losses)


def _judge(ended: Ended, losses: list[float]) -> None:
    """End a run that makes no sense any more: with numbers that are not finite, or a loss far above where it began."""
    lost = next((step for step, loss in enumerate(losses, start=1) if not math.isfinite(loss)), None)
    recent = float(np.mean(losses[-RECENT:]))
    if lost is not None:
        ended.state, ended.sentence = "not-a-number", f"from step {lost} on the loss is not a number"
    elif len(losses) >= RECENT and recent > DIVERGED * max(losses[0], 0.1):
        ended.state = "diverged"
        ended.sentence = f"the loss grew from {losses[0]:.2g} to {recent:.2g} in {len(losses)} steps"
