"""Queues of paragraphs to label: which come next for an annotator, in which order, and how far the annotator is.

- the training queues, by strategy (`web.store.training_queue`): ``dense``, uncertain and like many others; ``uncertain``,
  smallest margin first; ``shortfall``, themes with the fewest labels first; ``random``. First round: what nobody has
  labelled, of copied text one of each group and nothing of which a copy is labelled; second round (``again``): what others
  have, and the other copies. Paragraphs of audit samples are in none of them.
- ``audit``: the newest random sample, in its random order.
- ``document``: one document from its beginning.
- ``suspected``: labels that are probably wrong after models that were not trained on them, the surest doubt first.
- ``disagreement``: units whose annotators differ, in order of document and position: one more reading of each.
- ``relabel``: units whose label a change of the codebook leaves open; see `web.store.relabelling`.

Every queue leaves out what the annotator has labelled or settled already; ``suspected`` and ``relabel`` are a second look,
and leave out what the annotator has labelled from them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from web.errors import RequestError
from web.store.audit import newest_sample
from web.store.copies import repeats_another
from web.store.derived_labels import RELABEL
from web.store.documents import get_document
from web.store.labels import labelled_by
from web.store.measurements import theme_of
from web.store.pools import TRAINING_QUEUES
from web.store.predictions import CurrentModel
from web.store.relabelling import to_relabel
from web.store.review_units import Unit, units_by_id
from web.store.training_queue import next_in_training
from web.tables import HOLDING, AuditUnit, CurrentLabel, Document, HeldOutPrediction, Label, ModelRecord, Paragraph

QUEUES = (*TRAINING_QUEUES, "audit", "document", "suspected", "disagreement", RELABEL)


@dataclass(frozen=True)
class Progress:
    """How many units of a queue an annotator has done, of how many."""

    done: int
    total: int


@dataclass(frozen=True)
class DocumentProgress:
    """A document to choose for the document queue, and how many of its paragraphs an annotator has labelled."""

    id: int
    name: str
    title: str
    jurisdiction: str
    year: str
    paragraphs: int
    done: int


def next_units(
    session: Session,
    current: CurrentModel,
    queue: str,
    annotator: str,
    *,
    limit: int = 1,
    after: int | None = None,
    document_id: int | None = None,
    again: bool | None = None,
    blind: bool = False,
) -> list[Unit]:
    """Return the next units of a queue for an annotator, those behind the paragraph ``after``.

    ``again`` says in which round of a training queue ``after`` was met; None finds out, but may be wrong where others
    have labelled it since. Raises RequestError for an unknown queue, or for the document queue without a document;
    NotFoundError for an unknown document.
    """
    if queue in TRAINING_QUEUES:
        if again is None:
            again = after is not None and _is_read_by_others(session, after, annotator)
        first = [] if again else next_in_training(session, current, queue, annotator, after, limit, again=False)
        left = limit - len(first)
        start = after if again else None
        second = next_in_training(session, current, queue, annotator, start, left, again=True) if left else []
        return [
            *units_by_id(session, current, first, queue, annotator, blind=blind),
            *units_by_id(session, current, second, queue, annotator, blind=blind, again=True),
        ]
    ids = _ids(session, current, queue, annotator, after, limit, document_id)
    return units_by_id(session, current, ids, queue, annotator, blind=blind)


def progress(
    session: Session, current: CurrentModel, queue: str, annotator: str, *, document_id: int | None = None
) -> Progress:
    """Return how far an annotator is in a queue; RequestError and NotFoundError as `next_units`."""
    mine = labelled_by(annotator)
    if queue in TRAINING_QUEUES:
        units = _present(select(Paragraph.id)).where(Paragraph.id.not_in(select(AuditUnit.paragraph_id)))
        return Progress(_count(session, units.where(Paragraph.id.in_(mine))), _count(session, units))
    if queue == "audit":
        sample = newest_sample(session)
        units = _audit_units(sample.id if sample else 0)
        return Progress(_count(session, units.where(Paragraph.id.in_(mine))), _count(session, units))
    if queue == "document":
        document = _document(session, document_id)
        own = select(Paragraph.id).where(Paragraph.document_id == document.id, Paragraph.id.in_(mine))
        return Progress(_count(session, own), document.paragraph_count)
    looked_at = labelled_by(annotator, chosen_by=_checked(queue))
    if queue == "suspected":
        measured = select(HeldOutPrediction.paragraph_id).where(HeldOutPrediction.model_id == current.id)
        done = _count(session, measured.where(HeldOutPrediction.paragraph_id.in_(looked_at)))
        return Progress(done, done + len(_suspected(session, current, annotator)))
    if queue == RELABEL:
        done = _count(session, _present(select(Paragraph.id)).where(Paragraph.id.in_(looked_at)))
        waiting = to_relabel(current.model.codebook).where(Paragraph.id.not_in(looked_at))
        return Progress(done, done + _count(session, waiting))
    done = _count(session, _conflicts().where(Paragraph.id.in_(looked_at)))
    return Progress(done, done + _count(session, _conflicts().where(Paragraph.id.not_in(mine))))


def is_measured(session: Session, current: CurrentModel) -> bool:
    """Tell whether the current model has been measured, so that suspected errors are known."""
    if session.scalar(select(HeldOutPrediction).where(HeldOutPrediction.model_id == current.id).limit(1)) is not None:
        return True
    record = session.get(ModelRecord, current.id)  # Without any label there is nothing to hold out.
    return record is not None and record.evaluation is not None


def documents_to_read(session: Session, annotator: str, *, limit: int = 1000) -> list[DocumentProgress]:
    """Return documents, by jurisdiction and year, with how far an annotator is in each."""
    own = (
        select(Paragraph.document_id, func.count().label("done"))
        .where(Paragraph.id.in_(labelled_by(annotator)))
        .group_by(Paragraph.document_id)
        .subquery()
    )
    query = (
        select(
            Document.id,
            Document.name,
            Document.title,
            Document.jurisdiction,
            Document.year,
            Document.paragraph_count,
            func.coalesce(own.c.done, 0),
        )
        .outerjoin(own, own.c.document_id == Document.id)
        .where(Document.deleted_at.is_(None))
        .order_by(Document.jurisdiction, Document.year, Document.id)
        .limit(limit)
    )
    return [DocumentProgress(*row) for row in session.execute(query)]


def _checked(queue: str) -> str:
    if queue not in QUEUES:
        raise RequestError("There is no queue {queue}; choose one of: {allowed}", queue=queue, allowed=", ".join(QUEUES))
    return queue


def _ids(
    session: Session,
    current: CurrentModel,
    queue: str,
    annotator: str,
    after: int | None,
    limit: int,
    document_id: int | None,
) -> Sequence[int]:
    query: Select[Any]
    if queue == "audit":
        number = sample.id if (sample := newest_sample(session)) else 0
        query = _audit_units(number).order_by(AuditUnit.place)
        if after is not None:
            query = query.where(AuditUnit.place > (_place(session, number, after) or 0))
    elif queue == "document":
        number = _document(session, document_id).id
        query = select(Paragraph.id).where(Paragraph.document_id == number).order_by(Paragraph.position)
        if after is not None:
            query = query.where(Paragraph.position > (_position(session, number, after) or 0))
    elif _checked(queue) == "suspected":
        last = session.get(HeldOutPrediction, (current.id, after)) if after is not None else None
        behind = -1 if last is None or last.suspicion is None else last.suspicion
        return [number for number, place in _suspected(session, current, annotator) if place > behind][:limit]
    else:
        query = (to_relabel(current.model.codebook) if queue == RELABEL else _conflicts()).order_by(Paragraph.id)
        if after is not None:
            query = query.where(Paragraph.id > after)
    done = labelled_by(annotator, chosen_by=RELABEL if queue == RELABEL else None)
    return session.scalars(query.where(Paragraph.id.not_in(done)).limit(limit)).all()


def _is_read_by_others(session: Session, paragraph_id: int, annotator: str) -> bool:
    query = select(Label.id).where(Label.paragraph_id == paragraph_id, Label.statement == 0, Label.annotator != annotator)
    if session.scalar(query.limit(1)) is not None:
        return True
    return session.scalar(select(Paragraph.id).where(Paragraph.id == paragraph_id, repeats_another())) is not None


def _suspected(session: Session, current: CurrentModel, annotator: str) -> list[tuple[int, int]]:
    """Return (paragraph, place) of suspected labels; one that was changed to what the models say is none any more."""
    query = (
        select(HeldOutPrediction.paragraph_id, HeldOutPrediction.suspicion, HeldOutPrediction.detail, CurrentLabel.theme)
        .join(CurrentLabel, CurrentLabel.paragraph_id == HeldOutPrediction.paragraph_id)
        .join(Paragraph, Paragraph.id == HeldOutPrediction.paragraph_id)
        .join(Document, Document.id == Paragraph.document_id)
        .where(
            HeldOutPrediction.model_id == current.id,
            CurrentLabel.statement == 0,
            CurrentLabel.state.in_(HOLDING),
            Document.deleted_at.is_(None),
            HeldOutPrediction.paragraph_id.not_in(labelled_by(annotator, chosen_by="suspected")),
        )
        .order_by(HeldOutPrediction.suspicion)
    )
    return [
        (number, place)
        for number, place, predicted, labelled in session.execute(query)
        if place is not None and theme_of(labelled) != theme_of(predicted)
    ]


def _audit_units(sample_id: int) -> Select[Any]:
    sampled = and_(AuditUnit.paragraph_id == Paragraph.id, AuditUnit.sample_id == sample_id)
    return _present(select(Paragraph.id).join(AuditUnit, sampled))


def _conflicts() -> Select[Any]:
    in_conflict: ColumnElement[bool] = and_(CurrentLabel.state == "conflict", CurrentLabel.statement == 0)
    return _present(select(Paragraph.id).join(CurrentLabel, CurrentLabel.paragraph_id == Paragraph.id)).where(in_conflict)


def _present(query: Select[Any]) -> Select[Any]:
    return query.join(Document, Document.id == Paragraph.document_id).where(Document.deleted_at.is_(None))


def _document(session: Session, document_id: int | None) -> Document:
    if document_id is None:
        raise RequestError("Choose the document that you want to label.")
    return get_document(session, document_id)


def _place(session: Session, sample_id: int, paragraph_id: int) -> int | None:
    return session.scalar(
        select(AuditUnit.place).where(AuditUnit.sample_id == sample_id, AuditUnit.paragraph_id == paragraph_id)
    )


def _position(session: Session, document_id: int, paragraph_id: int) -> int | None:
    return session.scalar(
        select(Paragraph.position).where(Paragraph.id == paragraph_id, Paragraph.document_id == document_id)
    )


def _count(session: Session, query: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0
