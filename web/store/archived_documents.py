"""Documents that come out of an archive, with the units that were read from them once; see `classifier.read_archive`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from classifier import ArchivedDocument, InputError, digest
from web.store.copies import group_copies
from web.store.documents import ORIGIN_FIELDS, free_name, storable
from web.tables import Document, Paragraph

_FACTS = ("source", "added_at", "added_by", "deleted_at")
_SOURCES = ("seed", "upload", "tag", "import")


@dataclass(frozen=True)
class GivenDocument:
    """A document of an archive, and the line that it stands on."""

    where: str
    archived: ArchivedDocument


def check_given(given: GivenDocument) -> None:
    """Raise InputError where a document holds what the database cannot keep."""
    facts = given.archived.facts
    if set(facts) != set(_FACTS):
        raise InputError(f"{given.where}: the facts are {', '.join(facts) or 'none'}; there must be {', '.join(_FACTS)}")
    if facts["source"] not in _SOURCES:
        raise InputError(f"{given.where}: source is {facts['source']!r}; use one of {', '.join(_SOURCES)}")
    for name in ("added_at", "deleted_at"):
        if (name == "added_at" or facts[name]) and _moment(facts[name]) is None:
            raise InputError(f"{given.where}: {name} is {facts[name]!r}; use a time such as 2024-05-01T08:00:00+00:00")
    unstorable = [paragraph for paragraph in given.archived.paragraphs if paragraph.text != storable(paragraph.text)]
    if unstorable:
        raise InputError(f"{given.where}: paragraph {unstorable[0].position} holds a NUL character; remove it")
    for name, value in _texts(given).items():
        length = getattr(Document.__table__.c[name].type, "length", None)
        if length is not None and len(value) > length:
            raise InputError(f"{given.where}: {name} has {len(value)} characters; at most {length} are kept")
        if value != storable(value):
            raise InputError(f"{given.where}: {name} holds a character that no database keeps; remove it")


def add_archived(session: Session, documents: Iterable[GivenDocument]) -> tuple[dict[str, int], int]:
    """Add the documents whose text is not there yet; return the number of each by its name, and how many were added.

    One that was deleted here, and not there, comes back. A name that another document has gets a number.
    """
    known: dict[str, int] = {}
    for number, sha256 in session.execute(select(Document.id, Document.sha256).order_by(Document.id)):
        known.setdefault(sha256, number)
    numbers: dict[str, int] = {}
    added = 0
    for given in documents:
        archived = given.archived
        number = known.get(archived.sha256, 0)
        if not number:
            number = known[archived.sha256] = _add(session, given)
            added += 1
        elif not archived.facts["deleted_at"]:
            document = session.get_one(Document, number)
            added += document.deleted_at is not None
            document.deleted_at = None
        numbers[archived.document.name] = number
    session.flush()
    group_copies(session)
    return numbers, added


def _add(session: Session, given: GivenDocument) -> int:
    archived = given.archived
    values = _texts(given)
    if session.scalar(select(Document.id).where(Document.name == values["name"])) is not None:
        values["name"] = free_name(session, values["name"])
    document = Document(
        **values,
        sha256=archived.sha256,
        paragraph_count=len(archived.paragraphs),
        added_at=_moment(archived.facts["added_at"]),
        deleted_at=_moment(archived.facts["deleted_at"]),
    )
    session.add(document)
    session.flush()
    rows = [
        {
            "document_id": document.id,
            "position": paragraph.position,
            "text": paragraph.text,
            "digest": digest(paragraph.text),
            "spans": [list(span) for span in paragraph.spans],
            "section": list(paragraph.section),
            "section_kind": paragraph.section_kind,
        }
        for paragraph in archived.paragraphs
    ]
    if rows:
        session.execute(insert(Paragraph), rows)
    return document.id


def _texts(given: GivenDocument) -> dict[str, str]:
    document, facts = given.archived.document, given.archived.facts
    return {
        "name": document.name,
        "text": document.text,
        "encoding": document.encoding,
        "source": facts["source"],
        "added_by": facts["added_by"],
        **{name: getattr(document.origin, name) for name in ORIGIN_FIELDS},
    }


def _moment(text: str) -> datetime | None:
    """Return a time with its zone; None where the text is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
