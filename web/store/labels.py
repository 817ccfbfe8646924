"""The label log: adding to it, taking back, and reading it; what it means stands in `web.store.derived_labels`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from classifier import Codebook
from web.errors import ConflictError, NotFoundError, RequestError
from web.store.derived_labels import derive_current, entries_of
from web.store.pools import TRAINING_QUEUES
from web.store.revisions import now, raise_revision
from web.store.standing import DRIFT, replayed, standing_labels, voice_of
from web.tables import CurrentLabel, Document, Label, Paragraph

CHOSEN_BY = ("tag", "document", *TRAINING_QUEUES, "audit", "suspected", "disagreement", "relabel", "import", "api", DRIFT)
KINDS = ("label", "withdrawal", "settlement")


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


@dataclass(frozen=True)
class LogEntry:
    """An entry of the log with the place of its unit."""

    label: Label
    document_id: int
    document: str
    position: int
    text: str
    title: str = ""
    jurisdiction: str = ""
    year: str = ""


def add_label(session: Session, codebook: Codebook, new: NewLabel) -> Label:
    """Append a label to the log and derive the unit's current label; the same request again returns the first entry.

    Raises RequestError for an unknown code, NotFoundError for an unknown or deleted paragraph.
    """
    check_codes(codebook, new.theme, new.secondary)
    _lock_paragraph(session, new.paragraph_id)
    if new.request is not None:
        before = session.scalar(select(Label).where(Label.request == new.request))
        if before is not None:
            if (before.paragraph_id, before.theme, before.annotator) != (new.paragraph_id, new.theme, new.annotator):
                raise ConflictError("This request was used for another label already; send a new one.")
            return before
    label = _append(session, codebook, new)
    derive_current(session, codebook, new.paragraph_id, new.statement)
    raise_revision(session)
    return label


def withdraw_label(session: Session, codebook: Codebook, paragraph_id: int, annotator: str, *, statement: int = 0) -> Label:
    """Take back an annotator's own latest label of a unit: an entry more, none less. NotFoundError where there is none."""
    _lock_paragraph(session, paragraph_id)
    standing = latest_by_annotator(session, paragraph_id, statement).get(annotator)
    if standing is None:
        raise NotFoundError("You have no label on this paragraph that could be taken back.")
    return _take_back(session, codebook, standing)


def undo_label(session: Session, codebook: Codebook, label_id: int, annotator: str) -> Label:
    """Take back one certain label of an annotator; asked for again, it returns the first withdrawal.

    Raises NotFoundError where this is no label of theirs, ConflictError where a newer one of theirs stands on the unit.
    """
    label = session.get(Label, label_id)
    if label is None or label.annotator != annotator or label.kind != "label":
        raise NotFoundError("You have no label on this paragraph that could be taken back.")
    _lock_paragraph(session, label.paragraph_id)
    stacks, withdrawals = replayed(entries_of(session, label.paragraph_id, label.statement))
    if label_id in withdrawals:
        return withdrawals[label_id]
    if stacks[voice_of(label)][-1].id != label_id:
        raise ConflictError("You have labelled this paragraph anew since then; take back the newer label first.")
    return _take_back(session, codebook, label)


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
    return standing_labels(entries_of(session, paragraph_id, statement))


def labelled_by(annotator: str, *, chosen_by: str | None = None) -> Select[Any]:
    """Return a query for the paragraphs on which an annotator has a label that stands, or that they have settled.

    With ``chosen_by``, only labels of units that came to be labelled in this way count.
    """
    standing = func.sum(case((Label.kind == "withdrawal", -1), else_=1))
    query = select(Label.paragraph_id).where(Label.annotator == annotator, Label.statement == 0)
    if chosen_by is not None:
        query = query.where(Label.chosen_by == chosen_by)  # A withdrawal carries that of the label it takes back.
    return query.group_by(Label.paragraph_id).having(standing > 0)


def labels_since(session: Session, annotator: str, moment: datetime) -> int:
    """Return how many labels an annotator has given since a moment; those taken back do not count."""
    given = func.sum(case((Label.kind == "withdrawal", -1), (Label.kind == "label", 1), else_=0))
    return max(0, session.scalar(select(given).where(Label.annotator == annotator, Label.made_at >= moment)) or 0)


def log_page(
    session: Session,
    *,
    after: int | None = None,
    limit: int = 50,
    annotator: str = "",
    document_id: int | None = None,
    kind: str = "",
) -> list[LogEntry]:
    """Return entries of the log, newest first, those before the entry ``after``: a page of a list with a cursor."""
    place = (Document.id, Document.name, Paragraph.position, Paragraph.text)
    query = (
        select(Label, *place, Document.title, Document.jurisdiction, Document.year)
        .join(Paragraph, Paragraph.id == Label.paragraph_id)
        .join(Document, Document.id == Paragraph.document_id)
        .order_by(Label.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(Label.id < after)
    if annotator:
        query = query.where(Label.annotator == annotator)
    if document_id is not None:
        query = query.where(Paragraph.document_id == document_id)
    if kind:
        query = query.where(Label.kind == kind)
    return [LogEntry(*row) for row in session.execute(query)]


def log_annotators(session: Session) -> list[str]:
    """Return everyone who has an entry in the log, by name."""
    return list(session.scalars(select(Label.annotator).distinct().order_by(Label.annotator)))


def current_label(session: Session, paragraph_id: int, statement: int = 0) -> CurrentLabel | None:
    """Return the label that holds for a unit, or its open conflict; None where nobody's label stands."""
    return session.get(CurrentLabel, (paragraph_id, statement))


def _take_back(session: Session, codebook: Codebook, label: Label) -> Label:
    unit = label.paragraph_id, label.statement
    new = NewLabel(unit[0], label.theme, label.annotator, label.chosen_by, statement=unit[1], kind="withdrawal")
    withdrawal = _append(session, codebook, new)
    derive_current(session, codebook, *unit)
    raise_revision(session)
    return withdrawal


def _lock_paragraph(session: Session, paragraph_id: int) -> None:
    """Lock a paragraph, so that labels of one unit are derived one after the other (SQLite: the whole database is)."""
    known = session.execute(
        select(Paragraph.id)
        .join(Document, Document.id == Paragraph.document_id)
        .where(Paragraph.id == paragraph_id, Document.deleted_at.is_(None))
        .with_for_update(of=Paragraph)
    ).first()
    if known is None:
        raise NotFoundError("There is no paragraph {paragraph}; it may have been deleted.", paragraph=paragraph_id)


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
