"""Computing on one core: it rounds in the same way on every machine, and on a busy one threads do not wait for one another."""

from __future__ import annotations

import os
import sys

ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def compute_on_one_core() -> None:
    """Let this process compute on one core, and what it starts from now on."""
    os.environ.update(ONE_CORE)
    if torch := sys.modules.get("torch"):  # which has read the environment already
        torch.set_num_threads(1)
