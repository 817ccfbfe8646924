"""The theme mix: which share of a jurisdiction's paragraphs, or of its text, each theme has, and how sure that is.

A document whose paragraphs all carry hand labels is a census: its shares are counts, without an interval. Elsewhere the
calibrated probabilities of unlabelled paragraphs are summed (probabilistic classify-and-count: Bella et al. 2010), and
intervals come from the errors that the model made on labelled jurisdictions when it had not seen them (split conformal:
Lei et al. 2018). The errors are a model's record; a model without them gives shares without intervals.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.chunks import Item
from classifier.counting import CountedParagraphs, count_paragraphs
from classifier.documents import Origin
from classifier.errors import InputError
from classifier.labels import LabelSet
from classifier.model import Model
from classifier.predictions import Prediction

Floats = NDArray[np.float64]

GROUPINGS = ("jurisdiction", "document", "year", "level", "section_kind")
MEASURES = ("paragraphs", "text")
BOOTSTRAPS = 1000
_LEVELS = (0.95, 0.9, 0.8)


@dataclass(frozen=True)
class Share:
    """A theme's share in a group, 0 to 1, with its interval where one holds; ``count`` paragraphs, or characters."""

    share: float
    low: float | None
    high: float | None
    count: int


@dataclass(frozen=True)
class MixRow:
    """One group: where it belongs, how many paragraphs it has and how many carry a hand label, and its shares."""

    group: str
    origin: Origin
    paragraphs: int
    labelled: int
    shares: Mapping[str, Share]


@dataclass(frozen=True)
class Mix:
    """A theme-mix table. ``interval_level`` is None where no row needs or has an interval."""

    by: str
    measure: str
    interval_level: float | None
    snapshot: str
    rows: tuple[MixRow, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``policy-themes mix -o FILE.json`` writes it."""
        return {
            "by": self.by,
            "measure": self.measure,
            "interval_level": self.interval_level,
            "snapshot": self.snapshot,
            "rows": [
                {
                    **({self.by: row.group} if self.by in ("document", "section_kind") else {}),
                    "jurisdiction": row.origin.jurisdiction,
                    "adcode": row.origin.adcode,
                    "level": row.origin.level,
                    "year": row.origin.year,
                    "paragraphs": row.paragraphs,
                    "labelled": row.labelled,
                    "shares": {code: vars(share) for code, share in row.shares.items()},
                }
                for row in self.rows
            ],
        }


def theme_mix(
    model: Model,
    pairs: Iterable[tuple[Item, Prediction]],
    labels: LabelSet | None = None,
    *,
    by: str = "jurisdiction",
    measure: str = "paragraphs",
) -> Mix:
    """Return the theme mix of classified paragraphs; hand labels are used where a paragraph has one.

    ``pairs`` come from `classifier.classify`. Raises InputError for an unknown grouping or measure, or no paragraph.
    """
    _check_choices(by, measure)
    paragraphs = count_paragraphs(model, pairs, labels, by=by, measure=measure)
    return mix_of_paragraphs(paragraphs, model, by=by, measure=measure)


def mix_of_paragraphs(
    paragraphs: CountedParagraphs,
    model: Model,
    *,
    by: str = "jurisdiction",
    measure: str = "paragraphs",
    detailed: bool = False,
) -> Mix:
    """Return the mix of paragraphs that were counted elsewhere; ``detailed`` gives leaf codes in the place of themes.

    ``by`` only names what ``groups`` holds. Raises InputError for an unknown grouping or measure, or no paragraph.
    """
    _check_choices(by, measure)
    if not len(paragraphs.documents):
        raise InputError("no paragraph to count; give documents or tables that hold text")
    fold = _fold(model, detailed)
    codes = model.codebook.leaf_codes if detailed else model.codebook.theme_codes
    recorded = np.array(model.record.get("held_out_errors", {}).get(measure, []), dtype=float)
    errors = np.column_stack([recorded[:, :-1] @ fold, recorded[:, -1]]) if len(recorded) else recorded
    level = interval_level(len(errors))
    places: dict[str, list[int]] = {}
    for place, group in enumerate(paragraphs.groups):
        places.setdefault(group, []).append(place)
    expected, counted = paragraphs.expected @ fold, paragraphs.counted @ fold
    rows = tuple(
        _row(group, np.array(own), paragraphs, expected, counted, codes, errors, level) for group, own in places.items()
    )
    needed = any(row.labelled < row.paragraphs for row in rows)
    return Mix(
        by, measure, level if needed else None, _snapshot(paragraphs, f"{model.identity} {by} {measure} {detailed}"), rows
    )


def interval_level(jurisdictions: int) -> float | None:
    """Return the highest level that so many labelled jurisdictions allow, or None below four.

    The ceil((D + 1) * level)-th smallest of D errors must exist.

    >>> [interval_level(number) for number in (3, 4, 9, 19)]
    [None, 0.8, 0.9, 0.95]
    """
    return next((level for level in _LEVELS if _rank(jurisdictions, level) <= jurisdictions), None)


def conformal_half_width(errors: Floats, level: float) -> Floats:
    """Return the half-width for each theme from errors of held-out jurisdictions, shape (jurisdictions, themes)."""
    ordered: Floats = np.sort(np.abs(errors), axis=0)[_rank(len(errors), level) - 1]
    return ordered


def partly_labelled_half_width(errors: Floats, sizes: Floats, level: float, unlabelled: int, size: int) -> Floats:
    """Return t * s * sqrt(u) / N with s the root mean square of error * sqrt(N) over held-out jurisdictions.

    ``errors`` has shape (jurisdictions, themes), ``sizes`` their numbers of paragraphs.
    """
    from scipy.special import stdtrit  # The quantile of Student's t; scipy.stats takes ten times as long to import.

    spread = np.sqrt(np.mean((errors * np.sqrt(sizes)[:, None]) ** 2, axis=0))
    width: Floats = stdtrit(len(errors), (1 + level) / 2) * spread * math.sqrt(unlabelled) / size
    return width


def _check_choices(by: str, measure: str) -> None:
    if by not in GROUPINGS:
        raise InputError(f"cannot group by {by!r}; use one of {', '.join(GROUPINGS)}")
    if measure not in MEASURES:
        raise InputError(f"cannot measure {measure!r}; use one of {', '.join(MEASURES)}")


def _rank(jurisdictions: int, level: float) -> int:
    return math.ceil(round((jurisdictions + 1) * level, 9))


def _fold(model: Model, detailed: bool) -> Floats:
    """1 where a leaf code belongs to a column of the table, shape (leaf codes, columns)."""
    if detailed:
        return np.eye(len(model.codebook.leaf_codes))
    fold: Floats = np.eye(len(model.codebook.theme_codes))[list(model.codebook.leaf_theme_places)]
    return fold


def _snapshot(paragraphs: CountedParagraphs, made_with: str) -> str:
    state = hashlib.sha256(made_with.encode())
    # A hand label is part of the data; what the model says follows from the model and the text.
    labels = np.where(paragraphs.labelled, paragraphs.counted.argmax(axis=1), -1).tolist()
    for row in zip(paragraphs.documents, paragraphs.groups, paragraphs.digests, labels, strict=True):
        state.update("\0".join(map(str, row)).encode("utf-8", "surrogatepass") + b"\n")
    return state.hexdigest()[:16]


def _row(
    group: str,
    own: NDArray[np.int64],
    paragraphs: CountedParagraphs,
    expected: Floats,
    counted: Floats,
    codes: Sequence[str],
    errors: Floats,
    level: float | None,
) -> MixRow:
    expected, counts, labelled = expected[own], counted[own].sum(axis=0), paragraphs.labelled[own]
    shares = expected.sum(axis=0) / max(expected.sum(), 1e-12)
    documents = [paragraphs.documents[place] for place in own]
    interval = _interval(documents, expected, shares, ~labelled, errors, level)
    low, high = interval or (None, None)
    return MixRow(
        group,
        _common_origin({paragraphs.origins[place] for place in own}),
        len(own),
        int(labelled.sum()),
        {
            code: Share(
                _rounded(shares[number]),
                None if low is None else _rounded(low[number]),
                None if high is None else _rounded(high[number]),
                round(float(counts[number])),
            )
            for number, code in enumerate(codes)
        },
    )


def _rounded(value: float) -> float:
    """Round to six digits; to twelve first, since processors differ in the last bits of a sum.

    Those bits would else decide where a share lies between two sixth digits, as 1/128 does.
    """
    return round(round(float(value), 12), 6)


def _interval(
    documents: Sequence[str],
    expected: Floats,
    shares: Floats,
    free: NDArray[np.bool_],
    errors: Floats,
    level: float | None,
) -> tuple[Floats, Floats] | None:
    if not free.any() or level is None or not len(errors):
        return None
    held_out, held_out_sizes = errors[:, :-1], errors[:, -1]
    total = expected.sum()
    known = expected[~free].sum(axis=0) / total
    if free.all():
        half = conformal_half_width(held_out, level)
    else:
        half = partly_labelled_half_width(held_out, held_out_sizes, level, int(free.sum()), len(expected))
    if len(set(documents)) > 1:
        half = np.maximum(half, _between_documents(documents, expected, level))
    return np.maximum(known, shares - half), np.minimum(known + expected[free].sum() / total, shares + half)


def _between_documents(documents: Sequence[str], expected: Floats, level: float) -> Floats:
    """Half the width of the interval from resampling whole documents, never paragraphs (cluster bootstrap)."""
    place_of = {name: number for number, name in enumerate(sorted(set(documents)))}
    place = np.array([place_of[name] for name in documents])
    sums = np.zeros((len(place_of), expected.shape[1]))
    np.add.at(sums, place, expected)
    drawn = np.random.default_rng(0).integers(0, len(sums), (BOOTSTRAPS, len(sums)))
    # How often each document was drawn, times its sums: the same as summing what was drawn, in one product.
    times = np.zeros((BOOTSTRAPS, len(sums)))
    np.add.at(times, (np.arange(BOOTSTRAPS)[:, None], drawn), 1.0)
    totals = times @ sums
    low, high = np.quantile(totals / totals.sum(axis=1)[:, None], [(1 - level) / 2, (1 + level) / 2], axis=0)
    half: Floats = (high - low) / 2
    return half


def _common_origin(origins: set[Origin]) -> Origin:
    """Return what all paragraphs of a group share of their origin; the rest is empty."""
    names = ("jurisdiction", "adcode", "level", "year")
    values = {name: {getattr(origin, name) for origin in origins} for name in names}
    return Origin(**{name: next(iter(found)) for name, found in values.items() if len(found) == 1})
