"""A unit of a review queue as an annotator may see it: with its surroundings, and without what others have labelled.

Who labels a unit as the second annotator labels it blind. What others say is in no `Unit`, but in the queue of units to be
labelled anew, where earlier labels are the question; and the model's suggestion is left out where anyone else has labelled
the paragraph or a statement of it, in the audit and disagreement queues and on paragraphs of the audit pool always, and
elsewhere on demand.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import and_, false, or_, select
from sqlalchemy.orm import Session

from web.errors import NotFoundError
from web.store.copies import CopyPlace
from web.store.derived_labels import RELABEL
from web.store.paragraphs import ParagraphView, StatementTheme, paragraphs_by_id
from web.store.pools import audit_pool
from web.store.predictions import CurrentModel
from web.store.relabelling import OpenQuestion, open_questions
from web.store.standing import standing_labels
from web.tables import Document, HeldOutPrediction, Label, Paragraph

ALWAYS_BLIND = ("audit", "disagreement")


@dataclass(frozen=True)
class Suggestion:
    """What a model says of a unit: a leaf code, its theme's probability, and the band of that.

    ``held_out``: the model was not trained on this unit. Else there are the runner-up, its distance (``margin``), and the
    statements with their themes.
    """

    theme: str
    confidence: float
    held_out: bool
    band: str | None = None
    runner_up: str = ""
    margin: float | None = None
    statements: tuple[StatementTheme, ...] = ()


@dataclass(frozen=True)
class Unit:
    """A paragraph to label, for one annotator: ``own`` is the annotator's standing label, ``suggestion`` None when blind.

    ``before`` and ``after`` are the neighbouring paragraphs' texts; ``again``: others have labelled it or a copy of it, and
    it came up for that reason. ``copies`` are the other places of the same text, without their labels when blind.
    """

    id: int
    document_id: int
    document: str
    title: str
    jurisdiction: str
    level: str
    year: str
    position: int
    paragraphs: int
    section: tuple[str, ...]
    section_kind: str
    text: str
    before: str
    after: str
    own: Label | None
    read_by_others: bool
    suggestion: Suggestion | None
    again: bool = False
    question: OpenQuestion | None = None  # In the queue of units to be labelled anew.
    copies: tuple[CopyPlace, ...] = ()


def unit_at(
    session: Session, current: CurrentModel, paragraph_id: int, queue: str, annotator: str, *, blind: bool = False
) -> Unit:
    """Return a certain paragraph as a unit of a queue; NotFoundError where there is none."""
    for unit in units_by_id(session, current, [paragraph_id], queue, annotator, blind=blind):
        return unit
    raise NotFoundError("There is no paragraph {paragraph}; it may have been deleted.", paragraph=paragraph_id)


def units_by_id(
    session: Session,
    current: CurrentModel,
    ids: Sequence[int],
    queue: str,
    annotator: str,
    *,
    blind: bool = False,
    again: bool = False,
) -> list[Unit]:
    """Return paragraphs as units of a queue, in the order given; those that were deleted are left out."""
    views = paragraphs_by_id(session, current, ids)
    neighbours = _neighbours(session, views)
    sizes = _sizes(session, views)
    own, read_by_others = _labels(session, ids, annotator)
    held_out = _held_out(session, current, ids) if queue == "suspected" else {}
    drawn = set(session.scalars(select(Paragraph.id).where(Paragraph.id.in_(ids), Paragraph.id.in_(audit_pool()))))
    questions = open_questions(session, current.model.codebook, ids) if queue == RELABEL else {}
    units = []
    for view in views:
        hidden = blind or queue in ALWAYS_BLIND or view.id in read_by_others or view.id in drawn
        suggestion = held_out.get(view.id) if queue == "suspected" else _suggestion(view)
        units.append(
            Unit(
                id=view.id,
                document_id=view.document_id,
                document=view.document,
                title=view.title,
                jurisdiction=view.jurisdiction,
                level=view.level,
                year=view.year,
                position=view.position,
                paragraphs=sizes[view.document_id],
                section=view.section,
                section_kind=view.section_kind,
                text=view.text,
                before=neighbours.get((view.document_id, view.position - 1), ""),
                after=neighbours.get((view.document_id, view.position + 1), ""),
                own=own.get(view.id),
                read_by_others=view.id in read_by_others,
                suggestion=None if hidden else suggestion,
                again=again,
                question=questions.get(view.id),
                copies=tuple(replace(copy, label="") for copy in view.copies) if hidden else view.copies,
            )
        )
    return units


def _suggestion(view: ParagraphView) -> Suggestion:
    return Suggestion(
        theme=view.predicted,
        confidence=view.predicted_confidence,
        held_out=False,
        band=view.predicted_band,
        runner_up=view.runner_up,
        margin=view.margin,
        statements=view.statements,
    )


def _neighbours(session: Session, views: Sequence[ParagraphView]) -> dict[tuple[int, int], str]:
    wanted: dict[int, set[int]] = {}
    for view in views:
        wanted.setdefault(view.document_id, set()).update((view.position - 1, view.position + 1))
    # Not pairs IN a list: SQLite would read the whole table for them.
    of_documents = (
        and_(Paragraph.document_id == document, Paragraph.position.in_(positions)) for document, positions in wanted.items()
    )
    query = select(Paragraph.document_id, Paragraph.position, Paragraph.text).where(or_(false(), *of_documents))
    return {(document, position): text for document, position, text in session.execute(query)}


def _sizes(session: Session, views: Sequence[ParagraphView]) -> dict[int, int]:
    query = select(Document.id, Document.paragraph_count).where(Document.id.in_({view.document_id for view in views}))
    return {number: count for number, count in session.execute(query)}  # noqa: C416  (rows are no plain tuples to mypy)


def _labels(session: Session, ids: Sequence[int], annotator: str) -> tuple[dict[int, Label], set[int]]:
    """Return the annotator's standing labels by paragraph, and the paragraphs that others have labelled, even in part."""
    entries: dict[tuple[int, int], list[Label]] = {}
    for entry in session.scalars(select(Label).where(Label.paragraph_id.in_(ids)).order_by(Label.id)):
        entries.setdefault((entry.paragraph_id, entry.statement), []).append(entry)
    own: dict[int, Label] = {}
    read_by_others: set[int] = set()
    for (paragraph_id, statement), of_unit in entries.items():
        standing = standing_labels(of_unit)
        settled_by = {entry.annotator for entry in of_unit if entry.kind == "settlement"}
        if (standing.keys() | settled_by) - {annotator}:
            read_by_others.add(paragraph_id)
        if not statement and annotator in standing:
            own[paragraph_id] = standing[annotator]
    return own, read_by_others


def _held_out(session: Session, current: CurrentModel, ids: Sequence[int]) -> dict[int, Suggestion]:
    query = select(HeldOutPrediction).where(
        HeldOutPrediction.model_id == current.id, HeldOutPrediction.paragraph_id.in_(ids)
    )
    known, bands = current.model.codebook.leaf_codes, current.model.bands
    return {
        found.paragraph_id: Suggestion(
            found.detail, found.confidence, held_out=True, band=bands.of(found.confidence) if bands else None
        )
        for found in session.scalars(query)
        if found.detail in known
    }
