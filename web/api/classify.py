"""``POST /classify``: themes of texts, with their statements and the terms that decided."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, repeat
from typing import Any

import numpy as np
from flask import Response, jsonify

from classifier import Codebook, Evidence, Model, Prediction
from web.api.operations import JSON, Answer, Asked, Body, Operation
from web.api.parts import N_, Schema, band_schema, by_theme, integer, list_of, number, one_of, record, ref, share, text
from web.services import services

MOST_TEXTS, MOST_EVIDENCE, USUAL_EVIDENCE = 1000, 200, 20
_DIGITS = 6
_FEW = 100  # So many numbers Python rounds faster than NumPy.
# So many characters are classified in one go that a large request takes no more memory than a small one.
_CHARACTERS_AT_ONCE = 100_000


def classify(asked: Asked) -> Response:
    """Classify texts."""
    return jsonify(classified(services().models.get().model, asked.body))


def classified(model: Model, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of the texts of a body that was checked."""
    return _answer(model, _results(model, body["texts"], body.get("evidence", USUAL_EVIDENCE)))


def classified_each(model: Model, bodies: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what is said of the texts of each body; the texts of all that want the same are classified in one go."""
    answers: dict[int, dict[str, Any]] = {}
    for most in {body.get("evidence", USUAL_EVIDENCE) for body in bodies}:
        places = [place for place, body in enumerate(bodies) if body.get("evidence", USUAL_EVIDENCE) == most]
        results = iter(_results(model, [text for place in places for text in bodies[place]["texts"]], most))
        for place in places:
            answers[place] = _answer(model, list(islice(results, len(bodies[place]["texts"]))))
    return [answers[place] for place in range(len(bodies))]


def _answer(model: Model, results: list[dict[str, Any]]) -> dict[str, Any]:
    return {"model": model.identity, "results": results}


def _results(model: Model, texts: Sequence[str], most: int) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    for chunk in _chunks(texts):
        if most:
            found = model.explain_each(chunk, most=most)
            results += _described([each.prediction for each in found], [each.evidence for each in found])
        else:
            results += _described(model.predict(chunk), repeat((), len(chunk)))
    return results


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    first = size = 0
    for place, each in enumerate(texts):
        if size and size + len(each) > _CHARACTERS_AT_ONCE:
            yield texts[first:place]
            first, size = place, 0
        size += len(each)
    yield texts[first:]


def _described(predictions: Sequence[Prediction], evidence: Iterable[Sequence[Evidence]]) -> list[dict[str, Any]]:
    """Return predictions and the evidence for them as plain data, with all numbers of a kind rounded in one go."""
    evidence = [own if prediction.theme else () for prediction, own in zip(predictions, evidence, strict=True)]
    confidence = _rounded(prediction.confidence for prediction in predictions)
    scores = _rounded(chain.from_iterable(prediction.scores.values() for prediction in predictions))
    of_statements = _rounded(part.confidence for prediction in predictions for part in prediction.statements)
    weights = _rounded(item.weight for items in evidence for item in items)
    return [
        {
            "theme": prediction.theme,
            "detail": prediction.detail,
            "confidence": next(confidence),
            "band": prediction.band,
            "secondary": prediction.secondary,
            "scores": dict(zip(prediction.scores, scores)),  # noqa: B905 - scores go on with the next text
            "statements": [
                {
                    "text": part.text,
                    "start": part.start,
                    "end": part.end,
                    "theme": part.theme,
                    "detail": part.detail,
                    "confidence": next(of_statements),
                }
                for part in prediction.statements
            ],
            "evidence": [
                {"term": term, "start": start, "end": end, "weight": next(weights)} for term, start, end, _ in items
            ],
        }
        for prediction, items in zip(predictions, evidence, strict=True)
    ]


def _rounded(values: Iterable[float]) -> Iterator[float]:
    found = list(values)
    rounded: list[float] = (
        [round(value, _DIGITS) for value in found] if len(found) < _FEW else np.round(found, _DIGITS).tolist()
    )
    return iter(rounded)


def schemas(book: Codebook, longest_text: int) -> dict[str, Schema]:
    """Return the schemas of what is sent and answered here."""
    offset = integer(N_("Offset in the text, counted in Unicode code points."), minimum=0)
    return {
        "Texts": record(
            {
                "texts": list_of(
                    text(maxLength=longest_text),
                    N_("Each a paragraph or a statement. Lone surrogates are read as U+FFFD."),
                    minItems=1,
                    maxItems=MOST_TEXTS,
                ),
                "evidence": integer(
                    N_("How many occurrences of terms each result has at most: the strongest, for and against."),
                    minimum=0,
                    maximum=MOST_EVIDENCE,
                    default=USUAL_EVIDENCE,
                ),
            },
            optional=("evidence",),
            closed=True,
        ),
        "Classified": record(
            {
                "model": text(N_("The model's name: the codebook's version and a digest of what it was trained on.")),
                "results": list_of(ref("Result"), N_("One for each text, in order.")),
            }
        ),
        "Result": record(
            {
                "theme": one_of((*book.theme_codes, ""), N_("The theme; empty for a text without any letter or digit.")),
                "detail": one_of((*book.leaf_codes, ""), N_("The leaf code: the theme, or its most probable sub-code.")),
                "confidence": share(N_("The theme's probability.")),
                "band": band_schema(),
                "secondary": list_of(one_of(book.secondary_codes), N_("Further themes that some statement is about.")),
                "scores": by_theme(book, N_("The probability of each theme; they sum to 1.")),
                "statements": list_of(ref("Statement"), N_("The text's statements, in order.")),
                "evidence": list_of(
                    ref("Evidence"), N_("The strongest occurrences of terms for and against detail, by place in the text.")
                ),
            }
        ),
        "Statement": record(
            {
                "text": text(N_("The statement: the text from start to end.")),
                "start": offset,
                "end": offset,
                "theme": one_of(book.theme_codes, N_("The statement's theme.")),
                "detail": one_of(book.leaf_codes, N_("The statement's leaf code.")),
                "confidence": share(N_("The theme's probability.")),
            }
        ),
        "Evidence": record(
            {
                "term": text(N_("The term as the model knows it: small letters, plain forms, digits as 0.")),
                "start": offset,
                "end": offset,
                "weight": number(N_("What this occurrence adds to the score of detail, in log-odds.")),
            }
        ),
    }


_TEXT = "走进企业开展法治体检86次，化解劳资纠纷12件。"
EXAMPLE: dict[str, Any] = {
    "model": "1.0-9c8f71503117",
    "results": [
        {
            "theme": "business_environment",
            "detail": "business_environment",
            "confidence": 0.974281,
            "band": "accept",
            "secondary": [],
            "scores": {
                "business_environment": 0.974281,
                "enforcement_reform": 0.000119,
                "mediation": 0.024648,
                "legal_aid": 0.000001,
                "publicity": 0.000067,
                "party_building": 0.000042,
                "other": 0.000843,
            },
            "statements": [
                {
                    "text": _TEXT,
                    "start": 0,
                    "end": len(_TEXT),
                    "theme": "business_environment",
                    "detail": "business_environment",
                    "confidence": 0.974281,
                }
            ],
            "evidence": [
                {"term": "企", "start": 2, "end": 3, "weight": 2.317606},
                {"term": "企业", "start": 2, "end": 4, "weight": 1.769838},
            ],
        }
    ],
}

OPERATIONS = (
    Operation(
        "POST",
        "/classify",
        classify,
        "Classification",
        N_("Classify texts"),
        N_(
            "Each text gets its theme with probabilities, the same for each of its statements, and the terms that decided. "
            "Send many texts in one request: that is many times faster than one by one."
        ),
        {200: Answer(N_("One result for each text, in order."), "Classified", EXAMPLE)},
        bodies={JSON: Body("Texts", {"texts": [_TEXT], "evidence": 2})},
    ),
)
