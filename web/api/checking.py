"""Say what is wrong with a request in terms of the document: where it stands, the value, and what is allowed."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from web.api.acceptance import acceptance
from web.api.parts import Schema
from web.errors import RequestError

_MOST_ERRORS = 20
_LONGEST_VALUE = 100
_KINDS = {"string": "text", "integer": "a whole number", "number": "a number", "array": "a list", "object": "an object"}

Fault = dict[str, Any]


def _items(validator: Any, items: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    # A list that is too long is refused as it is: to look at millions of entries would keep the server busy.
    if not isinstance(value, list) or len(value) <= schema.get("maxItems", len(value)):
        yield from Draft202012Validator.VALIDATORS["items"](validator, items, value, schema)


RequestValidator: type[Validator] = extend(Draft202012Validator, {"items": _items})  # type: ignore[no-untyped-call]


class InvalidRequestError(RequestError):
    """A request that the document does not allow; ``faults`` say where and why."""

    def __init__(self, faults: list[Fault]) -> None:
        first = faults[0]
        more = f" ({len(faults) - 1} more in errors)" if len(faults) > 1 else ""
        place = f"{first['in']} {first['pointer']}".rstrip()
        super().__init__("{detail}", detail=f"{place}: {first['detail']}{more}")
        self.faults = faults


class UnsupportedBodyError(RequestError):
    """A body of a kind that the operation does not take."""

    status = 415


class Check:
    """What a schema allows, ready to be asked: nearly every value is quickly accepted, and all others fully looked at."""

    def __init__(self, schema: Schema) -> None:
        self.accepts = acceptance(schema)
        self.validator = RequestValidator(schema)

    def validate(self, value: Any) -> None:
        """Raise jsonschema's ValidationError where the schema does not allow the value."""
        self.validator.validate(value)


def faults_of(check: Check, value: Any, where: str, place: tuple[str, ...] = ()) -> list[Fault]:
    """Return what a schema does not allow in a value, each fault once; a long list is cut."""
    if check.accepts(value):
        return []
    found: dict[tuple[str, str], Fault] = {}
    try:
        for error in islice(check.validator.iter_errors(value), _MOST_ERRORS):
            for pointer, detail, shown in _said(error, place):
                found.setdefault((pointer, detail), fault(where, pointer, detail, shown))
    except RecursionError:
        return [fault(where, pointer_to(place), "is nested too deeply")]
    return list(found.values())[:_MOST_ERRORS]


def fault(where: str, pointer: str, detail: str, value: Any = None) -> Fault:
    """Return one fault as a problem document lists it; a value that is no single value is not shown."""
    result: Fault = {"in": where, "pointer": pointer, "detail": detail}
    if isinstance(value, str):
        result["value"] = value if len(value) <= _LONGEST_VALUE else value[:_LONGEST_VALUE] + "…"
    elif isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 2**63):
        result["value"] = value
    return result


def pointer_to(path: Iterable[Any]) -> str:
    """Return a JSON pointer (RFC 6901).

    >>> pointer_to(["texts", 3]), pointer_to(["a/b~"])
    ('/texts/3', '/a~1b~0')
    """
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _said(error: ValidationError, place: tuple[str, ...]) -> list[tuple[str, str, Any]]:
    path = [*place, *error.absolute_path]
    limit: Any = error.validator_value
    value: Any = error.instance
    schema: Any = error.schema
    if error.validator == "required":
        return [(pointer_to([*path, name]), "is missing", None) for name in limit if name not in value]
    if error.validator == "additionalProperties":
        known = schema["properties"]
        extra = list(islice((name for name in value if name not in known), _MOST_ERRORS))
        return [(pointer_to([*path, name]), f"is unknown; use only: {', '.join(known)}", value[name]) for name in extra]
    say = _SENTENCES.get(str(error.validator))
    detail = say(limit, value, schema) if say else error.message
    return [(pointer_to(path), detail, value)]


def _range(limit: Any, value: Any, schema: Any) -> str:
    if "maximum" not in schema:
        return f"must be {schema['minimum']} or more"
    return f"must be from {schema['minimum']} to {schema['maximum']}"


def _kind(limit: Any, value: Any, schema: Any) -> str:
    kinds = [limit] if isinstance(limit, str) else limit
    return f"must be {' or '.join(_KINDS.get(kind, kind) for kind in kinds)}"


_SENTENCES: dict[str, Callable[[Any, Any, Any], str]] = {
    "type": _kind,
    "enum": lambda limit, value, schema: f"must be one of: {', '.join(map(str, limit))}",
    "minimum": _range,
    "maximum": _range,
    "minLength": lambda limit, value, schema: f"has {len(value)} characters; at least {limit} are needed",
    "maxLength": lambda limit, value, schema: f"has {len(value)} characters; at most {limit} are allowed",
    "minItems": lambda limit, value, schema: f"has {len(value)} entries; at least {limit} are needed",
    "maxItems": lambda limit, value, schema: f"has {len(value)} entries; at most {limit} are allowed",
    "uniqueItems": lambda limit, value, schema: "names something twice; name each once",
    "pattern": lambda limit, value, schema: schema.get("title") or f"must match the pattern {limit}",
}
