"""Compares a step of a worker with the same step, taken in the grader from the same numbers: how far apart the two ends are, and how.

Right steps are not the same to the last digit: whoever sums in another order, or convolves in another way, ends a little elsewhere.
MOST_OFF and MEAN_OFF leave room for that (docs/training.md has what was measured).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from autograder.training.contract import RUNNING_PREFIX, Layer

if TYPE_CHECKING:
    from torch import Tensor, device

MOST_OFF = 0.1  # how far a step may end from where it should, of its length
MEAN_OFF = 0.01  # how far the steps of a run may on average
KIND_OFF = 0.5  # how far all tensors of one kind may, of their own way in the step
STATISTICS = 0.05  # how far running statistics may, of their way
TINY = 1e-60  # the square of a length that counts as none
ROUNDING = 8 * float(np.finfo(np.float32).eps)  # of the numbers themselves


@dataclass(frozen=True)
class Step:
    """What came of one step.

    loss: before it, computed here
    off: how far the step ended from where it should, as a share of its length; where one kind of tensors is worse, the share of that
        kind, scaled so that KIND_OFF counts as MOST_OFF
    longer: how many times as long it was as it should be; cosine: of the angle between the two ways
    worst: the kind of tensors that is furthest off
    statistics: the same as `off`, of running statistics, as a share of what is allowed
    """

    loss: float
    off: float
    longer: float = 1.0
    cosine: float = 1.0
    worst: str = ""
    statistics: float = 0.0


@dataclass(frozen=True)
class Tensors:
    """Which numbers of a row belong to which tensor."""

    kinds: tuple[str, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, table: Sequence[Layer]) -> Tensors:
        """The tensors of a table of layers, one after the other."""
        held = [(what, math.prod(shape)) for _, layer in table for what, shape in layer]
        return cls(tuple(what for what, _ in held), tuple(itertools.accumulate(size for _, size in held)))

    @cached_property
    def of_kind(self) -> dict[str, np.ndarray]:
        """For each kind, which tensors are of it."""
        kinds = np.array(self.kinds)
        return {kind: kinds == kind for kind in dict.fromkeys(self.kinds)}

    @cached_property
    def sizes(self) -> list[int]:
        """How many numbers each tensor has."""
        return [end - start for start, end in itertools.pairwise((0, *self.ends))]

    def followed(self, handed_over: Tensor, own: Tensor) -> Tensor:
        """What is learned as it was handed over, and running statistics of one's own: these follow from that, and carry nothing else."""
        import torch  # noqa: PLC0415  (whoever trains has it; others need not wait for it)

        if self.learned.all():
            return handed_over
        return torch.where(_is_learned(self, own.device), handed_over, own)

    @cached_property
    def learned(self) -> np.ndarray:
        """Which tensors are learned."""
        return np.array([not kind.startswith(RUNNING_PREFIX) for kind in self.kinds])

    def squares(self, rows: Sequence[Tensor]) -> np.ndarray:
        """The sum of squares of each tensor's part of each row, in float64: (rows, how many tensors there are)."""
        if not rows[0].is_cpu:
            return self.squares_on_device(rows)
        starts = [0, *self.ends[:-1]]
        return np.array([np.add.reduceat(np.square(row.numpy(), dtype=np.float64), starts) for row in rows])

    def squares_on_device(self, rows: Sequence[Tensor]) -> np.ndarray:
        """The same, computed where the rows are, with one copy off the device."""
        import torch  # noqa: PLC0415  (whoever trains has it; others need not wait for it)

        norms = [torch.linalg.vector_norm(part, dtype=torch.float64) for row in rows for part in row.split(self.sizes)]
        squares: np.ndarray = torch.stack(norms).square().cpu().numpy()
        return squares.reshape(len(rows), -1)


@lru_cache(4)
def _is_learned(tensors: Tensors, where: device) -> Tensor:
    """For each number of a row, whether it is learned: on a device, put there once and not in each step."""
    import torch  # noqa: PLC0415

    return torch.from_numpy(np.repeat(tensors.learned, tensors.sizes)).to(where)


def compared(tensors: Tensors, before: Tensor, should: Tensor, is_: Tensor, loss: float) -> Step:
    """What came of a step from `before` that should have ended at `should` and ended at `is_`: rows of numbers, on any device."""
    if not bool(should.isfinite().all() & is_.isfinite().all()):
        return Step(loss, math.inf, math.inf)
    of_numbers, ways, others, apart = tensors.squares([before, should - before, is_ - before, is_ - should])
    together = (ways + others - apart) / 2  # the law of cosines
    rounding = ROUNDING**2 * of_numbers
    away = np.maximum(np.sqrt(apart) - np.sqrt(rounding), 0.0) ** 2

    def share(of_each: np.ndarray) -> float:
        """How far these tensors are off, of their way; nothing, where they differ by no more than rounding."""
        way = max(ways[of_each].sum(), rounding[of_each].sum(), TINY)
        return math.sqrt(away[of_each].sum() / way)

    learned = tensors.learned
    shares = {kind: share(of_each) for kind, of_each in tensors.of_kind.items()}
    kept = [shares[kind] for kind in shares if kind.startswith(RUNNING_PREFIX)]
    worst = max((kind for kind in shares if not kind.startswith(RUNNING_PREFIX)), key=shares.__getitem__, default="")
    length, went = (math.sqrt(max(x[learned].sum(), TINY)) for x in (ways, others))
    # A step that rounding would hide leads nowhere, and whoever stands still has not taken it.
    nowhere = length * MOST_OFF < math.sqrt(rounding[learned].sum()) or length**2 <= TINY
    return Step(
        loss=loss,
        off=math.inf if nowhere else max(share(learned), shares.get(worst, 0.0) * MOST_OFF / KIND_OFF),
        longer=went / length,
        cosine=together[learned].sum() / (length * went),
        worst=worst,
        statistics=float(np.max(kept, initial=0.0)) / STATISTICS,
    )


def confirmed(steps: Sequence[Step]) -> list[bool]:
    """Which steps are those of the contract. Where they are off by more than MEAN_OFF on average, no single one may be off by more."""
    near = [step.off for step in steps if step.off <= MOST_OFF]
    room = MOST_OFF if not near or float(np.mean(near)) <= MEAN_OFF else MEAN_OFF
    return [step.off <= room and step.statistics <= 1 for step in steps]


def until_wrong(steps: Sequence[Step]) -> int:
    """How many steps are right before the first that is not: those after it start from numbers that no right run has reached."""
    right = confirmed(steps)
    return right.index(False) if False in right else len(right)


def told(steps: Sequence[Step]) -> str:
    """How steps differ from those of the contract, in a sentence; empty where none does."""
    right = confirmed(steps)
    wrong = [step for step, fine in zip(steps, right, strict=True) if not fine]
    if not wrong:
        return ""
    first = right.index(False) + 1
    start = f"{len(wrong)} of {len(steps)} steps are not those of the contract, the first of them step {first}: "
    if all(step.off <= MEAN_OFF for step in wrong):
        return f"{start}the parameters go where they should, and the running statistics do not"
    longer, cosine = (float(np.median([getattr(step, name) for step in wrong])) for name in ("longer", "cosine"))
    kinds = [step.worst for step in wrong]
    worst = max(set(kinds), key=kinds.count)
    return f"{start}{_way(longer, cosine)}" + (f"; furthest off: {worst}" if worst else "")


def _way(longer: float, cosine: float) -> str:
    """How the way of a step compares with the way that it should be."""
    if not math.isfinite(longer) or longer > 1e6:  # noqa: PLR2004  (as good as infinite)
        return "numbers come from elsewhere"
    if longer < 1e-3:  # noqa: PLR2004
        return "the parameters do not move"
    angle = math.degrees(math.acos(min(1.0, max(-1.0, cosine))))
    size = f"{longer:.2g} times as long as they should be"
    if angle < 3:  # noqa: PLR2004  (degrees)
        return f"in the right direction, and {size}"
    if angle > 170:  # noqa: PLR2004
        return f"in the opposite direction, and {size}"
    return f"turned by {angle:.0f} degrees, and {size}"
