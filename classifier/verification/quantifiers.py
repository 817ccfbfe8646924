"""Other people's ways to estimate shares from a classifier, vectorised over many rows; for comparison only.

Shares of what is not labelled; `Trial.with_rest` adds the labels.
"""

import numpy as np

from classifier.verification.trial import Floats

_MOST_ROUNDS = 500
_CHANGE = 1e-6


def classify_and_count(probabilities: Floats, weights: Floats) -> Floats:
    """Return the share of paragraphs whose most probable theme it is (CC: Forman 2008, "Quantifying counts and costs").

    ``probabilities`` has shape (runs, paragraphs, themes); ``weights`` (runs, …, paragraphs) counts each paragraph so many
    times, 0 where it does not belong; the result has shape (runs, …, themes).
    """
    chosen = np.eye(probabilities.shape[2])[probabilities.argmax(axis=2)]
    return _weighted_mean(chosen, weights)


def probabilistic_classify_and_count(probabilities: Floats, weights: Floats) -> Floats:
    """Return the mean probability (PCC: Bella et al. 2010, "Quantification via probability estimators"); shapes as above."""
    return _weighted_mean(probabilities, weights)


def adjusted_count(counted: Floats, confusion: Floats) -> Floats:
    """Undo the classifier's known confusion (ACC: Forman 2008; Saerens, Latinne & Decaestecker 2002, section 2.3).

    The counted shares are confusion @ true shares: the least-squares solution, clipped to 0 and above and made to sum to 1.
    ``counted`` has shape (runs, …, themes), ``confusion`` (runs, classified as, true).
    """
    inverse = np.linalg.pinv(confusion)
    solved = np.clip(np.einsum("rtc,r...c->r...t", inverse, counted), 0, None)
    sums = solved.sum(axis=-1, keepdims=True)
    adjusted: Floats = np.where(sums > 0, solved / np.where(sums > 0, sums, 1), counted)
    return adjusted


def expectation_maximisation(
    probabilities: Floats, weights: Floats, prior: Floats, start: Floats | None = None, most_rounds: int = _MOST_ROUNDS
) -> Floats:
    """Re-estimate shares and probabilities in turn until they agree (EMQ or SLD: Saerens, Latinne & Decaestecker 2002).

    "Adjusting the outputs of a classifier to new a priori probabilities: a simple procedure", equation 2.8. ``prior``
    (runs, themes) is what the probabilities were calibrated on; shapes otherwise as in `classify_and_count`, with
    ``weights`` (runs, samples, paragraphs).
    """
    share = np.broadcast_to(prior[:, None] if start is None else start, (*weights.shape[:2], prior.shape[1])).copy()
    counts = np.maximum(weights.sum(axis=2, keepdims=True), 1e-12)
    for _ in range(most_rounds):
        ratio = share / prior[:, None]
        evidence = ratio @ probabilities.swapaxes(1, 2)
        following = ratio * ((weights / np.maximum(evidence, 1e-300)) @ probabilities) / counts
        change = float(np.abs(following - share).max())
        share = following
        if change < _CHANGE:
            break
    return share


def _weighted_mean(values: Floats, weights: Floats) -> Floats:
    counts = np.maximum(weights.sum(axis=-1, keepdims=True), 1e-12)
    mean: Floats = np.einsum("rpt,r...p->r...t", values, weights) / counts
    return mean
