"""Sessions that were logged out of: a session is a cookie, which whoever kept a copy could send again."""

import hashlib
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from web.account_tables import EndedSession
from web.store.revisions import now


def end_session(session: Session, key: str, *, days: int) -> None:
    """Let no request with a session's key be of its account any more; forget those that are over after ``days`` anyway."""
    session.execute(delete(EndedSession).where(EndedSession.at < now() - timedelta(days=days)))
    session.merge(EndedSession(digest=_digest(key), at=now()))


def is_ended(session: Session, key: str) -> bool:
    """Tell whether a session was logged out of."""
    return session.get(EndedSession, _digest(key)) is not None


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
