"""The digits of scikit-learn, always split in the same way; experiments in the notebooks train on them."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Digits:
    """1,797 handwritten digits, 8 by 8 pixels, in a fixed split that keeps the ten classes in proportion.

    train_x, test_x: (N, 64), pixels row by row, 0 (paper) to 1 (ink), float64
    train_y, test_y: (N,), the digit, an integer from 0 to 9
    """

    train_x: np.ndarray
    train_y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray


def load_digits(every: int = 5) -> Digits:
    """Load the digits; of each class, one image in `every` is kept for testing.

    Raises ImportError, with the command that helps, where scikit-learn is not installed. Needs no network.
    """
    try:
        from sklearn.datasets import load_digits as load  # noqa: PLC0415  only this function needs scikit-learn
    except ImportError as error:
        message = "The digits come with scikit-learn, which is not installed here: run `pip install scikit-learn`."
        raise ImportError(message) from error
    x, y = load(return_X_y=True)
    x, y = np.asarray(x, dtype=float) / 16.0, np.asarray(y)
    # The files are in the order in which people wrote them, so the split is drawn, from a seed that never changes.
    order = np.random.default_rng(1797).permutation(len(y))
    place_in_class = np.zeros(len(y), dtype=int)
    for digit in range(10):
        members = order[y[order] == digit]
        place_in_class[members] = np.arange(len(members))
    test = place_in_class % every == 0
    train_rows, test_rows = order[~test[order]], order[test[order]]
    return Digits(x[train_rows], y[train_rows], x[test_rows], y[test_rows])
