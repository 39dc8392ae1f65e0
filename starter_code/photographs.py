"""A photograph for filters to be tried on: scikit-learn's flower, made smaller; the notebook on Inception modules loads it."""

import numpy as np

ROWS, COLUMNS = slice(60, 360), slice(95, 515)  # of the original, round the flower
EVERY = 3  # pixels of the original, each way, that become one


def load_flower() -> np.ndarray:
    """Load a photograph of a dahlia as an array (1, 3, 100, 140): red, green and blue, 0 to 1, float64.

    Raises ImportError, with the command that helps, where scikit-learn is not installed. Needs no network.
    """
    try:
        from sklearn.datasets import load_sample_image  # noqa: PLC0415  only this function needs scikit-learn
    except ImportError as error:
        message = "The photograph comes with scikit-learn, which is not installed here: run `pip install scikit-learn`."
        raise ImportError(message) from error
    pixels = np.asarray(load_sample_image("flower.jpg"), dtype=float)[ROWS, COLUMNS] / 255
    height, width = (size // EVERY for size in pixels.shape[:2])
    means: np.ndarray = pixels.reshape(height, EVERY, width, EVERY, 3).mean(axis=(1, 3))
    return means.transpose(2, 0, 1)[None]
