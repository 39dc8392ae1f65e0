"""Numbers that the notebook on skip connections quotes, computed once more from its reference."""

from __future__ import annotations

import numpy as np
import pytest

from solutions.skip_connections import reference
from starter_code.data import load_digits
from tests.support.notebook_text import ASSIGNMENTS, answers

WIDTH, IMAGES, SEEDS = 64, 512, (0, 1, 2)
AT_REST = {"mean": np.zeros(WIDTH), "var": np.ones(WIDTH)}


def normalised(h: np.ndarray) -> np.ndarray:
    return reference.batchnorm_forward(h, np.ones(WIDTH), np.zeros(WIDTH), AT_REST, training=True)[0]


def pixels() -> np.ndarray:
    digits = load_digits()
    return (digits.train_x - digits.train_x.mean(axis=0)) / (digits.train_x.std(axis=0) + 0.1)


def seen_by_the_classifier(blocks: int, seed: int, *, skip: bool, norm: bool) -> np.ndarray:
    """What reaches the classifier of one of the networks of section 8, before a step is trained."""
    rng, h = np.random.default_rng(seed), pixels()[:IMAGES]
    for _ in range(blocks):
        weights = {"W1": reference.he_init(WIDTH, WIDTH, rng), "b1": np.zeros(WIDTH)}
        weights |= {"W2": reference.he_init(WIDTH, WIDTH, rng), "b2": np.zeros(WIDTH)}
        u = normalised(h) if norm else h
        branch = reference.preactivation_forward(u, weights)[0] - u
        h = h + branch if skip else branch
    return normalised(h) if norm else h


def mean_cosine(h: np.ndarray) -> float:
    """Over all pairs of different rows."""
    units = h / np.linalg.norm(h, axis=1, keepdims=True)
    total = units.sum(axis=0)
    return float((total @ total - len(h)) / (len(h) * (len(h) - 1)))


def model_answer() -> str:
    """The model answer to the question of section 8, on one line."""
    text = (ASSIGNMENTS / "skip_connections" / "skip_connections.md").read_text(encoding="utf-8")
    return " ".join(text.partition("**Model answer.**")[2].partition("**Rubric.**")[0].split())


def agreement(h: np.ndarray) -> float:
    """How often the nearest other row is of an image with the same label."""
    squares = np.sum(h**2, axis=1)
    distances = squares[:, None] + squares - 2 * h @ h.T
    np.fill_diagonal(distances, np.inf)
    labels = load_digits().train_y[: len(h)]
    return float(np.mean(labels[distances.argmin(axis=1)] == labels))


def test_the_model_answer_quotes_the_shares_of_looking_back() -> None:
    shares = ("69 to 73 %", "17 to 25 %", "11 % with it", "97 %")
    assert all(said in text for said in shares for text in (answers("skip_connections"), model_answer()))


@pytest.mark.parametrize(
    ("blocks", "skip", "norm", "low", "high", "said"),
    [
        (2, True, True, 87, 92, "87 to 92 % after 2 blocks with skips"),
        (16, True, True, 69, 73, "69 to 73 % after 16"),
        (2, False, True, 61, 70, "61 to 70 % after 2 plain blocks"),
        (16, False, False, 17, 25, "17 to 25 % without normalisation"),
        (16, False, True, 11, 11, "11 % with it"),
    ],
)
def test_how_often_neighbours_show_one_digit_to_the_classifier_before_training(
    blocks: int, skip: bool, norm: bool, low: int, high: int, said: str
) -> None:
    shares = [100 * agreement(seen_by_the_classifier(blocks, seed, skip=skip, norm=norm)) for seed in SEEDS]
    assert low - 1 < min(shares)
    assert max(shares) < high + 1
    assert said in answers("skip_connections")


def test_neighbours_at_the_input_show_one_digit() -> None:
    assert round(100 * agreement(pixels()[:IMAGES])) == 97
    assert "97 % of the images at the input" in answers("skip_connections")


def test_the_mean_cosine_sees_one_of_two_networks_that_have_lost_their_images() -> None:
    without, behind_a_norm = (
        [mean_cosine(seen_by_the_classifier(16, seed, skip=False, norm=norm)) for seed in SEEDS]
        for norm in (False, True)
    )
    assert min(without) > 0.985
    assert max(behind_a_norm) < 0.1
    assert all(said in answers("skip_connections") for said in ("is 0.99 in the deep network", "less than 0.1"))
    assert "0.99 for plain without normalisation, but below 0.1 for plain with it" in model_answer()
