"""Hidden suite of the exercise `dense_block_forward`; the layers are functions of the suite's, which write down what they read."""

import numpy as np
import pytest

from autograder.suite import expect, expect_close, expect_worked
from solutions.modern_architectures import reference
from tests.hidden.modern_architectures.checks import FORWARD, check_all, check_kept, check_types
from tests.hidden.modern_architectures.inputs import IMAGE, SIZES, fixed, images, reading

# The growth of each layer. In the first block, every layer makes as many channels as the block reads.
GROWTHS = ((3, 3, 3), (2, 4, 1, 2, 3, 1, 2, 1))


def block(rng, growths, image=IMAGE):
    """The input of a block, its layers, what they return, and what they will have read."""
    layers, maps, seen = zip(*(fixed(rng, image, growth) for growth in growths), strict=True)
    return images(rng, image), list(layers), list(maps), list(seen)


@pytest.mark.points(4.5)
def test_each_layer_reads_all_maps_before_it(student, rng):
    """Each layer reads the block's input and the outputs of all layers before it, stacked along the channels in this order."""
    for growths in GROWTHS:
        x, layers, maps, seen = block(rng, growths)
        student.dense_block_forward(x, layers)
        for number, read in enumerate(seen):
            expect(len(read) > 0, f"layer {number} should be called")
            for stack in read:
                expect_close(
                    f"what layer {number} reads", stack, np.concatenate([x, *maps[:number]], axis=1), **FORWARD
                )


@pytest.mark.points(3.5)
def test_out_is_the_stack_of_all_maps(student, rng):
    """The block returns its input and the outputs of all layers, stacked along the channels in this order."""
    for growths in ((3,), (2,), *GROWTHS):
        x, layers, maps, _ = block(rng, growths)
        expect_close("out", student.dense_block_forward(x, layers), np.concatenate([x, *maps], axis=1), **FORWARD)


@pytest.mark.points(1)
def test_each_layer_is_called_once(student, rng):
    """Every layer is called once."""
    x, layers, _, seen = block(rng, GROWTHS[1])
    student.dense_block_forward(x, layers)
    expect(all(len(read) == 1 for read in seen), "Each layer should be called once.")


@pytest.mark.sweeping
@pytest.mark.points(1)
def test_sizes_zeros_and_no_layer_at_all(student, rng):
    """Single images, rows, columns and channels, zeros, equal and huge numbers, any order in memory, and blocks without a layer."""
    x = images(rng)
    special = [np.asfortranarray(x), np.zeros_like(x), 1e6 * x, np.abs(x), np.where(np.abs(x) < 1, 0.0, x)]
    cases = [(x, [reading(rng, x.shape, growth) for growth in (2, 3, 2)]) for x in special]
    cases += [
        (x, [reading(rng, x.shape, 2)] * count) for x in (images(rng, size) for size in SIZES) for count in (1, 2)
    ]
    cases += [(images(rng), []), (images(rng, SIZES[0]), [])]
    got = [student.dense_block_forward(*case) for case in cases]
    check_all("out", got, [reference.dense_block_forward(*case) for case in cases])


@pytest.mark.points(1)
def test_integer_and_single_precision_input(student, rng):
    """Integer and float32 arrays do as x: the answer is that for the same numbers in float64."""
    check_types(student, "dense_block_forward", images(rng), [reading(rng, IMAGE, growth) for growth in (2, 3)])


@pytest.mark.points(1)
def test_inputs_stay_unmodified(student, rng):
    """The answer comes without changing x or the list of layers."""
    x, layers, maps, _ = block(rng, GROWTHS[1])
    out = check_kept(student, "dense_block_forward", x, layers)
    channels = sum(array.shape[1] for array in (x, *maps))
    expect_worked("out", out, (len(x), channels, *x.shape[2:]))
