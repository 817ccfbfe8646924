"""A server under load: long requests leave room for short ones, too many are refused at once, all others are answered."""

import json
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from threading import Event

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from waitress import wasyncore
from waitress.server import create_server

from classifier import Model
from web.api.short_way import short_way_of
from web.dispatching import LaneDispatcher
from web.lanes import CLASSIFY, COUNTING, LIGHT, LONG, WRITING, lane_of, lanes_for
from web.refusals import Refusals

MakeApp = Callable[..., Flask]
TEXT = "全年调解纠纷3206件，调解成功率98%，矛盾纠纷化解在基层。"
CLASSIFY_PATH = "/api/v1/classify"
ENOUGH = 60
ROOM = 16


class Held:
    """Holds every request of some kind in its view until it is let go."""

    def __init__(self, app: Flask, holds: Callable[[], bool]) -> None:
        self.let_go, self.inside = Event(), threading.Semaphore(0)
        app.before_request_funcs.setdefault(None, []).insert(0, self._hold)
        self._holds = holds

    def _hold(self) -> None:
        if self._holds():
            self.inside.release()
            assert self.let_go.wait(20)

    def wait_for(self, count: int) -> None:
        for _ in range(count):
            assert self.inside.acquire(timeout=15)


@contextmanager
def served(app: Flask, room: int = ROOM) -> Iterator[tuple[int, LaneDispatcher]]:
    """Serve an application in lanes, in ten threads of this process; gives the port and what gives the threads their work."""
    way = short_way_of(app)
    dispatcher = LaneDispatcher(10, room, refusal=Refusals(app), prepare=way.prepare)
    dispatcher.set_thread_count(10)
    connections: dict[int, object] = {}
    use_poll = hasattr(select, "poll")
    server = create_server(
        app,
        map=connections,
        host="127.0.0.1",
        port=0,
        _dispatcher=dispatcher,
        connection_limit=500,
        asyncore_use_poll=use_poll,
        ident=None,
    )
    loop = threading.Thread(target=server.run)
    loop.start()
    try:
        yield int(server.effective_port), dispatcher
    finally:
        dispatcher.shutdown()
        server.close()
        wasyncore.close_all(connections, ignore_all=True)
        loop.join(ENOUGH)


def ask(port: int, path: str, body: object = None, **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=ENOUGH)
    try:
        if body is None:
            connection.request("GET", path, headers=headers)
        else:
            sent = json.dumps(body, ensure_ascii=False).encode()
            connection.request("POST", path, sent, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


LANES = [
    ("POST", CLASSIFY_PATH, 300, CLASSIFY),
    ("POST", CLASSIFY_PATH, 600_000, LONG),
    ("POST", "/tag", 600_000, LONG),
    ("POST", "/review/label", 300, WRITING),
    ("POST", "/log-in", 60, WRITING),
    ("DELETE", "/api/v1/documents/3", 0, WRITING),
    ("GET", "/mix", 0, COUNTING),
    ("HEAD", "/api/v1/mix", 0, COUNTING),
    ("GET", "/tag/abc/download/csv", 0, COUNTING),
    ("GET", "/", 0, LIGHT),
    ("GET", "/static/style.css", 0, LIGHT),
]


@pytest.mark.parametrize(("method", "path", "length", "expected"), LANES, ids=str)
def test_a_request_waits_with_its_like(method: str, path: str, length: int, expected: str) -> None:
    assert lane_of(method, path, length) == expected


@pytest.mark.parametrize("threads", [7, 8, 10, 16, 64])
def test_all_that_is_not_light_leaves_a_thread_free(threads: int) -> None:
    lanes = lanes_for(threads, 256)
    assert sum(lane.places for name, lane in lanes.items() if name != LIGHT) < threads - 1


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_few_threads_serve_every_lane(threads: int) -> None:
    assert all(lane.places >= 1 and lane.room >= 1 for lane in lanes_for(threads, 1).values())


def test_short_requests_are_answered_while_all_allowed_long_ones_run(app: Flask) -> None:
    held = Held(app, lambda: (request.content_length or 0) > 20_000 or request.path == "/mix")
    batch = {"texts": [TEXT] * 1000}
    with served(app) as (port, _), ThreadPoolExecutor(12) as pool:
        long = [pool.submit(ask, port, CLASSIFY_PATH, batch) for _ in range(4)]
        counting = [pool.submit(ask, port, "/mix") for _ in range(4)]
        held.wait_for(4)  # Two of each kind run; the others wait for them and not in a thread.
        for path, body in ((CLASSIFY_PATH, {"texts": [TEXT]}), ("/healthz", None), ("/", None), ("/static/style.css", None)):
            answer, _ = ask(port, path, body)
            assert answer.status == 200, path
        assert not any(each.done() for each in (*long, *counting))
        held.let_go.set()
        assert [each.result(ENOUGH)[0].status for each in long] == [200] * 4
        assert len(json.loads(long[0].result()[1])["results"]) == 1000
        assert [each.result(ENOUGH)[0].status for each in counting] == [200] * 4


def test_a_flood_is_refused_at_once_and_every_accepted_request_is_answered(app: Flask) -> None:
    held = Held(app, lambda: request.path == "/codebook")
    with served(app) as (port, _), ThreadPoolExecutor(80) as pool:
        flood = [pool.submit(ask, port, "/codebook", None) for _ in range(80)]
        held.wait_for(9)  # Every thread but the last is taken, and there is room for sixteen to wait.
        assert ask(port, "/healthz")[0].status == 200
        held.let_go.set()
        answers = [each.result(ENOUGH) for each in flood]
        refused = [(answer, body) for answer, body in answers if answer.status == 503]
        assert len(refused) + sum(answer.status == 200 for answer, _ in answers) == 80
        for answer, body in refused:
            assert int(answer.headers["Retry-After"]) > 0 and "<h1>现在请求太多</h1>" in body.decode()
        assert sum(answer.status == 200 for answer, _ in answers) >= 9 + ROOM
        # Afterwards all is as before.
        assert [ask(port, "/codebook")[0].status for _ in range(ROOM)] == [200] * ROOM


@contextmanager
def full(port: int, dispatcher: LaneDispatcher, held: Held, path: str) -> Iterator[None]:
    """Let two requests of the lane that counts run and as many as there is room for wait; all are answered in the end."""
    sent = []
    try:
        for _ in range(2 + ROOM):
            sent.append(socket.create_connection(("127.0.0.1", port), ENOUGH))
            sent[-1].sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        held.wait_for(2)
        deadline = time.monotonic() + ENOUGH
        while dispatcher.waiting(COUNTING) < ROOM:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield
        held.let_go.set()
        for each in sent:
            assert each.recv(100).startswith(b"HTTP/1.1 200 ")
    finally:
        held.let_go.set()
        for each in sent:
            each.close()


REFUSED = [
    ("/api/v1/mix", "", "application/problem+json", "More requests wait than can be answered soon"),
    ("/mix", "", "text/html; charset=utf-8", "<h1>现在请求太多</h1>"),
    ("/mix", "language=en", "text/html; charset=utf-8", "Too many requests just now"),
]


@pytest.mark.parametrize(("path", "cookie", "kind", "words"), REFUSED, ids=["program", "Chinese", "English"])
def test_who_finds_no_room_is_told_so_at_once_in_their_language(
    app: Flask, path: str, cookie: str, kind: str, words: str
) -> None:
    held = Held(app, lambda: request.path == "/mix/chart.svg")
    with served(app) as (port, dispatcher), full(port, dispatcher, held, "/mix/chart.svg"):
        answer, body = ask(port, path, **({"Cookie": cookie} if cookie else {}))
        assert answer.status == 503 and int(answer.headers["Retry-After"]) > 0
        assert answer.headers["Content-Type"] == kind and words in body.decode()
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and "Content-Security-Policy" in answer.headers
        assert answer.headers["Cache-Control"] == "no-store" and "Server" not in answer.headers
        if kind.startswith("application"):
            assert json.loads(body)["status"] == 503
        assert ask(port, "/healthz")[0].status == 200
        assert ask(port, CLASSIFY_PATH, {"texts": [TEXT]})[0].status == 200


def test_small_texts_that_wait_together_get_the_answers_that_each_gets_alone(app: Flask, client: FlaskClient) -> None:
    bodies = [{"texts": [f"{TEXT}{number}"], **({"evidence": number % 3} if number % 4 else {})} for number in range(40)]
    wrong: list[object] = [{"texts": []}, {"texts": [5]}, {"text": "a"}, [], "x", {"texts": [TEXT], "evidence": -1}]
    alone = [client.post(CLASSIFY_PATH, json=body, headers={"Sec-Fetch-Site": "none"}) for body in (*bodies, *wrong)]
    assert [answer.status_code for answer in alone] == [200] * 40 + [400] * 6
    with served(app, room=100) as (port, _), ThreadPoolExecutor(46) as pool:
        together = list(pool.map(lambda body: ask(port, CLASSIFY_PATH, body), (*bodies, *wrong)))
    for (answer, body), own in zip(together, alone, strict=True):
        assert (answer.status, answer.headers["Content-Type"]) == (own.status_code, own.headers["Content-Type"])
        assert json.loads(body) == own.json


def test_several_bodies_are_classified_in_one_pass(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    way, calls = short_way_of(app), []
    explain_each = Model.explain_each

    def counted(self: Model, texts: list[str], *, most: int) -> object:
        calls.append(len(texts))
        return explain_each(self, texts, most=most)

    monkeypatch.setattr(Model, "explain_each", counted)
    bodies = [json.dumps({"texts": [f"{TEXT}{number}"]}).encode() for number in range(5)]
    way.prepare([*bodies, b"nonsense"])
    assert calls == [5]
    client = app.test_client()
    for body in bodies:
        answer = client.post(CLASSIFY_PATH, data=body, content_type="application/json")
        assert answer.status_code == 200 and len(answer.get_json()["results"]) == 1
    assert calls == [5]
    way.prepare(())
    client.post(CLASSIFY_PATH, data=bodies[0], content_type="application/json")
    assert calls == [5, 1]


@pytest.mark.parametrize("chunked", [False, True], ids=["of a known length", "in chunks"])
def test_a_body_beyond_the_limit_is_refused_however_it_is_sent(make_app: MakeApp, chunked: bool) -> None:
    app = make_app(largest_body=50_000)
    body = json.dumps({"texts": [TEXT * 40] * 50}).encode()
    with served(app) as (port, _):
        connection = HTTPConnection("127.0.0.1", port, timeout=ENOUGH)
        sent = iter([body[:40_000], body[40_000:]]) if chunked else body
        connection.request("POST", CLASSIFY_PATH, sent, {"Content-Type": "application/json"}, encode_chunked=chunked)
        answer = connection.getresponse()
        assert answer.status == 413 and json.loads(answer.read())["status"] == 413
        connection.close()
        small = HTTPConnection("127.0.0.1", port, timeout=ENOUGH)
        sent = iter([json.dumps({"texts": [TEXT]}).encode()])
        small.request("POST", CLASSIFY_PATH, sent, {"Content-Type": "application/json"}, encode_chunked=True)
        assert small.getresponse().status == 200
        small.close()


def test_headers_are_the_same_on_the_short_way(client: FlaskClient) -> None:
    short, usual = (
        client.post(CLASSIFY_PATH, json={"texts": [TEXT]}, headers=more) for more in ({}, {"Sec-Fetch-Site": "none"})
    )
    assert dict(short.headers) == dict(usual.headers) and short.data == usual.data
