"""Measures: the values of hand-made cases, and intervals that hold them."""

import numpy as np
import pytest

from classifier.metrics import (
    bootstrap,
    confusion,
    expected_calibration_error,
    macro_f1,
    reliability,
    scores_per_code,
    share_right,
    summary,
)

# Nine units of a, one of b: seven a are found, two a are taken for b, the b is found.
COUNTS = np.array([[7, 2], [0, 1]])


def test_precision_recall_and_f1_are_those_of_the_definition() -> None:
    scores = scores_per_code(COUNTS)
    assert scores["precision"] == pytest.approx([1, 1 / 3])
    assert scores["recall"] == pytest.approx([7 / 9, 1])
    assert scores["f1"] == pytest.approx([14 / 16, 2 / 4])
    assert macro_f1(COUNTS) == pytest.approx((14 / 16 + 1 / 2) / 2)


def test_a_code_that_nobody_used_does_not_count_in_the_mean() -> None:
    assert macro_f1(np.array([[3, 0, 0], [0, 2, 0], [0, 0, 0]])) == 1


def test_calibration_error_is_the_distance_of_confidence_from_accuracy() -> None:
    confidence, right = np.array([0.95, 0.95, 0.95, 0.95, 1.0]), np.array([True, True, False, False, True])
    assert expected_calibration_error(confidence, right) == pytest.approx((4 * 0.95 + 1.0 - 3) / 5)
    assert expected_calibration_error(np.array([0.5, 0.5]), np.array([True, False])) == 0


def test_reliability_sets_confidence_beside_accuracy_in_ten_bins() -> None:
    confidence, right = np.array([0.0, 0.31, 0.35, 0.39, 0.95, 1.0]), np.array([False, True, False, False, True, True])
    bins = reliability(confidence, right)
    assert [(row["low"], row["high"], row["units"]) for row in bins] == [(0.0, 0.1, 1), (0.3, 0.4, 3), (0.9, 1.0, 2)]
    assert [row["accuracy"] for row in bins] == [0, pytest.approx(1 / 3, abs=1e-4), 1]
    assert [row["confidence"] for row in bins] == [0, 0.35, 0.975]
    gaps = [row["units"] * abs(row["confidence"] - row["accuracy"]) for row in bins]
    assert expected_calibration_error(confidence, right) == pytest.approx(sum(gaps) / 6, abs=1e-4)


def test_a_bootstrap_interval_holds_its_value_and_narrows_with_more_units() -> None:
    few, many = (share_right(np.arange(units) % 5 > 0) for units in (20, 2000))
    assert few.value == many.value == pytest.approx(0.8)
    assert few.low < many.low < 0.8 < many.high < few.high
    assert bootstrap(lambda rows: 1.0, 5).to_dict() == {"value": 1.0, "low": 1.0, "high": 1.0}


def test_a_summary_holds_every_measure_of_every_theme() -> None:
    truth = np.array(["a"] * 9 + ["b"])
    predicted = np.array(["a"] * 7 + ["b"] * 3)
    found = summary(truth, predicted, np.full(10, 0.8), ["a", "b"])
    assert found["confusion"] == {"codes": ["a", "b"], "counts": COUNTS.tolist()}
    assert found["accuracy"]["value"] == 0.8 and found["expected_calibration_error"]["value"] == 0
    assert found["reliability"] == [{"low": 0.8, "high": 0.9, "units": 10, "confidence": 0.8, "accuracy": 0.8}]
    assert found["per_theme"]["b"]["recall"]["value"] == 1 and found["per_theme"]["b"]["units"] == 1


def test_confusion_counts_true_codes_in_rows() -> None:
    assert confusion(np.array([0] * 9 + [1]), np.array([0] * 7 + [1] * 3), 2).tolist() == COUNTS.tolist()
