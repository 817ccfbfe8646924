"""Intervals for a theme's share, from the errors that the model made on labelled jurisdictions that it had not seen.

What is estimated is the share in the row's own paragraphs. The only thing unknown about them is the labels of those that
nobody has labelled, so that every interval is the error that the model may have made on these. A jurisdiction counts once,
however many of its documents are labelled: `HeldOutErrors` has one row for each. docs/statistics.md tells how well all of
this holds, measured by `policy-themes verify-intervals`.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BOOTSTRAPS = 1000
FEWEST_JURISDICTIONS = {0.8: 4, 0.9: 9, 0.95: 19}  # How many labelled jurisdictions each level needs.
_MOST_DRAWN = 2_000_000  # Documents drawn at once; more of them would only need more memory.


@dataclass(frozen=True)
class HeldOutErrors:
    """Estimated minus true share of each theme in each labelled jurisdiction, when the model was not trained on it.

    ``errors`` has shape (jurisdictions, themes), ``sizes`` holds the number of labelled paragraphs of each jurisdiction.
    """

    errors: Floats
    sizes: Floats

    @property
    def basis(self) -> "IntervalBasis | None":
        """What to say of these errors below a table; None where there are none."""
        if not self.errors.size:
            return None
        away = np.abs(self.errors)
        return IntervalBasis(len(away), round(float(away.mean()), 6), round(float(away.max()), 6))

    @property
    def level(self) -> float | None:
        """The highest level that so many jurisdictions allow; None where they are too few."""
        return interval_level(len(self.errors))


@dataclass(frozen=True)
class IntervalBasis:
    """What intervals rest on: how many labelled jurisdictions, and how far shares lay from hand labels in them, 0 to 1."""

    jurisdictions: int
    mean_error: float
    largest_error: float


@dataclass(frozen=True)
class DocumentSums:
    """What each document of a row adds to it: one entry, or one row, for each document.

    ``expected`` has shape (documents, themes) and sums the document's paragraphs (or characters) by theme, hand labels and
    probabilities alike; ``unlabelled`` says how many of its paragraphs carry no hand label, ``unlabelled_amounts`` how many
    paragraphs (or characters) those are; equal numbers in ``jurisdictions`` mean the same jurisdiction.
    """

    expected: Floats
    unlabelled: Floats
    unlabelled_amounts: Floats
    jurisdictions: Integers


def interval_level(jurisdictions: int) -> float | None:
    """Return the highest level that so many labelled jurisdictions allow, or None below four.

    The ceil((D + 1) * level)-th smallest of D errors must exist.

    >>> [interval_level(number) for number in (3, 4, 9, 19)]
    [None, 0.8, 0.9, 0.95]
    """
    return max((level for level, fewest in FEWEST_JURISDICTIONS.items() if jurisdictions >= fewest), default=None)


def conformal_half_width(errors: Floats, level: float) -> Floats:
    """Return the ceil((D + 1) * level)-th smallest absolute error of D held-out jurisdictions, for each theme.

    Split conformal prediction (Lei, G'Sell, Rinaldo, Tibshirani & Wasserman 2018, "Distribution-free predictive inference
    for regression", JASA 113, section 2.2): where jurisdictions are exchangeable, it covers a new one with at least
    ``level``. ``errors`` has shape (jurisdictions, themes).

    >>> conformal_half_width(np.array([[0.1], [-0.4], [0.2], [0.0]]), 0.8).tolist()
    [0.4]
    """
    ordered: Floats = np.sort(np.abs(errors), axis=0)[_rank(len(errors), level) - 1]
    return ordered


def partly_labelled_half_width(errors: Floats, sizes: Floats, level: float, unlabelled: float, size: float) -> Floats:
    """Return t * s * sqrt(u) / N, with s the root mean square of error * sqrt(N) over the held-out jurisdictions.

    The sum of u independent errors grows with sqrt(u), and s is the size of one; t is the quantile of Student's
    distribution with a degree of freedom for each jurisdiction, for the mean square is taken about zero (Student 1908;
    design of this project, measured in docs/statistics.md). ``errors`` has shape (jurisdictions, themes), ``sizes`` holds
    their numbers of paragraphs; ``unlabelled`` is u and ``size`` is N.
    """
    from scipy.special import stdtrit  # The quantile of Student's t; scipy.stats takes ten times as long to import.

    spread = np.sqrt(np.mean((errors * np.sqrt(sizes)[:, None]) ** 2, axis=0))
    width: Floats = stdtrit(len(errors), (1 + level) / 2) * spread * math.sqrt(unlabelled) / size
    return width


def document_half_width(held_out: HeldOutErrors, level: float, unlabelled: float, share_unlabelled: float) -> Floats:
    """Return the half-width of each theme's interval for one document, shape (themes,).

    ``unlabelled`` paragraphs carry no label, and make up ``share_unlabelled`` of what is shared out (1: nothing is
    labelled). It is the larger of two, because a model errs in two ways: paragraph by paragraph, which evens out in long
    documents (t * s * sqrt(u) / N), and on a jurisdiction's whole wording, which does not (the conformal error, times the
    share that it applies to). Either alone covers too seldom, the first in documents that are longer than the labelled
    ones, the second in shorter ones.
    """
    if not unlabelled:
        return np.zeros(held_out.errors.shape[1])
    single = partly_labelled_half_width(held_out.errors, held_out.sizes, level, unlabelled, unlabelled / share_unlabelled)
    return np.maximum(single, conformal_half_width(held_out.errors, level) * share_unlabelled)


def documents_half_width(held_out: HeldOutErrors, level: float, documents: DocumentSums) -> Floats:
    """Return the half-width of each theme's interval for several documents together, shape (themes,).

    Whole documents are drawn anew, never paragraphs (the cluster bootstrap: Davison & Hinkley 1997, "Bootstrap methods and
    their application", section 3.8), and each jurisdiction gets the error of a labelled one, drawn from labelled ones that
    are drawn anew themselves: so few of them are a sample too, and a leaning that they share does not average out. The
    half-width is the ``level`` quantile of the distances from the share. Documents of a single jurisdiction have one error
    in common, so that their interval is never narrower than that of one document.
    """
    random = np.random.default_rng(0)
    share = documents.expected.sum(axis=0) / documents.expected.sum()
    block = max(1, _MOST_DRAWN // len(documents.expected))
    distances = np.concatenate(
        [
            np.abs(_redrawn(held_out, documents, min(block, BOOTSTRAPS - done), random) - share)
            for done in range(0, BOOTSTRAPS, block)
        ]
    )
    half: Floats = np.quantile(distances, level, axis=0)
    if len(np.unique(documents.jurisdictions)) > 1:
        return half
    unlabelled_share = documents.unlabelled_amounts.sum() / documents.expected.sum()
    return np.maximum(half, document_half_width(held_out, level, documents.unlabelled.sum(), float(unlabelled_share)))


def _redrawn(held_out: HeldOutErrors, documents: DocumentSums, times: int, random: np.random.Generator) -> Floats:
    """Return the shares of ``times`` bootstrap samples, shape (times, themes)."""
    count, labelled = len(documents.expected), len(held_out.errors)
    drawn = random.integers(0, count, (times, count))
    sample = np.arange(times)[:, None]
    resampled = random.integers(0, labelled, (times, labelled))
    # Which labelled jurisdiction each jurisdiction of the row errs like, in each sample.
    like = resampled[sample, random.integers(0, labelled, (times, int(documents.jurisdictions.max()) + 1))]
    source = like[sample, documents.jurisdictions[drawn]]
    # A document with fewer unlabelled paragraphs than the jurisdiction whose error it gets errs more, as one over the root.
    shorter = np.sqrt(held_out.sizes[source] / np.maximum(documents.unlabelled[drawn], 1))
    weights = documents.unlabelled_amounts[drawn] * np.maximum(1, shorter)
    sums = _counts(drawn, count) @ documents.expected - _counts(source, labelled, weights) @ held_out.errors
    shares: Floats = sums / documents.expected.sum(axis=1)[drawn].sum(axis=1)[:, None]
    return shares


def _counts(places: Integers, length: int, weights: Floats | None = None) -> Floats:
    """Return how often each place stands in each row, or the sum of its weights, shape (rows, length)."""
    flat = (np.arange(len(places))[:, None] * length + places).ravel()
    counted = np.bincount(flat, None if weights is None else weights.ravel(), minlength=len(places) * length)
    return counted.reshape(len(places), length).astype(np.float64)


def _rank(jurisdictions: int, level: float) -> int:
    return math.ceil(round((jurisdictions + 1) * level, 9))
