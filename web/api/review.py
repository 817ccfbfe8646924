"""What to label next."""

from typing import Any

from flask import Response, jsonify

from classifier import Codebook
from web.accounts import person
from web.api.operations import Answer, Asked, Operation, Parameter, paging
from web.api.paragraphs import EXAMPLE as PARAGRAPH
from web.api.paragraphs import place_properties
from web.api.parts import (
    N_,
    Schema,
    boolean,
    cursor,
    identifier,
    integer,
    list_of,
    one_of,
    or_null,
    record,
    ref,
    share,
    text,
)
from web.services import services
from web.store.planted import PLANTED_IN, planted_unit, planted_unit_id, some_without_suggestion, was_planted
from web.store.review_queue import QUEUES, documents_to_read, next_units, progress
from web.store.review_units import Unit


def review(asked: Asked) -> Response:
    """List the next units of a queue."""
    query, current, annotator = asked.query, services().models.get(), person().name
    queue, limit, document = query["queue"], query["limit"], query["document"]
    with services().database.reading() as session:
        if queue == "document" and document is None:
            document = next(
                (entry.id for entry in documents_to_read(session, annotator) if entry.done < entry.paragraphs), None
            )
            if document is None:
                return jsonify(queue=queue, done=0, total=0, units=[], next=None)
        after = query["after"] or None
        planted = planted_unit_id(session, annotator) if after is None and queue in PLANTED_IN else None
        if after is not None and was_planted(session, annotator, after):
            after = None  # A planted unit comes first, before the queue.
        units = next_units(session, current, queue, annotator, limit=limit + 1, after=after, document_id=document)
        if planted is not None:
            again = bool(units) and units[0].again
            units = [planted_unit(session, current, planted, queue, annotator, again=again), *units]
        so_far = progress(session, current, queue, annotator, document_id=document)
    shown = some_without_suggestion(units[:limit], services().settings.planted_every)
    following = shown[-1].id if len(units) > limit else None
    return jsonify(
        queue=queue, done=so_far.done, total=so_far.total, units=[_unit_record(unit) for unit in shown], next=following
    )


def _unit_record(unit: Unit) -> dict[str, Any]:
    own, suggestion = unit.own, unit.suggestion
    return {
        "id": unit.id,
        "document": unit.document_id,
        "document_name": unit.document,
        "paragraph": unit.position,
        "paragraphs": unit.paragraphs,
        "section": list(unit.section),
        "section_kind": unit.section_kind,
        "text": unit.text,
        "before": unit.before,
        "after": unit.after,
        "read_by_others": unit.read_by_others,
        "again": unit.again,
        "own": {"theme": own.theme, "secondary": [code for code in own.secondary.split(";") if code]} if own else None,
        "suggestion": {"theme": suggestion.theme, "confidence": round(suggestion.confidence, 6)} if suggestion else None,
    }


def schemas(book: Codebook, longest_text: int) -> dict[str, Schema]:
    """Return the schemas of what is answered here."""
    own = {"theme": text(N_("The leaf code.")), "secondary": list_of(text(), N_("Further themes."))}
    suggestion = {
        "theme": one_of(book.leaf_codes, N_("The leaf code.")),
        "confidence": share(N_("Its theme's probability.")),
    }
    return {
        "Queue": record(
            {
                "queue": one_of(QUEUES, N_("The queue.")),
                "done": integer(N_("How many of its units you have labelled."), minimum=0),
                "total": integer(N_("How many units it has."), minimum=0),
                "units": list_of(ref("Unit"), N_("What to label next, in order.")),
                "next": cursor(),
            }
        ),
        "Unit": record(
            {
                "id": identifier(N_("The paragraph's own ID.")),
                **place_properties(),
                "paragraphs": integer(N_("How many paragraphs the document has."), minimum=0),
                "section": list_of(text(), N_("The headings above it, outermost first.")),
                "section_kind": text(N_("What kind of section it stands in.")),
                "text": text(N_("The paragraph.")),
                "before": text(N_("The paragraph before it.")),
                "after": text(N_("The paragraph behind it.")),
                "read_by_others": boolean(N_("Whether others have labelled it; what they said is not shown.")),
                "again": boolean(N_("Whether it came up for a second reading.")),
                "own": or_null(record(own), N_("Your own label, if you gave one.")),
                "suggestion": or_null(
                    record(suggestion), N_("What the model says; null where the unit is to be labelled blind.")
                ),
            }
        ),
    }


_SHOWN = ("id", "document", "document_name", "section", "section_kind", "text")
_UNIT = {
    **{name: PARAGRAPH[name] for name in _SHOWN},
    "paragraph": 16,
    "paragraphs": 16,
    "before": "",
    "after": "",
    "read_by_others": False,
    "again": False,
    "own": None,
    "suggestion": {"theme": PARAGRAPH["detail"], "confidence": PARAGRAPH["confidence"]},
}
OPERATIONS = (
    Operation(
        "GET",
        "/review",
        review,
        "Labels",
        N_("List what to label next"),
        N_(
            "The next units of a queue for you, without those that you have labelled. For training: dense (where the model "
            "hesitates, and like many others), uncertain (where it hesitates most), shortfall (themes with few labels), "
            "random. For measuring: audit, the random sample. document: one document; suspected: labels that are probably "
            "wrong, after models that had not seen them; disagreement: units whose annotators differ."
        ),
        {
            200: Answer(
                N_("The next units."), "Queue", {"queue": "dense", "done": 3, "total": 92, "units": [_UNIT], "next": 31}
            )
        },
        (
            Parameter("queue", {**one_of(QUEUES, N_("The queue.")), "default": QUEUES[0]}, "dense"),
            Parameter("document", identifier(N_("Of the queue document; without it, one that you have not finished."))),
            *paging(100, 10),
        ),
        problems=(404,),
    ),
)
