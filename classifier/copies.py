"""Copied text: which texts are the same, or nearly so, found among millions without comparing every two.

MinHash with banding (Broder 1997, "On the resemblance and containment of documents"; Leskovec, Rajaraman & Ullman, "Mining
of Massive Datasets", chapter 3): texts that share the key of a band are compared, first by how many of their least hashes
are equal, then exactly, and are copies of each other where their similarity (`classifier.shingles`) reaches `THRESHOLD`.
Copies of copies belong to one group. Two texts of similarity s share a key with probability 1 - (1 - s ** ROWS) ** BANDS:
0.996 where s is 0.7, 0.99997 where it is 0.8. The same texts always give the same groups: the orders that MinHash draws are
drawn once and for all.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from classifier.shingles import copy_form, shingles, similarities

THRESHOLD = 0.7
BANDS, ROWS = 20, 4
_TEXTS_AT_ONCE = 500
# A text is compared with so many others in each band, in their order: the work stays linear where many share a key.
_NEIGHBOURS = 32
# The share of equal least hashes estimates the similarity. At `THRESHOLD` its standard deviation is 0.051: what is under
# this is no copy, but for one pair in twenty thousand, and need not be compared exactly.
_LEAST_ESTIMATE = 0.5
_PAIRS_AT_ONCE = 100_000

Numbers = NDArray[np.int64]
Keys = NDArray[np.uint32]

_RANDOM = np.random.Generator(np.random.PCG64(20260101))
_FACTORS = _RANDOM.integers(0, 2**31, BANDS * ROWS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)


def copy_keys(texts: Sequence[str]) -> Keys:
    """Return the keys of each text's bands, shape (texts, `BANDS`): near-copies have a key of the same band in common.

    A key depends on its text alone and on nothing random, so that keys can be stored and compared later. Keys of different
    bands are different numbers, but for accidents; a text without any letter has zeros, which say nothing.
    """
    return _sketches([copy_form(text) for text in texts])[0]


def copy_groups(texts: Sequence[str]) -> Numbers:
    """Return the group of each text: the place of the first text that it is a copy of, or its own place.

    >>> copy_groups(["坚持党的领导。", "全年调解纠纷300件，成功率98%。", "全年调解纠纷450件,成功率97.5%", "坚持党的领导"])
    array([0, 1, 1, 0])
    """
    number_of: dict[str | int, int] = {}
    # Texts of one form are one text from here on; one without any letter is nobody's copy.
    numbers = [number_of.setdefault(copy_form(text) or place, len(number_of)) for place, text in enumerate(texts)]
    forms = [form if isinstance(form, str) else "" for form in number_of]
    groups = _linked(forms)[np.array(numbers, dtype=np.int64)]
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    result: Numbers = first[inverse]
    return result


def _sketches(forms: Sequence[str]) -> tuple[Keys, NDArray[np.uint8]]:
    """Return the keys of each form, shape (forms, bands), and the last byte of its least hashes, shape (forms, orders)."""
    keys = np.zeros((len(forms), BANDS), dtype=np.uint32)
    lasts = np.zeros((len(forms), BANDS * ROWS), dtype=np.uint8)
    for start in range(0, len(forms), _TEXTS_AT_ONCE):
        some = shingles(forms[start : start + _TEXTS_AT_ONCE])
        worded = np.flatnonzero(np.diff(some.bounds))
        if len(worded):
            least = _least(some.hashes, some.bounds[worded])
            keys[start + worded] = _fold(least)
            lasts[start + worded] = least.astype(np.uint8)
    return keys, lasts


def _least(hashes: NDArray[np.uint32], starts: Numbers) -> NDArray[np.uint32]:
    """Return the least value of each text's shingles in each of many orders, shape (texts, orders)."""
    least = np.empty((len(_FACTORS), len(starts)), dtype=np.uint32)
    ordered = np.empty_like(hashes)
    for row, factor in zip(least, _FACTORS, strict=True):
        # Times an odd number modulo 2 ** 32: every hash becomes another one, and the order is another one.
        np.multiply(hashes, factor, out=ordered)
        np.minimum.reduceat(ordered, starts, out=row)
    return least.T


def _fold(least: NDArray[np.uint32]) -> Keys:
    """Make one key of the values of each band, and of the band's number, shape (texts, bands)."""
    bands = least.reshape(len(least), BANDS, ROWS)
    value = np.broadcast_to(np.arange(1, BANDS + 1, dtype=np.uint64), (len(least), BANDS)).copy()
    for row in range(ROWS):
        value = (value ^ bands[:, :, row]) * np.uint64(0x9E3779B97F4A7C15)
        value ^= value >> np.uint64(31)
    return (value >> np.uint64(32)).astype(np.uint32)


def _linked(forms: Sequence[str]) -> Numbers:
    """Return a number for each of these different forms; those that are linked by copies share it."""
    keys, lasts = _sketches(forms)
    groups = np.arange(len(forms))
    for band in range(BANDS):
        order = np.argsort(keys[:, band], kind="stable")
        order = order[keys[order, band] > 0]
        # Most copies are told by their next neighbour; further ones are compared only where that left groups apart.
        for offsets in (range(1, 2), range(2, _NEIGHBOURS + 1)):
            pairs = _likely(_neighbours(order, keys[order, band], groups, offsets), lasts)
            linked = pairs[similarities(forms, pairs) >= THRESHOLD]
            groups = _joined(groups, linked) if len(linked) else groups
    return groups


def _neighbours(order: Numbers, keys: Keys, groups: Numbers, offsets: range) -> Numbers:
    """Return the pairs of texts of different groups that share a key and stand so far from each other in ``order``."""
    pairs, places = [], np.arange(len(order))
    for offset in offsets:
        places = places[places < len(order) - offset]
        places = places[keys[places] == keys[places + offset]]
        if not len(places):
            break
        found = np.column_stack([order[places], order[places + offset]])
        pairs.append(found[groups[found[:, 0]] != groups[found[:, 1]]])
    return np.concatenate(pairs) if pairs else np.zeros((0, 2), dtype=np.int64)


def _likely(pairs: Numbers, lasts: NDArray[np.uint8]) -> Numbers:
    """Return the pairs whose similarity may reach the threshold."""
    kept = [np.zeros((0, 2), dtype=np.int64)]
    for start in range(0, len(pairs), _PAIRS_AT_ONCE):
        some = pairs[start : start + _PAIRS_AT_ONCE]
        estimate = (lasts[some[:, 0]] == lasts[some[:, 1]]).mean(axis=1)
        kept.append(some[estimate >= _LEAST_ESTIMATE])
    return np.concatenate(kept)


def _joined(groups: Numbers, linked: Numbers) -> Numbers:
    """Return the groups when those of each linked pair have become one."""
    ends = groups[linked]
    links = coo_array((np.ones(len(ends), dtype=bool), (ends[:, 0], ends[:, 1])), shape=(groups.max() + 1,) * 2)
    joined: Numbers = connected_components(links, directed=False)[1][groups].astype(np.int64)
    return joined
