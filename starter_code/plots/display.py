"""How figures get into a notebook, with a description in words; all plots end here."""

import io
from collections.abc import Mapping

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from PIL import Image

COLOURS = 256


def show(figure: Figure, alt: str) -> None:
    """Show a figure with `alt` as its alternative text; outside a notebook, show it in matplotlib's own way."""
    if not publish(as_png(figure), alt):
        plt.show()
    plt.close(figure)


def as_png(figure: Figure) -> bytes:
    """The file of a figure, as notebooks keep it: in so many colours that nothing looks different, at a third of the size."""
    drawn, png = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=110)
    with Image.open(drawn) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(png, format="PNG")
    return png.getvalue()


def publish(
    png: bytes, alt: str, name: str = "", *, update: bool = False, instead: Mapping[str, object] | None = None
) -> bool:
    """Show a finished picture in the notebook with `alt` as its alternative text; False where there is no notebook.

    name, update: what a picture is called that will change, and whether this one takes the place of the one before it
    instead: {MIME type: content} that is shown in place of the picture wherever something can show it
    """
    if not in_notebook():
        return False
    from IPython.display import publish_display_data  # noqa: PLC0415

    data, metadata = {**(instead or {}), "image/png": png, "text/plain": alt}, {"image/png": {"alt": alt}}
    publish_display_data(data, metadata, transient={"display_id": name} if name else None, update=update)
    return True


def in_notebook() -> bool:
    """Whether this runs in IPython, as a notebook does."""
    try:
        from IPython import get_ipython  # noqa: PLC0415  plain Python has no IPython, and needs none
    except ImportError:
        return False
    return get_ipython() is not None
