"""Numbers that the assignment `optimizers` states are what its reference comes to; its rules are PyTorch's, where that has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from solutions.optimizers import reference
from starter_code.look_ahead import heavy_ball_step, nesterov_ball_step
from starter_code.small_network import SmallNetwork
from starter_code.surfaces import RAVINE, RAVINE_HESSIAN, SADDLE, Surface, follow, quadratic, rare_feature_rows
from tests.support.notebook_text import answers

ASKING = {"nesterov_step", "rmsprop_nesterov_step"}
TEXT = (Path(__file__).parents[2] / "assignments/optimizers/optimizers.md").read_text(encoding="utf-8")
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


@pytest.mark.parametrize("beta", [0.5, 0.9])
def test_the_limits_of_a_heavy_ball_and_of_nesterov(beta: float) -> None:
    limits = {"momentum_step": 2 * (1 + beta) / 20, "nesterov_step": (2 + 2 * beta) / (1 + 2 * beta) / 20}
    for rule, limit in limits.items():
        heavy = 1 / (1 - beta) if rule == "momentum_step" else 1
        assert np.linalg.norm(walk(rule, RAVINE, 0.99 * heavy * limit, 3000, beta=beta)[-1]) < 1e-3
        assert np.linalg.norm(walk(rule, RAVINE, 1.01 * heavy * limit, 3000, beta=beta)[-1]) > 10
    if beta == 0.9:
        assert [round(limit, 3) for limit in limits.values()] == [0.19, 0.068]
        assert "here 0.068; that of the heavy ball is 0.19." in TEXT


def test_at_a_rate_of_0_07_the_heavy_ball_arrives_and_nesterov_does_not() -> None:
    heavy, looking = walk("momentum_step", RAVINE, 0.7, 60), walk("nesterov_step", RAVINE, 0.07, 60)
    assert RAVINE.value(heavy[-1]) < 0.05
    assert np.linalg.norm(np.diff(looking, axis=0), axis=1)[-1] > np.linalg.norm(looking[0])


def test_a_smaller_share_makes_the_heavy_ball_calmer_and_both_balls_slower() -> None:
    across = np.linalg.eigh(RAVINE_HESSIAN)[1][:, 1]
    for rule, rates in {"momentum_step": (0.1, 0.5), "nesterov_step": (0.05, 0.05)}.items():
        calm, wild = (walk(rule, RAVINE, lr, 60, beta=beta) for lr, beta in zip(rates, (0.5, 0.9), strict=True))
        assert np.linalg.norm(calm[-1]) > np.linalg.norm(wild[-1])
        if rule == "momentum_step":
            assert np.abs(calm[5:] @ across).max() < np.abs(wild[5:] @ across).max() / 2


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


def test_two_descents_from_both_sides_of_the_ridge_part_late() -> None:
    above, below = (reference.gradient_descent(SADDLE.gradient, SADDLE.start * [1, side], 0.1, 120) for side in (1, -1))
    assert (above[-1, 1], below[-1, 1]) == pytest.approx((1, -1), abs=0.01)
    assert np.abs(above[:61, 1]).max() < 0.5  # most of 120 steps
    assert above[30, 1] / above[29, 1] == pytest.approx(1.1, abs=1e-3)


def test_the_arrows_of_one_step_end_where_the_text_says() -> None:
    valley = quadratic(np.diag([1.0, 6.0]), "valley", np.array([-1.6, 0.6]), ((-2, 1), (-1, 1)))
    rolling = {"surface": valley, "velocity": np.array([1.0, -1.0]), "lr": 0.12, "beta": 0.9}
    heavy, looking = (
        heavy_ball_step(reference.momentum_step, **rolling),
        nesterov_ball_step(reference.nesterov_step, **rolling),
    )
    alone = heavy.here + heavy.kept
    assert heavy.asked[1] > 0 > looking.asked[1]  # the near wall, and the far one
    assert valley.value(heavy.there) > valley.value(alone) > valley.value(looking.there)
    assert abs(looking.there[1]) < 0.1


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


# --- the answers to "Looking back" ---------------------------------------------------------------------------------------


def test_the_rate_of_adagrad_halves_from_step_100_to_400_where_stairs_go_to_a_thousandth() -> None:
    w, state, steps = np.zeros(1), {}, []
    for _ in range(400):
        new, state = reference.adagrad_step(w, np.array([2.0]), state, 1.0)
        steps.append((w - new)[0])
        w = new
    assert steps[399] / steps[99] == pytest.approx(1 / 2, rel=1e-6)
    assert reference.step_decay(1.0, 400, 100) / reference.step_decay(1.0, 100, 100) == pytest.approx(1 / 1000)
    assert all(said in answers("optimizers") for said in ("From step 100 to step 400 that is a half", "a thousandth"))


@pytest.mark.parametrize("rule", ["gradient_descent", *RULES])
def test_a_loss_times_a_thousand_changes_the_steps_of_three_rules(rule: str) -> None:
    loud = replace(SADDLE, gradient=lambda w: 1000 * SADDLE.gradient(w))
    usual, louder = walk(rule, SADDLE, 1e-4, 5), walk(rule, loud, 1e-4, 5)
    same = np.abs(usual - louder).max() < 1e-6
    assert same == (rule not in {"gradient_descent", "momentum_step", "nesterov_step"})
    assert np.allclose(walk(rule, loud, 1e-7, 5), usual, atol=1e-9) != same
