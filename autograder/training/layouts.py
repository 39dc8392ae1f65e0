"""Which layer of a student's network is which of the reference's: names, order and nesting are free, so only numbers can tell."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.training.contract import Layer

if TYPE_CHECKING:
    from torch import Tensor

MOST_ENTRIES = 100_000  # layers, or sizes, beyond which a table is no table


class Unlike(Exception):  # noqa: N818  (a finding)
    """A network has other layers than the contract's; the message says so in a sentence."""


class Layout:
    """Where each number of the reference's row stands in the student's."""

    def __init__(self, pieces: Sequence[tuple[int, int]]) -> None:
        """Pieces of a student's row, each with its start and its end, in the order in which the reference has them."""
        self._pieces: list[tuple[int, int]] = []
        for start, end in pieces:
            if self._pieces and self._pieces[-1][1] == start:
                self._pieces[-1] = (self._pieces[-1][0], end)
            elif start < end:
                self._pieces.append((start, end))

    def of_reference(self, row: Tensor) -> Tensor:
        """A student's row in the reference's order."""
        import torch  # noqa: PLC0415  (whoever trains has it; others need not wait for it)

        parts = [row[start:end] for start, end in self._pieces]
        return parts[0] if len(parts) == 1 else torch.cat(parts) if parts else row

    def of_student(self, row: Tensor) -> Tensor:
        """A row of the reference in the student's order. Each place stands in the layout once, so that none is left."""
        import torch  # noqa: PLC0415

        ends = list(itertools.accumulate((end - start for start, end in self._pieces), initial=0))
        parts = [row[ends[n] : ends[n + 1]] for n in np.argsort([start for start, _ in self._pieces])]
        return parts[0] if len(parts) == 1 else torch.cat(parts) if parts else row


def read_table(said: Any) -> list[Layer] | None:
    """`said`, if it is a table of layers. No layer may be named twice: that would leave room in a row that nobody fills."""
    if not isinstance(said, list) or len(said) > MOST_ENTRIES or not all(_is_entry(layer) for layer in said):
        return None
    if len({path for path, _ in said}) < len(said):
        return None
    pairs = [pair for _, held in said for pair in held]
    if not all(
        _is_entry(pair) and all(type(size) is int and 0 <= size < MOST_ENTRIES for size in pair[1]) for pair in pairs
    ):
        return None
    return said


def _is_entry(value: Any) -> bool:
    """Whether this is a name and a list."""
    pair = isinstance(value, tuple) and len(value) == 2  # noqa: PLR2004
    return pair and isinstance(value[0], str) and isinstance(value[1], list)


def row_of(table: Sequence[Layer], rng: np.random.Generator) -> np.ndarray:
    """Random numbers for all layers of a table, such that signals keep their size."""
    parts = [_drawn(rng, what, shape) for _, held in table for what, shape in held]
    return np.concatenate([part.ravel() for part in parts]).astype(np.float32) if parts else np.zeros(0, np.float32)


def _drawn(rng: np.random.Generator, what: str, shape: list[int]) -> np.ndarray:
    if "variance" in what:
        return rng.uniform(0.5, 2.0, size=shape)
    if what == "scale":
        return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.5, 1.5, size=shape)
    if len(shape) < 2:  # noqa: PLR2004  (of a layer, not between layers)
        return 0.3 * rng.normal(size=shape)
    return rng.normal(size=shape) * math.sqrt(2 / max(1, math.prod(shape[1:])))


def matching(reference: Sequence[Layer], student: Sequence[Layer], own: Sequence[str]) -> Iterator[Layout]:
    """Every layout that kinds and shapes allow, the most likely first; raises Unlike when there is none.

    Within one module of a student's, layers of the same kind and shape may stand in any order, the same one in every such module. `own`
    names the parts of the network in which these modules stand.
    """
    mine, theirs = _by_root(reference, own), _by_root(student, own)
    if set(mine) != set(theirs) or any(
        sorted(map(_signature, mine[root])) != sorted(map(_signature, theirs[root])) for root in mine
    ):
        raise Unlike("the network of your parts has other layers than the one of the contract")
    patterns = {root: _pattern(root, mine[root]) for root in mine}
    orders = {
        pattern: list(itertools.product(*[itertools.permutations(range(size)) for size in pattern[1]]))
        for pattern in patterns.values()
    }
    places = {layer[0]: place for layer, place in zip(student, _places(student), strict=True)}

    def layouts() -> Iterator[Layout]:
        for choice in itertools.product(*orders.values()):
            chosen = dict(zip(orders, choice, strict=True))
            partner: dict[str, str] = {}
            for root, layers in mine.items():
                for signatures, order in zip(_groups(layers), chosen[patterns[root]], strict=True):
                    same = [layer for layer in theirs[root] if _signature(layer) == signatures[0]]
                    partner |= {layer[0]: same[place][0] for layer, place in zip(signatures[1], order, strict=True)}
            yield Layout([places[partner[path]] for path, _ in reference])

    return layouts()


def _by_root(table: Sequence[Layer], own: Sequence[str]) -> dict[str, list[Layer]]:
    roots: dict[str, list[Layer]] = {}
    for layer in table:
        parts = layer[0].split(".", 2)
        roots.setdefault(".".join(parts[:2]) if parts[0] in own else layer[0], []).append(layer)
    return roots


def _signature(layer: Layer) -> tuple[Any, ...]:
    return tuple((what, tuple(shape)) for what, shape in layer[1])


def _groups(layers: Sequence[Layer]) -> list[tuple[Any, list[Layer]]]:
    """Layers of the same kind and shape together, in the order in which they come."""
    groups: dict[Any, list[Layer]] = {}
    for layer in layers:
        groups.setdefault(_signature(layer), []).append(layer)
    return list(groups.items())


def _pattern(root: str, layers: Sequence[Layer]) -> tuple[str, tuple[int, ...]]:
    return root.partition(".")[0], tuple(len(group) for _, group in _groups(layers))


def _places(table: Sequence[Layer]) -> list[tuple[int, int]]:
    """For each layer, where its numbers begin and end in a row."""
    sizes = [sum(math.prod(shape) for _, shape in held) for _, held in table]
    return list(itertools.pairwise(itertools.accumulate(sizes, initial=0)))
