"""Score every statement of a batch of texts from one pass over its characters, without an object for each text.

A statement's score for a leaf code is a sum over the occurrences of terms, divided by the square root of another such sum
(see `classifier.features.TfidfWeights`). So every character adds, in one step, what all the terms on the way to its deepest
node of the trie weigh, and all of it is one product of a sparse matrix and a small dense one.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from classifier.joining import JoinedTexts, counts_of
from classifier.sentences import split_statements
from classifier.splitting import SplitTexts, split_joined
from classifier.trie import Trie, Walk, rows_of_ones

Floats = NDArray[np.float64]

# Far below the square of any inverse document frequency; those are 1 and more.
_LEAST_SQUARE = 1e-6


class ScoredStatements(NamedTuple):
    """The statements of a batch of texts: where they lie, the walk over them, and what it adds up to.

    ``scores``, shape (statements, leaf codes); ``lengths`` are those of the rows of their features, never 0.
    """

    joined: JoinedTexts
    split: SplitTexts
    walk: Walk
    scores: Floats
    lengths: Floats


class StatementScorer:
    """Scores statements: the dot product of their features with the weights of terms, plus the bias of each leaf code.

    ``frequencies`` are the terms' inverse document frequencies, ``linear`` their weights, shape (terms, leaf codes).
    """

    def __init__(self, trie: Trie, frequencies: Floats, linear: Floats, bias: Floats) -> None:
        self._trie, self._bias = trie, bias
        # The last column adds up to the squared length of a row.
        self._node_weights = trie.sums(np.column_stack([frequencies[:, np.newaxis] * linear, frequencies**2]))

    def score(self, texts: Sequence[str]) -> ScoredStatements:
        """Score the statements of a batch of texts; without any term, the bias is all."""
        joined = JoinedTexts.of(texts)
        split = _split(texts, joined)
        walk = self._trie.walk(joined, split.starts)
        sums = self._sums_of_few(walk) if joined.few else self._sums(walk)
        # A row without any term has length 0 and scores of 0, which any length leaves as they are.
        lengths = np.sqrt(np.maximum(sums[:, -1], _LEAST_SQUARE))
        scores = sums[:, :-1] / lengths[:, np.newaxis]
        scores += self._bias
        return ScoredStatements(joined, split, walk, scores, lengths)

    def _sums(self, walk: Walk) -> Floats:
        """Add up the weights of the nodes of each row."""
        sums: Floats = rows_of_ones(walk.nodes, walk.bounds, len(self._node_weights), np.float64) @ self._node_weights
        return sums

    def _sums_of_few(self, walk: Walk) -> Floats:
        """Add up the weights of the nodes of each row; none is empty, it has a stop or what stands behind its text."""
        sums: Floats = np.add.reduceat(self._node_weights.take(walk.nodes, axis=0, mode="clip"), walk.bounds[:-1], axis=0)
        return sums


def softmax(scores: Floats) -> Floats:
    """Return probabilities in proportion to exp(score), by row."""
    # By columns: NumPy is slow in reducing many short rows.
    columns = np.array(scores.T, order="C")
    columns -= np.maximum.reduce(columns)
    np.exp(columns, out=columns)
    columns /= np.add.reduce(columns)
    return np.ascontiguousarray(columns.T)


def split_texts(texts: Sequence[str]) -> tuple[list[tuple[int, int]], NDArray[np.int64], list[str]]:
    """Return the statements' spans, the rows at which each text's statements begin and end, and the statements.

    >>> split_texts(["调解纠纷三百件。培训调解员二十名。", "普法"])[1].tolist()
    [0, 2, 3]
    """
    spans_of = [split_statements(text) or [(0, len(text))] for text in texts]
    spans = [span for own in spans_of for span in own]
    pieces = [text[start:end] for text, own in zip(texts, spans_of, strict=True) for start, end in own]
    return spans, np.array([0, *accumulate(map(len, spans_of))]), pieces


def _split(texts: Sequence[str], joined: JoinedTexts) -> SplitTexts:
    """Divide texts into statements, in the quicker one of two ways that agree."""
    if not joined.few:
        return split_joined(joined)
    starts, ends, bounds = [], [], [0]
    for text, offset in zip(texts, joined.starts.tolist(), strict=True):
        for start, end in split_statements(text) or ((0, len(text)),):
            starts.append(offset + start)
            ends.append(offset + end)
        bounds.append(len(starts))
    return SplitTexts(*(np.array(column, dtype=np.int64) for column in (starts, ends, bounds)))


def statement_shares(bounds: NDArray[np.int64], lead_weight: float) -> Floats:
    """Return what each statement counts in its text: all alike, but the first ``lead_weight`` times as much.

    >>> statement_shares(np.array([0, 1, 4]), 2.0).tolist()
    [1.0, 0.5, 0.25, 0.25]
    """
    counts = counts_of(bounds)
    shares = (1 / (counts + (lead_weight - 1))).repeat(counts)
    shares[bounds[:-1]] *= lead_weight
    return shares


def weighted_sums(rows: Floats, shares: Floats, bounds: NDArray[np.int64]) -> Floats:
    """Add up the rows of statements, each times its share, for every text: none is without a statement."""
    sums: Floats = np.add.reduceat(rows * shares[:, np.newaxis], bounds[:-1], axis=0)
    return sums


def statement_means(bounds: NDArray[np.int64], lead_weight: float) -> csr_array:
    """Return the matrix that takes rows of statements to rows of texts, shape (texts, statements): weighted means.

    >>> statement_means(np.array([0, 1, 4]), 2.0).toarray().tolist()
    [[1.0, 0.0, 0.0, 0.0], [0.0, 0.5, 0.25, 0.25]]
    """
    shares = statement_shares(bounds, lead_weight)
    return csr_array((shares, np.arange(len(shares)), bounds), shape=(len(bounds) - 1, len(shares)))
