"""The theme mix: which share of a jurisdiction's paragraphs, or of its text, each theme has, and how sure that is.

A document whose paragraphs all carry hand labels is a census: its shares are counts, without an interval. Elsewhere the
calibrated probabilities of unlabelled paragraphs are summed (probabilistic classify-and-count: Bella, Ferri,
Hernández-Orallo & Ramírez-Quintana 2010, "Quantification via probability estimators"), and `classifier.intervals` makes
intervals from the errors that the model made on labelled jurisdictions when it had not seen them. The errors are a model's
record; a model without them gives shares without intervals.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.chunks import Item
from classifier.copies import copy_groups
from classifier.counting import CountedParagraphs, count_paragraphs, each_copy_once
from classifier.errors import InputError
from classifier.intervals import (
    DocumentSums,
    Floats,
    HeldOutErrors,
    IntervalBasis,
    document_half_width,
    documents_half_width,
)
from classifier.labels import LabelSet
from classifier.model import Model
from classifier.origins import Origin
from classifier.predictions import Prediction

GROUPINGS = ("jurisdiction", "document", "year", "level", "section_kind")
MEASURES = ("paragraphs", "text")
COPIES = ("each", "once")


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
    """A theme-mix table. ``interval_level`` is None where no row needs or has an interval, ``basis`` what they rest on.

    ``copies`` is ``each`` where every paragraph counts, ``once`` where copies of each other count once in a row: then
    ``left_out`` paragraphs were not counted.
    """

    by: str
    measure: str
    interval_level: float | None
    snapshot: str
    rows: tuple[MixRow, ...]
    basis: IntervalBasis | None = None
    copies: str = "each"
    left_out: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``policy-themes mix -o FILE.json`` writes it."""
        return {
            "by": self.by,
            "measure": self.measure,
            "interval_level": self.interval_level,
            "snapshot": self.snapshot,
            **({"copies": self.copies, "left_out": self.left_out} if self.copies == "once" else {}),
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
    copies: str = "each",
) -> Mix:
    """Return the theme mix of classified paragraphs; hand labels are used where a paragraph has one.

    ``pairs`` come from `classifier.classify`. With ``copies`` at ``once``, paragraphs of a row that copy each other count
    once. Raises InputError for an unknown grouping, measure or way to count copies, or no paragraph.
    """
    _check_choices(by, measure, copies)
    pairs = [(item, prediction) for item, prediction in pairs if prediction.theme]
    paragraphs = count_paragraphs(model, pairs, labels, by=by, measure=measure)
    groups = copy_groups([item.text for item, _ in pairs]) if copies == "once" else None
    return mix_of_paragraphs(paragraphs, model, by=by, measure=measure, copies=groups)


def mix_of_paragraphs(
    paragraphs: CountedParagraphs,
    model: Model,
    *,
    by: str = "jurisdiction",
    measure: str = "paragraphs",
    detailed: bool = False,
    copies: NDArray[np.int64] | None = None,
) -> Mix:
    """Return the mix of paragraphs that were counted elsewhere; ``detailed`` gives leaf codes in the place of themes.

    ``by`` only names what ``groups`` holds. ``copies``, the group of copies of each paragraph, lets those of a row that
    copy each other count once. Raises InputError for an unknown grouping or measure, or no paragraph.
    """
    _check_choices(by, measure)
    if copies is not None:
        once = each_copy_once(paragraphs, copies)
        mix = mix_of_paragraphs(once, model, by=by, measure=measure, detailed=detailed)
        return replace(mix, copies="once", left_out=len(paragraphs.documents) - len(once.documents))
    if not len(paragraphs.documents):
        raise InputError("no paragraph to count; give documents or tables that hold text")
    fold = _fold(model, detailed)
    codes = model.codebook.leaf_codes if detailed else model.codebook.theme_codes
    recorded = np.array(model.record.get("held_out_errors", {}).get(measure, []), dtype=float).reshape(-1, len(fold) + 1)
    held_out = HeldOutErrors(recorded[:, :-1] @ fold, recorded[:, -1])
    places: dict[str, list[int]] = {}
    for place, group in enumerate(paragraphs.groups):
        places.setdefault(group, []).append(place)
    expected, counted = paragraphs.expected @ fold, paragraphs.counted @ fold
    rows = tuple(_row(group, np.array(own), paragraphs, expected, counted, codes, held_out) for group, own in places.items())
    needed = any(row.labelled < row.paragraphs for row in rows)
    return Mix(
        by,
        measure,
        held_out.level if needed else None,
        _snapshot(paragraphs, f"{model.identity} {by} {measure} {detailed}"),
        rows,
        held_out.basis if needed else None,
    )


def _check_choices(by: str, measure: str, copies: str = "each") -> None:
    if by not in GROUPINGS:
        raise InputError(f"cannot group by {by!r}; use one of {', '.join(GROUPINGS)}")
    if measure not in MEASURES:
        raise InputError(f"cannot measure {measure!r}; use one of {', '.join(MEASURES)}")
    if copies not in COPIES:
        raise InputError(f"cannot count copies {copies!r}; use one of {', '.join(COPIES)}")


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
    held_out: HeldOutErrors,
) -> MixRow:
    expected, counts, labelled = expected[own], counted[own].sum(axis=0), paragraphs.labelled[own]
    shares = expected.sum(axis=0) / max(expected.sum(), 1e-12)
    low, high = _interval(own, paragraphs, expected, shares, held_out) or (None, None)
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
    own: NDArray[np.int64],
    paragraphs: CountedParagraphs,
    expected: Floats,
    shares: Floats,
    held_out: HeldOutErrors,
) -> tuple[Floats, Floats] | None:
    """Return the ends of each theme's interval: never below what is labelled with it, nor above what could be."""
    free, level = ~paragraphs.labelled[own], held_out.level
    if not free.any() or level is None:
        return None
    total = expected.sum()
    documents = _document_sums(own, paragraphs, expected, free)
    if len(documents.expected) == 1:
        half = document_half_width(held_out, level, float(free.sum()), float(expected[free].sum() / total))
    else:
        half = documents_half_width(held_out, level, documents)
    known = expected[~free].sum(axis=0) / total
    return np.maximum(known, shares - half), np.minimum(known + expected[free].sum() / total, shares + half)


def _document_sums(
    own: NDArray[np.int64], paragraphs: CountedParagraphs, expected: Floats, free: NDArray[np.bool_]
) -> DocumentSums:
    names = [paragraphs.documents[place] for place in own]
    document = _numbers(names)
    sums = np.zeros((max(document) + 1, expected.shape[1]))
    np.add.at(sums, document, expected)
    # A document that does not say where it is from is a jurisdiction of its own.
    places = [paragraphs.origins[place].jurisdiction or f"\0{name}" for place, name in zip(own, names, strict=True)]
    jurisdictions = np.zeros(len(sums), dtype=np.int64)
    jurisdictions[document] = _numbers(places)
    unlabelled = np.zeros((len(sums), 2))
    np.add.at(unlabelled, document, free[:, None] * np.column_stack([np.ones(len(own)), expected.sum(axis=1)]))
    return DocumentSums(sums, unlabelled[:, 0], unlabelled[:, 1], jurisdictions)


def _numbers(names: Sequence[str]) -> list[int]:
    """Return the number of each name, the same for the same name, from 0 in order of their first use."""
    number_of: dict[str, int] = {}
    return [number_of.setdefault(name, len(number_of)) for name in names]


def _common_origin(origins: set[Origin]) -> Origin:
    """Return what all paragraphs of a group share of their origin; the rest is empty."""
    names = ("jurisdiction", "adcode", "level", "year")
    values = {name: {getattr(origin, name) for origin in origins} for name in names}
    return Origin(**{name: next(iter(found)) for name, found in values.items() if len(found) == 1})
