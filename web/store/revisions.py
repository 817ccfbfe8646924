"""Single facts about the database, among them its revision, which grows with every change of what a mix is made from."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.tables import Fact

_REVISION = "revision"
_DOCUMENTS_REVISION = "documents revision"


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


def read_fact(session: Session, name: str) -> str | None:
    """Return a fact's value, or None where it was never written."""
    return session.scalar(select(Fact.value).where(Fact.name == name))


def write_fact(session: Session, name: str, value: str) -> None:
    """Set a fact."""
    session.merge(Fact(name=name, value=value))


def revision(session: Session) -> int:
    """Return the number that grows with every change of documents, labels or the current model."""
    return int(read_fact(session, _REVISION) or 0)


def documents_revision(session: Session) -> int:
    """Return the number that grows with every change of documents or the current model, but not of labels."""
    return int(read_fact(session, _DOCUMENTS_REVISION) or 0)


def raise_revision(session: Session, *, documents: bool = False) -> None:
    """Say in the transaction that changes them that labels have changed, or ``documents``, or the current model."""
    for name in (_REVISION, _DOCUMENTS_REVISION) if documents else (_REVISION,):
        fact = session.scalar(select(Fact).where(Fact.name == name).with_for_update())
        if fact is None:
            session.add(Fact(name=name, value="1"))
        else:
            fact.value = str(int(fact.value) + 1)
