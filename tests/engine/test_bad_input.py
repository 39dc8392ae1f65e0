"""Whatever is handed in gets a report or one clear line, and the rest of the batch goes on."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.course.folders import Course
from tests.support.handins import Notebook, autograder, code, complaints, filled, released, save, solved, with_cells

WORD = "xylophone"  # stands in texts that a hidden test's message must not repeat
SHIFT = "def shift(x, by=1.0):\n    return np.add(x, by)\n\n\ndef unshift(x, by=1.0):\n    return np.subtract(x, by)"

# --- answers: the source of `double`; how its hidden tests then end; a part of what the first of them says ----------------

ANSWERS: dict[str, tuple[str, str, str]] = {
    "right": ("def double(x):\n    return x + x", "passed", ""),
    "list": ("def double(x):\n    return [2 * value for value in x.tolist()]", "passed", ""),
    "single-precision-inside": ("def double(x):\n    return (2 * x).astype(object).astype(float)", "passed", ""),
    "prints": (f"def double(x):\n    print('{WORD}', x, flush=True)\n    return 2 * x", "passed", ""),
    "prints-5-MB": ("def double(x):\n    print('x' * (5 << 20))\n    return 2 * x", "passed", ""),
    "prints-50-MB": ("def double(x):\n    print('x' * (50 << 20))\n    return 2 * x", "too-much-output", "it printed more than 16 MB"),
    "warns": ("import warnings, sys\ndef double(x):\n    warnings.warn('w')\n    sys.stderr.write('w')\n    return 2 * x", "passed", ""),
    "display": ("def double(x):\n    display(x)\n    return 2 * x", "passed", ""),
    "types": ("def double(x: 'np.ndarray') -> 'np.ndarray':\n    return 2 * x", "passed", ""),
    "lambda": ("double = lambda x: 2 * x", "passed", ""),
    "class": ("class Twice:\n    def __call__(self, x):\n        return 2 * x\ndouble = Twice()", "passed", ""),
    "thread": (
        ("import threading\ndef double(x):\n    out = []\n    thread = threading.Thread(target=lambda: out.append(2 * x))\n"
         "    thread.start()\n    thread.join()\n    return out[0]"),
        "passed",
        "",
    ),
    "nan": ("def double(x):\n    return x * np.nan", "failed", "is not finite"),
    "inf": ("def double(x):\n    return x * np.inf", "failed", "is not finite"),
    "wrong-number": ("def double(x):\n    return 2 * x + (np.arange(5) == 3)", "failed", "1 of 5 values are off, the first at [3]"),
    "wrong-shape": ("def double(x):\n    return 2 * x[:-1]", "failed", "should have the shape (5,), and has as many axes of other lengths"),
    "scalar": ("def double(x):\n    return 1", "failed", "should have the shape (5,), and is a single number"),
    "complex": ("def double(x):\n    return 2j * x", "failed", "an array of an unsupported type"),
    "half-precision": ("def double(x):\n    return (2 * x).astype(np.float16)", "failed", "an array of an unsupported type"),
    "objects": ("def double(x):\n    return (2 * x).astype(object)", "failed", "an array of an unsupported type"),
    "text": (f"def double(x):\n    return '{WORD}'", "failed", "and is text"),
    "texts": (f"def double(x):\n    return ['{WORD}'] * 5", "failed", "and is a list"),
    "numbers-as-text": ("def double(x):\n    return [str(2 * value) for value in x]", "failed", "and is a list"),
    "text-array": ("def double(x):\n    return (2 * x).astype(str)", "failed", "an array of an unsupported type"),
    "nones": ("def double(x):\n    return [None] * 5", "failed", "and is a list"),
    "ragged": ("def double(x):\n    return [[1], [1, 2]]", "failed", "and is a list"),
    "bytes": ("def double(x):\n    return b'12345'", "failed", "and is bytes"),
    "none": ("def double(x):\n    pass", "failed", "and is None"),
    "ellipsis": ("def double(x):\n    return ...", "failed", "and is an object"),
    "generator": ("def double(x):\n    yield from 2 * x", "failed", "and is a generator"),
    "set": ("def double(x):\n    return set(2 * x)", "failed", "and is a set"),
    "dict": (f"def double(x):\n    return {{'{WORD}': 2 * x}}", "failed", "and is a dict"),
    "odd-dict": (f"def double(x):\n    return {{1: '{WORD}'}}", "failed", "a dict without a key of text"),
    "function": ("def double(x):\n    return double", "failed", "and is a function"),
    "module": ("def double(x):\n    return np", "failed", "and is a module"),
    "class-itself": ("def double(x):\n    return int", "failed", "and is a class"),
    "big-number": ("def double(x):\n    return [10 ** 400] * 5", "failed", "and is a list"),
    "raises": (f"def double(x):\n    raise ValueError('{WORD}', x)", "crashed", "double raised a ValueError"),
    "raises-its-own": (
        f"class {WORD.title()}(Exception): pass\ndef double(x):\n    raise {WORD.title()}(x)",
        "crashed",
        "double raised an Exception",
    ),
    "evil-exception": (
        "class Evil(Exception):\n    def __str__(self):\n        raise self\ndef double(x):\n    raise Evil",
        "crashed",
        "double raised an Exception",
    ),
    "library-exception": ("def double(x):\n    return np.linalg.inv(np.zeros((2, 2)))", "crashed", "double raised a ValueError"),
    "other-parameters": ("def double():\n    return 1", "crashed", "double raised a TypeError"),
    "no-function": ("double = 3", "crashed", "double raised a TypeError"),
    "input": ("def double(x):\n    return float(input('how much?')) * x", "crashed", "double raised an EOFError"),
    "sys-exit": ("import sys\ndef double(x):\n    sys.exit()", "crashed", "double raised a SystemExit"),
    "exit": ("def double(x):\n    exit()", "crashed", "double raised a "),
    "quit": ("def double(x):\n    raise SystemExit(0)", "crashed", "double raised a SystemExit"),
    "interrupt": ("def double(x):\n    raise KeyboardInterrupt", "crashed", "double raised an unusual exception"),
    "os-exit": ("import os\ndef double(x):\n    os._exit(0)", "crashed", "it ended the whole process"),
    "recursion": ("def double(x):\n    return double(x)", "crashed", "double raised a RecursionError"),
    "deep-recursion": (
        "def double(x):\n    out = ()\n    for _ in range(10 ** 6):\n        out = (out,)\n    return hash(out)",
        "crashed",
        "it ended the whole process",
    ),
    "segfault": ("import ctypes\ndef double(x):\n    return ctypes.string_at(0)", "crashed", "it ended the whole process"),
    "abort": ("import os\ndef double(x):\n    os.abort()", "crashed", "it ended the whole process"),
    "endless": ("def double(x):\n    while True:\n        pass", "timed-out", "did not return within 2 seconds"),
    "stubborn": (
        ("import signal\ndef double(x):\n    while True:\n        try:\n            signal.pause()\n"
         "        except BaseException:\n            pass"),
        "timed-out",
        "did not return within 2 seconds",
    ),
    "memory": ("def double(x):\n    return np.ones(1 << 30)", "out-of-memory", "more than 256 MB"),
    "own-memory": ("def double(x):\n    return bytearray(1 << 32)", "out-of-memory", "more than 256 MB"),
    "too-large": ("def double(x):\n    return np.zeros(6 << 17)", "reply-too-large", "an answer of at most 4 MB"),
    "too-deep": (
        "def double(x):\n    out = []\n    for _ in range(200):\n        out = [out]\n    return out",
        "bad-reply",
        "too deep or too large",
    ),
    "circular": ("def double(x):\n    out = []\n    out.append(out)\n    return out", "failed", "is a list"),
    "too-many-parts": ("def double(x):\n    return [0] * 300_000", "bad-reply", "too deep or too large"),
    "forges": (
        ("import os\ndef double(x):\n    for line in range(3, 64):\n        try: os.write(line, b'no message at all')\n"
         "        except OSError: pass\n    return 2 * x"),
        "bad-reply",
        "an answer that could be read",
    ),
    "not-written": ("def double(x):\n    raise NotImplementedError('later')", "not-attempted", "double is not written yet"),
    "renamed": ("def dubble(x):\n    return 2 * x", "not-attempted", "double is not defined in the submission"),
    "syntax-error": ("def double(x)\n    return 2 * x", "crashed", "because cell 3 stopped with a SyntaxError in line 1"),
    "name-error": ("double = dubble", "crashed", "double is not defined, because cell 3 stopped with a NameError in line 1"),
    "null-byte": ("def double(x):\n    return 2 * x\0", "crashed", "double is not defined, because cell 3 stopped with a"),
    "half-a-pair": ("def double(x):\n    return 2 * x  # '\ud800'", "crashed", "double is not defined, because cell 3 stopped with a"),
    "magics-only": ("%%bash\necho double", "not-attempted", "double is not defined in the submission"),
    "in-many-brackets": ("double = " + "[" * 5000, "crashed", "double is not defined, because cell 3 stopped with a"),
    "raises-much": ("def double(x):\n    raise x" + ".a" * 900, "crashed", "double raised an AttributeError"),
}  # fmt: skip

# --- cells of a student's own, beside right answers: full marks ---------------------------------------------------------

OWN_CELLS: dict[str, str] = {
    "helper": "def helper():\n    return 1",
    "prints": "print('x' * (5 << 20))",
    "prints-too-much": "print('x' * (50 << 20))",
    "unicode": "print('naïve ☃ \\ud83d')",
    "warns": "import warnings\nwarnings.warn('a warning')",
    "matplotlib-magic": "%matplotlib inline\nimport numpy as np",
    "cell-magic": "%%time\n\nimport numpy as np",
    "cell-magics": "%%capture out\n%%time\nimport numpy as np",
    "bash": "%%bash\nrm -rf /",
    "html": "%%html\n<b>bold",
    "shell": "!ls\nfiles = !ls -l",
    "wrapping-magic": "%time later = double(np.ones(2))\nassert later.sum() == 4",
    "line-magics": "%timeit double(np.ones(2))\nx = %who\n%load_ext autoreload",
    "question": "np.add?\n?np",
    "many-magics": "!ls\n" * 600,
    "many-cell-magics": "%%time\n" * 3000,
    "magics-without-end": "x = 1\n" * 1000 + "!ls\n" * 400,
    "install": "!pip install numpy\n%pip install numpy",
    "input": "name = input('who are you? ')",
    "sys-exit": "import sys\nsys.exit('bye')",
    "exit": "exit()",
    "raises": f"raise ValueError('{WORD}')",
    "syntax-error": "for for for",
    "indent": "    x = 1\n  y = 2",
    "deep": "x = " + "-" * 100_000 + "1",
    "endless": "while True:\n    pass",
    "os-exit": "import os\nos._exit(0)",
    "segfault": "import ctypes\nctypes.string_at(0)",
    "recursion": "def f():\n    return f()\nf()",
    "memory": "hog = np.ones(1 << 30)",
    "main": "if __name__ != '__main__':\n    del double",
    "reads": "open('/etc/passwd').read()",
    "closes": "import os\nos.close(0), os.close(1), os.close(2)",
    "stdout": "import sys\nsys.stdout = sys.stderr = None",
    "errstate": "import numpy as np\nnp.seterr(all='raise')",
    "check": "from starter_code.checks.tiny import check_double\ncheck_double(double)",
}
FATAL = ("endless", "os-exit", "segfault")

# --- what can be done to a file with right answers: full marks ----------------------------------------------------------


def _each(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Notebook], Notebook]:
    return lambda full: full | {"cells": [change(cell) for cell in full["cells"]]}


def _without(*ids: str) -> Callable[[Notebook], Notebook]:
    return lambda full: full | {"cells": [cell for cell in full["cells"] if cell["id"] not in ids]}


def _stub_at_the_end(full: Notebook) -> Notebook:
    stub = code("def double(x):\n    raise NotImplementedError('Write your answer here.')", id="copy")
    stub["metadata"] = {"nbgrader": {"grade_id": "answer-double", "solution": True}}
    return with_cells(full, stub)


def _printed(full: Notebook) -> Notebook:
    flood = {"output_type": "stream", "name": "stdout", "text": "x" * (50 << 20)}
    return with_cells(full, code("1", outputs=[flood]))


HARMLESS: dict[str, Callable[[Notebook], Notebook | bytes | str]] = {
    "as-it-is": lambda full: full,
    "stripped": _each(lambda cell: {key: value for key, value in cell.items() if key != "id"} | {"metadata": {}}),
    "no-metadata": _each(lambda cell: {"cell_type": cell["cell_type"], "source": cell["source"]}),
    "wrong-metadata": _each(lambda cell: cell | {"metadata": [7]}),
    "wrong-ids": _each(lambda cell: cell | {"id": {"a": 1}, "metadata": {"nbgrader": {"grade_id": 5}}}),
    "wrong-points": _each(lambda cell: cell | {"metadata": {"nbgrader": {"grade_id": cell["id"], "points": -9}}}),
    "no-grade-cells": _without("double", "shift"),
    "no-text": _without("cell-1", "why", "cell-7"),
    "no-setup": _without("setup"),
    "reversed": lambda full: full | {"cells": full["cells"][::-1]},
    "twice": lambda full: full | {"cells": full["cells"] * 2},
    "stub-at-the-end": _stub_at_the_end,
    "changed-check": _each(lambda cell: cell | {"source": "1 / 0"} if cell["id"] == "double" else cell),
    "changed-setup": _each(lambda cell: cell | {"source": "import numpy"} if cell["id"] == "setup" else cell),
    "changed-demo": _each(lambda cell: cell | {"source": "del double"} if cell["id"].startswith("cell-") else cell),
    "printed-50-MB": _printed,
    "long": lambda full: with_cells(full, {"cell_type": "markdown", "metadata": {}, "source": "text " * 400_000}),
    "many-cells": lambda full: with_cells(full, *[code(f"x{n} = {n}") for n in range(500)]),
    "strange-cells": lambda full: with_cells(full, 1, None, [], {}, {"cell_type": 3, "source": 3}, {"source": [4]}),
    "lines": _each(lambda cell: cell | {"source": cell["source"].splitlines(keepends=True)}),
    "windows": _each(lambda cell: cell | {"source": cell["source"].replace("\n", "\r\n")}),
    "windows-file": lambda full: json.dumps(full, indent=1).replace("\n", "\r\n"),
    "byte-order-mark": lambda full: b"\xef\xbb\xbf" + json.dumps(full).encode(),
    "more-keys": lambda full: full | {"nbformat_minor": 99, "extra": [None]},
}

# --- what cannot be graded, and what the reason says --------------------------------------------------------------------

UNGRADABLE: dict[str, tuple[Callable[[Course, Path], object], str]] = {
    "not-json.ipynb": (lambda _, path: save(path, "this is not JSON {"), "it is not valid JSON"),
    "half.ipynb": (lambda course, path: save(path, json.dumps(solved(course, "tiny"))[:-40]), "it is not valid JSON"),
    "nested.ipynb": (lambda _, path: save(path, "[" * 200_000), "it is not valid JSON"),
    "empty.ipynb": (lambda _, path: save(path, ""), "is empty"),
    "blank.ipynb": (lambda _, path: save(path, "\n \n"), "is empty"),
    "folder.ipynb": (lambda _, path: path.mkdir(), "is a folder"),
    "pipe.ipynb": (lambda _, path: os.mkfifo(path), "is no ordinary file"),
    "notes.txt": (lambda _, path: save(path, "double"), "neither a notebook (.ipynb) nor a Python file (.py)"),
    "no-suffix": (lambda _, path: save(path, "double"), "neither a notebook (.ipynb) nor a Python file (.py)"),
    "link.ipynb": (lambda course, path: path.symlink_to(course.solution("tiny") / "reference.py"), "is a link"),
    "dangling.ipynb": (lambda _, path: path.symlink_to("nowhere"), "is a link"),
    "missing.ipynb": (lambda *_: None, "does not exist"),
    "n" * 300 + ".ipynb": (lambda *_: None, "does not exist"),
    "latin1.ipynb": (lambda course, path: save(path, json.dumps(solved(course, "tiny")).encode() + b"\xe9"), "is not UTF-8"),
    "utf16.ipynb": (lambda course, path: save(path, json.dumps(solved(course, "tiny")).encode("utf-16")), "is not UTF-8"),
    "format3.ipynb": (lambda _, path: save(path, '{"nbformat": 3, "worksheets": [{"cells": []}]}'), "of format 3"),
    "format-text.ipynb": (lambda _, path: save(path, '{"nbformat": "4", "cells": []}'), "of format unknown"),
    "other-json.ipynb": (lambda _, path: save(path, '{"name": "package"}'), "JSON of another kind"),
    "list.ipynb": (lambda _, path: save(path, "[1, 2]"), "JSON of another kind"),
    "no-cells.ipynb": (lambda _, path: save(path, '{"nbformat": 4}'), "no list of cells"),
    "nothing-in-it.ipynb": (lambda _, path: save(path, '{"nbformat": 4, "cells": []}'), "none of its exercises"),
    "another.ipynb": (lambda course, path: save(path, released(course, "other")), "none of its exercises"),
    "another.py": (lambda _, path: save(path, "print('hello')"), "none of its exercises"),
    "heavy.ipynb": (lambda _, path: os.truncate(save(path, "{"), 65 << 20), "is larger than 64 MB"),
    "a-million-cells.ipynb": (lambda _, path: save(path, '{"nbformat": 4, "cells": [' + "{}," * 10**6 + "{}]}"), "more than 2000 cells"),
    "much-code.ipynb": (
        lambda course, path: save(path, with_cells(solved(course, "tiny"), code("x = 1\n" * 200_000))),
        "more than 1,000,000 characters of code",
    ),
}  # fmt: skip


@dataclass
class Batch:
    """One run of the command over everything above, and one report per file."""

    done: subprocess.CompletedProcess[str]
    names: list[str]
    reports: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def batch(tiny: Course, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """All files above, graded by one command in one go."""
    folder, full = tmp_path_factory.mktemp("handed-in"), solved(tiny, "tiny")
    answered = filled(full, double="def double(x):\n    return 2 * x", shift=SHIFT)
    paths = []
    for name, (make, _) in UNGRADABLE.items():
        make(tiny, folder / name)
        paths.append(folder / name)
    for name, (source, _, _) in ANSWERS.items():
        paths.append(save(folder / f"answer-{name}.ipynb", json.dumps(filled(answered, double=source))))
    for name, source in OWN_CELLS.items():
        cells = with_cells(answered, code(source), at=5)
        paths.append(save(folder / f"own-{name}.ipynb", json.dumps(cells)))
    for name, change in HARMLESS.items():
        paths.append(save(folder / f"file-{name}.ipynb", change(answered)))
    done = autograder(
        tiny.root, "grade", "--assignment", "tiny", "--json", folder / "reports.json", *paths, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    reports = json.loads((folder / "reports.json").read_text())
    return Batch(done, [path.name for path in paths], {report["submission"]: report for report in reports})


def outcomes(report: dict[str, Any], exercise: str) -> list[dict[str, Any]]:
    return next(e["tests"] for e in report["exercises"] if e["name"] == exercise)


def test_every_file_of_a_batch_gets_its_report_in_the_order_given(batch: Batch) -> None:
    assert list(batch.reports) == batch.names


def test_the_grader_is_never_at_fault(batch: Batch) -> None:
    assert {name for name, report in batch.reports.items() if report["status"] == "grader-error"} == set()
    assert complaints(batch.done.stderr) == []


def test_a_log_tells_how_far_a_large_batch_is(batch: Batch) -> None:
    told = batch.done.stderr.splitlines()
    assert 1 <= len(told) < len(batch.names) / 4
    assert told[-1].startswith(f"grading: {len(batch.names)} of {len(batch.names)} (")


@pytest.mark.parametrize("name", UNGRADABLE, ids=lambda name: name[:30])
def test_a_file_that_cannot_be_graded_gets_no_points_and_one_clear_line(batch: Batch, name: str) -> None:
    report = batch.reports[name]
    assert (report["status"], report["score"], report["exercises"]) == ("ungradable", 0, [])
    assert UNGRADABLE[name][1] in report["reason"]
    assert name in report["reason"]
    assert f"{name}: not graded. {report['reason']}" in batch.done.stdout.splitlines()


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_ends_in_its_state_and_leaves_the_other_exercise_its_points(batch: Batch, name: str) -> None:
    report, (_, state, message) = batch.reports[f"answer-{name}.ipynb"], ANSWERS[name]
    tests = outcomes(report, "double")
    assert [test["status"] for test in tests] == [state, state]
    assert message in tests[0]["message"]
    assert report["score"] == (80 if state == "passed" else 30)


@pytest.mark.parametrize("name", ANSWERS)
def test_no_message_repeats_the_text_of_a_student(batch: Batch, name: str) -> None:
    report = batch.reports[f"answer-{name}.ipynb"]
    assert WORD not in json.dumps(report["exercises"]).lower()


@pytest.mark.parametrize("name", OWN_CELLS)
def test_a_cell_of_ones_own_costs_no_points_whatever_it_does(batch: Batch, name: str) -> None:
    report = batch.reports[f"own-{name}.ipynb"]
    assert (report["status"], report["score"]) == ("graded", 80)


@pytest.mark.parametrize("name", FATAL)
def test_a_cell_that_ends_its_process_is_named_in_the_report(batch: Batch, name: str) -> None:
    assert batch.reports[f"own-{name}.ipynb"]["reason"].startswith("cell 6 did not end")


def test_a_cell_that_raises_is_named_with_line_and_text_of_the_error(batch: Batch) -> None:
    assert batch.reports["own-raises.ipynb"]["reason"] == f"cell 6 stopped with a ValueError in line 1 ({WORD})"


@pytest.mark.parametrize(
    "name", ["cell-magic", "shell", "wrapping-magic", "line-magics", "question", "bash", "main", "helper"]
)
def test_what_a_notebook_runs_without_complaint_leaves_no_note(batch: Batch, name: str) -> None:
    assert batch.reports[f"own-{name}.ipynb"]["reason"] is None


@pytest.mark.parametrize("name", HARMLESS)
def test_a_damaged_file_with_right_answers_gets_full_marks(batch: Batch, name: str) -> None:
    report = batch.reports[f"file-{name}.ipynb"]
    assert (report["status"], report["score"]) == ("graded", 80)


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("no-grade-cells", "the grade cells of double, shift were missing and have been restored"),
        ("changed-check", "the grade cell of double was changed and has been restored"),
        ("stub-at-the-end", "the answer cell of double is there 2 times"),
        ("stripped", "cells without their ids were recognised by what is in them: double, shift"),
    ],
)
def test_what_was_repaired_is_noted(batch: Batch, name: str, note: str) -> None:
    assert note in batch.reports[f"file-{name}.ipynb"]["reason"]


def test_a_command_that_can_grade_nothing_ends_with_code_2(tiny: Course, tmp_path: Path) -> None:
    paths = [save(tmp_path / "a.ipynb", ""), save(tmp_path / "b.ipynb", "{"), tmp_path / "c.ipynb"]
    done = autograder(tiny.root, "grade", "--assignment", "tiny", *paths)
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 3
    assert complaints(done.stderr) == []
