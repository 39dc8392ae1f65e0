"""Private parts of libraries that the engine replaces or reads: each must still be there, since its library promises nothing of it."""

from __future__ import annotations

import importlib
import inspect
import multiprocessing
import pkgutil
from asyncio.selector_events import BaseSelectorEventLoop
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest
from hypothesis.internal.conjecture.providers import HypothesisProvider
from nbgrader.exchange.default import ExchangeCollect
from nbgrader.preprocessors import SaveAutoGrades

import autograder

OVERRIDDEN = {
    (BaseSelectorEventLoop, "_close_self_pipe"),
    (BaseSelectorEventLoop, "_make_self_pipe"),
    (ExchangeCollect, "_path_to_record"),
    (HypothesisProvider, "_maybe_draw_constant"),
    (SaveAutoGrades, "_add_score"),
}


def classes() -> Iterator[type]:
    """The classes of the engine that are made when its modules are imported."""
    for found in pkgutil.walk_packages(autograder.__path__, "autograder."):
        if not found.name.endswith("__main__"):
            module = importlib.import_module(found.name)
            yield from (
                each for _, each in inspect.getmembers(module, inspect.isclass) if each.__module__ == found.name
            )


def replaced(made: type) -> Iterator[tuple[type, str]]:
    """The private methods of other libraries' classes that a class of the engine replaces."""
    for name, part in vars(made).items():
        if name.startswith("_") and not name.endswith("__") and inspect.isfunction(part):
            theirs = [
                base for base in made.__mro__[1:] if not base.__module__.startswith("autograder") and name in vars(base)
            ]
            yield from ((base, name) for base in theirs)


def test_no_other_private_method_of_a_library_is_replaced_and_none_has_moved() -> None:
    assert {found for made in classes() for found in replaced(made)} == OVERRIDDEN


@pytest.mark.parametrize(
    ("base", "name"), sorted(OVERRIDDEN, key=str), ids=lambda part: getattr(part, "__name__", part)
)
def test_what_replaces_it_can_be_called_as_it_was(base: type, name: str) -> None:
    ours = next(each for each in classes() if (base, name) in replaced(each))
    theirs = inspect.signature(getattr(base, name))
    asked = [parameter for parameter in theirs.parameters.values() if parameter.name != "self"]
    flexible = any(each.kind is each.VAR_KEYWORD for each in inspect.signature(vars(ours)[name]).parameters.values())
    accepted = [parameter for parameter in inspect.signature(vars(ours)[name]).parameters if parameter != "self"]
    assert flexible or accepted == [parameter.name for parameter in asked]


def test_a_pool_of_processes_has_the_parts_that_ending_it_needs() -> None:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as executor:
        assert executor.submit(abs, -1).result() == 1
        assert list(executor._processes.values())
        assert executor._executor_manager_thread.is_alive()
