"""Numbers do not depend on how many cores a machine has, nor on what its user has set for other programs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course.folders import Course
from autograder.sandbox.one_core import ONE_CORE

ROOT = Path(__file__).resolve().parents[2]
THREADS = """
import os, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
{before}
from autograder.course.folders import Course
from autograder.suite.collected import collect

course = Course(Path(sys.argv[1]))
collect(course, course.assignment("tiny"))
import torch
print(torch.get_num_threads(), ThreadPoolExecutor(1).submit(torch.get_num_threads).result())
"""


@pytest.mark.parametrize("before", ["", "import torch"])
def test_what_a_suite_compares_with_is_computed_on_one_core(tiny: Course, before: str) -> None:
    command = [sys.executable, "-c", THREADS.format(before=before), str(tiny.root)]
    env = os.environ | dict.fromkeys(ONE_CORE, "3") | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "1 1"
