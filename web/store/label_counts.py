"""How many labels hold, for the model card and the codebook."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from classifier import Codebook
from web.store.derived_labels import RELABEL
from web.store.models import SHIPPED
from web.store.standing import DRIFT
from web.tables import HOLDING, CurrentLabel, Document, Label, ModelRecord, Paragraph


@dataclass(frozen=True)
class HoldingLabels:
    """How many paragraphs and statements carry a code as the label that holds."""

    paragraphs: int = 0
    statements: int = 0


def count_holding_labels(session: Session) -> dict[str, HoldingLabels]:
    """Return the labels that hold by code, also by codes that no codebook has any more; deleted documents do not count."""
    statements = func.sum(case((CurrentLabel.statement > 0, 1), else_=0))
    query = (
        select(CurrentLabel.theme, func.count() - statements, statements)
        .join(Paragraph, Paragraph.id == CurrentLabel.paragraph_id)
        .join(Document, Document.id == Paragraph.document_id)
        .where(Document.deleted_at.is_(None), CurrentLabel.state.in_(HOLDING))
        .group_by(CurrentLabel.theme)
    )
    return {code: HoldingLabels(int(whole), int(parts)) for code, whole, parts in session.execute(query)}


def count_unknown(counts: Mapping[str, HoldingLabels], codebook: Codebook) -> int:
    """Return how many of the labels that hold have a code that a codebook does not allow."""
    return sum(own.paragraphs + own.statements for code, own in counts.items() if code not in codebook.leaf_codes)


def count_waiting(session: Session) -> int:
    """Return how many units wait to be labelled anew, because no rule says what their label is by the codebook in use."""
    query = (
        select(func.count())
        .select_from(CurrentLabel)
        .join(Paragraph, Paragraph.id == CurrentLabel.paragraph_id)
        .join(Document, Document.id == Paragraph.document_id)
        .where(Document.deleted_at.is_(None), CurrentLabel.state == RELABEL)
    )
    return session.scalar(query) or 0


def count_entries_since(session: Session, record: ModelRecord) -> int:
    """Return how many entries the label log has got since a model was trained, those of deleted documents left out.

    Drift checks do not count, from which no model learns; nor do the settled labels that came with the program, from which
    the shipped model has learned.
    """
    query = (
        select(func.count())
        .select_from(Label)
        .join(Paragraph, Paragraph.id == Label.paragraph_id)
        .join(Document, Document.id == Paragraph.document_id)
        .where(Label.id > record.labels_through, Label.chosen_by != DRIFT, Document.deleted_at.is_(None))
    )
    if record.made_by == SHIPPED:
        query = query.where(~((Document.source == "seed") & (Label.kind == "settlement") & (Label.chosen_by == "import")))
    return session.scalar(query) or 0
