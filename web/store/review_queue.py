"""Queues of paragraphs to label: which come next for an annotator, in which order, and how far the annotator is.

- ``uncertain``: smallest margin of the current model first. First round: what nobody has labelled; second round
  (``again``): what others have.
- ``audit``: the newest random sample, in its random order.
- ``document``: one document from its beginning.
- ``suspected``: labels with which a model disagrees that was not trained on them, most confident disagreement first.
- ``disagreement``: units whose annotators differ, in order of document and position: one more reading of each.

Every queue leaves out what the annotator has labelled or settled already, but ``suspected``, which is there for a second
look: it leaves out what the annotator has labelled from this very queue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from web.errors import RequestError
from web.store.audit import newest_sample
from web.store.documents import get_document
from web.store.labels import labelled_by
from web.store.predictions import CurrentModel
from web.store.review_units import Unit, units_by_id
from web.tables import AuditUnit, CurrentLabel, Document, HeldOutPrediction, Label, ModelRecord, Paragraph, Prediction

QUEUES = ("uncertain", "audit", "document", "suspected", "disagreement")


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

    ``again`` says in which round of the uncertain queue ``after`` was met; None finds out, but may be wrong where others
    have labelled it since. Raises RequestError for an unknown queue, or for the document queue without a document;
    NotFoundError for an unknown document.
    """
    if queue == "uncertain":
        if again is None:
            again = after is not None and _is_read_by_others(session, after, annotator)
        first = [] if again else _uncertain(session, current, annotator, after, limit, again=False)
        left = limit - len(first)
        second = _uncertain(session, current, annotator, after if again else None, left, again=True) if left else []
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
    if queue == "uncertain":
        total = session.scalar(select(func.sum(Document.paragraph_count)).where(Document.deleted_at.is_(None))) or 0
        return Progress(_count(session, _present(select(Paragraph.id)).where(Paragraph.id.in_(mine))), total)
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
    done = _count(session, _conflicts().where(Paragraph.id.in_(looked_at)))
    return Progress(done, done + _count(session, _conflicts().where(Paragraph.id.not_in(mine))))


def is_measured(session: Session, current: CurrentModel) -> bool:
    """Tell whether the current model has been measured, so that suspected errors are known."""
    found = select(HeldOutPrediction.paragraph_id).where(HeldOutPrediction.model_id == current.id)
    if session.scalar(found.limit(1)) is not None:
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
        sample = newest_sample(session)
        number = sample.id if sample else 0
        query = _audit_units(number).order_by(AuditUnit.place)
        if after is not None:
            query = query.where(AuditUnit.place > (_place(session, number, after) or 0))
    elif queue == "document":
        document = _document(session, document_id)
        query = select(Paragraph.id).where(Paragraph.document_id == document.id).order_by(Paragraph.position)
        if after is not None:
            query = query.where(Paragraph.position > (_position(session, document.id, after) or 0))
    elif _checked(queue) == "suspected":
        found = _suspected(session, current, annotator)
        numbers = [number for number, _ in found]
        return numbers[_behind(session, current, found, after) :][:limit]
    else:
        query = _conflicts().order_by(Paragraph.id)
        if after is not None:
            query = query.where(Paragraph.id > after)
    return session.scalars(query.where(Paragraph.id.not_in(labelled_by(annotator))).limit(limit)).all()


def _uncertain(
    session: Session, current: CurrentModel, annotator: str, after: int | None, limit: int, *, again: bool
) -> Sequence[int]:
    carried = select(CurrentLabel.paragraph_id).where(
        CurrentLabel.paragraph_id == Prediction.paragraph_id, CurrentLabel.statement == 0
    )
    query = (
        select(Prediction.paragraph_id)
        .join(Paragraph, Paragraph.id == Prediction.paragraph_id)
        .join(Document, Document.id == Paragraph.document_id)
        .where(
            Prediction.model_id == current.id,
            Document.deleted_at.is_(None),
            carried.exists() if again else ~carried.exists(),
            Prediction.paragraph_id.not_in(labelled_by(annotator)),
        )
        .order_by(Prediction.margin, Prediction.paragraph_id)
        .limit(limit)
    )
    last = session.get(Prediction, (current.id, after)) if after is not None else None
    if last is not None:
        query = query.where(
            Prediction.margin >= last.margin,  # Said on its own too, so that the index is entered there.
            or_(Prediction.margin > last.margin, Prediction.paragraph_id > last.paragraph_id),
        )
    return session.scalars(query).all()


def _is_read_by_others(session: Session, paragraph_id: int, annotator: str) -> bool:
    query = select(Label.id).where(Label.paragraph_id == paragraph_id, Label.statement == 0, Label.annotator != annotator)
    return session.scalar(query.limit(1)) is not None


def _suspected(session: Session, current: CurrentModel, annotator: str) -> list[tuple[int, float]]:
    """Return (paragraph, confidence) of labels whose theme differs from the held-out one, most confident first."""
    query = (
        select(HeldOutPrediction.paragraph_id, HeldOutPrediction.confidence, HeldOutPrediction.detail, CurrentLabel.theme)
        .join(CurrentLabel, CurrentLabel.paragraph_id == HeldOutPrediction.paragraph_id)
        .join(Paragraph, Paragraph.id == HeldOutPrediction.paragraph_id)
        .join(Document, Document.id == Paragraph.document_id)
        .where(
            HeldOutPrediction.model_id == current.id,
            CurrentLabel.statement == 0,
            CurrentLabel.state != "conflict",
            CurrentLabel.theme != HeldOutPrediction.detail,
            Document.deleted_at.is_(None),
            HeldOutPrediction.paragraph_id.not_in(labelled_by(annotator, chosen_by="suspected")),
        )
        .order_by(HeldOutPrediction.confidence.desc(), HeldOutPrediction.paragraph_id)
    )
    book = current.model.codebook
    theme_of = {code: book.entry(code).theme for code in book.leaf_codes}
    return [
        (number, confidence)
        for number, confidence, predicted, labelled in session.execute(query)
        # The confidence is that of a theme: sub-codes of one theme are not told apart by it.
        if labelled in theme_of and predicted in theme_of and theme_of[labelled] != theme_of[predicted]
    ]


def _behind(session: Session, current: CurrentModel, found: list[tuple[int, float]], after: int | None) -> int:
    """Return how many suspected errors come before or at ``after``, which may have left the list by now."""
    last = session.get(HeldOutPrediction, (current.id, after)) if after is not None else None
    if last is None:
        return 0
    key = (-last.confidence, last.paragraph_id)
    return sum((-confidence, number) <= key for number, confidence in found)


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
    query = select(Paragraph.position).where(Paragraph.id == paragraph_id, Paragraph.document_id == document_id)
    return session.scalar(query)


def _count(session: Session, query: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0
