"""A course of two tiny assignments in a temporary folder: tests of the engine must not depend on the real ones."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from autograder.course.folders import Course

FIGURE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>\n'

FILES = {
    "assignments/tiny/box.svg": FIGURE,
    "assignments/tiny/tiny.md": """
        ---
        jupytext:
          text_representation: {extension: .md, format_name: myst}
        kernelspec: {display_name: Python 3, language: python, name: python3}
        assignment:
          title: "Tiny: twice and there and back"
          minutes: 5
          questions: {why: 20}
        ---

        # Twice

        It holds that $x + x = 2x$. ![a box](box.svg)

        ```{code-cell}
        :setup: true
        import numpy as np
        ```

        ```{code-cell}
        :exercise: double
        :points: 50
        from solutions.tiny.reference import double
        ```

        ```{code-cell}
        :check: double
        from starter_code.checks.tiny import check_double
        check_double(double)
        ```

        ```{code-cell}
        :exercise: shift
        :points: 30
        from solutions.tiny.reference import shift, unshift
        ```

        ```{code-cell}
        :check: shift
        from starter_code.checks.tiny import check_shift
        check_shift(shift, unshift)
        ```

        ```{code-cell}
        print(double(np.ones(3)))
        ```

        Why is that so?

        +++ {"question": "why"}

        Your reason, in one sentence:

        ### BEGIN SOLUTION
        Because adding equals means multiplying by their number.
        ### END SOLUTION
        """,
    "assignments/other/other.md": """
        ---
        jupytext:
          text_representation: {extension: .md, format_name: myst}
        kernelspec: {display_name: Python 3, language: python, name: python3}
        assignment:
          title: "Other"
        ---

        ```{code-cell}
        :exercise: halve
        :points: 100
        from solutions.other.reference import halve
        ```

        ```{code-cell}
        :check: halve
        from starter_code.checks.other import check_halve
        check_halve(halve)
        ```
        """,
    "solutions/__init__.py": "",
    "solutions/tiny/__init__.py": "",
    "solutions/tiny/reference.py": '''
        """The answers of tiny."""

        from __future__ import annotations

        import math
        from collections.abc import Callable, Sequence

        import numpy as np


        def double(x: np.ndarray | Sequence[float]) -> np.ndarray:
            """Twice `x: (N,)`."""
            ### BEGIN SOLUTION
            factor = 2.0  # a comment that stays
            return factor * np.asarray(x)
            ### END SOLUTION


        def shift(x, by=1.0):
            """`x + by`."""
            ### BEGIN SOLUTION
            return np.add(x, by * math.cos(0.0))
            ### END SOLUTION


        def unshift(x, by=1.0):
            """`x - by`."""
            ### BEGIN SOLUTION
            return np.subtract(x, by)
            ### END SOLUTION
        ''',
    "solutions/tiny/misconceptions.py": '''
        """Wrong answers of tiny."""

        from autograder.suite.misconceptions import Misconception, rewrite

        MISCONCEPTIONS = [
            Misconception(
                id="three-times",
                exercise="double",
                title="The factor is three.",
                hint="What does twice mean?",
                read_on="the first line",
                changes=[rewrite("double", "factor = 2.0", "factor = 3.0")],
            ),
        ]
        ''',
    "solutions/other/__init__.py": "",
    "solutions/other/reference.py": '''
        """The answers of other."""


        def halve(value):
            """Half of it."""
            ### BEGIN SOLUTION
            quotient, rest = divmod(value, 2)
            return quotient + rest / 2
            ### END SOLUTION
        ''',
    "starter_code/__init__.py": '"""Given to students."""\n',
    "starter_code/plots.py": '"""Given to students."""\n',
    "starter_code/stubs/other.py": '"""Stubs of the other assignment."""\n',
    "starter_code/checks/__init__.py": "",
    "starter_code/checks/other.py": '"""Checks of the other assignment."""\n',
    "starter_code/checks/tiny.py": '''
        """Visible checks of tiny."""


        def check_double(double):
            """One example."""
            assert double(3) == 6, "double(3) is 6"


        def check_shift(shift, unshift):
            """There and back."""
            assert unshift(shift(1)) == 1, "there and back again"
        ''',
    "tests/hidden/tiny/test_double.py": '''
        """Hidden tests of double."""

        import pytest

        from autograder.suite import expect_close
        from solutions.tiny import reference


        @pytest.mark.points(20)
        def test_positive_numbers(student, rng):
            """Positive numbers are doubled."""
            positive = rng.uniform(1.0, 2.0, size=5)
            expect_close("double(x)", student.double(positive), reference.double(positive), rtol=1e-12)


        @pytest.mark.points(30)
        def test_negative_numbers(student, rng):
            """Negative numbers are doubled."""
            negative = -rng.uniform(1.0, 2.0, size=5)
            expect_close("double(x)", student.double(negative), reference.double(negative), rtol=1e-12)
        ''',
    "tests/hidden/tiny/test_shift.py": '''
        """Hidden tests of shift."""

        import pytest

        from autograder.suite import expect_close
        from solutions.tiny import reference


        @pytest.mark.points(30)
        def test_there_and_back(student, rng):
            """There and back is where it began."""
            start = rng.normal(size=4)
            expect_close("shift(x, 2.0)", student.shift(start, 2.0), reference.shift(start, 2.0), rtol=1e-12)
            expect_close("unshift(x, 2.0)", student.unshift(start, 2.0), reference.unshift(start, 2.0), rtol=1e-12)
        ''',
}


def make_course(root: Path) -> Course:
    """Write the course below `root`."""
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return Course(root)


def edit(course: Course, name: str, old: str, new: str) -> None:
    """Replace `old`, which must occur once, in one file of the course."""
    path = course.root / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
