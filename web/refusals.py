"""The answer to a request for which there is no room: made before it is needed, since then time is short."""

from http import HTTPStatus
from typing import Any

from flask import Flask, render_template
from werkzeug.http import parse_cookie

from web.headers import SECURITY_HEADERS, Headers
from web.language import LANGUAGE_COOKIE, LANGUAGES
from web.problems import RETRY_SECONDS, problem

_STATUS = HTTPStatus.SERVICE_UNAVAILABLE
_API = "/api/v1/"
_DETAIL = "More requests wait than can be answered soon; nothing was changed. Send the same request again after a while."


class Refusal:
    """One such answer, as waitress asks for it."""

    def __init__(self, content_type: str, body: bytes) -> None:
        self._body = body
        self._headers: Headers = [
            ("Content-Type", content_type),
            ("Retry-After", str(RETRY_SECONDS)),
            ("Cache-Control", "no-store"),
            *SECURITY_HEADERS.items(),
        ]

    def to_response(self, ident: Any = None) -> tuple[str, Headers, bytes]:
        """Return status, headers and body."""
        return f"{_STATUS.value} {_STATUS.phrase}", list(self._headers), self._body


class Refusals:
    """A problem document for programs, a page in each language for people; call it with a request's path and cookies."""

    def __init__(self, app: Flask) -> None:
        self._pages = {}
        for language in LANGUAGES:
            with app.test_request_context("/", query_string={"lang": language}):
                page = render_template("busy.html", seconds=RETRY_SECONDS)
                answer = problem(_STATUS, _DETAIL)
            self._pages[language] = Refusal("text/html; charset=utf-8", page.encode())
            self._problem = Refusal(str(answer.content_type), answer.get_data())

    def __call__(self, path: str, cookies: str) -> Refusal:
        """Return the answer for a request."""
        if path.startswith(_API):
            return self._problem
        language = parse_cookie(cookies).get(LANGUAGE_COOKIE, "")
        return self._pages.get(language, self._pages["zh"])
