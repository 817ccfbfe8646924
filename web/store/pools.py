"""Which pool a paragraph is in: the audit pool, for measuring only, or the training pool. What came first decides.

A paragraph that a sample drew while nobody had labelled it is in the audit pool for good, and so is one whose first label
was imported as that of an audit. All others are for training, also where a later sample draws them.
"""

from typing import Any

from sqlalchemy import CompoundSelect, func, or_, select
from sqlalchemy.orm import Session

from classifier import AUDIT
from web.tables import AuditSample, AuditUnit, Label

# Which queues are of the training pool. The first is the default: it needed the fewest labels of all (docs/queues.md).
TRAINING_QUEUES = ("dense", "uncertain", "shortfall", "random")


def audit_pool() -> CompoundSelect[Any]:
    """Return a query for the paragraphs of the audit pool."""
    first = select(Label.paragraph_id, func.min(Label.id).label("entry")).group_by(Label.paragraph_id).subquery()
    drawn = (
        select(AuditUnit.paragraph_id)
        .join(AuditSample, AuditSample.id == AuditUnit.sample_id)
        .outerjoin(first, first.c.paragraph_id == AuditUnit.paragraph_id)
        .where(or_(first.c.entry.is_(None), first.c.entry > AuditSample.labels_through))
    )
    imported = (
        select(Label.paragraph_id)
        .join(first, first.c.entry == Label.id)
        .where(Label.chosen_by == AUDIT, Label.paragraph_id.not_in(select(AuditUnit.paragraph_id)))
    )
    return drawn.union(imported)


def how_chosen(session: Session) -> dict[int, tuple[str, float | None]]:
    """Return how each labelled paragraph came to be labelled first, and the probability of those of the audit pool.

    Of the audit pool it is the audit, whoever labelled what of it first; without a probability where the audit has not yet.
    """
    pool = set(session.scalars(audit_pool()))
    chosen: dict[int, tuple[str, float | None]] = {}
    for number, how, probability in session.execute(
        select(Label.paragraph_id, Label.chosen_by, Label.probability).order_by(Label.id)
    ):
        if number in pool:
            chosen[number] = (AUDIT, probability if how == AUDIT and probability else chosen.get(number, ("", None))[1])
        else:
            chosen.setdefault(number, (how, None))
    return chosen
