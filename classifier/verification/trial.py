"""What a method of estimating shares is tried on, and how well it did."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Known:
    """What earlier jurisdictions tell of a model; one entry of the first axis for each run.

    ``errors`` (runs, jurisdictions, themes) are estimated minus true shares, ``sizes`` (runs, jurisdictions) numbers of
    paragraphs; ``confusion`` (runs, themes, themes) is the share of paragraphs of the second theme that are classified as
    the first; ``prior`` (runs, themes) the shares that the probabilities were calibrated on.
    """

    errors: Floats
    sizes: Floats
    confusion: Floats
    prior: Floats


@dataclass(frozen=True)
class Trial:
    """Rows of a mix, one for each run, with all that a method may know, and with the truth.

    ``probabilities`` and ``truth`` (one-hot) have shape (runs, paragraphs, themes), ``present`` and ``labelled`` (runs,
    paragraphs): rows shorter than others have paragraphs that are not present. ``documents`` (paragraphs,) numbers the
    document of each paragraph, ``jurisdictions`` (documents,) the jurisdiction of each document.
    """

    known: Known
    probabilities: Floats
    truth: Floats
    present: Mask
    labelled: Mask
    documents: NDArray[np.int64]
    jurisdictions: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, dtype=np.int64))

    @property
    def free(self) -> Mask:
        """Which paragraphs carry no label, shape (runs, paragraphs)."""
        return self.present & ~self.labelled

    @property
    def shares(self) -> Floats:
        """The true shares, shape (runs, themes)."""
        shares: Floats = total(self.truth, self.present) / self.present.sum(axis=1)[:, None]
        return shares

    def with_rest(self, rest: Floats) -> Floats:
        """Return shares of the whole rows from labels, and from shares of what is not labelled, shape (…, runs, themes)."""
        counted = total(self.truth, self.labelled)
        shares: Floats = (counted + rest * self.free.sum(axis=1)[:, None]) / self.present.sum(axis=1)[:, None]
        return shares


@dataclass(frozen=True)
class Estimates:
    """What a method says of the rows of a trial: shares and interval ends, each of shape (runs, themes)."""

    shares: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Score:
    """How well a method did: coverage with its standard error, width of the intervals, mean absolute error; all 0 to 1."""

    coverage: float
    standard_error: float
    width: float
    error: float


def total(values: Floats, chosen: Mask) -> Floats:
    """Sum over the chosen paragraphs, shape (runs, themes)."""
    summed: Floats = np.einsum("rpt,rp->rt", values, chosen.astype(np.float64))
    return summed


def score(found: Estimates, truth: Floats, clusters: NDArray[np.int64] | None = None) -> Score:
    """Compare estimates with the truth, both of shape (runs, themes).

    Themes of a row share their errors, as do runs with the same number in ``clusters``: the standard error is that of the
    mean over clusters, by default over runs.
    """
    slack = 1e-9  # A census, and an interval that ends on the truth, must not be missed by rounding.
    covered = ((found.low - slack <= truth) & (truth <= found.high + slack)).mean(axis=1)
    places = np.arange(len(covered)) if clusters is None else clusters
    means = np.bincount(places, covered) / np.bincount(places)
    return Score(
        float(covered.mean()),
        float(means.std(ddof=1) / np.sqrt(len(means))),
        float((found.high - found.low).mean()),
        float(np.abs(found.shares - truth).mean()),
    )
