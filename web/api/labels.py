"""The label log: read it, add to it."""

from typing import Any

from flask import Response, jsonify
from flask.typing import ResponseReturnValue

from classifier import Codebook
from web.accounts import person
from web.api.operations import JSON, Answer, Asked, Body, Operation, Parameter, paging
from web.api.paragraphs import place_properties
from web.api.parts import N_, Schema, cursor, identifier, integer, list_of, moment, one_of, or_null, record, ref, share, text
from web.errors import ConflictError, NotFoundError, RequestError
from web.services import services
from web.store.audit import sampling_probability
from web.store.current_labels import current_label
from web.store.labels import CHOSEN_BY, KINDS, NewLabel, log_page
from web.store.labels import add_label as store_label
from web.store.paragraphs import ParagraphPlace, paragraph_place
from web.store.planted import is_drift_check, plant_if_due
from web.store.revisions import now
from web.store.standing import DRIFT
from web.tables import CurrentLabel, Label


def list_labels(asked: Asked) -> Response:
    """Read the log."""
    query = asked.query
    limit = query["limit"]
    with services().database.reading() as session:
        entries = log_page(
            session,
            after=query["after"],
            limit=limit + 1,
            annotator=query["annotator"] or "",
            document_id=query["document"],
            kind=query["kind"] or "",
        )
    shown = entries[:limit]
    following = shown[-1].label.id if len(entries) > limit else None
    return jsonify(
        labels=[_record(entry.label, entry.document_id, entry.document, entry.position) for entry in shown], next=following
    )


def add_label(asked: Asked) -> ResponseReturnValue:
    """Add a label to the log."""
    said, current, began = asked.body, services().models.get(), now()
    with services().database.writing() as session:
        place = paragraph_place(session, current, said["document"], said["paragraph"])
        statement = said.get("statement", 0)
        _check_statement(place, statement)
        name, chosen_by, suggestion = person().name, said.get("chosen_by", "api"), said.get("suggestion", "")
        if not statement and is_drift_check(session, name, place.id, said.get("request")):
            chosen_by = DRIFT
        new = NewLabel(
            place.id,
            said["theme"],
            name,
            chosen_by,
            secondary=tuple(code for code in said.get("secondary", ()) if code != said["theme"]),
            statement=statement,
            model=current.model.identity if suggestion else "",
            suggestion=suggestion,
            probability=_probability(session, place.id) if chosen_by == "audit" else None,
            note=said.get("note", ""),
            request=said.get("request"),
        )
        label = store_label(session, current.model.codebook, new)
        plant_if_due(session, name, services().settings.planted_every)
        holding = current_label(session, label.paragraph_id, label.statement)
        added = _record(label, said["document"], place.document, said["paragraph"])
        answer = jsonify(label=added, current=_current_record(holding) if holding else None)
    answer.status_code = 201 if label.made_at >= began else 200
    return answer


def _check_statement(place: ParagraphPlace, statement: int) -> None:
    if statement > place.statements:
        raise NotFoundError(
            "This paragraph has {count} statements, so there is no statement {statement}.",
            count=place.statements,
            statement=statement,
        )


def _probability(session: Any, paragraph_id: int) -> float:
    try:
        return sampling_probability(session, paragraph_id)
    except RequestError as error:
        raise ConflictError(error.message, **error.values) from None


def _record(label: Label, document_id: int, document: str, position: int) -> dict[str, Any]:
    return {
        "id": label.id,
        "document": document_id,
        "document_name": document,
        "paragraph": position,
        "statement": label.statement,
        "kind": label.kind,
        "theme": label.theme,
        "secondary": _codes(label.secondary),
        "annotator": label.annotator,
        "made_at": label.made_at.isoformat(),
        "codebook": label.codebook,
        "model": label.model,
        "chosen_by": label.chosen_by,
        "probability": label.probability,
        "suggestion": label.suggestion,
        "note": label.note,
        "request": label.request,
    }


def _current_record(label: CurrentLabel) -> dict[str, Any]:
    return {
        "state": label.state,
        "theme": label.theme,
        "secondary": _codes(label.secondary),
        "annotators": _codes(label.annotators),
        "note": label.note,
    }


def _codes(joined: str) -> list[str]:
    return [code for code in joined.split(";") if code]


def schemas(book: Codebook, longest_text: int) -> dict[str, Schema]:
    """Return the schemas of what is sent and answered here."""
    secondary = list_of(text(), N_("Further themes."))
    return {
        "NewLabel": _new_label(book),
        "Label": record(
            {
                "id": identifier(N_("The entry's number in the log.")),
                **place_properties(),
                "statement": integer(N_("Its place in the paragraph, from 1; 0 for the paragraph."), minimum=0),
                "kind": one_of(KINDS, N_("A label, the withdrawal of one, or what settled a conflict.")),
                "theme": text(N_("The leaf code.")),
                "secondary": secondary,
                "annotator": text(N_("Whose label it is.")),
                "made_at": moment(N_("When it was given.")),
                "codebook": text(N_("The version of the codebook.")),
                "model": text(N_("The model that made the suggestion.")),
                "chosen_by": one_of(CHOSEN_BY, N_("How the unit came to be labelled.")),
                "probability": or_null(share(N_("With which a random sample chose the unit."))),
                "suggestion": text(N_("The leaf code that the annotator was shown, if any.")),
                "note": text(N_("Why, in the annotator's words.")),
                "request": or_null(text(N_("The text that makes a repeated label count once."))),
            }
        ),
        "CurrentLabel": record(
            {
                "state": one_of(
                    ("agreed", "settled", "conflict", "relabel"), N_("Of conflict and relabel, no label holds.")
                ),
                "theme": text(N_("The leaf code that holds; empty in a conflict.")),
                "secondary": secondary,
                "annotators": list_of(text(), N_("Who labelled it, or settled it.")),
                "note": text(N_("The note of the label that holds.")),
            }
        ),
        "Labelled": record(
            {
                "label": ref("Label", N_("The entry of the log.")),
                "current": or_null(ref("CurrentLabel"), N_("What now holds for the unit, derived from the whole log.")),
            }
        ),
        "Labels": record({"labels": list_of(ref("Label"), N_("Newest first.")), "next": cursor()}),
    }


def _new_label(book: Codebook) -> Schema:
    return record(
        {
            "document": identifier(N_("The document's ID.")),
            "paragraph": identifier(N_("The paragraph's position in the document, from 1.")),
            "statement": integer(
                N_("The statement's place in the paragraph, from 1; 0 for the paragraph."),
                minimum=0,
                maximum=100_000,
                default=0,
            ),
            "theme": one_of(book.leaf_codes, N_("The leaf code: a theme, or a sub-code where the theme has some.")),
            "secondary": list_of(
                one_of(book.secondary_codes),
                N_("Further themes; the one in theme is left out."),
                uniqueItems=True,
            ),
            "note": text(N_("Why, in your own words."), maxLength=2000),
            "suggestion": one_of(book.leaf_codes, N_("The leaf code that the annotator was shown, if any.")),
            "chosen_by": {
                **one_of(
                    tuple(way for way in CHOSEN_BY if way != DRIFT),
                    N_("How the unit came to be labelled; audit only for paragraphs of a random sample."),
                ),
                "default": "api",
            },
            "request": text(
                N_("Any text of your own for this label: sent again with it, the label counts once."),
                minLength=1,
                maxLength=64,
            ),
        },
        optional=("statement", "secondary", "note", "suggestion", "chosen_by", "request"),
        closed=True,
    )


_NEW = {"document": 1, "paragraph": 2, "theme": "mediation", "secondary": ["publicity"], "note": "", "request": "batch-7/2"}
_LABEL = {
    "id": 490,
    "document": 1,
    "document_name": "000_8ff83e828e6bfd7d.txt",
    "paragraph": 2,
    "statement": 0,
    "kind": "label",
    "theme": "mediation",
    "secondary": ["publicity"],
    "annotator": "wang",
    "made_at": "2024-03-04T08:15:00+00:00",
    "codebook": "1.0",
    "model": "",
    "chosen_by": "api",
    "probability": None,
    "suggestion": "",
    "note": "",
    "request": "batch-7/2",
}
_LABELLED = {
    "label": _LABEL,
    "current": {"state": "agreed", "theme": "mediation", "secondary": ["publicity"], "annotators": ["wang"], "note": ""},
}

OPERATIONS = (
    Operation(
        "GET",
        "/labels",
        list_labels,
        "Labels",
        N_("Read the log of labels"),
        N_("Every label, withdrawal and settlement, newest first. Entries are only ever added."),
        {200: Answer(N_("A page of the log."), "Labels", {"labels": [_LABEL], "next": None})},
        (
            Parameter("annotator", text(N_("Only this annotator's entries."), maxLength=64)),
            Parameter("document", identifier(N_("Only entries on this document.")), 1),
            Parameter("kind", one_of(KINDS, N_("Only entries of this kind."))),
            *paging(200, 50),
        ),
    ),
    Operation(
        "POST",
        "/labels",
        add_label,
        "Labels",
        N_("Label a paragraph or a statement"),
        N_(
            "Adds your label to the log. Your newer label of the same unit takes the place of your older one; where "
            "annotators differ, the unit is in conflict until it is settled. Give each label a text of its own in request, "
            "and it can be sent again without harm: the answer is then 200 with the first entry."
        ),
        {
            201: Answer(N_("The label was added."), "Labelled", _LABELLED),
            200: Answer(N_("A label with this request is there already."), "Labelled", _LABELLED),
        },
        bodies={JSON: Body("NewLabel", _NEW)},
        problems=(404, 409),
    ),
)
