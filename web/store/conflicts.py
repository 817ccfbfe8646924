"""Units whose labels differ: between annotators, or from the label that was settled; and how they are settled.

A settlement is an entry more in the log. All votes stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, tuple_
from sqlalchemy.orm import Session

from classifier import Codebook
from web.errors import ConflictError, NotFoundError
from web.store.labels import NewLabel, add_label
from web.store.predictions import CurrentModel
from web.store.standing import standing_labels
from web.tables import CurrentLabel, Document, Label, Paragraph, Prediction

OPEN, DIFFERING = "open", "differing"
SHOWN = (OPEN, DIFFERING)
_CHUNK = 200


@dataclass(frozen=True)
class Conflict:
    """A unit with all its votes, by annotator: the labels that stand; the newest settlement, if any, and those before it.

    ``differing``: some vote is not what was settled, or the votes differ and nothing was settled yet.
    """

    paragraph_id: int
    statement: int
    document_id: int
    document: str
    title: str
    jurisdiction: str
    year: str
    position: int
    section: tuple[str, ...]
    text: str
    votes: tuple[Label, ...]
    settlement: Label | None
    replaced: tuple[Label, ...] = ()

    @property
    def differing(self) -> bool:
        """Whether the votes differ from each other, or from what was settled."""
        themes = {vote.theme for vote in self.votes}
        return len(themes | ({self.settlement.theme} if self.settlement else set())) > 1


def conflict_page(
    session: Session,
    current: CurrentModel,
    *,
    shown: str = OPEN,
    after: tuple[int, int] = (0, 0),
    limit: int = 50,
) -> list[Conflict]:
    """Return units in conflict (``open``), or settled ones from which a vote differs (``differing``).

    They come in order of paragraph and statement, those behind the unit ``after``: a page of a list with a cursor.
    """
    found: list[Conflict] = []
    while len(found) < limit:
        query = _listed(shown).where(tuple_(CurrentLabel.paragraph_id, CurrentLabel.statement) > tuple_(*after))
        query = query.order_by(CurrentLabel.paragraph_id, CurrentLabel.statement).limit(_CHUNK)
        keys = [(number, statement) for number, statement in session.execute(query)]
        # A vote that differed may have been replaced or withdrawn since: only the whole log of a unit tells.
        found += [conflict for conflict in _conflicts(session, current, keys) if conflict.differing]
        if len(keys) < _CHUNK:
            break
        after = keys[-1]
    return found[:limit]


def count_open(session: Session) -> int:
    """Return how many units are in conflict."""
    return session.scalar(select(func.count()).select_from(_listed(OPEN).subquery())) or 0


def conflict_at(session: Session, current: CurrentModel, paragraph_id: int, statement: int = 0) -> Conflict:
    """Return one unit with its votes, differing or not; NotFoundError where nobody has labelled it."""
    for conflict in _conflicts(session, current, [(paragraph_id, statement)]):
        return conflict
    raise NotFoundError("Nobody has labelled paragraph {paragraph}, so there is nothing to settle.", paragraph=paragraph_id)


def settle(session: Session, codebook: Codebook, new: NewLabel) -> Label:
    """Append a settlement to the log: from now on its label holds. All votes stay.

    Raises ConflictError where nobody has labelled the unit, and whatever `web.store.labels.add_label` raises.
    """
    of_unit = select(CurrentLabel.theme).where(
        CurrentLabel.paragraph_id == new.paragraph_id, CurrentLabel.statement == new.statement
    )
    if session.execute(of_unit).first() is None:
        raise ConflictError("Nobody has labelled this paragraph yet, so there is nothing to settle; label it instead.")
    return add_label(session, codebook, replace(new, kind="settlement"))


def _listed(shown: str) -> Any:
    query = (
        select(CurrentLabel.paragraph_id, CurrentLabel.statement)
        .join(Paragraph, Paragraph.id == CurrentLabel.paragraph_id)
        .join(Document, Document.id == Paragraph.document_id)
        .where(Document.deleted_at.is_(None))
    )
    if shown == OPEN:
        return query.where(CurrentLabel.state == "conflict")
    differs: ColumnElement[bool] = and_(
        Label.paragraph_id == CurrentLabel.paragraph_id,
        Label.statement == CurrentLabel.statement,
        Label.kind == "label",
        Label.theme != CurrentLabel.theme,
    )
    return query.where(CurrentLabel.state == "settled", select(Label.id).where(differs).exists())


def _conflicts(session: Session, current: CurrentModel, keys: Sequence[tuple[int, int]]) -> list[Conflict]:
    numbers = {number for number, _ in keys}
    entries: dict[tuple[int, int], list[Label]] = {}
    for entry in session.scalars(select(Label).where(Label.paragraph_id.in_(numbers)).order_by(Label.id)):
        entries.setdefault((entry.paragraph_id, entry.statement), []).append(entry)
    query = (
        select(
            Paragraph,
            Prediction.statement_spans,
            Document.name,
            Document.title,
            Document.jurisdiction,
            Document.year,
        )
        .join(Document, Document.id == Paragraph.document_id)
        .join(Prediction, and_(Prediction.paragraph_id == Paragraph.id, Prediction.model_id == current.id))
        .where(Paragraph.id.in_(numbers), Document.deleted_at.is_(None))
    )
    places = {row[0].id: row for row in session.execute(query)}
    found = []
    for number, statement in keys:
        standing = standing_labels(entries.get((number, statement), ()))
        settlements = [entry for entry in entries.get((number, statement), ()) if entry.kind == "settlement"]
        if number not in places or not (standing or settlements):
            continue
        paragraph, spans, document, title, jurisdiction, year = places[number]
        text = paragraph.text
        if statement:
            text = text[slice(*spans[statement - 1])] if statement <= len(spans) else ""
        found.append(
            Conflict(
                paragraph_id=number,
                statement=statement,
                document_id=paragraph.document_id,
                document=document,
                title=title,
                jurisdiction=jurisdiction,
                year=year,
                position=paragraph.position,
                section=tuple(paragraph.section),
                text=text,
                votes=tuple(standing[name] for name in sorted(standing)),
                settlement=settlements[-1] if settlements else None,
                replaced=tuple(settlements[:-1]),
            )
        )
    return found
