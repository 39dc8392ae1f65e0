"""The images that training runs learn from, and those that are kept back to score what was learned."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from starter_code.data import (
    CIFAR10_NAMES,
    FASHION_MNIST_NAMES,
    Cifar10,
    FashionMnist,
    load_cifar10,
    load_digits,
    load_fashion_mnist,
    load_fashion_mnist_part,
)

LEARN, HELD = 10_000, 2_000  # images of a large data set that are used
PART = "fashion-mnist"  # the data set that this word stands for comes with the course
GIVEN = (
    f"what may be given is {PART}, a folder with the files of Fashion-MNIST, or CIFAR-10's archive cifar-10-binary.tar.gz "
    "from https://www.cs.toronto.edu/~kriz/cifar.html"
)


@dataclass(frozen=True)
class Images:
    """Images (N, C, H, W) in float32, 0 to 1, with labels (N,): some to learn from, some held back from the worker."""

    learn: np.ndarray
    learn_labels: np.ndarray
    held: np.ndarray
    held_labels: np.ndarray
    names: tuple[str, ...]

    def of_classes(self, low: int, high: int) -> Images:
        """Only the images of the classes from `low` to `high` - 1, which are counted from 0 then."""
        learn, held = ((labels >= low) & (labels < high) for labels in (self.learn_labels, self.held_labels))
        return Images(
            self.learn[learn],
            self.learn_labels[learn] - low,
            self.held[held],
            self.held_labels[held] - low,
            self.names[low:high],
        )

    def tested_on_what_was_learned(self) -> Images:
        """The same, with training images in the place of those that are held back."""
        return replace(self, held=self.learn, held_labels=self.learn_labels)

    def halved(self) -> Images:
        """The same with half the height and width: means over two by two pixels."""
        learn, held = (
            np.ascontiguousarray(x.reshape(*x.shape[:2], x.shape[2] // 2, 2, -1, 2).mean((3, 5)), np.float32)
            for x in (self.learn, self.held)
        )
        return replace(self, learn=learn, held=held)

    @property
    def digest(self) -> str:
        """Hash of all numbers."""
        parts = (self.learn, self.learn_labels, self.held, self.held_labels)
        return hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in parts)).hexdigest()[:16]


@cache
def images_of(data: Path | str | None) -> tuple[str, Images]:
    """Name and images of a data set: scikit-learn's digits without `data`; else what lies there, or what a word stands for."""
    if data is None:
        digits = load_digits()
        learn, held = (x.reshape(-1, 1, 8, 8).astype(np.float32) for x in (digits.train_x, digits.test_x))
        return "digits", Images(
            learn, digits.train_y.astype(np.int64), held, digits.test_y.astype(np.int64), tuple("0123456789")
        )
    if str(data) == PART and (isinstance(data, str) or not data.exists()):
        return "part of Fashion-MNIST", _large(load_fashion_mnist_part(), FASHION_MNIST_NAMES)
    if isinstance(data, str) or not data.exists():
        raise FileNotFoundError(f"There is no {data}: {GIVEN}.")
    if data.is_dir():
        return _fashion_mnist(data)
    return "CIFAR-10", _large(load_cifar10(data), CIFAR10_NAMES)


def _fashion_mnist(folder: Path) -> tuple[str, Images]:
    """Fashion-MNIST from its files, or, where only those of the test images are there, the same part as comes with the course."""
    names = {path.name.split("-")[0] for path in folder.glob("*-ubyte.gz")}
    if not names:
        raise FileNotFoundError(f"There is no data set in {folder}: {GIVEN}.")
    if "train" in names:
        return "Fashion-MNIST", _large(load_fashion_mnist(folder), FASHION_MNIST_NAMES)
    return "part of Fashion-MNIST", _large(load_fashion_mnist_part(folder), FASHION_MNIST_NAMES)


def _large(data: Cifar10 | FashionMnist, names: tuple[str, ...]) -> Images:
    """So many images of a large data set, in the split of its authors."""
    learn, learn_labels = _some(data.train_x, data.train_y, LEARN)
    held, held_labels = _some(data.test_x, data.test_y, HELD)
    return Images(learn, learn_labels, held, held_labels, names)


def _some(images: np.ndarray, labels: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """So many images (N, C, H, W), always the same: more than a run of some hundred steps ever sees."""
    rows = np.random.default_rng(10).permutation(len(images))[:most]
    if images.ndim == 3:
        images = images[:, None]
    return images[rows].astype(np.float32) / 255, labels[rows].astype(np.int64)
