"""Paths that follow two sliders where somebody can move them, and still pictures elsewhere; the notebook on optimizers calls it."""

import os
from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt

from starter_code.plots.display import as_png, in_notebook, publish, show
from starter_code.plots.paths import STYLES, Paths, draw_paths, tell_paths
from starter_code.surfaces import Surface

Walks = Callable[[float, float], Paths]  # the paths {name: path} at a learning rate and a share beta
WIDGET = "application/vnd.jupyter.widget-view+json"


def plot_with_sliders(
    walks: Walks,
    surface: Surface,
    *,
    title: str,
    rates: Sequence[float],
    shares: Sequence[float],
    stills: Sequence[tuple[float, float]],
) -> None:
    """Draw paths that depend on a learning rate and a share beta, with a slider for each.

    rates, shares: where the sliders stop; they begin at the first of the stills
    stills: (rate, beta) of the pictures that are seen where no sliders are: on a page that was made of the notebook,
        when a program runs it, and where ipywidgets is not installed
    """
    drawn = {still: walks(*still) for still in stills}
    names = list(drawn[stills[0]])
    panels = {
        f"{name}: rate {rate:g}, β {share:g}": drawn[rate, share][name] for name in names for rate, share in stills
    }
    styles = [STYLES[1 + place] for place in range(len(names)) for _ in stills]
    figure = draw_paths(panels, surface, title=title, columns=len(stills), styles=styles)
    alt = tell_paths(panels, surface, title)
    if not can_slide():
        show(figure, alt)
        return
    png = as_png(figure)
    plt.close(figure)  # before there are sliders: they show every figure that is open
    publish(png, alt, instead=_sliders(walks, surface, title, rates, shares, stills[0]))


def can_slide() -> bool:
    """Whether ipywidgets is here and a Jupyter server started this kernel for a notebook that somebody has open.

    Programs that run notebooks start kernels themselves. What they write has no kernel behind it that could answer a slider.
    """
    if not in_notebook() or "JPY_SESSION_NAME" not in os.environ:
        return False
    try:
        import ipywidgets  # noqa: F401, PLC0415  (not everybody has it)
    except ImportError:
        return False
    return True


def _sliders(
    walks: Walks,
    surface: Surface,
    title: str,
    rates: Sequence[float],
    shares: Sequence[float],
    first: tuple[float, float],
) -> Mapping[str, object]:
    """Two sliders above a picture, for a notebook; each time one of them has moved, the picture is drawn again."""
    from ipywidgets import SelectionSlider, interactive  # noqa: PLC0415  notebooks run without it

    def draw(rate: float, share: float) -> None:
        paths, now = walks(rate, share), f"{title}: rate {rate:g}, β {share:g}"
        show(draw_paths(paths, surface, title=now, styles=STYLES[1:]), tell_paths(paths, surface, now))

    def slider(name: str, stops: Sequence[float], value: float) -> SelectionSlider:
        options = [(f"{stop:g}", stop) for stop in stops]
        return SelectionSlider(options=options, value=value, description=name, continuous_update=False)

    box = interactive(draw, rate=slider("rate", rates, first[0]), share=slider("β", shares, first[1]))
    return {WIDGET: box._repr_mimebundle_()[WIDGET]}
