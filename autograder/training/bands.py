"""What the reference reaches over several seeds, and what a baseline reaches that ignores the idea: points lie between the two.

A band is stored under the content that it follows from: the sources of its run, the device class and the data. The bands that come
with an assignment lie in `solutions/<name>/bands/`; those that were measured here in `course/bands/<name>/`.
"""

from __future__ import annotations

import ast
import hashlib
import json
import math
import platform
import shlex
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.course.assignment import Assignment, GraderError, Limits, Profile
from autograder.course.devices import Device
from autograder.course.folders import Course
from autograder.course.settings import Data
from autograder.sandbox.launcher import Launcher
from autograder.sandbox.selftest import Isolation
from autograder.submission.submitted import answer_program
from autograder.suite.answers import Answers
from autograder.suite.misconceptions import Variant
from autograder.suite.student import Student
from autograder.training.contract import Run, runs_of
from autograder.training.running import AfterStep, Ended, train
from autograder.training.sessions import Session
from autograder.training.slots import launcher_for
from autograder.training.steps import told

SEEDS = 8
# Points are full from so many standard deviations below the reference's mean on, or from so far down to the baseline.
SPREAD, LAST_PART = 4.0, 0.25
AROUND = 5  # steps on either side over which a loss is smoothed, for the picture


@dataclass(frozen=True)
class Band:
    """What was reached, as shares of right answers: by the reference and by the baseline, with the seeds 0, 1, 2 and so on.

    low, high: the smallest and the largest smoothed loss of the reference's runs after each step
    measured: when and with what, for people: no point follows from it
    """

    run: str
    device: str
    data: str
    reference: tuple[float, ...]
    baseline: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    measured: dict[str, str] = field(default_factory=dict)

    @property
    def floor(self) -> float:
        """Up to here there are no points: the baseline's mean."""
        return float(np.mean(self.baseline))

    @property
    def full(self) -> float:
        """From here on there are all points: the reference, with room for bad luck, and for the last quarter of the way."""
        reached = np.array(self.reference)
        mean = float(reached.mean())
        lucky = mean - SPREAD * float(reached.std(ddof=1))
        return min(lucky, float(reached.min()), mean - LAST_PART * (mean - self.floor))

    def share(self, right: float) -> float:
        """The share of the points that a share of right answers earns: linear between floor and full."""
        return float(np.clip((right - self.floor) / (self.full - self.floor), 0.0, 1.0))


def smoothed(losses: list[float]) -> list[float]:
    """The mean over the steps around each step."""
    return [float(np.mean(losses[max(0, i - AROUND) : i + AROUND + 1])) for i in range(len(losses))]


def where_in_band(losses: list[float], band: Band) -> str:
    """Where a loss lies beside those of the reference's runs: "in", "above" or "below" them; empty where that cannot be said yet.

    This looks at the last step whose neighbours on both sides are known.
    """
    place = len(losses) - 1 - AROUND
    if not 0 <= place < len(band.low):
        return ""
    loss = smoothed(losses)[place]
    return "in" if band.low[place] <= loss <= band.high[place] else "above" if loss > band.high[place] else "below"


def key_of(name: str, run: Run, device: Device) -> str:
    """What a band is stored under: it follows from code, data and device class, and from no comment, docstring or version of Python."""
    parts = [name, device, *run.data, run.baseline, str(run.length)]
    for path in run.sources:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            first = (
                node.body[0] if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body else None
            )
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                first.value.value = ""
        parts.append(repr(_shape(tree)))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _shape(node: Any) -> Any:
    """A syntax tree as lists, without what is empty: of that, each version of Python has something else, and `ast.dump` shows it."""
    if isinstance(node, ast.AST):
        fields = ((name, value) for name, value in ast.iter_fields(node) if value not in (None, []))
        return [type(node).__name__, *((name, _shape(value)) for name, value in fields)]
    return [_shape(each) for each in node] if isinstance(node, list) else node


def band_or_none(course: Course, assignment: str, name: str, run: Run, device: Device) -> Band | None:
    """The stored band of a run, if there is one."""
    for folder in _folders(course, assignment):
        path = folder / f"{key_of(name, run, device)}.json"
        if path.is_file():
            return read_band(path)
    return None


def read_band(path: Path) -> Band:
    """The band that `write_band` has written."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in stored.items()}
    return Band(**values)


def write_band(path: Path, band: Band) -> None:
    """Store a band as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(band), indent=1) + "\n", encoding="utf-8")


def band_of(course: Course, assignment: str, name: str, run: Run, device: Device) -> Band:
    """The stored band of a run; raises GraderError when there is none."""
    band = band_or_none(course, assignment, name, run, device)
    if band is None:
        raise GraderError(f"{assignment} has no reference band for {name} on {device} with {run.data[0]}.")
    return band


def how_to_measure(assignment: Assignment, device: Device, data: Data | None, profile: Profile | None = None) -> str:
    """The command that measures the bands of an assignment, on a device, for the profile that is meant for it or another one."""
    assert assignment.training is not None  # noqa: S101  (whoever has bands has it)
    other = "" if profile in {None, assignment.training.meant_for(device)} else f" --profile {profile.name}"
    also = f" --data {shlex.quote(str(data))}" if data else ""
    return f"autograder bands {assignment.name} --device {device}{other}{also}"


def measured_here(course: Course, assignment: str, device: Device) -> str:
    """Hash of the bands for a device that are not part of the course, but were measured here: reports follow from them, too."""
    digest = hashlib.sha256()
    for path in sorted(_folders(course, assignment)[1].glob("*.json")):
        content = path.read_bytes()
        if json.loads(content)["device"] == device:
            digest.update(f"{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _folders(course: Course, assignment: str) -> tuple[Path, Path]:
    return course.solution(assignment) / "bands", course.data / "bands" / assignment


def missing_bands(
    course: Course, assignment: Assignment, device: Device, data: Data | None, profile: Profile
) -> dict[str, Callable[..., Path]]:
    """The runs that have no band yet, and for each what measures it: `measure` without its first arguments."""
    return {
        name: partial(measure, course, assignment, name, run, device, profile.limits)
        for name, run in runs_of(course, assignment, data, profile).items()
        if band_or_none(course, assignment.name, name, run, device) is None
    }


def measure(  # noqa: PLR0913, PLR0917  (what a measurement depends on)
    course: Course,
    assignment: Assignment,
    name: str,
    run: Run,
    device: Device,
    limits: Limits,
    isolation: Isolation,
    say: Callable[[str], None],
    *,
    ship: bool = False,
) -> Path:
    """Train the reference and the baseline over several seeds, and store the band of a run: with `ship`, beside the solutions."""
    reference = (course.solution(assignment.name) / "reference.py").read_text(encoding="utf-8")
    shares: dict[str, list[float]] = {}
    curves = []
    with launcher_for(course, assignment, isolation, device) as launcher:
        for who, source in (("reference", reference), ("baseline", f"{reference}\n\n{run.baseline}")):
            shares[who] = []
            for seed in range(SEEDS):
                say(f"{who}, seed {seed + 1} of {SEEDS}")
                ended = trained(assignment, source, launcher, run, seed, device, limits, right=source)
                right = run.held().right(ended.scores)
                if right is None:
                    raise GraderError(f"The {who} of {name} does not train: {ended.sentence}.")
                if who == "reference":
                    if fault := ended.trouble or told(ended.steps):
                        raise GraderError(f"The reference of {name} is not confirmed: {fault}.")
                    curves.append(smoothed(ended.losses))
                shares[who].append(right)
    band = band_from(name, run, device, shares, curves)
    path = _folders(course, assignment.name)[0 if ship else 1] / f"{key_of(name, run, device)}.json"
    write_band(path, band)
    return path


def band_from(
    name: str, run: Run, device: Device, shares: dict[str, list[float]], curves: Sequence[Sequence[float]]
) -> Band:
    """The band that follows from what "reference" and "baseline" have reached, and from the smoothed losses of the reference's runs."""
    low, high = (tuple(map(_rounded, edge(curves, axis=0))) for edge in (np.min, np.max))
    reached, without = (tuple(map(_rounded, shares[who])) for who in ("reference", "baseline"))
    band = Band(name, device, run.data[0], reached, without, low, high, measured_with(device))
    if band.floor >= band.full:
        raise GraderError(
            f"The baseline of {name} is as good as the reference: {band.floor:.3f} against {band.full:.3f}."
        )
    return band


def measured_with(device: Device) -> dict[str, str]:
    """The day, the model of the device, and versions."""
    import torch  # noqa: PLC0415  (slow to import)

    model = (
        torch.cuda.get_device_name() if device == "cuda" else f"one thread, {torch.backends.cpu.get_cpu_capability()}"
    )
    found = {"date": date.today().isoformat(), "device": model, "python": platform.python_version()}  # noqa: DTZ011
    found |= {"torch": torch.__version__, "numpy": np.__version__}
    if device == "cuda":
        found |= {"cuda": str(torch.version.cuda), "driver": _driver()}
    return found


def _driver() -> str:
    """The version of NVIDIA's driver, as its own file says it."""
    try:
        said = Path("/proc/driver/nvidia/version").read_text(encoding="utf-8")
    except OSError:
        return "unknown"
    return next((word for word in said.split() if word[:1].isdigit() and "." in word), "unknown")


def _rounded(number: float) -> float:
    return round(float(number), 4)


def trained(  # noqa: PLR0913, PLR0917  (what a run depends on)
    assignment: Assignment,
    source: str,
    launcher: Launcher,
    run: Run,
    seed: int,
    device: Device,
    limits: Limits,
    *,
    right: str,
) -> Ended:
    """One run of the module text `source`, as of a submission. Its steps should be those of the text `right`."""
    answers = Answers(answer_program(assignment, source), launcher, limits, kept_mb=math.inf)
    try:
        return train_run(run, Student(answers, keeping=False), right, seed, device)
    finally:
        answers.close()


def train_run(  # noqa: PLR0913, PLR0917  (what a run depends on)
    run: Run, student: Student, right: str, seed: int, device: Device, after_step: AfterStep = lambda *_: None
) -> Ended:
    """Train the parts of a student, and take each step again with those of the module text `right`."""
    parts = SimpleNamespace(**Variant(right).namespace)  # fresh ones: a text may keep what it has seen
    held = run.held().inputs
    return train(Session(student, parts, run.phases(seed, device), held, seed), run.length, held, after_step)
