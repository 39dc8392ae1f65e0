"""Workflows of GitHub and GitLab, read from their files, and the shell steps of their jobs, run as these would run them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import files
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
OURS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TEMPLATES = sorted((ROOT / "templates" / "ci").glob("github-*.yml"))
GITHUB = [*OURS, *TEMPLATES]
GITLAB = ROOT / "templates" / "ci" / "gitlab.yml"
KEYWORDS = ("default", "variables")  # what stands beside the jobs in a file of GitLab's


@dataclass(frozen=True)
class Step:
    """A shell step of a job, with what its file puts into its environment."""

    file: str
    job: str
    name: str
    script: str
    env: Mapping[str, str]
    always: bool = False  # also after a step that failed

    @property
    def place(self) -> tuple[str, str, str]:
        """Where it stands."""
        return self.file, self.job, self.name


@dataclass(frozen=True)
class Ran:
    """How a step ended, and what it printed."""

    step: Step
    code: int
    out: str
    err: str


def program(package: str, name: str = "") -> Path:
    """A program that a package has installed, wherever that is."""
    (found,) = [each for each in files(package) or () if each.name == (name or package) and not each.suffix]
    return Path(str(found.locate()))


def read(path: Path) -> dict[str, Any]:
    """A workflow. YAML 1.1 takes the key `on` for the value true."""
    content: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in content.items()}


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    """The jobs of a file, by their names."""
    content = read(path)
    if path != GITLAB:
        return dict(content["jobs"])
    return {name: job for name, job in content.items() if name not in KEYWORDS}


def steps(path: Path) -> Iterator[Step]:
    """The shell steps of a file, in their order."""
    content = read(path)
    for name, job in jobs(path).items():
        if path == GITLAB:
            env = content["variables"] | job.get("variables", {})
            lines = [*content["default"]["before_script"], *job["script"]]
            yield Step(path.name, name, "script", "\n".join(lines), env)
            continue
        for step in job["steps"]:
            if "run" in step:
                env = content.get("env", {}) | job.get("env", {}) | step.get("env", {})
                always = "!cancelled()" in step.get("if", "")
                yield Step(path.name, name, step["name"], step["run"], env, always)


def run_step(step: Step, folder: Path, given: Mapping[str, str], machine: Mapping[str, str] | None = None) -> Ran:
    """Run a step's own text in a folder.

    given: what stands in the place of its expressions, by the names of variables. GitHub gives a step only what its file
        asks for; GitLab gives a job all that is set for the project
    machine: what its runner sets for every step
    """
    unknown = {name for name, value in step.env.items() if "${{" in value} - given.keys()
    assert not unknown, f"{step.place} takes from its workflow what the test does not give: {sorted(unknown)}"
    asked = {name: value for name, value in given.items() if step.file == GITLAB.name or name in step.env}
    script = folder / "build" / "step.sh"
    script.parent.mkdir(exist_ok=True)
    script.write_text(step.script, encoding="utf-8")
    done = subprocess.run(
        ["/bin/bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script],  # as `shell: bash` does, and GitLab
        cwd=folder,
        env={**os.environ, **step.env, **asked, **(machine or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    return Ran(step, done.returncode, done.stdout, done.stderr)


def run_job(path: Path, job: str, folder: Path, given: Mapping[str, str], machine: Mapping[str, str]) -> dict[str, Ran]:
    """Run the shell steps of a job; after one that fails, only those that run whatever happened. By the names of the steps."""
    ran: dict[str, Ran] = {}
    for step in steps(path):
        if step.job == job and (step.always or not any(each.code for each in ran.values())):
            ran[step.name] = run_step(step, folder, given, machine)
    return ran
