"""CIFAR-10 from a local archive: small ones are written here, in the published binary format."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import numpy as np
import pytest

from starter_code.data import CIFAR10_MD5, CIFAR10_RECORD, CIFAR10_TEST, CIFAR10_TRAINING, load_cifar10
from tests.support.handins import autograder

ROOT = Path(__file__).resolve().parents[2]
FILES = (*CIFAR10_TRAINING, CIFAR10_TEST)


def records(seed: int, count: int = 20) -> np.ndarray:
    """Each a class and an image whose red, green and blue tell pixels apart."""
    rows = np.random.default_rng(seed).integers(256, size=(count, CIFAR10_RECORD), dtype=np.uint8)
    rows[:, 0] = np.arange(count) % 10
    return rows


def archive(path: Path, **changed: bytes | None) -> Path:
    """An archive as its authors publish it, with other contents of some files (by name, without the ending)."""
    with tarfile.open(path, "w:gz") as files:
        for seed, name in enumerate(FILES):
            content = changed.get(name.removesuffix(".bin"), records(seed).tobytes())
            if content is not None:
                entry = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
                entry.size = len(content)
                files.addfile(entry, io.BytesIO(content))
    return path


def md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest()  # noqa: S324  (what its authors publish)


def test_an_archive_in_the_published_format_is_read(tmp_path: Path) -> None:
    path = archive(tmp_path / "cifar-10-binary.tar.gz")
    cifar = load_cifar10(path, md5(path))
    assert cifar.train_x.shape == (100, 3, 32, 32)
    assert cifar.test_x.shape == (20, 3, 32, 32)
    assert cifar.train_y.tolist() == list(np.arange(20) % 10) * 5
    third = records(0)[3]  # red comes first, row by row
    assert cifar.train_x[3, 0, 0].tolist() == third[1:33].tolist()
    assert cifar.train_x[3, 2, 31].tolist() == third[-32:].tolist()
    assert (cifar.test_x[0] == records(5)[0, 1:].reshape(3, 32, 32)).all()


def test_an_archive_that_is_not_there_says_where_it_comes_from(tmp_path: Path) -> None:
    with pytest.raises(
        FileNotFoundError, match=r"There is no .*x\.tar\.gz\. Download cifar-10-binary\.tar\.gz from https://"
    ):
        load_cifar10(tmp_path / "x.tar.gz")


def test_another_archive_than_the_published_one_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.tar.gz")
    with pytest.raises(ValueError, match=rf"its MD5 is {md5(path)}, not {CIFAR10_MD5}"):
        load_cifar10(path)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"test_batch": None}, "cannot be read"),
        ({"data_batch_2": b""}, r"data_batch_2\.bin in the archive does not hold records of 3073 bytes"),
        ({"data_batch_2": b"\0" * (CIFAR10_RECORD + 1)}, "does not hold records"),
        ({"data_batch_3": b"\x0a" * CIFAR10_RECORD}, r"data_batch_3\.bin in the archive holds a class beyond 9"),
        ({"test_batch": b"\0" * (10_001 * CIFAR10_RECORD)}, "does not hold records"),
    ],
)
def test_an_archive_that_holds_something_else_is_refused(
    tmp_path: Path, changed: dict[str, bytes | None], message: str
) -> None:
    path = archive(tmp_path / "x.tar.gz", **changed)
    with pytest.raises(ValueError, match=message):
        load_cifar10(path, None)


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b" + b"\0" * 40])
def test_a_file_that_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.tar.gz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="cannot be read"):
        load_cifar10(path, None)


def test_training_on_an_archive_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    notebook = tmp_path / "train_networks.py"
    notebook.write_text("class ResidualBlock: pass\n")
    done = autograder(ROOT, "train", notebook, "--device", "cpu", "--data", tmp_path / "x.tar.gz")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "There is no" in done.stderr
    assert "cs.toronto.edu" in done.stderr
