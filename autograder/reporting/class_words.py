"""Numbers of a class page as words: shares, correlations, durations, and how many of something there are."""

from __future__ import annotations

MINUTE, HOUR, DAY = 60, 3600, 86_400  # seconds
NO_BREAK = "\N{NO-BREAK SPACE}"


def percent(share: float) -> str:
    """A share from 0 to 1 in percent. Only nobody is 0 %, and only everybody 100 %."""
    whole = round(100 * share)
    if whole == 0 and share > 0:
        return f"<1{NO_BREAK}%"
    if whole == 100 and share < 1:  # noqa: PLR2004  (percent)
        return f">99{NO_BREAK}%"
    return f"{whole}{NO_BREAK}%"


def signed(value: float) -> str:
    """A correlation in two digits, with a proper minus sign."""
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text.replace("-", "\N{MINUS SIGN}")


def points(value: float) -> str:
    """Points, or another number, in at most two digits after the point."""
    return f"{round(value, 2):g}" if abs(value) < 1e5 else f"{value:.0f}"  # noqa: PLR2004  (from where on %g takes powers)


def count(number: int, one: str, many: str = "") -> str:
    """How many there are: "1 student", "1,000 students"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """Seconds in the two largest units that they have."""
    if seconds < MINUTE:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004  (where a tenth matters)
    units = ((DAY, "d", HOUR, "h"), (HOUR, "h", MINUTE, "min"), (MINUTE, "min", 1, "s"))
    large, name, small, other = next(unit for unit in units if seconds >= unit[0])
    return f"{seconds // large:.0f} {name} {seconds % large // small:.0f} {other}"
