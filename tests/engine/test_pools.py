"""The pool that is this process: what is worked on there ends as in a process of its own."""

from __future__ import annotations

import signal

import pytest

from autograder.whole_class.pools import Here


def swallows() -> str:
    """As nbgrader does, which takes whatever is raised for a failure of the student it converts."""
    try:
        signal.raise_signal(signal.SIGINT)
    except:  # noqa: E722
        return "failed"
    return "done"


def test_a_result_and_a_fault_are_in_the_future() -> None:
    pool = Here()
    assert pool.submit(divmod, 7, 2).result() == (3, 1)
    fault = pool.submit(divmod, 7, 0).exception()
    assert isinstance(fault, ZeroDivisionError)
    assert not pool.broken_by(fault)


def test_ctrl_c_waits_for_what_is_being_done_and_is_heard_then() -> None:
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        Here().submit(lambda: done.append(swallows()))
    assert done == ["done"]
    assert signal.getsignal(signal.SIGINT) == signal.default_int_handler
