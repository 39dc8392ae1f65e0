"""The ways there are to keep student code in its place, and what may be asked for. Another one is a file beside this, and a line."""

from __future__ import annotations

from autograder.sandbox.backends.backend import Backend
from autograder.sandbox.backends.bubblewrap import BUBBLEWRAP
from autograder.sandbox.backends.landlock import LANDLOCK
from autograder.sandbox.backends.none import NONE

BACKENDS: dict[str, Backend] = {
    backend.name: backend
    for backend in (
        BUBBLEWRAP,  # the strongest first
        LANDLOCK,
        NONE,
    )
}
AUTO = "auto"  # the strongest that passes the self-test
CHOICES = (AUTO, *BACKENDS)
IN_WORDS = f"{', '.join(CHOICES[:-1])}, or {CHOICES[-1]}"
UNCONFINED = NONE.name


def modes_here(*, confining: bool = True) -> tuple[str, ...]:
    """Names of what this machine may offer, the strongest first; without `confining`, also of what confines nothing."""
    return tuple(name for name, each in BACKENDS.items() if each.available() and (each.confines or not confining))
