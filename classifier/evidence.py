"""The evidence for a leaf code: which terms stand where in a text, and what each occurrence adds to its score.

A score is a sum over the occurrences of terms (see `classifier.scoring`), so that the walk that scored a text knows all of
its evidence: an occurrence adds its term's weight over the length of its statement, times what the statement counts.
"""

from collections.abc import Sequence
from itertools import islice, pairwise

import numpy as np
from numpy.typing import NDArray

from classifier.joining import Places, counts_of
from classifier.predictions import Evidence
from classifier.scoring import Floats, ScoredStatements
from classifier.trie import Trie


class EvidenceFinder:
    """Finds the evidence in statements that were scored; ``frequencies`` and ``linear`` are those of their scorer."""

    def __init__(self, trie: Trie, terms: Sequence[str], frequencies: Floats, linear: Floats) -> None:
        self._trie, self._terms = trie, terms
        # The weights of a leaf code lie side by side.
        self._weights = (frequencies[:, np.newaxis] * linear).T.ravel()

    def find(
        self, scored: ScoredStatements, shares: Floats, leaves: NDArray[np.intp], most: int | None
    ) -> list[tuple[Evidence, ...]]:
        """Return the evidence in each text, in order of its place: all of it, or the ``most`` occurrences that add most.

        ``shares`` is what each statement counts in its text, ``leaves`` the place of each text's leaf code.
        """
        walk, bounds = scored.walk, scored.split.bounds
        places, terms = self._trie.occurrences(walk)
        statements = np.arange(len(shares)).repeat(counts_of(walk.bounds)).take(places)
        rows = (leaves * len(self._terms)).repeat(counts_of(bounds))
        weights = self._weights.take(rows.take(statements) + terms) * (shares / scored.lengths).take(statements)
        ends_of_texts = statements.searchsorted(bounds)
        if most is not None:
            kept = _strongest(weights, ends_of_texts, most)
            places, terms, weights = places.take(kept), terms.take(kept), weights.take(kept)
            ends_of_texts = kept.searchsorted(ends_of_texts)
        counts = counts_of(ends_of_texts)
        starts, ends = self._trie.spans(walk, places, terms)
        offsets = scored.joined.starts.repeat(counts)
        words = map(self._terms.__getitem__, terms.tolist())
        found = map(
            Evidence._make, zip(words, (starts - offsets).tolist(), (ends - offsets).tolist(), weights.tolist(), strict=True)
        )
        return [tuple(islice(found, count)) for count in counts.tolist()]


def _strongest(weights: Floats, bounds: Places, most: int) -> Places:
    """Return the places of the ``most`` weights of each text that are farthest from 0, the first ones of equal ones."""
    strength = np.abs(weights)
    kept = [first + _largest(strength[first:last], most) for first, last in pairwise(bounds.tolist())]
    return np.concatenate(kept) if kept else np.arange(0)


def _largest(values: Floats, most: int) -> Places:
    if most < 1 or len(values) <= most:
        return np.arange(len(values) if most > 0 else 0)
    ordered = values.copy()
    ordered.partition(-most)
    threshold = ordered[-most]
    kept = (values >= threshold).nonzero()[0]
    if len(kept) > most:
        equal = (values.take(kept) == threshold).nonzero()[0]
        kept = np.delete(kept, equal[most - len(kept) :])
    places: Places = kept
    return places
