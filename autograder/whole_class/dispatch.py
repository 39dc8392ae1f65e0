"""Hands tasks to a pool, a window at a time, and lives through the death of its processes.

When a process dies, every task that the pool had is a suspect. Suspects are asked again one by one, after all others, when nothing else
runs: whoever breaks the pool then did it, and after the second time is left out. So a poison task costs nobody else a result.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, TypeVar

from autograder.whole_class.pools import Pool

PARDONS = 2  # deaths of a process over one task alone, after which it is left out
Item = TypeVar("Item", bound=Hashable)


@dataclass(frozen=True)
class Failure:
    """Why there is no result: what was raised, or, where that is None, that the process died each time."""

    fault: BaseException | None

    def __str__(self) -> str:
        if self.fault is None:
            return f"the process that worked on it died {PARDONS} times"
        return f"{type(self.fault).__name__}: {self.fault}"


def dispatch(  # noqa: PLR0913  (what is worked on, how, and what becomes of it)
    items: Iterable[Item],
    function: Callable[[Item], Any],
    pool: Pool,
    on_result: Callable[[Item, Any], Iterable[Item] | None],
    on_failure: Callable[[Item, Failure], Iterable[Item] | None],
    *,
    alone: bool = False,
) -> None:
    """Work on `function(item)` in the pool for every item; exactly one of the two is called for each, here, one at a time.

    `items` are asked for as there is room; with `alone`, each when nothing else runs. What a callback returns is worked on next.
    """
    queue, ready, suspects = iter(items), deque[Item](), deque[Item]()
    accused: Item | None = None  # the suspect that runs alone, or did last
    deaths: Counter[Item] = Counter()
    running: dict[Future[Any], Item] = {}
    while True:
        batch = list(islice(chain(_taken(ready), queue), (1 if alone else pool.window) - len(running)))
        if not batch and not running:
            if not suspects:
                return
            batch = [accused := suspects.popleft()]
        running |= {pool.submit(function, item): item for item in batch}
        finished = wait(running, pool.pulse, return_when=FIRST_COMPLETED).done
        if not finished:
            pool.look_after()
        broken = False
        for item, future in [(running.pop(future), future) for future in finished]:
            fault = _fault(future)
            if fault is None:
                ready.extend(on_result(item, future.result()) or ())
                continue
            died = pool.broken_by(fault)
            broken |= died
            deaths[item] += died and item == accused
            if died and deaths[item] < PARDONS:
                suspects.append(item)
            else:
                ready.extend(on_failure(item, Failure(None if died else fault)) or ())
        if broken and pool.shared_fate:
            suspects.extend(running.values())
            running.clear()
        if broken:
            pool.renew()


def _taken(items: deque[Item]) -> Iterator[Item]:
    """The items, which are gone from where they were."""
    while items:
        yield items.popleft()


def _fault(future: Future[Any]) -> BaseException | None:
    """What a finished future ended with, if it has no result."""
    return CancelledError() if future.cancelled() else future.exception()
