"""Processes for student code that can do nothing but compute: Landlock, seccomp, resource limits, deadlines, and a self-test.

`Launcher` is what graders use: it starts one clean forkserver per grading run, proves the confinement, and forks workers from it.
"""

from autograder.isolation.launcher import IsolationError, Launcher, WorkerDied, WorkerProcess
from autograder.isolation.selftest import Property, self_test

__all__ = ["IsolationError", "Launcher", "Property", "WorkerDied", "WorkerProcess", "self_test"]
