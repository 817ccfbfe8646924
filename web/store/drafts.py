"""Drafts: results and previews that nobody has kept yet. Their keys cannot be guessed, and old ones are swept away."""

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from web.errors import NotFoundError
from web.store.revisions import now
from web.tables import Draft

KINDS = ("tag", "upload")
_KEY_BYTES = 18  # 24 letters of base64: nobody guesses one.


def keep_draft(session: Session, kind: str, annotator: str, content: dict[str, Any]) -> str:
    """Keep plain data under a new key for as long as a draft lives, and return the key."""
    key = secrets.token_urlsafe(_KEY_BYTES)
    session.add(Draft(key=key, kind=kind, annotator=annotator, made_at=now(), content=content, document_id=None))
    session.flush()
    return key


def get_draft(session: Session, key: str, kind: str) -> Draft:
    """Return a draft of a kind; NotFoundError where there is none, or no longer."""
    draft = session.scalar(select(Draft).where(Draft.key == key, Draft.kind == kind))
    if draft is None:
        raise NotFoundError("These results are no longer kept here; send the text or the file once more.")
    return draft


def lock_draft(session: Session, key: str, kind: str) -> Draft:
    """Return a draft that nobody else can change until this transaction ends."""
    draft = session.scalar(
        select(Draft).where(Draft.key == key, Draft.kind == kind).with_for_update().execution_options(populate_existing=True)
    )
    if draft is None:
        raise NotFoundError("These results are no longer kept here; send the text or the file once more.")
    return draft


def sweep_drafts(session: Session, hours: int) -> int:
    """Remove drafts that are older than this many hours, and return how many there were."""
    old = session.scalars(select(Draft.key).where(Draft.made_at < now() - timedelta(hours=hours))).all()
    if old:
        session.execute(delete(Draft).where(Draft.key.in_(old)))
    return len(old)
