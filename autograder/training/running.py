"""One run of one submission: steps within a budget, checks that nobody can foresee, and how it ended."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from autograder.grading.report import State
from autograder.grading.student import Stalled, Stopped, StudentFault
from autograder.training.contract import Confirmed, Session, Snapshot

TOGETHER = 10  # steps between two looks
BETWEEN = 40  # steps between two checkpoints
AT_RANDOM = 3  # steps that are computed again, besides the last one and the one that went farthest
RETRIES = 2  # of a run whose process somebody else has stopped
DIVERGED = 10.0  # a loss that is so many times the first one
RECENT = 10  # steps over whose mean a loss is looked at
AGREE = 0.99  # share of answers that must be those that the handed-over numbers give
Watch = Callable[[int, float, Callable[[], np.ndarray]], None]  # steps done, loss, what the network would answer now


@dataclass
class Ended:
    """How a run ended, and what is known of it.

    state: "passed" when it went to its end; sentence: why it did not
    checked: how many steps were computed again
    network, update: why the network, or the steps, are not those of the contract; empty when they are
    scores: (N, classes) of the held-out images, as the worker gave them
    stalled: whether it ended because the process neither answered nor computed
    """

    state: State = "passed"
    sentence: str = ""
    losses: list[float] = field(default_factory=list)
    checked: int = 0
    network: str = "it was not trained to its end"
    update: str = "it was not trained to its end"
    scores: np.ndarray | None = None
    stalled: bool = False


@dataclass
class _Kept:
    """What confirming a step needs."""

    step: int
    earlier: Snapshot | None
    before: Snapshot
    after: Snapshot


class _Keeper:
    """Keeps of all steps those that will be computed again: drawn from `draw`, the last one, and the one that went farthest."""

    def __init__(self, steps: int, draw: np.random.Generator) -> None:
        self._drawn = set(draw.choice(steps, size=min(AT_RANDOM, steps), replace=False).tolist())
        self._kept: dict[int, _Kept] = {}
        self._farthest: _Kept | None = None
        self._last: _Kept | None = None
        self._before: tuple[Snapshot | None, Snapshot] | None = None
        self.done = 0

    def begin(self, first: Snapshot) -> None:
        if self.done == 0:  # else a run goes on that is known already
            self._before = (None, first)

    def see(self, after: Snapshot) -> None:
        assert self._before is not None  # noqa: S101  (begin comes first)
        earlier, before = self._before
        self._last = _Kept(self.done, earlier, before, after)
        if self.done in self._drawn:
            self._kept[self.done] = self._last
        if self._farthest is None or not after.moved <= self._farthest.after.moved:
            self._farthest = self._last
        self._before = (before, after)
        self.done += 1

    @property
    def last(self) -> Snapshot:
        assert self._before is not None  # noqa: S101
        return self._before[1]

    def __iter__(self) -> Iterator[_Kept]:
        kept = dict(self._kept)
        for one in (self._farthest, self._last):
            if one is not None:
                kept[one.step] = one
        return iter([kept[step] for step in sorted(kept)])


def train(session: Session, steps: int, draw: np.random.Generator, watch: Watch) -> Ended:
    """Train to the end, or as far as it goes, and look at what came of it."""
    ended, keeper = Ended(), _Keeper(steps, draw)
    try:
        _advance(session, steps, keeper, ended, watch)
        if ended.state == "passed":
            ended.scores = session.scores()
    except StudentFault as fault:
        ended.state, ended.sentence, ended.stalled = fault.state, str(fault), isinstance(fault, Stalled)
    _look(session, keeper, ended)
    return ended


def _advance(session: Session, steps: int, keeper: _Keeper, ended: Ended, watch: Watch) -> None:
    """Take all steps; where somebody else stopped the process, go on in a fresh one from the last checkpoint."""
    checkpoint, saved = None, 0  # what a fresh process goes on from, and the steps that it has behind it
    retries, fresh = 0, True
    while keeper.done < steps and ended.state == "passed":
        try:
            if fresh:
                keeper.begin(session.begin(checkpoint))
                _repeat(session, keeper.done - saved)
                fresh = False
            if keeper.done >= saved + BETWEEN:
                checkpoint, saved = session.checkpoint(), keeper.done
            taken = session.advance(min(TOGETHER, steps - keeper.done))
        except Stopped as stopped:
            retries, fresh = retries + 1, True
            if retries > RETRIES:
                raise StudentFault("crashed", f"its process was stopped {retries} times") from stopped
            continue
        for after in taken:
            keeper.see(after)
            ended.losses.append(after.loss)
        watch(keeper.done, ended.losses[-1], lambda: session.scores_again(keeper.last))
        _judge(ended)


def _repeat(session: Session, steps: int) -> None:
    """Take steps again that have been seen already."""
    while steps > 0:
        steps -= len(session.advance(min(TOGETHER, steps)))


def _judge(ended: Ended) -> None:
    """End a run that makes no sense any more: numbers that are none, or a loss far above where it began."""
    losses = ended.losses
    lost = next((step for step, loss in enumerate(losses, start=1) if not math.isfinite(loss)), None)
    recent = float(np.mean(losses[-RECENT:]))
    if lost is not None:
        ended.state, ended.sentence = "not-a-number", f"from step {lost} on the loss is not a number"
    elif len(losses) >= RECENT and recent > DIVERGED * max(losses[0], 0.1):
        ended.state = "diverged"
        ended.sentence = f"the loss grew from {losses[0]:.2g} to {recent:.2g} in {len(losses)} steps"


def _look(session: Session, keeper: _Keeper, ended: Ended) -> None:
    """Compute kept steps and the answers again, with numbers that were handed over."""
    if not keeper.done:
        return
    if trouble := session.trouble():
        ended.network = trouble
        ended.update = "steps cannot be computed again, since the network is another one"
        return
    found = [session.confirm(kept.step, kept.earlier, kept.before, kept.after) for kept in keeper]
    ended.checked = len(found)
    ended.network = _network(found)
    wrong = sum(not each.update for each in found)
    ended.update = f"at {wrong} of {len(found)} steps, the step is not that of the rule" if wrong else ""
    if ended.scores is not None and not ended.network:
        again = session.scores_again(keeper.last)
        same = ended.scores.shape == again.shape and np.mean(ended.scores.argmax(1) == again.argmax(1)) >= AGREE
        if not same or not np.allclose(ended.scores, again, rtol=0.02, atol=0.02 * float(np.abs(again).max())):
            ended.network = "the network does not answer what its parameters say"


def _network(found: list[Confirmed]) -> str:
    wrong = [each.off for each in found if not each.loss]
    if not wrong:
        return ""
    size = f", by up to {max(wrong):.0%}" if all(off < 10 for off in wrong) else ""  # noqa: PLR2004  (NaN is not)
    return f"at {len(wrong)} of {len(found)} steps, the loss is not that of the network{size}"
