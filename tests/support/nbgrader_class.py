"""A class whose assignment nbgrader has released: its commands, notebooks as they are handed in, and what the gradebook has in the end."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from autograder.course.folders import Course
from tests.support import commands

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = {
    "answer-double": "def double(x):\n    return np.asarray(x) + np.asarray(x)",
    "answer-shift": "def shift(x, by=1.0):\n    return x + by\n\n\ndef unshift(x, by=1.0):\n    return x - by",
    "why": "Because it is so.",
}
SCRIPT = (
    "<script>alert(1)</script>\n\n![gone](attachment:gone.png) ![x](y.png){onerror=alert(2)} <img src=x"
    " onerror=alert(3)> [a](javascript:alert(4)) <a href='data:text/html,alert(5)'>b</a> ![a box](box.svg)"
    " ![secret](../../../gradebook.db) $a<b$"
)


def nbgrader(course: Course, *arguments: str, code: int = 0) -> str:
    """Run an nbgrader command at the root of the course; its output."""
    env = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(course.root), str(ROOT)]),
        "JUPYTER_CONFIG_DIR": str(course.root / "home"),
        "JUPYTER_DATA_DIR": str(course.root / "home"),
        "OMP_NUM_THREADS": "1",
    }
    env.pop("NBGRADER_EXCHANGE", None)
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = commands.run(command, cwd=course.root, env=env)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def notebook(course: Course, **sources: str) -> dict[str, Any]:
    """The released notebook with some cells filled in."""
    released = json.loads((course.release("tiny") / "tiny.ipynb").read_text())
    for cell in released["cells"]:
        cell["source"] = sources.get(cell["id"].replace("-", "_"), "".join(cell["source"]))
    return released  # type: ignore[no-any-return]


def solved(course: Course, **sources: str) -> dict[str, Any]:
    """The released notebook with right answers, but for `sources`."""
    return notebook(course, **{name.replace("-", "_"): text for name, text in ANSWERS.items()} | sources)


def hand_in(course: Course, student: str, content: dict[str, Any] | bytes, name: str = "tiny.ipynb") -> None:
    """Put a file where `nbgrader collect` would."""
    folder = course.submitted(student, "tiny")
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    (folder / "timestamp.txt").write_text("2030-01-01 00:00:00.000000 UTC")


def rows(course: Course) -> dict[str, Any]:
    """All that the gradebook knows of the class, in words."""
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        return {
            submission.student.id: (
                submission.timestamp,
                submission.score,
                submission.late_submission_penalty,
                sorted(
                    (g.name, g.auto_score, g.manual_score, g.needs_manual_grade) for g in submission.notebooks[0].grades
                ),
                sorted((c.name, c.auto_comment, c.manual_comment) for c in submission.notebooks[0].comments),
            )
            for submission in gradebook.assignment_submissions("tiny")
        }


def without_times(text: str) -> str:
    """Reports hold seconds, which differ from run to run."""
    return "\n".join(line for line in text.splitlines() if '"seconds"' not in line)
