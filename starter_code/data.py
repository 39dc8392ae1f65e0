"""Real images, always split in the same way: scikit-learn's digits, which experiments train on, and CIFAR-10 from an archive."""

import hashlib
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

# The archive of the binary version, as its authors publish it with its MD5 (https://www.cs.toronto.edu/~kriz/cifar.html).
CIFAR10_ARCHIVE = "cifar-10-binary.tar.gz"
CIFAR10_MD5 = "c32a1d4ab5d03f1284b67883e8d87530"
CIFAR10_TRAINING = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
CIFAR10_TEST = "test_batch.bin"
CIFAR10_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
CIFAR10_RECORD = 1 + 3 * 32 * 32  # the class, then red, green and blue, each row by row
CIFAR10_MOST = 10_000 * CIFAR10_RECORD  # bytes in one file


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


@dataclass(frozen=True)
class Cifar10:
    """Photographs of ten kinds of things, 32 by 32 pixels in colour (Krizhevsky 2009), in the split of its authors.

    train_x, test_x: (N, 3, 32, 32), 0 to 255, uint8: red, green, blue
    train_y, test_y: (N,), integers from 0 to 9
    """

    train_x: np.ndarray
    train_y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray


def load_cifar10(archive: Path, md5: str | None = CIFAR10_MD5) -> Cifar10:
    """Read CIFAR-10 from its archive in the binary version; nothing is unpacked to disk.

    md5: of the archive; None reads any

    Raises FileNotFoundError, which says where the archive comes from, where there is none, and ValueError for another file.
    """
    if not archive.is_file():
        message = f"There is no {archive}. Download {CIFAR10_ARCHIVE} from https://www.cs.toronto.edu/~kriz/cifar.html."
        raise FileNotFoundError(message)
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "md5").hexdigest()
    if md5 not in {None, found}:
        message = f"{archive} is not the archive that was published: its MD5 is {found}, not {md5}. Download it again."
        raise ValueError(message)
    try:
        with tarfile.open(archive) as files:
            parts = [_cifar10_file(files, name) for name in (*CIFAR10_TRAINING, CIFAR10_TEST)]
    except (tarfile.TarError, EOFError, KeyError) as fault:
        message = f"{archive} cannot be read: {fault}."
        raise ValueError(message) from fault
    train_x, train_y = (np.concatenate(rows) for rows in zip(*parts[:-1], strict=True))
    return Cifar10(train_x, train_y, *parts[-1])


def _cifar10_file(files: tarfile.TarFile, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Images and classes of one file of the archive."""
    member = files.extractfile(f"cifar-10-batches-bin/{name}")
    content = b"" if member is None else member.read(CIFAR10_MOST + 1)
    records, rest = divmod(len(content), CIFAR10_RECORD)
    if not records or rest or len(content) > CIFAR10_MOST:
        message = f"{name} in the archive does not hold records of {CIFAR10_RECORD} bytes."
        raise ValueError(message)
    rows = np.frombuffer(content, np.uint8).reshape(records, CIFAR10_RECORD)
    if rows[:, 0].max() > 9:  # noqa: PLR2004  (ten classes)
        message = f"{name} in the archive holds a class beyond 9."
        raise ValueError(message)
    return rows[:, 1:].reshape(records, 3, 32, 32), rows[:, 0]
