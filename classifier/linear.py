"""The linear classifier: a support vector machine for each leaf code against the rest, solved by LIBLINEAR.

Many terms stand in the same texts equally often, as ``人民调`` and ``民调解`` do wherever nobody writes one without the
other. The solver sees each such group as a single term, which takes a third off its time and changes nothing: k equal
columns x with the weight w each give the same scores for the same penalty, k w², as one column √k x with the weight √k w.
"""

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]

# The solver draws random numbers from one sequence of the whole process: two trainings at once would disturb each other.
_SOLVER = threading.Lock()


@dataclass(frozen=True)
class MergedTerms:
    """Features in which terms of equal columns are one; ``group_of`` and ``scale`` have an entry for each term."""

    features: csr_array
    group_of: NDArray[np.int64]
    scale: Floats

    def weights_of_terms(self, coefficients: Floats) -> Floats:
        """Return the weights of single terms from those of groups, shape (codes, terms)."""
        weights: Floats = coefficients[:, self.group_of] / self.scale
        return weights


def merge_equal_terms(features: csr_array) -> MergedTerms:
    """Merge the terms whose columns of ``features``, shape (texts, terms), are equal in all texts.

    >>> merged = merge_equal_terms(csr_array(np.array([[3.0, 1.0, 3.0], [4.0, 0.0, 4.0]])))
    >>> merged.features.shape, merged.group_of.tolist(), merged.scale.round(3).tolist()
    ((2, 2), [0, 1, 0], [1.414, 1.0, 1.414])
    """
    # Equal columns have equal sums under any weights of the texts; others have not, but for one chance in 2 ** 100.
    drawn = np.random.default_rng(0).random((features.shape[0], 2))
    sums = features.T @ drawn
    _, first, group_of, size = np.unique(
        sums[:, 0] + 1j * sums[:, 1], return_index=True, return_inverse=True, return_counts=True
    )
    scale = np.sqrt(size)[group_of]
    kept = np.zeros(features.shape[1], dtype=bool)
    kept[first] = True
    column_of = np.cumsum(kept) - 1
    entries = kept[features.indices]
    columns = features.indices[entries]
    merged = csr_array(
        (
            features.data[entries] * scale[columns],
            column_of[columns].astype(np.int32),
            # scikit-learn takes no wider indices.
            np.concatenate(([0], np.cumsum(entries)))[features.indptr].astype(np.int32),
        ),
        shape=(features.shape[0], len(first)),
    )
    return MergedTerms(merged, column_of[first][group_of], scale)


def fit_linear(
    features: csr_array, targets: NDArray[np.int64], sample_weights: Floats, codes: int, **settings: Any
) -> tuple[Floats, Floats]:
    """Return coefficients, shape (codes, columns of ``features``), and intercepts, shape (codes,).

    A code that no text has keeps a score of -1, the margin of a sure no. ``settings`` are those of scikit-learn's
    ``LinearSVC``.
    """
    from sklearn.svm import LinearSVC  # Slow to import, and needed for training only.

    coefficients, intercepts = np.zeros((codes, features.shape[1])), np.full(codes, -1.0)
    present = np.unique(targets)
    if len(present) == 1:
        intercepts[present] = 1.0
        return coefficients, intercepts
    with _SOLVER:
        # The dual solver stays linear in the number of texts also where there are more of them than terms.
        fitted = LinearSVC(random_state=0, dual=True, **settings).fit(features, targets, sample_weight=sample_weights)
    if len(present) == 2:  # scikit-learn keeps one row: positive for the second class.
        coefficients[present] = np.vstack([-fitted.coef_, fitted.coef_])
        intercepts[present] = np.concatenate([-fitted.intercept_, fitted.intercept_])
    else:
        coefficients[present], intercepts[present] = fitted.coef_, fitted.intercept_
    return coefficients, intercepts
