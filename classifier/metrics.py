"""Measures of a classifier with bootstrap intervals: accuracy, F1, confusion, calibration error, agreement."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Strings = NDArray[np.str_]

BOOTSTRAPS = 1000
_BINS = 10


@dataclass(frozen=True)
class Estimate:
    """A measured value with a 95 % percentile bootstrap interval (Efron 1979) over units."""

    value: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float]:
        """Plain data for JSON, rounded to four digits."""
        return {"value": round(self.value, 4), "low": round(self.low, 4), "high": round(self.high, 4)}


def bootstrap(measure: Callable[[NDArray[np.int64]], float], units: int, seed: int = 0) -> Estimate:
    """Estimate ``measure(indices)`` over ``units`` units; the interval comes from resampling them with replacement."""
    random = np.random.default_rng(seed)
    values = [measure(random.integers(0, units, units)) for _ in range(BOOTSTRAPS)]
    low, high = np.quantile(values, [0.025, 0.975])
    return Estimate(measure(np.arange(units)), float(low), float(high))


def confusion(truth: Strings, predicted: Strings, codes: Sequence[str]) -> NDArray[np.int64]:
    """Count units by true code (rows) and predicted code (columns)."""
    place = {code: number for number, code in enumerate(codes)}
    rows = np.array([place[str(code)] for code in truth], dtype=np.int64)
    columns = np.array([place[str(code)] for code in predicted], dtype=np.int64)
    counts: NDArray[np.int64] = np.bincount(rows * len(codes) + columns, minlength=len(codes) ** 2)
    return counts.reshape(len(codes), len(codes))


def scores_per_code(counts: NDArray[np.int64]) -> dict[str, Floats]:
    """Return precision, recall and F1 of each code from a confusion matrix; 0 where nothing was predicted or true."""
    hits = np.diag(counts).astype(float)
    precision = hits / np.maximum(counts.sum(axis=0), 1)
    recall = hits / np.maximum(counts.sum(axis=1), 1)
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / np.maximum(precision + recall, 1e-12),
    }


def macro_f1(counts: NDArray[np.int64]) -> float:
    """Mean F1 over the codes that are true or predicted at least once."""
    present = (counts.sum(axis=0) + counts.sum(axis=1)) > 0
    return float(scores_per_code(counts)["f1"][present].mean())


def expected_calibration_error(confidence: Floats, right: NDArray[np.bool_]) -> float:
    """Mean distance between confidence and accuracy over ten equal bins (Naeini, Cooper & Hauskrecht 2015)."""
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gap = np.abs(np.bincount(bins, confidence - right, _BINS))
    return float(gap.sum() / len(confidence))


def summary(truth: Strings, predicted: Strings, confidence: Floats, codes: Sequence[str]) -> dict[str, Any]:
    """Return all measures of one set of predictions as plain data."""
    right = truth == predicted
    counts = confusion(truth, predicted, codes)
    per_code = scores_per_code(counts)
    return {
        "units": len(truth),
        "accuracy": bootstrap(lambda rows: float(right[rows].mean()), len(truth)).to_dict(),
        "macro_f1": bootstrap(lambda rows: macro_f1(confusion(truth[rows], predicted[rows], codes)), len(truth)).to_dict(),
        "expected_calibration_error": bootstrap(
            lambda rows: expected_calibration_error(confidence[rows], right[rows]), len(truth)
        ).to_dict(),
        "per_theme": {
            code: {name: round(float(values[number]), 4) for name, values in per_code.items()}
            | {"units": int(counts[number].sum())}
            for number, code in enumerate(codes)
        },
        "confusion": {"codes": list(codes), "counts": counts.tolist()},
    }
