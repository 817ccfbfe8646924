"""How far annotators agree."""

from typing import Any

from flask import Response, jsonify

from classifier import AGREEMENT_KINDS, Agreement, Codebook
from web.api.operations import Answer, Asked, Operation
from web.api.parts import N_, Schema, identifier, integer, list_of, number, one_of, or_null, record, ref, text
from web.services import services
from web.store.agreement import compared


def agreement(asked: Asked) -> Response:
    """Compare annotators."""
    current = services().models.get()
    with services().database.reading() as session:
        found = compared(session, current.model.codebook)
    return jsonify(
        together=[_record(each) for each in found.together],
        pairs=[_record(each) for each in found.pairs],
    )


def _record(found: Agreement) -> dict[str, Any]:
    return {
        "annotators": list(found.annotators),
        "kind": found.kind,
        "units": found.units,
        "kappa": {name: each.to_dict() for name, each in found.kappa.items()},
        "alpha": {name: each.to_dict() for name, each in found.alpha.items()},
        "disagreements": [
            {
                "document_name": each.key[0],
                "paragraph": each.key[1],
                "statement": each.key[2],
                "codes": dict(each.codes),
            }
            for each in found.disagreements
        ],
    }


def schemas(book: Codebook, longest_text: int) -> dict[str, Schema]:
    """Return the schemas of what is answered here."""
    coefficients = {"type": "object", "additionalProperties": ref("Coefficient")}
    return {
        "Agreements": record(
            {
                "together": list_of(ref("Agreement"), N_("All annotators together, where there are more than two.")),
                "pairs": list_of(ref("Agreement"), N_("Every two annotators with two units or more in common.")),
            }
        ),
        "Agreement": record(
            {
                "annotators": list_of(text(), N_("Who was compared.")),
                "kind": one_of(AGREEMENT_KINDS, N_("Which units were compared.")),
                "units": integer(N_("How many units two of them or more have labelled."), minimum=0),
                "kappa": {
                    **coefficients,
                    "description": N_(
                        "Cohen's kappa over leaf codes, over themes, and for each theme; the mean over pairs where there "
                        "are more than two annotators."
                    ),
                },
                "alpha": {**coefficients, "description": N_("Krippendorff's alpha of the same.")},
                "disagreements": list_of(ref("Disagreement"), N_("Every unit on which they differ.")),
            }
        ),
        "Coefficient": record(
            {
                "value": or_null(number(N_("The coefficient; null where only one code occurs."))),
                "low": or_null(number(N_("The lower end of its interval (bootstrap, 19 in 20)."))),
                "high": or_null(number(N_("The upper end of its interval (bootstrap, 19 in 20)."))),
            }
        ),
        "Disagreement": record(
            {
                "document_name": text(N_("The document's name.")),
                "paragraph": identifier(N_("The paragraph's position in the document, from 1.")),
                "statement": integer(N_("Its place in the paragraph, from 1; 0 for the paragraph."), minimum=0),
                "codes": {
                    "type": "object",
                    "additionalProperties": text(),
                    "description": N_("The leaf code of each annotator who has read it."),
                },
            }
        ),
    }


_COEFFICIENTS = {
    "leaf codes": {"value": 0.81, "low": 0.66, "high": 0.93},
    "themes": {"value": 0.84, "low": 0.7, "high": 0.95},
}
_AGREEMENT = {
    "annotators": ["li", "wang"],
    "kind": "paragraphs",
    "units": 42,
    "kappa": _COEFFICIENTS,
    "alpha": _COEFFICIENTS,
    "disagreements": [
        {
            "document_name": "001_9bdf4c4ff745681c.txt",
            "paragraph": 16,
            "statement": 0,
            "codes": {"li": "mediation", "wang": "legal_aid"},
        }
    ],
}

OPERATIONS = (
    Operation(
        "GET",
        "/agreement",
        agreement,
        "Labels",
        N_("Compare annotators"),
        N_(
            "How far annotators agree on the units that two of them or more have labelled, with intervals; computed from "
            "the log as it stands."
        ),
        {200: Answer(N_("All pairs, most units first."), "Agreements", {"together": [], "pairs": [_AGREEMENT]})},
    ),
)
