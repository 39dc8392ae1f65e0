"""A small network whose weights are one vector, so that any update rule can train it; the notebook on optimizers does."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class SmallNetwork:
    """One hidden layer of tanh units, and one logistic output per class: loss and gradient for a vector of all weights.

    inputs, hidden, classes: sizes of the layers
    """

    inputs: int = 64
    hidden: int = 32
    classes: int = 10

    def start(self, rng: np.random.Generator) -> np.ndarray:
        """Draw a vector of weights to start from: each layer's spread fits the number of its inputs."""
        first = rng.normal(size=(self.inputs + 1, self.hidden)) / np.sqrt(self.inputs)
        second = rng.normal(size=(self.hidden + 1, self.classes)) / np.sqrt(self.hidden)
        first[-1] = second[-1] = 0  # the biases
        return np.concatenate([first.ravel(), second.ravel()])

    def outputs(self, weights: np.ndarray, x: np.ndarray) -> np.ndarray:
        """The scores of the classes, (N, classes), for images x, (N, inputs); the largest one wins."""
        return self._forward(weights, x)[1]

    def loss(self, weights: np.ndarray, x: np.ndarray, labels: np.ndarray) -> float:
        """The mean over the images of the logistic losses of all classes."""
        scores = self.outputs(weights, x)
        wanted = labels[:, None] == np.arange(self.classes)
        return float(np.sum(np.logaddexp(0, np.where(wanted, -scores, scores))) / len(x))

    def gradient(self, weights: np.ndarray, x: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """The gradient of the loss, as one vector like weights."""
        units, scores = self._forward(weights, x)
        wanted = labels[:, None] == np.arange(self.classes)
        error = (1 / (1 + np.exp(-scores)) - wanted) / len(x)
        _, second = self._layers(weights)
        back = (error @ second[:-1].T) * (1 - units**2)
        layers = ((x, back), (units, error))
        return np.concatenate([part for a, d in layers for part in ((a.T @ d).ravel(), d.sum(axis=0))])

    def _forward(self, weights: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The hidden units and the scores."""
        first, second = self._layers(weights)
        units = np.tanh(x @ first[:-1] + first[-1])
        return units, units @ second[:-1] + second[-1]

    def _layers(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The two matrices in the vector, the biases in their last rows."""
        split = (self.inputs + 1) * self.hidden
        return weights[:split].reshape(-1, self.hidden), weights[split:].reshape(-1, self.classes)
