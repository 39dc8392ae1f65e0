"""What student code may read besides the starter code: the interpreter, its packages and the libraries of the system."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

import autograder

ENGINE = Path(autograder.__file__).resolve().parent
SYSTEM_PATHS = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo")
PACKAGE_FOLDERS = {"site-packages", "dist-packages"}


def package_folders() -> list[str]:
    """Where installed packages lie, as this interpreter found them."""
    known = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    return list(dict.fromkeys([*known, *(path for path in sys.path if Path(path).name in PACKAGE_FOLDERS)]))


def readable_paths(extra: Iterable[str]) -> list[str]:
    """What a worker may read: the interpreter, its packages, system libraries, and `extra`."""
    interpreter = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), *package_folders()]
    base = Path(sys.base_prefix) / "lib"
    interpreter += [str(base / f"python{sys.version_info[0]}.{sys.version_info[1]}")]
    interpreter += [str(path) for path in base.glob("libpython*")]
    paths = dict.fromkeys([*interpreter, *SYSTEM_PATHS, *extra])
    return [path for path in paths if Path(path).exists()]
