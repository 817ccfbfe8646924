"""Settled units that are planted into an annotator's queues, unknown to them, to see whether their reading drifts.

After each label it is drawn whether a settled unit comes next; on average every so many units one does, when exactly nobody
can foresee. It looks like any other unit of the queue. How it is read becomes a label chosen by ``drift``: nobody's vote.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import SystemRandom
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from web.store.audit import newest_sample
from web.store.pools import TRAINING_QUEUES
from web.store.predictions import CurrentModel
from web.store.review_units import Unit, unit_at
from web.store.revisions import now
from web.store.standing import DRIFT
from web.tables import AuditUnit, CurrentLabel, Document, Label, Paragraph, PlantedUnit

# In a document that is read in its order, a unit of another document would be seen at once.
PLANTED_IN = (*TRAINING_QUEUES, "audit", "suspected", "disagreement")
_LONG_AGO = timedelta(days=180)
_SHOWN_BLIND = 10  # Every so many units lack the model's suggestion, so that a planted one, which has none, is one of many.


def plant_if_due(session: Session, annotator: str, every: int) -> None:
    """Draw whether a settled unit comes next, once half of ``every`` units were labelled since the last; 0 plants none."""
    if every <= 0 or planted_unit_id(session, annotator) is not None:
        return
    last = session.scalar(select(func.max(PlantedUnit.planted_at)).where(PlantedUnit.annotator == annotator))
    given = select(func.count()).where(
        Label.annotator == annotator, Label.kind == "label", Label.statement == 0, Label.chosen_by.in_(PLANTED_IN)
    )
    labelled = session.scalar(given if last is None else given.where(Label.made_at > last)) or 0
    random = SystemRandom()
    if labelled < every // 2 or random.randrange(max(1, every - every // 2)):
        return
    unknown = _unknown_units(session, annotator)
    if unknown:
        session.add(PlantedUnit(annotator=annotator, paragraph_id=random.choice(unknown), planted_at=now()))


def planted_unit_id(session: Session, annotator: str) -> int | None:
    """Return the paragraph that is planted for an annotator and waits to be read; None where there is none."""
    return next(iter(_unread_units(session, annotator)), None)


def is_planted(session: Session, annotator: str, paragraph_id: int) -> bool:
    """Tell whether a paragraph is planted for an annotator and waits to be read, maybe after a label was taken back."""
    return paragraph_id in _unread_units(session, annotator)


def is_drift_check(session: Session, annotator: str, paragraph_id: int, request: str | None) -> bool:
    """Tell whether a label is one of a planted unit, also where the same request is sent again."""
    if is_planted(session, annotator, paragraph_id):
        return True
    again = select(Label.id).where(Label.request == request, Label.chosen_by == DRIFT, Label.annotator == annotator)
    return request is not None and session.scalar(again) is not None


def was_planted(session: Session, annotator: str, paragraph_id: int) -> bool:
    """Tell whether a paragraph came to an annotator as a planted one: it has no place in the order of a queue."""
    query = select(PlantedUnit.id).where(PlantedUnit.annotator == annotator, PlantedUnit.paragraph_id == paragraph_id)
    return session.scalar(query.limit(1)) is not None


def planted_unit(
    session: Session, current: CurrentModel, paragraph_id: int, queue: str, annotator: str, *, again: bool
) -> Unit:
    """Return a planted paragraph so that it looks like any other unit of the queue, without a suggestion."""
    unit = unit_at(session, current, paragraph_id, queue, annotator, blind=True)
    return replace(unit, own=None, again=again, read_by_others=again or queue not in TRAINING_QUEUES)


def some_without_suggestion(units: Sequence[Unit], every: int) -> list[Unit]:
    """Leave the model's suggestion out of some units, where settled ones are planted among them."""
    return [replace(unit, suggestion=None) if every > 0 and unit.id % _SHOWN_BLIND == 0 else unit for unit in units]


def _unread_units(session: Session, annotator: str) -> Sequence[int]:
    """Return the paragraphs that are planted for an annotator and not read yet, the newest first."""
    read = select(func.coalesce(func.sum(case((Label.kind == "withdrawal", -1), else_=1)), 0)).where(
        Label.paragraph_id == PlantedUnit.paragraph_id,
        Label.annotator == PlantedUnit.annotator,
        Label.chosen_by == DRIFT,
        Label.made_at >= PlantedUnit.planted_at,
    )
    planted = select(PlantedUnit.paragraph_id).where(
        PlantedUnit.annotator == annotator,
        PlantedUnit.paragraph_id.in_(_settled_units(session)),
        read.scalar_subquery() == 0,
    )
    return session.scalars(planted.order_by(PlantedUnit.id.desc())).all()


def _settled_units(session: Session) -> Select[Any]:
    """Return a query for settled paragraphs; those of the audit sample are left to the audit."""
    sample = newest_sample(session)
    audited = select(AuditUnit.paragraph_id).where(AuditUnit.sample_id == (sample.id if sample else 0))
    return (
        select(Paragraph.id)
        .join(CurrentLabel, (CurrentLabel.paragraph_id == Paragraph.id) & (CurrentLabel.statement == 0))
        .join(Document, Document.id == Paragraph.document_id)
        .where(CurrentLabel.state == "settled", Document.deleted_at.is_(None), Paragraph.id.not_in(audited))
    )


def _unknown_units(session: Session, annotator: str) -> Sequence[int]:
    """Return settled paragraphs that an annotator has never read, or, where there are none, has read long ago."""
    own = select(Label.paragraph_id).where(Label.annotator == annotator)
    settled = _settled_units(session)
    never = session.scalars(settled.where(Paragraph.id.not_in(own))).all()
    return never or session.scalars(settled.where(Paragraph.id.not_in(own.where(Label.made_at > now() - _LONG_AGO)))).all()
