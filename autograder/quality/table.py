"""What people see of a measured course: one table, then the mutants and the tests that are kept with a reason. Used by `cli.quality`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.markup import escape
from rich.table import Table

from autograder.quality.gate import Row, rows
from autograder.quality.measured import Measured

TITLES = (
    "exercise",
    "tests",
    "wrong caught",
    "named",
    "wrong name",
    "right accepted",
    "mutants killed",
    "survive",
    "signature mutants",
    "signature survive",
    "ms",
)


def table(measured: Sequence[Measured]) -> Table:
    """One row per exercise of every assignment; what falls short is red."""
    made = Table(title="Hidden suites, measured", title_justify="left", box=box.SIMPLE_HEAD, padding=0)
    for title in TITLES:
        made.add_column(title.replace(" ", "\n"), justify="left" if title == "exercise" else "right", no_wrap=True)
    for each in measured:
        made.add_section()
        made.add_row(f"[b]{escape(each.assignment)}[/]", *[""] * (len(TITLES) - 1))
        for row in rows(each):
            made.add_row(*_cells(row))
    return made


def _cells(row: Row) -> list[str]:
    kept = f" ({row.redundant})" if row.redundant else ""
    return [
        f"  {escape(row.exercise)}",
        f"{row.tests}{kept}",
        _share(row.caught, row.misconceptions),
        _share(row.named, row.misconceptions),
        f"[red]{row.misnamed}[/]" if row.misnamed else "0",
        _share(row.accepted, row.alternatives),
        f"{row.killed}/{row.mutants}",
        f"[red]{len(row.survivors)}[/]" if any(not reason for _, reason in row.survivors) else str(len(row.survivors)),
        f"{row.signatures - row.outside - len(row.unlisted)}/{row.signatures}",
        (f"[red]{len(row.unlisted)}[/]" if row.unlisted else "0") + (f" ({row.outside})" if row.outside else ""),
        f"{1000 * row.seconds:.0f}",
    ]


def _share(part: int, whole: int) -> str:
    text = f"{part}/{whole}"
    return text if part == whole else f"[red]{text}[/]"


def legend(measured: Sequence[Measured]) -> Iterator[str]:
    """What the columns count, and what is kept with a reason: mutants that survive, tests that others make superfluous."""
    seeds = max((len(each.seeds) for each in measured), default=0)
    yield (
        f"wrong caught, named, wrong name: misconceptions times {seeds} seeds; right accepted: alternatives times {seeds} seeds; "
        "mutants killed: in one seed; signature survive: in brackets those with a reason; tests: those marked redundant in brackets; "
        "ms: of the tests on the reference, in a worker."
    )
    for each in measured:
        survivors = [survivor for row in rows(each) for survivor in row.survivors]
        if survivors:
            yield f"\n{each.assignment}: mutants that no test catches"
        for mutant, reason in survivors:
            yield f"  {mutant}\n      {reason or 'NO REASON GIVEN'}"
        blind = [row.exercise for row in rows(each) if not row.signatures]
        if blind and each.thorough:
            yield (
                f"\n{each.assignment}: without signature mutants: {', '.join(blind)}. They are made of questions that the reference "
                "answers with finite numbers only; where tests ask few such ones, nobody knows which slips they miss."
            )
        redundant = [test for test in each.tests if test.redundant is not None]
        if redundant:
            yield f"\n{each.assignment}: tests that are marked redundant"
        for test in redundant:
            yield f"  {test.exercise}: {test.name}\n      {test.redundant}"
