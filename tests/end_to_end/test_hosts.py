"""Grading on hosts that offer less: in a container with Docker's default profile, on a kernel without Landlock, without bubblewrap.

Each host is this machine with rights and system calls taken away from the command before it starts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course.folders import Course
from tests.support import needs
from tests.support.attack_files import SHIFT
from tests.support.handins import filled, save, solved

pytestmark = [pytest.mark.isolation, needs.LINUX]

BEGIN = """
import errno, os, sys
import pyprctl, seccompy
from seccompy import CmpOp
rules = seccompy.Filter(default=int(seccompy.Action.ALLOW))
"""
END = """
rules.load()
sys.argv = ["autograder", *sys.argv[1:]]
os.execv(sys.executable, [sys.executable, "-c", "from autograder.cli.app import main; main()", *sys.argv[1:]])
"""
# What github.com/moby/profiles takes away from a container: no namespaces, no mounts, and most of root's rights.
DOCKER = """
KEPT = "CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE"
kept = {getattr(pyprctl.Cap, name) for name in KEPT.split()}
now = pyprctl.CapState.get_current()
if now.permitted:
    for capability in pyprctl.capbset_probe() - kept:
        pyprctl.capbset_drop(capability)
    pyprctl.CapState(effective=now.effective & kept, permitted=now.permitted & kept).set_current()
for name in '''unshare setns mount umount2 pivot_root open_tree move_mount fsopen fsmount fsconfig fspick mount_setattr bpf
        perf_event_open keyctl add_key request_key userfaultfd kcmp pidfd_getfd process_madvise open_by_handle_at
        io_uring_setup io_uring_enter io_uring_register'''.split():
    rules.errno(name, errno.EPERM)
rules.errno("clone3", errno.ENOSYS)
for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
    rules.errno("clone", errno.EPERM, args=((0, CmpOp.MASKED_EQ, flag, flag),))
"""
OLD_KERNEL = """
for name in ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"):
    rules.errno(name, errno.ENOSYS)
"""


@pytest.fixture(scope="module")
def handed_in(tiny: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A right submission."""
    folder = tmp_path_factory.mktemp("handed-in")
    answers = {"double": "def double(x):\n    return x + x", "shift": SHIFT}
    return save(folder / "tiny.ipynb", filled(solved(tiny, "tiny"), **answers))


def autograder_on(host: str, course: Course, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a process that has what `host` leaves it."""
    command = [sys.executable, "-c", BEGIN + host + END, *map(str, arguments)]
    env = os.environ | {"OMP_NUM_THREADS": "1", "NO_COLOR": "1", "COLUMNS": "400"}
    return subprocess.run(command, cwd=course.root, env=env, capture_output=True, text=True, check=False, timeout=120)


def test_in_a_container_of_dockers_landlock_confines_alone(tiny: Course, handed_in: Path) -> None:
    done = autograder_on(DOCKER, tiny, "grade", handed_in, "--json", "-")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["isolation"], report["score"]) == ("landlock", report["max_score"])


@needs.BUBBLEWRAP
def test_a_mode_that_is_asked_for_and_does_not_work_is_refused_with_its_own_reason(
    tiny: Course, handed_in: Path
) -> None:
    done = autograder_on(DOCKER, tiny, "grade", handed_in, "--isolation", "bubblewrap", "--json", "-")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("autograder: nothing was graded, because this does not hold here: bubblewrap: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("isolation", ["auto", *needs.CONFINED])
def test_on_a_kernel_without_landlock_nothing_is_graded_unless_that_is_asked_for(
    tiny: Course, handed_in: Path, isolation: str
) -> None:
    done = autograder_on(OLD_KERNEL, tiny, "grade", handed_in, "--isolation", isolation, "--json", "-")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("\n") == 1
    asked = autograder_on(OLD_KERNEL, tiny, "grade", handed_in, "--isolation", "none", "--json", "-")
    assert json.loads(asked.stdout)["isolation"] == "none"


def test_doctor_says_what_is_missing_and_that_nothing_can_be_graded(tiny: Course) -> None:
    done = autograder_on(OLD_KERNEL, tiny, "doctor")
    assert done.returncode == 3
    assert "Grading needs a kernel of 5.13 or later with Landlock switched on" in done.stdout
    assert "Grading needs a kernel" not in autograder_on(DOCKER, tiny, "doctor").stdout
