"""Processes for student code that can do nothing but compute: Landlock, seccomp, resource limits, deadlines, and a self-test.

`Launcher` is what graders use: it starts one clean forkserver per grading run, proves the confinement, and forks workers from it.
"""

from autograder.isolation.devices import Devices, gpu
from autograder.isolation.launcher import IsolationError, Launcher, Mode, TooManyCallbacks, WorkerDied, WorkerProcess
from autograder.isolation.selftest import Isolation, Property, modes_here, self_test, start_proven

__all__ = [
    "Devices",
    "Isolation",
    "IsolationError",
    "Launcher",
    "Mode",
    "Property",
    "TooManyCallbacks",
    "WorkerDied",
    "WorkerProcess",
    "gpu",
    "modes_here",
    "self_test",
    "start_proven",
]
