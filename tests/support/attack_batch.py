"""Grades a batch of attacks and writes down what an onlooker sees after each. Started by test_attacks, as a process of its own.

After every attack an honest submission is graded, and all is looked at that an attack could have changed: files, processes and
their limits, sockets that somebody connected to, shared memory, and the bytes that left the worker. Only programs that are handed
in know where things are: they are told (`clues`), so that no attack fails for not finding its target.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyprctl

from autograder.course.assignment import Limits
from autograder.course.folders import Course
from autograder.course.report import Report
from autograder.grading.grader import Grader
from autograder.reporting.as_html import exercise_html
from autograder.reporting.as_text import exercise_text
from autograder.sandbox import wire
from autograder.sandbox.worker_process import WorkerDied
from autograder.submission.reading import Reader
from autograder.suite.answers import Answers

PATIENCE = 10.0
DIGITS = 5  # so many digits of a hidden number in a report are no accident
SHM = Path("/dev/shm")  # noqa: S108  (looked at, not written to)
IPC = ("shm", "msg", "sem")


class Onlooker:
    """What can be seen from outside of a worker."""

    def __init__(self, folders: list[Path], tokens: dict[str, str]) -> None:
        """Watch `folders`, and look for `tokens` in all that leaves a worker."""
        self.folders = folders
        self.tokens = tokens
        self.received = bytearray()
        self.hidden: set[str] = set()
        self.name = f"attack-{os.getpid()}"
        self.listeners = self._listen(folders[-1].parent / "grader.sock")
        self.processes: set[int] = set()
        self._listen_in()

    def _listen(self, path: Path) -> dict[str, socket.socket]:
        made = {"TCP": socket.create_server(("127.0.0.1", 0)), "UDP": socket.socket(type=socket.SOCK_DGRAM)}
        made["UDP"].bind(("127.0.0.1", 0))
        for kind, address in (("abstract", f"\0{self.name}"), ("path", str(path))):
            made[kind] = socket.socket(socket.AF_UNIX)
            made[kind].bind(address)
            made[kind].listen()
        for listener in made.values():
            listener.settimeout(0)
        return made

    def _listen_in(self) -> None:
        """Keep a copy of every byte from a worker that runs a program, and the digits of every number that is sent to one."""
        within, call, contents = wire.Channel._within, Answers.call, Reader.contents

        def copying(channel: wire.Channel, deadline: Any, operation: Any, argument: Any) -> Any:
            got = within(channel, deadline, operation, argument)
            if operation.__name__ != "send":
                self.received += got if operation.__name__ == "recv" else argument[:got]
            return got

        def noting(answers: Answers, function: str, args: tuple[Any, ...], *rest: Any, **more: Any) -> Any:
            for number in np.concatenate([np.ravel(arg) for arg in args if isinstance(arg, np.ndarray)] or [[]]):  # type: ignore[list-item]
                self.hidden.add(f"{abs(number):.9f}".replace(".", "")[:DIGITS])
            return call(answers, function, args, *rest, **more)

        def reading(reader: Reader, *args: Any, **more: Any) -> Any:
            before = len(self.received)
            found = contents(reader, *args, **more)
            del self.received[before:]  # the text of a program, with whatever it was told, and nothing that it did
            return found

        wire.Channel._within = copying  # type: ignore[method-assign,assignment]
        Reader.contents = reading  # type: ignore[method-assign,assignment]
        Answers.call = noting  # type: ignore[method-assign,assignment]

    def clues(self) -> dict[str, Any]:
        """Where the listeners are."""
        return {
            "PORT": self.listeners["TCP"].getsockname()[1],
            "UDP_PORT": self.listeners["UDP"].getsockname()[1],
            "ABSTRACT": f"\0{self.name}",
            "SOCKET": self.listeners["path"].getsockname(),
            "NAME": self.name,
            "KEY": os.getpid(),
        }

    def files(self) -> dict[str, tuple[Any, ...]]:
        """Every file and folder that is watched: a change of anything but its time of access changes its entry."""
        seen = {}
        for path in [p for folder in self.folders for p in (folder, *folder.rglob("*"))]:
            about = path.lstat()
            content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() and not path.is_symlink() else ""
            seen[str(path)] = (about.st_mode, about.st_uid, about.st_nlink, about.st_ctime_ns, content)
        return seen

    def state(self) -> dict[str, Any]:
        """How the grader and the processes that belong to it are doing."""
        found = {str(pid): state_of(pid) for pid in sorted({os.getpid(), *self.processes})}
        return found | {"descriptors": len(list(Path("/proc/self/fd").iterdir())), "directory": str(Path.cwd())}

    def start(self) -> None:
        """All is well now: what is there belongs there."""
        self.forget()
        self.processes = descendants(os.getpid())
        self.before = self.files(), self.state()
        peak_mb()

    def look(self, report: dict[str, Any], page: str, text: str) -> dict[str, Any]:
        """What is different since the last look, and what the report of an attack and its page tell."""
        files, state = self.files(), self.state()
        changed = [p for p in files.keys() | self.before[0].keys() if files.get(p) != self.before[0].get(p)]
        alive = sorted(descendants(os.getpid()) - self.processes)
        found = {
            "tokens": [name for name, token in self.tokens.items() if token.encode() in self.received],
            "changed": sorted(changed),
            "alive": alive,
            "disturbed": [key for key in state if state[key] != self.before[1].get(key)],
            "connected": [kind for kind, listener in self.listeners.items() if reached(listener)],
            "shared": shared(self.name),
            "peak_mb": peak_mb(),
            "told": self.told(page + text + json.dumps(report["exercises"]) + str(report["reason"])),
            "said": self.received[-300:].decode("latin-1"),
        }
        for pid in alive:  # they descend from this process, so they are an attack's
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
        self.before = files, state
        return found

    def forget(self) -> None:
        """What has been said so far does not count from here on."""
        self.received.clear()
        self.hidden.clear()

    def told(self, text: str) -> list[str]:
        """Which planted tokens and digits of hidden numbers stand in what people will read."""
        runs = re.findall(r"\d+", re.sub(r"(\d)\.(\d)", r"\1\2", text))
        numbers = {run[i : i + DIGITS] for run in runs for i in range(len(run) - DIGITS + 1)}
        tokens = [name for name, token in self.tokens.items() if token in text]
        return tokens + [f"the digits {number} of a hidden number" for number in sorted(self.hidden & numbers)]


def peak_mb() -> int:
    """The most memory that this process has held since it was asked for the last time."""
    kilobytes = int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0])
    Path("/proc/self/clear_refs").write_text("5")  # begin again
    return kilobytes >> 10


def state_of(pid: int) -> tuple[Any, ...]:
    """What another process could do to this one short of ending it."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        status = Path(f"/proc/{pid}/status").read_text()
        limits = tuple(resource.prlimit(pid, number) for number in range(16))
        tracer = re.findall(r"TracerPid:\t(\d+)", status)
        adjusted = Path(f"/proc/{pid}/oom_score_adj").read_text()
        where = (os.getpriority(os.PRIO_PROCESS, pid), os.sched_getscheduler(pid), sorted(os.sched_getaffinity(pid)))
        return fields[0] in "TtZX", tracer, adjusted, limits, *where
    except (ProcessLookupError, FileNotFoundError):
        return ("gone",)


def descendants(pid: int) -> set[int]:
    """Living processes that `pid` started, and those that they started. Orphans among them are adopted by this process."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                if state not in "ZX":
                    parents[int(entry.name)] = int(parent)
    found, more = {pid}, {pid}
    while more:
        more = {child for child, parent in parents.items() if parent in found} - found
        found |= more
    return found - {pid}


def reached(listener: socket.socket) -> bool:
    """Whether somebody connected to `listener`, or sent it something."""
    somebody = False
    with contextlib.suppress(BlockingIOError):
        while True:
            if listener.type == socket.SOCK_DGRAM:
                listener.recv(1)
            else:
                listener.accept()[0].close()
            somebody = True
    return somebody


def shared(name: str) -> list[str]:
    """Shared memory, message queues and semaphores that an attack left, by the key and the name that attacks use. Removed here."""
    left = []
    for kind in IPC:
        lines = Path(f"/proc/sysvipc/{kind}").read_text().splitlines()[1:] if Path("/proc/sysvipc").exists() else []
        left += [f"System V {kind}" for line in lines if line.split()[0] == str(os.getpid())]
    for path in SHM.glob(f"*{name}*"):
        left.append(str(path))
        path.unlink()
    return left


# --- the batch ---------------------------------------------------------------------------------------------------------


class Batch:
    """One grader, with a worker at its side that belongs to somebody else, and the attacks one after the other."""

    def __init__(self, plan: dict[str, Any], grader: Grader, mode: str) -> None:
        """Make all ready that `plan` asks for."""
        self.plan, self.grader = plan, grader
        self.points = {e.name: e.points for e in grader.course.assignment("tiny").exercises}
        self.onlooker = Onlooker([Path(folder) for folder in plan["watched"]], plan["tokens"])
        honest = (Path(plan["honest"]), "anna")
        # The first starts the forkserver, and makes all that a grader makes but once.
        self.expected = self.told(grader.grade_all("tiny", [(Path(plan["wrong"]), None), honest])[1])
        launcher = grader.launchers["tiny"]
        self.kept = plan["tokens"]["another worker"]
        self.sibling = launcher.spawn(Limits(memory_mb=64, cpu_seconds=3600.0))
        program = f"kept = {self.kept!r}\ndef answer():\n    return len(kept)"
        self.sibling.ask({"do": "run", "title": "cell 1", "source": program}, PATIENCE, 1 << 20)
        clues = plan["clues"] | self.onlooker.clues()
        clues |= {"GRADER": os.getpid(), "FORKSERVER": launcher.process.pid, "SIBLING": self.sibling.pid}
        clues |= {"CONFINED": mode != "none", "BOAST": plan["tokens"]["boast"]}
        for path in map(Path, plan["attacks"].values()):
            if path.parent.name == "programs":
                source = "".join(f"{name} = {value!r}\n" for name, value in clues.items())
                path.write_text(f"{source}# %%\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
        self.jobs = [honest] + [job for path in plan["attacks"].values() for job in ((Path(path), "anna"), honest)]

    def told(self, report: Report) -> dict[str, Any]:
        """What a report and its page tell people, without times."""
        page = "\n".join(exercise_html(report, name, points) for name, points in self.points.items())
        text = "\n".join(exercise_text(report, name, points) for name, points in self.points.items())
        return {"report": timeless(report.as_json()), "page": page, "text": text}

    def run(self, out: Path) -> None:
        """Every attack, each followed by an honest submission. What is seen is appended to `out`, a line per attack."""
        names = iter(self.plan["attacks"])
        seen: dict[str, Any] = {}
        with out.open("a", encoding="utf-8") as file:

            def on_report(report: Report) -> None:
                if not self.onlooker.processes:  # the first honest one: all that a batch opens is open now
                    self.onlooker.start()
                elif not seen:
                    told = self.told(report)
                    seen.update({"name": next(names), "user": os.getuid()} | told | self.onlooker.look(**told))
                else:
                    seen.update(witness=self.told(report) == self.expected, sibling=self.sibling_lives())
                    file.write(json.dumps(seen) + "\n")
                    file.flush()  # an attack that ends this process must not take the records of others along
                    self.onlooker.forget()
                    seen.clear()

            self.grader.grade_all("tiny", self.jobs, on_report)

    def sibling_lives(self) -> bool:
        """Whether the other worker is well."""
        call = {"do": "call", "function": "answer", "args": (), "kwargs": {}, "inputs": False}
        try:
            return self.sibling.ask(call, PATIENCE, 1 << 20) == {"ok": len(self.kept)}
        except (WorkerDied, wire.Late, wire.WireError):
            return False


def timeless(value: Any) -> Any:
    """A report without its times."""
    if isinstance(value, dict):
        return {key: timeless(item) for key, item in value.items() if key != "seconds"}
    return [timeless(item) for item in value] if isinstance(value, list | tuple) else value


def main(plan_file: str, mode: str, out: str, *_: str) -> None:
    """Run the plan in one isolation mode. Further arguments are for attacks to find."""
    pyprctl.set_child_subreaper(True)
    plan = json.loads(Path(plan_file).read_text(encoding="utf-8"))
    with Grader(Course(Path(plan["course"])), isolation=mode) as grader:
        Batch(plan, grader, mode).run(Path(out))


if __name__ == "__main__":
    main(*sys.argv[1:])
