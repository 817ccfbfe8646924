"""Whether annotators drift: how planted settled units were read, beside what was settled, by month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from classifier import Checks, Codebook, Drift, measure_drift
from web.store.standing import DRIFT
from web.tables import CurrentLabel, Document, Label, Paragraph


@dataclass(frozen=True)
class AnnotatorDrift:
    """How an annotator read planted units: by month (``2026-11``, in order), over all, and lately beside earlier."""

    annotator: str
    months: dict[str, Checks]
    overall: Checks
    drift: Drift


def annotators_drift(session: Session, codebook: Codebook) -> list[AnnotatorDrift]:
    """Return how each annotator read planted units, by name; same is the theme that is settled now."""
    theme_of = {code: codebook.entry(code).theme for code in codebook.leaf_codes}
    query = (
        select(Label, CurrentLabel.theme)
        .join(CurrentLabel, (CurrentLabel.paragraph_id == Label.paragraph_id) & (CurrentLabel.statement == Label.statement))
        .join(Paragraph, Paragraph.id == Label.paragraph_id)
        .join(Document, Document.id == Paragraph.document_id)
        .where(Label.chosen_by == DRIFT, CurrentLabel.state == "settled", Document.deleted_at.is_(None))
        .order_by(Label.id)
    )
    standing: dict[tuple[str, int], list[tuple[datetime, bool]]] = {}
    for label, settled in session.execute(query):
        own = standing.setdefault((label.annotator, label.paragraph_id), [])
        if label.kind == "withdrawal":
            del own[-1:]
        elif label.theme in theme_of and settled in theme_of:
            own.append((label.made_at, theme_of[label.theme] == theme_of[settled]))
    checks: dict[str, list[tuple[datetime, bool]]] = {}
    for (annotator, _), own in standing.items():
        checks.setdefault(annotator, []).extend(own)
    return [_measured(annotator, sorted(checks[annotator])) for annotator in sorted(checks) if checks[annotator]]


def _measured(annotator: str, checks: Sequence[tuple[datetime, bool]]) -> AnnotatorDrift:
    months: dict[str, list[bool]] = {}
    for moment, same in checks:
        months.setdefault(moment.astimezone().strftime("%Y-%m"), []).append(same)
    every = [same for _, same in checks]
    by_month = {month: Checks(len(own), sum(own)) for month, own in months.items()}
    return AnnotatorDrift(annotator, by_month, Checks(len(every), sum(every)), measure_drift(every))
