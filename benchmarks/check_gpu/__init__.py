"""`make check-gpu`: what this machine's GPU does with the grader, layer by layer, in one go. docs/gpu.md tells how to read it.

Written for a machine as bare as a GPU often is: nothing here needs more than Python, PyTorch, numpy and what `carried.txt` lists.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
CARRIED = ROOT / "build" / "carried"
DIGITS = "digits.csv.gz"


def _own_tests() -> None:
    """Let `tests` be this repository's: on a machine full of packages, one of them may have left a package of that name."""
    tests = ModuleType("tests")
    tests.__path__ = [str(ROOT / "tests")]
    sys.modules["tests"] = tests


def _digits_without_scikit_learn() -> None:
    """Stand in for the one function of scikit-learn's that is used, where it is not installed: its file of digits was carried along."""

    def load_digits(*, return_X_y: bool) -> tuple[Any, Any]:  # noqa: N803  (as there)
        import numpy as np  # noqa: PLC0415

        assert return_X_y  # noqa: S101
        table = np.loadtxt(CARRIED / DIGITS, delimiter=",")
        return table[:, :-1], table[:, -1].astype(int)

    package, datasets = (module_from_spec(ModuleSpec(name, None)) for name in ("sklearn", "sklearn.datasets"))
    datasets.load_digits = load_digits  # type: ignore[attr-defined]
    sys.modules |= {"sklearn": package, "sklearn.datasets": datasets}


_own_tests()
if find_spec("sklearn") is None and (CARRIED / DIGITS).exists():
    _digits_without_scikit_learn()
