"""Right chains, losses and branch gradients written in other ways.

They loop, print, warn, answer with lists and numpy numbers, and sum in other orders. A function here needs numpy only.
"""

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.suite.misconceptions import Alternative


def chain_as_product(x: float, weights: Sequence[float], slopes: Sequence[float]) -> Any:
    """Two products; a numpy number."""
    return x * np.prod(weights) * np.prod(slopes)


def chain_backwards(x: float, weights: Sequence[float], slopes: Sequence[float]) -> float:
    """From the output to the input, as backpropagation walks; prints on the way."""
    slopes, weights = list(slopes), list(weights)
    delta = slopes.pop()
    while weights:
        delta *= weights.pop()
        delta *= slopes.pop()
        print("delta", delta)  # noqa: T201  (printing must not cost points)
    return float(delta * x)


def chain_in_python(x: float, weights: Sequence[float], slopes: Sequence[float]) -> float:
    """The standard library's product, over both lists at once."""
    return math.prod([x, *weights, *slopes])


def chain_as_array(x: float, weights: Sequence[float], slopes: Sequence[float]) -> np.ndarray:
    """An array of no dimension; arrays from whatever came."""
    factors = np.concatenate([np.atleast_1d(x), np.asarray(weights, dtype=float), np.asarray(slopes, dtype=float)])
    return np.asarray(np.multiply.reduce(factors))


def chain_in_float32(x: float, weights: Sequence[float], slopes: Sequence[float]) -> Any:
    """Seven digits, weights and slopes in turn."""
    product = np.float32(x)
    for place, slope in enumerate(np.asarray(slopes, dtype=np.float32)):
        product *= slope if place == 0 else slope * np.float32(weights[place - 1])
    return product


def cross_entropy_with_loops(logits: np.ndarray, labels: np.ndarray) -> tuple[float, list[Any]]:
    """One row at a time, in Python's floats; answers with nested lists, and prints."""
    rows = np.asarray(logits, dtype=float).tolist()
    total, gradient = 0.0, []
    for row, label in zip(rows, labels, strict=True):
        top = max(row)
        powers = [math.exp(value - top) for value in row]
        log_sum = top + math.log(math.fsum(powers))
        total += log_sum - row[label]
        shares = [power / sum(powers) for power in powers]
        gradient.append([(share - (k == label)) / len(rows) for k, share in enumerate(shares)])
    print("loss", total / len(rows))  # noqa: T201  (printing must not cost points)
    return total / len(rows), gradient


def cross_entropy_with_one_hot(logits: np.ndarray, labels: np.ndarray) -> list[Any]:
    """One-hot rows and numpy's logaddexp; a list for the tuple, a warning, an array of no dimension."""
    warnings.warn("one-hot rows may be large", stacklevel=2)
    count, classes = np.shape(logits)
    truth = np.eye(classes)[labels]
    log_sum = np.logaddexp.reduce(np.asarray(logits, dtype=float), axis=1)
    loss = np.asarray((log_sum - np.einsum("nk,nk->n", truth, logits)).sum() / count)
    probabilities = np.exp(logits - log_sum[:, None])
    return [loss, (probabilities - truth) / count]


def cross_entropy_in_float32(logits: np.ndarray, labels: np.ndarray) -> tuple[np.floating[Any], np.ndarray]:
    """Computes with seven digits, and answers with them."""
    small = logits.astype(np.float32)
    small -= small.max(axis=1, keepdims=True)
    log_sum = np.log(np.sum(np.exp(small), axis=1))
    loss = np.mean(log_sum - np.take_along_axis(small, np.asarray(labels)[:, None], axis=1)[:, 0])
    gradient = np.exp(small - log_sum[:, None])
    for row, label in enumerate(labels):
        gradient[row, label] -= 1
    return loss, gradient / np.float32(len(labels))


def cross_entropy_by_differences(logits: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """Never forms a logarithm of a probability: the loss from differences to the right class's logit."""
    logits = np.array(logits, dtype=float)
    right = logits[np.arange(len(labels)), labels][:, None]
    gaps = logits - right
    top = gaps.max(axis=1, keepdims=True)
    powers = np.exp(gaps - top)
    losses = top[:, 0] + np.log(powers.sum(axis=1))
    gradient = powers / powers.sum(axis=1, keepdims=True)
    np.subtract.at(gradient, (np.arange(len(labels)), labels), 1)
    return losses.mean().item(), gradient / len(losses)


def cross_entropy_of_promised_logits(logits: np.ndarray, labels: np.ndarray) -> tuple[Any, np.ndarray]:
    """Refuses larger logits than the docstring promises; a loss of extended precision."""
    if np.abs(logits).max() > 1e4:  # noqa: PLR2004
        raise ValueError("logits are up to 1e4 in size")
    shifted = logits - logits.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    sums = powers.sum(axis=1, keepdims=True)
    right = np.eye(logits.shape[1])[labels]
    losses = np.log(sums) - (shifted * right).sum(axis=1, keepdims=True)
    return np.mean(losses, dtype=np.longdouble), (powers / sums - right) / len(losses)


def total_with_loop(main_loss: Any, aux_losses: Any, weight: float = 0.3, training: bool = True) -> float:
    """Adds one head after the other, and prints."""
    total = main_loss
    for number in range(len(aux_losses) * training):
        total = total + aux_losses[number] * weight
        print("head", number, "total", total)  # noqa: T201  (printing must not cost points)
    return float(total)


def total_with_numpy(main_loss: Any, aux_losses: Any, weight: float = 0.3, training: bool = True) -> np.ndarray:
    """Losses of zero at inference; an array of no dimension."""
    used = np.where(training, np.asarray(aux_losses, dtype=float), 0.0)
    return np.asarray(main_loss + np.dot(np.full(len(aux_losses), weight), used))


def total_with_weighted_list(main_loss: Any, aux_losses: Any, weight: float = 0.3, training: bool = True) -> Any:
    """Multiplies first and adds exactly."""
    losses = [main_loss] + ([weight * loss for loss in aux_losses] if training else [])
    return np.float64(math.fsum(losses))


def total_of_promised_weights(main_loss: Any, aux_losses: Any, weight: float = 0.3, training: bool = True) -> Any:
    """Refuses a negative weight; answers with a number of extended precision."""
    if weight < 0:
        raise ValueError("a weight is 0 or more")
    weighted = np.longdouble(weight) * np.sum(aux_losses) if training else 0
    return main_loss + weighted


def branch_on_copy(d_main: np.ndarray, d_aux: np.ndarray, weight: float = 0.3) -> np.ndarray:
    """In place, on a copy of its own."""
    total = np.array(d_main, dtype=np.float64)
    total += np.multiply(d_aux, weight)
    return total


def branch_as_lists(d_main: np.ndarray, d_aux: np.ndarray, weight: float = 0.3) -> Any:
    """One entry after the other; nested lists, and a print."""
    pairs = zip(d_main.ravel().tolist(), d_aux.ravel().tolist(), strict=True)
    print("entries", d_main.size)  # noqa: T201  (printing must not cost points)
    return np.array([one + weight * other for one, other in pairs]).reshape(d_main.shape).tolist()


def branch_as_stack(d_main: np.ndarray, d_aux: np.ndarray, weight: float = 0.3) -> np.ndarray:
    """The vector of weights times both gradients, in float32."""
    both = np.stack([d_main, d_aux]).astype(np.float32)
    return np.tensordot(np.array([1, weight], dtype=np.float32), both, axes=1)


ALTERNATIVES = [
    Alternative("chain_gradient", "two products, a numpy number", {"chain_gradient": chain_as_product}),
    Alternative("chain_gradient", "from the output back, prints", {"chain_gradient": chain_backwards}),
    Alternative("chain_gradient", "one product of Python's", {"chain_gradient": chain_in_python}),
    Alternative("chain_gradient", "float32 inside", {"chain_gradient": chain_in_float32}),
    Alternative("chain_gradient", "an array of no dimension", {"chain_gradient": chain_as_array}),
    Alternative(
        "softmax_cross_entropy",
        "loops in Python's floats, nested lists, prints",
        {"softmax_cross_entropy": cross_entropy_with_loops},
    ),
    Alternative(
        "softmax_cross_entropy",
        "one-hot rows, a list for the tuple, a warning",
        {"softmax_cross_entropy": cross_entropy_with_one_hot},
    ),
    Alternative("softmax_cross_entropy", "float32 inside", {"softmax_cross_entropy": cross_entropy_in_float32}),
    Alternative(
        "softmax_cross_entropy",
        "differences to the right class",
        {"softmax_cross_entropy": cross_entropy_by_differences},
    ),
    Alternative(
        "softmax_cross_entropy",
        "refuses logits above 1e4, a loss of extended precision",
        {"softmax_cross_entropy": cross_entropy_of_promised_logits},
    ),
    Alternative("auxiliary_loss", "a loop over the heads, prints", {"auxiliary_loss": total_with_loop}),
    Alternative("auxiliary_loss", "losses of zero at inference", {"auxiliary_loss": total_with_numpy}),
    Alternative("auxiliary_loss", "a list of weighted losses", {"auxiliary_loss": total_with_weighted_list}),
    Alternative("auxiliary_loss", "refuses a negative weight", {"auxiliary_loss": total_of_promised_weights}),
    Alternative("branch_gradient", "in place on a copy", {"branch_gradient": branch_on_copy}),
    Alternative("branch_gradient", "nested lists, prints", {"branch_gradient": branch_as_lists}),
    Alternative("branch_gradient", "one product, float32 inside", {"branch_gradient": branch_as_stack}),
]
