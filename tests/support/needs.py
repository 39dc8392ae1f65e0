"""What tests need and not every machine has: marks that skip with the reason, and the modes of isolation as parameters.

Whoever needs a program, a device or a user's rights takes the mark from here, so that nobody forgets the skip.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
import torch

from autograder.sandbox.backends.table import BACKENDS
from tests.support.slurm import slurm_is_missing


def bubblewrap_is_missing() -> str:
    """Why bubblewrap cannot be used here, asked of the program itself and not of the engine; empty when it can."""
    program = shutil.which("bwrap")
    if program is None:
        return "bubblewrap is not installed"
    tried = [program, "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", sys.executable, "-c", ""]
    try:
        done = subprocess.run(tried, check=False, capture_output=True, text=True, cwd="/", timeout=60)
    except OSError as error:
        return f"bubblewrap cannot be started here ({error.strerror})"
    return f"bubblewrap does not work here ({' '.join(done.stderr.split())})" if done.returncode else ""


NO_BUBBLEWRAP = bubblewrap_is_missing()
NO_SLURM = slurm_is_missing()
CHROMIUM = shutil.which("chromium")

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="grading needs Linux")
BUBBLEWRAP = pytest.mark.skipif(bool(NO_BUBBLEWRAP), reason=NO_BUBBLEWRAP or "bubblewrap is here")
BROWSER = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
SLURM = pytest.mark.skipif(bool(NO_SLURM), reason=NO_SLURM or "Slurm is here")
GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="PyTorch finds no GPU here")
NO_GPU = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root can start something as another user")

MARKS = {"bubblewrap": BUBBLEWRAP}
CONFINED = tuple(pytest.param(name, marks=MARKS.get(name, ())) for name, each in BACKENDS.items() if each.confines)
