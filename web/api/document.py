"""The OpenAPI document, assembled from operations and schemas."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from classifier import VERSION
from web.api.operations import Answer, Operation, Parameter
from web.api.parts import N_, Schema, ref, text
from web.permissions import OPEN, READ

PREFIX = "/api/v1"
PROBLEM = "application/problem+json"

TITLE = N_("Policy themes")
ABOUT = N_(
    "Classify paragraphs of justice-bureau reports by policy theme, keep documents and labels, and read theme mixes. "
    "Everything that the pages show stands here as JSON."
)
TOPICS: Mapping[str, str] = {
    N_("Classification"): N_("Themes of any texts. Nothing is stored."),
    N_("Theme mix"): N_("Shares of the themes by jurisdiction, and the paragraphs behind each share."),
    N_("Documents"): N_("Reports and their paragraphs."),
    N_("Labels"): N_("What annotators say: the log of all labels, what to label next, and how far annotators agree."),
    N_("Model"): N_("The codebook, the model in use, and work in the background."),
}
PROBLEMS: Mapping[int, str] = {
    400: N_("The request is not as described here; errors says where, the value, and what is allowed."),
    401: N_("A log-in or a token is needed, or the token does not work."),
    403: N_("The account may not do this, or a browser sent the request for another site."),
    404: N_("There is no such thing, or no longer."),
    409: N_("What is stored already does not allow this."),
    413: N_("The request is larger than the server takes; send it in parts."),
    415: N_("The body is of another type than the ones described here."),
}
OTHERWISE = N_(
    "Anything else, such as 429 (wait), or 503 (too many requests wait, or the database does not answer): send it again "
    "after as many seconds as Retry-After says."
)
SCHEMES: Mapping[str, Schema] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": N_("A token of your account, in a header: Authorization: Bearer TOKEN."),
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "policy_themes",
        "description": N_("The log-in of a browser, for pages of this server."),
    },
}


@dataclass(frozen=True)
class Access:
    """Who has to log in: nobody while there are no ``accounts``; for reading too where the server is ``private``."""

    accounts: bool
    private: bool

    def needed_for(self, operation: Operation) -> bool:
        """Tell whether an operation wants a log-in or a token."""
        open_to_all = operation.permission == OPEN or (operation.permission == READ and not self.private)
        return self.accounts and not open_to_all


def document_of(operations: Iterable[Operation], schemas: Mapping[str, Schema], access: Access) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of operations and the schemas that they name."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, access)
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": VERSION, "description": ABOUT},
        "servers": [{"url": PREFIX}],
        "tags": [{"name": name, "description": description} for name, description in TOPICS.items()],
        "paths": paths,
        "components": {
            "schemas": dict(schemas),
            "responses": {_problem_name(status): _problem(said) for status, said in {**PROBLEMS, 0: OTHERWISE}.items()},
            "securitySchemes": dict(SCHEMES),
        },
    }


def _operation(operation: Operation, access: Access) -> dict[str, Any]:
    result: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.topic],
        "summary": operation.summary,
        "description": operation.description,
        "security": [{"token": []}, {"session": []}] if access.needed_for(operation) else [],
    }
    if operation.permission != OPEN and not result["security"]:
        # A token that is sent is looked at all the same, and its account's name stands on what is added.
        result["security"] = [{}, {"token": []}, {"session": []}]
    if operation.parameters:
        result["parameters"] = [_parameter(parameter) for parameter in operation.parameters]
    if operation.bodies:
        content = {kind: {"schema": ref(body.schema), "example": body.example} for kind, body in operation.bodies.items()}
        result["requestBody"] = {"required": True, "content": content}
    responses = {str(status): _answer(answer) for status, answer in operation.answers.items()}
    problems = [status for status in operation.statuses if status not in operation.answers]
    responses |= {str(status): {"$ref": f"#/components/responses/{_problem_name(status)}"} for status in problems}
    result["responses"] = responses | {"default": {"$ref": f"#/components/responses/{_problem_name(0)}"}}
    return result


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema = dict(parameter.schema)
    result: dict[str, Any] = {"name": parameter.name, "in": parameter.where}
    if "description" in schema:
        result["description"] = schema.pop("description")
    result |= {"required": parameter.required, "schema": schema}
    return result if parameter.example is None else {**result, "example": parameter.example}


def _answer(answer: Answer) -> dict[str, Any]:
    result: dict[str, Any] = {"description": answer.description}
    if answer.headers:
        result["headers"] = {
            name: {"description": said, "required": True, "schema": text()} for name, said in answer.headers.items()
        }
    if answer.schema:
        shown = {} if answer.example is None else {"example": answer.example}
        result["content"] = {"application/json": {"schema": ref(answer.schema), **shown}}
    return result


def _problem_name(status: int) -> str:
    return HTTPStatus(status).phrase.title().replace(" ", "").replace("-", "") if status else "Otherwise"


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {PROBLEM: {"schema": ref("Problem")}}}
