"""Processes for student code that can do nothing but compute: Landlock, seccomp, resource limits, deadlines, and a self-test.

`Launcher` is what graders use: it starts one clean forkserver per grading run, proves the confinement, and forks workers from it.
"""

from autograder.isolation.bounded import bounded_memory
from autograder.isolation.devices import NO_DEVICES, Devices, gpu
from autograder.isolation.launcher import IsolationError, Launcher, Mode, TooManyCallbacks, WorkerDied, WorkerProcess
from autograder.isolation.patience import Idle
from autograder.isolation.selftest import Isolation, Property, modes_here, self_test, start_proven
from autograder.isolation.usage import LOADED

__all__ = [
    "LOADED",
    "NO_DEVICES",
    "Devices",
    "Idle",
    "Isolation",
    "IsolationError",
    "Launcher",
    "Mode",
    "Property",
    "TooManyCallbacks",
    "WorkerDied",
    "WorkerProcess",
    "bounded_memory",
    "gpu",
    "modes_here",
    "self_test",
    "start_proven",
]
