"""The steps of a trie in one table: from a node, by a letter, to the next node; many steps are looked up at once.

Every node has a base, and its step by a letter stands at base + letter. The rows of all nodes lie over one another, so
shifted that no two steps want the same slot (row displacement); a slot remembers whose it is. So a step takes three
look-ups in small tables, with no key to make and nothing to try again.
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int32]
Places = NDArray[np.int64]

# So many slots there are for each step: with fewer, bases take longer to find; with more, the table leaves the cache.
_SLOTS_PER_STEP = 4
# A node whose row found no room in so many tries, in a crowded alphabet, gets slots of its own behind all others.
_TRIES = 40
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


class Transitions:
    """Steps between nodes; ``parents`` and ``letters`` say, for the nodes from ``first`` on, how each is come to.

    Letters are 1 to ``first`` - 1; ``parents`` are sorted, and no parent has a letter twice. Letter 0 leads nowhere, and
    nothing leads on from node 0.

    >>> steps = Transitions(np.array([1, 1, 3]), np.array([1, 2, 2]), 3)
    >>> steps.reached(np.array([1, 1, 3, 2, 0], dtype=np.int32), np.array([1, 2, 2, 2, 1])).tolist()
    [3, 4, 5, 0, 0]
    """

    def __init__(self, parents: Places, letters: Places, first: int) -> None:
        begins = np.flatnonzero(np.diff(parents, prepend=-1))
        heads, counts = parents[begins], np.diff(begins, append=len(parents))
        self._room = _SLOTS_PER_STEP * len(parents) + first
        self._owners = np.full(self._room, -1, dtype=np.int32)
        bases = np.zeros(len(heads), dtype=np.int64)
        waiting = np.argsort(-counts, kind="stable")
        while len(waiting):
            # Long rows first, while there is much room; rows of like length together.
            alike = int((counts[waiting] * 2 >= counts[waiting[0]]).sum())
            rows, waiting = waiting[:alike], waiting[alike:]
            for attempt in range(_TRIES):
                tried = (heads[rows] + attempt * first).astype(np.uint64) * _MULTIPLIER >> np.uint64(33)
                bases[rows] = tried.astype(np.int64) % (self._room - first)
                rows = rows[~self._claimed(heads[rows], bases[rows], counts[rows], begins[rows], letters)]
                if not len(rows):
                    break
            bases[rows] = len(self._owners) + first * np.arange(len(rows))
            self._owners = np.append(self._owners, np.full(first * len(rows), -1, dtype=np.int32))
            self._claimed(heads[rows], bases[rows], counts[rows], begins[rows], letters)
        # The row of a node without steps lies behind all others, where every slot is free.
        self._free = len(self._owners)
        self._owners = np.append(self._owners, np.full(first, -1, dtype=np.int32))
        self._bases = np.full(first + len(parents), self._free, dtype=np.int64)
        self._bases[heads] = bases
        self._nodes = np.zeros(len(self._owners), dtype=np.int32)
        self._nodes[self._bases[parents] + letters] = np.arange(first, first + len(parents))

    def _claimed(self, heads: Places, bases: Places, counts: Places, begins: Places, letters: Places) -> NDArray[np.bool_]:
        """Claim the slots of rows and tell which got all of theirs; the others claim none."""
        row = np.repeat(np.arange(len(heads)), counts)
        slots = bases[row] + letters[np.arange(len(row)) + np.repeat(begins - (np.cumsum(counts) - counts), counts)]
        free = np.bincount(row[self._owners[slots] >= 0], minlength=len(heads)) == 0
        row, slots = row[free[row]], slots[free[row]]
        self._owners[slots] = heads[row]
        # Of several that claimed a slot at once, the last has it.
        lost = self._owners[slots] != heads[row]
        got: NDArray[np.bool_] = free & (np.bincount(row[lost], minlength=len(heads)) == 0)
        self._owners[slots[~got[row] & ~lost]] = -1
        return got

    def reached(self, nodes: Numbers, letters: Places) -> Numbers:
        """Return the nodes that each step leads to, 0 where it leads nowhere."""
        slots, leads = self._looked_up(nodes, letters)
        reached: Numbers = self._nodes.take(slots, mode="clip") * leads
        return reached

    def found(self, nodes: Numbers, letters: Places) -> tuple[Places, Numbers]:
        """Return the places of those steps that lead somewhere, and the nodes that these lead to."""
        slots, leads = self._looked_up(nodes, letters)
        places = np.flatnonzero(leads)
        return places, self._nodes.take(slots.take(places, mode="clip"), mode="clip")

    def _looked_up(self, nodes: Numbers, letters: Places) -> tuple[Places, NDArray[np.bool_]]:
        # No look-up is out of bounds: "clip" only spares NumPy its check of each.
        slots = self._bases.take(nodes, mode="clip")
        slots += letters
        return slots, self._owners.take(slots, mode="clip") == nodes

    def leading_on(self, nodes: Numbers) -> Places:
        """Return the places of those nodes that some step leads on from."""
        return np.flatnonzero(self._bases.take(nodes, mode="clip") < self._free)
