"""Measure a way of training on documents, jurisdictions and texts that it has not seen."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from classifier.bands import count_bands
from classifier.labels import Label, LabelSet, load_held_out
from classifier.metrics import share_right, summary
from classifier.predictions import Prediction
from classifier.splits import Progress, Trainer, predict_unseen, split_labels
from classifier.training import train

MOST_SPLITS = 10


def evaluate(
    labels: LabelSet,
    trainer: Trainer = train,
    progress: Progress = lambda steps, _: steps,
    most_splits: int = MOST_SPLITS,
) -> dict[str, Any]:
    """Measure accuracy on units of documents that the model was not trained on; everything is trained anew each time.

    With labelled documents: each is left out in turn (one jurisdiction each), or each of ``most_splits`` groups of whole
    documents where there are more of them, and the examples are used in every training; without: five stratified folds.
    ``progress`` gets the list of all steps, one for each training, and what they are.

    The result is plain data: ``split`` says which way it was; one entry for each kind of unit has accuracy, macro-F1,
    calibration error (with 95 % bootstrap intervals), reliability, per-theme scores and the confusion matrix;
    ``held_out_predictions`` has what was predicted of each labelled unit of a document. A unit without any letter or
    digit has no theme and is not measured.
    """
    splits = split_labels(labels, most_splits)
    found = predict_unseen(splits, trainer, progress)
    result: dict[str, Any] = {"split": splits.text}
    if "texts" in found:
        result["texts"] = _summary(labels, [item.theme for item in splits.units["texts"]], found["texts"])
    else:
        result["documents"] = len({label.key[0] for label in (*labels.paragraphs, *labels.statements)})
    for kind, units in (("paragraphs", labels.paragraphs), ("statements", labels.statements)):
        if kind in found:
            result[kind] = _summary(labels, [label.theme for label in units], found[kind])
            result[kind]["per_document"] = _per_document(labels, units, found[kind])
    if "paragraphs" in found:
        result["paragraphs"]["secondary"] = _secondary(labels.paragraphs, found["paragraphs"])
    result["held_out_predictions"] = _held_out_predictions(labels, found)
    return result


def evaluate_held_out(labels: LabelSet, folder: Path, trainer: Trainer = train) -> dict[str, Any] | None:
    """Measure on ``held_out.csv`` of a label folder, whose texts are never trained on; None where there is none."""
    held_out = load_held_out(folder, labels.codebook)
    if not held_out:
        return None
    predictions = trainer(labels).predict([item.text for item in held_out])
    truth = [item.theme for item in held_out]
    result = _summary(labels, truth, predictions)
    clear = [number for number, item in enumerate(held_out) if item.clear]
    result["clear_cases"] = _summary(labels, [truth[n] for n in clear], [predictions[n] for n in clear])
    return result


def _summary(labels: LabelSet, codes: Sequence[str], predictions: Sequence[Prediction]) -> dict[str, Any]:
    pairs = [(code, found) for code, found in zip(codes, predictions, strict=True) if found.theme]
    result = summary(
        np.array([labels.codebook.entry(code).theme for code, _ in pairs]),
        np.array([found.theme for _, found in pairs]),
        np.array([found.confidence for _, found in pairs]),
        labels.codebook.theme_codes,
    )
    right = np.array([labels.codebook.entry(code).theme == found.theme for code, found in pairs], dtype=bool)
    result["bands"] = [count.to_dict() for count in count_bands([found.band for _, found in pairs], right)]
    if labels.codebook.subcodes:
        result["leaf_accuracy"] = round(float(np.mean([code == found.detail for code, found in pairs])), 4)
    return result


def _per_document(labels: LabelSet, units: Sequence[Label], predictions: Sequence[Prediction]) -> list[dict[str, Any]]:
    rows: dict[str, list[bool]] = {}
    for label, found in zip(units, predictions, strict=True):
        if found.theme:
            rows.setdefault(label.key[0], []).append(labels.codebook.entry(label.theme).theme == found.theme)
    return [
        {
            "document": document,
            "jurisdiction": labels.origins[document].jurisdiction if document in labels.origins else "",
            "units": len(right),
            "accuracy": share_right(np.array(right)).to_dict(),
        }
        for document, right in sorted(rows.items())
    ]


def _secondary(units: Sequence[Label], predictions: Sequence[Prediction]) -> Mapping[str, float]:
    hits = sum(len(set(label.secondary) & set(found.secondary)) for label, found in zip(units, predictions, strict=True))
    proposed = sum(len(found.secondary) for found in predictions)
    wanted = sum(len(label.secondary) for label in units)
    return {
        "precision": round(hits / max(proposed, 1), 4),
        "recall": round(hits / max(wanted, 1), 4),
        "f1": round(2 * hits / max(proposed + wanted, 1), 4),
    }


def _held_out_predictions(labels: LabelSet, found: Mapping[str, Sequence[Prediction]]) -> list[dict[str, Any]]:
    """Return an entry for each labelled unit of a document: its hand label, and what was predicted of it unseen."""
    units = (*labels.paragraphs, *labels.statements)
    # Units are the first of all texts.
    predictions = [*found.get("paragraphs", ()), *found.get("statements", ()), *found.get("texts", ())][: len(units)]
    return [
        {
            "document": label.key[0],
            "paragraph": label.key[1],
            "statement": label.key[2],
            "label": label.theme,
            "detail": prediction.detail,
            "theme": prediction.theme,
            "confidence": round(prediction.confidence, 6),
            "scores": {code: round(value, 6) for code, value in prediction.scores.items()},
        }
        for label, prediction in zip(units, predictions, strict=True)
    ]
