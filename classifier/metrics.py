"""Measures of a classifier with bootstrap intervals: accuracy, F1, confusion, calibration error, agreement."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Strings = NDArray[np.str_]

BOOTSTRAPS = 1000
SCORES = ("precision", "recall", "f1")
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


def bootstrap_each(measure: Callable[[NDArray[np.int64]], Floats], units: int, seed: int = 0) -> list[Estimate]:
    """Estimate several measures at once: ``measure(indices)`` returns one value for each."""
    random = np.random.default_rng(seed)
    drawn = np.array([measure(random.integers(0, units, units)) for _ in range(BOOTSTRAPS)])
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    values = measure(np.arange(units))
    return [Estimate(float(value), float(low[n]), float(high[n])) for n, value in enumerate(values)]


def bootstrap(measure: Callable[[NDArray[np.int64]], float], units: int, seed: int = 0) -> Estimate:
    """Estimate ``measure(indices)`` over ``units`` units; the interval comes from resampling them with replacement."""
    return bootstrap_each(lambda rows: np.array([measure(rows)]), units, seed)[0]


def share_right(right: NDArray[np.bool_]) -> Estimate:
    """Estimate accuracy from which units were right."""
    return bootstrap(lambda rows: float(right[rows].mean()), len(right))


def places_of(codes: Strings, order: Sequence[str]) -> NDArray[np.int64]:
    """Return the place of each code in ``order``."""
    place = {code: number for number, code in enumerate(order)}
    return np.array([place[str(code)] for code in codes], dtype=np.int64)


def confusion(truth: NDArray[np.int64], predicted: NDArray[np.int64], codes: int) -> NDArray[np.int64]:
    """Count units by place of the true code (rows) and of the predicted one (columns).

    >>> confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    counts: NDArray[np.int64] = np.bincount(truth * codes + predicted, minlength=codes**2)
    return counts.reshape(codes, codes)


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


def _bins_of(confidence: Floats) -> NDArray[np.int64]:
    bins: NDArray[np.int64] = np.minimum((confidence * _BINS).astype(np.int64), _BINS - 1)
    return bins


def expected_calibration_error(confidence: Floats, right: NDArray[np.bool_]) -> float:
    """Mean distance between confidence and accuracy over ten equal bins (Naeini, Cooper & Hauskrecht 2015)."""
    gap = np.abs(np.bincount(_bins_of(confidence), confidence - right, _BINS))
    return float(gap.sum() / len(confidence))


def reliability(confidence: Floats, right: NDArray[np.bool_]) -> list[dict[str, float]]:
    """Return mean confidence beside accuracy in each of ten equal bins of confidence; bins without a unit are left out.

    >>> reliability(np.array([0.95, 0.85, 0.87]), np.array([True, True, False]))[0]
    {'low': 0.8, 'high': 0.9, 'units': 2, 'confidence': 0.86, 'accuracy': 0.5}
    """
    bins = _bins_of(confidence)
    return [
        {
            "low": number / _BINS,
            "high": (number + 1) / _BINS,
            "units": int((bins == number).sum()),
            "confidence": round(float(confidence[bins == number].mean()), 4),
            "accuracy": round(float(right[bins == number].mean()), 4),
        }
        for number in np.unique(bins).tolist()
    ]


def summary(truth: Strings, predicted: Strings, confidence: Floats, codes: Sequence[str]) -> dict[str, Any]:
    """Return all measures of one set of predictions as plain data."""
    right = truth == predicted
    true_places, predicted_places = places_of(truth, codes), places_of(predicted, codes)

    def counted(rows: NDArray[np.int64]) -> NDArray[np.int64]:
        return confusion(true_places[rows], predicted_places[rows], len(codes))

    counts = counted(np.arange(len(truth)))
    per_code = bootstrap_each(lambda rows: np.concatenate(list(scores_per_code(counted(rows)).values())), len(truth))
    return {
        "units": len(truth),
        "accuracy": share_right(right).to_dict(),
        "macro_f1": bootstrap(lambda rows: macro_f1(counted(rows)), len(truth)).to_dict(),
        "expected_calibration_error": bootstrap(
            lambda rows: expected_calibration_error(confidence[rows], right[rows]), len(truth)
        ).to_dict(),
        "reliability": reliability(confidence, right),
        "per_theme": {
            code: {name: per_code[place * len(codes) + number].to_dict() for place, name in enumerate(SCORES)}
            | {"units": int(counts[number].sum())}
            for number, code in enumerate(codes)
        },
        "confusion": {"codes": list(codes), "counts": counts.tolist()},
    }
