"""What the pages on the versions of the codebook show: which there are, and what differs between two of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext
from markupsafe import Markup, escape

from classifier import Codebook, CodebookDifference, compare_codebooks

_WORD = re.compile(r"[A-Za-z0-9_.]+|.", re.DOTALL)

WORDING_NAMES: Mapping[str, LazyString] = MappingProxyType(
    {
        "zh": lazy_gettext("Name in Chinese"),
        "en": lazy_gettext("Name in English"),
        "definition": lazy_gettext("Definition"),
        "includes": lazy_gettext("Belongs here"),
        "excludes": lazy_gettext("Belongs elsewhere"),
    }
)
CHANGE_NAMES: Mapping[str, LazyString] = MappingProxyType(
    {
        "rename": lazy_gettext("renamed"),
        "merge": lazy_gettext("merged"),
        "split": lazy_gettext("split"),
        "add": lazy_gettext("added"),
        "remove": lazy_gettext("removed"),
    }
)


@dataclass(frozen=True)
class Versions:
    """The codebook in use, those that were in use before, newest first, and the one that the next model is trained with."""

    current: Codebook
    earlier: tuple[Codebook, ...] = ()
    coming: Codebook | None = None

    def difference(self, version: str) -> CodebookDifference | None:
        """Return what differs between the codebook in use and another version, the earlier one first; None if unknown."""
        if self.coming is not None and self.coming.version == version:
            return compare_codebooks(self.current, self.coming)
        for book in self.earlier:
            if book.version == version:
                return compare_codebooks(book, self.current)
        return None


def versions_of(current: Codebook, kept: list[Codebook], own: Codebook | None) -> Versions:
    """Sort codebooks into those of before and the one to come; of each version only the newest counts."""
    earlier = {book.version: book for book in reversed(kept) if book.version != current.version}
    coming = own if own is not None and own.digest() != current.digest() else None
    return Versions(current, tuple(reversed(earlier.values())), coming)


def marked(before: str, after: str) -> tuple[Markup, Markup]:
    """Return both texts with what only one of them has marked in it, by words and by Chinese characters.

    >>> print(*marked("归“其他”", "归“调解”"))
    归“<del>其他</del>” 归“<ins>调解</ins>”
    """
    old, new = _WORD.findall(before), _WORD.findall(after)
    left, right = Markup(), Markup()
    for kind, start, end, first, last in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        gone, come = "".join(old[start:end]), "".join(new[first:last])
        if kind == "equal":
            left, right = left + escape(gone), right + escape(come)
            continue
        left += Markup("<del>{}</del>").format(gone) if gone else ""
        right += Markup("<ins>{}</ins>").format(come) if come else ""
    return left, right
