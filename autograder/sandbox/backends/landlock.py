"""Landlock and seccomp in each worker, and nothing around the process that forks them. What they take away stands in `confine`."""

from __future__ import annotations

from autograder.sandbox.backends.backend import Backend

LANDLOCK = Backend(name="landlock", reported="landlock")
