"""What to label next, and how far annotators agree."""

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
    number,
    one_of,
    or_null,
    record,
    ref,
    share,
    text,
)
from web.services import services
from web.store.agreement import PARAGRAPHS, STATEMENTS, Pair, pairwise
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
        units = next_units(
            session, current, queue, annotator, limit=limit + 1, after=query["after"] or None, document_id=document
        )
        so_far = progress(session, current, queue, annotator, document_id=document)
    shown = units[:limit]
    following = shown[-1].id if len(units) > limit else None
    return jsonify(
        queue=queue, done=so_far.done, total=so_far.total, units=[_unit_record(unit) for unit in shown], next=following
    )


def agreement(asked: Asked) -> Response:
    """Compare annotators."""
    current = services().models.get()
    with services().database.reading() as session:
        pairs = pairwise(session, current.model.codebook)
    return jsonify(pairs=[_pair_record(pair) for pair in pairs])


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


def _pair_record(pair: Pair) -> dict[str, Any]:
    found = pair.agreement
    return {
        "first": pair.first,
        "second": pair.second,
        "kind": found.kind,
        "units": found.units,
        "kappa": dict(found.kappa),
        "alpha": dict(found.alpha),
        "disagreements": [
            {
                "document_name": one.key[0],
                "paragraph": one.key[1],
                "statement": one.key[2],
                "first": one.theme,
                "second": two.theme,
            }
            for one, two in found.disagreements
        ],
    }


def schemas(book: Codebook, longest_text: int) -> dict[str, Schema]:
    """Return the schemas of what is answered here."""
    own = {"theme": text(N_("The leaf code.")), "secondary": list_of(text(), N_("Further themes."))}
    suggestion = {
        "theme": one_of(book.leaf_codes, N_("The leaf code.")),
        "confidence": share(N_("Its theme's probability.")),
    }
    kappa = {"type": "object", "additionalProperties": or_null(number())}
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
        "Agreements": record({"pairs": list_of(ref("Pair"), N_("Annotators with two units or more in common."))}),
        "Pair": record(
            {
                "first": text(N_("An annotator.")),
                "second": text(N_("Another annotator.")),
                "kind": one_of((PARAGRAPHS, STATEMENTS), N_("Which units were compared.")),
                "units": integer(N_("How many units both have labelled."), minimum=0),
                "kappa": {**kappa, "description": N_("Cohen's kappa over leaf codes, over themes, and for each theme.")},
                "alpha": {**kappa, "description": N_("Krippendorff's alpha of the same.")},
                "disagreements": list_of(ref("Disagreement"), N_("Every unit on which they differ.")),
            }
        ),
        "Disagreement": record(
            {
                "document_name": text(N_("The document's name.")),
                "paragraph": identifier(N_("The paragraph's position in the document, from 1.")),
                "statement": integer(N_("Its place in the paragraph, from 1; 0 for the paragraph."), minimum=0),
                "first": text(N_("The first annotator's leaf code.")),
                "second": text(N_("The second annotator's leaf code.")),
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
_PAIR = {
    "first": "li",
    "second": "wang",
    "kind": "paragraphs",
    "units": 42,
    "kappa": {"leaf codes": 0.81, "themes": 0.84},
    "alpha": {"leaf codes": 0.81, "themes": 0.84},
    "disagreements": [
        {
            "document_name": "001_9bdf4c4ff745681c.txt",
            "paragraph": 16,
            "statement": 0,
            "first": "mediation",
            "second": "legal_aid",
        }
    ],
}

OPERATIONS = (
    Operation(
        "GET",
        "/review",
        review,
        "Labels",
        N_("List what to label next"),
        N_(
            "The next units of a queue for you, without those that you have labelled. uncertain: where the model hesitates "
            "most; audit: the random sample; document: one document; suspected: labels with which a model disagrees that "
            "had not seen them; disagreement: units whose annotators differ."
        ),
        {
            200: Answer(
                N_("The next units."), "Queue", {"queue": "uncertain", "done": 3, "total": 92, "units": [_UNIT], "next": 31}
            )
        },
        (
            Parameter("queue", {**one_of(QUEUES, N_("The queue.")), "default": "uncertain"}, "uncertain"),
            Parameter("document", identifier(N_("Of the queue document; without it, one that you have not finished."))),
            *paging(100, 10),
        ),
        problems=(404,),
    ),
    Operation(
        "GET",
        "/agreement",
        agreement,
        "Labels",
        N_("Compare annotators"),
        N_("How far every two annotators agree on the units that both have labelled, computed from the log as it stands."),
        {200: Answer(N_("All pairs, most units first."), "Agreements", {"pairs": [_PAIR]})},
    ),
)
