"""The short way of the most frequent request: a few texts to classify, from a program, with nothing out of the ordinary.

Flask takes longer for a request than the model for a paragraph. What comes with a log-in or a token or from a page in a
browser, is large, or is not exactly as described goes the usual way, where every check and message is.
"""

from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from threading import local
from typing import Any

from flask import Flask

from classifier import PolicyThemesError
from web.api.classify import classified, classified_each
from web.api.contract import contract_of
from web.api.document import PREFIX
from web.api.operations import JSON
from web.api.reading import read_json
from web.json_answers import written
from web.permissions import ENDPOINTS, OPEN, READ
from web.services import services_of

Answer = Iterable[bytes]

_NAME = "policy-themes short way"
_LARGEST = 16 * 1024
# What only the usual way looks at: who asks, from which page, in which language, and in which coding.
_LOOKED_AT = frozenset(
    {"HTTP_AUTHORIZATION", "HTTP_COOKIE", "HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE", "HTTP_CONTENT_ENCODING"}
    | {"HTTP_TRANSFER_ENCODING", "HTTP_X_HTTP_METHOD_OVERRIDE"}
)


class ShortWay:
    """Answers what needs no more than the model, and hands everything else on to the application."""

    def __init__(self, program: Callable[..., Answer], app: Flask) -> None:
        self._program, self._app = program, app
        settings = services_of(app).settings
        # Where a log-in is needed to read, all go the usual way.
        self._open = ENDPOINTS["api.classify"] in (OPEN, READ) and not settings.private
        self._ready = local()
        self._largest = min(_LARGEST, settings.largest_body)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Answer:
        """Answer a request, or hand it on."""
        if environ["PATH_INFO"] == f"{PREFIX}/classify" and self._is_plain(environ):
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            data = self._answer(body)
            if data is not None:
                start_response("200 OK", [("Content-Type", JSON), ("Content-Length", str(len(data)))])
                return [data]
            environ["wsgi.input"] = BytesIO(body)
        return self._program(environ, start_response)

    def _is_plain(self, environ: dict[str, Any]) -> bool:
        length = environ.get("CONTENT_LENGTH") or ""
        return (
            self._open
            and environ["REQUEST_METHOD"] == "POST"
            and environ.get("CONTENT_TYPE") == JSON
            and not environ.get("QUERY_STRING")
            and _LOOKED_AT.isdisjoint(environ)
            and length.isascii()
            and length.isdecimal()
            and len(length) < 10
            and int(length) <= self._largest
        )

    def prepare(self, bodies: Sequence[bytes]) -> None:
        """Classify the texts of several requests in one go; this thread answers them next. Without any, forget them."""
        self._ready.answers = {}
        if not self._open or not bodies:
            return
        asked = [(body, found) for body in bodies if len(body) <= self._largest and (found := self._asked(body))]
        try:
            model = services_of(self._app).models.get().model
            contents = classified_each(model, [each for _, each in asked])
            self._ready.answers = {body: written(content) for (body, _), content in zip(asked, contents, strict=True)}
        except PolicyThemesError:
            return  # Each says so for itself.

    def _answer(self, body: bytes) -> bytes | None:
        ready: bytes | None = getattr(self._ready, "answers", {}).get(body)
        if ready is not None:
            return ready
        asked = self._asked(body)
        try:
            return written(classified(services_of(self._app).models.get().model, asked)) if asked else None
        except PolicyThemesError:
            return None  # Such as a database that does not answer: the usual way says so.

    def _asked(self, body: bytes) -> dict[str, Any] | None:
        """Return what a body asks; None where it is not as described."""
        try:
            asked: dict[str, Any] = read_json(body)
            return asked if contract_of(self._app).bodies["classify", JSON].accepts(asked) else None
        except PolicyThemesError:
            return None


def take_short_way(app: Flask) -> ShortWay:
    """Return an application's program with a short way before it, and remember it for `short_way_of`."""
    way = app.extensions[_NAME] = ShortWay(app.wsgi_app, app)
    return way


def short_way_of(app: Flask) -> ShortWay:
    """Return an application's short way."""
    found: ShortWay = app.extensions[_NAME]
    return found
