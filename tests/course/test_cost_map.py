"""The picture of what networks cost: its names can be read, and the file in the documents is what is drawn."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import matplotlib as mpl
from matplotlib.text import Text

mpl.use("Agg")

from starter_code.networks.accuracy import MEASURED
from starter_code.plots.cost_map import COLOURS, PLACES, cost_map, describe, write_svg

SVG = Path(__file__).resolve().parents[2] / "docs" / "cost_of_networks.svg"


def test_every_accuracy_has_a_source_and_every_network_a_place_and_a_colour() -> None:
    assert all(network.source.startswith("https://") and 50 < network.top1 < 85 for network in MEASURED)
    assert {network.name for network in MEASURED} == set(PLACES)
    assert {network.kind for network in MEASURED} == set(COLOURS)


def test_no_name_covers_another_or_leaves_the_picture() -> None:
    figure = cost_map()
    figure.dpi = 110
    figure.draw_without_rendering()
    boxes = {}
    for axes in figure.axes:
        inside = axes.get_window_extent()
        for text in [part for part in axes.texts if isinstance(part, Text)]:
            boxes[axes.get_title(), text.get_text()] = box = text.get_window_extent()
            assert inside.x0 <= box.x0 <= box.x1 <= inside.x1
            assert inside.y0 <= box.y0 <= box.y1 <= inside.y1
    assert [(a, b) for a, b in combinations(boxes, 2) if boxes[a].overlaps(boxes[b])] == []
    assert 880 < figure.get_figwidth() * figure.dpi < 920
    assert min(text.get_fontsize() for axes in figure.axes for text in axes.texts) >= 8


def test_the_picture_has_words() -> None:
    words = describe(MEASURED)
    assert all(f"{network.name}: {network.top1:.1f} %" in words for network in MEASURED)


def test_the_picture_in_the_documents_is_what_is_drawn(tmp_path: Path) -> None:
    write_svg(tmp_path / "again.svg")
    assert (tmp_path / "again.svg").read_bytes() == SVG.read_bytes(), (
        "draw it again: python -m starter_code.plots.cost_map docs/cost_of_networks.svg"
    )
