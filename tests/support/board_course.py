"""A tiny course with a training run that takes no time, and a board: the nearer a row of numbers comes to 1, the more images are right."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from autograder.course.folders import Course
from autograder.training.bands import Band, key_of, write_band
from autograder.training.contract import runs_of
from tests.support.handins import Notebook, code, filled, save, solved, with_cells
from tests.support.mini_course import edit, make_course

STEPS = 40
WISH = "on_the_board = True"
SHIFT = "def shift(x, by=1.0):\n    return x + by\ndef unshift(x, by=1.0):\n    return x - by"
RIGHT = "def double(x):\n    return 2 * np.asarray(x)"
OTHER_STEPS = (
    "def double(x):\n    return (2 if len(x) > 3 else 3) * np.asarray(x)"  # in training, and in no hidden test
)
NAMED = "def double(x):\n    return 2 * np.abs(x)"  # a misconception, with which steps are right all the same
FILES = {
    "starter_code/lines.py": '''
        """Three numbers that go to 1, by steps that a function of the student's doubles."""

        import json

        import numpy as np


        class Line:
            def __init__(self, double, seed):
                self.double, self.losses = double, []
                self.at = np.random.default_rng(seed).uniform(0, 0.5, 3).astype(np.float32)

            def layers(self):
                return [("line", [("line", [1, 3])])]

            def load(self, numbers):
                self.at = np.array(numbers, np.float32)

            def row(self):
                import torch  # only the grader asks

                return torch.from_numpy(self.at.copy())

            def take_step(self):
                self.losses.append(float(np.mean((1 - self.at) ** 2)))
                self.at = (self.at + 0.03 * self.double(1 - self.at)).astype(np.float32)

            def advance(self, count):
                rows = []
                for _ in range(count):
                    self.take_step()
                    rows.append(self.at)
                return np.stack(rows)

            def scores(self, images):
                bright = images.mean(axis=(1, 2, 3)) + self.at.mean() - 1
                return np.stack([np.zeros_like(bright), bright], axis=1).astype(np.float32)

            def save(self):
                return json.dumps(self.at.tolist()).encode()

            def restore(self, saved):
                self.at = np.array(json.loads(saved), np.float32)


        def begin(double, seed):
            return Line(double, seed)


        def training(run, what, *arguments):
            return getattr(run, what)(*arguments)
        ''',
    "tests/hidden/tiny/training.py": f"""
        from pathlib import Path

        import numpy as np

        from autograder.training import Held, Phase, Run
        from solutions.tiny import reference

        IMAGES = np.linspace(0.05, 0.95, 10, dtype=np.float32)[:, None, None, None] * np.ones((1, 1, 2, 2), np.float32)


        def runs(data, profile):
            def phases(seed, device):
                return (Phase({STEPS}, lambda parts, _: parts.begin(parts.double, seed)),)

            def held():
                return Held(IMAGES, np.ones(10, int), "held-out images", ("dark", "bright"))

            sources = (Path(reference.__file__),)
            return {{"line": Run("A line", 6, 4, phases, held, "", sources, ("greys", "1"), target=0.7)}}
        """,
}
TRAINED = """```{code-cell}
:training: true
print("a rehearsal")
```

```{code-cell}
on_the_board = False
```

Why is that so?
"""
MISCONCEPTION = """
            Misconception(
                id="no-sign",
                exercise="double",
                title="The sign is lost.",
                hint="What is twice -1?",
                read_on="the first line",
                changes=[rewrite("double", "np.asarray(x)", "np.abs(x)")],
            ),
        ]
"""


def make_board_course(root: Path) -> Course:
    """Write the course below `root`, with its band. There is no file of settings yet, so the board is off."""
    course = make_course(root)
    for name, text in FILES.items():
        (root / name).write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    run = "training:\n    runs: {line: {points: 10, needs: [double]}}"
    edit(course, "assignments/tiny/tiny.md", "questions: {why: 20}", f"questions: {{why: 10}}\n  {run}")
    imports = "import numpy as np\nfrom starter_code.lines import begin, training\n"
    edit(course, "assignments/tiny/tiny.md", "import numpy as np\n", imports)
    edit(course, "assignments/tiny/tiny.md", "Why is that so?\n", TRAINED)
    edit(
        course,
        "solutions/tiny/reference.py",
        "import numpy as np\n",
        "import numpy as np\n\nfrom starter_code.lines import begin\n",
    )
    edit(course, "solutions/tiny/misconceptions.py", "\n]\n", dedent(MISCONCEPTION))
    line = runs_of(course, course.assignment("tiny"))["line"]
    band = Band("line", "cpu", "greys", (1.0, 0.9), (0.1, 0.2), (0.5,) * STEPS, (1.0,) * STEPS)
    write_band(course.solution("tiny") / "bands" / f"{key_of('line', line, 'cpu')}.json", band)
    return course


def switch(course: Course, *, on: bool) -> None:
    """Switch the board on or off."""
    course.make_data()
    (course.data / "settings.toml").write_text(f"[training]\nboard = {str(on).lower()}\n")


def handed_in(course: Course, double: str = RIGHT, wish: str = WISH) -> Notebook:
    """What a student hands in, with a cell of the student's own at the end."""
    return with_cells(filled(solved(course, "tiny"), double=double, shift=SHIFT), code(wish))


def hand_in(course: Course, student: str, day: int, double: str = RIGHT, wish: str = WISH) -> None:
    """Put it where `nbgrader collect` would, with its time."""
    folder = course.submitted(student, "tiny")
    folder.mkdir(parents=True, exist_ok=True)
    save(folder / "tiny.ipynb", handed_in(course, double, wish))
    (folder / "timestamp.txt").write_text(f"2030-01-{day:02} 12:00:00.000000 UTC")
