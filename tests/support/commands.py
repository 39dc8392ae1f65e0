"""Runs a Python command in a fork of a process that has imported the libraries of all commands. Used in the place of `subprocess.run`.

Most of what a command computes in a test is to import nbgrader and what nbgrader imports. The process that is forked has imported
libraries and the engine, which it forgets where a command would find another one; settings and courses are found by each command for
itself, as in a new process.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

ENGINE = Path(__file__).resolve().parents[2]
PRELOADED = (
    *(
        "nbgrader.apps",
        "nbconvert.exporters",
        "matplotlib.figure",
        "jupytext",
        "bleach",
        "IPython.core.inputtransformer2",
    ),
    *("hypothesis", "pytest", "typer", "typer._adapters", "rich.progress", "concurrent.futures.process"),
    *("sqlalchemy.dialects.sqlite", "latex2mathml.converter", "pyprctl", "multiprocessing.spawn", "symtable"),
    # Of the engine, not the command itself: it asks how wide the terminal is as it is imported.
    *("autograder.whole_class.tasks", "autograder.grading.grader", "autograder.gradebook.recording"),
    *("autograder.gradebook.exporter", "autograder.gradebook.feedback"),
)


def run(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None, timeout: float = 400
) -> subprocess.CompletedProcess[str]:
    """What `subprocess.run` gives for a command of this Python: `python -m MODULE`, `python -c PROGRAM`, or the path of a script."""
    env = dict(os.environ if env is None else env)
    with tempfile.TemporaryDirectory(prefix="command-") as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        asked = {"command": list(map(str, command)), "cwd": str(cwd), "env": env, "out": str(out), "err": str(err)}
        code = _answer(_server(), asked, timeout)
        said, told = (path.read_text(encoding="utf-8") for path in (out, err))
    return subprocess.CompletedProcess(list(command), code, said, told)


@cache
def _server() -> subprocess.Popen[str]:
    """The process that forks. It ends with its standard input, and so with the process of the tests."""
    return subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/", bufsize=1
    )


def _answer(server: subprocess.Popen[str], asked: dict[str, Any], timeout: float) -> int:
    """The exit code of a command that `server` is asked to run; a command that takes longer is killed."""
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(json.dumps(asked | {"timeout": timeout}) + "\n")
    answer = json.loads(server.stdout.readline())
    if not answer["in time"]:
        raise subprocess.TimeoutExpired(asked["command"], timeout)
    return int(answer["code"])


# --- the process that is forked ------------------------------------------------------------------------------------------


def serve() -> None:
    """Forks for each command that is asked for, and says how it ended, in one line: whoever waits for it reads nothing else."""
    for line in iter(sys.stdin.readline, ""):
        asked = json.loads(line)
        if (pid := os.fork()) == 0:
            _end(_code_of(asked))
        in_time = _ends_within(pid, asked["timeout"])
        if not in_time:
            os.kill(pid, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        print(json.dumps({"in time": in_time, "code": code}), flush=True)


def _ends_within(pid: int, timeout: float) -> bool:
    """Whether a child ends within `timeout` seconds. It is not waited for, so its number stays its own."""
    watched = os.pidfd_open(pid)
    try:
        return bool(select.select([watched], [], [], timeout)[0])
    finally:
        os.close(watched)


def _code_of(asked: dict[str, Any]) -> int:
    """The exit code of a command that is run here, as the interpreter gives it."""
    try:
        _take_over(asked)
        _run(*asked["command"])
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:  # noqa: BLE001  (whatever it is ends the process)
        traceback.print_exc()
        return 1
    return 0


def _take_over(asked: dict[str, Any]) -> None:
    """Have what a new process would have been given."""
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    for number, path in enumerate((os.devnull, asked["out"], asked["err"])):
        opened = os.open(path, (os.O_WRONLY if number else os.O_RDONLY) | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, number)
        os.close(opened)


def _run(first: str, *rest: str) -> None:
    """Run a command as the interpreter would."""
    if first == sys.executable:
        kind, what, *arguments = rest
        sys.argv = [kind, *arguments]
        sys.path[0] = str(Path.cwd()) if kind == "-m" else ""
    else:
        kind, what = "script", first
        sys.argv = [first, *rest]
        sys.path[0] = str(Path(first).parent)
    sys.path[1:1] = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    _forget_engine_where_another_is_found()
    if kind == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    elif kind == "-c":
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102
    else:
        runpy.run_path(what, run_name="__main__")


def _forget_engine_where_another_is_found() -> None:
    """Another checkout's engine is that of the current folder, of one above it, or on the path."""
    folders = [*map(Path, sys.path), Path.cwd(), *Path.cwd().parents]
    found = {
        (folder / "autograder").resolve() for folder in folders if (folder / "autograder" / "__init__.py").is_file()
    }
    if found - {ENGINE / "autograder"}:
        for name in [name for name in sys.modules if f"{name}.".startswith("autograder.")]:
            del sys.modules[name]


def _end(code: int) -> None:
    """Do what the interpreter does in the end, but for taking apart all that was imported, which takes as long as many a command."""
    try:
        threading._shutdown()  # type: ignore[attr-defined]
    except BaseException:  # noqa: BLE001  (it is printed, and the exit code stays)
        traceback.print_exc()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _preload() -> None:
    before = sys.path.copy()
    for name in PRELOADED:
        with contextlib.suppress(ImportError):
            import_module(name)
    sys.path[:] = ["", *before[1:]]  # without the folder of this file, and without what libraries add
    gc.collect()
    gc.freeze()  # what is here stays, so that no fork looks it through again


if __name__ == "__main__":
    _preload()
    serve()
