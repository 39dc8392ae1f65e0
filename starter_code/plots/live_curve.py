"""Losses of networks while they train, each in the band of the reference's runs: a picture that is drawn again as they go on."""

import io
import json
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from starter_code.plots.display import publish

AROUND = 5  # steps on either side over which a loss is smoothed, as those of the bands are
OWN, BAND = "#b5332e", "#b8cfe6"
# Set by hand: a layout that is worked out anew costs as much as the drawing, and this picture is drawn many times.
MARGINS = {"left": 0.06, "right": 0.99, "bottom": 0.2, "top": 0.89, "wspace": 0.2}
Band = tuple[
    np.ndarray, np.ndarray
]  # the smallest and the largest smoothed loss of the reference's runs after each step


def load_bands(assignment: str) -> dict[str, Band]:
    """Load the bands of an assignment's training runs, by name; the build takes them from what runs are graded against."""
    path = Path(__file__).parents[1] / "bands" / f"{assignment}.json"
    stored = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {name: (np.array(band["low"]), np.array(band["high"])) for name, band in stored.items()}


def smoothed(losses: Sequence[float]) -> np.ndarray:
    """Take the mean over the steps around each step."""
    return np.array([np.mean(losses[max(0, i - AROUND) : i + AROUND + 1]) for i in range(len(losses))])


class LiveCurves:
    """One small plot for each network; in a notebook it appears at once and follows the training, elsewhere there is none."""

    def __init__(self, bands: Mapping[str, Band], steps: int) -> None:
        """Draw the bands of these runs over the first `steps` steps."""
        self.bands = {name: (low[:steps], high[:steps]) for name, (low, high) in bands.items()}
        self.losses: dict[str, list[float]] = {name: [] for name in bands}
        self.steps = steps
        self.id = uuid.uuid4().hex
        self.shown = False

    def show(self, name: str, losses: Sequence[float]) -> None:
        """Draw the picture again, with what a network has lost so far."""
        if name in self.losses:
            self.losses[name] = list(losses)
            self.shown |= publish(self._png(), self._described(), self.id, update=self.shown)

    def _png(self) -> bytes:
        figure = Figure(figsize=(9.6, 2.6))
        for axes, name in zip(figure.subplots(1, len(self.bands), squeeze=False)[0], self.bands, strict=True):
            self._draw(axes, name)
        figure.subplots_adjust(**MARGINS)
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=100)
        return file.getvalue()

    def _draw(self, axes: Axes, name: str) -> None:
        low, high = self.bands[name]
        axes.fill_between(np.arange(1, len(low) + 1), low, high, color=BAND, label="the reference")
        losses = self.losses[name]
        if losses and np.isfinite(losses).all():
            axes.plot(np.arange(1, len(losses) + 1), smoothed(losses), color=OWN, label="yours")
        axes.set(xlim=(1, self.steps), title=name)
        axes.set_xlabel("step")
        if name == next(iter(self.bands)):
            axes.set_ylabel("loss")
            axes.legend(frameon=False, fontsize=8)

    def _described(self) -> str:
        told = [
            f"{name} at {losses[-1]:.2g} after {len(losses)} steps" for name, losses in self.losses.items() if losses
        ]
        return f"Line plots of losses in the bands of the reference. {'; '.join(told)}."
