"""Many texts as one array of code points, so that a whole batch is worked on at once."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]

CODE_POINTS = 0x110000
# Stands before, between and behind the texts: every character of a text has a neighbour on both sides.
_SEPARATOR = "\n"
# So many characters are worked on in one go that the arrays stay in the processor's cache.
_CHARACTERS_AT_ONCE = 1 << 17
# Of so few characters, an array takes longer to ask for than to work on. Some stages then go a way with fewer calls and more
# work: measured alone, those of dividing, adding up and walking are quicker up to 1,700, 2,500 and 3,500 characters.
FEW_CHARACTERS = 1 << 11


class JoinedTexts(NamedTuple):
    """Texts in one array of code points: text ``i`` is ``code_points[starts[i]:ends[i]]``, a line break around each."""

    code_points: NDArray[np.intp]
    starts: Places
    ends: Places

    @property
    def few(self) -> bool:
        """Whether these are so few characters that the number of calls rules."""
        return len(self.code_points) <= FEW_CHARACTERS

    @classmethod
    def of(cls, texts: Sequence[str]) -> "JoinedTexts":
        """Join texts; any character may stand in them, lone surrogates and line breaks included.

        >>> joined = JoinedTexts.of(["普法", ""])
        >>> joined.starts.tolist(), joined.ends.tolist(), len(joined.code_points)
        ([1, 4], [3, 4], 5)
        """
        code_points = code_points_of(_SEPARATOR.join(("", *texts, "")))
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        ends = (lengths + 1).cumsum()
        return cls(code_points, ends - lengths, ends)


def counts_of(bounds: Places) -> Places:
    """Return how many lie between each bound and the next one.

    >>> counts_of(np.array([0, 2, 2, 5])).tolist()
    [2, 0, 3]
    """
    return bounds[1:] - bounds[:-1]


def code_points_of(text: str) -> NDArray[np.intp]:
    """Return the code points of a text, lone surrogates included."""
    # NumPy looks values up by machine words; any other type it would convert at each look-up.
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.intp)


def batches(texts: Sequence[str]) -> Iterator[slice]:
    """Yield slices of ``texts`` of a good size to work on in one go; a longer text is a batch of its own.

    >>> list(batches(["普法"] * 3))
    [slice(0, 3, None)]
    """
    lengths = [*map(len, texts)]
    if lengths and sum(lengths) + len(texts) <= _CHARACTERS_AT_ONCE:
        yield slice(0, len(texts))
        return
    ends = np.cumsum(np.array(lengths, dtype=np.int64) + 1)
    first = 0
    while first < len(texts):
        before = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + _CHARACTERS_AT_ONCE, side="right")))
        yield slice(first, last)
        first = last
