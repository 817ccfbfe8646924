"""Paragraphs as pages and the API show them: the model's themes, with the labels that hold laid over them.

- ``paragraph_page(session, current, document_id, theme="", after=0, limit=100) -> list[ParagraphView]``: a document's
  paragraphs behind the position ``after``; ``theme`` is a theme or a leaf code.
- ``paragraphs_by_id(session, current, ids) -> list[ParagraphView]``: the same for any paragraphs, in the order given.
- ``paragraph_place(session, current, document_id, position) -> ParagraphPlace``: which paragraph that is, and little more.
- ``theme_counts(session, current, document_id) -> dict[str, int]``: how many paragraphs each leaf code has in a document.

What holds is decided once, here, as in `web.store.corpus`: a label that is not in conflict and whose code the codebook
knows, else the prediction. A page filtered by a theme therefore has as many paragraphs as the mix counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from classifier import Codebook, Model
from web.errors import NotFoundError, RequestError
from web.store.copies import CopyPlace, copies_of
from web.store.documents import get_document
from web.store.predictions import CurrentModel, floats
from web.tables import HOLDING, CurrentLabel, Document, Paragraph, Prediction

_CHUNK = 500  # Databases allow a query only so many values.
# Not the whole row: a document's text would come once more with each of its paragraphs.
_OF_DOCUMENTS = (Document.name, Document.title, Document.jurisdiction, Document.level, Document.year)


class StatementTheme(NamedTuple):
    """A statement's place in its paragraph and its leaf code, as `web.markup.statement_views` takes it.

    ``confidence`` is the probability of the leaf code's theme; None where a person labelled the statement.
    """

    start: int
    end: int
    detail: str
    confidence: float | None
    by_hand: bool


class ParagraphPlace(NamedTuple):
    """Which paragraph stands at a position of a document, and how many statements it has."""

    id: int
    document: str
    statements: int


@dataclass(frozen=True)
class ParagraphView:
    """A paragraph with what holds of it.

    ``theme``, ``detail`` (leaf code) and ``secondary`` are the label's where ``labelled``, else the model's; ``confidence``
    is the model's in its own theme, None where labelled. ``state`` is agreed, settled or conflict, or empty without any
    label; ``annotators`` are those behind it. What the model says stands in ``predicted`` (leaf code),
    ``predicted_confidence``, ``predicted_band`` (None where the model has no bands), ``runner_up`` (theme), ``margin`` and
    ``scores`` (every theme's probability), labelled or not. ``copies`` are the other places where
    the same text stands.
    """

    id: int
    document_id: int
    document: str
    title: str
    jurisdiction: str
    level: str
    year: str
    position: int
    text: str
    section: tuple[str, ...]
    section_kind: str
    theme: str
    detail: str
    confidence: float | None
    secondary: tuple[str, ...]
    labelled: bool
    state: str
    annotators: tuple[str, ...]
    note: str
    statements: tuple[StatementTheme, ...]
    predicted: str
    predicted_confidence: float
    predicted_band: str | None
    runner_up: str
    margin: float
    scores: dict[str, float]
    copies: tuple[CopyPlace, ...] = ()


def paragraph_page(
    session: Session, current: CurrentModel, document_id: int, theme: str = "", after: int = 0, limit: int = 100
) -> list[ParagraphView]:
    """Return a document's paragraphs behind the position ``after``, those of a theme or leaf code where one is named.

    Raises NotFoundError for an unknown or deleted document, RequestError for an unknown code.
    """
    get_document(session, document_id)
    book = current.model.codebook
    query = _with_what_holds(current).where(Paragraph.document_id == document_id, Paragraph.position > after)
    if theme:
        query = query.where(_holding_code(book).in_(leaves_of(book, theme)))
    return _views(session, current, session.execute(query.order_by(Paragraph.position).limit(limit)).all())


def paragraphs_by_id(session: Session, current: CurrentModel, ids: Sequence[int]) -> list[ParagraphView]:
    """Return paragraphs in the order of their ids; those that do not exist or were deleted are left out."""
    found: dict[int, ParagraphView] = {}
    for first in range(0, len(ids), _CHUNK):
        chunk = [int(number) for number in ids[first : first + _CHUNK]]
        rows = session.execute(_with_what_holds(current).where(Paragraph.id.in_(chunk))).all()
        found |= {view.id: view for view in _views(session, current, rows)}
    return [found[int(number)] for number in ids if int(number) in found]


def paragraph_place(session: Session, current: CurrentModel, document_id: int, position: int) -> ParagraphPlace:
    """Return what stands at a position; NotFoundError for an unknown or deleted document, or one that is shorter."""
    query = (
        select(Paragraph.id, Document.name, Prediction.statement_spans)
        .join(Document, Document.id == Paragraph.document_id)
        .join(Prediction, (Prediction.paragraph_id == Paragraph.id) & (Prediction.model_id == current.id))
        .where(Document.id == document_id, Document.deleted_at.is_(None), Paragraph.position == position)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        get_document(session, document_id)
        raise NotFoundError("Document {document} has no paragraph {paragraph}.", document=document_id, paragraph=position)
    return ParagraphPlace(row.id, row.name, len(row.statement_spans))


def theme_counts(session: Session, current: CurrentModel, document_id: int) -> dict[str, int]:
    """Return how many of a document's paragraphs each leaf code has, in the codebook's order; absent codes have 0."""
    book = current.model.codebook
    code = _holding_code(book).label("code")
    inner = _with_what_holds(current).with_only_columns(code).where(Paragraph.document_id == document_id).subquery()
    rows = session.execute(select(inner.c.code, func.count()).group_by(inner.c.code))
    counts: dict[str, int] = {row[0]: row[1] for row in rows}
    return {leaf: counts.get(leaf, 0) for leaf in book.leaf_codes}


def leaves_of(codebook: Codebook, code: str) -> list[str]:
    """Return the leaf codes of a theme, or a leaf code alone; RequestError for a code that the codebook does not have."""
    if code not in codebook.all_codes:
        raise RequestError(
            "The theme {theme} is not in the codebook; use one of: {allowed}",
            theme=code,
            allowed=", ".join(codebook.all_codes),
        )
    return [leaf for leaf in codebook.leaf_codes if code in (leaf, codebook.entry(leaf).theme)]


def _holds(codebook: Codebook) -> ColumnElement[bool]:
    return CurrentLabel.state.in_(HOLDING) & CurrentLabel.theme.in_(codebook.leaf_codes)


def _holding_code(codebook: Codebook) -> ColumnElement[str]:
    return case((_holds(codebook), CurrentLabel.theme), else_=Prediction.detail)


def _with_what_holds(current: CurrentModel) -> Any:
    return (
        select(Paragraph, Prediction, CurrentLabel, *_OF_DOCUMENTS)
        .join(Document, Document.id == Paragraph.document_id)
        .join(Prediction, (Prediction.paragraph_id == Paragraph.id) & (Prediction.model_id == current.id))
        .outerjoin(CurrentLabel, (CurrentLabel.paragraph_id == Paragraph.id) & (CurrentLabel.statement == 0))
        .where(Document.deleted_at.is_(None))
    )


def _views(session: Session, current: CurrentModel, rows: Sequence[Any]) -> list[ParagraphView]:
    by_hand: dict[tuple[int, int], str] = {}
    ids = [row[0].id for row in rows]
    for first in range(0, len(ids), _CHUNK):
        query = select(CurrentLabel.paragraph_id, CurrentLabel.statement, CurrentLabel.theme).where(
            CurrentLabel.paragraph_id.in_(ids[first : first + _CHUNK]),
            CurrentLabel.statement > 0,
            _holds(current.model.codebook),
        )
        by_hand |= {(number, statement): theme for number, statement, theme in session.execute(query)}
    book = current.model.codebook
    fold = np.eye(len(book.theme_codes))[list(book.leaf_theme_places)]
    copies = copies_of(session, [(row[0].id, row[0].copy_group, row[0].text) for row in rows])
    return [replace(_view(current.model, fold, by_hand, row), copies=tuple(copies.get(row[0].id, ()))) for row in rows]


def _view(model: Model, fold: Any, by_hand: dict[tuple[int, int], str], row: Any) -> ParagraphView:
    book = model.codebook
    paragraph: Paragraph
    prediction: Prediction
    label: CurrentLabel | None
    paragraph, prediction, label, document, title, jurisdiction, level, year = row
    holding = label if label is not None and label.state in HOLDING and label.theme in book.leaf_codes else None
    detail = holding.theme if holding else prediction.detail
    secondary = (holding or prediction).secondary
    themes = floats(prediction.leaves) @ fold
    return ParagraphView(
        id=paragraph.id,
        document_id=paragraph.document_id,
        document=document,
        title=title,
        jurisdiction=jurisdiction,
        level=level,
        year=year,
        position=paragraph.position,
        text=paragraph.text,
        section=tuple(paragraph.section),
        section_kind=paragraph.section_kind,
        theme=book.entry(detail).theme,
        detail=detail,
        confidence=None if holding else prediction.confidence,
        secondary=tuple(code for code in secondary.split(";") if code in book.secondary_codes),
        labelled=holding is not None,
        state=label.state if label else "",
        annotators=tuple(name for name in label.annotators.split(";") if name) if label else (),
        note=label.note if label else "",
        statements=_statements(book, fold, by_hand, prediction),
        predicted=prediction.detail,
        predicted_confidence=prediction.confidence,
        predicted_band=model.bands.of(prediction.confidence) if model.bands else None,
        runner_up=prediction.runner_up,
        margin=prediction.margin,
        scores=dict(zip(book.theme_codes, themes.tolist(), strict=True)),
    )


def _statements(
    book: Codebook, fold: Any, by_hand: dict[tuple[int, int], str], prediction: Prediction
) -> tuple[StatementTheme, ...]:
    leaves = floats(prediction.parts).reshape(-1, len(book.leaf_codes))
    themes = leaves @ fold
    best = themes.argmax(axis=1)
    # The best leaf code of the best theme, as the model itself decides: a theme may win without having the best leaf.
    details = np.where(fold[:, best].T == 1, leaves, -1.0).argmax(axis=1)
    statements = []
    for place, (start, end) in enumerate(prediction.statement_spans):
        hand = by_hand.get((prediction.paragraph_id, place + 1))
        if hand is not None:
            statements.append(StatementTheme(start, end, hand, None, by_hand=True))
        else:
            confidence = float(themes[place, best[place]])
            statements.append(StatementTheme(start, end, book.leaf_codes[details[place]], confidence, by_hand=False))
    return tuple(statements)
