"""Split labelled texts into folds that never share a document, nor the same text."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifier.labels import LabelledText
from classifier.normalisation import normalise


def assign_folds(texts: Sequence[LabelledText], folds: int) -> NDArray[np.int64]:
    """Return the fold of each text, 0 to ``folds`` - 1.

    All texts of a document share a fold, as do texts that are equal after normalisation. Within that, documents and
    then texts of every theme are spread evenly; the same texts in any order get the same folds.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for number, item in enumerate(texts):
        groups[f"document {item.document}" if item.document else f"text {normalise(item.text)}"].append(number)
    theme_of = {name: Counter(texts[n].theme for n in members).most_common(1)[0][0] for name, members in groups.items()}
    load: dict[str, Counter[int]] = defaultdict(Counter)
    assigned = np.zeros(len(texts), dtype=np.int64)
    # Largest groups first, so that documents are dealt out before single texts fill up the rest.
    for name in sorted(
        groups, key=lambda name: (-len(groups[name]), hashlib.sha256(name.encode("utf-8", "replace")).digest())
    ):
        of_theme = load["documents" if name.startswith("document") else theme_of[name]]
        fold = min(range(folds), key=lambda fold: (of_theme[fold], fold))
        of_theme[fold] += 1
        assigned[groups[name]] = fold
    return assigned
