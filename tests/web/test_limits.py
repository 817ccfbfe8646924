"""How much a request may hold: bytes, parts, fields, head, over the wire as `serve` starts it; and who is believed there."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Thread
from time import process_time

import pytest
from application import services_of
from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from web.limits import MOST_FIELDS, MOST_PARTS
from web.serving import _server_options
from web.store.users import add_user

MakeApp = Callable[..., Flask]
FORMS = ["/tag", "/log-in", "/documents/upload", "/documents/keep", "/review/uncertain/label", "/account/tokens"]
PASSWORD = "correct horse"


@pytest.fixture
def protected_app(module_app: Flask) -> Iterator[Flask]:
    """An application whose forms need their tokens, as those of every server do."""
    module_app.config["WTF_CSRF_ENABLED"] = True
    yield module_app
    module_app.config["WTF_CSRF_ENABLED"] = False


@pytest.mark.parametrize("address", [*FORMS, "/api/v1/documents"])
def test_a_form_of_too_many_parts_is_refused(protected_app: Flask, address: str) -> None:
    parts = {f"part{number}": "x" for number in range(MOST_PARTS + 1)}
    answer = protected_app.test_client().post(address, data=parts, content_type="multipart/form-data")
    assert answer.status_code == 413


@pytest.mark.parametrize("address", FORMS)
def test_a_form_of_too_many_fields_is_refused_before_it_is_taken_apart(protected_app: Flask, address: str) -> None:
    body = b"a=&" * 2 * MOST_FIELDS
    began = process_time()
    answer = protected_app.test_client().post(address, data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413 and "<!doctype html>" in answer.text
    assert process_time() - began < 1


def test_as_many_fields_as_a_preview_may_have_are_taken(module_app: Flask) -> None:
    body = b"&".join([b"a="] * MOST_FIELDS)
    answer = module_app.test_client().post("/documents/keep", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 404, "of no files: it was looked at"


@contextmanager
def served(app: Flask) -> Iterator[int]:
    """Serve an application with the options that `policy-themes serve` gives to waitress; gives the port."""
    connections: dict[int, object] = {}
    listener = socket.create_server(("127.0.0.1", 0))
    options = {**_server_options(services_of(app).settings), "threads": 2}
    server = create_server(app, map=connections, sockets=[listener], **options)
    thread = Thread(target=server.run)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.trigger.pull_trigger(partial(wasyncore.close_all, connections, ignore_all=True))
        thread.join(30)
        server.task_dispatcher.shutdown()


def sent(port: int, data: bytes) -> str:
    """Send bytes to a server and return all that it answers."""
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        try:
            connection.sendall(data)
            return b"".join(iter(partial(connection.recv, 65536), b"")).decode("utf-8", "replace")
        except ConnectionError:
            return ""


@pytest.fixture(scope="module")
def port(module_app: Flask) -> Iterator[int]:
    with served(module_app) as port:
        yield port


HEAD = b"GET /log-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (HEAD + b"\r\n", 200),
        (HEAD + b"X: " + b"x" * 1_000_000 + b"\r\n\r\n", 431),
        (HEAD + b"X: y\r\n" * 100_000 + b"\r\n", 431),
        (b"GET /" + b"x" * 1_000_000 + b" HTTP/1.1\r\n\r\n", 431),
        (b"POST /log-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (b"POST /log-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", 400),
        (b"POST /log-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: +1\r\n\r\nx", 400),
        (b"GET /log-in HTTP/1.1\r\nHost : localhost\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    ],
    ids=["in order", "long line", "many lines", "long address", "long body", "unlike lengths", "signed length", "odd name", "TLS"],
)  # fmt: skip
def test_a_head_that_is_too_large_or_ambiguous_is_refused(port: int, data: bytes, status: int) -> None:
    answer = sent(port, data)
    assert (
        answer.startswith(f"HTTP/1.1 {status} ")
        or answer.startswith(f"HTTP/1.0 {status} ")
        or (not answer and status == 431)
    )
    assert "Traceback" not in answer and "Server:" not in answer


@pytest.mark.parametrize(
    ("settings", "proto", "secure"),
    [
        ({}, "https", False),
        ({"trusted_proxy": "127.0.0.1"}, "https", True),
        ({"trusted_proxy": "127.0.0.1"}, "http", False),
        ({"trusted_proxy": "192.0.2.1"}, "https", False),
    ],
    ids=["nobody is believed", "a proxy with https", "a proxy without", "another proxy"],
)
def test_only_the_named_proxy_is_believed_that_a_request_came_over_https(
    make_app: MakeApp, settings: dict[str, str], proto: str, secure: bool
) -> None:
    app = make_app(**settings)
    with services_of(app).database.writing() as session:
        add_user(session, "wang", PASSWORD, "annotator")
    body = b"name=wang&password=correct+horse"
    head = (
        f"POST /log-in HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: {proto}\r\nX-Forwarded-For: 192.0.2.9\r\n".encode()
    )
    more = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
    with served(app) as port:
        answer = sent(port, head + more + body)
    assert " 303 " in answer.partition("\r\n")[0]
    cookie = next(line for line in answer.splitlines() if line.startswith("Set-Cookie: policy_themes="))
    assert ("Secure" in cookie) is secure and "HttpOnly" in cookie and "SameSite=Lax" in cookie
