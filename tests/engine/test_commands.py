"""A command in a fork is what it is in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.support import commands

SAYS_ALL = """
import atexit, autograder.cli, os, sys
print(__name__, sys.argv, sys.path, os.getcwd(), sorted(os.environ.items()), sys.stdin.read())
print(autograder.__file__, autograder.cli.__file__, file=sys.stderr)
atexit.register(print, "in the end")
"""
SCRIPT = str(Path(sysconfig.get_path("scripts")) / "autograder")
COMMANDS = {
    "program": (sys.executable, "-c", SAYS_ALL, "an argument", ""),
    "exit code": (sys.executable, "-c", "import sys\nsys.exit(7)"),
    "sentence": (sys.executable, "-c", "import sys\nsys.exit('a sentence')"),
    "process that ends at once": (sys.executable, "-c", "import os\nos._exit(3)"),
    "signal": (sys.executable, "-c", "import os\nos.kill(os.getpid(), 9)"),
    "module": (sys.executable, "-m", "says", "x"),
    "module that refuses": (sys.executable, "-m", "json.tool", "--nothing"),
    "script": (SCRIPT, "grade", "nothing.ipynb"),
}


@pytest.mark.parametrize("what", COMMANDS)
@pytest.mark.parametrize("engine", ["this engine", "another engine"])
def test_a_command_ends_and_says_the_same_as_in_a_process_of_its_own(tmp_path: Path, what: str, engine: str) -> None:
    (tmp_path / "says.py").write_text(SAYS_ALL)
    if engine == "another engine":
        (tmp_path / "autograder" / "cli").mkdir(parents=True)
        for folder in ("autograder", "autograder/cli"):
            (tmp_path / folder / "__init__.py").touch()
    env = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    env |= {"PYTHONPATH": str(tmp_path / "a place"), "WHO": "a test"}
    here = commands.run(COMMANDS[what], cwd=tmp_path, env=env)
    there = subprocess.run(
        COMMANDS[what], cwd=tmp_path, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert (here.returncode, here.stdout, here.stderr) == (there.returncode, there.stdout, there.stderr)


def test_one_that_does_not_end_is_killed_and_the_next_one_runs(tmp_path: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        commands.run((sys.executable, "-c", "import time\ntime.sleep(600)"), cwd=tmp_path, timeout=0.1)
    assert commands.run((sys.executable, "-c", "print(1)"), cwd=tmp_path).stdout == "1\n"
