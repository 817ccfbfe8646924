"""A hash table in arrays: many keys are looked up at once."""

import numpy as np
from numpy.typing import NDArray


class HashTable:
    """Keys of 0 and more to int32 values other than 0; open addressing with linear probing.

    >>> HashTable(np.array([7, 2**40]), np.array([1, 2], dtype=np.int32)).get(np.array([2**40, 8, 7])).tolist()
    [2, 0, 1]
    """

    _MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)

    def __init__(self, keys: NDArray[np.int64], values: NDArray[np.int32]) -> None:
        bits = max(4, int(len(keys) * 8).bit_length())
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
        # Slots are always within the table: "clip" only spares NumPy its check of each.
        stored = self._keys.take(slots, mode="clip")
        known = stored == keys
        values: NDArray[np.int32] = self._values.take(slots, mode="clip") * known
        waiting = np.flatnonzero(~known & (stored != -1))
        while len(waiting):
            slots[waiting] = (slots[waiting] + 1) & self._mask
            stored = self._keys[slots[waiting]]
            known = stored == keys[waiting]
            values[waiting[known]] = self._values[slots[waiting[known]]]
            waiting = waiting[~known & (stored != -1)]
        return values
