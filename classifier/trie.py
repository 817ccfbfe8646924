"""A trie over terms, walked by all places of a batch at once: at each, the longest beginning of a term that stands there.

Nodes are numbered so that comparing numbers tells what would else be looked up: 0 is nowhere, then come the characters (the
number of a character is that of its node), then the longer nodes without children, then those with children.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from classifier.hash_table import HashTable
from classifier.joining import CODE_POINTS, JoinedTexts, Places, code_points_of
from classifier.normalisation import normalise_character

Numbers = NDArray[np.int32]

_UNMET, _PASSED_OVER = -1, -2
# Up to 4,096 different characters, a table of all pairs is fastest; of more, pairs are hashed as longer nodes are.
_LARGEST_PAIR_TABLE = 1 << 24


@dataclass(frozen=True)
class Walk:
    """What a walk found: the deepest node that begins at each character, but for those that are passed over.

    Row ``i`` has the characters ``bounds[i]:bounds[i + 1]``; ``places`` are theirs in the joined texts, None if none is
    passed over.
    """

    nodes: Numbers
    bounds: Places
    places: Places | None


class Trie:
    """Terms as a trie in arrays; each term is normalised and has a character or more.

    ``paths``, shape (nodes, terms), has ones at the terms that stand on the way to each node.
    """

    def __init__(self, terms: Sequence[str]) -> None:
        alphabet, letters, uses = np.unique(code_points_of("".join(terms)), return_inverse=True, return_counts=True)
        # What is used most comes first: it then lies close together in the table of pairs, and in the processor's cache.
        by_use = np.argsort(-uses, kind="stable")
        alphabet, letters = alphabet[by_use], np.argsort(by_use)[letters] + 1
        self._size = len(alphabet) + 1
        # By code point. Filled as characters are met: to look at all of Unicode first would take half a second.
        self._numbers = np.full(CODE_POINTS, _UNMET, dtype=np.int32)
        self._number_of = {chr(code): number for number, code in enumerate(alphabet.tolist(), 1)}
        parents, steps, node_of_term = _nodes(letters, np.array([*map(len, terms)], dtype=np.int64), self._size)
        # Numbered anew: nodes with children last.
        longer = np.arange(self._size, len(parents))
        has_child = np.zeros(len(parents), dtype=bool)
        has_child[parents[longer]] = True
        number = np.arange(len(parents), dtype=np.int32)
        number[longer[np.argsort(has_child[longer], kind="stable")]] = longer
        self._first_with_children = len(parents) - int(has_child[longer].sum())
        keys, values = number[parents[longer]] * np.int64(self._size) + steps[longer], number[longer]
        self._pairs: Numbers | None = None
        if self._size**2 <= _LARGEST_PAIR_TABLE:
            self._pairs = np.zeros(self._size**2, dtype=np.int32)
            of_two = keys < self._size**2
            self._pairs[keys[of_two]] = values[of_two]
            keys, values = keys[~of_two], values[~of_two]
        self._steps = HashTable(keys, values)
        parent_of = np.empty_like(number)
        parent_of[number] = number[parents]
        self.paths = _paths(parent_of, number[node_of_term])

    def walk(self, joined: JoinedTexts, starts: Places) -> Walk:
        """Walk from every character of joined texts; no step goes from one row into the next.

        Rows begin at ``starts``, and each ends where the next begins.
        """
        characters = self._numbered(joined)
        places = None
        if characters.min(initial=0) < 0:
            places = np.flatnonzero(characters >= 0)
            # Few are passed over: to count those before each row is quicker than to look the row up among the others.
            starts = starts - np.searchsorted(np.flatnonzero(characters < 0), starts)
            characters = characters.take(places)
        # What a step leads to; the character that begins a row can be stood on but not stepped to.
        next_to = np.append(characters, np.int32(0))
        next_to[starts] = 0
        if self._pairs is None:
            nodes = self._steps.get(characters * np.int64(self._size) + next_to[1:])
        else:
            # The longer of two nodes has the greater number.
            nodes = self._pairs.take((characters * np.int32(self._size) + next_to[1:]).astype(np.intp), mode="clip")
        at = np.flatnonzero(nodes >= self._first_with_children)
        node = nodes.take(at)
        nodes = np.maximum(nodes, characters)
        depth = 2
        while len(at):
            node = self._steps.get(node * np.int64(self._size) + next_to.take(at + depth, mode="clip"))
            deeper = np.flatnonzero(node > 0)
            at, node = at.take(deeper), node.take(deeper)
            nodes[at] = node
            further = np.flatnonzero(node >= self._first_with_children)
            at, node = at.take(further), node.take(further)
            depth += 1
        bounds = np.append(starts, len(characters))
        bounds[0] = 0
        return Walk(nodes, bounds, places)

    def _numbered(self, joined: JoinedTexts) -> Numbers:
        """Return the numbers of all characters: 0 where no term has it and between texts, below 0 where passed over."""
        numbers = self._numbers.take(joined.code_points, mode="clip")
        if (numbers == _UNMET).any():
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


def _nodes(letters: Places, lengths: Places, size: int) -> tuple[Places, Places, Places]:
    """Return the parent and the last letter of every node, and the node of every term.

    ``letters`` are those of all terms, one after another. Nodes are numbered by length, those of one character by letter.
    """
    begins = np.cumsum(lengths) - lengths
    parents, steps = [np.zeros(size, dtype=np.int64)], [np.arange(size)]
    node_of_term = np.zeros(len(lengths), dtype=np.int64)
    term, node, count = np.arange(len(lengths)), letters[begins], size
    depth = 1
    while len(term):
        node_of_term[term] = node
        longer = lengths[term] > depth
        term = term[longer]
        different, place = np.unique(node[longer] * size + letters[begins[term] + depth], return_inverse=True)
        parents.append(different // size)
        steps.append(different % size)
        node = count + place
        count += len(different)
        depth += 1
    return np.concatenate(parents), np.concatenate(steps), node_of_term


def _paths(parents: Numbers, node_of_term: Numbers) -> csr_array:
    """Return ones at the terms that stand on the way to each node, shape (nodes, terms)."""
    term_at = np.full(len(parents), -1, dtype=np.int32)
    term_at[node_of_term] = np.arange(len(node_of_term))
    above = np.arange(len(parents), dtype=np.int32)
    ways = [term_at]
    while (above := parents[above]).any():
        ways.append(np.where(above > 0, term_at[above], -1))
    terms = np.array(ways).T
    bounds = np.concatenate(([0], np.cumsum((terms >= 0).sum(axis=1))))
    return rows_of_ones(terms[terms >= 0], bounds, len(node_of_term))
