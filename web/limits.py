"""How much one request may hold; more is refused with 413 before any of it is looked at."""

from flask import Flask, abort, request

from web.settings import WebSettings

MOST_PARTS = 1_000
# What is known of each file of the largest archive can be corrected in one form.
MOST_FIELDS = 50_000
_FIELDS = "application/x-www-form-urlencoded"


def limit_requests(app: Flask, settings: WebSettings) -> None:
    """Limit bytes and parts of a request; call this before anything that reads forms is registered."""
    app.config.update(
        MAX_CONTENT_LENGTH=settings.largest_body,
        MAX_FORM_MEMORY_SIZE=settings.largest_body,
        MAX_FORM_PARTS=MOST_PARTS,
    )
    app.before_request(_refuse_many_fields)


def _refuse_many_fields() -> None:
    # Werkzeug counts the parts of multipart forms only; a body of the size that is allowed could hold ten million fields.
    if request.mimetype == _FIELDS and request.get_data().count(b"&") >= MOST_FIELDS:
        abort(413)
