"""Real images, always split in the same way: scikit-learn's digits, which experiments train on, Fashion-MNIST and CIFAR-10."""

import gzip
import hashlib
import struct
import tarfile
import zlib
from collections.abc import Mapping
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

# The four files that its authors publish (https://github.com/zalandoresearch/fashion-mnist), each with the SHA-256 of what is in it.
# Not of the file: those of Debian's package have the same content, without the name and the time that the published ones begin with.
FASHION_MNIST_SHA256 = {
    "train-images-idx3-ubyte.gz": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte.gz": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte.gz": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte.gz": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}
FASHION_MNIST_NAMES = (
    *("T-shirt or top", "trouser", "pullover", "dress", "coat"),
    *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
)
FASHION_MNIST_PART = Path(__file__).parent / "data_sets" / "fashion_mnist"  # the 10,000 test images
IDX_MOST = 60_000  # images in one file


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
    # The files are in the order in which people wrote them, so the split is drawn.
    train_rows, test_rows = _split(y, every, seed=1797)
    return Digits(x[train_rows], y[train_rows], x[test_rows], y[test_rows])


def _split(y: np.ndarray, every: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows to train on and to test with, shuffled, the same for each seed: of each of ten classes, one in `every` is for testing."""
    order = np.random.default_rng(seed).permutation(len(y))
    place_in_class = np.zeros(len(y), dtype=int)
    for label in range(10):
        members = order[y[order] == label]
        place_in_class[members] = np.arange(len(members))
    test = place_in_class % every == 0
    return order[~test[order]], order[test[order]]


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


@dataclass(frozen=True)
class FashionMnist:
    """Photographs of ten kinds of clothes and shoes, 28 by 28 pixels in grey (Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747).

    train_x, test_x: (N, 28, 28), 0 (background) to 255, uint8
    train_y, test_y: (N,), integers from 0 to 9
    """

    train_x: np.ndarray
    train_y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray


def load_fashion_mnist(folder: Path, sha256: Mapping[str, str] | None = FASHION_MNIST_SHA256) -> FashionMnist:
    """Read Fashion-MNIST, in the split of its authors, from a folder with the four files that they publish.

    sha256: of what is in each file; None reads any

    Raises FileNotFoundError, which says where the files come from, where one is missing, and ValueError for other files.
    """
    return FashionMnist(*_fashion_mnist_files(folder, "train", sha256), *_fashion_mnist_files(folder, "t10k", sha256))


def load_fashion_mnist_part(
    folder: Path = FASHION_MNIST_PART, sha256: Mapping[str, str] | None = FASHION_MNIST_SHA256
) -> FashionMnist:
    """Split the 10,000 test images of Fashion-MNIST, which come with the course: 8,000 to train on, 2,000 to test with.

    Of each class, one image in five is for testing. Raises what `load_fashion_mnist` does.
    """
    x, y = _fashion_mnist_files(folder, "t10k", sha256)
    train_rows, test_rows = _split(y, every=5, seed=1708)
    return FashionMnist(x[train_rows], y[train_rows], x[test_rows], y[test_rows])


def _fashion_mnist_files(folder: Path, part: str, sha256: Mapping[str, str] | None) -> tuple[np.ndarray, np.ndarray]:
    """Images and classes of one part: "train" or "t10k"."""
    images = _idx(folder / f"{part}-images-idx3-ubyte.gz", (28, 28), sha256)
    path = folder / f"{part}-labels-idx1-ubyte.gz"
    labels = _idx(path, (), sha256)
    if len(labels) != len(images):
        message = f"{path} holds {len(labels)} classes, for {len(images)} images."
        raise ValueError(message)
    if labels.max() > 9:  # noqa: PLR2004  (ten classes)
        message = f"{path} holds a class beyond 9."
        raise ValueError(message)
    return images, labels


def _idx(path: Path, shape: tuple[int, ...], sha256: Mapping[str, str] | None) -> np.ndarray:
    """The items, each of this shape, of a compressed file in the IDX format. What it says of its own size is checked, not believed."""
    sizes = struct.Struct(f">{2 + len(shape)}I")  # the kind of file, how many items, and their shape
    content = _unpacked(path, sizes.size + IDX_MOST * int(np.prod(shape, dtype=int)))
    if sha256 is not None and (found := hashlib.sha256(content).hexdigest()) != sha256[path.name]:
        message = f"{path} is not the file that was published: the SHA-256 of what is in it is {found}, not {sha256[path.name]}."
        raise ValueError(message)
    kind = 0x0801 + len(shape)  # unsigned bytes, and how many axes
    head = sizes.unpack(content[: sizes.size]) if len(content) > sizes.size else ()
    count = head[1] if head else 0
    if head != (kind, count, *shape) or len(content) != sizes.size + count * int(np.prod(shape, dtype=int)):
        message = f"{path} does not hold what its first bytes should say: so many {'images of 28 by 28' if shape else 'classes'}."
        raise ValueError(message)
    return np.frombuffer(content, np.uint8, offset=sizes.size).reshape(count, *shape)


def _unpacked(path: Path, most: int) -> bytes:
    """The content of a compressed file, which is not more than so many bytes."""
    if not path.is_file():
        where = "https://github.com/zalandoresearch/fashion-mnist; Debian's package dataset-fashion-mnist has it, too"
        message = f"There is no {path}. It is one of the files of Fashion-MNIST: {where}."
        raise FileNotFoundError(message)
    try:
        with gzip.open(path) as file:
            content = file.read(most + 1)
    except (OSError, EOFError, zlib.error) as fault:
        message = f"{path} cannot be read: {fault}."
        raise ValueError(message) from fault
    if len(content) > most:
        message = f"{path} holds more than a file of Fashion-MNIST does."
        raise ValueError(message)
    return content
