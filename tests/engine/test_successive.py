"""Mutants that answer one after the other in one worker: each as if it were alone."""

from __future__ import annotations

import pytest

from autograder.quality.successive import SuccessiveAnswers
from autograder.sandbox.launcher import Launcher
from autograder.submission.submitted import ProgramCell
from autograder.suite.errors import StudentFault
from tests.support.workers import LIMITS

WHO = "import os\ndef who():\n    return os.getpid()"


def program(*sources: str) -> tuple[ProgramCell, ...]:
    return tuple(ProgramCell(f"cell {n}", source, "f") for n, source in enumerate(sources, 1))


def test_the_next_program_answers_in_the_same_process_and_does_what_it_says(launcher: Launcher) -> None:
    answers = SuccessiveAnswers(
        program(WHO, "calls = []\ndef f(x):\n    calls.append(x)\n    return calls"), launcher, LIMITS
    )
    try:
        first = answers.call("who", (), {}, inputs=False)
        assert [answers.call("f", (1,), {}, inputs=False), answers.call("f", (2,), {}, inputs=False)] == [[1], [1, 2]]
        answers.turn_to(program(WHO, "calls = []\ndef f(x):\n    calls.append(-x)\n    return calls"))
        assert answers.call("f", (3,), {}, inputs=False) == [-3]
        assert answers.call("who", (), {}, inputs=False) == first
    finally:
        answers.close()


@pytest.mark.parametrize("broken", ["1 / 0\ndef f(): pass", "import os\nos._exit(0)"])
def test_of_a_program_that_stops_half_way_nothing_answers_that_an_earlier_one_has_bound(
    launcher: Launcher, broken: str
) -> None:
    answers = SuccessiveAnswers(program("def f():\n    return 1"), launcher, LIMITS)
    try:
        assert answers.call("f", (), {}, inputs=False) == 1
        answers.turn_to(program(broken))
        with pytest.raises(StudentFault, match="f is not defined"):
            answers.call("f", (), {}, inputs=False)
        answers.turn_to(program("def f():\n    return 2"))
        assert answers.call("f", (), {}, inputs=False) == 2
        assert answers.failures == {}
    finally:
        answers.close()
