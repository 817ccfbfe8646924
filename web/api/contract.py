"""The document in use: made of the operations for the codebook of the current model, with a check for each part."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Flask, current_app
from jsonschema import Draft202012Validator

from classifier import Codebook, Model
from web.api.checking import Check
from web.api.document import Access, document_of
from web.api.operations import Operation
from web.api.parts import Schema
from web.services import Services, services_of

MakeSchemas = Callable[[Codebook, int], dict[str, Schema]]

_NAME = "policy-themes api"


@dataclass(frozen=True)
class Contract:
    """Operations with the schemas of one codebook, by name."""

    operations: tuple[Operation, ...]
    schemas: Mapping[str, Schema]

    @cached_property
    def parameters(self) -> Mapping[tuple[str, str], Check]:
        """A check for each parameter, by operation and name."""
        return {
            (operation.name, parameter.name): Check(self.resolved(parameter.schema))
            for operation in self.operations
            for parameter in operation.parameters
        }

    @cached_property
    def bodies(self) -> Mapping[tuple[str, str], Check]:
        """A check for each body, by operation and media type."""
        return {
            (operation.name, media_type): Check(self.schemas[body.schema])
            for operation in self.operations
            for media_type, body in operation.bodies.items()
        }

    @cached_property
    def answers(self) -> Mapping[tuple[str, int], Draft202012Validator]:
        """A validator for each successful answer that has a body, by operation and status."""
        return {
            (operation.name, status): Draft202012Validator({**self.schemas[answer.schema], "components": self._components})
            for operation in self.operations
            for status, answer in operation.answers.items()
            if answer.schema
        }

    @property
    def _components(self) -> Mapping[str, Any]:
        return {"schemas": self.schemas}

    def document(self, access: Access) -> dict[str, Any]:
        """Return the OpenAPI document; ``access`` says who is asked to log in."""
        return document_of(self.operations, self.schemas, access)

    def resolved(self, schema: Schema) -> Schema:
        """Return a schema, or the one that it refers to with the words beside the reference."""
        reference = schema.get("$ref")
        if reference is None:
            return schema
        beside = {name: value for name, value in schema.items() if name != "$ref"}
        return {**self.schemas[reference.rpartition("/")[2]], **beside}


class Contracts:
    """The contract for the model in use, made anew when another model is."""

    def __init__(self, operations: tuple[Operation, ...], make_schemas: MakeSchemas) -> None:
        self._operations, self._make_schemas = operations, make_schemas
        self._held: tuple[Model, Contract] | None = None

    def get(self, services: Services) -> Contract:
        """Return the contract for the model that is in use now."""
        model, held = services.models.get().model, self._held
        if held is None or held[0] is not model:
            made = Contract(self._operations, self._make_schemas(model.codebook, services.settings.longest_text))
            self._held = held = (model, made)
        return held[1]


def hold_contracts(extensions: dict[str, Any], operations: tuple[Operation, ...], make_schemas: MakeSchemas) -> None:
    """Give an application its contracts."""
    extensions[_NAME] = Contracts(operations, make_schemas)


def contract() -> Contract:
    """Return the contract of the application that handles this request."""
    return contract_of(current_app)


def contract_of(app: Flask) -> Contract:
    """Return the contract of an application."""
    found: Contracts = app.extensions[_NAME]
    return found.get(services_of(app))
