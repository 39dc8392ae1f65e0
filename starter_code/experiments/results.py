"""What an experiment returns: a claim, rows of numbers, and a sentence that follows from them."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One way of doing it, with every seed."""

    name: str
    params: int  # numbers that are learned
    shares: tuple[float, ...]  # of images that the network gets wrong, 0 to 1, one for each seed

    @property
    def mean(self) -> float:
        """The mean over the seeds."""
        return statistics.fmean(self.shares)

    @property
    def spread(self) -> float:
        """The standard deviation over the seeds (of a sample: with n - 1); not a number where there is one seed."""
        return statistics.stdev(self.shares) if len(self.shares) > 1 else math.nan


Rows = Mapping[str, Row]  # by name


@dataclass(frozen=True)
class Result:
    """What came out, as plain values."""

    title: str
    claim: str  # in our words
    source: str  # who says so
    measure: str  # which share the rows have
    rows: tuple[Row, ...]
    outcome: str  # one sentence, made from the rows
    seconds: float  # of computing

    def __str__(self) -> str:
        """A table for reading."""
        width = max(len(row.name) for row in self.rows)
        table = [f"{row.name:{width}}  {row.params:9,} parameters  {percent(row)}" for row in self.rows]
        measured = f"Share of {self.measure}, mean ± standard deviation over the seeds:"
        head = [self.title, f"Claim ({self.source}): {self.claim}", measured]
        seeds = len(self.rows[0].shares)
        return "\n".join([*head, *table, f"{self.outcome} ({seeds} seed{'s' * (seeds != 1)}, {self.seconds:.0f} s)"])


@dataclass(frozen=True)
class Claim:
    """What is tried, before anything has been measured."""

    title: str
    text: str
    source: str
    measure: str
    judge: Callable[[Rows], str]  # the sentence that follows from the rows

    def result(self, rows: Sequence[Row], seconds: float) -> Result:
        """Say what came out."""
        outcome = self.judge({row.name: row for row in rows})
        return Result(self.title, self.text, self.source, self.measure, tuple(rows), outcome, seconds)


def percent(row: Row) -> str:
    """Mean and spread of a row."""
    around = "" if math.isnan(row.spread) else f" ± {100 * row.spread:.1f}"
    return f"{100 * row.mean:5.1f}{around} %"
