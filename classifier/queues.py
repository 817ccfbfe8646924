"""In which order units are worth labelling: pure functions over probabilities and features, the rows to read first in front.

Rows are units, columns are themes. Whoever asks has left out what is labelled already; only `suspected_errors` is about
units that have a label. ``make queues`` compares them by simulation on the real labels and writes docs/queues.md.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


def by_chance(units: int, seed: int) -> Places:
    """Return as many rows in a random order; the same seed gives the same one.

    >>> sorted(by_chance(3, seed=0).tolist())
    [0, 1, 2]
    """
    return np.random.default_rng(seed).permutation(units)


def margins(probabilities: Floats) -> Floats:
    """Return how far the most probable theme is from the runner-up, shape (units,): little where a model hesitates.

    Scheffer, Decomain & Wrobel (2001), "Active hidden Markov models for information extraction".

    >>> margins(np.array([[0.5, 0.4, 0.1], [0.9, 0.1, 0.0]])).round(2).tolist()
    [0.1, 0.8]
    """
    if probabilities.shape[1] < 2:
        return np.ones(len(probabilities))
    highest = np.partition(probabilities, -2, axis=1)[:, -2:]
    return np.asarray(highest[:, 1] - highest[:, 0])


def by_uncertainty(probabilities: Floats) -> Places:
    """Return the rows by their margin, the smallest first.

    >>> by_uncertainty(np.array([[0.9, 0.1], [0.5, 0.5], [0.7, 0.3]])).tolist()
    [1, 2, 0]
    """
    return np.argsort(margins(probabilities), kind="stable")


def densities(features: csr_array, among: csr_array | None = None) -> Floats:
    """Return each unit's mean cosine similarity to all units, shape (units,), from features, shape (units, terms).

    ``among`` are the features of others to be compared with instead. The mean of the products with all is the product with
    their mean: time grows with units, not with pairs of them.

    >>> densities(csr_array([[1.0, 0.0], [2.0, 0.0], [0.0, 3.0]])).round(2).tolist()
    [0.67, 0.67, 0.33]
    """
    others = features if among is None else among
    mean = (1 / _lengths(others)) @ others / max(others.shape[0], 1)
    return np.asarray(features @ mean / _lengths(features))


def by_density(probabilities: Floats, density: Floats) -> Places:
    """Return the rows by uncertainty (1 - margin) times density, the largest first: no oddities in front.

    Information density: Settles & Craven (2008), "An analysis of active learning strategies for sequence labeling tasks".

    >>> by_density(np.array([[0.5, 0.5], [0.6, 0.4]]), np.array([0.1, 0.2])).tolist()
    [1, 0]
    """
    return np.argsort(-(1 - margins(probabilities)) * density, kind="stable")


def by_shortfall(probabilities: Floats, labels_per_theme: Sequence[int]) -> Places:
    """Return the rows so that the theme with the fewest labels comes next, each row counted as its most probable theme.

    Among the rows of a theme the smallest margin comes first. Quotas keep rare themes from being starved: after the balanced
    sampling of Ertekin et al. (2007), "Learning on the border: active learning in imbalanced data classification".

    >>> by_shortfall(np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]]), [0, 1]).tolist()
    [1, 2, 0]
    """
    ordered = by_uncertainty(probabilities)
    themes = probabilities.argmax(axis=1)[ordered]
    place = np.zeros(len(ordered), dtype=np.int64)
    for theme, labels in enumerate(labels_per_theme):
        own = themes == theme
        place[own] = labels + np.arange(own.sum())
    # The k-th row of a theme is due when the theme has k labels more than now; of equals, the surer doubt first.
    return ordered[np.argsort(place, kind="stable")]


def suspected_errors(probabilities: Floats, labels: Places) -> Places:
    """Return the rows whose label is probably wrong, the least probable label first; others are left out.

    ``probabilities`` must come from models that were not trained on the row; ``labels`` are places of themes, shape
    (units,). A row is suspected where another theme is more probable than its label. Confident learning: Northcutt, Jiang &
    Chuang (2021), "Confident learning: estimating uncertainty in dataset labels", with the ranking by the label's own
    probability of Kuan & Mueller (2022), "Model-agnostic label quality scoring to detect real-world label errors". The
    thresholds of the former are left out: on planted errors they only lost some (docs/queues.md).

    >>> suspected_errors(np.array([[0.9, 0.1], [0.2, 0.8], [0.1, 0.9], [0.3, 0.7]]), np.array([0, 0, 1, 1])).tolist()
    [1]
    """
    own = probabilities[np.arange(len(labels)), labels]
    order: Places = np.argsort(own, kind="stable")
    return np.asarray(order[own[order] < probabilities.max(axis=1)[order]])


def _lengths(features: csr_array) -> Floats:
    lengths: Floats = np.sqrt(np.asarray(features.multiply(features).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    return lengths
