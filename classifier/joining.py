"""Many texts as one array of code points, so that a whole batch is worked on at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]

CODE_POINTS = 0x110000
# Stands before, between and behind the texts: every character of a text has a neighbour on both sides.
_SEPARATOR = "\n"
# So many characters are worked on in one go that the arrays stay in the processor's cache.
_CHARACTERS_AT_ONCE = 1 << 17


@dataclass(frozen=True)
class JoinedTexts:
    """Texts in one array of code points: text ``i`` is ``code_points[starts[i]:ends[i]]``, a line break around each."""

    code_points: NDArray[np.intp]
    starts: Places
    ends: Places

    @classmethod
    def of(cls, texts: Sequence[str]) -> "JoinedTexts":
        """Join texts; any character may stand in them, lone surrogates and line breaks included.

        >>> joined = JoinedTexts.of(["普法", ""])
        >>> joined.starts.tolist(), joined.ends.tolist(), len(joined.code_points)
        ([1, 4], [3, 4], 5)
        """
        code_points = code_points_of(_SEPARATOR.join(("", *texts, "")))
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        ends = np.cumsum(lengths + 1)
        return cls(code_points, ends - lengths, ends)


def code_points_of(text: str) -> NDArray[np.intp]:
    """Return the code points of a text, lone surrogates included."""
    # NumPy looks values up by machine words; any other type it would convert at each look-up.
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.intp)


def batches(texts: Sequence[str]) -> Iterator[slice]:
    """Yield slices of ``texts`` of a good size to work on in one go; a longer text is a batch of its own.

    >>> list(batches(["普法"] * 3))
    [slice(0, 3, None)]
    """
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    ends = np.cumsum(lengths + 1)
    first = 0
    while first < len(texts):
        before = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + _CHARACTERS_AT_ONCE, side="right")))
        yield slice(first, last)
        first = last
