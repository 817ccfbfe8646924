"""Units whose label another version of the codebook leaves open: which they are, and what to ask about each.

- No rule says what a label, or a secondary theme of it, is now.
- A statement has a code that can be a secondary theme now, and could be none when its paragraph was labelled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from classifier import Code, Codebook, MigratedLabel, Migration
from web.store.codebooks import kept_codebooks
from web.store.derived_labels import RELABEL, versions_of
from web.store.standing import standing_labels
from web.tables import HOLDING, CurrentLabel, Document, Label, Paragraph


@dataclass(frozen=True)
class EarlierLabel:
    """A label as it was given: by whom and by which version of the codebook, whose ``entry`` says what its code means."""

    annotator: str
    version: str
    theme: str
    secondary: tuple[str, ...]
    entry: Code | None


@dataclass(frozen=True)
class OpenQuestion:
    """What to ask about a unit: its labels as they were given, what it may be now, and the questions of the changes.

    ``why``: ``theme``, ``secondary`` (one of its secondary themes) or ``new secondary`` (whether it has one of these).
    """

    why: str
    labels: tuple[EarlierLabel, ...]
    candidates: tuple[str, ...]
    questions: tuple[tuple[str, str], ...] = ()  # English and Chinese; either may be empty.

    def questions_in(self, language: str) -> list[str]:
        """Return the questions in a language ("zh" or "en") where they are given in it, else in the other one."""
        return [(chinese or english) if language == "zh" else (english or chinese) for english, chinese in self.questions]


def to_relabel(codebook: Codebook) -> Select[Any]:
    """Return a query for the paragraphs that wait to be labelled anew, those of deleted documents left out."""
    return (
        select(Paragraph.id)
        .join(Document, Document.id == Paragraph.document_id)
        .join(CurrentLabel, CurrentLabel.paragraph_id == Paragraph.id)
        .where(
            Document.deleted_at.is_(None),
            CurrentLabel.statement == 0,
            or_(CurrentLabel.state == RELABEL, CurrentLabel.secondary_open, *_may_have_another_secondary(codebook)),
        )
    )


def open_questions(session: Session, codebook: Codebook, ids: Sequence[int]) -> dict[int, OpenQuestion]:
    """Return what to ask about paragraphs; nothing of those that no change has left open."""
    versions = versions_of(session, codebook)
    books = {book.version: book for book in kept_codebooks(session)}
    of_unit: dict[tuple[int, int], list[Label]] = {}
    for entry in session.scalars(select(Label).where(Label.paragraph_id.in_(ids)).order_by(Label.id)):
        of_unit.setdefault((entry.paragraph_id, entry.statement), []).append(entry)
    found = {}
    for number in ids:
        said = _standing(of_unit.get((number, 0), []))
        if not said:
            continue
        labels = tuple(_earlier(entry, books) for entry in said)
        newly = _newly_secondary(session, codebook, number)
        question = next((made for entry in said if (made := _question(versions.label(entry), labels))), None)
        if question is None and newly:
            question = OpenQuestion("new secondary", labels, newly)
        if question is not None:
            found[number] = question
    return found


def newly_secondary(codebook: Codebook) -> dict[str, tuple[str, ...]]:
    """Return by earlier version the themes that were sub-codes then, and may be secondary now."""
    found = {}
    for place, version in enumerate(codebook.versions[:-1]):
        steps = codebook.changes[place:]
        migration = Migration(version, codebook, steps)
        before = dict.fromkeys(code for step in steps for change in step.codes for code in change.before if "." in code)
        codes = migration.newly_secondary((code, migration.label(code).theme) for code in before)
        found[version] = codes
    return found


def _may_have_another_secondary(codebook: Codebook) -> list[ColumnElement[bool]]:
    statement = aliased(CurrentLabel)
    return [
        and_(
            CurrentLabel.codebook == version,
            CurrentLabel.state.in_(HOLDING),
            CurrentLabel.theme != code,
            select(statement.paragraph_id)
            .where(
                statement.paragraph_id == CurrentLabel.paragraph_id,
                statement.statement > 0,
                statement.theme == code,
                statement.codebook == version,
            )
            .exists(),
        )
        for version, codes in newly_secondary(codebook).items()
        for code in codes
    ]


def _newly_secondary(session: Session, codebook: Codebook, paragraph_id: int) -> tuple[str, ...]:
    label = session.get(CurrentLabel, (paragraph_id, 0))
    codes = newly_secondary(codebook).get(label.codebook, ()) if label is not None else ()
    query = select(CurrentLabel.theme).where(CurrentLabel.paragraph_id == paragraph_id, CurrentLabel.statement > 0)
    themes = set(session.scalars(query)) if codes else set()
    return tuple(code for code in codes if code in themes and label is not None and code != label.theme)


def _standing(entries: Sequence[Label]) -> list[Label]:
    """Return what counts of a unit: each annotator's standing label, and what settled it."""
    settlements = [entry for entry in entries if entry.kind == "settlement"]
    return [*standing_labels(entries).values(), *settlements[-1:]]


def _earlier(label: Label, books: dict[str, Codebook]) -> EarlierLabel:
    book = books.get(label.codebook)
    entry = book.entry(label.theme) if book is not None and label.theme in book.all_codes else None
    return EarlierLabel(label.annotator, label.codebook, label.theme, tuple(filter(None, label.secondary.split(";"))), entry)


def _question(now: MigratedLabel, labels: tuple[EarlierLabel, ...]) -> OpenQuestion | None:
    still_open = [now.open_theme] if now.open_theme else list(now.open_secondary)
    if not still_open:
        return None
    changes = dict.fromkeys(change for code in still_open for change in code.changes)
    questions = dict.fromkeys((change.question, change.question_zh) for change in changes)
    candidates = tuple(dict.fromkeys(code for one in still_open for code in one.candidates))
    asked = tuple(question for question in questions if any(question))
    return OpenQuestion("theme" if now.open_theme else "secondary", labels, candidates, asked)
