"""Read a request as its operation describes it; whatever is not as described is refused with its place and value."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, NoReturn

from flask import request
from werkzeug.datastructures import FileStorage

from web.api.checking import Check, Fault, InvalidRequestError, UnsupportedBodyError, fault, faults_of, pointer_to
from web.api.contract import Contract
from web.api.operations import JSON, Asked, Operation
from web.api.parts import Schema
from web.errors import NotFoundError
from web.store.documents import storable

_WHOLE_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})")
_MOST_NAMES = 50  # More parameters than any address takes; one too many is enough to refuse it.
# JSON can write characters that no text and no database holds.
_UNSTORABLE = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")


@dataclass(frozen=True)
class SentFile:
    """A file of a form: its name, empty where it has none, its bytes, and its text where they are UTF-8."""

    name: str
    data: bytes
    text: str | None


def read_request(contract: Contract, operation: Operation, path: Mapping[str, str]) -> Asked:
    """Return what the request asks; InvalidRequestError, NotFoundError or UnsupportedBodyError where it cannot be."""
    return Asked(_path(contract, operation, path), _query(contract, operation), _body(contract, operation))


def _path(contract: Contract, operation: Operation, path: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    schemas = {parameter.name: parameter.schema for parameter in operation.parameters if parameter.where == "path"}
    for name, sent in path.items():
        value = _converted(sent, schemas[name])
        faulty = faults_of(contract.parameters[operation.name, name], value, "path")
        if faulty and schemas[name].get("type") == "string":
            raise NotFoundError("There is no {name} {value}.", name=name, value=repr(sent[:40]))
        if faulty:
            raise NotFoundError(
                "There is no {name} {value}; an ID is a whole number from 1.", name=name, value=repr(sent[:40])
            )
        values[name] = value
    return values


def _query(contract: Contract, operation: Operation) -> dict[str, Any]:
    known = {parameter.name: parameter for parameter in operation.parameters if parameter.where == "query"}
    faults: list[Fault] = []
    for name in islice(request.args, _MOST_NAMES):
        if name not in known:
            allowed = f"use only: {', '.join(known)}" if known else "this address takes none"
            faults.append(fault("query", pointer_to([storable(name)]), f"is unknown; {allowed}"))
    values: dict[str, Any] = {}
    for name, parameter in known.items():
        schema = contract.resolved(parameter.schema)
        sent = request.args.getlist(name)
        values[name] = schema.get("default")
        if len(sent) > 1:
            faults.append(fault("query", pointer_to([name]), "stands there more than once; give it once"))
        elif sent:
            values[name] = _converted(storable(sent[0]), schema)
            faults += faults_of(contract.parameters[operation.name, name], values[name], "query", (name,))
        elif parameter.required:
            faults.append(fault("query", pointer_to([name]), "is missing"))
    if faults:
        raise InvalidRequestError(faults)
    return values


def _converted(sent: str, schema: Schema) -> Any:
    return int(sent) if schema.get("type") == "integer" and _WHOLE_NUMBER.fullmatch(sent) else sent


def _body(contract: Contract, operation: Operation) -> Any:
    if not operation.bodies:
        return None
    kind = request.mimetype
    if kind not in operation.bodies:
        raise UnsupportedBodyError(
            "The body is {kind}; send one of: {allowed}", kind=kind or "of no type", allowed=", ".join(operation.bodies)
        )
    check = contract.bodies[operation.name, kind]
    return _json_body(check) if kind == JSON else _form_body(check)


def _json_body(check: Check) -> Any:
    value = read_json(request.get_data(cache=False))
    if faults := faults_of(check, value, "body"):
        raise InvalidRequestError(faults)
    return value


def read_json(data: bytes) -> Any:
    """Return the value of a JSON body with every text as it can be stored; InvalidRequestError says what is wrong."""
    try:
        text = data.decode("utf-8-sig")
        value = json.loads(text, parse_constant=_refuse_constant, parse_float=_number, object_pairs_hook=_once_each)
        return _storable(value) if _UNSTORABLE.search(text) else value
    except UnicodeDecodeError as error:
        detail = f"is not UTF-8 (byte {error.start})"
    except json.JSONDecodeError as error:
        detail = f"is not JSON: {error.msg} (line {error.lineno}, column {error.colno})"
    except RecursionError:
        detail = "is nested too deeply"
    except ValueError as error:
        detail = f"is not JSON: {error}"
    raise InvalidRequestError([fault("body", "", detail)])


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number there")


def _number(digits: str) -> float:
    value = float(digits)
    return int(value) if value.is_integer() else value  # 1.0 is a whole number in JSON.


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return result


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable(each) for each in value]
    return {storable(name): _storable(each) for name, each in value.items()} if isinstance(value, dict) else value


def _form_body(check: Check) -> Any:
    sent: dict[str, Any] = {}
    checked: dict[str, str] = {}
    faults: list[Fault] = []
    for name in islice((*request.form, *request.files), _MOST_NAMES):
        values: list[str | FileStorage] = [*request.form.getlist(name), *request.files.getlist(name)]
        if len(values) > 1:
            faults.append(fault("body", pointer_to([storable(name)]), "stands there more than once; give it once"))
        value = values[0]
        if isinstance(value, str):
            checked[storable(name)] = sent[storable(name)] = storable(value)
        else:
            data = value.read()
            text = _text_of(data)
            sent[storable(name)] = SentFile(value.filename or "", data, text)
            # What a file of another kind holds, its reader finds out.
            checked[storable(name)] = "0" if text is None else text
    faults += faults_of(check, checked, "body")
    if faults:
        raise InvalidRequestError(faults)
    if isinstance(sent["file"], str):
        sent["file"] = SentFile("", sent["file"].encode(), sent["file"])
    return sent


def _text_of(data: bytes) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
