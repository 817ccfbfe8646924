"""Accuracy on a random audit sample: units that chance drew, that people labelled, and that no model is trained on.

Only such units say without bias how often a model is right: labels from a queue are labels of the difficult units.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.errors import InputError
from classifier.labels import LabelSet
from classifier.splits import Trainer
from classifier.training import train

LEVEL = 0.95


@dataclass(frozen=True)
class AuditAccuracy:
    """How often a model is right on the audit sample, with a 95 % interval; ``weighted``: the units' chances differed."""

    units: int
    right: int
    accuracy: float
    low: float
    high: float
    weighted: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON, rounded to four digits."""
        accuracy = {"value": round(self.accuracy, 4), "low": round(self.low, 4), "high": round(self.high, 4)}
        return {"units": self.units, "right": self.right, "weighted": self.weighted, "accuracy": accuracy}


def audit_accuracy(right: NDArray[np.bool_], probabilities: NDArray[np.float64], frame: int | None = None) -> AuditAccuracy:
    """Estimate accuracy from which sampled units were right and with which probability each was drawn, both (units,).

    With equal probabilities: the share that is right. Its bounds are those of the hypergeometric distribution where
    ``frame`` says how many units the sample was drawn from (Buonaccorsi 1987), else of the binomial one (Clopper & Pearson
    1934). With others: each unit counts 1 / probability (Horvitz & Thompson 1952, as the ratio of Hájek 1971), and the
    bounds are Clopper and Pearson's for as many units as would say as much with equal weights (Korn & Graubard 1998). Raises
    InputError for no unit, a probability that is none, or a frame smaller than the sample.

    >>> found = audit_accuracy(np.array([True] * 46 + [False] * 4), np.full(50, 0.5), frame=100)
    >>> found.accuracy, found.low, found.high
    (0.92, 0.84, 0.96)
    """
    units = len(right)
    if not units or ((probabilities <= 0) | (probabilities > 1)).any():
        raise InputError(f"{units} units, probabilities {probabilities}; give one or more, each drawn with above 0, up to 1")
    if frame is not None and frame < units:
        raise InputError(f"{units} units from {frame}; give the number of units that were drawn from")
    hits = int(right.sum())
    weighted = not bool(np.allclose(probabilities, probabilities[0]))
    weights = 1 / probabilities if weighted else np.ones(units)
    accuracy = float(weights @ right / weights.sum())
    if weighted:
        enough = _equal_units(right, weights, accuracy)
        low, high = clopper_pearson(accuracy * enough, enough)
    elif frame is not None:
        low, high = _hypergeometric_bounds(hits, units, frame)
    else:
        low, high = clopper_pearson(hits, units)
    return AuditAccuracy(units, hits, accuracy, low, high, weighted)


def evaluate_audit(labels: LabelSet, trainer: Trainer = train) -> dict[str, Any] | None:
    """Measure on the audit sample of a label folder, which is never trained on; None where it holds none.

    Units without a probability are left out: nobody knows how they were drawn.
    """
    sample = [label for label in labels.audit if not label.key[2] and label.probability]
    found = trainer(labels).predict([label.text for label in sample]) if sample else []
    measured = [(label, prediction) for label, prediction in zip(sample, found, strict=True) if prediction.theme]
    if not measured:
        return None
    right = np.array([labels.codebook.entry(label.theme).theme == prediction.theme for label, prediction in measured])
    return audit_accuracy(right, np.array([label.probability for label, _ in measured], dtype=float)).to_dict()


def clopper_pearson(hits: float, units: float) -> tuple[float, float]:
    """Return the exact 95 % bounds of a share; the numbers may be fractions, as those of weighted units are.

    Clopper & Pearson (1934), "The use of confidence or fiducial limits illustrated in the case of the binomial".
    """
    from scipy.special import betaincinv

    tail = (1 - LEVEL) / 2
    low = float(betaincinv(hits, units - hits + 1, tail)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1, units - hits, 1 - tail)) if hits < units else 1.0
    return low, high


def _hypergeometric_bounds(hits: int, units: int, frame: int) -> tuple[float, float]:
    """Return the smallest and the largest share of right units in the frame that such a sample does not contradict."""
    from scipy.stats import hypergeom

    possible = np.arange(hits, frame - (units - hits) + 1)
    tail = (1 - LEVEL) / 2
    as_many = hypergeom.sf(hits - 1, frame, possible, units) > tail
    as_few = hypergeom.cdf(hits, frame, possible, units) > tail
    left = possible[as_many & as_few]
    return float(left[0]) / frame, float(left[-1]) / frame


def _equal_units(right: NDArray[np.bool_], weights: NDArray[np.float64], accuracy: float) -> float:
    """Return how many units of equal weight say as much: after Kish (1965), or the variance where that gives fewer."""
    of_weights = float(weights.sum() ** 2 / (weights**2).sum())
    variance = float((weights**2 * (right - accuracy) ** 2).sum() / weights.sum() ** 2)
    return min(of_weights, accuracy * (1 - accuracy) / variance) if variance > 0 else of_weights
