"""Keep what a model says of paragraphs: arrays for counting, single values for queues and pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from classifier import Model, TextScores
from web.tables import Document, Paragraph, Prediction

_CHUNK = 1000


@dataclass(frozen=True)
class CurrentModel:
    """The model in use, with its row's number.

    ``orders`` keeps in which order each strategy offers the paragraphs, by revision of the documents and strategy.
    """

    id: int
    model: Model
    orders: dict[tuple[int, str], NDArray[np.int64]] = field(default_factory=dict, repr=False, compare=False)


def predict_paragraphs(session: Session, current: CurrentModel, paragraphs: Sequence[tuple[int, str]]) -> None:
    """Classify paragraphs, given as (id, text), and keep the result for this model."""
    for first in range(0, len(paragraphs), _CHUNK):
        chunk = paragraphs[first : first + _CHUNK]
        scored = current.model.score([text for _, text in chunk])
        rows = [
            {"model_id": current.id, "paragraph_id": number, **values}
            for (number, _), values in zip(chunk, _rows(current.model, scored), strict=True)
        ]
        session.execute(insert(Prediction), rows)


def unpredicted(
    session: Session, model_id: int, *, document_id: int | None = None, limit: int | None = None
) -> list[tuple[int, str]]:
    """Return (id, text) of paragraphs, of one document or of all that are not deleted, that a model has yet to classify."""
    done = select(Prediction.paragraph_id).where(Prediction.model_id == model_id, Prediction.paragraph_id == Paragraph.id)
    query = (
        select(Paragraph.id, Paragraph.text)
        .join(Document, Document.id == Paragraph.document_id)
        .where(Document.deleted_at.is_(None), ~done.exists())
        .order_by(Paragraph.id)
        .limit(limit)
    )
    if document_id is not None:
        query = query.where(Paragraph.document_id == document_id)
    return [(number, text) for number, text in session.execute(query)]


def floats(data: bytes) -> NDArray[np.float32]:
    """Read an array that a prediction holds."""
    return np.frombuffer(data, dtype=np.float32)


def _rows(model: Model, scored: TextScores) -> Iterator[dict[str, Any]]:
    book = model.codebook
    leaf_codes, theme_codes = book.leaf_codes, book.theme_codes
    places = np.array(book.leaf_theme_places)
    fold = np.eye(len(theme_codes))[places]
    themes, part_themes = scored.probabilities @ fold, scored.parts @ fold
    order = np.argsort(-themes, axis=1, kind="stable")
    best = np.array(
        [_best_leaf(leaves, places, theme) for leaves, theme in zip(scored.probabilities, order[:, 0], strict=True)]
    )
    best_parts = np.array(
        [_best_leaf(leaves, places, theme) for leaves, theme in zip(scored.parts, part_themes.argmax(axis=1), strict=True)]
    )
    for row, leaves in enumerate(scored.probabilities):
        first, last = scored.bounds[row], scored.bounds[row + 1]
        spans = scored.spans[first:last]
        parts = scored.parts[first:last]
        sizes = np.array([end - start for start, end in spans], dtype=float)
        counted = np.zeros(len(leaf_codes))
        np.add.at(counted, best_parts[first:last], sizes)
        theme, second = order[row, 0], order[row, 1]
        strongest = part_themes[first:last].max(axis=0)
        secondary = [
            code
            for code, probability in zip(theme_codes, strongest, strict=True)
            if code != theme_codes[theme] and code in book.secondary_codes and probability >= model.secondary_threshold
        ]
        yield {
            "theme": theme_codes[theme],
            "detail": leaf_codes[best[row]],
            "confidence": float(themes[row, theme]),
            "runner_up": theme_codes[second],
            "margin": float(themes[row, theme] - themes[row, second]),
            "secondary": ";".join(secondary),
            "leaves": leaves.astype(np.float32).tobytes(),
            "statement_spans": [list(span) for span in spans],
            "parts": parts.astype(np.float32).tobytes(),
            "characters": (sizes @ parts).astype(np.float32).tobytes(),
            "counted": counted.astype(np.float32).tobytes(),
        }


def _best_leaf(leaves: NDArray[np.float64], places: NDArray[np.int64], theme: np.int64) -> int:
    return int(np.where(places == theme, leaves, -1.0).argmax())
