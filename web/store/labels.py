"""The label log: adding to it, and deriving from it the label that holds for each unit.

A unit's label is what settled it, if anything did; else what its annotators agree on, each with the last label of their
own that they have not withdrawn; where they differ, the unit is in conflict and no label holds until it is settled.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from classifier import Codebook
from web.errors import ConflictError, NotFoundError, RequestError
from web.store.revisions import now, raise_revision
from web.tables import CurrentLabel, Document, Label, Paragraph

CHOSEN_BY = ("tag", "document", "uncertain", "audit", "suspected", "disagreement", "import", "api")


@dataclass(frozen=True)
class NewLabel:
    """What an annotator says of a unit; see `web.tables.Label` for the meaning of each part."""

    paragraph_id: int
    theme: str
    annotator: str
    chosen_by: str
    secondary: tuple[str, ...] = ()
    statement: int = 0
    kind: str = "label"
    model: str = ""
    suggestion: str = ""
    probability: float | None = None
    note: str = ""
    request: str | None = None


def add_label(session: Session, codebook: Codebook, new: NewLabel) -> Label:
    """Append a label to the log and derive the unit's current label; the same request again returns the first entry.

    Raises RequestError for an unknown code, NotFoundError for an unknown or deleted paragraph.
    """
    if new.request is not None:
        before = session.scalar(select(Label).where(Label.request == new.request))
        if before is not None:
            if (before.paragraph_id, before.theme, before.annotator) != (new.paragraph_id, new.theme, new.annotator):
                raise ConflictError("This request was used for another label already; send a new one.")
            return before
    check_codes(codebook, new.theme, new.secondary)
    # Locked, so that two labels of one unit are derived one after the other (SQLite: the whole database is).
    known = session.execute(
        select(Paragraph.id)
        .join(Document, Document.id == Paragraph.document_id)
        .where(Paragraph.id == new.paragraph_id, Document.deleted_at.is_(None))
        .with_for_update(of=Paragraph)
    ).first()
    if known is None:
        raise NotFoundError("There is no paragraph {paragraph}; it may have been deleted.", paragraph=new.paragraph_id)
    label = _append(session, codebook, new)
    derive_current(session, new.paragraph_id, new.statement)
    raise_revision(session)
    return label


def withdraw_label(session: Session, codebook: Codebook, paragraph_id: int, annotator: str, *, statement: int = 0) -> Label:
    """Take back an annotator's own label of a unit: an entry more, none less. NotFoundError where there is none."""
    standing = latest_by_annotator(session, paragraph_id, statement).get(annotator)
    if standing is None:
        raise NotFoundError("You have no label on this paragraph that could be taken back.")
    new = NewLabel(paragraph_id, standing.theme, annotator, standing.chosen_by, statement=statement, kind="withdrawal")
    label = _append(session, codebook, new)
    derive_current(session, paragraph_id, statement)
    raise_revision(session)
    return label


def check_codes(codebook: Codebook, theme: str, secondary: Sequence[str]) -> None:
    """Raise RequestError where a label uses codes that the codebook does not allow there."""
    if theme not in codebook.leaf_codes:
        raise RequestError(
            "The theme {theme} is not in the codebook; use one of: {allowed}",
            theme=theme,
            allowed=", ".join(codebook.leaf_codes),
        )
    for code in secondary:
        if code not in codebook.secondary_codes:
            raise RequestError(
                "The secondary theme {theme} is not allowed; use one of: {allowed}",
                theme=code,
                allowed=", ".join(codebook.secondary_codes),
            )
        if code == theme or list(secondary).count(code) > 1:
            raise RequestError("The secondary theme {theme} is named twice; name each theme once.", theme=code)


def latest_by_annotator(session: Session, paragraph_id: int, statement: int = 0) -> dict[str, Label]:
    """Return each annotator's standing label of a unit; settlements are not an annotator's own."""
    standing: dict[str, Label] = {}
    for entry in _entries(session, paragraph_id, statement):
        if entry.kind == "label":
            standing[entry.annotator] = entry
        elif entry.kind == "withdrawal":
            standing.pop(entry.annotator, None)
    return standing


def derive_current(session: Session, paragraph_id: int, statement: int) -> None:
    """Write a unit's current label anew from the log."""
    session.execute(
        delete(CurrentLabel).where(CurrentLabel.paragraph_id == paragraph_id, CurrentLabel.statement == statement)
    )
    derived = derived_label(_entries(session, paragraph_id, statement))
    if derived is not None:
        session.add(derived)
    session.flush()


def derived_label(entries: Sequence[Label]) -> CurrentLabel | None:
    """Derive the label that holds from all entries of one unit, oldest first; None where none stands."""
    settlement: Label | None = None
    standing: dict[str, Label] = {}
    for entry in entries:
        if entry.kind == "settlement":
            settlement = entry
        elif entry.kind == "label":
            standing[entry.annotator] = entry
        else:
            standing.pop(entry.annotator, None)
    if settlement is None and not standing:
        return None
    source = settlement or max(standing.values(), key=lambda label: label.id)
    agreed = len({label.theme for label in standing.values()}) <= 1
    state = "settled" if settlement else "agreed" if agreed else "conflict"
    return CurrentLabel(
        paragraph_id=source.paragraph_id,
        statement=source.statement,
        state=state,
        theme=source.theme if state != "conflict" else "",
        secondary=source.secondary if state != "conflict" else "",
        annotators=settlement.annotator if settlement else ";".join(sorted(standing)),
        note=source.note if state != "conflict" else "",
    )


def derive_all(session: Session) -> None:
    """Write all current labels anew from the log: after an import, or to repair what was derived."""
    session.execute(delete(CurrentLabel))
    entries: dict[tuple[int, int], list[Label]] = {}
    for entry in session.scalars(select(Label).order_by(Label.id)):
        entries.setdefault((entry.paragraph_id, entry.statement), []).append(entry)
    session.add_all(derived for own in entries.values() if (derived := derived_label(own)) is not None)
    raise_revision(session)


def _entries(session: Session, paragraph_id: int, statement: int) -> list[Label]:
    query = select(Label).where(Label.paragraph_id == paragraph_id, Label.statement == statement).order_by(Label.id)
    return list(session.scalars(query))


def _append(session: Session, codebook: Codebook, new: NewLabel) -> Label:
    label = Label(
        paragraph_id=new.paragraph_id,
        statement=new.statement,
        kind=new.kind,
        theme=new.theme,
        secondary=";".join(new.secondary),
        annotator=new.annotator,
        made_at=now(),
        codebook=codebook.version,
        model=new.model,
        chosen_by=new.chosen_by,
        probability=new.probability,
        suggestion=new.suggestion,
        note=new.note,
        request=new.request,
    )
    session.add(label)
    session.flush()
    return label
