"""A bar that says how far a long computation is; notebooks and experiments call it."""

import sys
from collections.abc import Iterable
from typing import Any

from tqdm import tqdm

from starter_code.plots.display import in_notebook

COLUMNS, SECONDS = 80, 0.5  # width of a bar, and between two looks at it


def progress(
    steps: Iterable[Any] | None = None, title: str = "", *, total: int | None = None, shown: bool = True
) -> Any:
    """Go through the steps behind a bar. Without steps, the bar that comes back is told of each by its `update()`.

    In a notebook, a bar is part of the output: what goes to the stream for errors is shown in the colour of errors there,
    and in a block of its own.

    total: how many steps there are, where they are not given
    shown: whether there is a bar at all
    """
    stream = sys.stdout if in_notebook() else sys.stderr
    return tqdm(steps, title, total, disable=not shown, file=stream, ncols=COLUMNS, mininterval=SECONDS)
