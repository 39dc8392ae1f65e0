"""Where the workers of an assignment come from."""

from __future__ import annotations

from autograder.course.assignment import Assignment
from autograder.course.folders import Course
from autograder.sandbox.devices import NO_DEVICES, Devices
from autograder.sandbox.launcher import Launcher
from autograder.sandbox.selftest import Isolation, start_proven


def start_launcher(
    course: Course, assignment: Assignment, isolation: Isolation, devices: Devices = NO_DEVICES
) -> Launcher:
    """A forkserver for one assignment, whose confinement has been proven; raises IsolationError when it does not hold."""
    forbidden = (course.root / "solutions", course.root / "tests", course.data, course.root)
    used_at_once = assignment.preload if devices.warm_up else ()  # by each worker, whatever its program is
    return start_proven(
        isolation,
        path=course.root,
        preload=(*used_at_once, "starter_code", *assignment.starter_modules),
        when_named=assignment.preload,
        readable=(course.starter_code,),
        forbidden=tuple(folder for folder in forbidden if folder.is_dir()),
        devices=devices,
        probes=assignment.probes,
    )
