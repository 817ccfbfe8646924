"""The JSON API under ``/api/v1``: its routes are those of its OpenAPI document, one for each operation."""

from collections.abc import Callable

from flask import Blueprint, Response
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from classifier import Codebook
from web.api import agreement, classify, compare, documents, labels, mix, model, openapi, paragraphs, review, snapshots
from web.api.checking import InvalidRequestError
from web.api.contract import contract, hold_contracts
from web.api.document import PREFIX
from web.api.operations import BLUEPRINT, Operation
from web.api.parts import Schema
from web.api.reading import read_request
from web.problems import problem

_RESOURCES = (classify, mix, compare, snapshots, documents, paragraphs, labels, review, agreement, model, openapi)

OPERATIONS: tuple[Operation, ...] = tuple(operation for resource in _RESOURCES for operation in resource.OPERATIONS)

api = Blueprint(BLUEPRINT, __name__, url_prefix=PREFIX)


def _schemas(book: Codebook, longest_text: int) -> dict[str, Schema]:
    return {name: schema for resource in _RESOURCES for name, schema in resource.schemas(book, longest_text).items()}


def _served(operation: Operation) -> Callable[..., ResponseReturnValue]:
    def serve(**path: str) -> ResponseReturnValue:
        return operation.view(read_request(contract(), operation, path))

    serve.__name__, serve.__doc__ = operation.name, operation.view.__doc__
    return serve


for _operation in OPERATIONS:
    api.add_url_rule(_operation.rule, _operation.name, _served(_operation), methods=[_operation.method])


@api.record_once
def _hold_contracts(state: BlueprintSetupState) -> None:
    hold_contracts(state.app.extensions, OPERATIONS, _schemas)


@api.errorhandler(InvalidRequestError)
def _invalid(error: InvalidRequestError) -> Response:
    return problem(error.status, str(error), errors=error.faults)
