"""Signature mutants of made-up functions: which there are, that each is what its id says, and that none is there that cannot differ."""

from __future__ import annotations

from inspect import signature
from types import FunctionType
from typing import Any

import numpy as np
import pytest

from autograder.quality.signature import SignatureMutant, Twisted, signature_mutants
from autograder.quality.twists import AskedFunction
from autograder.suite.comparing import Mismatch
from autograder.suite.corners import corners, expect_unmodified
from autograder.suite.errors import StudentFault
from autograder.suite.free import Free
from autograder.suite.misconceptions import Variant
from autograder.suite.student import Student

REFERENCE = '''
import numpy as np


def layer(x, params, bias=None, scale=2.0):
    """x W, and the bias. x: (N, D), float64 or integer."""
    out = scale * x @ params["W"]
    return out if bias is None else out + bias


def walk(w, ask, state, beta=0.9):
    """A step."""
    v = beta * state.get("v", 0.0) + ask(w)
    return w - v, {"v": v}


def back(dout, cache):
    """The upstream gradient of `forward`."""
    return cache * dout


def forward(x, flag=True):
    """What `back` needs."""
    return x, 2.0 * x


def size(kernel, flag=True):
    """Of a kernel."""
    return kernel[0] * kernel[1] + flag


def blend(x, first, second, high, wide):
    """By the keys of two dicts."""
    return high * wide * x * sum(first[key] * second[key] for key in first)
'''
NUMBERS = np.random.default_rng(0)
X, W, BIAS = NUMBERS.normal(size=(3, 2)), NUMBERS.normal(size=(2, 4)), NUMBERS.normal(size=4)


def slope(w: np.ndarray) -> np.ndarray:
    return w + 1.0


SAMPLES: dict[str, list[dict[str, Any]]] = {
    "layer": [{"x": X, "params": {"W": W}}, {"x": X, "params": {"W": W}, "bias": BIAS, "scale": 3.0}],
    "walk": [{"w": X[0], "ask": slope, "state": {}}, {"w": X[1], "ask": slope, "state": {"v": X[0]}, "beta": 0.5}],
    "back": [{"dout": X, "cache": X}, {"dout": W, "cache": W}],
    "size": [{"kernel": (2, 3)}, {"kernel": (1, 4), "flag": False}],
    "blend": [{"x": X, "first": {"a": 2.0, "b": 3.0}, "second": {"a": 5.0, "b": 7.0}, "high": 3, "wide": 2}],
}
FREE = {"walk": Free(returned=1, passed=2), "back": Free(passed=1)}


def asked_of(function: str) -> AskedFunction:
    known: FunctionType = Variant(REFERENCE).namespace[function]
    samples, made_by = list(SAMPLES[function]), {"forward": 1} if function == "back" else {}
    return AskedFunction(
        function, "", signature(known), FREE.get(function), known.__doc__ or "", samples, dict[str, int | str](made_by)
    )


@pytest.fixture(scope="module")
def made() -> dict[str, SignatureMutant]:
    return {mutant.id: mutant for name in SAMPLES for mutant in signature_mutants(REFERENCE, asked_of(name))}


def answer(mutant: SignatureMutant, *args: Any, **kwargs: Any) -> Any:
    return Twisted(REFERENCE, mutant).call(mutant.asked.function, args, kwargs, inputs=False)


@pytest.mark.parametrize(
    ("name", "call", "other"),
    [
        ("layer: scale is its default, whatever is passed", {"scale": 3.0}, {}),
        ("layer: scale is its default where it is falsy", {"scale": 0.0}, {"scale": 3.0}),
        ("layer: zeros in x are taken for None", {"x": 0 * X}, {}),
        ("layer: wrong where x has an exact zero", {"x": np.array([[0.0, 1.0]])}, {}),
        ("layer: wrong where x is in Fortran order", {"x": np.asfortranarray(X)}, {}),
        ("layer: wrong where params['W'] is in Fortran order", {"params": {"W": np.asfortranarray(W)}}, {}),
        ("layer: wrong where x holds integers", {"x": np.array([[1, 2]])}, {}),
        ("layer: wrong where x has length one in axis 0 of 2", {"x": X[:1]}, {}),
        ("layer: wrong where x has two equal numbers", {"x": np.ones((1, 2))}, {}),
        ("layer: wrong where bias is left out", {}, {"bias": BIAS}),
        ("layer: result wrong", {}, None),
        ("layer: result right in the first entry only, in axis 0 of 2", {}, None),
        ("layer: result in the type of an integer input", {"x": np.array([[1, 2]])}, {}),
        ("size: of kernel, the first stands for all", {"kernel": (2, 3)}, {"kernel": (2, 2)}),
        ("size: wrong where flag is False", {"flag": False}, {"flag": True}),
        ("size: wrong where kernel has two equal entries", {"kernel": (2, 2)}, {"kernel": (2, 3)}),
        ("blend: wrong where high equals wide", {"wide": 3}, {"wide": 4}),
        ("blend: wrong where x is all zeros beside a filled first", {"x": 0 * X}, {"x": 0 * X, "first": {}}),
        ("blend: wrong where first has its keys from Z to A", {"first": {"b": 3.0, "a": 2.0}}, {}),
        ("blend: wrong where first has its keys from A to Z", {}, {"first": {"b": 3.0, "a": 2.0}}),
        (
            "blend: wrong where first has the keys of second in another order",
            {"first": {"b": 3.0, "a": 2.0}},
            {"first": {"b": 3.0, "a": 2.0}, "second": {"b": 7.0, "a": 5.0}},
        ),
    ],
)
def test_a_mutant_is_wrong_just_where_it_says(
    made: dict[str, SignatureMutant], name: str, call: dict[str, Any], other: dict[str, Any] | None
) -> None:
    namespace = Variant(REFERENCE).namespace
    function = name.split(":", maxsplit=1)[0]
    plain = SAMPLES[function][0]

    def right(given: dict[str, Any]) -> bool:
        try:
            got = answer(made[name], **{**plain, **given})
        except StudentFault:
            return False
        return bool(np.array_equal(got, namespace[function](**{**plain, **given})))

    assert not right(call)
    assert other is None or right(other)


@pytest.mark.parametrize("anew", [True, False])
def test_memory_in_a_global_shows_where_two_walks_take_turns(made: dict[str, SignatureMutant], anew: bool) -> None:
    twisted = Twisted(REFERENCE, made[f"walk: state is kept in a global{'' if anew else ' and never starts anew'}"])

    def step(w: np.ndarray, state: Any) -> Any:
        return twisted.call("walk", (w, slope, state), {}, inputs=False)

    def right(w: np.ndarray, before: Any) -> Any:
        return w - (0.9 * before + slope(w))

    _, first = step(X[0], {})
    w, first = step(X[0], first)
    assert np.array_equal(w, right(X[0], slope(X[0])))  # one walk alone is right
    other, _ = step(X[1], {})
    assert (
        np.array_equal(other, right(X[1], 0.0)) == anew
    )  # a second one starts where it should, or where the first one is
    w, _ = step(X[0], first)
    assert not np.array_equal(w, right(X[0], first["v"]))


def test_what_was_passed_with_a_fresh_state_counts_until_the_next_one(made: dict[str, SignatureMutant]) -> None:
    twisted = Twisted(REFERENCE, made["walk: w is taken from the call with which state began"])

    def step(w: np.ndarray, state: Any) -> Any:
        return twisted.call("walk", (w, slope, state), {}, inputs=False)

    _, state = step(X[0], {})
    again, _ = step(X[1], state)
    assert np.array_equal(again, X[0] - (0.9 * slope(X[0]) + slope(X[0])))
    other, _ = step(X[1], {})
    assert np.array_equal(other, X[1] - slope(X[1]))


@pytest.mark.parametrize("inputs", [False, True])
def test_the_last_cache_is_used_in_place_of_the_one_that_is_passed(
    made: dict[str, SignatureMutant], *, inputs: bool
) -> None:
    twisted = Twisted(REFERENCE, made["back: cache is the last one that was made, whatever is passed"])
    assert np.array_equal(twisted.call("back", (X, X), {}, inputs=False), X * X)  # as long as none was made
    twisted.call("forward", (X + 1,), {}, inputs=inputs)
    assert np.array_equal(twisted.call("back", (X, X), {}, inputs=False), 2.0 * (X + 1) * X)


def test_the_first_answer_is_given_again_for_the_same_shapes(made: dict[str, SignatureMutant]) -> None:
    twisted = Twisted(REFERENCE, made["layer: the first answer for these shapes is given again"])
    first, again, other = (twisted.call("layer", (x, {"W": W}), {}, inputs=False) for x in (X, X + 1, X[:2] + 1))
    assert np.array_equal(first, again)
    assert np.array_equal(other, 2.0 * (X[:2] + 1) @ W)


def test_inputs_are_modified_in_arrays_dicts_and_what_is_in_them(made: dict[str, SignatureMutant]) -> None:
    for name, see in (
        ("layer: x is modified", lambda after: not np.array_equal(after[0], X)),
        ("layer: params is modified", lambda after: set(after[1]) != {"W"}),
        ("layer: params['W'] is modified", lambda after: not np.array_equal(after[1]["W"], W)),
    ):
        twisted = Twisted(REFERENCE, made[name])
        result, after = twisted.call("layer", (X, {"W": W}), {}, inputs=True)
        assert np.array_equal(result, 2.0 * X @ W)
        assert see(after), name


def test_functions_that_are_passed_in_are_called_too_often(made: dict[str, SignatureMutant]) -> None:
    for name in ("walk: ask is called twice each time", "walk: ask is called once more in the end"):
        asked: list[np.ndarray] = []
        answer(made[name], X[0], lambda w: asked.append(w) or slope(w), {})  # noqa: B023  # type: ignore[func-returns-value]
        assert len(asked) == 2


def test_what_cannot_differ_is_no_mutant(made: dict[str, SignatureMutant]) -> None:
    assert not [name for name in made if name.startswith("size") and ("zero" in name or "Fortran" in name)]
    assert not [name for name in made if "where state['v']" in name]  # what is in memory is the student's own affair
    assert "layer: wrong where x is float32" not in made  # which its docstring does not promise


# --- what suites ask with -------------------------------------------------------------------------------------------------


def test_corners_are_special_in_one_way_each_and_leave_what_they_are_made_from() -> None:
    before = (X.copy(), {"W": [W.copy(), 3]}, np.array([1, 2]))
    cases = list(corners(X, {"b": 1.0, "W": [W, 3]}, np.array([1, 2])))
    assert all(np.array_equal(one, other) for one, other in ((X, before[0]), (W, before[1]["W"][0])))
    fortran, zero, tie, *zeros, forwards, backwards = cases
    assert fortran[0].flags.f_contiguous
    assert not fortran[0].flags.c_contiguous
    assert (zero[0] == 0).sum() == (zero[1]["W"][0] == 0).sum() == 1
    assert tie[0].flat[0] == tie[0].flat[-1]
    assert [(not case[0].any(), not case[1]["W"][0].any()) for case in zeros] == [(True, False), (False, True)]
    assert [list(case[1]) for case in (forwards, backwards)] == [["W", "b"], ["b", "W"]]
    assert all(case[1]["W"][1] == 3 and case[2].tolist() == [1, 2] for case in cases)


class Changing:
    """A respondent that changes what it is passed in some way."""

    def __init__(self, change: Any) -> None:
        self.change = change

    def call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, inputs: bool) -> Any:
        assert (function, kwargs) == ("f", {})
        own = {"x": np.array(args[0]["x"]), "list": list(args[0]["list"])}
        self.change(own)
        return (1.0, (own,)) if inputs else 1.0


@pytest.mark.parametrize(
    "change",
    [
        lambda own: own.update(more=1),
        lambda own: own["x"].fill(0),
        lambda own: own["list"].append(1),
        lambda own: own.pop("x"),
    ],
)
def test_any_change_of_an_input_is_seen(change: Any) -> None:
    given = {"x": X, "list": [1.0]}
    assert expect_unmodified(Student(Changing(lambda _: None)).f, "given", given) == 1.0
    with pytest.raises(Mismatch, match="given, or something in it, was changed by the call"):
        expect_unmodified(Student(Changing(change)).f, "given", given)
    assert expect_unmodified(Student(Changing(change)).f, "-", given) == 1.0
