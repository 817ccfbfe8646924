"""What was measured of models: evaluations, predictions on units that were not trained on, comparisons."""

from collections.abc import Mapping, Sequence
from math import comb
from typing import Any

import numpy as np
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from classifier import LabelSet, suspected_errors
from web.store.models import get_model
from web.store.revisions import now, raise_revision
from web.tables import Document, HeldOutPrediction, ModelRecord, Paragraph

_PREDICTIONS = "held_out_predictions"
_LISTED = 200
_BEGINNING = 120
_Unit = tuple[str, int, int]


def keep_evaluation(session: Session, model_id: int, evaluation: Mapping[str, Any]) -> None:
    """Keep a model's evaluation, and the held-out predictions of paragraphs for the queue of suspected errors."""
    kept = {name: value for name, value in evaluation.items() if name != _PREDICTIONS}
    get_model(session, model_id).evaluation = {**kept, "measured_at": now().isoformat()}
    places = _places(session)
    session.execute(delete(HeldOutPrediction).where(HeldOutPrediction.model_id == model_id))
    units = [
        found
        for found in evaluation.get(_PREDICTIONS, ())
        if not found["statement"] and found["detail"] and (found["document"], found["paragraph"]) in places
    ]
    suspicion = _suspicion(units)
    rows = [
        {
            "model_id": model_id,
            "paragraph_id": places[found["document"], found["paragraph"]][1],
            "detail": found["detail"],
            "confidence": found["confidence"],
            "suspicion": suspicion.get(row),
        }
        for row, found in enumerate(units)
    ]
    if rows:
        session.execute(insert(HeldOutPrediction), rows)
    raise_revision(session)


def _suspicion(units: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Return the place of each unit, by its row, among those whose label is probably wrong."""
    if not units:
        return {}
    themes = list(units[0]["scores"])
    probabilities = np.array([list(unit["scores"].values()) for unit in units])
    labels = np.array([themes.index(theme_of(unit["label"])) for unit in units])
    return {row: place for place, row in enumerate(suspected_errors(probabilities, labels).tolist())}


def keep_comparison(
    session: Session,
    candidate_id: int,
    current: ModelRecord,
    labels: LabelSet,
    after: Mapping[str, Any],
    before: Mapping[str, Any],
) -> None:
    """Keep how a candidate (``after``) and the model in use (``before``) do on the same splits of the same labels.

    ``units`` says for each kind of unit how many became right or wrong; ``changed`` lists units whose theme differs, with
    the leaf codes of the label and of both predictions, how their text begins, and where to find them.
    """
    places = _places(session)
    texts = {label.key: label.text for label in (*labels.paragraphs, *labels.statements)}
    changed = changed_units(after[_PREDICTIONS], before[_PREDICTIONS])
    get_model(session, candidate_id).comparison = {
        "with": current.id,
        "with_identity": current.identity,
        "before": {name: value for name, value in before.items() if name != _PREDICTIONS},
        "units": {
            kind: count_changes([unit for unit in changed if bool(unit["statement"]) is of_statements])
            for kind, of_statements in (("paragraphs", False), ("statements", True))
        },
        "changed": [
            {**unit, "text": _beginning(texts[_unit(unit)]), "document_id": place[0], "paragraph_id": place[1]}
            for unit in changed[:_LISTED]
            if (place := places.get((unit["document"], unit["paragraph"]))) is not None
        ],
        "changes": len(changed),
    }


def changed_units(after: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the units that two models give different themes: paragraphs first, then statements, each in order."""
    earlier = {_unit(found): found for found in before}
    changed = [
        {
            "document": found["document"],
            "paragraph": found["paragraph"],
            "statement": found["statement"],
            "label": found["label"],
            "before": earlier[_unit(found)]["detail"],
            "after": found["detail"],
        }
        for found in after
        if _unit(found) in earlier and earlier[_unit(found)]["theme"] != found["theme"]
    ]
    return sorted(changed, key=lambda unit: (unit["statement"] > 0, unit["document"], unit["paragraph"], unit["statement"]))


def count_changes(changed: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return how many of the changed units became right (``gained``) or wrong (``lost``), and how likely that is by chance.

    ``chance`` is the probability of a difference at least so large if each change were as likely to gain as to lose (sign
    test, two-sided).

    >>> unit = {"label": "a", "before": "b", "after": "a"}
    >>> count_changes([unit, unit, unit])
    {'changed': 3, 'gained': 3, 'lost': 0, 'chance': 0.25}
    """
    gained = sum(theme_of(unit["after"]) == theme_of(unit["label"]) for unit in changed)
    lost = sum(theme_of(unit["before"]) == theme_of(unit["label"]) for unit in changed)
    decided = gained + lost
    tail = sum(comb(decided, fewer) for fewer in range(min(gained, lost) + 1)) / 2**decided
    return {"changed": len(changed), "gained": gained, "lost": lost, "chance": round(min(1.0, 2 * tail), 4)}


def _unit(found: Mapping[str, Any]) -> _Unit:
    return found["document"], found["paragraph"], found["statement"]


def _beginning(text: str) -> str:
    return text if len(text) <= _BEGINNING else text[:_BEGINNING] + "…"


def theme_of(code: str) -> str:
    """Return the theme that a leaf code belongs to."""
    return code.split(".", 1)[0]


def _places(session: Session) -> dict[tuple[str, int], tuple[int, int]]:
    """Return the numbers of document and paragraph by the document's name and the paragraph's position."""
    query = select(Document.name, Paragraph.position, Document.id, Paragraph.id).join(
        Paragraph, Paragraph.document_id == Document.id
    )
    return {(name, position): (document, number) for name, position, document, number in session.execute(query)}
