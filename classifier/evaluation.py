"""Measure a way of training on documents, jurisdictions and texts that it has not seen."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from classifier.folds import assign_folds
from classifier.labels import Label, LabelSet, load_held_out
from classifier.metrics import share_right, summary
from classifier.model import Prediction
from classifier.training import train


class Classifier(Protocol):
    """Anything that classifies texts: the project's `Model`, or one that it is compared with."""

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return a prediction for each text, in order."""


Trainer = Callable[[LabelSet], Classifier]
Progress = Callable[[Iterable[Any], str], Iterable[Any]]


def evaluate(labels: LabelSet, trainer: Trainer = train, progress: Progress = lambda items, _: items) -> dict[str, Any]:
    """Measure accuracy on units of documents that the model was not trained on; everything is trained anew each time.

    With labelled documents: each is left out in turn (one jurisdiction each), and the examples are used in every
    training; without: five stratified folds. The result is plain data: one entry for each kind of unit, each with
    accuracy, macro-F1, calibration error (with 95 % bootstrap intervals), per-theme scores and the confusion matrix.
    """
    documents = sorted({label.key[0] for label in (*labels.paragraphs, *labels.statements)})
    if len(documents) >= 2:
        return _leave_one_document_out(labels, documents, trainer, progress)
    return _stratified(labels, trainer, progress)


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


def _leave_one_document_out(
    labels: LabelSet, documents: Sequence[str], trainer: Trainer, progress: Progress
) -> dict[str, Any]:
    predicted: dict[str, list[tuple[Label, Prediction]]] = {"paragraphs": [], "statements": []}
    for document in progress(documents, "leave one document out"):
        model = trainer(without_document(labels, document))
        for kind, units in (("paragraphs", labels.paragraphs), ("statements", labels.statements)):
            own = [label for label in units if label.key[0] == document]
            predicted[kind] += zip(own, model.predict([label.text for label in own]), strict=True)
    result: dict[str, Any] = {"split": "leave one document out", "documents": len(documents)}
    for kind, pairs in predicted.items():
        if pairs:
            result[kind] = _summary(labels, [label.theme for label, _ in pairs], [found for _, found in pairs])
            result[kind]["per_document"] = _per_document(labels, pairs)
    if labels.paragraphs:
        result["paragraphs"]["secondary"] = _secondary(predicted["paragraphs"])
    return result


def _stratified(labels: LabelSet, trainer: Trainer, progress: Progress) -> dict[str, Any]:
    texts = labels.texts()
    folds = assign_folds(texts, 5)
    found: list[Prediction | None] = [None] * len(texts)
    for fold in progress(sorted(set(folds.tolist())), "stratified folds"):
        inside = [item for item, own in zip(texts, folds, strict=True) if own != fold]
        model = trainer(replace(labels, paragraphs=(), statements=(), examples=tuple(inside)))
        rows = np.flatnonzero(folds == fold).tolist()
        for row, prediction in zip(rows, model.predict([texts[row].text for row in rows]), strict=True):
            found[row] = prediction
    predictions = [prediction for prediction in found if prediction is not None]
    return {"split": "five stratified folds", "texts": _summary(labels, [item.theme for item in texts], predictions)}


def without_document(labels: LabelSet, document: str) -> LabelSet:
    """Return the labels without any unit of one document."""
    return replace(
        labels,
        paragraphs=tuple(label for label in labels.paragraphs if label.key[0] != document),
        statements=tuple(label for label in labels.statements if label.key[0] != document),
    )


def _summary(labels: LabelSet, truth: Sequence[str], predictions: Sequence[Prediction]) -> dict[str, Any]:
    themes = np.array([labels.codebook.entry(code).theme for code in truth])
    result = summary(
        themes,
        np.array([prediction.theme for prediction in predictions]),
        np.array([prediction.confidence for prediction in predictions]),
        labels.codebook.theme_codes,
    )
    if labels.codebook.subcodes:
        right = [code == prediction.detail for code, prediction in zip(truth, predictions, strict=True)]
        result["leaf_accuracy"] = round(float(np.mean(right)), 4)
    return result


def _per_document(labels: LabelSet, pairs: Sequence[tuple[Label, Prediction]]) -> list[dict[str, Any]]:
    rows: dict[str, list[bool]] = {}
    for label, prediction in pairs:
        rows.setdefault(label.key[0], []).append(labels.codebook.entry(label.theme).theme == prediction.theme)
    return [
        {
            "document": document,
            "jurisdiction": labels.origins[document].jurisdiction if document in labels.origins else "",
            "units": len(right),
            "accuracy": share_right(np.array(right)).to_dict(),
        }
        for document, right in rows.items()
    ]


def _secondary(pairs: Sequence[tuple[Label, Prediction]]) -> Mapping[str, float]:
    hits = sum(len(set(label.secondary) & set(found.secondary)) for label, found in pairs)
    proposed = sum(len(found.secondary) for _, found in pairs)
    wanted = sum(len(label.secondary) for label, _ in pairs)
    return {
        "precision": round(hits / max(proposed, 1), 4),
        "recall": round(hits / max(wanted, 1), 4),
        "f1": round(2 * hits / max(proposed + wanted, 1), 4),
    }
