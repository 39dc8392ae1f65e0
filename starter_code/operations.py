"""Units of work: MACs to FLOPs, and large numbers as the lectures write them. Notebooks that count operations use it."""


def flops(macs: int) -> int:
    """Floating-point operations of so many multiply-accumulates: each is one multiplication and one addition."""
    return 2 * macs


def readable(number: float) -> str:
    """A count as the lectures write it, rounded to one decimal: 112,896,000 is "112.9M"."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "K")):
        if abs(number) >= size:
            return f"{number / size:.1f}{letter}"
    return f"{number:g}"
