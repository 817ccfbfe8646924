"""Small parts that schemas are written with, and the values that many of them share."""

from collections.abc import Mapping
from typing import Any

from classifier import BANDS, Codebook

Schema = dict[str, Any]

# Marks texts for the catalogue: the document is English, the guide page shows them in the reader's language.
N_ = str

# The database's own integers end here; a larger number is no ID of anything.
LARGEST_ID = 2**31 - 1


def text(description: str = "", **more: Any) -> Schema:
    """Describe a string."""
    return _described({"type": "string", **more}, description)


def integer(description: str = "", **more: Any) -> Schema:
    """Describe a whole number."""
    return _described({"type": "integer", **more}, description)


def number(description: str = "", **more: Any) -> Schema:
    """Describe a number."""
    return _described({"type": "number", **more}, description)


def boolean(description: str) -> Schema:
    """Describe what is true or false."""
    return _described({"type": "boolean"}, description)


def share(description: str = "") -> Schema:
    """Describe a probability or a share."""
    return number(description, minimum=0, maximum=1)


def one_of(values: tuple[str, ...], description: str = "") -> Schema:
    """Describe a string that is one of a few."""
    return _described({"type": "string", "enum": list(values)}, description)


def moment(description: str) -> Schema:
    """Describe a point in time."""
    return text(description, format="date-time")


def list_of(items: Schema, description: str = "", **more: Any) -> Schema:
    """Describe a list."""
    return _described({"type": "array", "items": items, **more}, description)


def record(
    properties: Mapping[str, Schema], description: str = "", *, optional: tuple[str, ...] = (), closed: bool = False
) -> Schema:
    """Describe an object that has all properties but the ``optional`` ones; a ``closed`` one allows no others."""
    required = [name for name in properties if name not in optional]
    more: Schema = {"required": required} if required else {}
    if closed:
        more["additionalProperties"] = False
    return _described({"type": "object", "properties": dict(properties), **more}, description)


def or_null(schema: Schema, description: str = "") -> Schema:
    """Describe what may be missing."""
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return _described({**schema, "type": [schema["type"], "null"]}, description)
    return _described({"anyOf": [schema, {"type": "null"}]}, description)


def ref(name: str, description: str = "") -> Schema:
    """Refer to a schema of the document's components."""
    return _described({"$ref": f"#/components/schemas/{name}"}, description)


def identifier(description: str = "") -> Schema:
    """Describe the ID of something in the database."""
    return integer(description, minimum=1, maximum=LARGEST_ID)


def cursor() -> Schema:
    """Describe where the next page of a list begins."""
    return or_null(integer(N_("Send it as after for the next page; null on the last one."), minimum=0))


def band_schema() -> Schema:
    """Describe the band of confidence of a theme that a model gave."""
    return or_null(
        one_of(BANDS),
        N_("Whether the theme can be accepted, needs a look, or is not to be trusted; null where that is not known."),
    )


def by_theme(book: Codebook, description: str) -> Schema:
    """Describe the probabilities of all themes."""
    return record({code: share() for code in book.theme_codes}, description)


def _described(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description} if description else schema
