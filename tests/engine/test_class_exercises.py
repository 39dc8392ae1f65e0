"""An exercise may be a class: it is stripped, built, asked through a probe, diagnosed and measured as a function is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import nbformat
import numpy as np
import pytest

from autograder.authoring.generate import build
from autograder.authoring.leaks import find_leaks
from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from autograder.quality.mutants import mutants
from autograder.quality.respondents import empty_answers
from autograder.sandbox import wire
from autograder.sandbox.launcher import Launcher
from autograder.submission.source import is_stub
from autograder.submission.submitted import ProgramCell
from autograder.suite.answers import Answers
from autograder.suite.errors import StudentFault
from autograder.suite.misconceptions import Variant, alternatives, rewrite, rewritten
from autograder.suite.student import Student
from tests.support.handins import Notebook, filled, grade, released, save, solved
from tests.support.mini_course import edit
from tests.support.workers import LIMITS

FILES = {
    "assignments/meters/meters.md": """
        ---
        jupytext:
          text_representation: {extension: .md, format_name: myst}
        kernelspec: {display_name: Python 3, language: python, name: python3}
        assignment:
          title: "Meters"
        ---

        ```{code-cell}
        :setup: true
        import math
        from collections import UserList
        import numpy as np
        from starter_code.probes import readings
        ```

        ```{code-cell}
        :exercise: meter
        :points: 100
        from solutions.meters.reference import Meter
        ```

        ```{code-cell}
        :check: meter
        assert readings(Meter, np.ones(2), 2.0)[-1] == 4.0, "two readings of one, doubled"
        ```
        """,
    "starter_code/__init__.py": "",
    "starter_code/probes.py": '''
        """Asks a meter; given to students."""


        def readings(meter, values, scale=None):
            """What a meter says after each of some values."""
            made = new(meter, scale)
            return [made.read(value) for value in values]


        def new(meter, scale):
            """One of them."""
            return meter() if scale is None else meter(scale)
        ''',
    "solutions/__init__.py": "",
    "solutions/meters/__init__.py": "",
    "solutions/meters/reference.py": '''
        """The answers of meters."""

        import math
        from collections import UserDict, UserList

        from starter_code.probes import readings  # noqa: F401  (hidden tests ask through it)


        class Meter(UserList):
            """Adds up what it reads, times a scale."""

            def __init__(self, scale: float = 1.0) -> None:
                """Start from nothing, with this scale."""
                ### BEGIN SOLUTION
                super().__init__()
                self.scale = scale
                ### END SOLUTION

            def read(self, value: float) -> float:
                """Read one value; returns the scaled sum so far."""
                ### BEGIN SOLUTION
                self.append(value)
                return self.scale * math.fsum(self)
                ### END SOLUTION
        ''',
    "solutions/meters/misconceptions.py": '''
        """Wrong answers of meters."""

        from autograder.suite.misconceptions import named

        MISCONCEPTIONS = named(
            "meter",
            "the text",
            {
                "forgets": ("It forgets.", "Keep the sum.", [("math.fsum(self)", "value")]),
                "no-scale": ("It does not scale.", "Scale it.", [("self.scale * math.fsum(self)", "math.fsum(self)")]),
            },
            "Meter",
        )
        ''',
    "solutions/meters/alternatives.py": '''
        """Other right answers of meters."""

        import math
        from collections import UserList

        from autograder.suite.misconceptions import Alternative


        class Ledger(UserList):
            """Keeps every value; other names."""

            def __init__(self, factor=1.0):
                super().__init__()
                self.factor = factor

            def read(self, value):
                """Another sum."""
                self.data += [value]
                return math.fsum(self) * self.factor


        ALTERNATIVES = [Alternative("meter", "a ledger", {"Meter": Ledger})]
        ''',
    "tests/hidden/meters/test_meter.py": '''
        """Hidden tests of the meter."""

        import pytest

        from autograder.suite import expect_close
        from solutions.meters import reference
        from starter_code.probes import readings


        @pytest.mark.points(60)
        def test_sums(student, rng):
            """The scaled sum is there after each value."""
            values = rng.uniform(1.1, 1.9, size=3)
            want = readings(reference.Meter, values, 2.5)
            expect_close("readings", student.readings(student.Meter, values, scale=2.5), want, rtol=1e-9)


        @pytest.mark.points(40)
        def test_default(student, rng):
            """Where nothing is said, the scale is one."""
            values = rng.uniform(1.1, 1.9, size=3)
            expect_close("readings", student.readings(student.Meter, values), list(values.cumsum()), rtol=1e-9)
        ''',
}
OTHERWISE = (
    "class Meter:\n    def __init__(self, s=1):\n        self.s, self.t = s, 0\n    def read(self, v):\n        {}"
)
RIGHT = OTHERWISE.format("self.t += self.s * v; return self.t")
WRONG = OTHERWISE.format("return self.s * v")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return Course(tmp_path)


def reference(course: Course) -> str:
    return (course.solution("meters") / "reference.py").read_text()


# --- authoring -----------------------------------------------------------------------------------------------------------


def test_students_get_docstrings_and_signatures_of_a_class_and_no_body(course: Course) -> None:
    build(course, "meters")
    stubs = (course.starter_code / "stubs" / "meters.py").read_text()
    assert "the classes that students write" in stubs
    assert 'class Meter(UserList):\n    """Adds up what it reads, times a scale."""\n' in stubs
    assert '    def read(self, value: float) -> float:\n        """Read one value;' in stubs
    assert stubs.count('        raise NotImplementedError("Write your answer here.")') == 2
    assert "self.append" not in stubs
    assert "from collections import UserList\n" in stubs  # what the base class needs, and no more
    assert "math" not in stubs
    assert "readings" not in stubs


def test_the_instructors_cell_holds_the_class_as_the_reference_has_it(course: Course) -> None:
    build(course, "meters")
    notebook = nbformat.read(course.source("meters") / "meters.ipynb", as_version=4)
    (source,) = (cell.source for cell in notebook.cells if cell.id == "answer-meter")
    assert source in reference(course)
    assert source.startswith("class Meter(UserList):")
    assert source.endswith("### END SOLUTION")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("        ### BEGIN SOLUTION\n        super", "        # answer\n        super"),
        ('    """Adds up what it reads, times a scale."""\n', "    LIMIT = 3\n"),
        (
            "    def read(self",
            "    ### BEGIN SOLUTION\n    def more(self):\n        return 1\n    ### END SOLUTION\n\n    def read(self",
        ),
    ],
)
def test_a_class_of_which_students_would_get_more_than_a_stub_is_refused(course: Course, old: str, new: str) -> None:
    edit(course, "solutions/meters/reference.py", old, new)
    if "answer" in new:
        text = reference(course).replace("### END SOLUTION", "# end", 1)
        (course.solution("meters") / "reference.py").write_text(text)
    with pytest.raises(CourseError, match=r"each of its methods needs one `### BEGIN SOLUTION`"):
        build(course, "meters")


@pytest.mark.parametrize("line", ["return self.scale * math.fsum(self)", "return math.fsum(self) * self.factor"])
def test_a_line_of_a_method_is_a_secret(course: Course, line: str) -> None:
    build(course, "meters")
    assert {leak.path for leak in find_leaks(course, course.source("meters"))} == {"meters.ipynb"}
    edit(course, "assignments/meters/meters.md", "assert readings", f"{line}\nassert readings")
    with pytest.raises(CourseError, match="Students would get what they must not"):
        build(course, "meters")


# --- submissions ---------------------------------------------------------------------------------------------------------

METHOD = "    def f(self):\n        raise NotImplementedError"


@pytest.mark.parametrize("source", [f"class C:\n{METHOD}", f'class C(B):\n    """What."""\n\n{METHOD}\n\n{METHOD}'])
def test_a_class_whose_methods_only_raise_is_a_stub(source: str) -> None:
    assert is_stub(source)


@pytest.mark.parametrize(
    "source",
    [
        "class C:\n    pass",
        'class C:\n    """What."""',
        f"class C:\n    x = 1\n{METHOD}",
        f"class C:\n{METHOD}\n    def g(self):\n        return 1",
        f"class C:\n{METHOD}\n\ndef g():\n    return 1",
    ],
)
def test_any_other_class_is_no_stub(source: str) -> None:
    assert not is_stub(source)


# --- grading -------------------------------------------------------------------------------------------------------------


def test_classes_are_graded_by_what_they_do_and_mistakes_in_methods_are_named(course: Course, tmp_path: Path) -> None:
    stub = released(course, "meters")
    notebooks: dict[str, Notebook] = {
        "reference": solved(course, "meters"),
        "untouched": stub,
        "right": filled(stub, meter=RIGHT),
        "wrong": filled(stub, meter=WRONG),
        "half": filled(stub, meter=OTHERWISE.format("raise NotImplementedError")),
        "raises": filled(stub, meter=RIGHT.replace("self, s=1", "self")),
        "gone": filled(stub, meter="x = 1"),
    }
    paths = [save(tmp_path / f"{name}.ipynb", notebook) for name, notebook in notebooks.items()]
    reports = dict(zip(notebooks, grade(course, "--assignment", "meters", *paths), strict=True))
    assert {name: report["score"] for name, report in reports.items()} == dict.fromkeys(notebooks, 0.0) | {
        "reference": 100.0,
        "right": 100.0,
    }

    def test_of(name: str) -> dict[str, Any]:
        found: dict[str, Any] = reports[name]["exercises"][0]["tests"][0]
        return found

    for name in ("untouched", "half"):
        assert (test_of(name)["status"], test_of(name)["message"]) == ("not-attempted", "Meter is not written yet")
    assert test_of("gone")["message"] == "Meter is not defined in the submission"
    assert (test_of("raises")["status"], test_of("raises")["message"]) == ("crashed", "Meter raised a TypeError")
    assert reports["wrong"]["exercises"][0]["misconception"]["id"] == "forgets"


def test_a_probe_is_handed_what_the_program_has_under_a_name(launcher: Launcher) -> None:
    program = "class C:\n    def __init__(self, x):\n        self.x = x\ndef probe(c, x):\n    return c(x).x + 1"
    answers = Answers((ProgramCell("cell 1", program, "f"),), launcher, LIMITS)
    student = Student(answers)
    try:
        assert student.probe(student.C, 2) == student.probe(x=2, c=student.C) == 3
        result, (_, x) = student.probe.with_inputs(student.C, 5)
        assert (result, x) == (6, 5)
        with pytest.raises(StudentFault, match=r"^Other is not defined in the submission$") as fault:
            student.probe(student.Other, 1)
        assert fault.value.state == "not-attempted"
        with pytest.raises(StudentFault, match=r"^C raised a TypeError$"):
            student.probe(student.C, "text")
    finally:
        answers.close()


CHEAT = """
import sys
import numpy as np

Meter = "meter"

def forged(kind, values, scale=1.0):
    return [float(total) * scale for total in np.cumsum(values)]
"""
# Each puts a probe of its own, which answers rightly by itself, into the place of the course's.
REBOUND = {
    "its name": "readings = forged",
    "its name in its module": "import starter_code.probes as probes\nprobes.readings = forged",
    "its code": "from starter_code.probes import readings\nreadings.__code__ = forged.__code__\nreadings.__globals__['np'] = np",
    "its module": "import types\nmodule = types.ModuleType('starter_code.probes')\nmodule.readings = forged\n"
    "sys.modules['starter_code.probes'] = module\nfrom starter_code.probes import readings",
    "what it uses": "import starter_code.probes as probes\nclass Forged:\n    total = 0.0\n    def read(self, value):\n"
    "        self.total += value * self.scale\n        return self.total\ndef new(kind, scale):\n    made = Forged()\n"
    "    made.scale = 1.0 if scale is None else scale\n    return made\nprobes.new = new",
    "after the first call": "class Meter:\n    def __init__(self, scale=1.0):\n        import starter_code.probes as probes\n"
    "        probes.readings = forged\n        global readings\n        readings = forged\n"
    "    def read(self, value):\n        return 0.0",
}


@pytest.mark.parametrize("way", REBOUND)
def test_no_program_can_take_the_place_of_a_probe(course: Course, tmp_path: Path, way: str) -> None:
    path = save(tmp_path / "cheat.py", f"{CHEAT}\n{REBOUND[way]}\n")
    report = grade(course, "--assignment", "meters", path)
    assert (report["status"], report["score"]) == ("graded", 0)


def test_a_variant_in_the_graders_process_is_asked_in_the_same_way() -> None:
    variant = Variant("class C:\n    n = 4\ndef probe(c, x):\n    return c.n * x")
    assert Student(variant).probe(Student(variant).C, x=2) == 8
    with pytest.raises(StudentFault, match=r"^C raised a TypeError$"):
        Student(variant).probe(Student(variant).C, None)


def test_a_worker_cannot_send_a_name() -> None:
    header, buffers = wire.encode(wire.Named("C"), lambda value: {"n": value.name})
    assert (header, buffers) == (b'{"value":{"n":"C"},"arrays":[]}', [])
    from autograder.sandbox.worker_process import decode_other  # noqa: PLC0415

    with pytest.raises(wire.WireError):
        decode_other("n", "C")


# --- measuring -----------------------------------------------------------------------------------------------------------


def test_a_rewrite_changes_a_method_and_must_match_once(course: Course) -> None:
    changed = rewritten(reference(course), [rewrite("Meter", "math.fsum(self)", "value")])
    assert "        return self.scale * value\n" in changed
    with pytest.raises(CourseError, match=r"a rewrite of Meter matches 2 times"):
        rewritten(reference(course), [rewrite("Meter", "self.scale", "1")])


def test_an_alternative_that_is_a_class_stands_alone(course: Course) -> None:
    (other,) = alternatives(course.solution("meters"))
    namespace: dict[str, Any] = {}
    exec(other.source, namespace)  # noqa: S102
    assert namespace["Meter"](2.0).read(1.5) == 3.0


def test_methods_are_mutated_and_their_docstrings_are_not(course: Course) -> None:
    made = mutants(course.assignment("meters"), reference(course))
    ids = {mutant.id for mutant in made}
    assert "Meter: return self.scale * math.fsum(self) -> return self.scale / math.fsum(self)" in ids
    assert "Meter: super().__init__() -> pass" in ids
    assert all("Read one value; returns the scaled sum so far." in mutant.source for mutant in made)
    assert {mutant.exercises for mutant in made} == {("meter",)}


def test_a_class_is_no_input_that_an_empty_answer_could_return(course: Course) -> None:
    answers = empty_answers(FILES["starter_code/probes.py"].replace("\n        ", "\n") + "class Meter:\n    pass")
    for who, said in {"its first input": np.ones(2), "all its inputs": (np.ones(2), 3.0)}.items():
        got = answers[who].call("readings", (wire.Named("Meter"), np.ones(2), 3.0), {}, inputs=False)
        np.testing.assert_equal(got, said)


def test_the_gate_measures_a_class(course: Course) -> None:
    listed = 'OUTSIDE = {"Meter: *": "Two tests are enough to show how classes are asked."}\n'
    (course.solution("meters") / "equivalent_mutants.py").write_text(listed, encoding="utf-8")
    command = [sys.executable, "-m", "autograder", "quality", "meters", "--seeds", "2"]
    env = os.environ | {"OMP_NUM_THREADS": "1", "NO_COLOR": "1", "COLUMNS": "200"}
    done = subprocess.run(command, cwd=course.root, env=env, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(line.startswith("meters: ") for line in done.stderr.splitlines()), done.stderr  # how far it is
    row = next(line.split() for line in done.stdout.splitlines() if line.startswith("   meter "))
    assert row[1:6] == ["2", "4/4", "4/4", "0", "2/2"]
    killed, mutants_made = map(int, row[6].split("/"))
    assert killed == mutants_made > 5
