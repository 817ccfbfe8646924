"""Count every occurrence of every vocabulary term in many texts at once, and weigh the counts (TF-IDF).

Terms are counted as substrings, overlapping, so that no segmentation is needed when a text is classified. All texts of a
batch become one array of character numbers; a trie over the terms is walked by all positions at once, one level a step.
The values equal those of scikit-learn's ``TfidfVectorizer(analyzer="char", vocabulary=terms, preprocessor=normalise)``.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

# Numbers of characters that no term holds, that are passed over, and that were not met yet.
_BREAK, _DROPPED, _UNMET = 0, 0xFFFF, 0xFFFE
_CODE_POINTS = 0x110000
# So many texts are counted in one go that the arrays stay in the processor's cache.
_TEXTS_AT_ONCE = 1000
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff") | {chr(code) for code in range(0x202A, 0x202F)}


def normalise_character(character: str) -> str:
    """Return the form of a character in which terms are looked for; an empty string where it is passed over.

    Full-width and compatibility forms become plain ones, letters small, digits ``0``; white space and invisible
    characters vanish, so that ``２０ 年`` and ``12年`` look alike. One character never becomes several: offsets survive.

    >>> [normalise_character(c) for c in "Ａ７ 法"]
    ['a', '0', '', '法']
    """
    if character.isspace() or character in _INVISIBLE:
        return ""
    plain = unicodedata.normalize("NFKC", character)
    plain = (plain if len(plain) == 1 else character).lower()
    plain = plain if len(plain) == 1 else character
    if plain.isspace():
        return ""
    return "0" if plain.isdecimal() else plain


class _Normalisation(dict[int, str]):
    """A translation table for `str.translate` that fills itself with the characters it meets."""

    def __missing__(self, code: int) -> str:
        self[code] = value = normalise_character(chr(code))
        return value


_NORMALISATION = _Normalisation()


def normalise(text: str) -> str:
    """Return the text as the vocabulary sees it; see `normalise_character`."""
    return text.translate(_NORMALISATION)


@dataclass(frozen=True)
class Vocabulary:
    """Terms in sorted order; a term's number is its place. Each is normalised and 1 to 8 characters long."""

    terms: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.terms)

    @cached_property
    def _trie(self) -> "_Trie":
        return _Trie(self.terms)

    def count(self, texts: Sequence[str]) -> csr_array:
        """Return the counts, shape (texts, terms): every occurrence of every term, overlapping ones included.

        >>> Vocabulary(("人民", "人民调解", "民调")).count(["人民调解为人民"]).toarray().tolist()
        [[2, 1, 1]]
        """
        if not texts:
            return csr_array((0, len(self)), dtype=np.int64)
        if len(texts) > _TEXTS_AT_ONCE:
            starts = range(0, len(texts), _TEXTS_AT_ONCE)
            parts = [self.count(texts[start : start + _TEXTS_AT_ONCE]) for start in starts]
            together: csr_array = vstack(parts, format="csr")
            return together
        rows, _, _, terms = self._trie.match(texts)
        key = rows * np.int64(len(self)) + terms
        key.sort()
        first = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1]))) if len(key) else np.empty(0, np.int64)
        counts = np.diff(first, append=len(key))
        pairs = key[first]
        row, term = np.divmod(pairs, max(len(self), 1))
        bounds = np.searchsorted(row, np.arange(len(texts) + 1))
        # 32-bit indices: scikit-learn takes no others, and they are half as much to move.
        return csr_array((counts, term.astype(np.int32), bounds.astype(np.int32)), shape=(len(texts), len(self)))

    def find(self, texts: Sequence[str]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Return (row, start, end, term number) of every occurrence, as arrays; offsets count the row's own characters.

        >>> [column.tolist() for column in Vocabulary(("人民", "民调")).find(["为人民", "人民调解"])]
        [[0, 1, 1], [1, 0, 1], [3, 2, 3], [0, 0, 1]]
        """
        return self._trie.match(texts)


@dataclass(frozen=True)
class TfidfWeights:
    """How counts become features: 1 + ln(count), times the term's inverse document frequency, each row of length 1.

    The formulas are scikit-learn's with ``sublinear_tf=True, smooth_idf=True, norm="l2"``.
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
        values = (1 + np.log(counts.data)) * self.idf[counts.indices]
        squares = np.concatenate(([0.0], np.cumsum(values * values)))
        norms = np.sqrt(squares[counts.indptr[1:]] - squares[counts.indptr[:-1]])
        norms[norms == 0] = 1
        values /= np.repeat(norms, np.diff(counts.indptr))
        return csr_array((values, counts.indices, counts.indptr), shape=counts.shape)


class _Trie:
    """The terms as a trie in arrays: node 0 is nowhere, node 1 the root."""

    def __init__(self, terms: Sequence[str]) -> None:
        characters = sorted(set("".join(terms)))
        self._size = len(characters) + 1
        number_of = {character: number for number, character in enumerate(characters, 1)}
        self._number_of = number_of
        # By code point. Filled as characters are met: to look at all of Unicode first would take half a second.
        self._numbers = np.full(_CODE_POINTS, _UNMET, dtype=np.uint16)
        children: dict[int, int] = {}
        term_at = [-1, -1]
        for term_number, term in enumerate(terms):
            node = 1
            for character in term:
                step = node * self._size + number_of[character]
                node = children.setdefault(step, len(term_at))
                if node == len(term_at):
                    term_at.append(-1)
            term_at[node] = term_number
        self._term_at = np.array(term_at, dtype=np.int64)
        steps = np.array(sorted(children), dtype=np.int64)
        targets = np.array([children[step] for step in steps.tolist()], dtype=np.int32)
        self._has_child = np.zeros(len(term_at), dtype=bool)
        self._has_child[steps // self._size] = True
        self._from_root = np.zeros(self._size, dtype=np.int32)
        root = steps // self._size == 1
        self._from_root[steps[root] % self._size] = targets[root]
        self._steps = _HashTable(steps[~root], targets[~root])

    def match(self, texts: Sequence[str]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Return (row, start, end, term) of every occurrence; start and end count characters of the row's text."""
        code_points = np.frombuffer("\n".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        numbers = self._character_numbers(code_points)
        starts_of_rows = np.cumsum([0, *(len(text) + 1 for text in texts)])
        # The line break between two texts is a character of no term, unlike one inside a text, which is passed over.
        numbers[starts_of_rows[1:-1] - 1] = _BREAK
        positions = np.flatnonzero(numbers != _DROPPED)
        numbers = np.append(numbers[positions], np.uint16(_BREAK)).astype(np.int64)
        node = self._from_root[numbers[:-1]]
        at = np.flatnonzero(node)
        node = node[at]
        found: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = []
        depth = 1
        while len(at):
            term = self._term_at[node]
            hit = np.flatnonzero(term >= 0)
            found.append((at[hit], at[hit] + depth - 1, term[hit]))
            inner = np.flatnonzero(self._has_child[node])
            at, node = at[inner], node[inner]
            node = self._steps.get(node * np.int64(self._size) + numbers[np.minimum(at + depth, len(numbers) - 1)])
            alive = np.flatnonzero(node)
            at, node = at[alive], node[alive]
            depth += 1
        first, last, terms = (np.concatenate(part) if found else np.empty(0, np.int64) for part in _columns(found))
        start, end = positions[first], positions[last] + 1
        rows = np.searchsorted(starts_of_rows, start, side="right") - 1
        return rows, start - starts_of_rows[rows], end - starts_of_rows[rows], terms

    def _character_numbers(self, code_points: NDArray[np.uint32]) -> NDArray[np.uint16]:
        numbers = self._numbers[code_points]
        unmet = numbers == _UNMET
        if unmet.any():
            for code in np.unique(code_points[unmet]).tolist():
                plain = normalise_character(chr(code))
                self._numbers[code] = self._number_of.get(plain, _BREAK) if plain else _DROPPED
            numbers = self._numbers[code_points]
        return numbers


class _HashTable:
    """Integer keys to non-zero int32 values, looked up by whole arrays; open addressing with linear probing."""

    _MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)

    def __init__(self, keys: NDArray[np.int64], values: NDArray[np.int32]) -> None:
        bits = max(4, int(len(keys) * 4).bit_length())
        self._shift, self._mask = np.uint64(64 - bits), np.int64((1 << bits) - 1)
        self._keys = np.full(1 << bits, -1, dtype=np.int64)
        self._values = np.zeros(1 << bits, dtype=np.int32)
        waiting, slots = np.arange(len(keys)), self._slots(keys)
        while len(waiting):
            free = self._keys[slots[waiting]] == -1
            self._keys[slots[waiting[free]]] = keys[waiting[free]]
            placed = self._keys[slots[waiting]] == keys[waiting]
            self._values[slots[waiting[placed]]] = values[waiting[placed]]
            waiting = waiting[~placed]
            slots[waiting] = (slots[waiting] + 1) & self._mask

    def _slots(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        return ((keys.astype(np.uint64) * self._MULTIPLIER) >> self._shift).astype(np.int64)

    def get(self, keys: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the values of the keys, 0 where a key is absent."""
        slots = self._slots(keys)
        stored = self._keys[slots]
        values = np.where(stored == keys, self._values[slots], np.int32(0))
        waiting = np.flatnonzero((stored != keys) & (stored != -1))
        while len(waiting):
            slots[waiting] = (slots[waiting] + 1) & self._mask
            stored = self._keys[slots[waiting]]
            hit = stored == keys[waiting]
            values[waiting[hit]] = self._values[slots[waiting[hit]]]
            waiting = waiting[~hit & (stored != -1)]
        return values


def _columns(found: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]) -> Iterable[list[NDArray[Any]]]:
    return ([part[column] for part in found] for column in range(3))
