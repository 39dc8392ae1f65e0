"""Numbers that the assignment `optimizers` states are what its reference comes to; its rules are PyTorch's, where that has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from solutions.optimizers import reference
from starter_code.small_network import SmallNetwork
from starter_code.surfaces import RAVINE, RAVINE_HESSIAN, SADDLE, Surface, follow, rare_feature_rows

ASKING = {"nesterov_step", "rmsprop_nesterov_step"}
RULES = ("momentum_step", "nesterov_step", "adagrad_step", "rmsprop_step", "rmsprop_nesterov_step", "adam_step")


def walk(rule: str, surface: Surface, lr: float, steps: int, **options: float) -> np.ndarray:
    if rule == "gradient_descent":
        return reference.gradient_descent(surface.gradient, surface.start, lr, steps)
    return follow(getattr(reference, rule), surface, lr, steps, asks=rule in ASKING, **options)


# --- the contract's own example ------------------------------------------------------------------------------------------

MATRIX, OFFSET = np.array([[1.0, 0.5], [0.5, 4.0]]), np.array([0.3, -0.2])
BOWL = Surface(
    name="bowl",
    value=lambda w: np.sum((w @ MATRIX) * w, axis=-1) / 2 - w @ OFFSET,
    gradient=lambda w: MATRIX @ w - OFFSET,
    start=np.array([1.0, -2.0]),
    limits=((-1, 2), (-3, 1)),
)


@pytest.mark.parametrize(
    ("rule", "options", "end"),
    [
        ("momentum_step", {}, (1.01222334, -1.67975959)),
        ("nesterov_step", {}, (0.96390064, -0.01919634)),
        ("adagrad_step", {"eps": 1e-2}, (1.11486294, -1.86301141)),
        ("rmsprop_step", {"eps": 1e-2}, (1.14711081, -1.56868625)),
        ("rmsprop_nesterov_step", {"eps": 1e-2}, (1.04797857, -0.98423464)),
        ("adam_step", {"eps": 1e-2}, (1.18293102, -1.80069248)),
    ],
)
def test_four_steps_from_a_fresh_state(rule: str, options: dict[str, float], end: tuple[float, float]) -> None:
    assert walk(rule, BOWL, 0.05, 4, **options)[-1] == pytest.approx(end, abs=5e-9)


# --- PyTorch, which somebody else wrote ----------------------------------------------------------------------------------


def with_torch(kind: Callable[..., Any], surface: Surface, steps: int, **options: Any) -> np.ndarray:
    point = torch.nn.Parameter(torch.tensor(surface.start))
    optimizer = kind([point], **options)
    path = [surface.start]
    for _ in range(steps):
        point.grad = torch.tensor(surface.gradient(point.detach().numpy()))
        optimizer.step()
        path.append(point.detach().numpy().copy())
    return np.array(path)


@pytest.mark.parametrize(
    ("rule", "lr", "kind", "options"),
    [
        ("momentum_step", 0.5, torch.optim.SGD, {"lr": 0.05, "momentum": 0.9}),  # eta (1 - beta)
        ("adagrad_step", 0.1, torch.optim.Adagrad, {"lr": 0.1, "eps": 1e-8}),
        ("rmsprop_step", 0.1, torch.optim.RMSprop, {"lr": 0.1, "alpha": 0.9}),
        ("adam_step", 0.1, torch.optim.Adam, {"lr": 0.1}),
    ],
)
@pytest.mark.parametrize("surface", [RAVINE, SADDLE], ids=["ravine", "saddle"])
def test_rules_walk_as_those_of_pytorch(
    rule: str, lr: float, kind: Any, options: dict[str, float], surface: Surface
) -> None:
    assert walk(rule, surface, lr, 40) == pytest.approx(with_torch(kind, surface, 40, **options), abs=1e-11)


def test_pytorch_keeps_the_look_ahead_point_of_nesterov() -> None:
    ours = walk("nesterov_step", RAVINE, 0.05, 100)
    velocities = np.vstack([np.zeros(2), np.diff(ours, axis=0)])
    theirs = with_torch(torch.optim.SGD, RAVINE, 100, lr=0.05, momentum=0.9, nesterov=True)
    assert ours + 0.9 * velocities == pytest.approx(theirs, abs=1e-11)
    assert np.abs(ours - theirs).max() > 0.5


# --- stability -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rule", "limit"), [("gradient_descent", 0.1), ("momentum_step", 1.9)])
def test_walks_break_at_the_limit_and_momentum_at_nineteen_times_it(rule: str, limit: float) -> None:
    assert reference.max_stable_lr(RAVINE_HESSIAN) == pytest.approx(0.1)
    assert np.linalg.norm(walk(rule, RAVINE, 0.999 * limit, 20_000)[-1]) < 1e-3
    assert np.linalg.norm(walk(rule, RAVINE, 1.001 * limit, 10_000)[-1]) > 10


def test_the_rate_of_adagrad_matters() -> None:
    ends = [RAVINE.value(walk("adagrad_step", RAVINE, lr, 200)[-1]) for lr in (0.01, 0.1, 1.0)]
    assert ends[0] > 5 * ends[1] > 1000 * ends[2]


# --- the pictures --------------------------------------------------------------------------------------------------------


def leaves(y: np.ndarray) -> int:
    return int(np.argmax(np.abs(y) > 0.5))


@pytest.mark.parametrize(
    ("rule", "lr", "straight", "turned"),
    [
        ("gradient_descent", 0.05, 131, 131),
        ("momentum_step", 0.05, 176, 176),
        ("momentum_step", 0.5, 37, 37),
        ("adagrad_step", 0.05, 18, 910),
        ("rmsprop_step", 0.05, 4, 43),
        ("adam_step", 0.05, 11, 103),
    ],
)
def test_when_rules_leave_the_saddle(rule: str, lr: float, straight: int, turned: int) -> None:
    half = np.sqrt(0.5)
    turn = np.array([[half, -half], [half, half]])
    other = Surface(
        name="turned saddle",
        value=lambda w: SADDLE.value(w @ turn),
        gradient=lambda w: turn @ SADDLE.gradient(turn.T @ w),
        start=turn @ SADDLE.start,
        limits=SADDLE.limits,
    )
    assert leaves(walk(rule, SADDLE, lr, 200)[:, 1]) == straight
    assert leaves((walk(rule, other, lr, 1000) @ turn)[:, 1]) == turned


def test_an_average_lags_behind_a_gradient_that_grows() -> None:
    beta, lr = 0.9, 0.05
    growth = {rule: walk(rule, SADDLE, lr, 80)[[60, 80], 1] for rule in ("gradient_descent", "momentum_step")}
    factors = {rule: (late / early) ** (1 / 20) for rule, (early, late) in growth.items()}
    assert factors["gradient_descent"] == pytest.approx(1.05, abs=2e-4)
    assert factors["momentum_step"] == pytest.approx(1.0377, abs=2e-4)
    # A gradient that grows by z in each step: its average is (1 - beta) / (1 - beta / z) of the newest one.
    z = float(max(np.roots([1, -(1 + beta + (1 - beta) * lr), beta])))
    assert z == pytest.approx(1.03768, abs=1e-5)
    assert (1 - beta) / (1 - beta / z) == pytest.approx((z - 1) / lr) == pytest.approx(0.75, abs=0.005)


@pytest.mark.parametrize(
    ("rule", "lr", "loss"),
    [
        ("gradient_descent", 0.095, 0.15),
        ("momentum_step", 0.2, 0.0071),
        ("nesterov_step", 0.05, 4.4e-5),
        ("adam_step", 0.5, 0.0098),
    ],
)
def test_losses_in_the_ravine(rule: str, lr: float, loss: float) -> None:
    assert RAVINE.value(walk(rule, RAVINE, lr, 60)[-1]) == pytest.approx(loss, rel=0.05)


# --- steps under a constant gradient ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "options", "first"),
    [
        ("rmsprop_step", {}, 3.2),
        ("rmsprop_step", {"rho": 0.999}, 32),
        ("adam_step", {}, 1.0),
    ],
)
def test_size_of_the_first_step(rule: str, options: dict[str, float], first: float) -> None:
    w, _ = getattr(reference, rule)(np.zeros(1), np.array([0.01]), {}, 1.0, **options)
    assert -w[0] == pytest.approx(first, rel=0.02)


def test_rmsprop_forgets_and_adagrad_does_not() -> None:
    used = {}
    for rule in ("adagrad_step", "rmsprop_step"):
        w, state, rates = np.zeros(1), {}, []
        for slope in [4.0] * 50 + [0.1] * 100:
            new, state = getattr(reference, rule)(w, np.array([slope]), state, 0.1)
            rates.append((w - new)[0] / slope)
            w = new
        used[rule] = rates[149] / rates[49]
    assert used["adagrad_step"] == pytest.approx(1, abs=0.01)
    assert used["rmsprop_step"] == pytest.approx(40, rel=0.05)


def test_velocity_collects_ten_rescaled_steps() -> None:
    w, state = np.zeros(1), {}
    for _ in range(200):
        last = w
        w, state = reference.rmsprop_nesterov_step(w, lambda at: 0 * at + 0.01, state, 1.0)
    assert (last - w)[0] == pytest.approx(10, rel=0.01)


def test_adagrad_helps_a_rare_feature_where_a_larger_rate_for_all_would_not() -> None:
    rows = rare_feature_rows(np.random.default_rng(0))

    def off(adagrad: bool, lr: float, examples: int) -> np.ndarray:
        w, state = np.zeros(21), {}
        for x, target in zip(rows.features[:examples], rows.targets[:examples], strict=True):
            grad = (x @ w - target) * x
            w, state = reference.adagrad_step(w, grad, state, lr) if adagrad else (w - lr * grad, state)
        return np.abs(w - rows.weights)

    assert np.count_nonzero(rows.features[:, -1]) == pytest.approx(60, abs=5)
    assert off(adagrad=False, lr=0.05, examples=1000)[-1] > 0.4
    assert off(adagrad=True, lr=1.0, examples=1000)[-1] < 0.01
    assert off(adagrad=False, lr=0.05, examples=3000)[:-1].mean() < 0.01
    assert off(adagrad=False, lr=0.1, examples=3000)[:-1].mean() > 0.5


def test_the_network_has_as_many_weights_as_the_notebook_says() -> None:
    assert SmallNetwork().start(np.random.default_rng(0)).shape == (2410,)


@pytest.mark.parametrize("rule", RULES)
def test_rules_leave_their_arguments_alone(rule: str) -> None:
    w, grad, state = np.ones(2), np.array([1.0, -1.0]), {}
    given = (lambda at: at) if rule in ASKING else grad
    _, state = getattr(reference, rule)(w, given, state, 0.1)
    kept = {key: np.copy(value) for key, value in state.items()}
    getattr(reference, rule)(w, given, state, 0.1)
    assert all(np.array_equal(state[key], kept[key]) for key in kept)
    assert np.array_equal(w, [1, 1])
    assert np.array_equal(grad, [1, -1])
