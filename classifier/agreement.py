"""Agreement of two annotators: Cohen's kappa, Krippendorff's alpha, and every unit on which they differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.codebook import Codebook
from classifier.errors import LabelError
from classifier.labels import PARAGRAPHS_FILE, STATEMENTS_FILE, Label, UnitKey, read_label_file


@dataclass(frozen=True)
class Agreement:
    """How far two annotators agree on one kind of unit: over leaf codes, over themes, and for each theme against the rest.

    ``kappa`` and ``alpha`` are keyed by "leaf codes", "themes" and the code of each theme; 1 is perfect agreement, 0 what
    chance gives. Where neither annotator used a theme, its value is None.
    """

    kind: str
    units: int
    kappa: Mapping[str, float | None]
    alpha: Mapping[str, float | None]
    disagreements: tuple[tuple[Label, Label], ...]


def compare_folders(first: Path, second: Path, codebook: Codebook) -> list[Agreement]:
    """Compare ``paragraphs.csv`` and ``statements.csv`` of two folders; LabelError where they share no kind of unit."""
    results = []
    for name in (PARAGRAPHS_FILE, STATEMENTS_FILE):
        if (first / name).is_file() and (second / name).is_file():
            pair = read_label_file(first / name, codebook), read_label_file(second / name, codebook)
            results.append(compare_labels(name.removesuffix(".csv"), *pair, codebook))
    if not results:
        raise LabelError(
            f"{first} and {second} share neither {PARAGRAPHS_FILE} nor {STATEMENTS_FILE}; name two folders that do"
        )
    return results


def compare_labels(kind: str, first: Sequence[Label], second: Sequence[Label], codebook: Codebook) -> Agreement:
    """Compare the primary themes of two annotators on the units that both labelled.

    Cohen (1960), "A coefficient of agreement for nominal scales"; Krippendorff (2004), "Content analysis", chapter 11.
    """
    other: dict[UnitKey, Label] = {label.key: label for label in second}
    pairs = [(label, other[label.key]) for label in first if label.key in other]
    if not pairs:
        raise LabelError(f"the two annotators share no {kind}; give label files of the same documents")
    leaves = np.array([[one.theme, two.theme] for one, two in pairs])
    themes = np.array([[codebook.entry(code).theme for code in pair] for pair in leaves.tolist()])
    views = {"leaf codes": leaves, "themes": themes}
    views |= {code: np.where(themes == code, code, "rest") for code in codebook.theme_codes}
    return Agreement(
        kind,
        len(pairs),
        {name: cohens_kappa(view) for name, view in views.items()},
        {name: krippendorffs_alpha(view) for name, view in views.items()},
        tuple((one, two) for one, two in pairs if one.theme != two.theme),
    )


def cohens_kappa(codes: NDArray[np.str_]) -> float | None:
    """Return kappa of two annotators' codes, shape (units, 2); None where only one code occurs at all."""
    from sklearn.metrics import cohen_kappa_score

    if len(np.unique(codes)) < 2:
        return None
    return float(cohen_kappa_score(codes[:, 0], codes[:, 1]))


def krippendorffs_alpha(codes: NDArray[np.str_]) -> float | None:
    """Return nominal alpha of annotators' codes, shape (units, annotators); None where only one code occurs at all."""
    import krippendorff

    values, numbers = np.unique(codes, return_inverse=True)
    if len(values) < 2:
        return None
    return float(krippendorff.alpha(numbers.reshape(codes.shape).T, level_of_measurement="nominal"))
