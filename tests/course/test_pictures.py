"""What pictures of notebooks are made of: marked places, colours with a zero, arrows, planes of losses, sliders; and their words."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib import pyplot as plt
from PIL import Image
from torch import nn

from solutions.optimizers import reference
from starter_code.gradient_check import numeric_gradient
from starter_code.look_ahead import BallStep, heavy_ball_step, nesterov_ball_step
from starter_code.loss_plane import loss_plane
from starter_code.photographs import load_flower
from starter_code.plots import display, maps, sliders
from starter_code.plots.arrows import plot_ball_steps
from starter_code.plots.loss_planes import plot_loss_planes
from starter_code.plots.paths import plot_paths
from starter_code.plots.relief import plot_relief
from starter_code.residual_networks import PlainBlock, small_resnet
from starter_code.surfaces import RAVINE, SADDLE, WHOLE_SADDLE, Surface, quadratic

SURFACES = pytest.mark.parametrize(
    "surface", [RAVINE, SADDLE, WHOLE_SADDLE], ids=["ravine", "saddle", "saddle with both valleys"]
)
Shown = list[tuple[bytes, str]]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Pictures and their words, in place of a notebook that shows them."""
    kept: Shown = []

    def publish(png: bytes, alt: str, **_: Any) -> bool:
        kept.append((png, alt))
        return True

    monkeypatch.setattr(display, "publish", publish)
    return kept


# --- surfaces ------------------------------------------------------------------------------------------------------------


@SURFACES
def test_marked_places_of_a_surface_are_what_they_are_called(surface: Surface) -> None:
    signs = {"minimum": [1, 1], "saddle point": [-1, 1]}
    for name, places in surface.marked.items():
        for place in places:
            at = np.array(place)
            assert surface.gradient(at) == pytest.approx([0, 0], abs=1e-12)
            rows = [numeric_gradient(lambda w, axis=axis: float(surface.gradient(w)[axis]), at) for axis in (0, 1)]
            assert np.sign(np.linalg.eigvalsh(np.array(rows))).tolist() == signs[name]


@SURFACES
def test_a_map_of_a_surface_has_at_least_six_lines_with_numbers(surface: Surface) -> None:
    (left, right), (bottom, top) = surface.limits
    grid = np.stack(np.meshgrid(np.linspace(left, right, 100), np.linspace(bottom, top, 100)), axis=-1)
    values = surface.value(grid)
    assert sum(values.min() < level < values.max() for level in surface.levels) >= 6


def test_a_surface_of_ones_own_is_drawn_without_levels_and_marks(shown: Shown) -> None:
    own = Surface("own", SADDLE.value, SADDLE.gradient, SADDLE.start, SADDLE.limits)
    for levels in ((), (0.5,), (1000.0,)):
        plot_paths({"here: there": np.array([[0.0, 0.0], [1, 1]])}, replace(own, levels=levels), title="Own")
    assert len(shown) == 3
    assert "here: there: after 1 steps at (1, 1), loss 0.25" in shown[0][1]


def test_a_relief_says_where_each_path_leads(shown: Shown) -> None:
    paths = {"one": np.array([[-1.5, 0.001], [0, 1]]), "other": np.array([[-1.5, -0.001], [0, -1]])}
    plot_relief(paths, WHOLE_SADDLE, title="Two")
    ((_, alt),) = shown
    assert "one: from (-1.5, 0.001) to (0, 1), loss -0.25; other: from (-1.5, -0.001) to (0, -1), loss -0.25" in alt


# --- maps ----------------------------------------------------------------------------------------------------------------


def test_zero_is_white_in_maps_with_signs_and_one_stray_pixel_does_not_fade_the_others(shown: Shown) -> None:
    values = np.random.default_rng(0).normal(size=(20, 20))
    values[0, 0] = 1000
    low, high = maps.limits([values], signed=True)
    assert low == -high
    assert 2 < high < 4
    assert maps.SIGNED(0.5)[:3] == pytest.approx((1, 1, 1), abs=0.01)
    assert maps.limits([np.zeros((3, 3))], signed=True) == (-1, 1)
    assert maps.limits([np.abs(values)], signed=False)[1] == 1000
    maps.plot_maps({"with signs": values}, title="One map")
    maps.plot_maps({"without": np.abs(values)}, title="One map")
    (_, with_signs), (_, without) = shown
    assert "red above zero, blue below" in with_signs
    assert "in shades of grey" in without


def test_of_a_map_that_is_zero_nearly_everywhere_the_colours_end_at_what_is_there() -> None:
    values = np.zeros((30, 30))
    values[3, 4] = -2
    assert maps.limits([values], signed=True) == (-2, 2)


def test_a_picture_in_a_notebook_is_small_and_keeps_its_size_and_colours(shown: Shown) -> None:
    figure, axes = plt.subplots(figsize=(4, 3))
    axes.plot([0, 1], [0, 1], color="#b5332e")
    display.show(figure, "A line")
    ((png, _),) = shown
    with Image.open(io.BytesIO(png)) as picture:
        assert (picture.mode, picture.size) == ("P", (440, 330))
        colours = np.array([colour for _, colour in picture.convert("RGB").getcolors()])
    assert np.abs(colours - [0xB5, 0x33, 0x2E]).max(axis=1).min() <= 2


# --- arrows --------------------------------------------------------------------------------------------------------------

VALLEY = quadratic(np.diag([1.0, 6.0]), "valley", np.array([-1.6, 0.6]), ((-2, 0.4), (-1.2, 1.2)))
VELOCITY, LR, BETA = np.array([1.0, -1.0]), 0.12, 0.9


@pytest.mark.parametrize(
    ("take", "rule", "ahead"),
    [(heavy_ball_step, "momentum_step", 0.0), (nesterov_ball_step, "nesterov_step", 1.0)],
)
def test_a_step_with_momentum_is_the_kept_velocity_and_a_gradient_step(
    take: Callable[..., BallStep], rule: str, ahead: float
) -> None:
    ball = take(getattr(reference, rule), VALLEY, VELOCITY, LR, BETA)
    assert ball.here == pytest.approx(VALLEY.start)
    assert ball.kept == pytest.approx(BETA * VELOCITY)
    assert ball.asked == pytest.approx(VALLEY.start + ahead * BETA * VELOCITY)
    assert ball.there == pytest.approx(ball.here + ball.kept - LR * VALLEY.gradient(ball.asked))


def test_arrows_of_a_step_are_told_in_words(shown: Shown) -> None:
    plot_ball_steps({"ball": heavy_ball_step(reference.momentum_step, VALLEY, VELOCITY, LR, BETA)}, VALLEY, title="One")
    ((_, alt),) = shown
    assert "ball: from (-1.60, 0.60) the kept velocity leads to (-0.70, -0.30)" in alt


# --- planes of losses ----------------------------------------------------------------------------------------------------


def small_network() -> tuple[nn.Module, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return small_resnet(8, PlainBlock, width=4), torch.randn(16, 1, 8, 8), torch.arange(16) % 10


def test_the_middle_of_a_plane_is_the_loss_of_the_network_which_stays_as_it_was() -> None:
    network, images, labels = small_network()
    network.eval()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    losses = loss_plane(network, images, labels, np.array([-1.0, 0.0, 1.0]), seed=0)
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())
    assert not network.training
    with torch.no_grad():
        own = float(nn.functional.cross_entropy(network.train()(images), labels))
    assert losses[1, 1] == pytest.approx(own, rel=1e-5)
    assert len(np.unique(losses)) == 9


def test_a_step_in_a_plane_is_as_long_for_weights_of_any_scale() -> None:
    network, images, labels = small_network()
    steps = np.array([-1.0, 0.0, 1.0])
    losses = loss_plane(network, images, labels, steps, seed=0)
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, nn.Conv2d):
                layer.weight *= 10  # which the BN behind it takes back
    assert loss_plane(network, images, labels, steps, seed=0) == pytest.approx(losses, rel=1e-3)
    assert loss_plane(network, images, labels, steps, seed=1) != pytest.approx(losses, rel=1e-3)


def test_planes_are_told_in_words(shown: Shown) -> None:
    plot_loss_planes({"flat": np.full((3, 3), 2.3)}, np.array([-1, 0, 1]), title="Planes")
    ((_, alt),) = shown
    assert "flat: 2.30 at the weights, 2.3 at the highest place, below 2 in 0% of the map" in alt


# --- a photograph --------------------------------------------------------------------------------------------------------


def test_the_photograph_is_a_flower_in_colour() -> None:
    flower = load_flower()
    assert (flower.shape, flower.dtype) == ((1, 3, 100, 140), np.float64)
    assert 0 <= flower.min() < 0.05
    assert 0.9 < flower.max() <= 1
    red, _, blue = flower[0][:, 30:70, 50:90].mean(axis=(1, 2))
    assert red > 2 * blue


# --- sliders -------------------------------------------------------------------------------------------------------------

STILLS = ((0.05, 0.9), (0.01, 0.5))


def slide(walks: Callable[[float, float], dict[str, np.ndarray]]) -> None:
    sliders.plot_with_sliders(walks, RAVINE, title="Walks", rates=(0.01, 0.05), shares=(0.5, 0.9), stills=STILLS)


def walk(rate: float, share: float) -> dict[str, np.ndarray]:
    return {"a walk": RAVINE.start + np.outer(np.arange(5) * rate, [1, share])}


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What a notebook is sent."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr("IPython.get_ipython", lambda: "a notebook")
    monkeypatch.setattr("IPython.display.publish_display_data", lambda data, *_, **__: sent.append(data))
    return sent


@pytest.mark.parametrize("case", ["no Jupyter server", "no ipywidgets"])
def test_where_nobody_can_move_a_slider_there_are_still_pictures(
    case: str, published: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "optimizers.ipynb")
    if case == "no ipywidgets":
        monkeypatch.setitem(sys.modules, "ipywidgets", None)
    else:
        monkeypatch.delenv("JPY_SESSION_NAME")
    slide(walk)
    (data,) = published
    assert sorted(data) == ["image/png", "text/plain"]
    assert all(f"a walk: rate {rate:g}, β {share:g}: after 4 steps" in data["text/plain"] for rate, share in STILLS)


def test_where_somebody_can_two_sliders_draw_the_picture_again_and_pages_still_have_the_still_ones(
    published: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ipywidgets import Widget  # noqa: PLC0415
    from ipywidgets.widgets.widget import _instances  # noqa: PLC0415

    monkeypatch.setenv("JPY_SESSION_NAME", "optimizers.ipynb")
    plt.close("all")  # those of other tests
    opened: list[list[int]] = []

    def noted(rate: float, share: float) -> dict[str, np.ndarray]:
        opened.append(plt.get_fignums())
        return walk(rate, share)

    slide(noted)
    *_, data = published
    assert not any(opened)  # the widget would show a figure that is open, beside its own
    assert sorted(data) == ["application/vnd.jupyter.widget-view+json", "image/png", "text/plain"]
    box: Any = _instances[data[sliders.WIDGET]["model_id"]]
    assert isinstance(box, Widget)
    rate, share = box.children[:2]
    assert (rate.value, share.value) == STILLS[0]
    rate.value = 0.01
    assert "Walks: rate 0.01, β 0.9" in published[-1]["text/plain"]
    share.value = 0.5
    assert "Walks: rate 0.01, β 0.5" in published[-1]["text/plain"]
