"""A user without rights, and a Python that this user may run: for tests that are started by root and must hold for anybody else too."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534
VERSION = f"python{sys.version_info[0]}.{sys.version_info[1]}"
RIGHTS: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []}  # for subprocess


def python_for_nobody(folder: Path) -> Path | None:
    """A Python of this version with these packages and a copy of the engine, all readable by everybody; none if there is none.

    The running interpreter often lies below a home folder that only its owner may enter; a system's own does not.
    """
    engine = folder / "engine"
    for name in ("autograder", "starter_code"):
        shutil.copytree(ROOT / name, engine / name, ignore=shutil.ignore_patterns("__pycache__"))
    for candidate in (os.path.realpath(sys.executable), f"/usr/bin/{VERSION}", f"/usr/local/bin/{VERSION}"):
        made = folder / "venv" / str(len(list(folder.iterdir())))
        python = made / "bin" / "python"
        command = [candidate, "-m", "venv", "--without-pip", str(made)]
        if not Path(candidate).exists() or subprocess.run(command, check=False, capture_output=True).returncode:
            continue
        here = [path for path in sys.path if path.endswith("site-packages")]  # of more than one folder, perhaps
        paths = [str(engine), sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *here]
        packages = made / "lib" / VERSION / "site-packages"
        (packages / "course.pth").write_text("\n".join(dict.fromkeys(paths)) + "\n", encoding="utf-8")
        if runs(python, folder):
            return python
    return None


def runs(python: Path, folder: Path) -> bool:
    """Whether that user can run `python` and import the engine."""
    command: list[str | Path] = [python, "-c", "import autograder.grading"]
    try:
        done = subprocess.run(command, check=False, capture_output=True, cwd="/", env=home(folder), **RIGHTS)
    except PermissionError:
        return False
    return done.returncode == 0


def home(folder: Path) -> dict[str, str]:
    """The environment of a user whose home is `folder`."""
    return {"HOME": str(folder), "PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"}


def give_to_nobody(folder: Path) -> None:
    """Make everything in `folder` that user's own."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
