"""The methods that are compared, ours first: each says shares and intervals for all rows of a trial."""

from collections.abc import Callable, Mapping

import numpy as np

from classifier.intervals import DocumentSums, HeldOutErrors, document_half_width, documents_half_width
from classifier.verification.quantifiers import (
    adjusted_count,
    classify_and_count,
    expectation_maximisation,
    probabilistic_classify_and_count,
)
from classifier.verification.trial import Estimates, Floats, Trial

_SAMPLES = 100
_ROUNDS_OF_A_SAMPLE = 20  # It starts from the estimate, which is near.

Method = Callable[[Trial, float, np.random.Generator], Estimates | None]


def labels_and_errors(trial: Trial, level: float, random: np.random.Generator) -> Estimates:
    """Ours: labels and mean probabilities, with the error of held-out jurisdictions; just what a mix does."""
    free = trial.free
    shares = trial.with_rest(probabilistic_classify_and_count(trial.probabilities, free.astype(np.float64)))
    half = np.array([_half_width(trial, run, level) for run in range(len(shares))])
    zeros = np.zeros_like(shares)
    return Estimates(
        shares,
        np.maximum(trial.with_rest(zeros), shares - half),
        np.minimum(trial.with_rest(zeros + 1), shares + half),
    )


def count_and_wilson(trial: Trial, level: float, random: np.random.Generator) -> Estimates:
    """Classify, count, and take the count for a binomial one: the score interval (Wilson 1927, JASA 22)."""
    counted = classify_and_count(trial.probabilities, trial.free.astype(np.float64))
    z, number = _normal_quantile(level), np.maximum(trial.free.sum(axis=1)[:, None], 1)
    middle = (counted + z**2 / (2 * number)) / (1 + z**2 / number)
    half = z / (1 + z**2 / number) * np.sqrt(counted * (1 - counted) / number + z**2 / (4 * number**2))
    return _with_labels(trial, counted, middle - half, middle + half)


def adjusted_count_and_bootstrap(trial: Trial, level: float, random: np.random.Generator) -> Estimates:
    """Undo the confusion in what is classified and counted; paragraphs drawn anew make the interval (QuaPy does so too)."""
    counted = classify_and_count(trial.probabilities, trial.free.astype(np.float64))
    drawn = classify_and_count(trial.probabilities, _drawn_anew(trial, random))
    low, high = _middle(adjusted_count(drawn, trial.known.confusion), level)
    return _with_labels(trial, adjusted_count(counted, trial.known.confusion), low, high)


def maximisation_and_bootstrap(trial: Trial, level: float, random: np.random.Generator) -> Estimates:
    """Re-estimate by expectation-maximisation; paragraphs drawn anew make the interval (QuaPy does so too)."""
    weights, prior = trial.free.astype(np.float64)[:, None], trial.known.prior
    share = expectation_maximisation(trial.probabilities, weights, prior)
    # A theme that has fallen to nothing could never come back.
    start = np.maximum(share, 1e-3)
    drawn = expectation_maximisation(trial.probabilities, _drawn_anew(trial, random), prior, start, _ROUNDS_OF_A_SAMPLE)
    low, high = _middle(drawn, level)
    return _with_labels(trial, share[:, 0], low, high)


def prediction_powered(trial: Trial, level: float, random: np.random.Generator) -> Estimates | None:
    """Prediction-powered inference with power tuning; None where nothing is labelled, for it needs labels of the row.

    PPI++: Angelopoulos, Duchi & Zrnic 2023, "PPI++: efficient prediction-powered inference", section 6 and example 6.1. It
    takes the labelled paragraphs for a random sample.
    """
    labelled, free = trial.labelled.astype(np.float64), trial.free.astype(np.float64)
    if not (labelled.sum(axis=1) > 0).all():
        return None
    number, rest = labelled.sum(axis=1)[:, None], np.maximum(free.sum(axis=1)[:, None], 1)
    said, truth = trial.probabilities, trial.truth
    mean_said, mean_truth = (probabilistic_classify_and_count(values, labelled) for values in (said, truth))
    mean_rest = probabilistic_classify_and_count(said, free)
    together = probabilistic_classify_and_count(said, labelled + free)
    covariance = probabilistic_classify_and_count(said * truth, labelled) - mean_said * mean_truth
    variance = probabilistic_classify_and_count((said - together[:, None]) ** 2, labelled + free)
    power = np.clip(covariance / np.maximum((1 + number / rest) * variance, 1e-12), 0, 1)
    shares = power * mean_rest + mean_truth - power * mean_said
    rectified = truth - power[:, None] * said
    centre = probabilistic_classify_and_count(rectified, labelled)
    spread = probabilistic_classify_and_count((rectified - centre[:, None]) ** 2, labelled)
    spread_rest = power**2 * probabilistic_classify_and_count((said - mean_rest[:, None]) ** 2, free)
    half = _normal_quantile(level) * np.sqrt(spread / number + spread_rest / rest)
    return Estimates(shares, shares - half, shares + half)


OURS = "this project"
METHODS: Mapping[str, Method] = {
    OURS: labels_and_errors,
    "CC + Wilson": count_and_wilson,
    "ACC": adjusted_count_and_bootstrap,
    "EMQ": maximisation_and_bootstrap,
    "PPI++": prediction_powered,
}


def _half_width(trial: Trial, run: int, level: float) -> Floats:
    held_out = HeldOutErrors(trial.known.errors[run], trial.known.sizes[run])
    free, present = trial.free[run], trial.present[run]
    if len(trial.jurisdictions) == 1:
        return document_half_width(held_out, level, float(free.sum()), float(free.sum() / present.sum()))
    expected = np.where(free[:, None], trial.probabilities[run], trial.truth[run]) * present[:, None]
    of_document = np.eye(len(trial.jurisdictions))[trial.documents].T
    unlabelled = of_document @ free
    return documents_half_width(
        held_out, level, DocumentSums(of_document @ expected, unlabelled, unlabelled, trial.jurisdictions)
    )


def _with_labels(trial: Trial, shares: Floats, low: Floats, high: Floats) -> Estimates:
    return Estimates(trial.with_rest(shares), trial.with_rest(np.clip(low, 0, 1)), trial.with_rest(np.clip(high, 0, 1)))


def _drawn_anew(trial: Trial, random: np.random.Generator) -> Floats:
    """How often each unlabelled paragraph is drawn in each sample, shape (runs, samples, paragraphs)."""
    free = trial.free
    number = free.sum(axis=1)
    shares = free / np.maximum(number, 1)[:, None]
    # What is left to a last place that is not there would be drawn by rounding.
    shares[:, -1] = 1 - shares[:, :-1].sum(axis=1)
    drawn: Floats = random.multinomial(number[:, None], np.clip(shares, 0, 1)[:, None], (len(free), _SAMPLES)).astype(float)
    return drawn * free[:, None]


def _middle(samples: Floats, level: float) -> tuple[Floats, Floats]:
    low, high = np.quantile(samples, [(1 - level) / 2, (1 + level) / 2], axis=1)
    return low, high


def _normal_quantile(level: float) -> float:
    from scipy.special import ndtri

    return float(ndtri((1 + level) / 2))
