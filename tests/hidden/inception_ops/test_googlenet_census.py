"""Hidden suite of the exercise `googlenet_census`: every count is asked of the published table and of made-up networks."""

from functools import partial

import pytest

from autograder.suite import expect, expect_any, expect_close, expect_keys
from solutions.inception_ops import reference
from starter_code.googlenet_table import GOOGLENET
from tests.hidden.inception_ops import checks
from tests.hidden.inception_ops.checks import EXACT, expect_different, positive
from tests.hidden.inception_ops.inputs import SMALL, TWO_HEADS, network, widened

NAME = "googlenet_census"
CALL = "googlenet_census(table)"
KEYS = ("inception_modules", "weight_layers", "layers_with_pooling", "conv_and_fc_layers", "params", "macs")
EARLIER = [*checks.LAYERS, checks.MODULE]


def tables(rng):
    """GoogLeNet's table, a drawn one and small ones."""
    return GOOGLENET, network(rng), *SMALL


def check(student, rng, key):
    """One of the student's counts is the reference's, for every table."""
    for table in tables(rng):
        answer = expect_keys(CALL, student.googlenet_census(table), [key])
        expect_close(key, answer[key], reference.googlenet_census(table)[key], **EXACT)


def check_sum(student, key, asked):
    """A sum over all layers is the reference's, or what follows from the student's own counts of layers and modules."""
    for table in asked:
        checks.check(student, NAME, (table,), checks.compare_key(NAME, key), EARLIER)


@pytest.mark.points(1)
def test_inception_modules(student, rng):
    """Inception modules are counted."""
    check(student, rng, "inception_modules")


@pytest.mark.points(3)
def test_weight_layers(student, rng):
    """The longest path from input to output has that many layers with weights, two in each module."""
    check(student, rng, "weight_layers")


@pytest.mark.points(2.5)
def test_layers_with_pooling(student, rng):
    """With pooling counted, the path is longer by the maximum and average poolings between the modules."""
    for table in tables(rng):
        answer = expect_keys(CALL, student.googlenet_census(table), ["layers_with_pooling", "weight_layers"])
        right = reference.googlenet_census(table)
        expect_any(
            partial(compare_poolings, answer, right["weight_layers"], right),
            partial(compare_poolings, answer, None, right),
        )


def compare_poolings(answer, weight_layers, right):
    """The poolings come on top of this number of weight layers; by default, of the student's own, if that is off."""
    layers = positive("weight_layers", answer["weight_layers"]) if weight_layers is None else weight_layers
    poolings = right["layers_with_pooling"] - right["weight_layers"]
    expect_close("layers_with_pooling", answer["layers_with_pooling"], layers + poolings, **EXACT)


@pytest.mark.points(2.5)
def test_conv_and_fc_layers(student, rng):
    """All convolutions and fully connected layers are counted, six in each module, none in auxiliary heads."""
    check(student, rng, "conv_and_fc_layers")


@pytest.mark.points(2.5)
def test_params(student, rng):
    """The parameters of all layers add up, biases included, auxiliary heads left out."""
    check_sum(student, "params", tables(rng))


@pytest.mark.points(2.5)
def test_macs(student, rng):
    """The MACs of all layers add up, each with the size of its output, auxiliary heads left out."""
    check_sum(student, "macs", (*tables(rng), TWO_HEADS))


@pytest.mark.points(0.5)
def test_the_answers_are_ints(student, rng):
    """All six counts are ints, and exact, however large."""
    answer, other = (expect_keys(CALL, student.googlenet_census(table), KEYS) for table in tables(rng)[:2])
    for key in KEYS:
        expect_different(key, answer[key], other[key])
    checks.check_whole(student, answer, KEYS, EARLIER)
    wider = [
        expect_keys(CALL, student.googlenet_census(widened(times)), KEYS)
        for times in checks.times_asked(student, EARLIER)
    ]
    for key in ("params", "macs"):
        checks.expect_exact(key, [census[key] for census in wider])


@pytest.mark.points(0.5)
def test_the_table_stays_unmodified(student, rng):
    """The answer comes without changing the table."""
    table = network(rng)
    result, (after,) = student.googlenet_census.with_inputs(table)
    answer = expect_keys(CALL, result, KEYS)
    other = expect_keys(CALL, student.googlenet_census(GOOGLENET), KEYS)
    for key in KEYS:
        expect_different(key, answer[key], other[key])
    expect_any(partial(check_same, after, table), partial(check_module_changes_its_branches, student))


def check_same(after, table):
    """The table came back as it was sent."""
    expect(same(after, table), "the rows of the table should stay as they were")


def check_module_changes_its_branches(student):
    """What the student's own module does to its branches has been charged there."""
    _, (_, after) = student.reduced_inception_cost.with_inputs((8, 3, 5), checks.BRANCHES)
    expect(not same(after, checks.BRANCHES), "the student's module leaves its branches alone")


def same(got, want):
    """Whether rows came back as they were sent."""
    if isinstance(want, dict):
        return isinstance(got, dict) and got.keys() == want.keys() and all(same(got[key], want[key]) for key in want)
    if isinstance(want, list | tuple):
        return isinstance(got, list | tuple) and len(got) == len(want) and all(map(same, got, want))
    return type(got) is type(want) and got == want
