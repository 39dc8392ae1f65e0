"""Corners of the contract that both kinds of module share. Each compares a student's answer with another one of the same student,
so that a wrong count is not charged again, and asks that the two questions do not have the same answer.
"""

from autograder.suite import as_numbers, expect_close, expect_keys, expect_unmodified, in_order
from tests.hidden.inception_ops.counting import EXACT, check_whole, expect_different


def answered(student, name, question, keys):
    """The student's counts for one module."""
    return expect_keys(f"{name}(...)", getattr(student, name)(*question), keys)


def check_order_of_keys(student, name, question, other, keys):
    """A module whose branches are written down from Z to A, or from A to Z, has the same counts."""
    in_shape, branches = question
    forwards = answered(student, name, question, keys)
    orders = (in_order(branches, backwards=backwards) for backwards in (True, False))
    others = [answered(student, name, (in_shape, order), keys) for order in orders]
    elsewhere = answered(student, name, other, keys)
    for key in keys:
        expect_different(key, forwards[key], elsewhere[key])
        for answer in others:
            expect_close(key, answer[key], as_numbers(key, forwards[key]), **EXACT)


def check_ints(student, name, question, other, keys, earlier):
    """All counts are ints."""
    answer, elsewhere = answered(student, name, question, keys), answered(student, name, other, keys)
    for key in keys:
        expect_different(key, answer[key], elsewhere[key])
    check_whole(student, answer, keys, earlier)


def check_branches_kept(student, name, question, other, keys):
    """The dict of branches that was passed in is as it was."""
    result = expect_unmodified(getattr(student, name), "in_shape branches", *question)
    answer, elsewhere = expect_keys(f"{name}(...)", result, keys), answered(student, name, other, keys)
    for key in keys:
        expect_different(key, answer[key], elsewhere[key])
