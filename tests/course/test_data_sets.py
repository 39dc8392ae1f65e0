"""Fashion-MNIST from files in the published format, the part of it that comes with the course, and what training may be given.

That the data of a course reach each command that grades: `test_data_of_a_course.py`. CIFAR-10: `test_cifar.py`.
"""

from __future__ import annotations

import gzip
import hashlib
import struct
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from autograder.authoring.generate import build
from starter_code.data import (
    CIFAR10_MD5,
    FASHION_MNIST_NAMES,
    FASHION_MNIST_PART,
    FASHION_MNIST_SHA256,
    IDX_MOST,
    load_fashion_mnist,
    load_fashion_mnist_part,
)
from tests.hidden.train_networks.image_data import HELD, LEARN, Images, images_of
from tests.support.mini_course import make_course

IMAGES, LABELS = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"
COUNTS = {"train": 40, "t10k": 20}
PUBLISHED_MD5 = {  # of the compressed files, as their authors publish them
    "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
}


def pixels(count: int) -> np.ndarray:
    return np.random.default_rng(count).integers(256, size=(count, 28, 28), dtype=np.uint8)


def images_file(count: int, *, magic: int = 0x803, told: int | None = None, side: int = 28) -> bytes:
    """What is in a file of images, with what its first bytes say of it."""
    return struct.pack(">4I", magic, count if told is None else told, side, 28) + pixels(count).tobytes()


def labels_file(labels: np.ndarray, *, magic: int = 0x801, told: int | None = None) -> bytes:
    return struct.pack(">2I", magic, len(labels) if told is None else told) + labels.astype(np.uint8).tobytes()


def folder_of(path: Path, counts: dict[str, int] = COUNTS, **changed: bytes) -> Path:
    """A folder with files as they are published, but small; `changed`: what is in some of them, such as train_images."""
    path.mkdir(exist_ok=True)
    for part, count in counts.items():
        images = changed.get(f"{part}_images", images_file(count))
        labels = changed.get(f"{part}_labels", labels_file(np.arange(count) % 10))
        (path / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(images))
        (path / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))
    return path


# --- the files of Fashion-MNIST ------------------------------------------------------------------------------------------


def test_files_in_the_published_format_are_read(tmp_path: Path) -> None:
    fashion = load_fashion_mnist(folder_of(tmp_path), None)
    assert (fashion.train_x == pixels(40)).all()
    assert (fashion.test_x == pixels(20)).all()
    assert (fashion.train_x.dtype, fashion.train_x.shape) == (np.uint8, (40, 28, 28))
    assert fashion.train_y.tolist() == list(range(10)) * 4
    assert fashion.test_y.tolist() == list(range(10)) * 2


@pytest.mark.parametrize("name", list(FASHION_MNIST_SHA256))
def test_a_file_that_is_not_there_is_named_with_where_it_comes_from(tmp_path: Path, name: str) -> None:
    (folder_of(tmp_path) / name).unlink()
    told = rf"There is no .*{name}\. .* https://github\.com/zalandoresearch/fashion-mnist; .*dataset-fashion-mnist"
    with pytest.raises(FileNotFoundError, match=told):
        load_fashion_mnist(tmp_path, None)


def test_other_content_than_the_published_one_is_refused(tmp_path: Path) -> None:
    found = hashlib.sha256(images_file(40)).hexdigest()
    with pytest.raises(ValueError, match=rf"{IMAGES} is not the file that was published: .* {found}, not c59f468a"):
        load_fashion_mnist(folder_of(tmp_path))


def test_of_each_file_the_checksum_is_looked_at(tmp_path: Path) -> None:
    folder_of(tmp_path)
    right = {
        name: hashlib.sha256(gzip.decompress((tmp_path / name).read_bytes())).hexdigest()
        for name in FASHION_MNIST_SHA256
    }
    assert len(load_fashion_mnist(tmp_path, right).train_x) == 40
    for name in right:
        with pytest.raises(ValueError, match=f"{name} is not the file that was published"):
            load_fashion_mnist(tmp_path, right | {name: "0" * 64})


WRONG = "does not hold what its first bytes should say"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"train_images": images_file(40, magic=0x801)}, f"{IMAGES} {WRONG}"),
        ({"train_images": images_file(40, magic=0xD03)}, f"{IMAGES} {WRONG}"),
        ({"train_labels": labels_file(np.arange(40) % 10, magic=0x803)}, f"{LABELS} {WRONG}"),
        ({"train_images": images_file(40, told=41)}, f"{IMAGES} {WRONG}"),
        ({"train_images": images_file(40, told=39)}, f"{IMAGES} {WRONG}"),
        ({"train_images": images_file(40, told=2**32 - 1)}, f"{IMAGES} {WRONG}"),
        ({"train_images": images_file(40, told=0)}, f"{IMAGES} {WRONG}"),
        ({"train_images": images_file(0)}, f"{IMAGES} {WRONG}"),
        ({"train_images": images_file(40, side=14)}, f"{IMAGES} {WRONG}"),
        ({"train_images": images_file(40)[:-1]}, f"{IMAGES} {WRONG}"),
        ({"train_images": images_file(40)[:11]}, f"{IMAGES} {WRONG}"),
        ({"train_images": b""}, f"{IMAGES} {WRONG}"),
        ({"train_labels": labels_file(np.arange(40) % 10, told=2**31)}, f"{LABELS} {WRONG}"),
        ({"train_labels": labels_file(np.arange(39) % 10)}, f"{LABELS} holds 39 classes, for 40 images"),
        ({"train_labels": labels_file(np.arange(40) % 11)}, f"{LABELS} holds a class beyond 9"),
    ],
)
def test_a_file_that_holds_something_else_is_refused(tmp_path: Path, changed: dict[str, bytes], message: str) -> None:
    with pytest.raises(ValueError, match=message) as refusal:
        load_fashion_mnist(folder_of(tmp_path, **changed), None)
    assert "\n" not in str(refusal.value)


def damaged(content: bytes) -> bytes:
    return content[:10] + b"\xff" * 4 + content[14:]  # no such kind of block


@pytest.mark.parametrize(
    "change",
    [
        lambda whole: whole[:999],
        damaged,
        lambda _: b"",
        lambda _: b"no such thing",
        lambda whole: whole[:-8] + bytes(8),
    ],
)
def test_a_compressed_file_that_is_cut_or_damaged_is_refused(tmp_path: Path, change: object) -> None:
    path = folder_of(tmp_path) / IMAGES
    path.write_bytes(change(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(ValueError, match=rf"{IMAGES} (cannot be read: .+\.|{WRONG})"):
        load_fashion_mnist(tmp_path, None)


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused_before_it_is_all_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 16 + IDX_MOST * 28 * 28
    asked: list[int] = []
    read = gzip.GzipFile.read
    monkeypatch.setattr(gzip.GzipFile, "read", lambda file, size=-1: asked.append(size) or read(file, size))
    folder_of(tmp_path, train_images=images_file(0, told=100_000) + bytes(100_000 * 28 * 28))
    assert (tmp_path / IMAGES).stat().st_size < most / 100
    with pytest.raises(ValueError, match=rf"{IMAGES} holds more than a file of Fashion-MNIST does"):
        load_fashion_mnist(tmp_path, None)
    assert asked == [most + 1]


# --- the part that comes with the course ---------------------------------------------------------------------------------


def test_the_part_that_comes_along_is_in_the_published_files() -> None:
    for name, md5 in PUBLISHED_MD5.items():
        content = (FASHION_MNIST_PART / name).read_bytes()
        assert hashlib.md5(content).hexdigest() == md5  # noqa: S324  (what its authors publish)
    about = (FASHION_MNIST_PART / "README.md").read_text()
    for words in (
        "Han Xiao, Kashif Rasul, Roland Vollgraf",
        "2017",
        "arXiv:1708.07747",
        "MIT License",
        *PUBLISHED_MD5.values(),
    ):
        assert words in about


def test_the_part_is_split_in_the_same_way_always_with_all_classes_in_proportion() -> None:
    part = load_fashion_mnist_part()
    assert (part.train_x.shape, part.test_x.shape) == ((8000, 28, 28), (2000, 28, 28))
    assert np.bincount(part.train_y).tolist() == [800] * 10
    assert np.bincount(part.test_y).tolist() == [200] * 10
    numbers = b"".join(rows.tobytes() for rows in (part.train_x, part.train_y, part.test_x, part.test_y))
    assert hashlib.sha256(numbers).hexdigest()[:16] == "62378aa26f88837d"
    assert np.bincount(part.train_y[:1000], minlength=10).min() > 60, "it is shuffled"


def test_the_part_is_all_of_the_test_images_each_once() -> None:
    part = load_fashion_mnist_part()
    content = gzip.decompress((FASHION_MNIST_PART / "t10k-images-idx3-ubyte.gz").read_bytes())
    published = np.frombuffer(content, np.uint8, offset=16).reshape(10_000, -1)

    def rows(*images: np.ndarray) -> list[bytes]:
        return sorted(row.tobytes() for some in images for row in some.reshape(len(some), -1))

    assert rows(part.train_x, part.test_x) == rows(published)


def test_images_and_classes_stay_together_in_the_split(tmp_path: Path) -> None:
    labels = np.arange(20) % 10
    folder = folder_of(
        tmp_path,
        {"t10k": 20},
        t10k_images=struct.pack(">4I", 0x803, 20, 28, 28) + np.repeat(labels, 784).astype(np.uint8).tobytes(),
    )
    part = load_fashion_mnist_part(folder, None)
    assert (part.train_x == part.train_y[:, None, None]).all()
    assert (part.test_x == part.test_y[:, None, None]).all()


def test_students_get_no_data_sets_with_their_notebooks(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    for name in ("data_sets/some/images.gz", "given/images.gz"):
        (course.starter_code / name).parent.mkdir(parents=True)
        (course.starter_code / name).write_bytes(b"images")
    build(course, "tiny")
    given = {path.name for path in (course.source("tiny") / "starter_code").iterdir()}
    assert {"given", "plots.py"} <= given
    assert "data_sets" not in given


# --- what training may be given ------------------------------------------------------------------------------------------


def test_without_data_it_is_the_digits_as_ever() -> None:
    name, images = images_of(None)
    assert (name, images.digest) == ("digits", "324ff7f64297228e")


@pytest.mark.parametrize("given", ["fashion-mnist", Path("fashion-mnist"), FASHION_MNIST_PART])
def test_a_word_or_a_folder_with_the_test_images_gives_the_part(
    given: Path | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name, images = images_of.__wrapped__(given)
    assert (name, images.names) == ("part of Fashion-MNIST", FASHION_MNIST_NAMES)
    assert (images.learn.shape, images.held.shape) == ((8000, 1, 28, 28), (2000, 1, 28, 28))
    assert (images.learn.dtype, images.learn.min(), images.learn.max()) == (np.float32, 0, 1)
    assert images.digest == "1ddbc5acd04a8384"


def test_the_word_as_a_path_means_what_lies_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fashion-mnist").mkdir()
    assert images_of.__wrapped__("fashion-mnist")[0] == "part of Fashion-MNIST", "a word is no path"
    with pytest.raises(FileNotFoundError, match="There is no data set in fashion-mnist"):
        images_of.__wrapped__(Path("fashion-mnist"))


def large_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Images:
    """What training gets of a folder with all four files, each of them larger than what is used."""
    module = images_of.__wrapped__.__globals__  # a module of this name may have been loaded again since
    for name, value in (("LEARN", 30), ("HELD", 15), ("load_fashion_mnist", partial(load_fashion_mnist, sha256=None))):
        monkeypatch.setitem(module, name, value)
    name, images = images_of.__wrapped__(folder_of(tmp_path))
    assert name == "Fashion-MNIST"
    return images


def test_of_all_four_files_training_learns_from_the_training_images_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = large_folder(tmp_path, monkeypatch)
    assert (images.learn.shape, images.held.shape) == ((30, 1, 28, 28), (15, 1, 28, 28))
    known = {part: {image.tobytes(): i % 10 for i, image in enumerate(pixels(count))} for part, count in COUNTS.items()}
    for part, rows, labels in (("train", images.learn, images.learn_labels), ("t10k", images.held, images.held_labels)):
        found = [known[part][np.round(255 * row[0]).astype(np.uint8).tobytes()] for row in rows]
        assert found == labels.tolist()
    assert (LEARN, HELD) == (10_000, 2_000)


def test_a_folder_that_lacks_one_of_four_files_is_refused(tmp_path: Path) -> None:
    (folder_of(tmp_path) / IMAGES).unlink()
    with pytest.raises(FileNotFoundError, match=f"There is no .*{IMAGES}"):
        images_of.__wrapped__(tmp_path)


@pytest.mark.parametrize("given", ["cifar", Path("/nowhere/at/all"), Path("empty")])
def test_anything_else_is_told_in_a_sentence_what_may_be_given(
    given: Path | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="There is no") as refusal:
        images_of.__wrapped__(given)
    told = str(refusal.value)
    assert "\n" not in told
    for what in (str(given), "fashion-mnist", "a folder with the files of Fashion-MNIST", "cifar-10-binary.tar.gz"):
        assert what in told


def test_another_file_is_taken_for_an_archive_of_cifar10(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ValueError, match=f"is not the archive that was published: .*{CIFAR10_MD5}"):
        images_of.__wrapped__(tmp_path / "file")
