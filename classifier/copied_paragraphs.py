"""List the paragraphs of many inputs that copy each other: which they are, where they stand, and how alike they are."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from classifier.chunks import Item
from classifier.copies import copy_groups
from classifier.shingles import copy_form, similarities

COPY_COLUMNS = ("group", "members", "document", "jurisdiction", "year", "paragraph", "similarity", "text")


def copied_paragraphs(items: Iterable[Item]) -> Iterator[dict[str, Any]]:
    """Yield a record of each paragraph that has a copy, group by group, in the order of the groups' first members.

    ``group`` counts from 1; ``similarity`` is that to the group's first member. Items without text are passed over.
    """
    worded = [item for item in items if item.text]
    forms = [copy_form(item.text) for item in worded]
    groups = copy_groups([item.text for item in worded])
    sizes = np.bincount(groups, minlength=len(groups))
    members = np.flatnonzero(sizes[groups] > 1)
    members = members[np.argsort(groups[members], kind="stable")]
    number_of = {first: number for number, first in enumerate(np.unique(groups[members]).tolist(), 1)}
    alike = similarities(forms, np.column_stack([members, groups[members]]))
    for place, similarity in zip(members.tolist(), alike.tolist(), strict=True):
        item, first = worded[place], int(groups[place])
        yield {
            "group": number_of[first],
            "members": int(sizes[first]),
            "document": item.fields.get("document", ""),
            "jurisdiction": item.origin.jurisdiction,
            "year": item.origin.year,
            "paragraph": item.fields.get("paragraph", ""),
            "similarity": round(similarity, 3),
            "text": item.text,
        }
