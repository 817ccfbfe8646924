"""Train a model: vocabulary, features, one linear classifier over the leaf codes, calibration on out-of-fold scores."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from classifier.errors import LabelError
from classifier.features import TfidfWeights, Vocabulary, normalise
from classifier.folds import assign_folds
from classifier.labels import LabelledText, LabelSet
from classifier.mixed import fit_mixed_rule
from classifier.model import Floats, Model, softmax, split_texts, statement_means
from classifier.settings import training_settings
from classifier.version import VERSION
from classifier.vocabulary import propose_vocabulary

FEWEST_TEXTS_PER_CODE = 2
_MANY_TEXTS = 3000
# The solver draws its random numbers from one sequence of the whole process: two trainings at once would disturb each other.
_SOLVER = threading.Lock()
_THRESHOLDS = np.arange(0.2, 0.91, 0.05)


def train(labels: LabelSet, settings: Mapping[str, Any] | None = None) -> Model:
    """Train a model on every text of ``labels``.

    ``settings`` changes entries of `classifier.settings.TRAINING_SETTINGS`. The same labels and settings give the same
    model. Raises LabelError where a leaf code has under two different texts.
    """
    values = training_settings(settings)
    texts = labels.texts()
    folds = assign_folds(texts, values["folds"])
    _check_enough(texts, labels)
    vocabulary = _vocabulary(texts, values)
    weights = TfidfWeights.fit(vocabulary.count([item.text for item in texts]))
    _, bounds, statements = split_texts([item.text for item in texts])
    statement_features = weights.apply(vocabulary.count(statements))
    means = statement_means(bounds, values["lead_weight"])
    features = _with_narrow_indices(means @ statement_features)
    place_of = {code: place for place, code in enumerate(labels.codebook.leaf_codes)}
    codes = len(place_of)
    targets = np.array([place_of[item.theme] for item in texts])
    sample_weights = np.array([values[f"{item.kind}_weight"] for item in texts])

    held_out = np.zeros((len(statements), codes))
    for fold in np.unique(folds):
        inside = folds != fold
        coefficients, intercepts = _fit_linear(features[inside], targets[inside], sample_weights[inside], codes, values)
        own = np.repeat(~inside, np.diff(bounds))
        held_out[own] = statement_features[own] @ coefficients.T + intercepts
    calibration = _fit_calibration(means @ held_out, targets, codes)
    leaves = softmax(means @ held_out * calibration[0] + calibration[1:])
    mixed_rule = None
    if labels.codebook.mixed:
        place = labels.codebook.leaf_codes.index(labels.codebook.mixed)
        shares = means @ softmax(held_out * calibration[0] + calibration[1:])
        mixed_rule = fit_mixed_rule(place, values["mixed_presence"], leaves, shares, targets)
        leaves = mixed_rule.apply(leaves, shares) if mixed_rule else leaves
    coefficients, intercepts = _fit_linear(features, targets, sample_weights, codes, values)
    threshold = _secondary_threshold(labels, leaves, values["secondary_threshold"])
    record = {
        "program": VERSION,
        "labels_digest": labels.digest(),
        "codebook_digest": labels.codebook.digest(),
        "codebook_version": labels.codebook.version,
        "settings": values,
        "texts": dict(sorted(Counter(item.kind for item in texts).items())),
        "texts_per_code": dict(sorted(Counter(item.theme for item in texts).items())),
        "out_of_fold": _out_of_fold_record(texts, leaves, targets, labels),
        "held_out_errors": _held_out_errors(texts, leaves, targets),
    }
    return Model(
        labels.codebook,
        vocabulary,
        weights,
        coefficients.astype(np.float32),
        intercepts,
        calibration,
        float(values["lead_weight"]),
        threshold,
        mixed_rule,
        record,
    )


def _check_enough(texts: Sequence[LabelledText], labels: LabelSet) -> None:
    different = Counter(theme for theme, _ in {(item.theme, normalise(item.text)) for item in texts})
    few = [code for code in labels.codebook.leaf_codes if different[code] < FEWEST_TEXTS_PER_CODE]
    if few:
        raise LabelError(
            f"theme {few[0]!r} has {different[few[0]]} labelled text(s) that differ; each of "
            f"{len(labels.codebook.leaf_codes)} codes needs {FEWEST_TEXTS_PER_CODE} or more: "
            "label some, or take the code out of the codebook"
        )


def _vocabulary(texts: Sequence[LabelledText], values: Mapping[str, Any]) -> Vocabulary:
    vocabulary = propose_vocabulary(
        [item.text for item in texts],
        longest_sequence=values["longest_sequence"],
        longest_word=values["longest_word"],
        in_texts=values["in_texts"] if len(texts) >= _MANY_TEXTS else min(2, values["in_texts"]),
    )
    if not len(vocabulary):
        raise LabelError("the labelled texts share no terms; add more and longer texts")
    return vocabulary


def _with_narrow_indices(features: csr_array) -> csr_array:
    """Sort a product's columns and give it the 32-bit indices that scikit-learn asks for."""
    features.sort_indices()
    features.indices, features.indptr = features.indices.astype(np.int32), features.indptr.astype(np.int32)
    return features


def _fit_linear(
    features: csr_array, targets: NDArray[np.int64], sample_weights: Floats, codes: int, values: Mapping[str, Any]
) -> tuple[Floats, Floats]:
    """Fit the classifier; a code that no training text has keeps a score of -1, the margin of a sure no."""
    from sklearn.svm import LinearSVC

    coefficients, intercepts = np.zeros((codes, features.shape[1])), np.full(codes, -1.0)
    present = np.unique(targets)
    if len(present) == 1:
        intercepts[present] = 1.0
        return coefficients, intercepts
    import os
    tol = float(os.environ.get("TOLA" if len(targets)>8000 else "TOLB","1e-4"))
    with _SOLVER:
        fitted = LinearSVC(C=values["regularisation"], random_state=0,tol=tol).fit(features, targets, sample_weight=sample_weights)
    if len(present) == 2:  # scikit-learn keeps one row: positive for the second class.
        coefficients[present] = np.vstack([-fitted.coef_, fitted.coef_])
        intercepts[present] = np.concatenate([-fitted.intercept_, fitted.intercept_])
    else:
        coefficients[present], intercepts[present] = fitted.coef_, fitted.intercept_
    return coefficients, intercepts


def _fit_calibration(scores: Floats, targets: NDArray[np.int64], codes: int) -> Floats:
    """Fit one temperature and one bias per code on out-of-fold scores by maximum likelihood, shape (1 + codes,).

    This is bias-corrected temperature scaling (Alexandari, Kundaje & Shrikumar 2020, "Maximum likelihood with
    bias-corrected calibration is hard-to-beat at label shift adaptation"). The first value multiplies the scores.
    """
    from scipy.optimize import minimize

    truth = np.eye(codes)[targets]

    def loss(calibration: Floats) -> tuple[float, Floats]:
        raised = scores * calibration[0] + calibration[1:]
        raised -= raised.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(raised).sum(axis=1, keepdims=True))
        excess = np.exp(raised - log_sum) - truth
        gradient = np.concatenate([[np.mean((excess * scores).sum(axis=1))], excess.mean(axis=0)])
        # A weak pull to no bias keeps codes of few texts, and those that are always right, finite.
        pull = 1e-3 * calibration[1:]
        value = -np.mean((truth * (raised - log_sum)).sum(axis=1)) + 0.5 * float(pull @ calibration[1:])
        return float(value), gradient + np.concatenate([[0.0], pull])

    start = np.concatenate([[3.0], np.zeros(codes)])
    bounds = [(0.1, 50.0), *[(None, None)] * codes]
    fitted: Floats = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return fitted


def _secondary_threshold(labels: LabelSet, probability: Floats, default: float) -> float:
    """Choose the threshold whose secondary themes agree best (F1) with the hand labels, on out-of-fold probabilities."""
    if not any(label.secondary for label in labels.paragraphs):
        return default
    leaves = labels.codebook.leaf_codes
    rows_of: dict[tuple[str, int], list[int]] = {}
    for row, label in enumerate((*labels.paragraphs, *labels.statements)):
        if label.key[2]:
            rows_of.setdefault(label.key[:2], []).append(row)
    best = (-1.0, default)
    for threshold in _THRESHOLDS:
        hits = proposed = wanted = 0
        for label in labels.paragraphs:
            rows = rows_of.get(label.key[:2], [])
            strongest = probability[rows].max(axis=0) if rows else np.zeros(len(leaves))
            said = {
                code
                for code in labels.codebook.secondary_codes
                if code != label.theme and strongest[leaves.index(code)] >= threshold
            }
            hits += len(said & set(label.secondary))
            proposed += len(said)
            wanted += len(label.secondary)
        score = 2 * hits / max(proposed + wanted, 1)
        best = max(best, (score, round(float(threshold), 2)), key=lambda pair: pair[0])
    return best[1]


def _out_of_fold_record(
    texts: Sequence[LabelledText], leaves: Floats, targets: NDArray[np.int64], labels: LabelSet
) -> dict[str, Any]:
    """Accuracy over themes of each kind of text when its fold was not trained on; `evaluate` says far more."""
    theme_of_leaf = np.array(labels.codebook.leaf_theme_places)
    themes = leaves @ np.eye(len(labels.codebook.themes))[theme_of_leaf]
    right = themes.argmax(axis=1) == theme_of_leaf[targets]
    kinds = np.array([item.kind for item in texts])
    return {str(kind): {"accuracy": round(float(right[kinds == kind].mean()), 4)} for kind in np.unique(kinds)}


def _held_out_errors(
    texts: Sequence[LabelledText], leaves: Floats, targets: NDArray[np.int64]
) -> dict[str, list[list[float]]]:
    """For each labelled document, when it was not trained on: estimated minus true share of each leaf code, and its size.

    What the intervals of a mix rest on; one row a document, by measure: paragraphs, or text (characters of statements).
    The errors of a theme are the sums of those of its leaf codes. The last value of a row is the number of paragraphs.
    """
    errors: dict[str, list[list[float]]] = {"paragraphs": [], "text": []}
    excess = leaves - np.eye(leaves.shape[1])[targets]
    documents = np.array([item.document for item in texts])
    kinds = np.array([item.kind for item in texts])
    for measure, kind in (("paragraphs", "paragraph"), ("text", "statement")):
        sizes = np.array([float(len(item.text)) if measure == "text" else 1.0 for item in texts])
        for document in np.unique(documents[(documents != "") & (kinds == kind)]):
            own = (documents == document) & (kinds == kind)
            paragraphs = int(((documents == document) & (kinds == "paragraph")).sum())
            share = sizes[own] @ excess[own] / sizes[own].sum()
            errors[measure].append([round(float(value), 6) for value in [*share, paragraphs]])
    return errors
