"""Softmax regression with few, named weights, held to given ones: small enough to be read.

Minimised is the weighted negative log-likelihood plus `pull`/2 times the squared distance of the weights from `prior`
(ridge regression around a centre; Hastie, Tibshirani & Friedman, "The Elements of Statistical Learning", 2009, 3.4 and
4.4).
Questions to answer count as much as those to refuse, however many there are of each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Softmax:
    """weights: classes x (features + 1), the last column the bias."""

    classes: tuple[str, ...]
    features: tuple[str, ...]
    weights: Matrix

    def probabilities(self, rows: Matrix) -> Matrix:
        """(n, features) -> (n, classes)."""
        return _softmax(_with_bias(rows) @ self.weights.T)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: weights by class and by feature."""
        names = (*self.features, "bias")
        return {
            label: {name: round(float(w), 4) for name, w in zip(names, row, strict=True)}
            for label, row in zip(self.classes, self.weights, strict=True)
        }

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> "Softmax":
        """What `as_dict` gave."""
        classes = tuple(told)
        names = tuple(told[classes[0]])
        weights = np.array([[told[label][name] for name in names] for label in classes], dtype=np.float64)
        return cls(classes, names[:-1], weights)


def fit(rows: Matrix, labels: Sequence[str], prior: Softmax, *, pull: float) -> Softmax:
    """Weights for rows (n, features) with their labels, held to those of `prior`; a class without a question keeps its
    own."""
    from scipy.optimize import minimize

    x, centre = _with_bias(rows), prior.weights
    y = np.array([[label == name for name in prior.classes] for label in labels], dtype=np.float64)
    each = (y @ _importance(y.sum(axis=0)))[:, None]

    def loss(flat: Matrix) -> tuple[float, Matrix]:
        weights = flat.reshape(centre.shape)
        p = _softmax(x @ weights.T)
        away = weights - centre
        value = -(each * y * np.log(np.maximum(p, 1e-12))).sum() + pull / 2 * (away**2).sum()
        return float(value), ((each * (p - y)).T @ x + pull * away).ravel()

    found = minimize(loss, centre.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 500})
    return Softmax(prior.classes, prior.features, found.x.reshape(centre.shape))


def blank(classes: Sequence[str], features: Sequence[str]) -> Softmax:
    """Weights of zero: what a prior itself is held to."""
    return Softmax(tuple(classes), tuple(features), np.zeros((len(classes), len(features) + 1)))


def _importance(sizes: Matrix) -> Matrix:
    """What one question of each class counts: the first class as much as all the others together."""
    groups = np.array([sizes[0], *[sizes[1:].sum()] * (len(sizes) - 1)])
    return np.where(sizes > 0, sizes.sum() / (2 * np.maximum(groups, 1)), 0.0)


def _with_bias(rows: Matrix) -> Matrix:
    return np.hstack([rows, np.ones((len(rows), 1))])


def _softmax(scores: Matrix) -> Matrix:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    out: Matrix = raised / raised.sum(axis=1, keepdims=True)
    return out
