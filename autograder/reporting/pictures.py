"""Pictures of training runs for feedback pages: the loss in the band of the reference, what was taken for what, and misread images."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import numpy as np

from autograder.course.report import TrainingRecord

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INCHES = (11.0, 3.1)
DOTS = 90  # per inch
BAND, OWN = "#b8cfe6", "#a3341c"


def described(record: TrainingRecord) -> str:
    """The same in a few sentences, for whoever does not see the picture."""
    loss, low, high = record.curve.loss, record.curve.low, record.curve.high
    told = [f"{record.title}."]
    if loss:
        end = len(loss) - 1
        told.append(
            f"The loss goes from {loss[0]:.2f} to {loss[end]:.2f} in {len(loss)} steps; the reference's runs are then between "
            f"{low[min(end, len(low) - 1)]:.2f} and {high[min(end, len(high) - 1)]:.2f}."
        )
    if record.left is not None:
        told.append(f"From step {record.left} on, it leaves the way of the reference.")
    if record.right is not None:
        told.append(f"{record.right:.1%} of the {record.what} are right.")
    if worst := _worst(record):
        told.append(worst)
    return " ".join(told)


def _worst(record: TrainingRecord) -> str:
    """The class that is most often taken for another one."""
    table = np.array(record.confusion)
    if not table.size or not (off := table - np.diag(np.diag(table))).any():
        return ""
    label, said = np.unravel_index(int(off.argmax()), off.shape)
    return f"Most often, {record.names[label]} is taken for {record.names[said]}: {off.max()} of {table[label].sum()} times."


def training_address(record: TrainingRecord) -> str:
    """One run as a picture, in a data address."""
    return f"data:image/png;base64,{base64.b64encode(training_png(record)).decode()}"


def training_png(record: TrainingRecord) -> bytes:
    """One run as a picture: a PNG."""
    from matplotlib.figure import Figure  # noqa: PLC0415  (slow to import, and most reports have no picture)

    figure = Figure(figsize=INCHES, dpi=DOTS, layout="constrained")
    wide = figure.subplots(1, 3, width_ratios=(5, 3, 3))
    _curve(wide[0], record)
    _confusion(wide[1], record)
    wide[2].axis("off")
    if record.misread:
        _misread(wide[2], record)
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


def _curve(axes: Axes, record: TrainingRecord) -> None:
    """The loss, and the band."""
    curve = record.curve
    steps = np.arange(1, len(curve.low) + 1)
    axes.fill_between(steps, curve.low, curve.high, color=BAND, label="the reference, several seeds")
    if curve.loss:
        axes.plot(np.arange(1, len(curve.loss) + 1), curve.loss, color=OWN, label="your parts")
    if record.left is not None:
        axes.axvline(record.left, color=OWN, linestyle=":", label=f"step {record.left} is not the reference's")
    axes.set_yscale("log")
    axes.set_xlabel("step")
    axes.set_ylabel("training loss")
    axes.set_title(record.title, fontsize=9, loc="left")
    axes.legend(fontsize=8, frameon=False)


def _confusion(axes: Axes, record: TrainingRecord) -> None:
    """How many images of each class were taken for each class."""
    table = np.array(record.confusion)
    if not table.size:
        axes.axis("off")
        return
    axes.imshow(table, cmap="Blues", vmax=table.max() * 1.4)
    for (row, column), count in np.ndenumerate(table):
        if count:
            axes.text(
                column, row, str(count), ha="center", va="center", fontsize=7, color=OWN if row != column else "black"
            )
    long = max(map(len, record.names)) > 2  # noqa: PLR2004
    axes.set_xticks(range(len(table)), record.names, rotation=90 if long else 0)
    axes.set_yticks(range(len(table)), record.names)
    axes.tick_params(labelsize=7, length=0)
    axes.set_xlabel("taken for", fontsize=8)
    axes.set_ylabel("class", fontsize=8)
    axes.set_title(f"{record.right:.1%} of the {record.what}" if record.right is not None else "", fontsize=9)


def _misread(place: Axes, record: TrainingRecord) -> None:
    """Some images that were read wrong, with both answers."""
    place.set_title("misread", fontsize=9)
    for number, one in enumerate(record.misread):
        axes = place.inset_axes((number % 4 / 4, 0.5 - number // 4 / 2, 0.22, 0.36))
        axes.imshow(np.array(one.pixels) / 255, cmap="gray_r", vmin=0, vmax=1)
        axes.set_title(f"{record.names[one.label]} as {record.names[one.said]}", fontsize=7, pad=2)
        axes.axis("off")
