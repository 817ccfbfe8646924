"""Accept a well-formed value quickly: a schema compiled to a function that says yes, or leaves the word to jsonschema.

A yes means that the schema allows the value. A no says nothing yet: the full validator finds what is wrong, and its words.
"""

from collections.abc import Callable, Mapping
from typing import Any

from web.api.parts import Schema

Accepts = Callable[[Any], bool]

_WORDS_ONLY = {"description", "default", "title", "format"}


def acceptance(schema: Schema) -> Accepts:
    """Return a function that is true only for values that the schema allows; for a schema it does not know, never true.

    >>> accepts = acceptance({"type": "array", "items": {"type": "string", "maxLength": 2}, "minItems": 1})
    >>> accepts(["普法"]), accepts(["普法了"]), accepts([]), accepts([1])
    (True, False, False, False)
    """
    make = _MAKERS.get(str(schema.get("type")))
    known = _KEYWORDS.get(str(schema.get("type")), set()) | _WORDS_ONLY | {"type"}
    return make(schema) if make is not None and schema.keys() <= known else _never


def _never(value: Any) -> bool:
    return False


def _string(schema: Schema) -> Accepts:
    least, most = schema.get("minLength", 0), schema.get("maxLength", float("inf"))
    allowed = frozenset(schema["enum"]) if "enum" in schema else None

    def accepts(value: Any) -> bool:
        return type(value) is str and least <= len(value) <= most and (allowed is None or value in allowed)

    return accepts


def _integer(schema: Schema) -> Accepts:
    least, most = schema.get("minimum", float("-inf")), schema.get("maximum", float("inf"))

    def accepts(value: Any) -> bool:
        return type(value) is int and least <= value <= most

    return accepts


def _boolean(schema: Schema) -> Accepts:
    return lambda value: type(value) is bool


def _array(schema: Schema) -> Accepts:
    least, most = schema.get("minItems", 0), schema.get("maxItems", float("inf"))
    item = acceptance(schema["items"]) if "items" in schema else _never

    def accepts(value: Any) -> bool:
        return type(value) is list and least <= len(value) <= most and all(map(item, value))

    return accepts


def _object(schema: Schema) -> Accepts:
    properties: Mapping[str, Accepts] = {
        name: acceptance(own) if isinstance(own, dict) else _never for name, own in schema.get("properties", {}).items()
    }
    required = frozenset(schema.get("required", ()))

    def accepts(value: Any) -> bool:
        if type(value) is not dict or not required <= value.keys():
            return False
        # Properties that the schema does not name are left to the full validator, whether it allows them or not.
        return all(name in properties and properties[name](own) for name, own in value.items())

    return accepts


_MAKERS: Mapping[str, Callable[[Schema], Accepts]] = {
    "string": _string,
    "integer": _integer,
    "boolean": _boolean,
    "array": _array,
    "object": _object,
}
_KEYWORDS: Mapping[str, set[str]] = {
    "string": {"minLength", "maxLength", "enum"},
    "integer": {"minimum", "maximum"},
    "array": {"items", "minItems", "maxItems"},
    "object": {"properties", "required", "additionalProperties"},
}
