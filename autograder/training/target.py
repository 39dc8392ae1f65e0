"""After how many steps a run was first as good as its target, for the board. Used by the stage while a run goes on."""

from __future__ import annotations

from collections.abc import Callable


class Target:
    """The target of one run, and the first look that has seen it reached. Without a target there is nothing to see."""

    def __init__(self, target: float | None) -> None:
        """`target` is a share of right answers."""
        self._target = target
        self._first: int | None = None

    def begin(self) -> None:
        """Forget what was seen: the run starts from its first step, perhaps with other parts to compare it with."""
        self._first = None

    def see(self, done: int, find_right: Callable[[], float | None]) -> None:
        """Look at the run after `done` steps; the share of right answers is computed only where it is needed."""
        if self._target is None or self._first is not None:
            return
        right = find_right()
        if right is not None and right >= self._target:
            self._first = done

    def reached(self, *, confirmed: bool) -> int | None:
        """The number of steps, where all steps of the run are confirmed as those of the reference."""
        return self._first if confirmed else None
