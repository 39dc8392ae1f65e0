"""Bars that stay readable in grey and carry a description in words; notebooks that compare amounts call them."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt

from starter_code.operations import readable
from starter_code.plots.display import show

# The pattern tells the parts apart, in grey too; the colour is only a help.
FILLS: list[dict[str, Any]] = [
    {"color": "#2f6fb0", "hatch": ""},
    {"color": "#e3c7a5", "hatch": "///"},
    {"color": "#b5332e", "hatch": "xxx"},
    {"color": "#c9c9c9", "hatch": "..."},
]


def plot_bars(bars: Mapping[str, Mapping[str, float]], *, title: str, x_label: str) -> None:
    """Draw one bar per name, made of its parts `{bar: {part: amount}}`; what a bar comes to stands at its end."""
    parts = list(dict.fromkeys(part for amounts in bars.values() for part in amounts))
    figure, axes = plt.subplots(figsize=(7.2, 1.4 + 0.3 * len(bars)), layout="constrained")
    start = dict.fromkeys(bars, 0.0)
    for number, part in enumerate(parts):
        amounts = [bars[name].get(part, 0.0) for name in bars]
        fill = FILLS[number % len(FILLS)]
        axes.barh(
            list(bars), amounts, left=list(start.values()), label=part, edgecolor="#333333", linewidth=0.6, **fill
        )
        start = {name: start[name] + amount for name, amount in zip(bars, amounts, strict=True)}
    longest = max(start.values())
    for name, total in start.items():
        axes.annotate(readable(total), (total, name), (4, 0), textcoords="offset points", va="center", fontsize=9)
    axes.set(title=title, xlabel=x_label, xlim=(0, 1.12 * longest))
    axes.xaxis.set_major_formatter(lambda amount, _: readable(amount).replace(".0", ""))
    axes.invert_yaxis()
    axes.grid(visible=True, axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    if len(parts) > 1:
        figure.legend(loc="outside lower center", ncols=min(len(parts), 2), frameon=False)
    show(figure, f"Bars. {title}. Across: {x_label}. {describe(bars)}")


def describe(bars: Mapping[str, Mapping[str, float]]) -> str:
    """Say in words how long each bar is and what it is made of, for readers who cannot see it."""

    def told(amounts: Mapping[str, float]) -> str:
        inside = ", ".join(f"{part} {readable(amount)}" for part, amount in amounts.items() if amount)
        return f"{readable(sum(amounts.values()))}" + (f" ({inside})" if len(amounts) > 1 else "")

    return "; ".join(f"{name}: {told(amounts)}" for name, amounts in bars.items()) + "."
