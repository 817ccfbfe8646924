"""Count what each paragraph adds to a theme mix: its hand label where there is one, else the model's probabilities."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.chunks import Item
from classifier.labels import Label, LabelSet, migrated_labels
from classifier.migration import migration_to
from classifier.model import Model
from classifier.origins import Origin, jurisdiction_names
from classifier.predictions import Prediction
from classifier.units import digest

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CountedParagraphs:
    """What a mix is made from, in columns: one entry, or one row, for each paragraph.

    ``expected`` and ``counted`` have shape (paragraphs, leaf codes) and the paragraph's size (1, or characters) as the sum
    of each row: ``expected`` divides it by probability, ``counted`` gives it to the most probable code. Both lie on the
    hand label where there is one.
    """

    documents: Sequence[str]
    origins: Sequence[Origin]
    groups: Sequence[str]
    expected: Floats
    counted: Floats
    labelled: NDArray[np.bool_]
    digests: Sequence[str]


def count_paragraphs(
    model: Model, pairs: Iterable[tuple[Item, Prediction]], labels: LabelSet | None, *, by: str, measure: str
) -> CountedParagraphs:
    """Count classified paragraphs by leaf code, grouped by ``by``; what holds no text is left out."""
    hand = _HandLabels(labels, model)
    kept = [(item, prediction) for item, prediction in pairs if prediction.theme]
    amounts = [_amounts(item, prediction, model, hand, measure) for item, prediction in kept]
    return CountedParagraphs(
        [str(item.fields.get("document", "")) for item, _ in kept],
        [item.origin for item, _ in kept],
        groups_of([item for item, _ in kept], by),
        np.array([expected for expected, _, _ in amounts]),
        np.array([counted for _, counted, _ in amounts]),
        np.array([labelled for _, _, labelled in amounts]),
        [digest(item.text) for item, _ in kept],
    )


def places_of_copies_once(
    groups: Sequence[str], labelled: NDArray[np.bool_], copies: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return which paragraphs count where copies of each other count once in a group, in order.

    Of those that copy each other a labelled one is kept, else the first. ``copies`` has the group of copies of each
    paragraph. The same text in two groups, such as the reports of two jurisdictions, counts in both.

    >>> places_of_copies_once(["a", "a", "a", "b"], np.array([False, False, True, False]), np.array([7, 8, 7, 7]))
    array([1, 2, 3])
    """
    rows = np.unique(np.array(groups, dtype=np.str_), return_inverse=True)[1]
    labelled_first = np.argsort(~labelled, kind="stable")
    _, chosen = np.unique(np.column_stack([rows, copies])[labelled_first], axis=0, return_index=True)
    places: NDArray[np.int64] = np.sort(labelled_first[chosen])
    return places


def each_copy_once(paragraphs: CountedParagraphs, copies: NDArray[np.int64]) -> CountedParagraphs:
    """Leave out what `places_of_copies_once` does not keep."""
    kept = places_of_copies_once(paragraphs.groups, paragraphs.labelled, copies)
    return CountedParagraphs(
        [paragraphs.documents[place] for place in kept],
        [paragraphs.origins[place] for place in kept],
        [paragraphs.groups[place] for place in kept],
        paragraphs.expected[kept],
        paragraphs.counted[kept],
        paragraphs.labelled[kept],
        [paragraphs.digests[place] for place in kept],
    )


class _HandLabels:
    """Finds the hand label of a paragraph and of its statements, where the labels speak of the model's codebook."""

    def __init__(self, labels: LabelSet | None, model: Model) -> None:
        self._paragraphs: dict[tuple[str, str], Label] = {}
        self._statements: dict[tuple[str, int, str], Label] = {}
        if labels is not None and labels.codebook.version in model.codebook.versions:
            labels = migrated_labels(labels, migration_to(model.codebook, labels.codebook.version))
        if labels is not None and labels.codebook.leaf_codes == model.codebook.leaf_codes:
            self._paragraphs = labels.by_text()
            self._statements = {(label.key[0], label.key[1], label.digest): label for label in labels.statements}

    def paragraph(self, item: Item) -> Label | None:
        document = str(item.fields.get("document", ""))
        return self._paragraphs.get((document, digest(item.text))) if self._paragraphs else None

    def statement(self, item: Item, text: str) -> Label | None:
        place = (str(item.fields.get("document", "")), item.fields.get("paragraph", 0), digest(text))
        return self._statements.get(place) if self._statements else None


def _amounts(
    item: Item, prediction: Prediction, model: Model, hand: _HandLabels, measure: str
) -> tuple[Floats, Floats, bool]:
    """Return what a paragraph adds by leaf code, as expected and as counted, and whether a person labelled it."""
    leaves = model.codebook.leaf_codes
    label = hand.paragraph(item)

    def one_hot(code: str) -> Floats:
        return np.array([float(code == leaf) for leaf in leaves])

    if measure == "paragraphs":
        if label:
            return one_hot(label.theme), one_hot(label.theme), True
        return np.array(list(prediction.leaf_scores.values())), one_hot(prediction.detail), False
    expected, counted = np.zeros(len(leaves)), np.zeros(len(leaves))
    known = [hand.statement(item, part.text) for part in prediction.statements]
    for part, own in zip(prediction.statements, known, strict=True):
        expected += len(part.text) * (one_hot(own.theme) if own else np.array(list(part.leaf_scores.values())))
        counted += len(part.text) * one_hot(own.theme if own else part.detail)
    # A census of text needs a label on all of it: one on the paragraph says nothing of its single statements.
    return expected, counted, None not in known


def groups_of(items: Sequence[Item], by: str) -> list[str]:
    """Return the group of each paragraph; an empty text where its input does not say."""
    if by in ("document", "section_kind"):
        return [str(item.fields.get(by, "")) for item in items]
    if by == "jurisdiction":
        return jurisdiction_names([item.origin for item in items])
    return [getattr(item.origin, by) for item in items]
