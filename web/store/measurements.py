"""What was measured of models: evaluations, predictions on units that were not trained on, comparisons."""

from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from web.store.models import get_model
from web.store.revisions import now, raise_revision
from web.tables import Document, HeldOutPrediction, ModelRecord, Paragraph

_LISTED = 200


def keep_evaluation(session: Session, model_id: int, evaluation: dict[str, Any]) -> None:
    """Keep a model's evaluation, and the held-out predictions of paragraphs for the queue of suspected errors."""
    predictions = evaluation.pop("held_out_predictions", [])
    get_model(session, model_id).evaluation = {**evaluation, "measured_at": now().isoformat()}
    numbers = {
        (name, position): number
        for name, position, number in session.execute(
            select(Document.name, Paragraph.position, Paragraph.id).join(Paragraph, Paragraph.document_id == Document.id)
        )
    }
    session.execute(delete(HeldOutPrediction).where(HeldOutPrediction.model_id == model_id))
    rows = [
        {
            "model_id": model_id,
            "paragraph_id": numbers[found["document"], found["paragraph"]],
            "detail": found["detail"],
            "confidence": found["confidence"],
        }
        for found in predictions
        if not found["statement"] and (found["document"], found["paragraph"]) in numbers
    ]
    if rows:
        session.execute(insert(HeldOutPrediction), rows)
    raise_revision(session)


def keep_comparison(session: Session, candidate_id: int, current: ModelRecord, as_before: dict[str, Any]) -> None:
    """Keep how the labels of the current model do on the splits and units on which the candidate was measured.

    ``changed`` lists the paragraphs on which the two give different themes: document, paragraph, label, before, after.
    """
    predictions = as_before.pop("held_out_predictions", [])
    before = {(found["document"], found["paragraph"]): found for found in predictions if not found["statement"]}
    query = (
        select(Document.name, Paragraph.position, Paragraph.id, HeldOutPrediction.detail)
        .join(Paragraph, Paragraph.id == HeldOutPrediction.paragraph_id)
        .join(Document, Document.id == Paragraph.document_id)
        .where(HeldOutPrediction.model_id == candidate_id)
        .order_by(Document.id, Paragraph.position)
    )
    changed = [
        {
            "document": name,
            "paragraph": position,
            "paragraph_id": number,
            "label": found["label"],
            "before": found["detail"],
            "after": detail,
        }
        for name, position, number, detail in session.execute(query)
        if (found := before.get((name, position))) is not None and found["detail"] != detail
    ]
    get_model(session, candidate_id).comparison = {
        "with": current.id,
        "with_identity": current.identity,
        "evaluation": as_before,
        "changed": changed[:_LISTED],
        "changes": len(changed),
        "gained": sum(entry["after"] == entry["label"] for entry in changed),
        "lost": sum(entry["before"] == entry["label"] for entry in changed),
    }
