"""A run of one submission, as the grader leads it: a worker trains, and the grader takes each of its steps again beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.suite.errors import StudentFault
from autograder.suite.student import Student
from autograder.training.contract import Phase, Trained
from autograder.training.layouts import Layout, Unlike, matching, read_table, row_of
from autograder.training.steps import Step, Tensors, compared

if TYPE_CHECKING:
    from torch import Tensor

BETWEEN_LOOKS = 10  # steps between two looks
LOOK_BYTES = 64 << 20  # of all rows that come with one look, where rows are so large that this bounds their number
RANDOM_IMAGES = 3  # random images by whose scores the places of layers are found
SCORES_OFF = 1e-3  # how far such scores may be off
OTHER = "the network of your parts computes something else than the one of the contract"


def bad_reply(why: str = "training sent something else than its numbers") -> StudentFault:
    """What is said of an answer that is not the kind of data that was asked for."""
    return StudentFault("bad-reply", why)


def on_device(row: np.ndarray, other: Tensor) -> Tensor:
    """A row on the device where another one is."""
    import torch  # noqa: PLC0415  (whoever trains has it; others need not wait for it)

    return torch.from_numpy(row).to(other.device)


class Session:
    """One run of one submission, phase by phase.

    What asks the worker (`begin`, `advance`, `next_phase`, `checkpoint`) raises StudentFault. What computes here (`follow`, `scores`) may
    run beside the first two, in another thread, one after the other.
    """

    def __init__(self, student: Student, right: Any, phases: Sequence[Phase], images: np.ndarray, seed: int) -> None:
        """`right` has the parts of the reference, as `student` has those of a student; `images` have the shape that is trained on."""
        self._student, self._right, self._phases = student, right, phases
        self._random = np.random.default_rng(seed)
        self._samples = self._random.uniform(size=(RANDOM_IMAGES, *images.shape[1:])).astype(np.float32)
        self._saved: list[bytes] = []  # of the phases that are over
        self._begun: list[np.ndarray] = []  # the rows that phases began with, in the student's order
        self._phase = -1  # that the worker is in
        self._run: Any = None  # of the student, in the worker: an opaque value that only the worker understands
        self._mine: list[Trained] = []  # of the reference, here: one for each phase
        self._layout: Layout | None = None
        self._size = 0  # of a row of the student's
        self._reached: Any = (
            None  # the last numbers, in the reference's order, on the device; running statistics are the grader's own
        )
        self._left = 0
        self.trouble = ""  # why no step can be taken again: what was built is not what the contract says

    @property
    def at_once(self) -> int:
        """The most steps that the worker should take between two looks: none beyond the end of the phase, few of large rows."""
        return min(self._left, BETWEEN_LOOKS, max(1, LOOK_BYTES // (4 * max(1, self._size))))

    @property
    def left(self) -> int:
        """How many steps there are before the phase ends."""
        return self._left

    def _ask(self, what: str, *arguments: Any) -> Any:
        """What the run in the worker says."""
        return self._student.training(self._run, what, *arguments)

    def begin(self, checkpoint: Any = None) -> None:
        """Start in a fresh worker, or go on from what `checkpoint` gave."""
        if checkpoint is None:
            self._saved, self._run, self._phase = [], None, -1
            self.next_phase()
            return
        saved, self._size, self._left = checkpoint
        self._saved, self._run, self._phase = list(saved[:-1]), None, len(saved) - 1
        for phase, numbers in zip(self._phases[: len(saved)], saved, strict=True):
            self._run = phase.start(self._student, self._run)
            self._ask("restore", numbers)

    def next_phase(self) -> None:
        """Start the first phase, or the one that comes next. By then, the grader has followed the phase before to its end."""
        if self._phase >= 0:
            self._saved.append(self._ask("save"))
        self._phase += 1
        number, phase = self._phase, self._phases[self._phase]
        self._run = phase.start(self._student, self._run)
        self._left = phase.steps
        if number == len(self._begun):
            self._match(number)
        if not self.trouble:
            self._size = len(self._begun[number])
            self._ask("load", self._begun[number])

    def _match(self, number: int) -> None:
        """Start a phase here as well, and find out which layer of the student's is which."""
        phase = self._phases[number]
        del self._mine[number:]  # of a phase whose process was stopped before its layers were found
        if number:
            self._mine[-1].load(self._reached)
        mine: Trained = phase.start(self._right, self._mine[-1] if number else None)
        self._mine.append(mine)
        table, start = mine.layers(), mine.row()
        self._tensors = Tensors.of(table)
        theirs = read_table(self._ask("layers"))
        if theirs is None:
            raise bad_reply()
        try:
            layouts = matching(table, theirs, phase.own)
        except Unlike as unlike:
            self.trouble = str(unlike)
            return
        probe = row_of(theirs, self._random)
        self._ask("load", probe)
        said = self._scores()
        for layout in layouts:
            mine.load(layout.of_reference(on_device(probe, start)))
            here = mine.scores(self._samples)
            if said.shape == here.shape and np.allclose(
                said, here, rtol=SCORES_OFF, atol=SCORES_OFF * float(np.abs(here).max())
            ):
                break
        else:
            self.trouble = OTHER
            return
        mine.load(start)
        self._layout, self._reached = layout, start
        self._begun.append(layout.of_student(start).cpu().numpy())

    def _scores(self) -> np.ndarray:
        """What the student's network answers to the samples."""
        said = self._ask("scores", self._samples)
        if not isinstance(said, np.ndarray) or said.ndim != 2 or len(said) != RANDOM_IMAGES or said.dtype != np.float32:  # noqa: PLR2004
            raise bad_reply("in evaluation mode the network should give one row of logits for each image")
        return said

    def advance(self, count: int) -> np.ndarray:
        """Have the worker take so many steps of this phase: a row of numbers after each."""
        said = self._ask("advance", count)
        if not isinstance(said, np.ndarray) or said.shape != (count, self._size) or said.dtype != np.float32:
            raise bad_reply()
        self._left -= count
        return said

    def checkpoint(self) -> Any:
        """All that a fresh worker needs to go on; opaque, and only ever given back to a worker of the same student."""
        return [*self._saved, self._ask("save")], self._size, self._left

    def follow(self, rows: np.ndarray) -> list[Step]:
        """Take the steps here that the worker has taken, each from the numbers that the one before has handed over."""
        assert self._layout is not None  # noqa: S101  (nobody asks where there is trouble)
        mine, steps = self._mine[-1], []
        for row in rows:
            theirs = self._layout.of_reference(on_device(row, self._reached))
            mine.load(self._reached)
            mine.take_step()
            here = mine.row()
            steps.append(compared(self._tensors, self._reached, here, theirs, mine.losses[-1]))
            self._reached = self._tensors.followed(theirs, here)
        return steps

    def scores(self, images: np.ndarray) -> np.ndarray:
        """What the network answers with the numbers that were handed over last, computed here: (N, classes)."""
        self._mine[-1].load(self._reached)
        return self._mine[-1].scores(images)
