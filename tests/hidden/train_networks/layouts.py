"""Which layer of a student's network is which of the reference's: names, order and nesting are free, so only numbers can tell."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from starter_code.training_runs import STATISTICS, Layer
from tests.hidden.train_networks.draws import drawn

OWN = ("stages", "trunk", "heads")  # parts of the networks in which students' modules stand, one beside the other
MOST = 100_000  # layers, or sizes, beyond which a table is no table


class Unlike(Exception):  # noqa: N818  (a finding)
    """A network has other layers than the contract's; the message says so in a sentence."""


class Layout:
    """Where each number of the reference's rows stands in the student's rows."""

    def __init__(self, learned: np.ndarray, statistics: np.ndarray) -> None:
        """For each number of a reference's row, its place in a student's row; of what is learned, and of statistics."""
        self._learned, self._statistics = learned, statistics

    def of_reference(self, row: np.ndarray) -> np.ndarray:
        """What is learned, in the reference's order."""
        return row[self._learned]

    def of_reference_statistics(self, row: np.ndarray) -> np.ndarray:
        """The statistics, in the reference's order."""
        return row[self._statistics]

    def of_student(self, row: np.ndarray) -> np.ndarray:
        """What is learned, in the student's order."""
        return _scattered(row, self._learned)

    def of_student_statistics(self, row: np.ndarray) -> np.ndarray:
        """The statistics, in the student's order."""
        return _scattered(row, self._statistics)


def _scattered(row: np.ndarray, places: np.ndarray) -> np.ndarray:
    there = np.zeros_like(row)
    there[places] = row
    return there


def read_table(said: Any) -> list[Layer] | None:
    """A table of layers, if `said` is one. A layer that is named twice would leave room in a row that nobody fills."""
    if not isinstance(said, list) or len(said) > MOST or not all(_is_entry(layer) for layer in said):
        return None
    if len({path for path, _ in said}) < len(said):
        return None
    pairs = [pair for _, held in said for pair in held]
    if not all(_is_entry(pair) and all(type(size) is int and 0 <= size < MOST for size in pair[1]) for pair in pairs):
        return None
    return said


def _is_entry(value: Any) -> bool:
    """Whether this is a name and a list."""
    pair = isinstance(value, tuple) and len(value) == 2
    return pair and isinstance(value[0], str) and isinstance(value[1], list)


def rows_of(table: Sequence[Layer], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Random numbers for all layers of a table: what is learned, and statistics."""
    rows: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    for _, held in table:
        for what, shape in held:
            rows[what in STATISTICS].append(
                np.abs(drawn(rng, what, shape)) if "variance" in what else drawn(rng, what, shape)
            )
    first, second = (
        np.concatenate([np.ravel(part) for part in row]).astype(np.float32) if row else np.zeros(0, np.float32)
        for row in rows
    )
    return first, second


def matching(reference: Sequence[Layer], student: Sequence[Layer]) -> Iterator[Layout]:
    """Every layout that kinds and shapes allow, the most likely first; raises Unlike when there is none.

    Within one module of a student's, layers of the same kind and shape may stand in any order: in the same in every such module.
    """
    mine, theirs = _by_root(reference), _by_root(student)
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
            found = [places[partner[path]] for path, _ in reference]
            yield Layout(*(np.concatenate([each[i] for each in found]).astype(np.intp) for i in range(2)))

    return layouts()


def _by_root(table: Sequence[Layer]) -> dict[str, list[Layer]]:
    roots: dict[str, list[Layer]] = {}
    for layer in table:
        parts = layer[0].split(".", 2)
        roots.setdefault(".".join(parts[:2]) if parts[0] in OWN else layer[0], []).append(layer)
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


def _places(table: Sequence[Layer]) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each layer, where its numbers stand in the two rows."""
    ends = [0, 0]
    found = []
    for _, held in table:
        sizes = [0, 0]
        for what, shape in held:
            sizes[what in STATISTICS] += int(np.prod(shape))
        found.append((np.arange(ends[0], ends[0] + sizes[0]), np.arange(ends[1], ends[1] + sizes[1])))
        ends = [ends[0] + sizes[0], ends[1] + sizes[1]]
    return found
