"""Paragraphs as every list shows them, and ``GET /documents/ID/paragraphs``."""

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify

from classifier import Codebook
from web.api.classify import EXAMPLE as CLASSIFIED
from web.api.operations import Answer, Asked, Operation, Parameter, paging, path_id
from web.api.parts import (
    N_,
    Schema,
    band_schema,
    boolean,
    by_theme,
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
from web.store.paragraphs import ParagraphView, paragraph_page

_DIGITS = 6


def document_paragraphs(asked: Asked) -> Response:
    """List a document's paragraphs."""
    query = asked.query
    limit = query["limit"]
    current = services().models.get()
    with services().database.reading() as session:
        views = paragraph_page(
            session, current, asked.path["document"], query["theme"] or "", query["after"] or 0, limit + 1
        )
    shown = views[:limit]
    following = shown[-1].position if len(views) > limit else None
    return jsonify(paragraphs=[paragraph_record(view, current.model.codebook) for view in shown], next=following)


def paragraph_record(view: ParagraphView, book: Codebook) -> dict[str, Any]:
    """Return a paragraph as the document's schema ``Paragraph`` describes it."""
    return {
        "id": view.id,
        "document": view.document_id,
        "document_name": view.document,
        "paragraph": view.position,
        "section": list(view.section),
        "section_kind": view.section_kind,
        "text": view.text,
        "theme": view.theme,
        "detail": view.detail,
        "secondary": list(view.secondary),
        "confidence": _rounded(view.confidence),
        "labelled": view.labelled,
        "state": view.state,
        "annotators": list(view.annotators),
        "note": view.note,
        "predicted": {
            "theme": book.entry(view.predicted).theme,
            "detail": view.predicted,
            "confidence": _rounded(view.predicted_confidence),
            "band": view.predicted_band,
            "runner_up": view.runner_up,
            "margin": _rounded(view.margin),
            "scores": {code: _rounded(score) for code, score in view.scores.items()},
        },
        "statements": [
            {
                "statement": place,
                "text": view.text[part.start : part.end],
                "start": part.start,
                "end": part.end,
                "theme": book.entry(part.detail).theme,
                "detail": part.detail,
                "confidence": _rounded(part.confidence),
                "labelled": part.by_hand,
            }
            for place, part in enumerate(view.statements, 1)
        ],
        "copies": [
            {
                "id": copy.id,
                "document": copy.document_id,
                "document_name": copy.document,
                "jurisdiction": copy.jurisdiction,
                "year": copy.year,
                "paragraph": copy.position,
                "similarity": _rounded(copy.similarity),
                "label": copy.label,
            }
            for copy in view.copies
        ],
    }


def _rounded(value: float | None) -> float | None:
    # Arrays are kept in single precision: a certain theme may have a probability a little above 1.
    return None if value is None else min(1.0, round(value, _DIGITS))


def place_properties() -> Mapping[str, Schema]:
    """Return the properties that say which paragraph something is about."""
    return {
        "document": identifier(N_("The document's ID.")),
        "document_name": text(N_("The document's name.")),
        "paragraph": identifier(N_("The paragraph's position in the document, from 1.")),
    }


def schemas(book: Codebook, longest_text: int) -> dict[str, Schema]:
    """Return the schemas of paragraphs and of pages of them."""
    predicted = {
        "theme": one_of(book.theme_codes, N_("The most probable theme.")),
        "detail": one_of(book.leaf_codes, N_("Its most probable leaf code.")),
        "confidence": share(N_("The theme's probability.")),
        "band": band_schema(),
        "runner_up": one_of(book.theme_codes, N_("The next theme.")),
        "margin": number(N_("How far the next theme is behind.")),
        "scores": by_theme(book, N_("The probability of each theme; they sum to 1.")),
    }
    offset = integer(N_("Offset in the text, counted in Unicode code points."), minimum=0)
    confidence = or_null(share(N_("The theme's probability; null where a person labelled it.")))
    paragraph = {
        "id": identifier(N_("The paragraph's own ID.")),
        **place_properties(),
        "section": list_of(text(), N_("The headings above it, outermost first.")),
        "section_kind": text(N_("What kind of section it stands in: achievements, plans and so on.")),
        "text": text(N_("The paragraph.")),
        "theme": one_of(book.theme_codes, N_("What holds: the label where there is one, else what the model says.")),
        "detail": one_of(book.leaf_codes, N_("The leaf code that holds.")),
        "secondary": list_of(one_of(book.secondary_codes), N_("Further themes.")),
        "confidence": confidence,
        "labelled": boolean(N_("Whether a label holds.")),
        "state": one_of(
            ("", "agreed", "settled", "conflict", "relabel"), N_("Of its labels; empty where nobody has labelled it.")
        ),
        "annotators": list_of(text(), N_("Who labelled it.")),
        "note": text(N_("The note of the label that holds.")),
        "predicted": record(predicted, N_("What the model says, labelled or not.")),
        "statements": list_of(ref("ParagraphStatement"), N_("Its statements, in order.")),
        "copies": list_of(ref("ParagraphCopy"), N_("The other places where the same text stands, the most alike first.")),
    }
    return {
        "Paragraph": record(paragraph),
        "CountedParagraph": record({**paragraph, "amount": integer(N_("What it adds to the count."), minimum=0)}),
        "ParagraphStatement": record(
            {
                "statement": identifier(N_("Its place in the paragraph, from 1.")),
                "text": text(N_("The statement: the text from start to end.")),
                "start": offset,
                "end": offset,
                "theme": one_of(book.theme_codes, N_("The statement's theme.")),
                "detail": one_of(book.leaf_codes, N_("The statement's leaf code.")),
                "confidence": confidence,
                "labelled": boolean(N_("Whether a person labelled the statement.")),
            }
        ),
        "ParagraphCopy": record(
            {
                "id": identifier(N_("The paragraph's own ID.")),
                **place_properties(),
                "jurisdiction": text(N_("The jurisdiction of its document.")),
                "year": text(N_("The year that its document is about.")),
                "similarity": share(N_("How alike the texts are; 1 where only figures, punctuation or spacing differ.")),
                "label": text(N_("The leaf code of the label that holds there; empty without one.")),
            }
        ),
        "Paragraphs": record({"paragraphs": list_of(ref("Paragraph"), N_("In order.")), "next": cursor()}),
        "AnyCode": one_of(book.all_codes, N_("A theme or a leaf code.")),
    }


_FOUND: dict[str, Any] = CLASSIFIED["results"][0]
_SAID = {name: _FOUND[name] for name in ("theme", "detail", "confidence")}
EXAMPLE: dict[str, Any] = {
    "id": 31,
    "document": 2,
    "document_name": "001_9bdf4c4ff745681c.txt",
    "paragraph": 16,
    "section": ["二、主要工作"],
    "section_kind": "achievements",
    "text": _FOUND["statements"][0]["text"],
    **_SAID,
    "secondary": [],
    "labelled": False,
    "state": "",
    "annotators": [],
    "note": "",
    "predicted": {**_SAID, "band": _FOUND["band"], "runner_up": "mediation", "margin": 0.949633, "scores": _FOUND["scores"]},
    "statements": [{"statement": 1, **_FOUND["statements"][0], "labelled": False}],
    "copies": [],
}

OPERATIONS = (
    Operation(
        "GET",
        "/documents/{document}/paragraphs",
        document_paragraphs,
        "Documents",
        N_("List a document's paragraphs"),
        N_("In order, all or those of one theme. Where a label holds it counts, else what the model says."),
        {200: Answer(N_("A page of paragraphs."), "Paragraphs", {"paragraphs": [EXAMPLE], "next": None})},
        (
            path_id("document", identifier(N_("The document's ID."))),
            Parameter("theme", ref("AnyCode", N_("Only paragraphs of this theme or leaf code.")), "business_environment"),
            *paging(500, 100),
        ),
    ),
)
