"""Random audit samples: drawn once, labelled in their random order, each unit with a known probability."""

from random import SystemRandom

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from web.errors import RequestError
from web.store.revisions import now
from web.store.training_labels import last_entry
from web.tables import AuditSample, AuditUnit, Document, Paragraph


def draw_sample(session: Session, size: int, annotator: str) -> AuditSample:
    """Draw a simple random sample, without replacement, of all paragraphs, labelled or not.

    From now on it is what the audit queue holds. RequestError for a size that cannot be drawn.
    """
    query = select(Paragraph.id).join(Document, Document.id == Paragraph.document_id).where(Document.deleted_at.is_(None))
    frame = list(session.scalars(query.order_by(Paragraph.id)))
    if not 1 <= size <= len(frame):
        raise RequestError(
            "A sample of {size} cannot be drawn; choose from 1 to {most} paragraphs.", size=size, most=len(frame)
        )
    sample = AuditSample(drawn_at=now(), drawn_by=annotator, size=size, frame=len(frame), labels_through=last_entry(session))
    session.add(sample)
    session.flush()
    # The system's generator: nobody can have foreseen, or chosen, what it draws.
    drawn = SystemRandom().sample(frame, size)
    units = [{"sample_id": sample.id, "paragraph_id": number, "place": place} for place, number in enumerate(drawn, 1)]
    session.execute(insert(AuditUnit), units)
    return sample


def newest_sample(session: Session) -> AuditSample | None:
    """Return the sample that the audit queue holds; None where none was drawn yet."""
    return session.scalar(select(AuditSample).order_by(AuditSample.id.desc()).limit(1))


def sampling_probability(session: Session, paragraph_id: int) -> float:
    """Return the probability with which the newest sample that holds a paragraph chose it; RequestError where none does."""
    query = (
        select(AuditSample)
        .join(AuditUnit, AuditUnit.sample_id == AuditSample.id)
        .where(AuditUnit.paragraph_id == paragraph_id)
        .order_by(AuditSample.id.desc())
        .limit(1)
    )
    sample = session.scalar(query)
    if sample is None:
        raise RequestError("This paragraph is in no audit sample; label it from another queue.")
    return sample.size / sample.frame
