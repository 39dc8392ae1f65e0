"""The bonus of each notebook tells right from wrong, stops nothing where it was not written, and is not run in grading."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import pytest

from autograder.course.folders import Course
from autograder.submission.names import CellNames, asked_for
from tests.support.handins import contents_of, solved

COURSE = Course(Path(__file__).resolve().parents[2])
HEADING = "## Bonus: "
NAMES = [name for name in COURSE.names() if any(c.source.startswith(HEADING) for c in COURSE.assignment(name).cells)]

RIGHT = {
    "auxiliary_loss": """
def smoothed_cross_entropy(logits, labels, smoothing):
    n, k = logits.shape
    shifted = logits - logits.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    wanted = (1 - smoothing) * np.eye(k)[labels] + smoothing / k
    return -np.sum(wanted * logs) / n, (np.exp(logs) - wanted) / n
""",
    "inception_module": """
def own_conv2d(x, weight, bias):
    size, (height, width) = weight.shape[2], x.shape[2:]
    r = size // 2
    padded = np.pad(x, ((0, 0), (0, 0), (r, r), (r, r)))
    out = np.zeros((len(x), len(weight), height, width)) + bias[:, None, None]
    for u in range(size):
        for v in range(size):
            window = padded[:, :, u : u + height, v : v + width]
            out += np.einsum("oc,ncij->noij", weight[:, :, u, v], window)
    return out
""",
    "inception_ops": """
def receptive_field(layers):
    width, jump = 1, 1
    for kernel_size, stride in layers:
        width += (kernel_size - 1) * jump
        jump *= stride
    return width
""",
    "modern_architectures": """
def separable_conv(x, depthwise, pointwise):
    alone = grouped_conv_forward(x, depthwise, len(depthwise))
    return grouped_conv_forward(alone, pointwise[:, :, None, None], 1)
""",
    "optimizers": """
def adamw_step(w, grad, state, lr, decay=0.1):
    return adam_step((1 - lr * decay) * w, grad, state, lr)
""",
    "skip_connections": """
def folded(W, b, gamma, beta, running, eps=1e-5):
    factor = gamma / np.sqrt(running["var"] + eps)
    return W * factor, (b - running["mean"]) * factor + beta
""",
    "train_networks": """
def accumulated_step(model, images, labels, optimizer, largest):
    optimizer.zero_grad()
    whole = 0.0
    for part, wanted in zip(images.split(largest), labels.split(largest)):
        loss = nn.functional.cross_entropy(model(part), wanted) * len(part) / len(images)
        loss.backward()
        whole += loss.item()
    optimizer.step()
    return whole
""",
}
SLIPS = {  # what of the right answer is wrong in another one
    "auxiliary_loss": ("smoothing / k", "smoothing / (k - 1)"),
    "inception_module": ("weight[:, :, u, v]", "weight[:, :, v, u]"),
    "inception_ops": ("(kernel_size - 1) * jump", "kernel_size - 1"),
    "modern_architectures": ("pointwise[:, :, None, None]", "np.abs(pointwise)[:, :, None, None]"),
    "optimizers": ("adam_step((1 - lr * decay) * w, grad, state, lr)", "adam_step(w, grad + decay * w, state, lr)"),
    "skip_connections": ("+ eps", "+ 0.1"),
    "train_networks": (" * len(part) / len(images)", " / len(images.split(largest))"),
}


def bonus_of(name: str) -> tuple[list[str], str]:
    """The sources of all code before the bonus, and of the cell that looks at it."""
    assignment, notebook = COURSE.assignment(name), solved(COURSE, name)
    (heading,) = [n for n, cell in enumerate(assignment.cells) if cell.source.startswith(HEADING)]
    code = [n for n, cell in enumerate(assignment.cells) if cell.kind == "code"]
    first, second = [n for n in code if n > heading]
    assert "return None  # replace this by" in notebook["cells"][first]["source"]
    return [notebook["cells"][n]["source"] for n in code if n < heading], notebook["cells"][second]["source"]


def said_of(name: str, answer: str) -> str:
    """What the cell behind the bonus prints, after those statements of the notebook that it needs."""
    before, looking = bonus_of(name)
    used = CellNames(f"{answer}\n{looking}").uses
    needed = asked_for([CellNames(source) for source in before], [False] * len(before), used)
    names: dict[str, Any] = {"__name__": "notebook"}
    printed = io.StringIO()
    for source in [*needed, answer]:
        exec(source, names)  # noqa: S102  (the notebook's own text)
    with contextlib.redirect_stdout(printed):
        exec(looking, names)  # noqa: S102
    return printed.getvalue()


def is_right(said: str) -> bool:
    """The largest number that the cell says should be tiny; where it says so in words, every line has to say "right"."""
    measured = re.sub(r"\(below .*?\)", "", said)
    numbers = [float(number) for number in re.findall(r"\d(?:\.\d)?e[+-]\d+", measured)]
    if not numbers:
        return all(line.endswith(" right") for line in said.splitlines())
    return max(numbers[:-1] if "Adam with weight decay" in said else numbers) < 1e-10


def test_each_bonus_has_its_right_and_its_wrong_answer_above() -> None:
    assert sorted(RIGHT) == sorted(SLIPS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_bonus_says_of_a_right_answer_that_it_is_right(name: str) -> None:
    assert is_right(said_of(name, RIGHT[name]))


@pytest.mark.parametrize("name", NAMES)
def test_a_bonus_says_of_a_wrong_answer_that_it_is_not(name: str) -> None:
    right, wrong = SLIPS[name]
    assert RIGHT[name].count(right) == 1
    said = said_of(name, RIGHT[name].replace(right, wrong))
    assert "not written yet" not in said
    assert not is_right(said)


@pytest.mark.parametrize("name", NAMES)
def test_a_bonus_that_was_not_written_says_so_and_stops_nothing(name: str) -> None:
    function = RIGHT[name].split("def ")[1].split("(")[0]
    assert "not written yet" in said_of(name, f"def {function}(*_, **__):\n    return None\n")


@pytest.mark.parametrize("name", NAMES)
def test_a_bonus_is_not_run_when_a_submission_is_graded(name: str) -> None:
    assignment, notebook = COURSE.assignment(name), solved(COURSE, name)
    (place,) = [n for n, c in enumerate(assignment.cells) if "return None  # replace this by" in c.source]
    assert assignment.cells[place].role == "demo"
    notebook["cells"][place]["source"] = RIGHT[name] + "\n1 / 0\n"
    function = RIGHT[name].split("def ")[1].split("(")[0]
    assert [cell.title for cell in contents_of(COURSE, name, notebook).program if function in cell.binds] == []
