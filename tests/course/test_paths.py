"""Surfaces, the small network and pictures of the starter code: gradients are right, pictures are small and say what they show."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from starter_code.gradient_check import numeric_gradient, relative_error
from starter_code.plots import curves, paths
from starter_code.plots.live_curve import LiveCurves
from starter_code.progress import progress
from starter_code.small_network import SmallNetwork
from starter_code.surfaces import RAVINE, SADDLE, Surface, rare_feature_rows

SURFACES = pytest.mark.parametrize("surface", [RAVINE, SADDLE], ids=["ravine", "saddle"])


@SURFACES
def test_gradients_of_surfaces_agree_with_central_differences(surface: Surface) -> None:
    for point in np.random.default_rng(0).normal(size=(5, 2)):
        numeric = numeric_gradient(lambda w: float(surface.value(w)), point)
        assert relative_error(surface.gradient(point), numeric) < 1e-8


def test_the_gradient_of_the_small_network_agrees_with_central_differences() -> None:
    rng, network = np.random.default_rng(1), SmallNetwork(5, 4, 3)
    weights = network.start(rng)
    weights = weights + 0.1 * rng.normal(size=weights.shape)
    x, labels = rng.normal(size=(7, 5)), rng.integers(3, size=7)
    numeric = numeric_gradient(lambda w: network.loss(w, x, labels), weights)
    assert relative_error(network.gradient(weights, x, labels), numeric) < 1e-8


def test_the_rare_feature_is_rare_and_the_targets_fit() -> None:
    rows = rare_feature_rows(np.random.default_rng(0))
    assert 0.01 < np.mean(rows.features[:, -1] != 0) < 0.03
    assert rows.features @ rows.weights == pytest.approx(rows.targets)


@SURFACES
def test_a_moving_picture_is_small_stops_by_itself_and_has_words(
    surface: Surface, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[bytes, str]] = []

    def publish(png: bytes, alt: str) -> bool:
        shown.append((png, alt))
        return True

    monkeypatch.setattr(paths, "publish", publish)
    steps = np.linspace(0, 1, 201)[:, None]
    walks = {f"rule {n}": surface.start + steps * np.cos(7 * n * steps + [0, 1]) for n in range(7)}
    paths.animate_paths(walks, surface, title="Seven rules")
    ((png, alt),) = shown
    assert len(png) < 1_000_000
    with Image.open(io.BytesIO(png)) as picture:
        assert (picture.format, picture.n_frames > 20, picture.info["loop"]) == ("PNG", True, 3)
    assert all(f"rule {n}: after 200 steps at" in alt for n in range(7))


def test_a_picture_that_is_drawn_again_takes_the_place_of_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[str, dict[str, Any]]] = []

    def publish(_: object, metadata: dict[str, dict[str, str]], **more: Any) -> None:
        shown.append((metadata["image/png"]["alt"], more))

    monkeypatch.setattr("IPython.get_ipython", lambda: "a notebook")
    monkeypatch.setattr("IPython.display.publish_display_data", publish)
    curves = LiveCurves({"depth": (np.zeros(20), np.ones(20))}, steps=20)
    for losses in ([0.5], [0.5, 0.25]):
        curves.show("depth", losses)
    (first, drawn), (second, again) = shown
    assert ("0.5 after 1 steps" in first, "0.25 after 2 steps" in second) == (True, True)
    assert (drawn["update"], again["update"]) == (False, True)
    assert drawn["transient"] == again["transient"] != {"display_id": ""}


@pytest.mark.parametrize("shell", [None, "a notebook"])
def test_a_bar_is_part_of_the_output_in_a_notebook_and_not_among_the_errors(
    shell: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    assert list(progress([3, 1, 2], "three steps")) == [3, 1, 2]
    with progress(title="never seen", total=3, shown=False) as bar:
        bar.update()
    output, errors = capsys.readouterr()
    seen, empty = (output, errors) if shell else (errors, output)
    assert ("three steps: 100%" in seen, "never seen" in seen, empty) == (True, False, "")


@pytest.mark.parametrize(("across", "whole"), [([1, 2, 3, 4], True), ([0.1, 0.2, 0.3, 0.4], False)])
def test_what_is_counted_has_no_ticks_between_whole_numbers(
    across: list[float], whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(curves, "show", lambda figure, _: shown.append(figure))
    curves.plot_curves({"one": (np.array(across), np.arange(4.0))}, title="", x_label="epoch", y_label="loss")
    ticks = shown[0].axes[0].get_xticks()
    assert (len(ticks) > 2, bool(np.all(ticks == ticks.round()))) == (True, whole)
