"""Which images an experiment learns from, how many of them, for how many steps, and with which seeds."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch

from starter_code.data import FashionMnist, load_digits, load_fashion_mnist, load_fashion_mnist_part


@dataclass(frozen=True)
class Images:
    """Images to learn from and to test with, on the device where networks are trained.

    train_x, test_x: (N, C, H, W), 0 to 1, float32
    train_y, test_y: (N,), the class, an integer
    """

    train_x: torch.Tensor
    train_y: torch.Tensor
    test_x: torch.Tensor
    test_y: torch.Tensor

    @property
    def channels(self) -> int:
        """C."""
        return int(self.train_x.shape[1])

    def draw(self, count: int | None, seed: int) -> "Images":
        """Keep so many of the training images, other ones with each seed; None or a large number: all of them."""
        rows = torch.from_numpy(np.random.default_rng(seed).permutation(len(self.train_x))[:count])
        rows = rows.to(self.train_x.device)
        return Images(self.train_x[rows], self.train_y[rows], self.test_x, self.test_y)

    def classes(self, low: int, high: int) -> "Images":
        """Keep the classes from `low` to before `high`; the first of them becomes class 0."""
        learn = (self.train_y >= low) & (self.train_y < high)
        test = (self.test_y >= low) & (self.test_y < high)
        train_y, test_y = self.train_y[learn] - low, self.test_y[test] - low
        return Images(self.train_x[learn], train_y, self.test_x[test], test_y)


@dataclass(frozen=True)
class Setting:
    """How much an experiment computes."""

    steps: int  # of training, for each network
    count: int | None = None  # training images, drawn anew with each seed; None: all that there are
    batch: int = 64
    seeds: tuple[int, ...] = (0, 1, 2)
    images: Images | None = None  # None: the digits
    show: bool = True  # say what is being trained

    @property
    def given(self) -> Images:
        """The images to draw from."""
        return self.images or digits()

    def draw(self, seed: int) -> Images:
        """Draw the images of a seed."""
        return self.given.draw(self.count, seed)


@cache
def digits(device: str = "cpu") -> Images:
    """Load scikit-learn's digits, 8 by 8 pixels; half of them are for testing, so that one image more is 0.1 %."""
    loaded = load_digits(every=2)
    shape = (-1, 1, 8, 8)
    return _tensors(
        loaded.train_x.reshape(shape), loaded.train_y, loaded.test_x.reshape(shape), loaded.test_y, device=device
    )


def fashion_mnist(folder: Path | None, device: str = "cpu") -> Images:
    """Read Fashion-MNIST, 28 by 28 pixels, from a folder with its four files; None: the part that comes with the course."""
    loaded: FashionMnist = load_fashion_mnist_part() if folder is None else load_fashion_mnist(folder)
    learn, test = (x[:, None].astype(np.float32) / 255 for x in (loaded.train_x, loaded.test_x))
    return _tensors(learn, loaded.train_y, test, loaded.test_y, device=device)


def _tensors(*arrays: np.ndarray, device: str) -> Images:
    """Images and classes, in turns."""
    x, y = arrays[::2], arrays[1::2]
    pairs = [
        (torch.tensor(one, dtype=torch.float32, device=device), torch.tensor(other, dtype=torch.int64, device=device))
        for one, other in zip(x, y, strict=True)
    ]
    return Images(*pairs[0], *pairs[1])
