"""Two rows of a theme mix side by side: made from the same `Corpus` as the mix, so that the two cannot differ."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from classifier import Comparison, Model, Passage, compare_paragraphs
from web.errors import NotFoundError
from web.store.corpus import Corpus
from web.store.mix import MixQuery, chosen_paragraphs
from web.store.paragraphs import leaves_of
from web.tables import Paragraph

_CHUNK = 500  # Databases allow a query only so many values.


class Side(NamedTuple):
    """A row of the mix: its group, and its year where the mix divides rows by year."""

    group: str
    year: str = ""


@dataclass(frozen=True)
class Compared:
    """A comparison, and the numbers of the typical paragraphs of A and of B in the database."""

    comparison: Comparison
    typical_a: tuple[int, ...]
    typical_b: tuple[int, ...]


def compared(session: Session, corpus: Corpus, model: Model, query: MixQuery, a: Side, b: Side, theme: str = "") -> Compared:
    """Compare two rows of the mix that a query asks for; the query's order does not matter.

    Raises NotFoundError where the mix has not these two rows, or they are one, RequestError for an unknown theme.
    """
    if theme:
        leaves_of(corpus.codebook, theme)
    asked = replace(query, sort="", descending=False)
    found: Compared = corpus.remembered(
        ("compared", asked, a, b, theme), lambda: _compared(session, corpus, model, asked, a, b, theme)
    )
    return found


def _compared(session: Session, corpus: Corpus, model: Model, query: MixQuery, a: Side, b: Side, theme: str) -> Compared:
    chosen = chosen_paragraphs(corpus, query)
    counted = corpus.counted_paragraphs(query.by, query.measure, chosen, by_year=query.by_year)
    ids = corpus.ids[np.flatnonzero(chosen)]
    keys = [f"{side.group}\t{side.year}" if query.by_year else side.group for side in (a, b)]
    for key, side in zip(keys, (a, b), strict=True):
        if key not in counted.groups:
            raise NotFoundError("There is no row {row} in this table; it may have been renamed or deleted.", row=side.group)
    if a == b:
        raise NotFoundError("{row} cannot be compared with itself; choose two different rows.", row=a.group)
    comparison = compare_paragraphs(
        counted,
        model,
        lambda places: _passages(session, corpus, ids[places].tolist()),
        a=keys[0],
        b=keys[1],
        by=query.by,
        measure=query.measure,
        theme=theme,
        detailed=query.detailed,
    )
    rows = tuple(replace(row, group=side.group) for row, side in zip(comparison.mix.rows, (a, b), strict=True))
    typical = [tuple(int(ids[paragraph.place]) for paragraph in own) for own in (comparison.typical_a, comparison.typical_b)]
    return Compared(replace(comparison, mix=replace(comparison.mix, rows=rows)), *typical)


def _passages(session: Session, corpus: Corpus, ids: Sequence[int]) -> list[Passage]:
    found: dict[int, Passage] = {}
    columns = select(Paragraph.id, Paragraph.document_id, Paragraph.position, Paragraph.text)
    for first in range(0, len(ids), _CHUNK):
        for number, document, position, text in session.execute(
            columns.where(Paragraph.id.in_(ids[first : first + _CHUNK]))
        ):
            found[number] = Passage(corpus.names[document], position, text)
    return [found[number] for number in ids]
