"""Drafts of the tag page on their way into the database: with the first label, what was sent becomes a document."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from classifier import Reading, digest
from web.errors import ConflictError
from web.store.documents import add_document, document_of_text, storable
from web.store.predictions import CurrentModel
from web.store.standing import standing_labels
from web.tables import Document, Draft, Label, Paragraph


def document_of_draft(session: Session, draft: Draft, reading: Reading, current: CurrentModel, annotator: str) -> Document:
    """Return the document that a draft became; without one, or where it was deleted since, it becomes one now."""
    document = session.get(Document, draft.document_id) if draft.document_id is not None else None
    if document is None or document.deleted_at is not None:
        document = add_document(session, reading, current, source="tag", annotator=annotator).document
        draft.document_id = document.id
        session.flush()
    return document


def standing_document(session: Session, draft: Draft, text: str) -> Document | None:
    """Return the document that a draft became, or that has its text already; None where it was deleted or never was."""
    document = session.get(Document, draft.document_id) if draft.document_id is not None else None
    document = document or document_of_text(session, text)
    return document if document is not None and document.deleted_at is None else None


def paragraph_number(session: Session, document: Document, position: int, text: str) -> int:
    """Return the id of a draft's paragraph in its document.

    The document may be an older one with the same text that was divided otherwise: then the text decides. Raises
    ConflictError where no paragraph of the document has it.
    """
    query = (
        select(Paragraph.position, Paragraph.id)
        .where(Paragraph.document_id == document.id, Paragraph.digest == digest(storable(text)))
        .order_by(Paragraph.position)
    )
    found: dict[int, int] = {row.position: row.id for row in session.execute(query)}
    if not found:
        raise ConflictError(
            "This text is kept already as the document {document}, divided into other paragraphs; label it there.",
            document=document.name,
        )
    return found.get(position) or next(iter(found.values()))


def own_labels(session: Session, document: Document, texts: Sequence[tuple[int, str]], annotator: str) -> dict[int, Label]:
    """Return an annotator's standing labels of a draft's paragraphs, given as (position, text), by position."""
    digests = {position: digest(storable(text)) for position, text in texts}
    query = select(Paragraph.id, Paragraph.position, Paragraph.digest).where(
        Paragraph.document_id == document.id, Paragraph.digest.in_(set(digests.values()))
    )
    numbers: dict[str, dict[int, int]] = {}
    for number, position, key in session.execute(query.order_by(Paragraph.position)):
        numbers.setdefault(key, {})[position] = number
    entries: dict[int, list[Label]] = {}
    known = [number for places in numbers.values() for number in places.values()]
    for entry in session.scalars(
        select(Label)
        .where(Label.paragraph_id.in_(known), Label.statement == 0, Label.annotator == annotator)
        .order_by(Label.id)
    ):
        entries.setdefault(entry.paragraph_id, []).append(entry)
    labels = {}
    for position, key in digests.items():
        places = numbers.get(key, {})
        number = places.get(position) or next(iter(places.values()), 0)
        standing = standing_labels(entries.get(number, ())).get(annotator)
        if standing is not None:
            labels[position] = standing
    return labels


def known_jurisdictions(session: Session) -> list[str]:
    """Return the jurisdictions that documents have, by name."""
    query = select(Document.jurisdiction).where(Document.deleted_at.is_(None), Document.jurisdiction != "").distinct()
    return sorted(session.scalars(query))
