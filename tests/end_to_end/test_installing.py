"""constraints.txt installs on every Python that is supported, from the first release of each on, and names all that is installed.

uv resolves for Pythons that are not on this machine; it asks an index for what packages need, and downloads none of them.
"""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ("3.11.0", "3.12.0", "3.13.0")
INDEX = "https://pypi.org/simple/pip/"
SOURCE_ONLY = "yattag"  # of this there is no wheel; it is plain Python
# What the default build of torch brings along for GPUs; the CPU build does without.
CUDA = re.compile(r"nvidia-|cuda-|triton$")


def index_answers() -> bool:
    try:
        with urllib.request.urlopen(INDEX, timeout=20):
            return True
    except (urllib.error.URLError, TimeoutError):
        return False


def named(text: str) -> dict[str, str]:
    """Names, written in one way, and versions of all lines `name==version`."""
    found = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


@pytest.mark.parametrize("python", PYTHONS)
def test_everything_that_is_installed_has_a_version_and_a_wheel_that_this_python_takes(python: str) -> None:
    if not index_answers():
        pytest.skip("no package index can be reached")
    extras = [f"--extra={name}" for name in ("dev", "cluster", "slurm", "bench")]
    options = ["--quiet", "--no-header", "--no-annotate", *extras]
    options += ["--only-binary", ":all:", "--no-binary", SOURCE_ONLY, "--python-version", python]
    constraints = ROOT / "constraints.txt"
    command = [sys.executable, "-m", "uv", "pip", "compile", *options, "--constraints", str(constraints)]
    done = subprocess.run(
        [*command, str(ROOT / "pyproject.toml")],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    resolved, pinned = named(done.stdout), named(constraints.read_text(encoding="utf-8"))
    assert len(resolved) > 100
    assert {name: version for name, version in resolved.items() if not CUDA.match(name)}.items() <= pinned.items()
