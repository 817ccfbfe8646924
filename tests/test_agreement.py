"""Agreement: the textbook's values on small tables, and every disagreement named."""

from pathlib import Path

import numpy as np
import pytest
from paths import ROOT

from classifier import LabelError, LabelSet, compare_folders
from classifier.agreement import cohens_kappa, compare_labels, krippendorffs_alpha

# Fifty grant proposals, two readers: 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no. Agreement 0.7, by chance 0.5.
FIFTY = np.array([["yes", "yes"]] * 20 + [["yes", "no"]] * 5 + [["no", "yes"]] * 10 + [["no", "no"]] * 15)


def test_kappa_and_alpha_have_the_values_of_the_formulas() -> None:
    assert cohens_kappa(FIFTY) == pytest.approx(0.4)
    # Alpha: 1 - (n - 1) * disagreeing pairs / product of totals, with n = 100 values, 55 yes, 45 no.
    assert krippendorffs_alpha(FIFTY) == pytest.approx(1 - 99 * 15 / (55 * 45))


def test_perfect_agreement_is_one_and_a_single_code_says_nothing() -> None:
    same = np.array([["a", "a"], ["b", "b"]])
    assert cohens_kappa(same) == krippendorffs_alpha(same) == 1
    assert cohens_kappa(same[:1]) is None and krippendorffs_alpha(same[:1]) is None


def test_only_units_that_both_labelled_count(labels: LabelSet) -> None:
    found = compare_labels("paragraphs", labels.paragraphs, labels.paragraphs[:10], labels.codebook)
    assert found.units == 10 and found.kappa["themes"] == 1 and found.disagreements == ()
    with pytest.raises(LabelError, match="share no paragraphs"):
        compare_labels("paragraphs", labels.paragraphs, (), labels.codebook)


def test_the_two_readings_are_compared_by_code_by_theme_and_theme_by_theme(labels: LabelSet) -> None:
    paragraphs, statements = compare_folders(
        ROOT / "labels/readings/first", ROOT / "labels/readings/second", labels.codebook
    )
    assert (paragraphs.units, statements.units) == (92, 397)
    assert set(paragraphs.kappa) == {"leaf codes", "themes", *labels.codebook.theme_codes}
    assert all(one.theme != two.theme and one.key == two.key for one, two in statements.disagreements)


def test_folders_that_share_nothing_are_refused(tmp_path: Path, labels: LabelSet) -> None:
    with pytest.raises(LabelError, match="share neither"):
        compare_folders(tmp_path, ROOT / "labels", labels.codebook)
