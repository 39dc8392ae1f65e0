"""Keeps what takes minutes to compute between two runs of the tests on one machine, as long as nothing changes that it follows from.

Where CI is set in the environment, as continuous integration does, nothing is looked up and nothing is kept.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import platform
import shutil
from collections.abc import Callable, Iterable
from importlib.metadata import distributions
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "remembered"
Value = TypeVar("Value")


def remembered(
    what: str, sources: Iterable[Path], compute: Callable[[], Value], *more: object, folder: Path = KEPT
) -> Value:
    """`compute()`, or what it gave when `sources` (files and folders), `more`, Python, its packages and the machine were the same."""
    if os.environ.get("CI"):
        return compute()
    path = folder / f"{what}-{_key(sources, more)}.pickle"
    if path.is_file():
        return pickle.loads(path.read_bytes())  # type: ignore[no-any-return]  # noqa: S301  (written here)
    value = compute()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{what}-*"):
        old.unlink(missing_ok=True)
    new = path.with_suffix(f".{os.getpid()}")
    new.write_bytes(pickle.dumps(value))
    new.rename(path)  # whoever reads sees all of it or none
    return value


def _key(sources: Iterable[Path], more: tuple[object, ...]) -> str:
    packages = sorted(f"{each.name} {each.version}" for each in distributions())
    machine = (platform.python_version(), platform.platform(), shutil.which("bwrap"), os.getuid())
    digest = hashlib.sha256(repr((packages, machine, more)).encode())
    for source in sources:
        for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if path.is_file() and path.suffix != ".pyc":
                content = path.read_bytes()
                digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:32]
