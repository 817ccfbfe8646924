"""Weighted log-odds with an informative Dirichlet prior: which terms two sides use differently, and how surely.

Monroe, Colaresi & Quinn 2008, "Fightin' Words", section 3.5.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def weighted_log_odds(a: Floats, b: Floats, prior: Floats) -> tuple[Floats, Floats]:
    """Return each term's log-odds ratio of A to B, and its z-score: the ratio over its standard deviation.

    ``a`` and ``b`` count the terms on each side, ``prior`` is added to both as if it had been counted too (above 0 for each
    term); all have shape (terms,). To exchange A and B turns the signs.

    >>> ratio, z = weighted_log_odds(np.array([8.0, 2.0]), np.array([2.0, 8.0]), np.array([1.0, 1.0]))
    >>> ratio.round(3).tolist(), z.round(3).tolist()  # log(9/3) - log(3/9); divided by the root of 1/9 + 1/3
    ([2.197, -2.197], [3.296, -3.296])
    """
    with_a, with_b = a + prior, b + prior
    ratio: Floats = np.log(with_a / (with_a.sum() - with_a)) - np.log(with_b / (with_b.sum() - with_b))
    z: Floats = ratio / np.sqrt(1 / with_a + 1 / with_b)
    return ratio, z


def prior_from(corpus: Floats, weight: float) -> Floats:
    """Return a prior that expects the terms as often as a corpus has them, and is worth ``weight`` occurrences."""
    prior: Floats = weight * corpus / corpus.sum()
    return prior
