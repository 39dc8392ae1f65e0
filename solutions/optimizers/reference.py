"""The answers to `optimizers`: the build turns them into cells and stubs, the hidden suite compares with them.

Everything from a signature to the end of its docstring is what students read; the lines between the two SOLUTION
markers are what they write. Each function needs numpy and nothing else, so that it can stand alone in a notebook cell.
"""

from collections.abc import Callable

import numpy as np


def gradient_descent(
    grad_fn: Callable, w0: np.ndarray, lr: float, steps: int
) -> np.ndarray:
    """Plain gradient descent, as the whole path from w0 on.

        w <- w - lr grad_fn(w)             `steps` times

    grad_fn: a function; grad_fn(w) is the gradient of the loss at w, of shape (D,). Ask
        it once a step, and do not write into what it returns: it may be w itself.
    w0: (D,) where the path starts; float64 (the rule of this course) or integer
    lr: the learning rate, larger than 0
    steps: how many steps to take, 0 or more

    Returns an array of shape (steps + 1, D), float64: row 0 is w0, row k is the point
    after k steps.

    w0 is not modified, and no row changes once it is written.

    Source: lectures N42 and N43.
    """
    ### BEGIN SOLUTION
    path = np.empty((steps + 1, len(w0)))
    path[0] = w0
    for k in range(steps):
        path[k + 1] = path[k] - lr * grad_fn(path[k])
    return path
    ### END SOLUTION


def max_stable_lr(hessian: np.ndarray) -> float:
    """The learning rate at which gradient descent on a quadratic bowl stops converging.

    It is 2 / lambda_max.

    On 1/2 w^T A w every step multiplies the part of w along an eigenvector of A by 1 -
    lr lambda. It shrinks while that factor lies between -1 and 1.

    hessian: (D, D) the matrix A of second derivatives: symmetric, all eigenvalues
        larger than 0; float64 or integer

    Returns a float. Any smaller rate converges, from anywhere; any larger one diverges,
    from almost anywhere.

    hessian is not modified.

    Source: lecture N43 has the pictures (too small, too large); the number follows from
    the line above.
    """
    ### BEGIN SOLUTION
    steepest: float = np.linalg.eigvalsh(hessian).max()
    return 2 / steepest
    ### END SOLUTION


def step_decay(lr0: float, step: int, every: int, factor: float = 0.1) -> float:
    """A schedule with fixed stairs.

    The learning rate is multiplied by `factor` after every `every` steps.

        step 0 ... every - 1: lr0,
        step every ... 2 every - 1: lr0 factor,
        then lr0 factor^2, and so on

    lr0: the rate at the beginning, larger than 0
    step: the step that is about to be taken, counted from 0
    every: number of steps on one stair, at least 1
    factor: what the rate is multiplied by at each stair, larger than 0

    Returns the rate for this step, a float.

    Source: lecture N43 (schedules).
    """
    ### BEGIN SOLUTION
    return lr0 * factor ** (step // every)
    ### END SOLUTION


def plateau_decay(
    losses: list[float], lr0: float, factor: float = 0.1, patience: int = 5
) -> list[float]:
    """A schedule that listens.

    A tenth of the learning rate whenever the validation loss has stopped falling.

    Go through the losses in order. A loss that is lower than every one before it is a
    new best (so the first always is); any other loss, one that equals the best among
    them, is an epoch without progress. When `patience` epochs without progress have
    followed one another, multiply the rate by `factor`, and count from 0 again. The
    best stays what it is.

    losses: validation losses, one finite number for each epoch; there may be none yet
    lr0: the rate of the first epoch, larger than 0
    factor: what the rate is multiplied by, larger than 0
    patience: how many epochs without progress in a row are too many, at least 1

    Returns a list with one rate for each loss: entry i is the rate for the epoch that
    follows losses[i].

    losses is not modified.

    Source: lecture L14 (a tenth when validation plateaus).
    """
    ### BEGIN SOLUTION
    rates, lr, best, waited = [], lr0, np.inf, 0
    for loss in losses:
        if loss < best:
            best, waited = loss, 0
        else:
            waited += 1
        if waited == patience:
            lr, waited = lr * factor, 0
        rates.append(lr)
    return rates
    ### END SOLUTION


def momentum_step(
    w: np.ndarray, grad: np.ndarray, state: dict, lr: float, beta: float = 0.9
) -> tuple[np.ndarray, dict]:
    """One step of momentum, as lecture L14 writes it.

    The velocity is an exponential average of the gradients.

        v <- beta v + (1 - beta) grad      v is 0 before the first step
        w <- w - lr v                      with the new v

    w: the weights, an array of any shape, at least one axis; float64 (the rule of this
        course) or integer. The caller may have changed them since your last call.
    grad: the gradient of the loss at w, like w
    state: {} at the first step, later what your last call for these weights returned,
        as it was; several sets of weights may take turns. What it is, what it holds and
        under which names, is your choice; a dict will do, and the letters of the
        formula are good names.
    lr: the learning rate of this step, 0 or more; it may differ from that of the step
        before
    beta: share of the old velocity that is kept, from 0 to below 1; the same in all
        steps

    Returns (w, state), both new; w is float64. Neither w nor grad nor the old state is
    modified.

    Source: lectures N43 and L14.
    """
    ### BEGIN SOLUTION
    v = beta * state.get("v", 0.0) + (1 - beta) * grad
    return w - lr * v, {"v": v}
    ### END SOLUTION


def nesterov_step(
    w: np.ndarray, grad_fn: Callable, state: dict, lr: float, beta: float = 0.9
) -> tuple[np.ndarray, dict]:
    """One step of Nesterov's momentum.

    Look where the velocity is about to carry you, and take the gradient there.

        v <- beta v - lr grad_fn(w + beta v)       v is 0 before the first step
        w <- w + v                                 with the new v

    Here v is a step, sign and learning rate included; no factor (1 - beta).

    w: the weights, an array of any shape, at least one axis; float64 (the rule of this
        course) or integer. The caller may have changed them since your last call.
    grad_fn: a function; grad_fn(w) is the gradient of the loss at w, like w. Ask it
        once.
    state: {} at the first step, later what your last call for these weights returned,
        as it was; several sets of weights may take turns. What it is, what it holds and
        under which names, is your choice; a dict will do, and the letters of the
        formula are good names.
    lr: the learning rate of this step, 0 or more; it may differ from that of the step
        before
    beta: share of the old velocity that is kept, from 0 to below 1; the same in all
        steps

    Returns (w, state), both new; w is float64. Neither w nor the old state is modified.

    Source: lecture N43 (in pictures); Sutskever et al. 2013, ICML, for this form.
    """
    ### BEGIN SOLUTION
    v = state.get("v", 0.0)
    v = beta * v - lr * grad_fn(w + beta * v)
    return w + v, {"v": v}
    ### END SOLUTION


def adagrad_step(
    w: np.ndarray, grad: np.ndarray, state: dict, lr: float, eps: float = 1e-8
) -> tuple[np.ndarray, dict]:
    """One step of Adagrad.

    Each weight has a rate of its own, which shrinks with the squared gradients it has
    seen.

        r <- r + grad^2                        entry by entry; r is 0 before step 1
        w <- w - lr grad / (sqrt(r) + eps)     with the new r; eps outside the root

    w: the weights, an array of any shape, at least one axis; float64 (the rule of this
        course) or integer. The caller may have changed them since your last call.
    grad: the gradient of the loss at w, like w; entries may be 0
    state: {} at the first step, later what your last call for these weights returned,
        as it was; several sets of weights may take turns. What it is, what it holds and
        under which names, is your choice; a dict will do, and the letters of the
        formula are good names.
    lr: the learning rate of this step, 0 or more; it may differ from that of the step
        before
    eps: keeps a weight that has seen no gradient yet from dividing by 0; larger than 0,
        and the same in all steps

    Returns (w, state), both new; w is float64. Neither w nor grad nor the old state is
    modified.

    Source: lecture N44; Duchi et al. 2011, JMLR 12.
    """
    ### BEGIN SOLUTION
    r = state.get("r", 0.0) + grad**2
    return w - lr * grad / (np.sqrt(r) + eps), {"r": r}
    ### END SOLUTION


def rmsprop_step(
    w: np.ndarray,
    grad: np.ndarray,
    state: dict,
    lr: float,
    rho: float = 0.9,
    eps: float = 1e-8,
) -> tuple[np.ndarray, dict]:
    """One step of RMSProp.

    As Adagrad, with an average that forgets in place of a sum that only grows.

        r <- rho r + (1 - rho) grad^2          entry by entry; r is 0 before step 1
        w <- w - lr grad / (sqrt(r) + eps)     with the new r; eps outside the root

    w: the weights, an array of any shape, at least one axis; float64 (the rule of this
        course) or integer. The caller may have changed them since your last call.
    grad: the gradient of the loss at w, like w; entries may be 0
    state: {} at the first step, later what your last call for these weights returned,
        as it was; several sets of weights may take turns. What it is, what it holds and
        under which names, is your choice; a dict will do, and the letters of the
        formula are good names.
    lr: the learning rate of this step, 0 or more; it may differ from that of the step
        before
    rho: share of the old average that is kept, from 0 to below 1; the same in all steps
    eps: keeps a weight that has seen no gradient yet from dividing by 0; larger than 0,
        and the same in all steps

    Returns (w, state), both new; w is float64. Neither w nor grad nor the old state is
    modified.

    Source: lecture N45.
    """
    ### BEGIN SOLUTION
    r = rho * state.get("r", 0.0) + (1 - rho) * grad**2
    return w - lr * grad / (np.sqrt(r) + eps), {"r": r}
    ### END SOLUTION


def rmsprop_nesterov_step(
    w: np.ndarray,
    grad_fn: Callable,
    state: dict,
    lr: float,
    rho: float = 0.9,
    beta: float = 0.9,
    eps: float = 1e-8,
) -> tuple[np.ndarray, dict]:
    """One step of RMSProp with Nesterov's momentum.

    The rescaled gradient of the look-ahead point drives the velocity.

        g = grad_fn(w + beta v)                    v and r are 0 before the first step
        r <- rho r + (1 - rho) g^2                 entry by entry
        v <- beta v - lr g / (sqrt(r) + eps)       with the new r; eps outside the root
        w <- w + v                                 with the new v

    w: the weights, an array of any shape, at least one axis; float64 (the rule of this
        course) or integer. The caller may have changed them since your last call.
    grad_fn: a function; grad_fn(w) is the gradient of the loss at w, like w. Ask it
        once.
    state: {} at the first step, later what your last call for these weights returned,
        as it was; several sets of weights may take turns. What it is, what it holds and
        under which names, is your choice; a dict will do, and the letters of the
        formula are good names.
    lr: the learning rate of this step, 0 or more; it may differ from that of the step
        before
    rho: share of the old average of squares that is kept, from 0 to below 1; the same
        in all steps
    beta: share of the old velocity that is kept, from 0 to below 1; the same in all
        steps
    eps: keeps a weight that has seen no gradient yet from dividing by 0; larger than 0,
        and the same in all steps

    Returns (w, state), both new; w is float64. Neither w nor the old state is modified.

    Source: lecture N45, in words.
    """
    ### BEGIN SOLUTION
    v = state.get("v", 0.0)
    g = grad_fn(w + beta * v)
    r = rho * state.get("r", 0.0) + (1 - rho) * g**2
    v = beta * v - lr * g / (np.sqrt(r) + eps)
    return w + v, {"v": v, "r": r}
    ### END SOLUTION


def adam_step(
    w: np.ndarray,
    grad: np.ndarray,
    state: dict,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[np.ndarray, dict]:
    """One step of Adam.

    An average of the gradients over the root of an average of their squares, both
    corrected.

        t <- t + 1                                 0 before step 1, where t becomes 1
        m <- beta1 m + (1 - beta1) grad            m and r are 0 before the first step
        r <- beta2 r + (1 - beta2) grad^2          entry by entry
        m_hat = m / (1 - beta1^t)                  makes up for the start at 0
        r_hat = r / (1 - beta2^t)
        w <- w - lr m_hat / (sqrt(r_hat) + eps)    eps outside the root

    m and r are kept as they are; the corrected ones serve this step only.

    w: the weights, an array of any shape, at least one axis; float64 (the rule of this
        course) or integer. The caller may have changed them since your last call.
    grad: the gradient of the loss at w, like w; entries may be 0
    state: {} at the first step, later what your last call for these weights returned,
        as it was; several sets of weights may take turns. What it is, what it holds and
        under which names, is your choice; a dict will do, and the letters of the
        formula are good names.
    lr: the learning rate of this step, 0 or more; it may differ from that of the step
        before
    beta1: share of the old average of gradients that is kept, from 0 to below 1; the
        same in all steps
    beta2: share of the old average of squares that is kept, from 0 to below 1; the same
        in all steps
    eps: keeps a weight that has seen no gradient yet from dividing by 0; larger than 0,
        and the same in all steps

    Returns (w, state), both new; w is float64. Neither w nor grad nor the old state is
    modified.

    Source: lecture N45; Kingma & Ba 2014, arXiv:1412.6980 (who write v for r).
    """
    ### BEGIN SOLUTION
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * grad
    r = beta2 * state.get("r", 0.0) + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    r_hat = r / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(r_hat) + eps), {"t": t, "m": m, "r": r}
    ### END SOLUTION
