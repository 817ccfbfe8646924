"""Documents and their paragraphs: adding, finding, changing what is known of their origin, deleting, and their return."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.orm import Session, defer

from classifier import LEVELS, Origin, Reading, digest
from web.errors import ConflictError, NotFoundError, RequestError
from web.store.copies import group_copies
from web.store.predictions import CurrentModel, predict_paragraphs, unpredicted
from web.store.revisions import now, raise_revision
from web.tables import HOLDING, CurrentLabel, Document, Label, ModelRecord, Paragraph

ORIGIN_FIELDS = ("title", "jurisdiction", "adcode", "level", "year", "issuer", "document_number", "published")
_LONGEST_NAME = 120
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class Added:
    """What came of adding a document: the row, and whether it is ``new``, ``known`` already, or ``restored``."""

    document: Document
    outcome: str


@dataclass(frozen=True)
class Listed:
    """A document of a list, with how many of its paragraphs carry a label that holds."""

    document: Document
    labelled: int


@dataclass(frozen=True)
class StandingLabels:
    """A document's labels: paragraphs and statements on which one holds, entries of the log, and who made them."""

    paragraphs: int
    statements: int
    entries: int
    annotators: tuple[str, ...]


def add_document(session: Session, reading: Reading, current: CurrentModel, *, source: str, annotator: str) -> Added:
    """Store a document with its paragraphs and what the current model says of them.

    The same text again changes nothing; the text of a deleted document brings it back with its labels. A name that another
    document has gets a number. Raises ConflictError where another model has just taken the place of ``current``.
    """
    if session.scalar(select(ModelRecord.id).where(ModelRecord.state == "current")) != current.id:
        # Its predictions would be those of a model that nobody uses any more, and the paragraphs be missing everywhere.
        raise ConflictError("Another model was put in use just now; send it again.")
    text = storable(reading.document.text)
    before = document_of_text(session, text)
    if before is not None:
        if before.deleted_at is None:
            return Added(before, "known")
        before.deleted_at = None
        session.flush()
        missing = unpredicted(session, current.id, document_id=before.id)
        predict_paragraphs(session, current, missing)
        raise_revision(session, documents=True)
        return Added(before, "restored")
    origin = reading.document.origin
    document = Document(
        name=free_name(session, reading.document.name),
        source=source,
        text=text,
        sha256=text_digest(text),
        encoding=reading.document.encoding,
        paragraph_count=len(reading.paragraphs),
        added_at=now(),
        added_by=annotator,
        **{name: getattr(origin, name) for name in ORIGIN_FIELDS} | {"title": origin.title or reading.layout.title},
    )
    session.add(document)
    session.flush()
    session.execute(
        insert(Paragraph),
        [
            {
                "document_id": document.id,
                "position": paragraph.position,
                "text": storable(paragraph.text),
                "digest": digest(storable(paragraph.text)),
                "spans": [list(span) for span in paragraph.spans],
                "section": list(paragraph.section),
                "section_kind": paragraph.section_kind,
            }
            for paragraph in reading.paragraphs
        ],
    )
    group_copies(session)
    query = select(Paragraph.id, Paragraph.text).where(Paragraph.document_id == document.id).order_by(Paragraph.position)
    predict_paragraphs(session, current, [(number, text) for number, text in session.execute(query)])
    raise_revision(session, documents=True)
    return Added(document, "new")


def document_of_text(session: Session, text: str) -> Document | None:
    """Return the document that has exactly this text, be it deleted, or None."""
    return session.scalar(select(Document).where(Document.sha256 == text_digest(text)).order_by(Document.id))


def text_digest(text: str) -> str:
    """Return the SHA-256 of a document's text, by which the same text is known again."""
    return hashlib.sha256(storable(text).encode()).hexdigest()


def storable(text: str) -> str:
    """Replace what no database keeps: NUL and lone surrogates. One character for one, so that offsets hold."""
    return _UNSTORABLE.sub("\ufffd", text)


def free_name(session: Session, wanted: str) -> str:
    """Return a file name that no document has: the wanted one, else with a number before its suffix."""
    path = PurePath(wanted.replace("\\", "/"))
    stem, suffix = storable(path.stem)[:_LONGEST_NAME] or "document", storable(path.suffix)[:12]
    name, number = f"{stem}{suffix}", 1
    while session.scalar(select(Document.id).where(Document.name == name)) is not None:
        number += 1
        name = f"{stem} ({number}){suffix}"
    return name


def get_document(session: Session, document_id: int) -> Document:
    """Return a document; NotFoundError where there is none or it was deleted."""
    document = session.get(Document, document_id)
    if document is None or document.deleted_at is not None:
        raise NotFoundError("There is no document {document}; it may have been deleted.", document=document_id)
    return document


def list_documents(
    session: Session,
    *,
    search: str = "",
    level: str = "",
    year: str = "",
    after: int = 0,
    limit: int = 50,
    newest_first: bool = False,
) -> list[Listed]:
    """Return documents in order of their number, those behind ``after``: a page of a list with a cursor.

    With ``newest_first`` the order is the other way round. Their texts are not read.
    """
    labelled = (
        select(func.count())
        .select_from(CurrentLabel)
        .join(Paragraph, Paragraph.id == CurrentLabel.paragraph_id)
        .where(Paragraph.document_id == Document.id, CurrentLabel.statement == 0, CurrentLabel.state.in_(HOLDING))
        .scalar_subquery()
    )
    conditions = _found(search, level, year)
    if after:
        conditions = (*conditions, Document.id < after if newest_first else Document.id > after)
    query = (
        select(Document, labelled)
        .where(*conditions)
        .order_by(Document.id.desc() if newest_first else Document.id)
        .limit(limit)
        .options(defer(Document.text))
    )
    return [Listed(document, count) for document, count in session.execute(query)]


def count_documents(session: Session, *, search: str = "", level: str = "", year: str = "") -> int:
    """Return how many documents a list without a limit would have."""
    return session.scalar(select(func.count()).select_from(Document).where(*_found(search, level, year))) or 0


def years_of_documents(session: Session) -> list[str]:
    """Return the years that documents report on, latest first."""
    query = select(Document.year).where(Document.deleted_at.is_(None), Document.year != "").distinct()
    return sorted(session.scalars(query), reverse=True)


def change_origin(session: Session, document_id: int, changes: dict[str, str]) -> Document:
    """Correct what is known of a document's origin; RequestError for a value that is not allowed."""
    document = get_document(session, document_id)
    origin = checked_origin(changes)
    for name in changes:
        if name in ORIGIN_FIELDS:
            setattr(document, name, getattr(origin, name))
    raise_revision(session, documents=True)
    return document


def checked_origin(values: dict[str, str]) -> Origin:
    """Make an origin of what a form or a request says; RequestError names the value that is not allowed."""
    clean = {name: storable(" ".join(values[name].split())) for name in ORIGIN_FIELDS if values.get(name)}
    level, year, adcode = (clean.get(name, "") for name in ("level", "year", "adcode"))
    if level and level not in LEVELS:
        raise RequestError("The level {value} is unknown; use one of: {allowed}", value=level, allowed=", ".join(LEVELS))
    if year and not (year.isascii() and year.isdigit() and len(year) == 4):
        raise RequestError("The year {value} is not a year; write four digits, such as 2024.", value=year)
    if adcode and not (adcode.isascii() and adcode.isdigit() and len(adcode) == 6):
        raise RequestError("The adcode {value} is not one; write six digits, such as 330100.", value=adcode)
    if len(clean.get("jurisdiction", "")) > 64:
        raise RequestError("The jurisdiction is longer than 64 characters; write its name only.")
    return Origin(**clean)


def delete_document(session: Session, document_id: int) -> Document:
    """Take a document out of every list and table; its labels are kept, and return with it."""
    document = get_document(session, document_id)
    document.deleted_at = now()
    raise_revision(session, documents=True)
    return document


def standing_labels(session: Session, document_id: int) -> StandingLabels:
    """Return how much work on labels a document holds: what is kept when it is deleted."""
    units = select(func.count()).select_from(CurrentLabel).join(Paragraph, Paragraph.id == CurrentLabel.paragraph_id)
    entries = select(func.count()).select_from(Label).join(Paragraph, Paragraph.id == Label.paragraph_id)
    annotators = select(Label.annotator).join(Paragraph, Paragraph.id == Label.paragraph_id).distinct()
    own = Paragraph.document_id == document_id
    units = units.where(own, CurrentLabel.state.in_(HOLDING))
    return StandingLabels(
        session.scalar(units.where(CurrentLabel.statement == 0)) or 0,
        session.scalar(units.where(CurrentLabel.statement > 0)) or 0,
        session.scalar(entries.where(own)) or 0,
        tuple(sorted(session.scalars(annotators.where(own)))),
    )


def _found(search: str, level: str, year: str) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Document.deleted_at.is_(None)]
    for word in search.split():
        pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        conditions.append(
            Document.name.ilike(pattern, escape="\\")
            | Document.title.ilike(pattern, escape="\\")
            | Document.jurisdiction.ilike(pattern, escape="\\")
            | Document.adcode.ilike(pattern, escape="\\")
        )
    if level:
        conditions.append(Document.level == level)
    if year:
        conditions.append(Document.year == year)
    return conditions
