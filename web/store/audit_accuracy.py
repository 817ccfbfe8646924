"""How often a model is right on the random audit sample: units of the audit pool that were labelled from its queue."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from classifier import AUDIT, Codebook, audit_accuracy
from web.store.pools import audit_pool
from web.tables import HOLDING, AuditSample, AuditUnit, CurrentLabel, Document, Label, ModelRecord, Paragraph, Prediction

Predict = Callable[[Sequence["AuditedUnit"]], Sequence[str]]
"""Takes units and returns the theme that a model gives to each."""


@dataclass(frozen=True)
class AuditedUnit:
    """A sampled paragraph with the leaf code that people gave it; ``probability`` is that of its label."""

    id: int
    text: str
    theme: str
    probability: float


def measure_audit(session: Session, book: Codebook, predict: Predict) -> dict[str, Any] | None:
    """Return a model's accuracy on the audit sample as plain data; None while nothing of it is labelled.

    ``drawn`` says how many units of the pool were drawn: what is left of them is still to be labelled.
    """
    units = [unit for unit in audited_units(session) if unit.theme in book.leaf_codes]
    if not units:
        return None
    right = np.array(
        [book.entry(unit.theme).theme == theme for unit, theme in zip(units, predict(units), strict=True)], dtype=bool
    )
    chances, frame = _chances(session, units)
    drawn = session.scalar(select(func.count()).select_from(audit_pool().subquery())) or 0
    return {**audit_accuracy(right, chances, frame).to_dict(), "drawn": drawn}


def audit_of(session: Session, record: ModelRecord, book: Codebook) -> dict[str, Any] | None:
    """Return the accuracy of the model in use on all audit labels of now; of another model what was measured of it."""
    if record.state == "current":
        return measure_audit(session, book, _predicted_by(session, record.id))
    return (record.evaluation or {}).get("audit")


def _predicted_by(session: Session, model_id: int) -> Predict:
    """Return what looks the themes up that a model gave when it classified the archive."""

    def predict(units: Sequence[AuditedUnit]) -> list[str]:
        query = select(Prediction.paragraph_id, Prediction.theme).where(
            Prediction.model_id == model_id, Prediction.paragraph_id.in_([unit.id for unit in units])
        )
        themes = {number: theme for number, theme in session.execute(query)}  # noqa: C416  (rows are no plain tuples to mypy)
        return [themes.get(unit.id, "") for unit in units]

    return predict


def audited_units(session: Session) -> list[AuditedUnit]:
    """Return the paragraphs of the audit pool on which a label from the audit queue stands, without open conflicts.

    Left out are texts that stand in the training pool as well: a model may have learned from them.
    """
    standing = func.sum(case((Label.kind == "withdrawal", -1), else_=1))
    audited = (
        select(Label.paragraph_id, func.max(Label.probability).label("probability"))
        .where(Label.statement == 0, Label.chosen_by == AUDIT)
        .group_by(Label.paragraph_id)
        .having(standing > 0)
        .subquery()
    )
    pool = audit_pool()
    learned = select(Paragraph.digest).join(Label, Label.paragraph_id == Paragraph.id).where(Paragraph.id.not_in(pool))
    query = (
        select(Paragraph.id, Paragraph.text, CurrentLabel.theme, audited.c.probability)
        .join(audited, audited.c.paragraph_id == Paragraph.id)
        .join(CurrentLabel, CurrentLabel.paragraph_id == Paragraph.id)
        .join(Document, Document.id == Paragraph.document_id)
        .where(
            CurrentLabel.statement == 0,
            CurrentLabel.state.in_(HOLDING),
            Document.deleted_at.is_(None),
            audited.c.probability.is_not(None),
            Paragraph.id.in_(pool),
            Paragraph.digest.not_in(learned),
        )
        .order_by(Paragraph.id)
    )
    return [AuditedUnit(*row) for row in session.execute(query)]


def _chances(session: Session, units: Sequence[AuditedUnit]) -> tuple[np.ndarray[Any, np.dtype[np.float64]], int | None]:
    """Return each unit's probability of being drawn and labelled by any sample, and the frame where all are of one sample.

    Of independent samples, a unit escapes all with the product of the probabilities of escaping each (Bankier 1986): each
    that was drawn after its document came in, of which as many units are labelled as are measured here. Units that were
    not drawn here keep the probability of their label.
    """
    samples = session.scalars(select(AuditSample).order_by(AuditSample.id)).all()
    numbers = [unit.id for unit in units]
    of_sample: dict[int, set[int]] = {}
    query = select(AuditUnit.sample_id, AuditUnit.paragraph_id).where(AuditUnit.paragraph_id.in_(numbers))
    for sample, paragraph in session.execute(query):
        of_sample.setdefault(sample, set()).add(paragraph)
    drawn = set().union(*of_sample.values())
    arrivals = select(Paragraph.id, Document.added_at).join(Document).where(Paragraph.id.in_(numbers))
    came = {number: moment for number, moment in session.execute(arrivals)}  # noqa: C416  (rows are no plain tuples to mypy)
    chances = []
    for unit in units:
        escapes = [
            1 - len(of_sample[sample.id]) / sample.frame
            for sample in samples
            if sample.id in of_sample and came[unit.id] <= sample.drawn_at
        ]
        chances.append(1 - float(np.prod(escapes)) if unit.id in drawn else unit.probability)
    frames = [sample.frame for sample in samples if of_sample.get(sample.id) == set(numbers)]
    return np.array(chances), frames[0] if len(of_sample) == 1 and frames else None
