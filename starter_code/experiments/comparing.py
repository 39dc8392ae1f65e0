"""Two rows compared, in words that their numbers decide.

Two rows have the same seeds: the same training images, and batches in the same order. So the difference is taken seed
by seed, and its mean has a 95 % interval by Student's t. Rows are told apart where that interval leaves 0 out: for
three seeds, where the mean is two and a half times as large as the standard deviation of the differences. Of twenty
pairs that are the same, one is told apart all the same.
"""

import math
import statistics

from starter_code.experiments.results import Row

FEWER, NEITHER, MORE = -1, 0, 1  # images wrong
# Student's t for a two-sided interval of 95 %, by the number of seeds (one more than the degrees of freedom).
STUDENT = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262}


def differences(a: Row, b: Row) -> list[float]:
    """By how much more a has wrong than b, for each seed."""
    return [one - other for one, other in zip(a.shares, b.shares, strict=True)]


def difference(a: Row, b: Row) -> tuple[float, float]:
    """Take the mean of the differences, and half of its interval, which is endless for one seed."""
    each = differences(a, b)
    if len(each) == 1:
        return each[0], math.inf
    student = STUDENT[min(len(each), max(STUDENT))]  # with more seeds, a little too large
    return statistics.fmean(each), student * statistics.stdev(each) / math.sqrt(len(each))


def told_apart(a: Row, b: Row) -> int:
    """FEWER where a has fewer images wrong than b, MORE where it has more, NEITHER where that may be chance."""
    mean, around = difference(a, b)
    if abs(mean) <= around:
        return NEITHER
    return FEWER if mean < 0 else MORE


def compared(a: Row, b: Row) -> str:
    """A clause on a and b, such as "1.3 points fewer wrong with wide than with deep (give or take 0.4)"."""
    mean, around = difference(a, b)
    which = "fewer" if mean < 0 else "more"
    told = f"{100 * abs(mean):.1f} points {which} wrong with {a.name} than with {b.name}"
    if math.isinf(around):
        return f"{told} (one seed, which may be chance)"
    return f"{told} (give or take {100 * around:.1f}{', so it may be chance' * (told_apart(a, b) == NEITHER)})"


def fewer_expected(a: Row, b: Row) -> str:
    """A sentence on the claim that a has fewer images wrong than b."""
    begins = {FEWER: "As claimed", NEITHER: "Not decided", MORE: "Other than claimed"}
    return f"{begins[told_apart(a, b)]}: {compared(a, b)}."
