"""Hands tasks to a pool, a window at a time, and lives through the death of its processes.

When a process dies, every task that the pool had is a suspect. Suspects are asked again one by one, after all others, when nothing else
runs: whoever breaks the pool then did it, and after the second time is left out. So a poison task costs nobody else a result.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from typing import Any, TypeVar

from autograder.scheduling.pools import Pool

PULSE = 10.0  # seconds without a result, after which the pool is asked whether it is still there
PARDONS = 2  # deaths of a process over one task alone, after which it is left out
Item = TypeVar("Item", bound=Hashable)


def dispatch(
    items: Iterable[Item],
    function: Callable[[Item], Any],
    pool: Pool,
    on_result: Callable[[Item, Any], None],
    on_failure: Callable[[Item, str], None],
) -> None:
    """Work on `function(item)` in the pool for every item; exactly one of the two is called for each, here, one at a time."""
    waiting, suspects = deque(items), deque[Item]()
    deaths: Counter[Item] = Counter()
    running: dict[Future[Any], Item] = {}
    while waiting or suspects or running:
        alone = not waiting and not running
        room = min(len(waiting), pool.window - len(running))
        batch = [suspects.popleft()] if alone else [waiting.popleft() for _ in range(room)]
        running |= {pool.submit(function, item): item for item in batch}
        broken = False
        finished = wait(running, PULSE, return_when=FIRST_COMPLETED).done
        if not finished:
            pool.expect_alive()
        for future in finished:
            item = running.pop(future)
            fault = _fault(future)
            if fault is None:
                on_result(item, future.result())
            elif not pool.broken_by(fault):
                on_failure(item, f"{type(fault).__name__}: {fault}")
            else:
                broken = True
                deaths[item] += alone
                if deaths[item] < PARDONS:
                    suspects.append(item)
                else:
                    on_failure(item, f"the process that worked on it died {PARDONS} times")
        if broken and pool.shared_fate:
            suspects.extend(running.values())
            running.clear()
        if broken:
            pool.renew()


def _fault(future: Future[Any]) -> BaseException | None:
    """What a finished future ended with, if it has no result."""
    return CancelledError() if future.cancelled() else future.exception()
