"""The guide to the API as its page shows it: the document in the reader's language, with requests to copy."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from flask_babel import gettext

from web.api.document import OTHERWISE, PREFIX, PROBLEMS
from web.api.operations import JSON
from web.api.parts import N_, Schema

KINDS: Mapping[str, str] = {
    "string": N_("text"),
    "integer": N_("whole number"),
    "number": N_("number"),
    "boolean": N_("true or false"),
    "array": N_("list"),
    "object": N_("object"),
}
_MOST_NAMED = 12
_LONGEST_LINE = 90


@dataclass(frozen=True)
class Field:
    """A parameter, or a property of a body: ``limits`` says what is allowed, ``choices`` every value where they are few."""

    name: str
    kind: str
    required: bool
    description: str
    limits: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Request:
    """A body that can be sent, and a request with it: ``fields`` is empty where there is no body."""

    media_type: str
    fields: tuple[Field, ...]
    command: str


@dataclass(frozen=True)
class Reply:
    """A successful answer with an example."""

    status: int
    meaning: str
    fields: tuple[Field, ...]
    example: str


@dataclass(frozen=True)
class Entry:
    """One operation of the guide."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    log_in: bool
    parameters: tuple[Field, ...]
    requests: tuple[Request, ...]
    replies: tuple[Reply, ...]
    problems: tuple[int, ...]


@dataclass(frozen=True)
class Topic:
    """Operations that belong together."""

    name: str
    id: str
    description: str
    entries: tuple[Entry, ...]


def guide_of(document: Mapping[str, Any], address: str) -> list[Topic]:
    """Return the guide to a document whose server answers at ``address``, such as ``http://localhost:8000``."""
    guide = _Guide(document, address.rstrip("/") + PREFIX)
    return [
        Topic(_shown(tag["name"]), f"topic-{number}", _shown(tag["description"]), tuple(guide.entries(tag["name"])))
        for number, tag in enumerate(document["tags"], 1)
    ]


def status_table() -> list[tuple[str, str, str]]:
    """Return every status of an error: its number, what HTTP calls it, and what it means here."""
    known = [(str(status), HTTPStatus(status).phrase, _shown(meaning)) for status, meaning in PROBLEMS.items()]
    return [*known, ("…", "", _shown(OTHERWISE))]


@dataclass(frozen=True)
class _Guide:
    document: Mapping[str, Any]
    base: str

    def entries(self, topic: str) -> Iterator[Entry]:
        for path, methods in self.document["paths"].items():
            for method, said in methods.items():
                if topic in said["tags"]:
                    yield self._entry(path, method.upper(), said)

    def _entry(self, path: str, method: str, said: Mapping[str, Any]) -> Entry:
        log_in = {} not in said["security"] and bool(said["security"])
        parameters = said.get("parameters", [])
        responses = said["responses"]
        return Entry(
            said["operationId"],
            method,
            PREFIX + path,
            _shown(said["summary"]),
            _shown(said["description"]),
            log_in,
            tuple(self._field(entry["name"], entry["schema"], entry["required"], entry) for entry in parameters),
            tuple(self._requests(path, method, said, log_in)),
            tuple(self._reply(int(status), reply) for status, reply in responses.items() if status.startswith("2")),
            tuple(sorted(int(status) for status in responses if status.startswith("4"))),
        )

    def _requests(self, path: str, method: str, said: Mapping[str, Any], log_in: bool) -> Iterator[Request]:
        command = "curl" if method in ("GET", "POST") else f"curl -X {method}"
        address = self._address(path, said.get("parameters", []))
        options = ["-H 'Authorization: Bearer TOKEN'"] if log_in else []
        bodies = said.get("requestBody", {}).get("content", {})
        if not bodies:
            yield Request("", (), _lines(f"{command} {address}", options))
        for media_type, body in bodies.items():
            if media_type == JSON:
                sent = json.dumps(body["example"], ensure_ascii=False)
                parts = [f"-H 'Content-Type: {JSON}'", f"-d '{sent}'"]
            else:
                values = {**body["example"], "file": "@report.txt"}
                parts = [f"-F '{name}={value}'" for name, value in values.items()]
            fields = tuple(self._fields(self._resolved(body["schema"]), nested=False))
            yield Request(media_type, fields, _lines(f"{command} {address}", [*options, *parts]))

    def _address(self, path: str, parameters: list[Mapping[str, Any]]) -> str:
        shown = {entry["name"]: entry["example"] for entry in parameters if "example" in entry}
        for entry in parameters:
            if entry["in"] == "path":
                path = path.replace(f"{{{entry['name']}}}", quote(str(shown.pop(entry["name"]))))
        return f"'{self.base}{path}" + (f"?{urlencode(shown)}'" if shown else "'")

    def _reply(self, status: int, said: Mapping[str, Any]) -> Reply:
        content = said.get("content", {}).get(JSON, {})
        fields = tuple(self._fields(self._resolved(content["schema"]))) if content else ()
        example = json.dumps(content["example"], ensure_ascii=False, indent=2) if "example" in content else ""
        return Reply(status, _shown(said["description"]), fields, example)

    def _fields(self, schema: Schema, above: str = "", *, nested: bool = True) -> Iterator[Field]:
        """Yield an object's properties, and behind each those inside it: ``results[].theme``."""
        for name, said in schema.get("properties", {}).items():
            inner, step = self._inside(said)
            yield self._field(above + name, said, name in schema.get("required", ()), said)
            if nested:
                yield from self._fields(inner, f"{above}{name}{step}.")

    def _inside(self, schema: Schema) -> tuple[Schema, str]:
        """Return the object that a property holds, or holds a list of, and how its place is written."""
        resolved = self._resolved(schema)
        if "anyOf" in resolved:
            return self._inside(resolved["anyOf"][0])
        if resolved.get("type") == "array":
            return self._resolved(resolved["items"]), "[]"
        if isinstance(resolved.get("additionalProperties"), dict):
            return self._resolved(resolved["additionalProperties"]), "{}"
        # The scores of every theme would be a long list of the same.
        alike = resolved.get("properties", {})
        return ({} if len(alike) > 1 and len({repr(part) for part in alike.values()}) == 1 else resolved), ""

    def _field(self, name: str, schema: Schema, required: bool, said: Mapping[str, Any]) -> Field:
        resolved = self._resolved(schema)
        description = said.get("description") or resolved.get("description", "")
        inner = self._resolved(resolved["items"]) if resolved.get("type") == "array" else resolved
        named = tuple(str(value) for value in inner.get("enum", ()) if value)
        return Field(
            name,
            self._kind(resolved),
            required,
            _shown(description) if description else "",
            _limits(resolved),
            named if len(named) <= _MOST_NAMED else (),
        )

    def _kind(self, schema: Schema) -> str:
        if "anyOf" in schema:
            return str(gettext("%(kind)s or null", kind=self._kind(self._resolved(schema["anyOf"][0]))))
        kinds = schema.get("type", "object")
        first = kinds if isinstance(kinds, str) else kinds[0]
        said = _shown(KINDS[first])
        return said if isinstance(kinds, str) else str(gettext("%(kind)s or null", kind=said))

    def _resolved(self, schema: Schema) -> Schema:
        if "$ref" not in schema:
            return schema
        found: Schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return {**found, **{name: value for name, value in schema.items() if name != "$ref"}}


def _shown(marked: str) -> str:
    return str(gettext(marked))


def _limits(schema: Schema) -> str:
    said = []
    if "minimum" in schema and "maximum" in schema:
        said.append(f"{schema['minimum']} – {schema['maximum']}")
    if "maxItems" in schema:
        said.append(gettext("%(least)s to %(most)s entries", least=schema.get("minItems", 0), most=schema["maxItems"]))
    longest = schema.get("items", schema).get("maxLength")
    if longest and schema.get("title") is None:
        said.append(gettext("at most %(most)s characters", most=f"{longest:,}"))
    if "default" in schema:
        said.append(gettext("by default %(value)s", value=schema["default"]))
    return "; ".join(said)


def _lines(command: str, options: list[str]) -> str:
    """Write a command with its options, over several lines where it is long."""
    together = " ".join([command, *options])
    return together if len(together) <= _LONGEST_LINE else " \\\n  ".join([command, *options])
