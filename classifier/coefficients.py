"""Cohen's kappa and Krippendorff's alpha for any number of annotators, each with a bootstrap interval.

Units with the same codes are counted once: resampling units then means drawing how often each pattern of codes occurs, from
a multinomial distribution, and a coefficient of all resamples is a few matrix products.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

MISSING = -1
RESAMPLES = 1000
LEVEL = 0.95
_BLOCK = 250  # Resamples at once, so that memory stays small where there are many patterns.


@dataclass(frozen=True)
class Coefficient:
    """A coefficient of agreement with its 95 % interval; None where the data leave it undefined."""

    value: float | None
    low: float | None
    high: float | None

    def to_dict(self) -> dict[str, float | None]:
        """Plain data for JSON, rounded to four digits."""
        return {
            name: None if end is None else round(end, 4)
            for name, end in (("value", self.value), ("low", self.low), ("high", self.high))
        }


UNDEFINED = Coefficient(None, None, None)


def coefficients(codes: Codes, views: Mapping[str, Codes]) -> dict[str, tuple[Coefficient, Coefficient]]:
    """Return (kappa, alpha) of annotators' codes in each view, with percentile bootstrap intervals over units.

    ``codes`` has the shape (units, annotators) and holds numbers from 0, or MISSING; a view gives the number that each code
    has in it. With more than two annotators kappa is the mean over all pairs (Light 1971, "Measures of response agreement
    for qualitative data"). Resampling units: Zapf, Castell, Morawietz & Karch 2016, "Measuring inter-rater reliability for
    nominal data", BMC Medical Research Methodology 16:93. Annotators who never differ give the bootstrap nothing to vary:
    there the lower end comes from Clopper & Pearson's (1934) bound for the share of units on which they differ.

    >>> found = coefficients(np.array([[0, 0]] * 5 + [[1, 1]] * 4 + [[0, 1]]), {"codes": np.array([0, 1])})
    >>> [round(each.value, 3) for each in found["codes"]]
    [0.8, 0.808]
    """
    codes = codes[(codes != MISSING).sum(axis=1) >= 2]
    if not len(codes):
        return dict.fromkeys(views, (UNDEFINED, UNDEFINED))
    patterns, counts = np.unique(codes, axis=0, return_counts=True)
    # A view's own number for MISSING stands at its end, where MISSING points to.
    return {name: _measured(np.append(view, MISSING)[patterns], counts) for name, view in views.items()}


def cohens_kappa(first: Codes, second: Codes, weights: Floats) -> Floats:
    """Return kappa of two annotators for each row of weights; NaN where both use one and the same code only.

    Cohen 1960, "A coefficient of agreement for nominal scales": (observed - chance) / (1 - chance), where chance comes from
    how often each uses each code. ``weights`` has the shape (resamples, units): how often each unit counts.
    """
    both = (first != MISSING) & (second != MISSING)
    first, second, weights = first[both], second[both], weights[:, both]
    total = weights.sum(axis=1)
    observed = _divided(weights @ (first == second).astype(np.float64), total)
    known = np.arange(max(first.max(initial=0), second.max(initial=0)) + 1)
    used = [_divided(weights @ (own[:, None] == known).astype(np.float64), total[:, None]) for own in (first, second)]
    chance = (used[0] * used[1]).sum(axis=1)
    return _divided(observed - chance, 1 - chance)


def mean_kappa(codes: Codes, weights: Floats) -> Floats:
    """Return the mean of Cohen's kappa over the pairs of annotators that have one; with two annotators, theirs."""
    pairs = combinations(range(codes.shape[1]), 2)
    kappas = np.array([cohens_kappa(codes[:, one], codes[:, two], weights) for one, two in pairs])
    known = np.isfinite(kappas)
    return _divided(np.where(known, kappas, 0).sum(axis=0), known.sum(axis=0).astype(np.float64))


def krippendorffs_alpha(codes: Codes, weights: Floats) -> Floats:
    """Return nominal alpha for each row of weights; NaN where only one code occurs. Codes may be MISSING.

    Krippendorff 2004, "Content analysis", chapter 11: 1 - observed / expected disagreement, over units with two or
    more codes.
    """
    counts = (codes[:, :, None] == np.arange(codes.max(initial=0) + 1)).sum(axis=1)
    given = counts.sum(axis=1)
    counts, given, weights = counts[given >= 2], given[given >= 2], weights[:, given >= 2]
    agreeing = (counts * (counts - 1)).sum(axis=1) / (given - 1)
    total, of_code = weights @ given, weights @ counts
    observed = 1 - _divided(weights @ agreeing, total)
    expected = 1 - _divided((of_code * (of_code - 1)).sum(axis=1), total * (total - 1))
    return 1 - _divided(observed, expected)


def _measured(codes: Codes, counts: Codes) -> tuple[Coefficient, Coefficient]:
    """Return kappa and alpha of codes, shape (patterns, annotators), each with how many units have it."""
    patterns, places = np.unique(codes, axis=0, return_inverse=True)
    counts = np.bincount(places.ravel(), counts).astype(np.int64)
    both = [(mean_kappa(patterns, block), krippendorffs_alpha(patterns, block)) for block in _resampled(counts)]
    kappa, alpha = (np.concatenate(values) for values in zip(*both, strict=True))
    least = _least_where_nothing_differs(patterns, counts)
    return _with_interval(kappa, least), _with_interval(alpha, least)


def _resampled(counts: Codes) -> Iterator[Floats]:
    """Yield how often each pattern occurs, shape (some resamples, patterns): first as observed, then as drawn."""
    yield counts[None].astype(np.float64)
    random = np.random.default_rng(0)
    for _ in range(0, RESAMPLES, _BLOCK):
        yield random.multinomial(counts.sum(), counts / counts.sum(), size=_BLOCK).astype(np.float64)


def _with_interval(values: Floats, least: float | None) -> Coefficient:
    """Make a coefficient of the observed value, which comes first, and of those of the resamples."""
    value, drawn = values[0], values[1:]
    drawn = drawn[np.isfinite(drawn)]
    if not np.isfinite(value):
        return UNDEFINED
    if not len(drawn):
        return Coefficient(float(value), None, None)
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]).tolist()
    return Coefficient(float(value), low if least is None else least, high)


def _least_where_nothing_differs(codes: Codes, counts: Codes) -> float | None:
    """Return the lower end where no unit has two codes, and None elsewhere."""
    given = codes != MISSING
    highest, lowest = codes.max(axis=1), np.where(given, codes, codes.max(initial=0)).min(axis=1)
    if (highest != lowest).any():
        return None
    of_code = np.bincount(highest, counts * given.sum(axis=1))
    total = of_code.sum()
    expected = 1 - (of_code * (of_code - 1)).sum() / (total * (total - 1))
    differing = 1 - ((1 - LEVEL) / 2) ** (1 / counts.sum())
    return float(max(-1.0, 1 - differing / expected)) if expected > 0 else None


def _divided(above: Floats, below: Floats) -> Floats:
    """Divide; NaN where the divisor is zero, but for the error of rounding."""
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 1e-12)
