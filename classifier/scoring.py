"""Score every statement of a batch of texts from one pass over its characters, without an object for each text.

A statement's score for a leaf code is a sum over the occurrences of terms, divided by the square root of another such sum
(see `classifier.features.TfidfWeights`). So every character adds, in one step, what all the terms on the way to its deepest
node of the trie weigh, and all of it is one product of a sparse matrix and a small dense one.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from classifier.sentences import split_statements
from classifier.trie import Trie, Walk, rows_of_ones

Floats = NDArray[np.float64]


class StatementScorer:
    """Scores rows of a walk: the dot product of their features with the weights of terms.

    ``frequencies`` are the terms' inverse document frequencies, ``linear`` their weights, shape (terms, leaf codes).
    """

    def __init__(self, trie: Trie, frequencies: Floats, linear: Floats) -> None:
        # The last column adds up to the squared length of a row.
        weights = np.column_stack([frequencies[:, np.newaxis] * linear, frequencies**2])
        self._node_weights = trie.paths @ weights

    def scores(self, walk: Walk) -> Floats:
        """Return the scores, shape (rows, leaf codes); those of a row without any term are 0."""
        sums = rows_of_ones(walk.nodes, walk.bounds, len(self._node_weights), np.float64) @ self._node_weights
        lengths = np.sqrt(sums[:, -1:])
        lengths[lengths == 0] = 1
        scores: Floats = sums[:, :-1] / lengths
        return scores


def softmax(scores: Floats) -> Floats:
    """Return probabilities in proportion to exp(score), by row."""
    # By columns: NumPy is slow in reducing many short rows.
    columns = np.array(scores.T, order="C")
    columns -= columns.max(axis=0, initial=-np.inf)
    np.exp(columns, out=columns)
    columns /= columns.sum(axis=0)
    return np.ascontiguousarray(columns.T)


def split_texts(texts: Sequence[str]) -> tuple[list[tuple[int, int]], NDArray[np.int64], list[str]]:
    """Return the statements' spans, the rows at which each text's statements begin and end, and the statements.

    >>> split_texts(["调解纠纷三百件。培训调解员二十名。", "普法"])[1].tolist()
    [0, 2, 3]
    """
    spans_of = [split_statements(text) or [(0, len(text))] for text in texts]
    spans = [span for own in spans_of for span in own]
    pieces = [text[start:end] for text, own in zip(texts, spans_of, strict=True) for start, end in own]
    return spans, np.cumsum([0, *map(len, spans_of)]), pieces


def statement_means(bounds: NDArray[np.int64], lead_weight: float) -> csr_array:
    """Return the matrix that takes rows of statements to rows of texts, shape (texts, statements): weighted means.

    >>> statement_means(np.array([0, 1, 4]), 2.0).toarray().tolist()
    [[1.0, 0.0, 0.0, 0.0], [0.0, 0.5, 0.25, 0.25]]
    """
    counts = np.diff(bounds)
    shares = np.repeat(1 / (counts + lead_weight - 1), counts)
    shares[bounds[:-1]] *= lead_weight
    return csr_array((shares, np.arange(len(shares)), bounds), shape=(len(counts), len(shares)))
