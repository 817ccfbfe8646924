"""Drift of an annotator: agreement with labels that were settled before, over time, and whether it has fallen."""

from collections.abc import Sequence
from dataclasses import dataclass

from classifier.coefficients import LEVEL, Coefficient

RECENT_CHECKS, LEAST_EARLIER_CHECKS = 20, 10
_SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Checks:
    """How many settled units an annotator was given anew without knowing it, and how many got the settled theme again."""

    read: int
    same: int

    @property
    def share(self) -> Coefficient:
        """The share of the same theme with its 95 % interval (Clopper & Pearson 1934); None where nothing was read.

        >>> Checks(10, 9).share.to_dict()
        {'value': 0.9, 'low': 0.555, 'high': 0.9975}
        """
        from scipy.special import betaincinv  # Only those who look at drift wait for it.

        if not self.read:
            return Coefficient(None, None, None)
        other, tail = self.read - self.same, (1 - LEVEL) / 2
        low = float(betaincinv(self.same, other + 1, tail)) if self.same else 0.0
        high = float(betaincinv(self.same + 1, other, 1 - tail)) if other else 1.0
        return Coefficient(self.same / self.read, low, high)


@dataclass(frozen=True)
class Drift:
    """The last checks beside all before them; ``p_value`` is None where there are too few to compare."""

    earlier: Checks
    recent: Checks
    p_value: float | None

    @property
    def fallen(self) -> bool:
        """Whether agreement has fallen by more than chance explains."""
        return self.p_value is not None and self.p_value < _SIGNIFICANT


def measure_drift(same: Sequence[bool]) -> Drift:
    """Compare the last 20 checks with those before, of which there must be 10, by Fisher's exact test, one-sided.

    ``same`` says of each check, oldest first, whether it got the settled theme. The p-value is the probability of so few or
    fewer among the last, were all checks alike (Fisher 1935, "The Design of Experiments"); whoever looks after every check
    looks often, so that a warning is a reason to look at the units together, and no proof.

    >>> measure_drift([True] * 30 + [False] * 8 + [True] * 12).fallen
    True
    """
    before, last = same[:-RECENT_CHECKS], same[-RECENT_CHECKS:]
    earlier, recent = Checks(len(before), sum(before)), Checks(len(last), sum(last))
    if len(before) < LEAST_EARLIER_CHECKS:
        return Drift(earlier, recent, None)
    from scipy.stats import hypergeom  # Slow to import.

    return Drift(earlier, recent, float(hypergeom.cdf(recent.same, len(same), sum(same), recent.read)))
