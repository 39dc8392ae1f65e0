"""Training runs as the grader leads them: it draws the first numbers, asks for steps, and gives what comes back to `replay`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.grading.student import Student, StudentFault
from autograder.training import Confirmed, Snapshot
from starter_code import training_runs
from starter_code.training_runs import PLANS
from tests.hidden.train_networks.image_data import Images
from tests.hidden.train_networks.layouts import Layout, Unlike, matching, read_table, rows_of
from tests.hidden.train_networks.replay import Replay, State

PROBES = 3  # images with which the places of layers are found
ANSWER = ("losses", "learned", "statistics", "memory")
MOST_TABLES = 16  # of what an optimizer remembers
NOTHING = Snapshot(0.0, 0.0, None)


def bad_reply() -> StudentFault:
    """What is said of an answer that is none."""
    return StudentFault("bad-reply", "training sent something else than its numbers")


def table(said: Any, count: int) -> np.ndarray:
    """A table of numbers that a worker sent: one row for each step."""
    if not isinstance(said, np.ndarray) or said.ndim != 2 or len(said) != count or said.dtype != np.float32:
        raise bad_reply()
    return said


def table_of_scores(said: Any, count: int, classes: int) -> np.ndarray:
    """Scores that a worker sent: one row for each image."""
    scores = np.asarray(said) if hasattr(said, "shape") else np.zeros(0)
    if scores.shape != (count, classes) or scores.dtype != np.float32:
        raise StudentFault("bad-reply", "in evaluation mode the network should give one row of logits for each image")
    return scores


class Training:
    """A Session: one network, trained from numbers that the grader has drawn."""

    def __init__(self, student: Student, name: str, own: Sequence[str], images: Images, seed: int, device: str) -> None:
        """`own`: the names of what students write for the run."""
        self.student, self.name, self.own = student, name, own
        self.images, self.seed, self.device = images, seed, device
        self.replay = Replay(name, own, images, seed, device)
        self.layout: Layout | None = None
        self.unlike = ""
        self.run: Any = None
        self._reached = np.zeros(0)

    def ask(self, what: str, *arguments: Any) -> Any:
        """What the run in the worker says."""
        return self.student.training(self.run, what, *arguments)

    def begin(self, checkpoint: Any) -> Snapshot:
        """See Session."""
        own = [getattr(self.student, each) for each in self.own]
        learn = (self.images.learn, self.images.learn_labels)
        self.run = self.student.begin(self.name, *learn, self.seed, self.device, *own)
        if checkpoint is not None:
            self.ask("restore", checkpoint)
            return NOTHING
        self._find_layout()
        start = self.replay.start
        if self.layout is not None:
            learned, statistics = (
                self.layout.of_student(start.learned),
                self.layout.of_student_statistics(start.statistics),
            )
            self.ask("load", learned, statistics)
            self._reached = learned
            return Snapshot(0.0, 0.0, (learned, statistics, []))
        return NOTHING

    def _find_layout(self) -> None:
        """Find out which layer of the student's is which, with random numbers in all of them."""
        theirs = read_table(self.ask("layers"))
        if theirs is None:
            raise bad_reply()
        few = self.images.learn[:PROBES]
        try:
            layouts = matching(self.replay.table, theirs)
        except Unlike as unlike:
            self.unlike = str(unlike)
            return
        learned, statistics = rows_of(theirs, np.random.default_rng(self.seed))
        self.ask("load", learned, statistics)
        said = table_of_scores(self.ask("scores", few), PROBES, self.replay.classes)
        for layout in layouts:
            state = State(layout.of_reference(learned), layout.of_reference_statistics(statistics))
            mine = self.replay.scores(state, few)
            if np.allclose(said, mine, rtol=1e-3, atol=1e-3 * float(np.abs(mine).max())):
                self.layout = layout
                together = self.replay.training_scores(state, few)
                in_training = table_of_scores(self.ask("training_scores", few), *together.shape)
                self.replay.other_masks = not np.allclose(
                    in_training, together, rtol=1e-3, atol=1e-3 * float(np.abs(together).max())
                )
                return
        self.unlike = "the network of your parts computes something else than the one of the contract"

    def trouble(self) -> str:
        """See Session."""
        return self.unlike

    def advance(self, count: int) -> list[Snapshot]:
        """See Session."""
        return self.steps_of(self.run, count)

    def steps_of(self, run: Any, count: int) -> list[Snapshot]:
        """The next steps of a run in the worker: of this one, or of one that has followed from it."""
        said = self.student.training(run, "advance", count)
        losses, learned, statistics, memory = (said.get(key) if isinstance(said, dict) else None for key in ANSWER)
        if (
            not isinstance(losses, list)
            or len(losses) != count
            or not isinstance(memory, list)
            or len(memory) > MOST_TABLES
        ):
            raise bad_reply()
        tables = [table(each, count) for each in (learned, statistics, *memory)]
        taken = []
        for place, loss in enumerate(losses):
            if type(loss) is not float:
                raise bad_reply()
            state = (tables[0][place], tables[1][place], [each[place] for each in tables[2:]])
            taken.append(Snapshot(loss, self._moved(state[0]), state))
        return taken

    def _moved(self, learned: np.ndarray) -> float:
        with np.errstate(over="ignore", invalid="ignore"):
            way = float(np.linalg.norm(learned - self._reached)) if learned.shape == self._reached.shape else 0.0
        self._reached = learned
        return way

    def checkpoint(self) -> Any:
        """See Session."""
        return self.ask("save")

    def confirm(self, step: int, earlier: Snapshot | None, before: Snapshot, after: Snapshot) -> Confirmed:
        """See Session."""
        states = [None if each is None else self.state(each) for each in (earlier, before, after)]
        if states[1] is None or states[2] is None:
            return Confirmed(loss=False, update=False, off=float("nan"))
        return self.replay.confirm(step, states[0], states[1], states[2], after.loss)

    def state(self, snapshot: Snapshot) -> State | None:
        """What was handed over, in the order of the reference's layers; None where it is no state of this network."""
        if self.layout is None or snapshot.state is None:
            return None
        learned, statistics, memory = snapshot.state
        start = self.replay.start
        fits = learned.shape == start.learned.shape and statistics.shape == start.statistics.shape
        if not fits or not all(np.isfinite(each).all() for each in (learned, statistics, *memory)):
            return None
        remembered = [self.layout.of_reference(each) for each in memory if each.shape == learned.shape]
        return State(
            self.layout.of_reference(learned), self.layout.of_reference_statistics(statistics), tuple(remembered)
        )

    def scores(self) -> np.ndarray:
        """See Session."""
        return table_of_scores(self.ask("scores", self.images.held), len(self.images.held), self.replay.classes)

    def scores_again(self, last: Snapshot) -> np.ndarray:
        """See Session."""
        state = self.state(last)
        return np.zeros((0, 1)) if state is None else self.replay.scores(state, self.images.held)


class Transfer:
    """A Session of two: a trunk learns some classes; then it is frozen, and a new last layer learns others."""

    def __init__(self, student: Student, old: Images, new: Images, seed: int, device: str) -> None:
        """Images of the classes that are learned first, and of the others."""
        self.student, self.new = student, new
        self.trunk = Training(student, "trunk", ["ResidualBlock", "train_step"], old, seed, device)
        self.change = PLANS["trunk"].steps
        self.done = 0
        self.head: Any = None
        self.saved: Any = None  # the trunk as it was frozen
        self.frozen: Snapshot | None = None
        replay = self.trunk.replay
        self.rows = training_runs.Run(
            "transfer", (replay.model, None, replay.step), new.learn, new.learn_labels, seed, device
        )
        fresh = np.random.default_rng(seed).normal(size=(replay.classes, replay.width)) / np.sqrt(replay.width)
        self.fresh = [fresh.astype(np.float32), np.zeros(replay.classes, np.float32)]

    def begin(self, checkpoint: Any) -> Snapshot:
        """See Session."""
        trunk, head, self.done = checkpoint or (None, None, 0)
        begun = self.trunk.begin(trunk)
        self.head = None
        if head is not None:
            self._freeze()
            self.student.training(self.head, "restore", head)
        return begun

    def _freeze(self) -> None:
        arguments = (self.student.freeze_for_transfer, self.fresh, self.new.learn, self.new.learn_labels)
        self.head = self.trunk.ask("transfer", *arguments)

    def trouble(self) -> str:
        """See Session."""
        return self.trunk.trouble()

    def advance(self, count: int) -> list[Snapshot]:
        """See Session. A batch of steps ends where the trunk is frozen."""
        if self.done < self.change:
            taken = self.trunk.advance(min(count, self.change - self.done))
            self.frozen = taken[-1]
        else:
            if self.head is None:
                self.saved = self.trunk.checkpoint()
                self._freeze()
            taken = self.trunk.steps_of(self.head, count)
        self.done += len(taken)
        return taken

    def checkpoint(self) -> Any:
        """See Session."""
        if self.head is None:
            return self.trunk.checkpoint(), None, self.done
        return self.saved, self.student.training(self.head, "save"), self.done

    def confirm(self, step: int, earlier: Snapshot | None, before: Snapshot, after: Snapshot) -> Confirmed:
        """See Session."""
        if step < self.change:
            return self.trunk.confirm(step, earlier, before, after)
        start = np.concatenate([each.ravel() for each in self.fresh])
        number = step - self.change
        rows = [
            None if number == 0 else start if number == 1 or earlier is None else earlier.state[0],
            start if number == 0 else before.state[0],
            after.state[0],
        ]
        frozen = None if self.frozen is None else self.trunk.state(self.frozen)
        if frozen is None or any(each is not None and not _fits(each, start) for each in rows):
            return Confirmed(loss=False, update=False, off=float("nan"))
        return self.trunk.replay.confirm_head(number, frozen, (rows[0], rows[1], rows[2]), after.loss, self.rows)

    def scores(self) -> np.ndarray:
        """See Session."""
        said = self.student.training(self.head, "scores", self.new.held)
        return table_of_scores(said, len(self.new.held), self.trunk.replay.classes)

    def scores_again(self, last: Snapshot) -> np.ndarray:
        """See Session. The trunk is the one that was frozen."""
        frozen = None if self.frozen is None else self.trunk.state(self.frozen)
        if frozen is None:
            return np.zeros((0, 1))
        return self.trunk.replay.scores(self.trunk.replay.with_head(frozen, last.state[0]), self.new.held)


def _fits(numbers: np.ndarray, other: np.ndarray) -> bool:
    return numbers.shape == other.shape and bool(np.isfinite(numbers).all())
