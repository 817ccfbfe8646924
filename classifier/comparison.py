"""Compare two groups of a theme mix: where their shares differ, which terms tell them apart, and typical paragraphs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.candidate_terms import names_of_places
from classifier.chunks import Item
from classifier.counting import CountedParagraphs, count_paragraphs, groups_of
from classifier.differences import DRAWS_LEVEL, Difference, differences, effective_size
from classifier.errors import InputError
from classifier.labels import LabelSet
from classifier.mix import Mix, MixRow, mix_of_paragraphs
from classifier.model import Model
from classifier.predictions import Prediction
from classifier.telling_terms import TellingTerm, TellingTerms, telling_terms, typical_texts

Places = NDArray[np.int64]

MOST_READ = 5000
"""So many paragraphs of each side, and of all others, are read for their terms: of more, evenly spaced ones."""
_MOST_NAMED = 20


class Passage(NamedTuple):
    """A paragraph as it is shown: the document it stands in, its position there (0: not known), its text."""

    document: str
    position: int
    text: str


@dataclass(frozen=True)
class TypicalParagraph:
    """A paragraph that holds many of its side's telling terms, and its place among the counted paragraphs."""

    place: int
    passage: Passage
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """What tells A, the first row of ``mix``, from B, the second.

    Terms and typical paragraphs are those of one ``theme``, a theme's or leaf code, or of all where it is empty.
    ``left_out`` are the names of places that no term holds, ``read`` how many paragraphs of A and of B were read for terms.
    """

    mix: Mix
    draws_level: float
    differences: Mapping[str, Difference]
    theme: str
    terms: TellingTerms
    left_out: tuple[str, ...]
    read: tuple[int, int]
    typical_a: tuple[TypicalParagraph, ...]
    typical_b: tuple[TypicalParagraph, ...]

    @property
    def a(self) -> MixRow:
        """The first group."""
        return self.mix.rows[0]

    @property
    def b(self) -> MixRow:
        """The second group."""
        return self.mix.rows[1]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``policy-themes compare -o FILE.json`` writes it."""
        mix = self.mix.to_dict()
        rows = mix.pop("rows")
        return {
            **mix,
            "draws_level": self.draws_level,
            "a": rows[0],
            "b": rows[1],
            "differences": {code: asdict(difference) for code, difference in self.differences.items()},
            "theme": self.theme,
            "terms": {"left_out": list(self.left_out), **asdict(self.terms)},
            "paragraphs": {
                side: [{**paragraph.passage._asdict(), "terms": list(paragraph.terms)} for paragraph in typical]
                for side, typical in (("a", self.typical_a), ("b", self.typical_b))
            },
        }


def compare_paragraphs(
    paragraphs: CountedParagraphs,
    model: Model,
    passages: Callable[[list[int]], Sequence[Passage]],
    *,
    a: str,
    b: str,
    by: str = "jurisdiction",
    measure: str = "paragraphs",
    theme: str = "",
    detailed: bool = False,
) -> Comparison:
    """Compare the groups ``a`` and ``b`` of counted paragraphs; the others count in what is expected of terms.

    ``passages`` gives the passages at some places among the paragraphs. ``theme`` keeps terms and typical paragraphs to the
    paragraphs that its share counts. Raises InputError where there is no such group, CodebookError for an unknown theme.
    """
    mix = mix_of_paragraphs(paragraphs, model, by=by, measure=measure, detailed=detailed)
    groups = [row.group for row in mix.rows]
    rows = [mix.rows[groups.index(matching_group(groups, name, by))] for name in (a, b)]
    if rows[0] is rows[1]:
        raise InputError(f"{a!r} and {b!r} are the same {by}; name two different ones")
    group_of = np.array(paragraphs.groups, dtype=object)
    sides = [np.flatnonzero(group_of == row.group) for row in rows]
    others = np.flatnonzero((group_of != rows[0].group) & (group_of != rows[1].group))
    level = mix.interval_level if any(row.labelled < row.paragraphs for row in rows) else None
    sizes = [effective_size(paragraphs.expected[side].sum(axis=1)) for side in sides]
    about = _about(paragraphs, model, theme)
    places = [_evenly_spaced(own[about[own]]) for own in (*sides, others)]
    read = [passages(own.tolist()) for own in places]
    names = names_of_places({paragraphs.origins[place].jurisdiction for side in sides for place in side.tolist()})
    terms = telling_terms(*([passage.text for passage in own] for own in read), names=names)
    return Comparison(
        replace(mix, rows=tuple(rows), interval_level=level),
        level or DRAWS_LEVEL,
        differences(rows[0], rows[1], level, (sizes[0], sizes[1])),
        theme,
        terms,
        tuple(sorted(names)),
        (len(read[0]), len(read[1])),
        _typical(places[0], read[0], terms.a),
        _typical(places[1], read[1], terms.b),
    )


def compare_items(
    model: Model,
    pairs: Sequence[tuple[Item, Prediction]],
    labels: LabelSet | None = None,
    *,
    a: str,
    b: str,
    by: str = "jurisdiction",
    measure: str = "paragraphs",
    theme: str = "",
    only: Iterable[tuple[str, str]] = (),
) -> Comparison:
    """Compare two groups of classified paragraphs, see `compare_paragraphs`; hand labels are used where there are some.

    ``only`` are pairs of a grouping and a group: paragraphs of other groups are left out.
    """
    # As a mix leaves them out: what holds no text has no theme.
    kept = [(item, prediction) for item, prediction in pairs if prediction.theme]
    for grouping, wanted in only:
        groups = groups_of([item for item, _ in kept], grouping)
        group = matching_group(groups, wanted, grouping)
        kept = [pair for pair, own in zip(kept, groups, strict=True) if own == group]

    def passages(places: list[int]) -> list[Passage]:
        items = [kept[place][0] for place in places]
        return [
            Passage(str(i.fields.get("document", "")), i.paragraph.position if i.paragraph else 0, i.text) for i in items
        ]

    paragraphs = count_paragraphs(model, kept, labels, by=by, measure=measure)
    return compare_paragraphs(paragraphs, model, passages, a=a, b=b, by=by, measure=measure, theme=theme)


def matching_group(groups: Iterable[str], wanted: str, by: str) -> str:
    """Return the group of this name, or the only one whose name begins so.

    >>> matching_group(["杭州市", "浦江县"], "杭州", "jurisdiction")
    '杭州市'
    """
    known = sorted(set(groups))
    if wanted in known:
        return wanted
    beginning = [group for group in known if wanted and group.startswith(wanted)]
    if len(beginning) == 1:
        return beginning[0]
    named = ", ".join(group or "'' (not stated)" for group in (beginning or known)[:_MOST_NAMED])
    more = len(beginning or known) - _MOST_NAMED
    problem = f"{len(beginning)} begin so" if beginning else "there are"
    raise InputError(f"no {by} {wanted!r}; {problem}: {named}{f', and {more} more' if more > 0 else ''}")


def _about(paragraphs: CountedParagraphs, model: Model, theme: str) -> NDArray[np.bool_]:
    """Which paragraphs the share of a theme counts; all of them without one."""
    if not theme:
        return np.ones(len(paragraphs.documents), dtype=bool)
    book = model.codebook
    code = book.entry(theme).code
    leaves = [place for place, leaf in enumerate(book.leaf_codes) if code in (leaf, book.entry(leaf).theme)]
    about: NDArray[np.bool_] = paragraphs.counted[:, leaves].sum(axis=1) > 0
    return about


def _evenly_spaced(places: Places) -> Places:
    if len(places) <= MOST_READ:
        return places
    chosen: Places = places[np.arange(MOST_READ) * len(places) // MOST_READ]
    return chosen


def _typical(places: Places, passages: Sequence[Passage], terms: Sequence[TellingTerm]) -> tuple[TypicalParagraph, ...]:
    found = typical_texts([passage.text for passage in passages], terms)
    return tuple(TypicalParagraph(int(places[number]), passages[number], held) for number, held in found)
