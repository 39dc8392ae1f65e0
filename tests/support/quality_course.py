"""A course of tiny assignments for tests of the gate: one is sound, and each other differs from it in one fault of its suite."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from autograder.course.folders import Course

TEXT = """
    ---
    jupytext:
      text_representation: {extension: .md, format_name: myst}
    kernelspec: {display_name: Python 3, language: python, name: python3}
    assignment:
      title: "Twice"
      limits: {call_seconds: 0.2}
    ---

    ```{code-cell}
    :exercise: twice
    :points: 100
    from solutions.NAME.reference import twice
    ```

    ```{code-cell}
    :check: twice
    print(twice(1))
    ```
    """
REFERENCE = '''
    """The answers."""


    def twice(x):
        """Twice x."""
        ### BEGIN SOLUTION
        return x + x
        ### END SOLUTION
    '''
MISCONCEPTIONS = '''
    """Wrong answers."""

    from autograder.suite.misconceptions import Misconception, rewrite


    def wrong(name, new):
        """The reference that computes something else."""
        return Misconception(name, "twice", f"{name}.", "Think.", "the text", [rewrite("twice", "x + x", new)])


    MISCONCEPTIONS = [
        wrong("never-negative", "abs(x + x)"),
        wrong("never-positive", "-abs(x + x)"),
        wrong("three-times", "3 * x"),
    ]
    '''
ALTERNATIVES = '''
    """Other right answers."""

    from autograder.suite.misconceptions import Alternative


    def product(x):
        """By multiplying."""
        return 2 * x


    ALTERNATIVES = [Alternative("twice", "as a product", {"twice": product})]
    '''
SUITE = '''
    """Hidden tests."""

    import pytest

    from autograder.suite import expect_close
    from solutions.NAME import reference


    @pytest.mark.points(60)
    def test_positive(student, rng):
        """Positive numbers are doubled."""
        x = rng.uniform(1.1, 1.9)
        expect_close("twice(x)", student.twice(x), reference.twice(x), rtol=1e-9)


    @pytest.mark.points(40)
    def test_negative(student, rng):
        """Negative numbers are doubled."""
        x = -rng.uniform(1.1, 1.9)
        expect_close("twice(x)", student.twice(x), reference.twice(x), rtol=1e-9)
    '''
ANOTHER = '''

    @pytest.mark.points(20)MARK
    def test_another(student, rng):
        """Some more numbers are doubled."""
        x = rng.uniform(1.1, 1.9)
        expect_close("twice(x)", student.twice(x), reference.twice(x), rtol=1e-9)
    '''
# Says three times, but seven times where diagnosis asks in a student's place: it is never recognised for what it is.
FORGETFUL = '(7 if any(f.name == "said" for f in __import__("traceback").extract_stack()) else 3) * x'
LOOP = "n, total = 2, 0\n        while n:\n            total += x\n            n -= 1\n        return total"

Edit = tuple[str, str, str]  # which text, what in it, and what stands there instead
EQUIVALENT: dict[str, str] = {
    "killed": 'EQUIVALENT = {"twice: return x + x -> return x - x": "Who knows."}',
    "unknown": 'EQUIVALENT = {"twice: return x + x -> return x + y": "Who knows."}',
    "listed": 'EQUIVALENT = {"twice: y = x -> pass": "Nothing reads y."}',
    "unfounded": 'EQUIVALENT = {"twice: y = x -> pass": ""}',
}
NOT_ZERO = {"*where x is 0": "Nobody asks for twice nothing."}
OUTSIDE: dict[str, dict[str, str]] = {
    "unlisted": {},
    "fits_nothing": NOT_ZERO | {"twice: wrong where y *": "There is no y."},
    "without_reason": {"twice: wrong where x is 0": " "},
}
UNREAD = ("reference", "return x + x", "y = x\n        return x + x")
ONE_MORE: Edit = ("suite", "points(60)", "points(40)")
FAULTS: dict[str, tuple[Edit, ...]] = {
    "sound": (),
    "false_accept": (("misconceptions", '"three-times", "3 * x"', '"by-product", "x * 2"'),),
    "false_reject": (("alternatives", "2 * x", "2.1 * x"),),
    "wrong_name": (
        (
            "misconceptions",
            '    wrong("never-negative',
            f"    wrong('forgetful', {FORGETFUL!r}),\n        wrong(\"never-negative",
        ),
    ),
    "silent": (("misconceptions", '    wrong("three', '    wrong("thrice", "x * 3"),\n        wrong("three'),),
    "survivor": (UNREAD,),
    "killed": (),
    "unknown": (),
    "listed": (UNREAD,),
    "unfounded": (UNREAD,),
    "idle": (ONE_MORE, ("suite", "MORE", ANOTHER.replace("MARK", ""))),
    "marked": (ONE_MORE, ("suite", "MORE", ANOTHER.replace("MARK", '\n    @pytest.mark.redundant("because")'))),
    "needed": (("suite", "points(40)", 'points(40)\n    @pytest.mark.redundant("because")'),),
    "marked_in_silence": (ONE_MORE, ("suite", "MORE", ANOTHER.replace("MARK", '\n    @pytest.mark.redundant("")'))),
    "paid_for_nothing": (
        ONE_MORE,
        ("suite", "MORE", ANOTHER.replace("MARK", "").replace("reference.twice(x)", "student.twice(x)")),
    ),
    "upset": (
        (
            "suite",
            "x = rng.uniform(1.1, 1.9)\n",
            "x = rng.uniform(1.1, 1.9)\n        assert student.twice(x) is not None\n",
        ),
    ),
    "wrong_reference": (("suite", "reference.twice(x), rtol=1e-9)\n\n\n", "3 * x, rtol=1e-9)\n\n\n"),),
    "no_alternative": (("alternatives", 'Alternative("twice", "as a product", {"twice": product})', ""),),
    "no_misconception": (("misconceptions", "MISCONCEPTIONS = [", "MISCONCEPTIONS = []\n    UNUSED = ["),),
    "unlisted": (),
    "fits_nothing": (),
    "without_reason": (),
    "endless": (
        ("reference", "return x + x", LOOP),
        ("misconceptions", '"x + x", new', '"return total", f"return {new}"'),
    ),
}


def make_quality_course(root: Path) -> Course:
    """Write the course below `root`: one assignment per fault, named after it."""
    for name, edits in FAULTS.items():
        texts = {
            "text": TEXT,
            "reference": REFERENCE,
            "misconceptions": MISCONCEPTIONS,
            "alternatives": ALTERNATIVES,
            "suite": f"{SUITE.rstrip()}\nMORE",
        }
        for which, old, new in edits:
            assert texts[which].count(old) == 1, f"{name}: {old!r} occurs {texts[which].count(old)} times"
            texts[which] = texts[which].replace(old, new)
        texts["suite"] = texts["suite"].replace("MORE", "")
        solution = root / "solutions" / name
        paths = {
            "text": root / "assignments" / name / f"{name}.md",
            "suite": root / "tests" / "hidden" / name / "test_twice.py",
        }
        for which, text in texts.items():
            path = paths.get(which, solution / f"{which}.py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text).lstrip("\n").replace("NAME", name), encoding="utf-8")
        tables = f"{EQUIVALENT.get(name, '')}\nOUTSIDE = {OUTSIDE.get(name, NOT_ZERO)}\n"
        (solution / "equivalent_mutants.py").write_text(tables, encoding="utf-8")
        (solution / "__init__.py").touch()
    (root / "solutions" / "__init__.py").touch()
    (root / "starter_code").mkdir()
    (root / "starter_code" / "__init__.py").touch()
    return Course(root)
