"""Agreement of two annotators or more: kappa and alpha with intervals, every unit on which they differ, the table for R."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from classifier.codebook import Codebook
from classifier.coefficients import MISSING, Coefficient, coefficients
from classifier.csv_cells import csv_text
from classifier.errors import LabelError
from classifier.labels import UnitKey

AGREEMENT_KINDS = ("paragraphs", "statements")
AnnotatorCodes = Mapping[str, Mapping[UnitKey, str]]
"""The leaf code that each annotator gave to each unit."""


@dataclass(frozen=True)
class Disagreement:
    """A unit to which annotators gave different leaf codes, and the code of each who read it."""

    key: UnitKey
    codes: Mapping[str, str]


@dataclass(frozen=True)
class Agreement:
    """How far annotators agree on one kind of unit: over leaf codes, over themes, and for each theme against the rest.

    ``kappa`` and ``alpha`` are keyed by "leaf codes", "themes" and the code of each theme; 1 is perfect agreement, 0 what
    chance gives. Where only one code was used, a value is None. ``units``: those that two of them or more have read. With
    more than two annotators kappa is the mean over all pairs.
    """

    kind: str
    annotators: tuple[str, ...]
    units: int
    kappa: Mapping[str, Coefficient]
    alpha: Mapping[str, Coefficient]
    disagreements: tuple[Disagreement, ...]


def compare_annotators(kind: str, codes: AnnotatorCodes, codebook: Codebook) -> Agreement:
    """Compare the primary themes of two annotators or more on the ``paragraphs``, or on the ``statements``.

    Any unit may lack any annotator. LabelError where no unit was read by two of them.
    """
    names = tuple(codes)
    rows = {key: own for key, own in _units(kind, codes).items() if len(own) >= 2}
    if not rows:
        raise LabelError(
            f"no two annotators of {', '.join(names) or 'none'} have read the same {kind}; give labels of the same documents"
        )
    place = {code: number for number, code in enumerate(codebook.leaf_codes)}
    table = np.array([[place[own[name]] if name in own else MISSING for name in names] for own in rows.values()])
    theme = np.array([codebook.theme_codes.index(codebook.entry(code).theme) for code in codebook.leaf_codes])
    views = {"leaf codes": np.arange(len(place)), "themes": theme}
    views |= {code: (theme == number).astype(np.int64) for number, code in enumerate(codebook.theme_codes)}
    found = coefficients(table, views)
    return Agreement(
        kind,
        names,
        len(rows),
        {name: kappa for name, (kappa, _) in found.items()},
        {name: alpha for name, (_, alpha) in found.items()},
        tuple(Disagreement(key, own) for key, own in rows.items() if len(set(own.values())) > 1),
    )


def compare_kinds(codes: AnnotatorCodes, codebook: Codebook) -> list[Agreement]:
    """Compare all annotators on each kind of unit that two of them have read; LabelError where there is none."""
    kinds = [kind for kind in AGREEMENT_KINDS if any(len(own) >= 2 for own in _units(kind, codes).values())]
    return [compare_annotators(kind, codes, codebook) for kind in kinds or AGREEMENT_KINDS[:1]]


def compare_pairs(kind: str, codes: AnnotatorCodes, codebook: Codebook) -> list[Agreement]:
    """Compare every two annotators who have read a unit of this kind in common."""
    pairs = [{first: codes[first], second: codes[second]} for first, second in combinations(codes, 2)]
    return [
        compare_annotators(kind, pair, codebook)
        for pair in pairs
        if any(len(own) == 2 for own in _units(kind, pair).values())
    ]


def agreement_csv(codes: AnnotatorCodes, codebook: Codebook, *, folded: bool = False) -> str:
    """Return a CSV table of units by annotators, for R or pandas; a cell is empty where an annotator gave no label.

    The columns are document, paragraph, statement (0 for the paragraph) and one for each annotator; cells are leaf codes,
    or themes where ``folded``.
    """
    shown = {code: codebook.entry(code).theme if folded else code for code in codebook.leaf_codes} | {"": ""}
    rows = [
        [*key, *(shown[own.get(key, "")] for own in codes.values())]
        for key in sorted({key for own in codes.values() for key in own})
    ]
    return csv_text([["document", "paragraph", "statement", *codes], *rows])


def _units(kind: str, codes: AnnotatorCodes) -> dict[UnitKey, dict[str, str]]:
    """Return the codes of each unit of a kind by annotator, in the order in which units are met."""
    found: dict[UnitKey, dict[str, str]] = {}
    for name, own in codes.items():
        for key, code in own.items():
            if (key[2] > 0) == (kind == "statements"):
                found.setdefault(key, {})[name] = code
    return found
