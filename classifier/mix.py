"""The theme mix: which share of a jurisdiction's paragraphs, or of its text, each theme has, and how sure that is.

A document whose paragraphs all carry hand labels is a census: its shares are counts, without an interval. Elsewhere the
calibrated probabilities of unlabelled paragraphs are summed (probabilistic classify-and-count: Bella et al. 2010), and
intervals come from the errors that the model made on labelled jurisdictions when it had not seen them (split conformal:
Lei et al. 2018). The errors are a model's record; a model without them gives shares without intervals.
"""

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.batch import Item
from classifier.documents import Origin
from classifier.errors import InputError
from classifier.labels import Label, LabelSet
from classifier.model import Model, Prediction
from classifier.units import digest

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


@dataclass(frozen=True)
class _Unit:
    """A paragraph's weight in a group: theme probabilities summing to 1, its size, and whether a person labelled it."""

    document: str
    origin: Origin
    group: str
    probabilities: Floats
    theme: str
    size: float
    labelled: bool
    digest: str


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
    if by not in GROUPINGS:
        raise InputError(f"cannot group by {by!r}; use one of {', '.join(GROUPINGS)}")
    if measure not in MEASURES:
        raise InputError(f"cannot measure {measure!r}; use one of {', '.join(MEASURES)}")
    hand = _HandLabels(labels, model)
    units = [unit for item, prediction in pairs for unit in _units(item, prediction, model, hand, by, measure)]
    if not units:
        raise InputError("no paragraph to count; give documents or tables that hold text")
    groups: dict[str, list[_Unit]] = defaultdict(list)
    for unit in units:
        groups[unit.group].append(unit)
    errors = np.array(model.record.get("held_out_errors", {}).get(measure, []), dtype=float)
    codes = model.codebook.theme_codes
    level = interval_level(len(errors))
    rows = tuple(_row(group, members, codes, errors, level) for group, members in groups.items())
    needed = any(row.labelled < row.paragraphs for row in rows)
    state = hashlib.sha256(f"{model.identity} {by} {measure}".encode())
    for unit in units:
        state.update(f"{unit.document}\0{unit.group}\0{unit.digest}\0{unit.labelled}\n".encode("utf-8", "surrogatepass"))
    return Mix(by, measure, level if needed else None, state.hexdigest()[:16], rows)


def interval_level(jurisdictions: int) -> float | None:
    """Return the highest level that so many labelled jurisdictions allow, or None below four.

    The ceil((D + 1) * level)-th smallest of D errors must exist.

    >>> [interval_level(number) for number in (3, 4, 9, 19)]
    [None, 0.8, 0.9, 0.95]
    """
    return next((level for level in _LEVELS if _rank(jurisdictions, level) <= jurisdictions), None)


def _rank(jurisdictions: int, level: float) -> int:
    return math.ceil(round((jurisdictions + 1) * level, 9))


def conformal_half_width(errors: Floats, level: float) -> Floats:
    """Return the half-width for each theme from errors of held-out jurisdictions, shape (jurisdictions, themes)."""
    ordered: Floats = np.sort(np.abs(errors), axis=0)[_rank(len(errors), level) - 1]
    return ordered


def partly_labelled_half_width(errors: Floats, sizes: Floats, level: float, unlabelled: int, size: int) -> Floats:
    """Return t * s * sqrt(u) / N with s the root mean square of error * sqrt(N) over held-out jurisdictions.

    ``errors`` has shape (jurisdictions, themes), ``sizes`` their numbers of paragraphs.
    """
    from scipy.stats import t  # Slow to import, and needed for this case only.

    spread = np.sqrt(np.mean((errors * np.sqrt(sizes)[:, None]) ** 2, axis=0))
    width: Floats = t.ppf((1 + level) / 2, len(errors)) * spread * math.sqrt(unlabelled) / size
    return width


def _row(group: str, units: Sequence[_Unit], codes: Sequence[str], errors: Floats, level: float | None) -> MixRow:
    sizes = np.array([unit.size for unit in units])
    probabilities = np.array([unit.probabilities for unit in units])
    total = max(sizes.sum(), 1e-12)
    shares = sizes @ probabilities / total
    free = [not unit.labelled for unit in units]
    low, high = _interval(units, sizes, probabilities, shares, np.array(free), errors, level)
    counts = [sum(unit.size for unit in units if unit.theme == code) for code in codes]
    return MixRow(
        group,
        _common_origin(units),
        len(units),
        len(units) - sum(free),
        {
            code: Share(
                round(float(shares[number]), 6),
                None if low is None else round(float(low[number]), 6),
                None if high is None else round(float(high[number]), 6),
                round(counts[number]),
            )
            for number, code in enumerate(codes)
        },
    )


def _interval(
    units: Sequence[_Unit],
    sizes: Floats,
    probabilities: Floats,
    shares: Floats,
    free: NDArray[np.bool_],
    errors: Floats,
    level: float | None,
) -> tuple[Floats, Floats] | tuple[None, None]:
    if not free.any() or level is None or not len(errors):
        return None, None
    held_out, held_out_sizes = errors[:, :-1], errors[:, -1]
    total = sizes.sum()
    known = (sizes * ~free) @ probabilities / total
    if free.all():
        half = conformal_half_width(held_out, level)
    else:
        half = partly_labelled_half_width(held_out, held_out_sizes, level, int(free.sum()), len(units))
    documents = [unit.document for unit in units]
    if len(set(documents)) > 1:
        half = np.maximum(half, _between_documents(documents, sizes, probabilities, level))
    return np.maximum(known, shares - half), np.minimum(known + sizes[free].sum() / total, shares + half)


def _between_documents(documents: Sequence[str], sizes: Floats, probabilities: Floats, level: float) -> Floats:
    """Half the width of the interval from resampling whole documents, never paragraphs (cluster bootstrap)."""
    names = sorted(set(documents))
    place = np.array([names.index(name) for name in documents])
    weights = np.array([sizes[place == number].sum() for number in range(len(names))])
    sums = np.array([(sizes[:, None] * probabilities)[place == number].sum(axis=0) for number in range(len(names))])
    drawn = np.random.default_rng(0).integers(0, len(names), (BOOTSTRAPS, len(names)))
    means = sums[drawn].sum(axis=1) / weights[drawn].sum(axis=1)[:, None]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2], axis=0)
    half: Floats = (high - low) / 2
    return half


class _HandLabels:
    """Finds the hand label of a paragraph and of its statements, where the labels speak of the model's codebook."""

    def __init__(self, labels: LabelSet | None, model: Model) -> None:
        self._paragraphs: dict[tuple[str, str], Label] = {}
        self._statements: dict[tuple[str, int, str], Label] = {}
        if labels is not None and labels.codebook.leaf_codes == model.codebook.leaf_codes:
            self._paragraphs = labels.by_text()
            self._statements = {(label.key[0], label.key[1], label.digest): label for label in labels.statements}

    def paragraph(self, item: Item) -> Label | None:
        document = str(item.fields.get("document", ""))
        return self._paragraphs.get((document, digest(item.text))) if self._paragraphs else None

    def statement(self, label: Label | None, text: str) -> Label | None:
        return self._statements.get((label.key[0], label.key[1], digest(text))) if label else None


def _units(item: Item, prediction: Prediction, model: Model, hand: _HandLabels, by: str, measure: str) -> Iterable[_Unit]:
    if not prediction.theme:
        return
    document = str(item.fields.get("document", ""))
    groups = {
        "jurisdiction": item.origin.jurisdiction,
        "document": document,
        "year": item.origin.year,
        "level": item.origin.level,
        "section_kind": str(item.fields.get("section_kind", "")),
    }
    label = hand.paragraph(item)
    codes = model.codebook.theme_codes

    def one_hot(code: str) -> Floats:
        theme = model.codebook.entry(code).theme
        return np.array([float(name == theme) for name in codes])

    own = one_hot(label.theme) if label else np.array(list(prediction.scores.values()))
    size = 1.0
    if measure == "text":
        size = float(sum(len(part.text) for part in prediction.statements))
        labels = [hand.statement(label, part.text) for part in prediction.statements]
        parts = [
            len(part.text) * (one_hot(known.theme) if known else np.array(list(part.scores.values())))
            for part, known in zip(prediction.statements, labels, strict=True)
        ]
        own = np.sum(parts, axis=0) / max(size, 1.0)
    theme = codes[int(own.argmax())]
    yield _Unit(document, item.origin, groups[by], own, theme, size, label is not None, digest(item.text))


def _common_origin(units: Sequence[_Unit]) -> Origin:
    """Return what all units of a group share of their origin; the rest is empty."""
    origins = {unit.origin for unit in units}
    names = ("jurisdiction", "adcode", "level", "year")
    values = {name: {getattr(origin, name) for origin in origins} for name in names}
    return Origin(**{name: next(iter(found)) for name, found in values.items() if len(found) == 1})
