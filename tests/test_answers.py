"""One submission in its workers: whatever becomes of a worker, a hidden test gets an answer or a fault with a name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autograder.course import Limits
from autograder.grading.student import Answers, Student, StudentFault, error_of, named, sentence
from autograder.isolation import Launcher
from autograder.submissions import ProgramCell

LIMITS = Limits(call_seconds=1, wall_seconds=20, cpu_seconds=20, memory_mb=256, reply_mb=1)


@pytest.fixture
def ask(launcher: Launcher) -> Iterator[Any]:
    """Makes the face of a program that hidden tests see; ends its workers afterwards."""
    made: list[Answers] = []

    def student(*cells: str, limits: Limits = LIMITS) -> Student:
        program = tuple(
            ProgramCell(f"cell {n}", source, "f" if "def f" in source else "") for n, source in enumerate(cells, 1)
        )
        made.append(Answers(program, launcher, limits))
        return Student(made[-1])

    yield student
    for answers in made:
        answers.close()


@pytest.mark.parametrize(
    "end", ["import os\n    os._exit(0)", "import ctypes\n    ctypes.string_at(0)", "while True:\n        pass"]
)
def test_a_fresh_worker_goes_on_after_one_was_lost(ask: Any, end: str) -> None:
    student = ask("calls = []", f"def f(x):\n    calls.append(x)\n    return len(calls)\ndef die():\n    {end}")
    assert [student.f(1), student.f(1)] == [1, 2]
    with pytest.raises(StudentFault) as fault:
        student.die()
    assert fault.value.state in {"crashed", "timed-out"}
    assert str(fault.value).endswith("; a fresh process goes on")
    assert student.f(1) == 1


def test_a_cell_that_kills_its_process_is_left_out_and_the_others_run(ask: Any) -> None:
    student = ask("import os\nos._exit(0)", "def f():\n    return g()", "while True: pass", "def g():\n    return 7")
    assert student.f() == 7


def test_an_answer_whose_cell_ended_the_process_says_so(ask: Any) -> None:
    with pytest.raises(
        StudentFault,
        match=r"^f is not defined, because cell 1 did not end: it ended the whole process; a fresh process goes on$",
    ):
        ask("import os\nos._exit(0)\ndef f(): pass").f()


def test_all_calls_together_have_a_limit_too(ask: Any) -> None:
    student = ask(
        "def f():\n    while True: pass",
        limits=Limits(call_seconds=0.3, wall_seconds=0.5, cpu_seconds=9, memory_mb=256),
    )
    sentences = []
    for _ in range(3):
        with pytest.raises(StudentFault) as fault:
            student.f()
        assert fault.value.state == "timed-out"
        sentences.append(str(fault.value))
    assert sentences[0] == "f did not return within 0.3 seconds; a fresh process goes on"
    assert sentences[2] == "the submission used up its 0.5 seconds"


def test_a_later_process_tells_nothing_of_what_an_earlier_one_has_seen(ask: Any) -> None:
    """Numbers of processes, the clock and more carry hidden inputs over to it, so neither which cell failed there nor why is told."""
    student = ask("def f(x):\n    import os\n    os._exit(0)")
    answers = student._respondent
    with pytest.raises(StudentFault):
        student.f(0.25)
    answers.program = (
        *answers.program,
        ProgramCell("cell 25", "raise ValueError('it was 0.25')"),
        ProgramCell("cell 26", "0 / 0"),
    )
    with pytest.raises(StudentFault):
        student.f(0.5)
    with pytest.raises(StudentFault) as fault:
        student.g(0.5)
    assert list(answers.failures.values()) == ["in a later process, a cell stopped that had run before"]
    assert "25" not in str(fault.value)


def test_the_start_of_workers_counts_as_time_of_the_submission(ask: Any) -> None:
    student = ask("def f():\n    pass")
    student.f()
    assert student._respondent.seconds > 0.001
    student._respondent.close()
    student._respondent.seconds = LIMITS.wall_seconds
    with pytest.raises(StudentFault, match=r"^the submission used up its 20 seconds$"):
        student.f()


def test_an_answer_that_cannot_be_handed_on_is_the_students_fault(ask: Any) -> None:
    student = ask("def f(x):\n    return 1")
    with pytest.raises(StudentFault, match=r"^an earlier answer is too large to be handed on in a call$") as fault:
        student.f("\ud800" * 400_000)
    assert fault.value.state == "bad-reply"
    assert student.f(0) == 1


# What one call does, and how it then ends: each limit of the assignment has a state of its own.
REACHED = {
    "call_seconds": ("while True: pass", "timed-out", "f did not return within 1 seconds"),
    "wall_seconds": ("import time; time.sleep(9)", "timed-out", "f did not return within the submission's 0.5 seconds"),
    "cpu_seconds": ("while True: pass", "out-of-cpu", "f did not return within 1 seconds of computing"),
    "memory_mb": ("return bytearray(300 << 20)", "out-of-memory", "f needs more than 256 MB"),
    "output_mb": ("print('x' * (2 << 20))", "too-much-output", "f did not return: it printed more than 1 MB"),
    "reply_mb": ("return bytes(2 << 20)", "reply-too-large", "f did not return an answer of at most 1 MB"),
    "callbacks": ("while True: x()", "too-many-calls", "before it had called a function that it was given 9 times"),
}


@pytest.mark.parametrize("limit", REACHED)
def test_each_limit_has_a_state_of_its_own(ask: Any, limit: str) -> None:
    code, state, says = REACHED[limit]
    settings = (
        {"wall_seconds": 0.5} if limit == "wall_seconds" else {"call_seconds": 60, "wall_seconds": 60, "cpu_seconds": 1}
    )
    limits = replace(LIMITS, output_mb=1, callbacks=9, **(settings if limit in {"wall_seconds", "cpu_seconds"} else {}))
    with pytest.raises(StudentFault, match=says) as fault:
        ask(f"def f(x):\n    {code}", limits=limits).f(lambda: 0)
    assert fault.value.state == state


def test_more_calls_than_the_limit_are_not_asked(ask: Any) -> None:
    student = ask("def f(x):\n    return x", limits=replace(LIMITS, calls=3))
    assert [student.f(n) for n in range(3)] == [0, 1, 2]
    with pytest.raises(StudentFault, match=r"^the submission used up its 3 calls$") as fault:
        student.f(3)
    assert fault.value.state == "too-many-calls"


def test_the_computing_of_all_workers_of_a_submission_counts_together(ask: Any) -> None:
    student = ask(
        "import os, time\ndef f():\n    while time.process_time() < 0.8: pass\n    os._exit(0)",
        limits=replace(LIMITS, cpu_seconds=1.5, call_seconds=5),
    )
    states = []
    for _ in range(3):
        with pytest.raises(StudentFault) as fault:
            student.f()
        states.append((fault.value.state, "fresh process" in str(fault.value)))
    assert states == [("crashed", True), ("crashed", False), ("out-of-cpu", False)]
    assert str(fault.value) == "the submission used up its 1.5 seconds of computing"


def test_inputs_after_the_call_show_what_was_changed(ask: Any) -> None:
    student = ask("def f(x, d):\n    x += 1\n    d['k'] = x\n    return 0")
    x, d = np.zeros(2), {"k": None}
    result, (x_after, d_after) = student.f.with_inputs(x, d)
    assert (result, x_after.tolist(), d_after["k"].tolist()) == (0, [1, 1], [1, 1])
    assert (x.tolist(), d) == ([0, 0], {"k": None})


def test_the_transcript_keeps_answers_and_faults_in_their_order(ask: Any) -> None:
    student = ask("def f(x):\n    return 1 / x")
    student.f(2)
    for call in (lambda: student.f(0), lambda: student.g(0)):
        with pytest.raises(StudentFault):
            call()
    assert [function for function, _ in student.transcript] == ["f", "f", "g"]
    assert student.transcript[0] == ("f", 0.5)
    assert [outcome[0] for _, outcome in student.transcript[1:]] == ["crashed", "not-attempted"]


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        ("{'ok': 3}", "bad-reply"),
        ("{'ok': (1,)}", "bad-reply"),
        ("{'ok': (1, 2)}", "bad-reply"),
        ("{'ok': (1, ())}", "bad-reply"),
        ("{'error': 5}", "crashed"),
        ("{'error': {'type': 'x' * 10**6, 'text': [], 'line': 'a'}}", "crashed"),
        ("{}", "crashed"),
        ("{'ok': (1, (2,))}", None),
    ],
)
def test_a_worker_that_was_tampered_with_can_only_harm_its_own_answer(ask: Any, reply: str, state: str | None) -> None:
    takeover = f"""
import gc
from autograder.worker import Worker
worker = next(thing for thing in gc.get_objects() if isinstance(thing, Worker))
worker.answer = lambda request: {reply} if request["do"] == "call" else {{"ok": None}}
def f(x): pass
"""
    student = ask(takeover)
    if state is None:
        assert student.f.with_inputs(5) == (1, (2,))
        return
    with pytest.raises(StudentFault) as fault:
        student.f.with_inputs(5)
    assert fault.value.state == state
    assert len(str(fault.value)) < 100


def test_names_of_exceptions_are_shown_when_they_are_pythons_own_and_not_when_they_are_the_students() -> None:
    assert [named(kind) for kind in ("ValueError", "IndexError", "KeyError")] == [
        "a ValueError",
        "an IndexError",
        "a KeyError",
    ]
    for kind in ("print", "XError", "", "<b>", "ValueError\x1b[31m"):
        assert named(kind) == "an exception of its own"


def test_what_a_worker_says_of_an_error_is_cut_and_cleaned() -> None:
    told = sentence(error_of({"error": {"type": "ValueError", "text": "a\x1b[31m\n\nb\u202e" + "x" * 1000, "line": 3}}))
    assert told.startswith("a ValueError in line 3 (a [31m b x")
    assert len(told) < 250
    assert told.isprintable()
