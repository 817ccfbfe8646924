"""``GET /openapi.json``: the document that this API is made from."""

from flask import Response, jsonify

from classifier import Codebook
from web.api.contract import contract
from web.api.document import Access
from web.api.operations import Answer, Asked, Operation
from web.api.parts import N_, Schema, integer, list_of, one_of, record, text
from web.services import services
from web.store.users import has_accounts


def openapi(asked: Asked) -> Response:
    """Return the document."""
    return jsonify(contract().document(access()))


def access() -> Access:
    """Return who has to log in here."""
    with services().database.reading() as session:
        return Access(has_accounts(session), services().settings.private)


def schemas(book: Codebook, longest_text: int) -> dict[str, Schema]:
    """Return the schemas of the document itself and of problems."""
    fault = {
        "in": one_of(("body", "query", "path"), N_("The part of the request.")),
        "pointer": text(N_("A JSON pointer to what is wrong.")),
        "detail": text(N_("What is allowed there.")),
        "value": {"description": N_("What was sent, cut where it is long.")},
    }
    return {
        "Problem": record(
            {
                "type": text(N_("Always about:blank: the status says what kind of problem it is.")),
                "title": text(N_("What the status means.")),
                "status": integer(N_("The status of the answer."), minimum=400, maximum=599),
                "detail": text(N_("What is wrong, and what to do.")),
                "errors": list_of(
                    record(fault, optional=("value",)), N_("Everything in the request that is not as described.")
                ),
            },
            N_("A problem as RFC 9457 describes it."),
            optional=("errors",),
        ),
        "OpenAPI": {"type": "object", "required": ["openapi", "info", "paths", "components"]},
    }


OPERATIONS = (
    Operation(
        "GET",
        "/openapi.json",
        openapi,
        "Model",
        N_("Read this description"),
        N_("As an OpenAPI 3.1 document, for programs that make clients and tests from it."),
        {200: Answer(N_("The document."), "OpenAPI")},
    ),
)
