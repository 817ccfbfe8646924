"""Choose the terms that tell codes apart: Pearson's chi-square of a term's presence in texts and the texts' codes."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array


def most_telling(counts: csr_array, targets: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return the places of the ``most`` terms with the largest chi-square, in order; of equals, the first.

    ``counts`` has shape (texts, terms) and holds no zeros; ``targets`` are the codes of the texts.

    >>> most_telling(csr_array([[1, 2, 0], [1, 0, 0], [2, 0, 1], [1, 0, 3]]), np.array([0, 0, 1, 1]), 1).tolist()
    [2]
    """
    terms = counts.shape[1]
    if terms <= most:
        return np.arange(terms)
    codes = np.eye(int(targets.max()) + 1)[targets]
    present = csr_array((np.ones(counts.nnz), counts.indices, counts.indptr), shape=counts.shape)
    observed = np.asarray(present.T @ codes)
    expected = np.outer(observed.sum(axis=1), codes.mean(axis=0))
    # A code without texts, or a term that stands nowhere, tells nothing.
    chi_square = ((observed - expected) ** 2 / np.where(expected > 0, expected, 1)).sum(axis=1)
    # Rounded, so that what is equal in theory ties, and every machine keeps the same terms.
    order = np.argsort(-chi_square.round(9), kind="stable")
    return np.sort(order[:most])
