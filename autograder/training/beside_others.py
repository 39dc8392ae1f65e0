"""A run on a GPU that others use too: what may be their doing is asked again alone, and never charged to a student."""

from __future__ import annotations

import sys
from collections.abc import Callable

from autograder.course.assignment import GraderError
from autograder.course.folders import Course
from autograder.course.report import State
from autograder.sandbox.launcher import Launcher
from autograder.training.running import Ended
from autograder.training.slots import gpu_answers, has_room, own_gpu, sharing

# A run that ended like this had a GPU that computed; any other end may be the GPU's doing.
ITS_OWN: set[State] = {"passed", "not-a-number", "diverged"}
# What others on the same GPU can bring about: their memory is taken from this run's, and so is their time.
OF_OTHERS: set[State] = {"out-of-memory", "timed-out", "out-of-cpu"}
NO_MEMORY_HERE = "the grader itself had no memory"
NOBODYS_FAULT = "which is nobody's fault who handed in."


def beside_others(course: Course, gpu_mb: int, launcher: Launcher, train: Callable[[], Ended]) -> Ended:
    """How the run that `train` leads has ended; `gpu_mb`: memory of the GPU that it needs.

    Raises GraderError where others hold that memory even when nobody of the course is on the GPU, where it is too small for the steps
    that the grader takes, and where it does not answer.
    """
    number = own_gpu()
    with sharing(course, number):
        ended = _told(train)
    if ended.state in OF_OTHERS:
        with sharing(course, number, alone=True):
            if not has_room(gpu_mb):
                raise GraderError(f"others hold the memory of the GPU, {NOBODYS_FAULT}")
            ended = _told(train)
    if ended.sentence == NO_MEMORY_HERE:
        raise GraderError(f"the GPU has too little memory for the grader's own steps, {NOBODYS_FAULT}")
    if ended.state not in ITS_OWN and not gpu_answers(launcher):
        raise GraderError(f"the GPU does not answer any more, {NOBODYS_FAULT}")
    return ended


def _told(train: Callable[[], Ended]) -> Ended:
    """How a run ended; where there was no memory for the steps that are taken here, this says so."""
    try:
        return train()
    except RuntimeError as fault:
        torch = sys.modules.get("torch")  # whose steps are taken with it has imported it
        if torch is None or not isinstance(fault, torch.OutOfMemoryError):
            raise
        return Ended("out-of-memory", NO_MEMORY_HERE)
