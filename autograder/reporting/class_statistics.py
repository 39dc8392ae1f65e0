"""Statistics of a class: how points are spread, and what an exercise or a hidden test tells of those who took it.

Classical test theory, as pure functions of numbers; `class_summary` calls them. A statistic that the numbers do not give is None: too few
students, or nothing that differs. Sources:

- Allen, M. J. and Yen, W. M. (1979). Introduction to Measurement Theory. Brooks/Cole. Chapter 6: difficulty, trace lines.
- Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. Psychometrika 16, 297-334.
- Ebel, R. L. and Frisbie, D. A. (1991). Essentials of Educational Measurement, 5th edition. Prentice Hall. Page 232: what values say.
- Fisher, R. A. (1921). On the "probable error" of a coefficient of correlation deduced from a small sample. Metron 1, 3-32.
- Henrysson, S. (1963). Correction of item-total correlations in item analysis. Psychometrika 28, 211-218.
- Hyndman, R. J. and Fan, Y. (1996). Sample quantiles in statistical packages. The American Statistician 50, 361-365.
- Lord, F. M. and Novick, M. R. (1968). Statistical Theories of Mental Test Scores. Addison-Wesley. Chapter 15: item parameters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FEWEST = 5  # students of whom a correlation is taken: with four, its interval is as wide as what it can be
QUARTERS = 4
TWO_SIDED = 1.96  # standard errors, for 95 %
EQUAL = 1e-12  # shares of points are sums of fractions, and differ by less than this where they are equal
GOOD, FAIR = 0.40, 0.20  # discriminations from which on Ebel and Frisbie call an item very good, and more than poor


@dataclass(frozen=True)
class Spread:
    """How numbers are spread, in their own unit. `deviation`: the standard deviation of these very students, not of a larger class."""

    count: int
    least: float
    lower: float
    median: float
    upper: float
    most: float
    mean: float
    deviation: float


@dataclass(frozen=True)
class Discrimination:
    """A correlation from -1 to 1, and between which values it lies with 95 % confidence."""

    value: float
    low: float
    high: float

    @property
    def words(self) -> str:
        """What it says, in the bounds of Ebel and Frisbie (1991), as far as the interval lets it be said."""
        if self.high < 0:
            return "the wrong way round"
        if self.low > 0 and self.value >= FAIR:
            return "well" if self.value >= GOOD else "fairly"
        return "hardly" if self.high < FAIR else "unclear"


def spread(values: Sequence[float]) -> Spread | None:
    """Least, quartiles, most, mean and standard deviation of some numbers; None where there are none.

    Quartiles lie between two neighbours as far as the rank says (Hyndman and Fan 1996, type 7; numpy's default).
    The deviation is sqrt(sum((x - mean)²) / n), in the unit of the numbers, from 0.
    """
    if not len(values):
        return None
    numbers = np.asarray(values, float)
    least, lower, median, upper, most = map(float, np.quantile(numbers, (0, 0.25, 0.5, 0.75, 1)))
    return Spread(len(numbers), least, lower, median, upper, most, float(numbers.mean()), float(numbers.std()))


def difficulty(shares: Sequence[float]) -> float | None:
    """How much of an item's points a class has earned, from 0 (nobody anything) to 1 (everybody all): the higher, the easier.

    sum(x) / n with x: (N,) the share of the points that each student has; None without students. For an item that is right or wrong, it is
    the classical p (Lord and Novick 1968; Allen and Yen 1979).
    """
    return float(np.mean(shares)) if len(shares) else None


def discrimination(item: Sequence[float], rest: Sequence[float]) -> Discrimination | None:
    """Whether those who did well in all the rest did better in this item: the corrected item-rest correlation, from -1 to 1.

    r = cov(item, rest) / (sd(item) sd(rest)), with item, rest: (N,) what each student has in the item, and in all but the item. That the
    item is not part of the rest is the correction (Henrysson 1963).
    The interval is Fisher's (1921): tanh(artanh(r) ± 1.96 / sqrt(N - 3)).
    None where there are fewer students than FEWEST, or where all have the same in the item or in the rest.
    """
    x, y = np.asarray(item, float), np.asarray(rest, float)
    if len(x) < FEWEST or np.ptp(x) < EQUAL or np.ptp(y) < EQUAL:
        return None
    value = float(np.clip(np.corrcoef(x, y)[0, 1], -1, 1))
    if abs(value) > 1 - EQUAL:
        return Discrimination(value, value, value)
    wide = TWO_SIDED / math.sqrt(len(x) - 3)
    low, high = (math.tanh(math.atanh(value) + side * wide) for side in (-1, 1))
    return Discrimination(value, low, high)


def alpha(table: Sequence[Sequence[float]]) -> float | None:
    """Cronbach's alpha: how far the exercises measure the same, up to 1; negative where they disagree.

    k / (k - 1) (1 - sum(var(item)) / var(total)), with table: (N, k) the points of N students in k exercises (Cronbach 1951).
    None where there are fewer students than FEWEST, fewer than two exercises, or where all have the same total.
    """
    points = np.asarray(table, float)
    if points.ndim != 2 or points.shape[0] < FEWEST or points.shape[1] < 2:  # noqa: PLR2004  (a table; two exercises)
        return None
    total = points.sum(axis=1)
    if np.ptp(total) < EQUAL * max(1.0, float(np.abs(total).max())):
        return None
    count = points.shape[1]
    return float(count / (count - 1) * (1 - points.var(axis=0).sum() / total.var()))


def by_quarter(item: Sequence[float], rest: Sequence[float]) -> tuple[float, ...] | None:
    """What each quarter of a class has in an item, from the weakest to the best in all but the item, in the unit of the item.

    It is a trace line (Allen and Yen 1979) of four points. Students who have the same in the rest share what they have in the item, so
    that the order in which they are listed decides nothing.
    None where a quarter would have fewer than two students.
    """
    x, y = np.asarray(item, float), np.asarray(rest, float)
    if len(x) < 2 * QUARTERS:
        return None
    _, group = np.unique(np.round(y, 9), return_inverse=True)
    shared = np.bincount(group, weights=x) / np.bincount(group)
    ordered = shared[np.sort(group)]
    return tuple(float(part.mean()) for part in np.array_split(ordered, QUARTERS))
