"""Score every statement of a batch of texts from one pass over its characters, without an object for each text.

A statement's score for a leaf code is the sum, over its terms, of 1 + ln(count) times a weight, divided by the length of
its TF-IDF vector. Few terms stand twice in a statement. So each character adds, in one step, what all the terms on the way
to its deepest node of the trie weigh, as if each stood there for the first time; then the terms that do stand more often
are counted, and what was added too much is taken back. The result is that of adding up counts, only several times faster.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from classifier.hash_table import repetitions
from classifier.joining import Places
from classifier.sentences import split_statements
from classifier.trie import Trie, Walk, rows_of_ones

Floats = NDArray[np.float64]


class StatementScorer:
    """Scores rows of a walk: the dot product of their TF-IDF features with the weights of terms.

    ``frequencies`` are the terms' inverse document frequencies, ``linear`` their weights, shape (terms, leaf codes).
    """

    def __init__(self, trie: Trie, frequencies: Floats, linear: Floats) -> None:
        self._trie = trie
        self._squares = frequencies**2
        self._weights = frequencies[:, np.newaxis] * linear
        # The last column adds up to the squared length of a row.
        self._node_weights = trie.paths @ np.column_stack([self._weights, self._squares])

    def scores(self, walk: Walk) -> Floats:
        """Return the scores, shape (rows, leaf codes); those of a row without any term are 0."""
        sums = rows_of_ones(walk.nodes, walk.bounds, len(self._node_weights), np.float64) @ self._node_weights
        rows, terms, counts = self._repeated(walk)
        raised = 1 + np.log(counts)
        bounds = np.searchsorted(rows, np.arange(len(sums) + 1)).astype(np.int32)
        excess = csr_array((raised - counts, terms, bounds), shape=(len(sums), len(self._weights)))
        sums[:, :-1] += excess @ self._weights
        sums[:, -1] += np.bincount(rows, (raised**2 - counts) * self._squares[terms], minlength=len(sums))
        lengths = np.sqrt(sums[:, -1:])
        lengths[lengths == 0] = 1
        scores: Floats = sums[:, :-1] / lengths
        return scores

    def _repeated(self, walk: Walk) -> tuple[NDArray[np.int32], NDArray[np.int32], Places]:
        """Return (rows, terms, counts) of the terms that stand more than once in a row, by row.

        A longer term is looked for only where a beginning of it is repeated.
        """
        count = len(self._node_weights)
        rows = np.repeat(np.arange(len(walk.bounds) - 1, dtype=np.int32), np.diff(walk.bounds))
        nodes, deepest = walk.characters, walk.nodes
        found = []
        for length in range(1, len(self._trie.prefixes) + 1):
            if length > 1:
                nodes = self._trie.prefixes[length - 1].take(deepest)
                longer = np.flatnonzero(nodes > 0)
                rows, nodes, deepest = rows.take(longer), nodes.take(longer), deepest.take(longer)
            earlier, last = repetitions(_keys(rows, nodes, count))
            others = np.bincount(last, minlength=len(rows))
            is_repeated = others > 0
            final = np.flatnonzero(is_repeated)
            is_repeated[earlier] = True
            final = final.take(np.flatnonzero(self._trie.term_at.take(nodes.take(final)) >= 0))
            found.append((rows.take(final), self._trie.term_at.take(nodes.take(final)), others.take(final) + 1))
            again = np.flatnonzero(is_repeated)
            if not len(again):
                break
            rows, deepest = rows.take(again), deepest.take(again)
        columns = [np.concatenate(column) for column in zip(*found, strict=True)]
        # Sorted runs, one of each length, which a stable sort merges.
        order = np.argsort(columns[0], kind="stable")
        return columns[0][order], columns[1][order], columns[2][order]


def _keys(rows: NDArray[np.int32], nodes: NDArray[np.int32], count: int) -> NDArray[np.uint32] | NDArray[np.uint64]:
    """Return a number for each (row, node), equal only where both are."""
    # 32 bits are enough for all but a single text of many thousand statements, and half as much to move.
    if (int(rows[-1:].max(initial=0)) + 1) * count < 1 << 32:
        return rows.astype(np.uint32) * np.uint32(count) + nodes.astype(np.uint32)
    return rows.astype(np.uint64) * np.uint64(count) + nodes.astype(np.uint64)


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
