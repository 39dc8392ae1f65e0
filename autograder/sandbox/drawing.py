"""Runs cells as a worker does, and sends what each of them prints and draws: how a marker gets to see a submission's demonstrations.

Like `worker`, this shares its process with student code and decides nothing. Pictures go out as arrays of numbers, which whoever asked
makes files of: no file of a student's is ever read there. Of the engine, this imports `wire` and `worker`, and nothing else.
"""

from __future__ import annotations

import contextlib
import io
import socket
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from autograder.sandbox import wire
from autograder.sandbox.worker import Worker

MOST_CHARACTERS = 6_000  # that one cell prints
MOST_PICTURES = 8  # of one cell

mpl.use("Agg")  # once, in the process that forks: what a worker draws is on no screen


class DrawingWorker(Worker):
    """A worker whose cells have figures."""

    def __init__(self, channel: wire.Channel) -> None:
        """Keep each figure when it is shown, since what shows it may close it."""
        super().__init__(channel)
        self._pictures: list[Any] = []
        plt.show = lambda *_, **__: self._take()  # matplotlib gives it attributes, which a method cannot have

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run a cell; besides what a worker says of it, what it has printed, and drawn."""
        self._pictures, said = [], io.StringIO()
        with contextlib.redirect_stdout(said):
            answer = super().answer(request)
        try:
            self._take()
        except BaseException:  # noqa: BLE001  (drawing runs what the student has put into the figure)
            answer = {"error": {"type": "Exception", "text": "", "line": None}}
        return answer | {"text": said.getvalue()[:MOST_CHARACTERS], "pictures": self._pictures}

    def _take(self) -> None:
        """Stands for `pyplot.show`: keep what the figures that are open look like, and close them."""
        for number in plt.get_fignums():
            if len(self._pictures) < MOST_PICTURES:
                self._pictures.append(_pixels(plt.figure(number)))
            plt.close(number)


def _pixels(figure: Figure) -> np.ndarray:
    """A figure as an array: (rows, columns, red-green-blue)."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    return np.array(canvas.buffer_rgba())[..., :3].copy()  # type: ignore[no-untyped-call]


def serve(sock: socket.socket) -> None:
    """Run what comes over `sock`, until the other end hangs up."""
    DrawingWorker(wire.Channel(sock)).serve()
