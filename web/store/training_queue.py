"""The orders of the training pool: what to label next, so that the model learns most from it.

An order is made from the predictions of the model in use by the library's functions, once for a state of the documents, and
kept beside the model. It holds what nobody had labelled at that time, then what is left for a second reading; what was
labelled since is passed over. The audit pool is in none.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from classifier import Model, by_chance, by_density, by_shortfall, by_uncertainty, densities
from web.store.copies import repeats_another
from web.store.label_counts import count_holding_labels
from web.store.labels import labelled_by
from web.store.predictions import CurrentModel, floats
from web.store.revisions import documents_revision
from web.tables import AuditUnit, CurrentLabel, Document, Label, Paragraph, Prediction

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

_AT_ONCE = 500
_MOST_FEATURES = 20_000  # Rows of features in memory at once, and texts that density is measured against.


def next_in_training(
    session: Session, current: CurrentModel, strategy: str, annotator: str, after: int | None, limit: int, *, again: bool
) -> list[int]:
    """Return paragraphs behind ``after``: those that nobody has labelled, or with ``again`` those that others have.

    What copies a labelled paragraph counts as labelled by others, and so does what copies one that comes before it.
    """
    order = _order(session, current, strategy)
    behind = order[int(np.flatnonzero(order == after)[0]) + 1 :] if after is not None and after in order else order
    found: list[int] = []
    for first in range(0, len(behind), _AT_ONCE):
        part = behind[first : first + _AT_ONCE].tolist()
        waiting = _waiting(session, part, annotator, again=again)
        found += [number for number in part if number in waiting]
        if len(found) >= limit:
            break
    return found[:limit]


def _waiting(session: Session, numbers: Sequence[int], annotator: str, *, again: bool) -> set[int]:
    """Return which of some paragraphs an annotator could label in one of the two rounds."""
    carried = exists().where(CurrentLabel.paragraph_id == Paragraph.id, CurrentLabel.statement == 0)
    query = (
        select(Paragraph.id)
        .join(Document, Document.id == Paragraph.document_id)
        .where(
            Paragraph.id.in_(numbers),
            Document.deleted_at.is_(None),
            carried | repeats_another() if again else ~carried & ~repeats_another(),
            Paragraph.id.not_in(labelled_by(annotator)),
            ~exists().where(AuditUnit.paragraph_id == Paragraph.id),
        )
    )
    return set(session.scalars(query))


def _order(session: Session, current: CurrentModel, strategy: str) -> Places:
    """Return all paragraphs in the order of a strategy, as it was when documents or the model last changed."""
    state = (documents_revision(session), strategy)
    if state not in current.orders:
        for old in [known for known in current.orders if known[0] != state[0]]:
            current.orders.pop(old, None)
        current.orders[state] = _make_order(session, current, strategy)
    return current.orders[state]


def _make_order(session: Session, current: CurrentModel, strategy: str) -> Places:
    labelled = exists().where(Label.paragraph_id == Paragraph.id, Label.statement == 0)
    query = (
        select(Paragraph.id, Paragraph.text, Prediction.leaves, labelled)
        .join(Prediction, Prediction.paragraph_id == Paragraph.id)
        .join(Document, Document.id == Paragraph.document_id)
        .where(Prediction.model_id == current.id, Document.deleted_at.is_(None))
        .order_by(Paragraph.id)
    )
    rows = session.execute(query).all()
    if not rows:
        return np.zeros(0, dtype=np.int64)
    book = current.model.codebook
    ids = np.array([row[0] for row in rows])
    themes = np.array([floats(row[2]) for row in rows]) @ np.eye(len(book.themes))[list(book.leaf_theme_places)]
    density = _densities(current.model, [row[1] for row in rows]) if strategy == "dense" else np.zeros(len(rows))
    read = np.array([row[3] for row in rows], dtype=bool)
    counts = count_holding_labels(session)
    per_theme = [
        sum(own.paragraphs for code, own in counts.items() if code.split(".", 1)[0] == theme) for theme in book.theme_codes
    ]
    orders: Mapping[str, Callable[[Floats, Floats], Places]] = {
        "dense": by_density,
        "uncertain": lambda probabilities, _: by_uncertainty(probabilities),
        "shortfall": lambda probabilities, _: by_shortfall(probabilities, per_theme),
        "random": lambda probabilities, _: by_chance(len(probabilities), seed=current.id),
    }
    rounds = (np.flatnonzero(~read), np.flatnonzero(read))
    return np.concatenate([ids[own][orders[strategy](themes[own], density[own])] for own in rounds])


def _densities(model: Model, texts: Sequence[str]) -> Floats:
    """Return the density of each text among all, or where they are many among evenly spaced ones."""
    step = -(-len(texts) // _MOST_FEATURES)
    among = model.features(texts[::step])
    parts = [texts[first : first + _MOST_FEATURES] for first in range(0, len(texts), _MOST_FEATURES)]
    return np.concatenate([densities(model.features(part), among) for part in parts])
