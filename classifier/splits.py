"""Ways to divide labels into what a model is trained on and what it is tested on: by document, else by stratified folds.

What has a near-copy among the tested texts is not trained on, whichever document it stands in.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from classifier.copies import copy_groups
from classifier.errors import InputError
from classifier.folds import assign_folds
from classifier.labels import Label, LabelledText, LabelSet
from classifier.predictions import Prediction

FOLDS = 5


class Classifier(Protocol):
    """Anything that classifies texts: the project's `Model`, or one that it is compared with."""

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return a prediction for each text, in order."""


Trainer = Callable[[LabelSet], Classifier]
Progress = Callable[[Sequence[Any], str], Iterable[Any]]
"""Called once with all steps, whose number is their ``len``, and with what they are; yields each in turn."""


@dataclass(frozen=True)
class Split:
    """One training: its labels, and by kind of unit the rows that are tested on, which it has not seen."""

    training: LabelSet
    tested: Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Splits:
    """Splits that together test on every unit once; ``units`` are the rows of each kind, ``text`` says how it was done."""

    text: str
    units: Mapping[str, Sequence[Label | LabelledText]]
    splits: Sequence[Split]

    def predict_tested(self, split: Split, model: Classifier) -> Iterator[tuple[str, int, Prediction]]:
        """Yield kind, row and prediction of each unit that a split tests on."""
        for kind, rows in split.tested.items():
            predictions = model.predict([self.units[kind][row].text for row in rows])
            for row, prediction in zip(rows, predictions, strict=True):
                yield kind, row, prediction


def split_labels(labels: LabelSet, most_splits: int) -> Splits:
    """Leave out labelled documents, in at most ``most_splits`` groups; without two of them, deal texts into five folds.

    Kinds of unit are ``paragraphs`` and ``statements``, else ``texts``, in the order of the labels. Raises InputError
    where ``most_splits`` is under 2.
    """
    if most_splits < 2:
        raise InputError(f"cannot test with {most_splits} split(s); use 2 or more, so that there is something to train on")
    groups = group_documents(labels, most_splits)
    if len(groups) < 2:
        return _stratified(labels)
    copies = copy_groups([item.text for item in labels.texts()])
    alone = all(len(group) == 1 for group in groups)
    units = {kind: rows for kind, rows in (("paragraphs", labels.paragraphs), ("statements", labels.statements)) if rows}
    return Splits(
        "leave one document out" if alone else f"leave one of {len(groups)} groups of documents out",
        units,
        [
            Split(
                without_documents(labels, group, copies),
                {kind: [row for row, label in enumerate(rows) if label.key[0] in group] for kind, rows in units.items()},
            )
            for group in groups
        ],
    )


def predict_unseen(splits: Splits, trainer: Trainer, progress: Progress) -> dict[str, list[Prediction]]:
    """Train once for each split and return the predictions of all units by kind, in their order."""
    found: dict[str, dict[int, Prediction]] = {kind: {} for kind in splits.units}
    for split in progress(splits.splits, splits.text):
        for kind, row, prediction in splits.predict_tested(split, trainer(split.training)):
            found[kind][row] = prediction
    return {kind: [predictions[row] for row in range(len(predictions))] for kind, predictions in found.items()}


def group_documents(labels: LabelSet, most_groups: int) -> list[AbstractSet[str]]:
    """Return the labelled documents, each by itself where they are few, else dealt into ``most_groups`` groups.

    The largest documents are dealt first, each to the group with the fewest labelled units so far: the same labels give
    the same groups, about equally large.
    """
    units = Counter(label.key[0] for label in (*labels.paragraphs, *labels.statements))
    if len(units) <= most_groups:
        return [{document} for document in sorted(units)]
    groups: list[set[str]] = [set() for _ in range(most_groups)]
    sizes = [0] * most_groups
    for document in sorted(units, key=lambda name: (-units[name], name)):
        smallest = sizes.index(min(sizes))
        groups[smallest].add(document)
        sizes[smallest] += units[document]
    return list(groups)


def without_documents(labels: LabelSet, documents: AbstractSet[str], copies: NDArray[np.int64]) -> LabelSet:
    """Leave out these documents, and every text that is a copy of one in them; ``copies``: the group of each text."""
    tested = np.array([item.document in documents for item in labels.texts()])
    return with_rows(labels, ~np.isin(copies, copies[tested]))


def with_rows(labels: LabelSet, kept: NDArray[np.bool_]) -> LabelSet:
    """Return the labels of the texts that are kept; ``kept`` has an entry for each of ``labels.texts()``."""
    keep = iter(kept.tolist())
    return replace(
        labels,
        paragraphs=tuple(label for label in labels.paragraphs if next(keep)),
        statements=tuple(label for label in labels.statements if next(keep)),
        examples=tuple(item for item in labels.examples if next(keep)),
    )


def _stratified(labels: LabelSet) -> Splits:
    texts = labels.texts()
    splits = []
    for trained_on, tested in assign_folds(texts, FOLDS).splits():
        inside = tuple(item for item, kept in zip(texts, trained_on.tolist(), strict=True) if kept)
        training = replace(labels, paragraphs=(), statements=(), examples=inside)
        splits.append(Split(training, {"texts": np.flatnonzero(tested).tolist()}))
    return Splits("five stratified folds", {"texts": texts}, splits)
