"""Whether two groups of a theme mix differ: the difference of each theme's shares, its interval, and what may be said.

The errors of the two shares are taken to be independent, and their intervals are put together by the square-and-add rule
(Newcombe 1998, method 10; for any two intervals: Zou & Donner 2008). What the model does wrong everywhere cancels out in
a difference; the rule leaves that out, and so errs on the side of caution. docs/differences.md has its measured coverage.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.mix import MixRow, Share

VERDICTS = ("a_higher", "b_higher", "equal", "not_distinguishable", "unknown")
DRAWS_LEVEL = 0.95


@dataclass(frozen=True)
class Difference:
    """A theme's share in A less that in B, -1 to 1, and what may be said of it: one of `VERDICTS`.

    ``low`` and ``high`` bound the difference of *these* reports; None where both shares are counted, and the difference
    with them, or where an estimated share has no interval (``unknown``). ``draws_low`` and ``draws_high`` bound the
    difference of the processes that wrote the reports, if their paragraphs are seen as independent draws from them.
    """

    difference: float
    low: float | None
    high: float | None
    draws_low: float | None
    draws_high: float | None
    verdict: str

    @property
    def draws_distinguishable(self) -> bool:
        """Whether the reports would tell the processes apart, were their paragraphs independent draws from them."""
        return self.draws_low is not None and self.draws_high is not None and not self.draws_low <= 0 <= self.draws_high


@dataclass(frozen=True)
class _Bounded:
    """A share with how far its interval reaches below and above it."""

    share: float
    below: float
    above: float

    def less(self, other: "_Bounded") -> tuple[float, float]:
        """Return the interval of this share less the other: the squares of the reaches add up."""
        difference = self.share - other.share
        low = difference - math.hypot(self.below, other.above)
        high = difference + math.hypot(self.above, other.below)
        return round(max(low, -1.0), 6), round(min(high, 1.0), 6)

    def as_draws(self, size: float, level: float) -> "_Bounded":
        """Return the share as an estimate of the process behind it: a draw's error comes on top."""
        low, high = wilson_interval(self.share, size, level)
        return _Bounded(self.share, math.hypot(self.below, self.share - low), math.hypot(self.above, high - self.share))


def differences(a: MixRow, b: MixRow, interval_level: float | None, sizes: tuple[float, float]) -> Mapping[str, Difference]:
    """Return the difference of each theme between two rows of a mix.

    ``interval_level`` is that of the rows' intervals; where both are counted, it is None, and processes are compared at
    `DRAWS_LEVEL`. ``sizes`` are the numbers of paragraphs that the shares of A and B count, see `effective_size`.
    """
    level = interval_level or DRAWS_LEVEL
    return {code: _difference(a, b, code, sizes, level) for code in a.shares}


def wilson_interval(share: float, size: float, level: float) -> tuple[float, float]:
    """Return the interval of a share of ``size`` independent draws (Wilson 1927).

    >>> low, high = wilson_interval(0.0, 14, 0.95)
    >>> round(low, 3), round(high, 3)
    (0.0, 0.215)
    """
    from scipy.special import ndtri  # scipy.stats takes ten times as long to import.

    z = float(ndtri((1 + level) / 2))
    middle = share + z * z / (2 * size)
    reach = z * math.sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    scale = 1 + z * z / size
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def effective_size(sizes: NDArray[np.float64]) -> float:
    """Return how many equal paragraphs are worth as much as these, for a share that weighs them by size (Kish 1965).

    >>> effective_size(np.array([1.0, 1.0, 1.0])), effective_size(np.array([3.0, 1.0]))
    (3.0, 1.6)
    """
    return float(sizes.sum() ** 2 / (sizes**2).sum())


def _difference(a: MixRow, b: MixRow, code: str, sizes: tuple[float, float], level: float) -> Difference:
    difference = round(a.shares[code].share - b.shares[code].share, 6)
    first, second = _bounded(a, a.shares[code]), _bounded(b, b.shares[code])
    if first is None or second is None:
        return Difference(difference, None, None, None, None, "unknown")
    draws = first.as_draws(sizes[0], level).less(second.as_draws(sizes[1], level))
    if a.labelled == a.paragraphs and b.labelled == b.paragraphs:
        return Difference(difference, None, None, *draws, _sign(difference))
    low, high = first.less(second)
    verdict = "not_distinguishable" if low <= 0 <= high else _sign(difference)
    return Difference(difference, low, high, *draws, verdict)


def _bounded(row: MixRow, share: Share) -> _Bounded | None:
    if row.labelled == row.paragraphs:
        return _Bounded(share.share, 0.0, 0.0)
    if share.low is None or share.high is None:
        return None
    return _Bounded(share.share, max(0.0, share.share - share.low), max(0.0, share.high - share.share))


def _sign(difference: float) -> str:
    return "a_higher" if difference > 0 else "b_higher" if difference < 0 else "equal"
