"""Bands of confidence: what can be accepted as it is, what a person looks at, and what is not to be trusted.

Selective classification with guaranteed risk (Geifman & El-Yaniv 2017, "Selective classification for deep neural
networks"): of texts that were not trained on, sorted by confidence, the largest surer part is taken whose error has an
upper bound (Clopper & Pearson 1934) at or below what is promised. Every threshold that is tried is a look at the same data.
Their search pays for its looks with a Bonferroni correction; here the looks stand in a fixed order, from the surer half
downwards, and the first that fails ends the search. Such a fixed sequence needs no correction (Angelopoulos, Bates, Candès,
Jordan & Lei 2021, "Learn then test"), which a hundred texts could not afford. The bound takes errors as independent.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ACCEPT, LOOK, DISTRUST = BANDS = ("accept", "look", "distrust")
# What is promised of a band: at most so many errors (one in twenty; the model is more often right than wrong).
MOST_ERRORS: Mapping[str, float] = {ACCEPT: 0.05, LOOK: 0.5}
# In so many of all trainings each promise holds, at the least.
CERTAINTY = 0.9
# So many texts without any error are needed to show that at most one in twenty is wrong.
FEWEST_UNITS = math.ceil(math.log(1 - CERTAINTY) / math.log(1 - MOST_ERRORS[ACCEPT]))
# The first look takes the surer half, but no more than this: some errors among so many do not end the search.
_LARGEST_FIRST_LOOK = 400
# Thresholds have four digits, so that they can be read, written down and typed in.
_STEPS = 10_000


@dataclass(frozen=True)
class BandCount:
    """How many of ``total`` texts a band held when they were tested on, and in how many of them the theme was wrong."""

    band: str
    units: int
    errors: int
    total: int

    @property
    def share(self) -> float:
        """The part of all texts that lies in this band."""
        return self.units / self.total if self.total else 0.0

    @property
    def error(self) -> float | None:
        """The measured share of errors; None where there was no text."""
        return self.errors / self.units if self.units else None

    @property
    def bound(self) -> float:
        """The upper bound of the share of errors."""
        return error_bound(self.errors, self.units)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; shares are rounded to four digits."""
        return {
            "band": self.band,
            "units": self.units,
            "errors": self.errors,
            "total": self.total,
            "share": round(self.share, 4),
            "error": None if self.error is None else round(self.error, 4),
            "bound": round(self.bound, 4),
        }


@dataclass(frozen=True)
class Bands:
    """Thresholds of confidence, and what was measured in each band when they were chosen, out of fold.

    ``accept`` and ``look`` are the lowest confidence of their bands, None where nothing could be shown to belong there;
    ``kind`` names the units that were measured: ``paragraphs``, or ``texts`` where labels belong to no document.
    """

    accept: float | None
    look: float | None
    kind: str
    measured: tuple[BandCount, ...] = ()

    def of(self, confidence: float) -> str:
        """Return the band of a theme that has this probability.

        >>> bands = Bands(0.95, 0.5, "texts")
        >>> [bands.of(confidence) for confidence in (0.97, 0.8, 0.3)]
        ['accept', 'look', 'distrust']
        """
        if self.accept is not None and confidence >= self.accept:
            return ACCEPT
        return LOOK if self.look is not None and confidence >= self.look else DISTRUST

    def of_each(self, confidence: Floats) -> NDArray[np.intp]:
        """Return the place in ``BANDS`` of each confidence, shape (texts,)."""
        accept, look = (math.inf if threshold is None else threshold for threshold in (self.accept, self.look))
        places: NDArray[np.intp] = np.where(confidence >= accept, 0, np.where(confidence >= look, 1, 2))
        return places

    def accepting_from(self, least: float | str) -> "Bands":
        """Return bands that accept from this confidence on, or from the threshold of the band of this name.

        >>> Bands(0.95, 0.5, "texts").accepting_from("look").of(0.8)
        'accept'
        """
        starts = {ACCEPT: self.accept, LOOK: self.accept if self.look is None else self.look}
        accept = starts[least] if isinstance(least, str) else least
        look = self.look if self.look is None or accept is None else min(self.look, accept)
        return replace(self, accept=accept, look=look)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON and for the model file."""
        return {
            "accept": self.accept,
            "look": self.look,
            "kind": self.kind,
            "most_errors": dict(MOST_ERRORS),
            "certainty": CERTAINTY,
            "measured": [count.to_dict() for count in self.measured],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Bands":
        """Read what `to_dict` wrote."""
        measured = (BandCount(own["band"], own["units"], own["errors"], own["total"]) for own in data["measured"])
        return cls(data["accept"], data["look"], data["kind"], tuple(measured))


def choose_bands(confidence: Floats, right: Flags, kind: str) -> Bands | None:
    """Choose thresholds from the confidence of texts that were not trained on, and whether their theme was right.

    None where there are fewer than ``FEWEST_UNITS`` texts: too few to show anything, were all of them right.
    """
    if len(confidence) < FEWEST_UNITS:
        return None
    confidence = np.floor(confidence * _STEPS) / _STEPS
    accept = _lowest_shown(confidence, right, MOST_ERRORS[ACCEPT])
    rest = confidence < accept if accept is not None else np.ones(len(confidence), dtype=bool)
    look = _lowest_shown(confidence[rest], right[rest], MOST_ERRORS[LOOK])
    bands = Bands(accept, look, kind)
    found = [BANDS[place] for place in bands.of_each(confidence).tolist()]
    return replace(bands, measured=count_bands(found, right))


def count_bands(found: Sequence[str | None], right: Flags) -> tuple[BandCount, ...]:
    """Count texts and errors by band; texts without a band (None) only count among all."""
    bands = np.array([band or "" for band in found])
    return tuple(
        BandCount(band, int((bands == band).sum()), int((~right[bands == band]).sum()), len(bands)) for band in BANDS
    )


def error_bound(errors: float, units: int) -> float:
    """Return the one-sided upper bound of a share of errors by Clopper & Pearson (1934), for independent units.

    >>> round(error_bound(0, 45), 4)
    0.0499
    """
    from scipy.special import betaincinv  # Needed where bands are chosen or shown, not where a text is classified.

    return float(betaincinv(errors + 1, units - errors, CERTAINTY)) if errors < units else 1.0


def _lowest_shown(confidence: Floats, right: Flags, most_errors: float) -> float | None:
    """Return the lowest threshold down to which every look shows so few errors; None where the first does not."""
    different, place_of, counts = np.unique(-confidence, return_inverse=True, return_counts=True)
    units, errors = counts.cumsum(), np.bincount(place_of, ~right, len(different)).cumsum()
    fewest = math.ceil(math.log(1 - CERTAINTY) / math.log(1 - most_errors))
    first = max(fewest, min(math.ceil(len(confidence) / 2), _LARGEST_FIRST_LOOK))
    lowest = None
    for threshold, wrong, count in zip((-different).tolist(), errors.tolist(), units.tolist(), strict=True):
        if count >= first:
            if error_bound(wrong, count) > most_errors:
                break
            lowest = threshold
    return lowest
