"""The label that holds for one unit, as it was derived from the log."""

from sqlalchemy.orm import Session

from web.tables import CurrentLabel


def current_label(session: Session, paragraph_id: int, statement: int = 0) -> CurrentLabel | None:
    """Return what holds for a unit, which may be a conflict; None where nobody has labelled it."""
    return session.get(CurrentLabel, (paragraph_id, statement))
