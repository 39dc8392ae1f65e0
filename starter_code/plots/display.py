"""How figures get into a notebook, with a description in words; all plots end here."""

import io

import matplotlib.pyplot as plt
from matplotlib.figure import Figure


def show(figure: Figure, alt: str) -> None:
    """Show a figure with `alt` as its alternative text; outside a notebook, show it in matplotlib's own way."""
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=110)
    if not publish(png.getvalue(), alt):
        plt.show()
    plt.close(figure)


def publish(png: bytes, alt: str, name: str = "", *, update: bool = False) -> bool:
    """Show a finished picture in the notebook with `alt` as its alternative text; False where there is no notebook.

    name, update: what a picture is called that will change, and whether this one takes the place of the one before it
    """
    if not in_notebook():
        return False
    from IPython.display import publish_display_data  # noqa: PLC0415

    data, metadata = {"image/png": png, "text/plain": alt}, {"image/png": {"alt": alt}}
    publish_display_data(data, metadata, transient={"display_id": name} if name else None, update=update)
    return True


def in_notebook() -> bool:
    """Whether this runs in IPython, as a notebook does."""
    try:
        from IPython import get_ipython  # noqa: PLC0415  plain Python has no IPython, and needs none
    except ImportError:
        return False
    return get_ipython() is not None
