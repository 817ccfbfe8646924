"""How alike two texts are: the Jaccard similarity of their character shingles, many texts at a time.

A text's form for this is that of `classifier.normalisation` without punctuation, and with every number as one ``0``: a
sentence that comes back with other figures, in other widths or spacing, or with other commas is the same sentence. Its
shingles are all sequences of `SHINGLE` characters; of a shorter text, the text itself.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.normalisation import normalise_character

SHINGLE = 4
_NUMBER = re.compile("0+")
_FILLER = "\1"  # Not a letter: no form holds it, so that a short text is like no part of a longer one.
_PAIRS_AT_ONCE = 20_000

Hashes = NDArray[np.uint32]


class _Letters(dict[int, str]):
    """A translation table for `str.translate` that fills itself: letters and digits normalised, the rest taken out."""

    def __missing__(self, code: int) -> str:
        plain = normalise_character(chr(code))
        self[code] = value = plain if plain.isalnum() else ""
        return value


_LETTERS = _Letters()


def copy_form(text: str) -> str:
    """Return a text's form without what does not tell texts apart: width, case, space, punctuation, figures.

    >>> copy_form("（三）调解纠纷１２３件， 成功率 98.5%。")
    '三调解纠纷0件成功率0'
    """
    return _NUMBER.sub("0", text.translate(_LETTERS))


@dataclass(frozen=True)
class Shingles:
    """The hashed shingles of some texts, with repetitions: those of text ``i`` are ``hashes[bounds[i]:bounds[i + 1]]``."""

    hashes: Hashes
    bounds: NDArray[np.int64]

    def distinct(self) -> "Shingles":
        """Return each text's shingles sorted and without repetition."""
        rows = np.repeat(np.arange(len(self.bounds) - 1, dtype=np.uint64), np.diff(self.bounds))
        keys = np.sort((rows << np.uint64(32)) | self.hashes)  # Far quicker than numpy.unique.
        keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])] if len(keys) else keys
        counts = np.bincount((keys >> np.uint64(32)).astype(np.int64), minlength=len(self.bounds) - 1)
        return Shingles(keys.astype(np.uint32), np.concatenate([[0], np.cumsum(counts)]))


def shingles(forms: Sequence[str]) -> Shingles:
    """Return the shingles of texts in the form of `copy_form`."""
    padded = [form.ljust(SHINGLE, _FILLER) if form else "" for form in forms]
    lengths = np.array([*map(len, padded)], dtype=np.int64)
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    counts = np.maximum(lengths - SHINGLE + 1, 0)
    bounds = np.concatenate([[0], np.cumsum(counts)])
    # The place of each shingle's first character: its number among all, and the ends of the texts before it.
    ends = np.cumsum(lengths - counts) - (lengths - counts)
    places = np.arange(bounds[-1]) + np.repeat(ends, counts)
    value = np.zeros(len(places), dtype=np.uint64)
    for step in range(SHINGLE):
        # A code point has 21 bits: three make 63, and the multiplication by an odd number mixes in the fourth.
        value = (value ^ codes[places + step]) * np.uint64(0x9E3779B97F4A7C15)
        value ^= value >> np.uint64(29)
    return Shingles((value >> np.uint64(32)).astype(np.uint32), bounds)


def similarities(forms: Sequence[str], pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the Jaccard similarity |A ∩ B| / |A ∪ B| of the shingles of two forms, for each of ``pairs``, shape (pairs, 2).

    It is exact but for two shingles in four thousand million that share a hash; 0 where a text has no letter.
    """
    found = [_similarities(forms, pairs[start : start + _PAIRS_AT_ONCE]) for start in range(0, len(pairs), _PAIRS_AT_ONCE)]
    return np.concatenate(found) if found else np.zeros(0)


def _similarities(forms: Sequence[str], pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    needed, places = np.unique(pairs, return_inverse=True)
    own = shingles([forms[number] for number in needed.tolist()]).distinct()
    left, right = places.reshape(-1, 2).T
    sizes = np.diff(own.bounds)
    both = np.concatenate([_spread(own, left), _spread(own, right)])
    both.sort()
    pair_of_common = (both[1:][both[1:] == both[:-1]] >> np.uint64(32)).astype(np.int64)
    common = np.bincount(pair_of_common, minlength=len(pairs))
    result: NDArray[np.float64] = common / np.maximum(sizes[left] + sizes[right] - common, 1)
    return result


def _spread(own: Shingles, rows: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return the shingles of these rows one after another, each behind the number of its place among ``rows``."""
    counts = np.diff(own.bounds)[rows]
    starts = np.repeat(own.bounds[rows] - (np.cumsum(counts) - counts), counts)
    number = np.repeat(np.arange(len(rows), dtype=np.uint64), counts)
    keys: NDArray[np.uint64] = (number << np.uint64(32)) | own.hashes[starts + np.arange(counts.sum())]
    return keys


def copy_similarity(first: str, second: str) -> float:
    """Return how alike two texts are, 0 to 1: the Jaccard similarity of their shingles of `SHINGLE` characters.

    >>> copy_similarity("调解纠纷300件。", "调解纠纷 12 件"), copy_similarity("调解纠纷300件。", "办理公证300件。")
    (1.0, 0.0)
    """
    return float(similarities([copy_form(first), copy_form(second)], np.array([[0, 1]]))[0])
