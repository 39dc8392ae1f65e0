"""The settings of nbgrader, for commands and for `jupyter lab` that are started here. What they are: autograder/gradebook/settings.py.

All files of nbgrader stand below `course/`. A site sets values of its own in its Jupyter configuration (the exchange),
in the environment (NBGRADER_EXCHANGE, NBGRADER_COURSE), or in `course/nbgrader_config.py`, which is read after this.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # the engine of this checkout grades this checkout

try:
    from autograder.gradebook.settings import configure

    configure(get_config(), ROOT)  # noqa: F821  (given by Jupyter)
except Exception as fault:  # noqa: BLE001  (nbgrader would go on without these settings, and run student code itself)
    reason = " ".join(f"{type(fault).__name__}: {fault}".split())
    sys.exit(
        f"nbgrader stopped, because the settings of the course at {ROOT} cannot be used with {sys.executable}: {reason}"
    )
