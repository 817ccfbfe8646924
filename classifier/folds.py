"""Split labelled texts into folds that never share a document, nor a text or its near-copy."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from classifier.copies import copy_groups
from classifier.labels import LabelledText
from classifier.normalisation import normalise

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Folds:
    """The fold of each text, from 0, and its group of copies."""

    of_text: NDArray[np.int64]
    groups: NDArray[np.int64]

    def splits(self) -> Iterator[tuple[Mask, Mask]]:
        """Yield for each fold which texts to train on, and which to test on.

        What has a copy among those that are tested stands on neither side: documents that quote each other stay in folds of
        their own, and what they share is left out.
        """
        for fold in np.unique(self.of_text):
            tested = self.of_text == fold
            yield ~np.isin(self.groups, self.groups[tested]), tested


def assign_folds(
    texts: Sequence[LabelledText], folds: int, first_documents: Mapping[str, str] = MappingProxyType({})
) -> Folds:
    """Deal texts into so many folds.

    All texts of a document share a fold, as do documents with the same entry in ``first_documents``
    (`LabelSet.first_documents`: those of one jurisdiction, unless there is no other), and the copies among texts without a
    document. Within that, documents and then texts of every theme are spread evenly; the same texts in any order get the
    same folds.
    """
    copies = _separable_copies(texts)
    several = len(set(first_documents.values())) > 1
    units: dict[str, list[int]] = defaultdict(list)
    loose: dict[int, list[int]] = defaultdict(list)
    for number, item in enumerate(texts):
        if item.document:
            document = first_documents.get(item.document, item.document) if several else item.document
            units[f"document {document}"].append(number)
        else:
            loose[int(copies[number])].append(number)
    for members in loose.values():
        units["text " + min(normalise(texts[number].text) for number in members)] += members
    theme_of = {name: Counter(texts[n].theme for n in members).most_common(1)[0][0] for name, members in units.items()}
    load: dict[str, Counter[int]] = defaultdict(Counter)
    assigned = np.zeros(len(texts), dtype=np.int64)
    # Largest units first, so that documents are dealt out before single texts fill up the rest.
    for name in sorted(
        units, key=lambda name: (-len(units[name]), hashlib.sha256(name.encode("utf-8", "replace")).digest())
    ):
        of_theme = load["documents" if name.startswith("document") else theme_of[name]]
        fold = min(range(folds), key=lambda fold: (of_theme[fold], fold))
        of_theme[fold] += 1
        assigned[units[name]] = fold
    return Folds(assigned, copies)


def _separable_copies(texts: Sequence[LabelledText]) -> NDArray[np.int64]:
    """Return the group of copies of each text; where all texts of a theme are one group, only equal ones are copies.

    A theme without a second group could not be learned while it is tested.
    """
    groups = copy_groups([item.text for item in texts])
    groups_of_theme: dict[str, set[int]] = defaultdict(set)
    for item, group in zip(texts, groups.tolist(), strict=True):
        groups_of_theme[item.theme].add(group)
    alone = {next(iter(own)) for own in groups_of_theme.values() if len(own) == 1}
    first: dict[str, int] = {}
    for number in np.flatnonzero(np.isin(groups, list(alone))).tolist():
        groups[number] = first.setdefault(normalise(texts[number].text), number)
    return groups
