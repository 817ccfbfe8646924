"""A trie over terms, walked by all places of a batch at once: at each, the longest beginning of a term that stands there.

Nodes are numbered by length: 0 is nowhere, then come the characters (the number of a character is that of its node), then
the longer nodes. So of two nodes on one way the greater number is the deeper one.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from classifier.joining import CODE_POINTS, JoinedTexts, Places, code_points_of
from classifier.normalisation import normalise_character
from classifier.transitions import Transitions

Numbers = NDArray[np.int32]

# The first is the least of all numbers.
_UNMET, _PASSED_OVER = -2, -1
_NO_TERM = -1


class Walk(NamedTuple):
    """What a walk found: the deepest node that begins at each character, but for those that are passed over.

    Row ``i`` has the characters ``bounds[i]:bounds[i + 1]``; ``places`` are theirs in the joined texts, None if none is
    passed over.
    """

    nodes: Numbers
    bounds: Places
    places: Places | None


class Trie:
    """Terms as a trie in arrays; each term is normalised and has a character or more."""

    def __init__(self, terms: Sequence[str]) -> None:
        alphabet, letters, uses = np.unique(code_points_of("".join(terms)), return_inverse=True, return_counts=True)
        # What is used most comes first: it then lies close together in tables, and in the processor's cache.
        by_use = np.argsort(-uses, kind="stable")
        alphabet, letters = alphabet[by_use], np.argsort(by_use)[letters] + 1
        size = len(alphabet) + 1
        # By code point. Filled as characters are met: to look at all of Unicode first would take half a second.
        self._numbers = np.full(CODE_POINTS, _UNMET, dtype=np.int32)
        self._number_of = {chr(code): number for number, code in enumerate(alphabet.tolist(), 1)}
        self._lengths = np.array([*map(len, terms)], dtype=np.int64)
        self._levels, self._parents, steps, self._node_of_term = _nodes(letters, self._lengths, size)
        self._steps = Transitions(self._parents[size:], steps[size:], size)

    def walk(self, joined: JoinedTexts, starts: Places) -> Walk:
        """Walk from every character of joined texts; no step goes from one row into the next.

        Rows begin at ``starts``, and each ends where the next begins.
        """
        nodes = self._numbered(joined)
        places = None
        if np.minimum.reduce(nodes) < 0:
            places = np.flatnonzero(nodes >= 0)
            # Few are passed over: to count those before each row is quicker than to look the row up among the others.
            starts = starts - np.searchsorted(np.flatnonzero(nodes < 0), starts)
            nodes = nodes.take(places)
        # What a step goes by; the character that begins a row can be stood on but not stepped to.
        letters = np.zeros(len(nodes) + len(self._levels), dtype=np.int64)
        letters[: len(nodes)] = nodes
        letters[starts] = 0
        if joined.few:
            self._step_everywhere(nodes, letters)
        else:
            self._step_on(nodes, letters)
        bounds = np.empty(len(starts) + 1, dtype=np.int64)
        bounds[:-1] = starts
        bounds[-1] = len(nodes)
        bounds[0] = 0
        return Walk(nodes, bounds, places)

    def _step_everywhere(self, nodes: Numbers, letters: Places) -> None:
        """Take all places to their deepest nodes, those that are there already as well: fewest calls."""
        reached = nodes
        for depth in range(1, len(self._levels)):
            reached = self._steps.reached(reached, letters[depth : depth + len(nodes)])
            np.maximum(nodes, reached, out=nodes)

    def _step_on(self, nodes: Numbers, letters: Places) -> None:
        """Take all places to their deepest nodes, and look at each only as long as a step leads on: least work."""
        at, deeper = self._steps.found(nodes, letters[1 : len(nodes) + 1])
        depth = 1
        while len(at):
            nodes[at] = deeper
            depth += 1
            on = self._steps.leading_on(deeper)
            at, deeper = at.take(on), deeper.take(on)
            on, deeper = self._steps.found(deeper, letters.take(at + depth, mode="clip"))
            at = at.take(on)

    def occurrences(self, walk: Walk) -> tuple[Places, Numbers]:
        """Return every occurrence of a term in a walk as (place in ``walk.nodes``, term), in order of start and end."""
        ways = self._ways.take(walk.nodes, axis=0, mode="clip").ravel()
        found = (ways >= 0).nonzero()[0]
        return found // self._ways.shape[1], ways.take(found)

    def spans(self, walk: Walk, places: Places, terms: Numbers) -> tuple[Places, Places]:
        """Return where occurrences start and end in the joined texts, as shown: with what was passed over in them."""
        last = places + self._lengths.take(terms) - 1
        return (places, last + 1) if walk.places is None else (walk.places.take(places), walk.places.take(last) + 1)

    def sums(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return for each node the sum of the weights of the terms on the way to it; ``weights`` has a row for each term."""
        sums = np.zeros((len(self._parents), weights.shape[1]))
        sums[self._node_of_term] = weights
        for first, last in self._levels[1:]:
            sums[first:last] += sums[self._parents[first:last]]
        return sums

    @cached_property
    def paths(self) -> csr_array:
        """Ones at the terms that stand on the way to each node, shape (nodes, terms)."""
        known = self._ways >= 0
        return rows_of_ones(self._ways[known], np.append(0, np.cumsum(known.sum(axis=1))), len(self._lengths))

    @cached_property
    def _ways(self) -> Numbers:
        """The terms that stand on the way to each node, by length, shape (nodes, longest term)."""
        term_at = np.full(len(self._parents), _NO_TERM, dtype=np.int32)
        term_at[self._node_of_term] = np.arange(len(self._lengths))
        ways = np.full((len(self._parents), len(self._levels)), _NO_TERM, dtype=np.int32)
        for depth, (first, last) in enumerate(self._levels):
            ways[first:last] = ways[self._parents[first:last]]
            ways[first:last, depth] = term_at[first:last]
        return ways

    def _numbered(self, joined: JoinedTexts) -> Numbers:
        """Return the numbers of all characters: 0 where no term has it and between texts, below 0 where passed over."""
        numbers = self._numbers.take(joined.code_points, mode="clip")
        if np.minimum.reduce(numbers) == _UNMET:
            for code in np.unique(joined.code_points[numbers == _UNMET]).tolist():
                plain = normalise_character(chr(code))
                self._numbers[code] = self._number_of.get(plain, 0) if plain else _PASSED_OVER
            numbers = self._numbers.take(joined.code_points, mode="clip")
        numbers[joined.starts - 1] = numbers[-1:] = 0
        return numbers


def rows_of_ones(columns: Numbers, bounds: Places, width: int, kind: type = np.int32) -> csr_array:
    """Return a matrix of ``width`` columns whose row ``i`` has ones at ``columns[bounds[i]:bounds[i + 1]]``."""
    # 32-bit indices: half as much to move, and scikit-learn takes no others.
    indices, ends = columns.astype(np.int32, copy=False), bounds.astype(np.int32)
    return csr_array((np.ones(len(columns), dtype=kind), indices, ends), shape=(len(bounds) - 1, width))


def _nodes(letters: Places, lengths: Places, size: int) -> tuple[list[tuple[int, int]], Places, Places, Places]:
    """Return the nodes of each length (first, behind the last), the parent and last letter of each, and each term's node.

    ``letters`` are those of all terms, one after another. Nodes are numbered by length, then by parent and letter.
    """
    begins = np.cumsum(lengths) - lengths
    levels, parents, steps = [(0, size)], [np.zeros(size, dtype=np.int64)], [np.arange(size)]
    node_of_term = np.zeros(len(lengths), dtype=np.int64)
    term, node = np.arange(len(lengths)), letters[begins]
    while True:
        node_of_term[term] = node
        longer = lengths[term] > len(levels)
        term = term[longer]
        if not len(term):
            return levels, np.concatenate(parents), np.concatenate(steps), node_of_term
        different, place = np.unique(node[longer] * size + letters[begins[term] + len(levels)], return_inverse=True)
        parents.append(different // size)
        steps.append(different % size)
        count = levels[-1][1]
        node = count + place
        levels.append((count, count + len(different)))
