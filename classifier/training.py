"""Train a model: vocabulary, features, one linear classifier over the leaf codes, calibration on out-of-fold scores."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from classifier.bands import Bands, choose_bands
from classifier.errors import LabelError
from classifier.features import TfidfWeights, Vocabulary
from classifier.folds import assign_folds
from classifier.labels import LabelledText, LabelSet
from classifier.linear import fit_linear, merge_equal_terms
from classifier.mixed import fit_mixed_rule
from classifier.model import Model
from classifier.normalisation import normalise
from classifier.scoring import Floats, softmax, split_texts, statement_means
from classifier.selection import most_telling
from classifier.settings import training_settings
from classifier.version import VERSION
from classifier.vocabulary import propose_vocabulary

FEWEST_TEXTS_PER_CODE = 2
_MANY_TEXTS = 3000
# Out-of-fold scores are for calibration, which no further digit of them would change.
_FOLD_TOLERANCE = 1e-2
_THRESHOLDS = np.arange(0.2, 0.91, 0.05)


def train(labels: LabelSet, settings: Mapping[str, Any] | None = None) -> Model:
    """Train a model on every text of ``labels``.

    ``settings`` changes entries of `classifier.settings.TRAINING_SETTINGS`. The same labels and settings give the same
    model. Raises LabelError where a leaf code has under two different texts.
    """
    values = training_settings(settings)
    texts = labels.texts()
    folds = assign_folds(texts, values["folds"], labels.first_documents())
    _check_enough(texts, labels)
    place_of = {code: place for place, code in enumerate(labels.codebook.leaf_codes)}
    targets = np.array([place_of[item.theme] for item in texts])
    vocabulary, counts = _vocabulary(texts, targets, values)
    weights = TfidfWeights.fit(counts)
    _, bounds, statements = split_texts([item.text for item in texts])
    statement_features = weights.apply(vocabulary.count(statements))
    means = statement_means(bounds, values["lead_weight"])
    merged = merge_equal_terms(means @ statement_features)
    codes = len(place_of)
    sample_weights = np.array([values[f"{item.kind}_weight"] for item in texts])

    def fit(rows: NDArray[np.bool_], **solver: float) -> tuple[Floats, Floats]:
        coefficients, intercepts = fit_linear(
            merged.features[rows], targets[rows], sample_weights[rows], codes, C=values["regularisation"], **solver
        )
        return merged.weights_of_terms(coefficients), intercepts

    held_out = np.zeros((len(statements), codes))
    for trained_on, tested in folds.splits():
        coefficients, intercepts = fit(trained_on, tol=_FOLD_TOLERANCE)
        own = np.repeat(tested, np.diff(bounds))
        held_out[own] = statement_features[own] @ coefficients.T + intercepts
    calibration = _fit_calibration(means @ held_out, targets, codes)
    leaves = softmax(means @ held_out * calibration[0] + calibration[1:])
    mixed_rule = None
    if labels.codebook.mixed:
        place = labels.codebook.leaf_codes.index(labels.codebook.mixed)
        shares = means @ softmax(held_out * calibration[0] + calibration[1:])
        mixed_rule = fit_mixed_rule(place, values["mixed_presence"], leaves, shares, targets)
        leaves = mixed_rule.apply(leaves, shares) if mixed_rule else leaves
    coefficients, intercepts = fit(np.ones(len(texts), dtype=bool))
    threshold = _secondary_threshold(labels, leaves, values["secondary_threshold"])
    confidence, right = _out_of_fold_themes(leaves, targets, labels)
    record = {
        "program": VERSION,
        "labels_digest": labels.digest(),
        "codebook_digest": labels.codebook.digest(),
        "codebook_version": labels.codebook.version,
        "settings": values,
        "labels_left_out": labels.to_relabel,
        "texts": dict(sorted(Counter(item.kind for item in texts).items())),
        "texts_per_code": dict(sorted(Counter(item.theme for item in texts).items())),
        "out_of_fold": _out_of_fold_record(texts, right),
        "held_out_errors": _held_out_errors(texts, leaves, targets, labels.first_documents()),
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
        _bands(texts, confidence, right),
        record,
    )


def _check_enough(texts: Sequence[LabelledText], labels: LabelSet) -> None:
    different: dict[str, set[str]] = {code: set() for code in labels.codebook.leaf_codes}
    for item in texts:
        if len(different[item.theme]) < FEWEST_TEXTS_PER_CODE:
            different[item.theme].add(normalise(item.text))
    few = [code for code in labels.codebook.leaf_codes if len(different[code]) < FEWEST_TEXTS_PER_CODE]
    if few:
        raise LabelError(
            f"theme {few[0]!r} has {len(different[few[0]])} labelled text(s) that differ; each of "
            f"{len(labels.codebook.leaf_codes)} codes needs {FEWEST_TEXTS_PER_CODE} or more: "
            "label some, or take the code out of the codebook"
        )


def _vocabulary(
    texts: Sequence[LabelledText], targets: NDArray[np.int64], values: Mapping[str, Any]
) -> tuple[Vocabulary, csr_array]:
    """Return the terms that are proposed and tell codes apart, and their counts, shape (texts, terms)."""
    plain = [item.text for item in texts]
    proposed = propose_vocabulary(
        plain,
        longest_sequence=values["longest_sequence"],
        longest_word=values["longest_word"],
        in_texts=values["in_texts"] if len(texts) >= _MANY_TEXTS else min(2, values["in_texts"]),
    )
    if not len(proposed):
        raise LabelError("the labelled texts share no terms; add more and longer texts")
    counts = proposed.count(plain)
    kept = most_telling(counts, targets, values["most_terms"])
    return Vocabulary(tuple(proposed.terms[place] for place in kept.tolist())), counts[:, kept]


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
    return fitted.round(9)  # Beyond that processors differ; with these digits each gives the same bytes of a model.


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


def _out_of_fold_themes(leaves: Floats, targets: NDArray[np.int64], labels: LabelSet) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the probability of each text's most probable theme, and whether that theme is the right one."""
    theme_of_leaf = np.array(labels.codebook.leaf_theme_places)
    themes = leaves @ np.eye(len(labels.codebook.themes))[theme_of_leaf]
    return themes.max(axis=1), themes.argmax(axis=1) == theme_of_leaf[targets]


def _bands(texts: Sequence[LabelledText], confidence: Floats, right: NDArray[np.bool_]) -> Bands | None:
    """Choose bands by the paragraphs of labelled documents, which are what is classified; without any, by all texts."""
    paragraphs = np.array([item.kind == "paragraph" for item in texts])
    if paragraphs.any():
        return choose_bands(confidence[paragraphs], right[paragraphs], "paragraphs")
    return choose_bands(confidence, right, "texts")


def _out_of_fold_record(texts: Sequence[LabelledText], right: NDArray[np.bool_]) -> dict[str, Any]:
    """Accuracy over themes of each kind of text when its fold was not trained on; `evaluate` says far more."""
    kinds = np.array([item.kind for item in texts])
    return {str(kind): {"accuracy": round(float(right[kinds == kind].mean()), 4)} for kind in np.unique(kinds)}


def _held_out_errors(
    texts: Sequence[LabelledText], leaves: Floats, targets: NDArray[np.int64], first_documents: Mapping[str, str]
) -> dict[str, list[list[float]]]:
    """For each labelled jurisdiction, when it was not trained on: estimated minus true share of each leaf code, its size.

    What the intervals of a mix rest on; one row a jurisdiction, by measure: paragraphs, or text (characters of statements).
    The errors of a theme are the sums of those of its leaf codes. The last value of a row is the number of paragraphs.
    """
    errors: dict[str, list[list[float]]] = {"paragraphs": [], "text": []}
    excess = leaves - np.eye(leaves.shape[1])[targets]
    places = np.array([first_documents.get(item.document, item.document) for item in texts])
    kinds = np.array([item.kind for item in texts])
    for measure, kind in (("paragraphs", "paragraph"), ("text", "statement")):
        sizes = np.array([float(len(item.text)) if measure == "text" else 1.0 for item in texts])
        for place in np.unique(places[(places != "") & (kinds == kind)]):
            own = (places == place) & (kinds == kind)
            paragraphs = int(((places == place) & (kinds == "paragraph")).sum())
            share = sizes[own] @ excess[own] / sizes[own].sum()
            errors[measure].append([round(float(value), 6) for value in [*share, paragraphs]])
    return errors
