"""Count every occurrence of every vocabulary term in many texts at once, and weigh the counts (TF-IDF).

Terms are counted as substrings, overlapping, so that no segmentation is needed when a text is classified.
Counts and frequencies equal those of scikit-learn's ``TfidfVectorizer(analyzer="char", vocabulary=terms, norm=None)``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from classifier.joining import JoinedTexts, batches
from classifier.trie import Trie, rows_of_ones


@dataclass(frozen=True)
class Vocabulary:
    """Terms in sorted order; a term's number is its place. Each is normalised and 1 to 8 characters long."""

    terms: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.terms)

    @cached_property
    def trie(self) -> Trie:
        """The terms as texts are searched for them."""
        return Trie(self.terms)

    def count(self, texts: Sequence[str]) -> csr_array:
        """Return the counts, shape (texts, terms): every occurrence of every term, overlapping ones included.

        >>> Vocabulary(("人民", "人民调解", "民调")).count(["人民调解为人民"]).toarray().tolist()
        [[2, 1, 1]]
        """
        parts = [self._count(JoinedTexts.of(texts[batch])) for batch in batches(texts)]
        if not parts:
            return csr_array(np.zeros((0, len(self)), dtype=np.int32))
        counts: csr_array = vstack(parts, format="csr")
        counts.sort_indices()
        return counts

    def _count(self, joined: JoinedTexts) -> csr_array:
        walk = self.trie.walk(joined, joined.starts)
        # The product adds up, for each text, the terms on the way to every node that it comes to.
        counts: csr_array = rows_of_ones(walk.nodes, walk.bounds, self.trie.paths.shape[0]) @ self.trie.paths
        return counts


@dataclass(frozen=True)
class TfidfWeights:
    """How counts become features: a term's count c times its inverse document frequency, over the length of the row.

    The length is the square root of the sum of c · idf²: every occurrence counts alike. Where no term is repeated, that is
    the usual Euclidean length; a sum over occurrences can be added up without telling the repeated ones from the others.
    The frequencies are scikit-learn's with ``smooth_idf=True``.
    """

    idf: NDArray[np.float64]

    @classmethod
    def fit(cls, counts: csr_array) -> "TfidfWeights":
        """Learn the inverse document frequencies from counts, shape (texts, terms)."""
        texts, terms = counts.shape
        frequency = np.bincount(counts.indices, minlength=terms)
        return cls(np.log((1 + texts) / (1 + frequency)) + 1)

    def apply(self, counts: csr_array) -> csr_array:
        """Return the features, same shape; a row without any term stays zero."""
        frequencies = self.idf[counts.indices]
        values = counts.data * frequencies
        squares = np.concatenate(([0.0], np.cumsum(values * frequencies)))
        lengths = np.sqrt(squares[counts.indptr[1:]] - squares[counts.indptr[:-1]])
        lengths[np.diff(counts.indptr) == 0] = 1
        values /= np.repeat(lengths, np.diff(counts.indptr))
        return csr_array((values, counts.indices, counts.indptr), shape=counts.shape)
