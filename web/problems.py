"""Answer errors: pages that say what to do next and keep what was typed, and RFC 9457 problem details for the API."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from classifier import InputError, LabelError, PolicyThemesError
from web.errors import RequestError, StorageError
from web.storage_faults import fault_of

RETRY_SECONDS = 5
_TEXTS = ("texts", "note")  # The fields in which people write more than a word or two; never a password.
_log = logging.getLogger("policy-themes")


def answer_errors(app: Flask) -> None:
    """Register an answer for every kind of error; nothing shows a traceback."""
    app.register_error_handler(RequestError, _request_error)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SQLAlchemyError, _storage_error)
    app.register_error_handler(PolicyThemesError, _library_error)
    app.register_error_handler(Exception, _defect)


def problem(status: int, detail: str, **more: Any) -> Response:
    """Return a problem as RFC 9457 describes it: type, title, status, detail, and more where it helps."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    response = jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def _answer(status: int, message: str, english: str, advice: str) -> Response:
    if request.path.startswith("/api/v1/"):
        response = problem(status, english)
    else:
        # What is larger than allowed would be taken apart after all.
        typed = [] if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else typed_text()
        again = _form_to_send_again() if status == HTTPStatus.SERVICE_UNAVAILABLE else []
        page = render_template(
            "error.html", status=status, message=message, advice=advice, typed=typed, again=again, texts=_TEXTS
        )
        response = make_response(page, status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def typed_text() -> list[str]:
    """Return the texts of a form that could not be taken, so that nobody has to type them again."""
    try:
        texts = [request.form.get(name, "") for name in _TEXTS]
    except HTTPException:
        return []
    return [text for text in texts if text.strip()]


def _form_to_send_again() -> list[tuple[str, str]]:
    """Return the whole form that could not be taken, with the key by which it counts once; none with files or passwords."""
    try:
        fields = list(request.form.items(multi=True))
        files = any(file.filename for file in request.files.values())  # Of a form without one, an empty one is sent.
        return [] if files or any("password" in name for name, _ in fields) else fields
    except HTTPException:
        return []


def _request_error(error: RequestError) -> Response:
    advice = gettext("Go back, change it, and send it again.")
    message = gettext(error.message)
    response = _answer(error.status, message.format(**error.values) if error.values else message, str(error), advice)
    if "seconds" in error.values:
        response.headers["Retry-After"] = str(error.values["seconds"])
    return response


def _library_error(error: PolicyThemesError) -> Response:
    if isinstance(error, StorageError):
        return _storage_error(error)
    status = 400 if isinstance(error, InputError | LabelError) else 500
    return _answer(status, str(error), str(error), gettext("Go back, change it, and send it again."))


def _storage_error(error: Exception) -> Response:
    _log.error("storage: %s", error)
    fault = fault_of(error)
    return _answer(503, gettext(fault.message), f"{fault.message} {fault.advice}", gettext(fault.advice))


def _expired(error: CSRFError) -> Response:
    return _answer(
        400,
        gettext("This form is too old or came from another place, so it was not taken."),
        str(error.description),
        gettext("Open the page again and send it once more; your text stands below."),
    )


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None:
        return make_response(error.get_response())
    messages = {
        404: (gettext("There is no such page here."), gettext("Check the address, or start from the first page.")),
        405: (gettext("This address does not take that kind of request."), gettext("Start from the first page.")),
        413: (
            gettext("This is larger than the server takes."),
            gettext("Send it in smaller parts, or use the command line."),
        ),
    }
    fallback = (gettext("This request could not be understood."), gettext("Go back, change it, and send it again."))
    message, advice = messages.get(status, fallback)
    response = _answer(status, message, error.description or error.name, advice)
    if status == HTTPStatus.METHOD_NOT_ALLOWED and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    return response


def _defect(error: Exception) -> Response:
    _log.exception("defect in %s %s", request.method, request.path)
    return _answer(
        500,
        gettext("Something went wrong on our side; it was written to the server's log."),
        "An error on the server's side; it was written to its log.",
        gettext("Try again. If it happens once more, tell an administrator what you did."),
    )
