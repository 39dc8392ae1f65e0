"""Which tests were skipped, in a file: another run, where what they need has been installed, runs these and no others. Used by CI."""

from __future__ import annotations

from pathlib import Path

import pytest

TO, FROM = "--skipped-to", "--only-those-in"


def add_options(parser: pytest.Parser) -> None:
    """The two options."""
    parser.addoption(TO, type=Path, metavar="FILE", help="write the ids of tests that are skipped to a file")
    parser.addoption(FROM, type=Path, metavar="FILE", help="run the tests whose ids are in a file, and no others")


def note(config: pytest.Config) -> None:
    """Have skipped tests written down, by the process that hears of all."""
    path = config.getoption(TO)
    if path is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Noting(path))


def select(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not in the file."""
    path = config.getoption(FROM)
    if path is None:
        return
    chosen = set(path.read_text(encoding="utf-8").splitlines())
    left_out = [item for item in items if item.nodeid not in chosen]
    items[:] = [item for item in items if item.nodeid in chosen]
    config.hook.pytest_deselected(items=left_out)


class _Noting:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._ids: dict[str, None] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._ids[report.nodeid] = None

    def pytest_sessionfinish(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text("".join(f"{each}\n" for each in self._ids), encoding="utf-8")
