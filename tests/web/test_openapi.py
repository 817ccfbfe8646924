"""The OpenAPI document: it says what is there, its examples work, and nothing that it allows or forbids breaks the server."""

import json
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from html import unescape
from io import BytesIO
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
import schemathesis
from application import services_of
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from paths import ROOT
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events
from sqlalchemy import update
from werkzeug.serving import make_server

from web.api import OPERATIONS
from web.api.contract import Contract, contract
from web.api.document import PREFIX
from web.api.operations import JSON, Operation
from web.store.jobs import ask_for_job
from web.store.users import add_user, make_token
from web.tables import Snapshot

NAMES = [operation.name for operation in OPERATIONS]


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


@pytest.fixture
def in_use(app: Flask) -> Contract:
    with app.app_context():
        return contract()


def closed(schema: Any) -> Any:
    """Return a schema that allows only the properties which it describes, in every object."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result = {name: closed(part) for name, part in schema.items()}
    if "properties" in schema and schema.get("type") == "object":
        result["additionalProperties"] = False
    return result


def assert_as_described(in_use: Contract, operation: str, status: int, body: Any) -> None:
    schema = closed(in_use.answers[operation, status].schema)
    Draft202012Validator(schema).validate(body)


# What the document says


def test_the_document_is_whole_json_schema_and_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemathesis.openapi.from_dict(document).validate()
    schemas, responses = document["components"]["schemas"], document["components"]["responses"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    references = set(re.findall(r'"#/components/(\w+)/(\w+)"', json.dumps(document)))
    assert references == {("schemas", name) for name in schemas} | {("responses", name) for name in responses}


def test_every_route_stands_in_the_document_and_the_other_way_round(app: Flask, document: dict[str, Any]) -> None:
    routes = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix(PREFIX)), rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if rule.endpoint.startswith("api.") and method not in ("HEAD", "OPTIONS")
    }
    described = {
        (method.upper(), path, f"api.{said['operationId']}")
        for path, methods in document["paths"].items()
        for method, said in methods.items()
    }
    assert described == routes
    assert len(routes) == len(OPERATIONS)


def test_every_operation_stands_in_the_documentation() -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:GET|POST|DELETE) /[^` ]+)`", page))
    assert named == {f"{operation.method} {operation.path}" for operation in OPERATIONS}


def test_everything_has_a_description(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for said in methods.values():
            assert said["summary"] and said["description"], path
            assert all(parameter["description"] for parameter in said.get("parameters", [])), path
            assert all("$ref" in answer or answer["description"] for answer in said["responses"].values()), path
    for name, schema in document["components"]["schemas"].items():
        for property_name, said in schema.get("properties", {}).items():
            assert "$ref" in said or said.get("description"), f"{name}.{property_name}"


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_examples_are_as_described(in_use: Contract, operation: Operation) -> None:
    for parameter in operation.parameters:
        if parameter.example is not None:
            in_use.parameters[operation.name, parameter.name].validate(parameter.example)
    for media_type, body in operation.bodies.items():
        in_use.bodies[operation.name, media_type].validate(body.example)
    for status, answer in operation.answers.items():
        if answer.example is not None:
            in_use.answers[operation.name, status].validate(answer.example)


@pytest.mark.parametrize(
    ("private", "accounts", "asked_to_log_in"),
    [
        (False, False, set()),
        (False, True, {"add_document", "delete_document", "add_label", "make_snapshot"}),
        (True, True, set(NAMES) - {"openapi"}),
    ],
)
def test_it_says_who_has_to_log_in_here(
    make_app: Callable[..., Flask], private: bool, accounts: bool, asked_to_log_in: set[str]
) -> None:
    app = make_app(private=private)
    if accounts:
        with services_of(app).database.writing() as session:
            add_user(session, "wang", "correct horse", "annotator")
    paths = app.test_client().get("/api/v1/openapi.json").get_json()["paths"]
    operations = [said for methods in paths.values() for said in methods.values()]
    found = {said["operationId"] for said in operations if said["security"] and {} not in said["security"]}
    assert found == asked_to_log_in


def test_the_contract_of_the_design_is_kept(document: dict[str, Any]) -> None:
    schemas, paths = document["components"]["schemas"], document["paths"]
    assert list(paths["/classify"]["post"]["requestBody"]["content"]) == [JSON]
    assert schemas["Texts"]["properties"]["texts"]["minItems"] == 1
    assert schemas["Texts"]["properties"]["texts"]["maxItems"] == 1000
    expected = {
        "Classified": {"model", "results"},
        # The band stands beside what the contract names.
        "Result": {"theme", "detail", "confidence", "secondary", "scores", "statements", "evidence"} | {"band"},
        "Statement": {"text", "start", "end", "theme", "detail", "confidence"},
        "Evidence": {"term", "start", "end", "weight"},
        "Mix": {"by", "measure", "interval_level", "snapshot", "rows"},
        "Share": {"share", "low", "high", "count"},
    }
    assert {name: set(schemas[name]["required"]) for name in expected} == expected
    for path, methods in {
        "/mix": {"get"},
        "/compare": {"get"},
        "/documents": {"get", "post"},
        "/documents/{document}/paragraphs": {"get"},
        "/labels": {"get", "post"},
        "/codebook": {"get"},
        "/model": {"get"},
        "/openapi.json": {"get"},
    }.items():
        assert set(paths[path]) == methods


# The guide


def commands(client: FlaskClient) -> list[str]:
    page = client.get("/api")
    assert page.status_code == 200
    return [
        unescape(code) for code in re.findall(r'class="command"><code>(.*?)</code>', page.get_data(as_text=True), re.DOTALL)
    ]


def run_curl(client: FlaskClient, command: str) -> tuple[str, str, Any]:
    """Send what a curl command would send, and return method, path and answer."""
    words = shlex.split(command.replace("\\\n", " "))
    assert words.pop(0) == "curl"
    method, headers, data, form, address = "", {}, None, {}, ""
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "-d":
            data = words.pop(0).encode()
        elif word == "-F":
            name, _, value = words.pop(0).partition("=")
            file = (BytesIO("全年调解纠纷三百件，调解成功率高。".encode()), value[1:])
            form[name] = file if value.startswith("@") else value
        else:
            address = word
    parts = urlsplit(address)
    assert parts.netloc == "localhost"
    method = method or ("POST" if data or form else "GET")
    body: dict[str, Any] = {"data": form, "content_type": "multipart/form-data"} if form else {"data": data}
    answer = client.open(parts.path, query_string=parts.query, method=method, headers=headers, **body)
    return method, parts.path.removeprefix(PREFIX), answer


def freeze_the_example(app: Flask, client: FlaskClient) -> None:
    """Keep a snapshot under the identifier that the examples have."""
    made = client.post("/api/v1/snapshots", json={}).get_json()["identifier"]
    example = next(operation for operation in OPERATIONS if operation.name == "snapshot").parameters[0].example
    folder = services_of(app).settings.data_folder / "snapshots"
    shutil.copyfile(folder / f"{made}.zip", folder / f"{example}.zip")
    with services_of(app).database.writing() as session:
        session.execute(update(Snapshot).where(Snapshot.identifier == made).values(identifier=example))


def test_every_command_of_the_guide_works_as_it_stands(app: Flask, client: FlaskClient, in_use: Contract) -> None:
    with services_of(app).database.writing() as session:
        ask_for_job(session, "measure", made_by="wang", model_id=1)
    freeze_the_example(app, client)
    found = commands(client)
    assert len(found) == sum(len(operation.bodies) or 1 for operation in OPERATIONS)
    done = set()
    # What deletes comes last: other commands are about the same document.
    for command in sorted(found, key=lambda command: "-X DELETE" in command):
        method, path, answer = run_curl(client, command)
        assert answer.status_code in (200, 201, 204), (command, answer.get_data(as_text=True))
        operation = next(
            one for one in OPERATIONS if one.method == method and re.fullmatch(re.sub(r"\{\w+\}", r"[^/]+", one.path), path)
        )
        done.add(operation.name)
        if answer.mimetype == JSON:
            assert_as_described(in_use, operation.name, answer.status_code, answer.get_json())
        answer.close()  # Also the file that is sent, where it is one.
    assert done == set(NAMES)


def test_the_guide_says_everything_in_english_and_works_without_any_other_host(client: FlaskClient) -> None:
    client.set_cookie("language", "en")
    page = client.get("/api").get_data(as_text=True)
    for operation in OPERATIONS:
        assert f'id="{operation.name}"' in page
        assert operation.summary in unescape(page)
    assert {urlsplit(address).netloc for address in re.findall(r'(?:src|href)="([^"]*)"', page)} == {""}
    assert "Authorization: Bearer TOKEN" in page


def test_the_guide_asks_for_tokens_where_this_server_does(as_user: Callable[..., FlaskClient]) -> None:
    client = as_user()
    client.set_cookie("language", "en")
    page = client.get("/api").get_data(as_text=True)
    assert page.count("token needed") == 4
    marked = [command for command in commands(client) if "Bearer TOKEN" in command]
    assert len(marked) == 5  # Adding a document can be done in two ways.


# Schemathesis: whatever can be sent


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The address of a running server: the engine of schemathesis wants a real one."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_whatever_is_sent_is_answered_as_the_document_says(app: Flask, address: str) -> None:
    """All phases and all checks of schemathesis: examples, limits of every schema, random requests, sequences of them."""
    with services_of(app).database.writing() as session:
        user = add_user(session, "wang", "correct horse", "administrator")
        token = make_token(session, user.id, "tests")
        ask_for_job(session, "measure", made_by="wang", model_id=1)
    config = SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "headers": {"Authorization": f"Bearer {token}"},
            "generation": {"deterministic": True, "max-examples": 3, "database": "none"},
        }
    )
    described = schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json", config=config)
    happened = list(schemathesis.engine.from_schema(described).execute())
    found = [
        check.failure_info.failure
        for event in happened
        if isinstance(event, events.ScenarioFinished)
        for checks in event.recorder.checks.values()
        for check in checks
        if check.failure_info is not None
    ]
    assert [f"{failure.operation}: {failure.title}: {failure.message}" for failure in found] == []
    assert [event for event in happened if isinstance(event, events.NonFatalError | events.FatalError)] == []
    tested = {
        event.label
        for event in happened
        if isinstance(event, events.ScenarioFinished) and event.status == schemathesis.engine.Status.SUCCESS
    }
    expected = {f"{operation.method} {operation.path}" for operation in OPERATIONS if operation.name != "openapi"}
    assert tested >= expected
