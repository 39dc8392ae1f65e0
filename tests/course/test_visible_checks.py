"""What the visible checks say of wrong answers: whoever reads that an answer is off reads what went in, what came and what is due."""

from __future__ import annotations

import ast
import inspect
import itertools
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.course.assignment import Cell
from autograder.course.folders import Course
from autograder.suite.misconceptions import Variant, misconceptions
from starter_code.checks import optimizers
from starter_code.checks.checking import CheckFailed
from starter_code.checks.examples import WIDTH, Recorded, given

ROOT = Path(__file__).resolve().parents[2]
COURSE = Course(ROOT)
COLUMNS = 88
RULES = ("momentum_step", "nesterov_step", "adagrad_step", "rmsprop_step", "rmsprop_nesterov_step", "adam_step")

# What may be said without numbers: that there is no answer, or one of another kind.
NO_NUMBERS = (
    "is not written yet|should be a function|stopped with|changed what it was given|should return|should be a dict| lacks "
    "|should be an array|should be a Python float|left to an optimizer"
)
# What may be said without a number that is due: what kind of answer it is.
OF_ANOTHER_KIND = "should have the shape|should have the dtype|should be one number|should be an int|should be None|training mode after"


def checks(name: str) -> dict[str, Cell]:
    """The cells with checks, by exercise; not the rehearsal, which trains for minutes."""
    return {cell.name: cell for cell in COURSE.assignment(name).cells if cell.role == "check"}


@cache
def reference(name: str) -> Variant:
    return Variant((COURSE.solution(name) / "reference.py").read_text(encoding="utf-8"))


def said(cell: Cell, answers: dict[str, Any]) -> str:
    """What a student reads when a check fails, as Jupyter shows it; empty where it passes."""
    try:
        with np.errstate(all="ignore"):
            exec(compile(cell.source, cell.name, "exec"), dict(answers))  # noqa: S102  (a cell of the course)
    except AssertionError as failed:
        # The cell may have imported the module once more, if another course has been graded in this process.
        if type(failed).__name__ != CheckFailed.__name__:
            raise
        shown: list[str] = failed._render_traceback_()  # type: ignore[attr-defined]
        return "\n".join(shown)
    return ""


def complete(message: str) -> bool:
    """Whether a message holds what went in, and what is due and came."""
    first, *others = re.split(r"\n(?=  given|  should be|  yours is)", message)
    if re.search(NO_NUMBERS, first.replace("\n", " ")):
        return True
    labels = ["given", *([] if re.search(OF_ANOTHER_KIND, first.replace("\n", " ")) else ["should be", "yours is"])]
    told = [part[13:].strip() for part in others]
    return [part[:13].strip() for part in others] == labels and all(told) and len(set(told)) == len(told)


def messages_about(cell: Cell, functions: dict[str, Any], function: str) -> list[str]:
    """What is said when one part after the other is changed of what a function returns."""
    found, parts, leaf = [], 1, 0
    while leaf < parts:
        for change in CHANGES:
            counted = Counted(functions[function], leaf, change)
            found.append(said(cell, {**functions, function: counted}))
            parts = max(parts, counted.parts)
        leaf += 1
    return [message for message in found if message]


class Counted:
    """A function, of whose answers one part is changed, by its number; it keeps how many parts they have."""

    def __init__(self, function: Callable[..., Any], leaf: int, change: Callable[[Any], Any]) -> None:
        self.function, self.leaf, self.change, self.parts = function, leaf, change, 0

    def __call__(self, *arguments: Any) -> Any:
        numbers = itertools.count()
        answer = changed(
            self.function(*arguments), lambda part: self.change(part) if next(numbers) == self.leaf else part
        )
        self.parts = max(self.parts, next(numbers))
        return answer


def changed(value: Any, change: Callable[[Any], Any]) -> Any:
    """A copy of an answer, whose parts are what `change` makes of them."""
    if isinstance(value, dict):
        return {key: changed(part, change) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(changed(part, change) for part in value)
    return change(value)


def shifted(value: Any) -> Any:
    return value + 1 if isinstance(value, int) else value + 0.01 if isinstance(value, float | np.ndarray) else value


def barely_off(value: Any) -> Any:
    return value * (1 + 3e-7) if isinstance(value, float | np.ndarray) else value


def turned(value: Any) -> Any:
    return -value if isinstance(value, int | float | np.ndarray) else value


def without_a_number(value: Any) -> Any:
    return value * np.nan if isinstance(value, float | np.ndarray) else value


def in_one_row(value: Any) -> Any:
    return np.ravel(value) if isinstance(value, float | np.ndarray) else value


CHANGES = (shifted, barely_off, turned, without_a_number, in_one_row)


def functions_of(name: str) -> list[tuple[str, str]]:
    """All functions of an assignment, each with its exercise; classes give wrong answers as misconceptions below."""
    namespace = reference(name).namespace
    found = [(exercise, function) for exercise, cell in checks(name).items() for function in called_in(cell)]
    return [(exercise, function) for exercise, function in found if inspect.isfunction(namespace[function])]


def called_in(cell: Cell) -> Iterator[str]:
    """What a cell hands to its check."""
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.Call):
            yield from (argument.id for argument in node.args if isinstance(argument, ast.Name))


FUNCTIONS = [(name, *found) for name in COURSE.names() for found in functions_of(name) if name != "train_networks"]


@pytest.mark.parametrize("name", COURSE.names())
def test_the_reference_passes_in_lines_that_fit(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for cell in checks(name).values():
        assert said(cell, reference(name).namespace) == ""
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > len(checks(name))
    assert [line for line in lines if len(line) > COLUMNS] == []
    assert WIDTH == COLUMNS


@pytest.mark.parametrize(("name", "exercise", "function"), FUNCTIONS)
def test_a_number_that_is_off_is_shown_beside_what_went_in_and_what_is_due(
    name: str, exercise: str, function: str
) -> None:
    cell, functions = checks(name)[exercise], reference(name).namespace
    messages = messages_about(cell, functions, function)
    assert any("\n  yours is" in message for message in messages)
    assert [message for message in messages if not complete(message)] == []
    assert [line for message in messages for line in message.splitlines() if len(line) > COLUMNS] == []


@pytest.mark.parametrize("name", COURSE.names())
def test_a_misconception_that_is_seen_is_shown_beside_what_went_in_and_what_is_due(name: str) -> None:
    cells, path = checks(name), COURSE.solution(name) / "reference.py"
    known = [each for each in misconceptions(COURSE.solution(name)) if each.exercise in cells]
    messages = [said(cells[each.exercise], each.respondent(path).namespace) for each in known]
    messages = [message for message in messages if message]
    assert len(messages) > len(known) / 4
    assert [message for message in messages if not complete(message)] == []
    assert [line for message in messages for line in message.splitlines() if len(line) > COLUMNS] == []


@pytest.mark.parametrize("step", [1, 2])
@pytest.mark.parametrize("rule", RULES)
def test_a_wrong_step_of_an_update_rule_shows_every_argument_by_its_name(rule: str, step: int) -> None:
    right, calls = reference("optimizers").namespace[rule], []

    def wrong(*arguments: Any) -> Any:
        calls.append(arguments)
        w, state = right(*arguments)
        return (w + 0.5, state) if len(calls) == step else (w, state)

    message = said(checks("optimizers")[rule], {rule: wrong})
    shown = dict(re.findall(r"^ +(?:given +)?(\w+) += (.*)$", message, re.MULTILINE))
    names = [*inspect.signature(right).parameters]
    assert [*shown] == names[: len(calls[-1])]
    assert f"w after step {step} is off" in message
    for name, value in zip(names, calls[-1], strict=False):
        if isinstance(value, float):
            assert shown[name] == str(value)
        elif isinstance(value, np.ndarray):
            assert shown[name] == np.array2string(value, precision=6, suppress_small=True)
        elif isinstance(value, Recorded):
            numbers = re.findall(r"-?[\d.]+", message.split("you asked it at")[1].partition("\n")[0])
            assert np.allclose([float(number) for number in numbers], np.ravel(value.kept[0]), atol=1e-6)
    assert shown["state"] == ("{}" if step == 1 else "what step 1 returned; w is from there, too")


def test_a_gradient_that_is_asked_too_often_is_shown_with_the_first_answers() -> None:
    def often(w: np.ndarray, grad_fn: Recorded, *more: Any) -> Any:
        for _ in range(100):
            grad_fn(w)
        return reference("optimizers").namespace["nesterov_step"](w, grad_fn, *more)

    message = said(checks("optimizers")["nesterov_step"], {"nesterov_step": often})
    assert "yours is   202 times" in message
    assert message.count("you asked it at") == 5


def test_an_example_that_is_written_into_is_as_it_was_at_the_next_call() -> None:
    start = optimizers.START.copy()

    def writing(w: np.ndarray, *_: Any) -> Any:
        w[:] = 0
        return w, {}

    message = said(checks("optimizers")["momentum_step"], {"momentum_step": writing})
    assert "changed what it was given" in message
    assert np.array_equal(optimizers.START, start)


def test_an_answer_is_not_changed_by_what_is_said_of_it() -> None:
    kept = np.array([1.0, 2.0])
    message = said(checks("optimizers")["momentum_step"], {"momentum_step": lambda *_: (kept, {})})
    assert "yours is   [1. 2.]" in message
    assert kept.tolist() == [1.0, 2.0]


def test_inputs_of_all_kinds_fit_on_the_page() -> None:
    example = given(
        long=np.arange(300.0),
        sparse=np.eye(1, 200),
        words="word " * 50,
        many=list(range(100)),
        nested={"a": {"b": np.zeros((2, 2)), "c": None}},
    )
    lines = example.lines()
    assert max(map(len, lines)) <= WIDTH
    text = "\n".join(lines)
    for part in ("shape (300,)", "0 but for 1 at [0, 0]", 'nested["a"]["b"]', 'nested["a"]["c"]', "98, 99]"):
        assert part in text
