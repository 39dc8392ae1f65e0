"""A table of layers: the shape of what each returns, how much it learns, and how much work it does. Notebooks print it."""

from collections.abc import Iterable

Layer = tuple[str, tuple[int, ...], int, int]  # name, shape of the output, parameters, MACs


def print_summary(layers: Iterable[Layer]) -> None:
    """Print one line for each layer, and one with the sums.

    layers: (name, shape of what it returns, parameters, MACs) of each; the shape is that of one image or row
    """
    listed = list(layers)
    shapes = [" x ".join(map(str, shape)) for _, shape, _, _ in listed]
    wide = max(5, *(len(name) for name, *_ in listed))
    tall = max(6, *map(len, shapes))
    print(f"{'layer':{wide}}  {'output':>{tall}}  {'parameters':>12}  {'MACs':>15}")
    for (name, _, params, macs), shape in zip(listed, shapes, strict=True):
        print(f"{name:{wide}}  {shape:>{tall}}  {params:>12,}  {macs:>15,}")
    params, macs = sum(layer[2] for layer in listed), sum(layer[3] for layer in listed)
    print(f"{'all':{wide}}  {'':{tall}}  {params:>12,}  {macs:>15,}")
