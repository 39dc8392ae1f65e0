"""One submission in its workers: whatever becomes of a worker, a hidden test gets an answer or a fault with a name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autograder.course.assignment import Limits
from autograder.sandbox.kept import KEPT_BYTES
from autograder.sandbox.launcher import Launcher
from autograder.sandbox.wire import REMEMBERED, Given
from autograder.submission.submitted import ProgramCell
from autograder.suite.answers import KEPT_MB, Answers
from autograder.suite.errors import Stalled, StudentFault, error_of, exception_named, sentence
from autograder.suite.student import Student
from tests.support.load import others
from tests.support.workers import LIMITS


@pytest.fixture
def ask(launcher: Launcher) -> Iterator[Any]:
    """Makes the face of a program that hidden tests see; ends its workers afterwards."""
    made: list[Answers] = []

    def student(*cells: str, limits: Limits = LIMITS, kept_mb: float = KEPT_MB) -> Student:
        program = tuple(
            ProgramCell(f"cell {n}", source, "f" if "def f" in source else "") for n, source in enumerate(cells, 1)
        )
        made.append(Answers(program, launcher, limits, kept_mb))
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
        "import time\ndef f():\n    time.sleep(600)",
        limits=Limits(call_seconds=0.3, wall_seconds=0.5, cpu_seconds=9, memory_mb=256),
    )
    sentences = []
    for _ in range(3):
        with pytest.raises(StudentFault) as fault:
            student.f()
        assert fault.value.state == "timed-out"
        sentences.append(str(fault.value))
    waited = "in which it waited and did not compute"
    assert sentences[0] == f"f did not return within 0.3 seconds, {waited}; a fresh process goes on"
    assert sentences[1] == f"f did not return within the submission's 0.5 seconds, {waited}"
    assert sentences[2] == "the submission used up its 0.5 seconds of waiting"


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


def test_a_process_that_stood_still_is_to_be_asked_again_and_one_that_computed_is_not(ask: Any) -> None:
    student = ask(
        "import time\ndef loop():\n    while True: pass\ndef wait():\n    time.sleep(600)",
        limits=replace(LIMITS, call_seconds=0.3),
    )
    for function, stalled in (("loop", False), ("wait", True)):
        with pytest.raises(StudentFault) as fault:
            getattr(student, function)()
        assert (fault.value.state, student._respondent.stalled) == ("timed-out", stalled)
        assert isinstance(fault.value, Stalled) == stalled


def test_time_in_which_others_have_the_processor_is_not_the_submissions(ask: Any) -> None:
    """Ten busy processes for each processor: half a second of computing takes ten times as long as the limit, and is right."""
    half = "def f():\n    import time\n    while time.process_time() < 0.5: pass\n    return 7"
    student = ask(half, limits=replace(LIMITS, call_seconds=0.8, wall_seconds=0.8))
    with others(10 * len(os.sched_getaffinity(0))):
        assert student.f() == 7
    assert not student._respondent.stalled


def test_an_answer_that_cannot_be_handed_on_is_the_students_fault(ask: Any) -> None:
    student = ask("def f(x):\n    return 1")
    with pytest.raises(StudentFault, match=r"^an earlier answer is too large to be handed on in a call$") as fault:
        student.f("\ud800" * 400_000)
    assert fault.value.state == "bad-reply"
    assert student.f(0) == 1


WRITE = """
def write(files, size):
    for number in range(files):
        with open(f"file {number}", "wb") as file:
            file.write(bytes(size))
    import time
    time.sleep(600)
"""
# What one call does, and how it then ends: each limit of the assignment has a state of its own.
REACHED = {
    "call_seconds": ("while True: pass", "timed-out", "f did not return within 1 seconds of computing"),
    "wall_seconds": (
        "import time; time.sleep(600)",
        "timed-out",
        "f did not return within the submission's 0.5 seconds",
    ),
    "cpu_seconds": ("while True: pass", "out-of-cpu", "f did not return within 1 seconds of computing"),
    "memory_mb": ("return bytearray(300 << 20)", "out-of-memory", "f needs more than 256 MB"),
    "output_mb": ("print('x' * (2 << 20))", "too-much-output", "f did not return: it printed more than 1 MB"),
    "scratch_mb": ("write(4, 1 << 20)", "too-much-output", "f did not return: it wrote more than 2 MB or 50 files"),
    "scratch_files": ("write(100, 0)", "too-much-output", "f did not return: it wrote more than 2 MB or 50 files"),
    "reply_mb": ("return bytes(2 << 20)", "reply-too-large", "f did not return an answer of at most 1 MB"),
    "callbacks": ("while True: x()", "too-many-calls", "before it had called a function that it was given 9 times"),
}


@pytest.mark.parametrize("limit", REACHED)
def test_each_limit_has_a_state_of_its_own(ask: Any, limit: str) -> None:
    code, state, says = REACHED[limit]
    settings = (
        {"wall_seconds": 0.5} if limit == "wall_seconds" else {"call_seconds": 60, "wall_seconds": 60, "cpu_seconds": 1}
    )
    limits = replace(
        LIMITS,
        output_mb=1,
        scratch_mb=2,
        scratch_files=50,
        callbacks=9,
        **(settings if limit in {"wall_seconds", "cpu_seconds"} else {}),
    )
    with pytest.raises(StudentFault, match=says) as fault:
        ask(f"{WRITE}\ndef f(x):\n    {code}", limits=limits).f(Given(lambda: 0))
    assert fault.value.state == state


def test_more_calls_than_the_limit_are_not_asked(ask: Any) -> None:
    student = ask("def f(x):\n    return x", limits=replace(LIMITS, calls=3))
    assert [student.f(n) for n in range(3)] == [0, 1, 2]
    with pytest.raises(StudentFault, match=r"^the submission used up its 3 calls$") as fault:
        student.f(3)
    assert fault.value.state == "too-many-calls"


def test_the_computing_of_all_workers_of_a_submission_counts_together(ask: Any) -> None:
    student = ask(
        "import os, time\ndef f():\n    while time.process_time() < 1.3: pass\n    os._exit(0)",
        limits=replace(LIMITS, cpu_seconds=2.5, call_seconds=5),
    )
    states = []
    for _ in range(3):
        with pytest.raises(StudentFault) as fault:
            student.f()
        states.append((fault.value.state, "fresh process" in str(fault.value)))
    assert states == [("crashed", True), ("crashed", False), ("out-of-cpu", False)]
    assert str(fault.value) == "the submission used up its 2.5 seconds of computing"


MEMORY = """
import types
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass
from enum import IntEnum
import numpy as np
Pair = namedtuple("Pair", "v r")
class Table(dict):
    def __getattr__(self, name):
        return self[name]
class Steps(IntEnum):
    ONE = 1
class Text(str):
    pass
@dataclass
class Record:
    v: float = 1.0
shared = [1.0]
two = np.zeros((2, 3))
loop = {}
loop["inner"] = [loop]
returned = {}
def give(what, inside):
    value = eval(what)
    returned[what] = value
    return np.ones(2), {"inner": [value]} if inside else value
def take(state, what, inside):
    return (state["inner"][0] if inside else state) is returned[what]
"""
FREE = (
    "Pair(np.ones(2), {'a': 1})",
    "Pair((), [])",
    "namedtuple('Nothing', '')()",
    "OrderedDict(v=1)",
    "defaultdict(lambda: np.zeros(2), v=np.ones(2))",
    "Counter('aab')",
    "Table(v=np.ones(2))",
    "Table()",
    "{0: np.ones(2)}",
    "{Text('v'): 1}",
    "Record()",
    "types.SimpleNamespace(v=1)",
    "deque([1.0])",
    "{1, 2}",
    "np.ma.masked_array([1.0, 2.0], [True, False])",
    "np.asmatrix([[1.0]])",
    "np.ones((2, 3))[:, 1]",
    "np.ones(2, '>f8')",
    "np.ones(2, np.float16)",
    "np.ones(2, complex)",
    "np.array([(1, 2.0)], 'i4, f8')",
    "np.recarray((2,), [('v', float)])",
    "Steps.ONE",
    "Text('a')",
    "np.str_('b')",
    "np.float16(1)",
    "bytearray(b'c')",
    "np.random.default_rng(0)",
    "np.random.RandomState(0)",
    "(lambda: 0)",
    "(value for value in (1, 2))",
    "{'a': shared, 'b': (shared,)}",
    "[two, two[0]]",
    "loop",
)
TENSORS = (
    "torch.ones(2)",
    "torch.ones(2, requires_grad=True)",
    "torch.ones(2, requires_grad=True) * 2",
    "torch.nn.Parameter(torch.ones(2))",
    "torch.ones(2, dtype=torch.bfloat16)",
    "torch.ones(2, dtype=torch.float16)",
    "torch.ones(2, dtype=torch.complex64).conj()",
    "torch.eye(2).to_sparse()",
    "torch.ones(1).expand(3)",
    "torch.tensor(1.0)",
    "torch.ones(2, 3).shape",
    "torch.nn.Linear(2, 2).state_dict()",
    "torch.nn.Linear(2, 2)",
    "torch.Generator()",
)


def check_it_comes_back(student: Student, what: str) -> None:
    for inside in (False, True):
        _, state = student.give(what, inside)
        assert student.take(state, what, inside) is True
        (taken, (after, _, _)) = student.take.with_inputs(state, what, inside)
        assert taken is True
        assert student.take(after, what, inside) is True
        assert student.take({"inner": [state["inner"][0]]} if inside else state, what, inside) is True


@pytest.mark.parametrize("what", FREE)
def test_what_is_free_comes_back_as_the_very_object(ask: Any, what: str) -> None:
    check_it_comes_back(ask(MEMORY), what)


def test_tensors_come_back_as_the_very_objects(ask: Any) -> None:
    pytest.importorskip("torch")
    student = ask(f"import torch\n{MEMORY}", limits=replace(LIMITS, memory_mb=4096, call_seconds=60, wall_seconds=60))
    for what in TENSORS:
        check_it_comes_back(student, what)


def test_what_is_free_can_be_read_all_the_same(ask: Any) -> None:
    student = ask(MEMORY)
    assert student.give("Pair(1.0, Table(v=[2]))", False)[1] == (1.0, {"v": [2]})  # noqa: FBT003
    masked = student.give("np.ma.masked_array([1.0, 2.0], [True, False])", False)[1]  # noqa: FBT003
    assert type(masked) is np.ndarray
    assert masked.tolist() == [1, 2]
    pair, (again, *_) = student.take.with_inputs(student.give("Pair(1, 2)", False)[1], "Pair(1, 2)", False)  # noqa: FBT003
    assert (pair, again) == (True, (1, 2))


def test_a_changed_copy_of_what_is_free_travels_as_plain_data(ask: Any) -> None:
    student = ask(MEMORY + "def kind(state):\n    return type(state).__name__, state")
    _, state = student.give("Table(v=1, w=Table(x=2))", False)  # noqa: FBT003
    assert student.kind(state | {"v": 3}) == ("dict", {"v": 3, "w": {"x": 2}})
    assert student.kind((state | {"v": 3})["w"]) == ("Table", {"x": 2})
    assert student.kind(()) == ("tuple", ())
    assert student.kind(1) == ("int", 1)


def test_what_is_free_is_kept_for_a_while_and_not_for_ever(ask: Any) -> None:
    """Later it would come back as its contents; no test asks so late. What has no contents stays."""
    student = ask(
        MEMORY
        + "import gc, weakref\nmade = []\ndef new():\n    made.append(weakref.ref(t := Table(v=1)))\n    return t\n"
        "def left():\n    return sum(each() is not None for each in made)"
    )
    first = student.new()
    for _ in range(3 * REMEMBERED):
        last = student.new()
    assert student.left() <= REMEMBERED
    assert len(student._respondent.worker.kept._answers) == REMEMBERED
    assert (first, last) == ({"v": 1}, {"v": 1})


def test_all_answers_together_have_a_limit(ask: Any) -> None:
    student = ask("import numpy as np\ndef f(n):\n    return np.zeros(n << 17)", kept_mb=4)
    assert [student.f(1).nbytes for _ in range(3)] == [1 << 20] * 3
    for _ in range(3):
        with pytest.raises(StudentFault) as fault:
            student.f(1)
        assert fault.value.state == "reply-too-large"
    assert str(fault.value) == "the submission used up its 4 MB of answers"
    lists = ask("def g(n):\n    return [[0]] * n", kept_mb=4)  # a list takes far more memory than its text
    with pytest.raises(StudentFault, match=r"^g did not return its answers in 4 MB"):
        lists.g(40_000)


def test_large_answers_are_kept_for_a_shorter_while(ask: Any) -> None:
    student = ask(MEMORY + "def large():\n    return np.zeros(3 << 20, dtype='u1')", limits=replace(LIMITS, reply_mb=4))
    _, first = student.give("Table(v=1)", False)  # noqa: FBT003
    assert student.take(first, "Table(v=1)", False)  # noqa: FBT003
    for _ in range(25):
        student.large()
    kept = student._respondent.worker.kept
    assert sum(answer.size for answer in kept._answers) <= KEPT_BYTES
    assert len(kept._answers) < REMEMBERED


def test_what_an_earlier_process_kept_comes_back_as_its_contents(ask: Any) -> None:
    student = ask(MEMORY + "import os\ndef die():\n    os._exit(0)\ndef kind(state):\n    return type(state).__name__")
    _, state = student.give("Table(v=1)", False)  # noqa: FBT003
    with pytest.raises(StudentFault):
        student.die()
    assert student.kind(state) == "dict"


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
from autograder.sandbox.worker import Worker
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
    assert [exception_named(kind) for kind in ("ValueError", "IndexError", "KeyError")] == [
        "a ValueError",
        "an IndexError",
        "a KeyError",
    ]
    for kind in ("print", "XError", "", "<b>", "ValueError\x1b[31m"):
        assert exception_named(kind) == "an exception of its own"


def test_what_a_worker_says_of_an_error_is_cut_and_cleaned() -> None:
    told = sentence(error_of({"error": {"type": "ValueError", "text": "a\x1b[31m\n\nb\u202e" + "x" * 1000, "line": 3}}))
    assert told.startswith("a ValueError in line 3 (a [31m b x")
    assert len(told) < 250
    assert told.isprintable()
