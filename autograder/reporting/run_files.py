"""Files of training runs for whoever wants to look closer: a picture and a table of each, and what they were computed with."""

from __future__ import annotations

import csv
import json
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course.assignment import CourseError
from autograder.reporting.pictures import training_png

if TYPE_CHECKING:
    from autograder.course.report import Report, TrainingRecord
    from autograder.training.stage import Ready

PACKAGES = ("numpy", "torch")
NO_NAME = re.compile(r"[^\w.@+ -]+")
COLUMNS = ("step", "loss", "reference_low", "reference_high", "off")


def write_runs(folder: Path, report: Report, ready: Ready) -> list[Path]:
    """The files of one submission's runs; raises CourseError where they cannot be written.

    They lie below `folder`, in one that is named after the file and, within, after the student or the beginning of the file's hash.
    NAME.png: what feedback pages show
    NAME.csv: of each step its number, the loss (smoothed over the steps around it), between what bounds those of the reference's runs
        lie, and how far the step ended from where it should, as a share of its length
    environment.json: device, versions, and what was graded with what
    """
    whose = report.student or f"{report.submission_sha256[:8]}"
    place = folder / _part(Path(report.submission).stem) / _part(whose)
    names = {run.title: name for name, (run, _) in ready.runs.items()}
    written = []
    try:
        place.mkdir(parents=True, exist_ok=True)
        for record in report.training:
            name = names[record.title]
            written += [place / f"{name}.png", place / f"{name}.csv"]
            written[-2].write_bytes(training_png(record))
            _write_table(written[-1], record)
        written.append(place / "environment.json")
        written[-1].write_text(json.dumps(environment(report, ready), indent=1) + "\n", encoding="utf-8")
    except OSError as fault:
        raise CourseError(f"{place} cannot be written: {fault.strerror}.") from fault
    return written


def _part(text: str) -> str:
    """A text as the name of one folder, which leads nowhere else."""
    return NO_NAME.sub("_", text).lstrip(".") or "_"


def _write_table(path: Path, record: TrainingRecord) -> None:
    curve, off = record.curve, record.off
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for step, (low, high) in enumerate(zip(curve.low, curve.high, strict=True)):
            loss = curve.loss[step] if step < len(curve.loss) else ""
            table.writerow([step + 1, loss, low, high, off[step] if step < len(off) else ""])


def environment(report: Report, ready: Ready) -> dict[str, Any]:
    """What the runs of a submission follow from."""
    return {
        "assignment": report.assignment,
        "submission_sha256": report.submission_sha256,
        "suite_sha256": report.suite_sha256,
        "isolation": report.isolation,
        "profile": ready.profile.name,
        "device": device_name(ready.device),
        "data": sorted({run.data[0] for run, _ in ready.runs.values()}),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "machine": f"{platform.system()} {platform.machine()}",
    }


def device_name(device: str) -> str:
    """A device as people know it: the model of a GPU, or one thread of the processor."""
    if device == "cpu":
        return "cpu, one thread"
    import torch  # noqa: PLC0415

    return f"{device}, {torch.cuda.get_device_name()}"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
