"""How far annotators agree with each other, and with what was settled before."""

from typing import Any

from flask import Response, jsonify

from classifier import AGREEMENT_KINDS, Agreement, Checks, Codebook
from web.api.operations import Answer, Asked, Operation
from web.api.parts import (
    N_,
    Schema,
    boolean,
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
from web.store.agreement import compared
from web.store.drift import AnnotatorDrift, annotators_drift


def agreement(asked: Asked) -> Response:
    """Compare annotators."""
    current = services().models.get()
    with services().database.reading() as session:
        found = compared(session, current.model.codebook)
    return jsonify(
        together=[_record(each) for each in found.together],
        pairs=[_record(each) for each in found.pairs],
    )


def drift(asked: Asked) -> Response:
    """Show how annotators read planted units."""
    with services().database.reading() as session:
        found = annotators_drift(session, services().models.get().model.codebook)
    return jsonify(annotators=[_drift_record(each) for each in found])


def _drift_record(found: AnnotatorDrift) -> dict[str, Any]:
    return {
        "annotator": found.annotator,
        "overall": _checks_record(found.overall),
        "months": [{"month": month, **_checks_record(checks)} for month, checks in found.months.items()],
        "earlier": _checks_record(found.drift.earlier),
        "recent": _checks_record(found.drift.recent),
        "p_value": found.drift.p_value,
        "fallen": found.drift.fallen,
    }


def _checks_record(checks: Checks) -> dict[str, Any]:
    return {"read": checks.read, "same": checks.same, "share": checks.share.to_dict()}


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


def _checks() -> dict[str, Schema]:
    return {
        "read": integer(N_("How many planted units were read."), minimum=0),
        "same": integer(N_("How many got the theme that is settled."), minimum=0),
        "share": ref("Coefficient", N_("Their share, with its interval (Clopper and Pearson).")),
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
                "value": or_null(number(N_("The value; null where it is undefined."))),
                "low": or_null(number(N_("The lower end of its interval, which covers 19 in 20."))),
                "high": or_null(number(N_("The upper end of its interval, which covers 19 in 20."))),
            }
        ),
        "AnnotatorDrifts": record({"annotators": list_of(ref("AnnotatorDrift"), N_("By name."))}),
        "AnnotatorDrift": record(
            {
                "annotator": text(N_("The annotator.")),
                "overall": ref("Checks", N_("All planted units.")),
                "months": list_of(
                    record({"month": text(N_("The month, such as 2026-11.")), **_checks()}),
                    N_("The same by month, in order."),
                ),
                "earlier": ref("Checks", N_("All before the recent ones.")),
                "recent": ref("Checks", N_("The last 20.")),
                "p_value": or_null(
                    share(N_("Fisher's exact test, one-sided, of recent and earlier; null below 10 earlier."))
                ),
                "fallen": boolean(N_("Whether agreement has fallen: the p-value is below 0.05.")),
            }
        ),
        "Checks": record(_checks()),
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

_CHECKS = {"read": 12, "same": 11, "share": {"value": 0.9167, "low": 0.6152, "high": 0.9979}}
_DRIFT = {
    "annotator": "li",
    "overall": _CHECKS,
    "months": [{"month": "2026-11", **_CHECKS}],
    "earlier": {"read": 0, "same": 0, "share": {"value": None, "low": None, "high": None}},
    "recent": _CHECKS,
    "p_value": None,
    "fallen": False,
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
    Operation(
        "GET",
        "/drift",
        drift,
        "Labels",
        N_("See whether annotators drift"),
        N_(
            "How each annotator read units that were settled before and planted into the queues, beside what was settled. "
            "Such readings are nobody's vote."
        ),
        {200: Answer(N_("Everybody who has read a planted unit."), "AnnotatorDrifts", {"annotators": [_DRIFT]})},
    ),
)
