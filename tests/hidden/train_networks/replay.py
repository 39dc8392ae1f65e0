"""Single steps of the reference's networks, from numbers that a worker handed over: what a training run claims is computed again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from autograder.training import Confirmed
from solutions.train_networks import reference
from starter_code import training_runs
from tests.hidden.train_networks.image_data import Images

LOSS = 2e-3  # what a loss may be off, of itself: float32, and another order of sums
TINY = 1e-6  # of a loss: float32 has no more digits of the scores that it is made of
STEP = 2e-2  # what a step may be off, of its length
ROUNDING = 4 * float(np.finfo(np.float32).eps)
DRAWS = 12  # of masks, where somebody draws those of dropout in another way
STRANGE = 2.0  # mean square of standard deviations from the mean of these draws
Row = np.ndarray
MOST_ROWS = 8  # of what an optimizer remembers that are looked at
BETA1, BETA2, EPS, BETA = 0.9, 0.999, 1e-8, 0.9  # of Adam; of momentum


@dataclass(frozen=True)
class State:
    """What a step starts from, in the order of the reference's layers; `memory`: what the optimizer remembers, in unknown form."""

    learned: Row
    statistics: Row
    memory: tuple[np.ndarray, ...] = ()


@dataclass(frozen=True)
class Reading:
    """Which row of a student's memory is the average of squares, and what it has to be multiplied with after a number of steps."""

    place: int
    factor: Callable[[int], float]


FACTORS: tuple[Callable[[int], float], ...] = (
    lambda _: 1.0,
    lambda _: 1 - BETA2,
    lambda steps: 1 - BETA2**steps,
)


@dataclass(frozen=True)
class Way:
    """Where a step leads that starts from one reading of what the optimizer remembers."""

    learned: Row
    squares: Row | None
    reading: Reading | None

    def leads(self, before: State, after: State, step: int) -> bool:
        """Whether the step ended there, and the optimizer remembers it: else any step could be explained by a memory made for it."""
        if not _same(before.learned, after.learned, self.learned):
            return False
        if self.reading is None or self.squares is None:
            return True
        if self.reading.place >= len(after.memory):
            return False
        kept = after.memory[self.reading.place] * self.reading.factor(step + 1)
        return float(np.linalg.norm(kept - self.squares)) <= STEP * float(np.linalg.norm(self.squares))


class Replay:
    """The reference's network of one run, on the device that the run is on: another one rounds and throws dice in another way."""

    def __init__(self, name: str, own: Sequence[str], images: Images, seed: int, device: str) -> None:
        """`own`: the names of what students write for the run."""
        learn = (images.learn, images.learn_labels)
        self.name, self.own, self.seed = name, own, seed
        self.run = training_runs.begin(name, *learn, seed, device, *(getattr(reference, each) for each in own))
        self.model, self.step = self.run.model, self.run.step
        self.table = self.run.layers()
        fc: Any = self.model.fc
        self.classes, self.width = int(fc.out_features), int(fc.in_features)
        self.start = self._state()
        self.other_masks = False  # whether the student's network draws the masks of dropout in another way

    def _state(self) -> State:
        learned, statistics = (
            numbers_of(held) if held else np.zeros(0, np.float32) for held in (self.run.learned, self.run.statistics)
        )
        return State(learned, statistics)

    def scores(self, state: State, images: np.ndarray) -> np.ndarray:
        """What the network with these numbers answers."""
        self.run.load(state.learned, state.statistics)
        answer: np.ndarray = self.run.scores(images).cpu().numpy()
        return answer

    def training_scores(self, state: State, images: np.ndarray) -> np.ndarray:
        """The same in training mode, from the seed of the run."""
        self.run.load(state.learned, state.statistics)
        answer: np.ndarray = self.run.training_scores(images).cpu().numpy()
        return answer

    def confirm(self, step: int, earlier: State | None, before: State, after: State, claimed: float) -> Confirmed:
        """Take a step from `before`, and compare with `after`. `earlier`: one step before."""
        loss, moved, there = self._taken(step, earlier, before, self.seed + step)
        off = apart(claimed, loss)
        if not self.other_masks:
            kept = np.allclose(moved, after.statistics, rtol=1e-2, atol=1e-3)
            return Confirmed(off <= LOSS and kept, any(way.leads(before, after, step) for way in there), off)
        return self._within_draws(step, earlier, before, after, claimed)

    def _within_draws(self, step: int, earlier: State | None, before: State, after: State, claimed: float) -> Confirmed:
        """Whoever draws the masks of dropout in another way is compared with what other draws lead to."""
        seeds = [self.seed + step + 1000 * draw for draw in range(1, DRAWS + 1)]
        drawn = [self._taken(step, earlier, before, seed) for seed in seeds]
        losses = np.array([loss for loss, _, _ in drawn])
        ways = [
            _strange(before.learned, after.learned, [each.learned for each in draws])
            for draws in zip(*(there for _, _, there in drawn), strict=True)
        ]
        within = abs(claimed - losses.mean()) <= 4 * losses.std(ddof=1)
        strange = min(ways, default=np.inf)
        return Confirmed(bool(within), strange <= STRANGE, apart(claimed, float(losses.mean())))

    def _taken(self, step: int, earlier: State | None, before: State, seed: int) -> tuple[float, np.ndarray, list[Way]]:
        """Loss and statistics of a step, and the numbers after it, for each way to read the optimizer's memory."""
        self.run.load(before.learned, before.statistics)
        training_runs.throw_dice_from(seed)
        rows = self.run.rows[step]
        loss = self.step(self.model, self.run.images[rows], self.run.labels[rows], Still(self.run.learned))
        moved = self._state().statistics
        velocity = None if earlier is None else (earlier.learned - before.learned) / self.run.rates[step - 1]
        there = []
        for remembered, reading in memories(self.name, step, velocity, before.memory):
            self.run.load(before.learned, moved)
            squares = take_step(self.own, self.run.learned, self.run.rates[step], remembered)
            there.append(Way(self._state().learned.copy(), squares, reading))
        return float(loss), moved.copy(), there

    def confirm_head(
        self, step: int, frozen: State, rows: tuple[np.ndarray | None, np.ndarray, np.ndarray], claimed: float, run: Any
    ) -> Confirmed:
        """A step of the last layer alone, on a frozen trunk; `rows`: its numbers one step before, before and after the step."""
        earlier, before, after = rows
        self.run.load(self.with_head(frozen, before).learned, frozen.statistics)
        self.model.eval()
        fc: Any = self.model.fc
        head = list(fc.parameters())
        self.model.zero_grad()
        picked = run.rows[step]
        loss = torch.nn.functional.cross_entropy(self.model(run.images[picked]), run.labels[picked])
        loss.backward()
        velocity = None if earlier is None else (earlier - before) / run.rates[step - 1]
        ((remembered, _),) = memories("transfer", step, velocity, ())
        take_step((), head, run.rates[step], remembered)
        there = numbers_of(head)
        off = apart(claimed, loss.item())
        return Confirmed(off <= LOSS, _same(before, after, there), off)

    def with_head(self, frozen: State, head: np.ndarray) -> State:
        """A state with another last layer, which is the last one in the table as well."""
        return State(np.concatenate([frozen.learned[: -len(head)], head]), frozen.statistics)


def apart(claimed: float, loss: float) -> float:
    """How far a loss is from the one that was computed, as a share of it; of one that is as good as 0, as a share of TINY."""
    return abs(claimed - loss) / max(abs(loss), TINY)


class Still(torch.optim.Optimizer):
    """Takes no step, so that gradients stay to be looked at."""

    def __init__(self, weights: Any) -> None:
        """Take the weights."""
        super().__init__(weights, {})

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Nothing."""


def memories(
    name: str, step: int, velocity: Any, memory: Sequence[np.ndarray]
) -> Iterator[tuple[dict[str, Any], Reading | None]]:
    """What an optimizer of the contract remembers before a step. How a student's writes it down is free.

    A velocity follows from the way of the step before. So does Adam's average of gradients, once that of their squares is known: one of
    the student's tensors, up to a factor. Which one, and which factor, is the reading.
    """
    if velocity is None:
        yield {}, None
    elif name == "residual":
        yield {"v": velocity}, None
    elif name != "inception":
        yield {"momentum_buffer": velocity}, None
    else:
        for place, row in enumerate(memory[:MOST_ROWS]):
            for factor in FACTORS:
                squares = np.maximum(row * factor(step), 0.0)
                average = velocity * (np.sqrt(squares / (1 - BETA2**step)) + EPS) * (1 - BETA1**step)
                yield {"t": step, "m": average, "r": squares}, Reading(place, factor)


def take_step(own: Sequence[str], weights: list[Any], rate: float, remembered: dict[str, Any]) -> np.ndarray | None:
    """Let the optimizer of a run, the reference's or torch's own, take a step on the gradients that are there.

    Returns the average of squares that it remembers afterwards, if it has one.
    """
    made = {each: getattr(reference, each) for each in own}
    if "Adam" in made:
        optimizer: Any = made["Adam"](weights, lr=rate, beta1=BETA1, beta2=BETA2, eps=EPS)
    elif "Momentum" in made:
        optimizer = made["Momentum"](weights, lr=rate, beta=BETA)
    else:
        optimizer = torch.optim.SGD(weights, lr=rate, momentum=BETA)
    sizes = [weight.numel() for weight in weights]
    for key, value in remembered.items():
        cut = [value] * len(weights) if isinstance(value, int) else torch.from_numpy(value).float().split(sizes)
        for weight, part in zip(weights, cut, strict=True):
            optimizer.state[weight][key] = (
                part if isinstance(part, int) else part.view(weight.shape).clone().to(weight.device)
            )
    optimizer.step()
    squares = [optimizer.state[weight]["r"] for weight in weights if "r" in optimizer.state[weight]]
    return numbers_of(squares) if squares else None


def numbers_of(tensors: Sequence[torch.Tensor]) -> Row:
    """All numbers of some tensors in a row, here in memory."""
    row: Row = torch.cat([tensor.detach().reshape(-1).cpu() for tensor in tensors]).numpy()
    return row


def _same(before: np.ndarray, after: np.ndarray, there: np.ndarray) -> bool:
    """Whether a step ends where it should."""
    room = STEP * float(np.linalg.norm(there - before)) + ROUNDING * float(np.linalg.norm(before))
    return float(np.linalg.norm(after - there)) <= room


def _strange(before: np.ndarray, after: np.ndarray, draws: Sequence[np.ndarray]) -> float:
    """The mean square of how many standard deviations the numbers lie from the mean of some draws; of one more draw, about 1.2."""
    spread = np.std(draws, axis=0, ddof=1) * np.sqrt(1 + 1 / len(draws)) + ROUNDING * np.abs(before)
    off = np.abs(after - np.mean(draws, axis=0))
    moving = spread > ROUNDING
    return (
        float(np.mean(np.minimum((off / np.maximum(spread, ROUNDING))[moving] ** 2, 25.0))) if moving.any() else np.inf
    )
