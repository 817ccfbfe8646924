"""Copied text in the archive: which paragraphs say the same, in groups that grow with each document that is added.

A new paragraph is compared only with those that share a key with it, so that the size of the archive does not matter. A
group is named by its first paragraph; where a new text links two groups, they become one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import ColumnElement, exists, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from classifier import copy_form, copy_groups, copy_keys, copy_similarity
from web.tables import CopyKey, CurrentLabel, Document, Paragraph

_CHUNK = 500  # Databases allow a query only so many values.
_MOST_SHOWN = 50


@dataclass(frozen=True)
class CopyPlace:
    """Where a text stands again: ``similarity`` is 1 where it is the same but for figures, punctuation and spacing.

    ``label`` is the leaf code of the label that holds there, or empty.
    """

    id: int
    document_id: int
    document: str
    title: str
    jurisdiction: str
    year: str
    position: int
    similarity: float
    label: str


def group_copies(session: Session) -> None:
    """Give every paragraph that has no group of copies yet its group."""
    query = select(Paragraph.id, Paragraph.text).where(Paragraph.copy_group.is_(None)).order_by(Paragraph.id)
    fresh = session.execute(query).all()
    if not fresh:
        return
    # Signed, as databases keep whole numbers; a zero says nothing.
    keys = copy_keys([text for _, text in fresh]).view(np.int32)
    known = _sharing(session, np.unique(keys[keys != 0]).tolist())
    texts = [*(text for _, text, _ in known), *(text for _, text in fresh)]
    before = [*(group for _, _, group in known), *(number for number, _ in fresh)]
    group_of = _merged(before, copy_groups(texts).tolist())
    for group in {group for _, _, group in known}:
        if group_of[group] != group:
            session.execute(update(Paragraph).where(Paragraph.copy_group == group).values(copy_group=group_of[group]))
    session.execute(update(Paragraph), [{"id": number, "copy_group": group_of[number]} for number, _ in fresh])
    forms = {copy_form(text) for _, text, _ in known}
    rows = []
    for (number, text), own in zip(fresh, keys.tolist(), strict=True):
        form = copy_form(text)
        if form and form not in forms:
            forms.add(form)
            rows += [{"key": key, "paragraph_id": number} for key in set(own)]
    if rows:
        session.connection().execute(insert(CopyKey), rows)  # Not by the session: these are many, and nobody's objects.


def copies_of(session: Session, paragraphs: Iterable[tuple[int, int | None, str]]) -> dict[int, list[CopyPlace]]:
    """Return by paragraph where its text stands again, as far as documents are not deleted: the most alike first.

    ``paragraphs`` are (ID, group of copies, text). Of a text that stands in very many places, the first are returned.
    """
    asked = [(number, group, text) for number, group, text in paragraphs if group is not None]
    members: dict[int, list[tuple[CopyPlace, str]]] = {}
    groups = sorted({group for _, group, _ in asked})
    for first in range(0, len(groups), _CHUNK):
        query = (
            select(
                Paragraph.copy_group,
                Paragraph.text,
                Paragraph.id,
                Paragraph.document_id,
                Document.name,
                Document.title,
                Document.jurisdiction,
                Document.year,
                Paragraph.position,
                CurrentLabel.theme,
            )
            .join(Document, Document.id == Paragraph.document_id)
            .outerjoin(
                CurrentLabel,
                (CurrentLabel.paragraph_id == Paragraph.id)
                & (CurrentLabel.statement == 0)
                & (CurrentLabel.state != "conflict"),
            )
            .where(Paragraph.copy_group.in_(groups[first : first + _CHUNK]), Document.deleted_at.is_(None))
            .order_by(Paragraph.id)
        )
        for group, text, number, document_id, name, title, jurisdiction, year, position, label in session.execute(query):
            place = CopyPlace(number, document_id, name, title, jurisdiction, year, position, 0.0, label or "")
            members.setdefault(group or number, []).append((place, text))
    return {number: _alike(number, text, members.get(group, [])) for number, group, text in asked}


def copies_of_texts(session: Session, texts: Sequence[str], *, but_of: int | None = None) -> list[list[CopyPlace]]:
    """Return for each text that is no paragraph of the archive where it stands there, but for the document ``but_of``."""
    keys = copy_keys(texts).view(np.int32)
    known = _sharing(session, np.unique(keys[keys != 0]).tolist())
    firsts = copy_groups([*(text for _, text, _ in known), *texts]).tolist()[len(known) :]
    asked = [(place, known[first][2] if first < len(known) else None, texts[place]) for place, first in enumerate(firsts)]
    # No paragraph has a negative ID, so that none is taken for the text itself.
    found = copies_of(session, [(-1 - place, group, text) for place, group, text in asked])
    return [[copy for copy in found.get(-1 - place, []) if copy.document_id != but_of] for place in range(len(texts))]


def repeats_another() -> ColumnElement[bool]:
    """Return the condition that the same text as that of a `Paragraph` is labelled elsewhere, or stands before it.

    Of a group that nobody has labelled, all but the first meet it; of one with a label, all but what is labelled.
    """
    other, of_other = aliased(Paragraph), aliased(Document)
    labelled = exists().where(CurrentLabel.paragraph_id == other.id, CurrentLabel.statement == 0)
    return (
        select(other.id)
        .join(of_other, of_other.id == other.document_id)
        .where(
            other.copy_group == Paragraph.copy_group,
            other.id != Paragraph.id,
            of_other.deleted_at.is_(None),
            or_(other.id < Paragraph.id, labelled),
        )
        .correlate(Paragraph)
        .exists()
    )


def _alike(number: int, text: str, members: Sequence[tuple[CopyPlace, str]]) -> list[CopyPlace]:
    others = [(place, other) for place, other in members if place.id != number][:_MOST_SHOWN]
    form = copy_form(text)
    found = [
        replace(place, similarity=1.0 if copy_form(other) == form else copy_similarity(text, other))
        for place, other in others
    ]
    return sorted(found, key=lambda place: -place.similarity)


def _sharing(session: Session, keys: Sequence[int]) -> list[tuple[int, str, int]]:
    """Return ID, text and group of the paragraphs that have one of these keys, in order of their IDs."""
    numbers: set[int] = set()
    if session.scalar(select(CopyKey.key).limit(1)) is None:
        return []  # A new archive, or one from before there were groups: there is nothing to ask for.
    for first in range(0, len(keys), _CHUNK):
        numbers.update(session.scalars(select(CopyKey.paragraph_id).where(CopyKey.key.in_(keys[first : first + _CHUNK]))))
    ordered, found = sorted(numbers), []
    for first in range(0, len(ordered), _CHUNK):
        query = select(Paragraph.id, Paragraph.text, Paragraph.copy_group)
        rows = session.execute(query.where(Paragraph.id.in_(ordered[first : first + _CHUNK])).order_by(Paragraph.id))
        found += [(number, text, group) for number, text, group in rows if group is not None]
    return found


def _merged(before: Sequence[int], firsts: Sequence[int]) -> dict[int, int]:
    """Return the group that each group becomes when that of each text and that of the text it copies are one."""
    becomes = {group: group for group in before}

    def last(group: int) -> int:
        while becomes[group] != group:
            group = becomes[group]
        return group

    for group, first in zip(before, firsts, strict=True):
        smaller, larger = sorted((last(group), last(before[first])))
        becomes[larger] = smaller
    return {group: last(group) for group in becomes}
