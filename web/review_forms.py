"""What the forms and addresses of the review pages hold: the way through a queue, a label, an undo."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Response, redirect, request, session, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from web.accounts import person
from web.errors import NotFoundError, RequestError
from web.store.documents import storable
from web.store.review_units import Unit

LARGEST_NUMBER = 2**31 - 1  # Of a row; databases refuse to compare with more.
LONGEST_NOTE = 2000
_UNDO_STEPS = 50
_GIVEN = "labels given"


@dataclass(frozen=True)
class Way:
    """How someone goes through a queue: of which document, in which round, and whether without suggestions.

    ``before`` is the paragraph behind which the present one came up.
    """

    queue: str
    document_id: int | None = None
    again: bool = False
    blind: bool = False
    before: int | None = None

    @property
    def fields(self) -> dict[str, str]:
        """What an address or a form keeps of it."""
        fields = {
            "document": str(self.document_id or ""),
            "again": "1" * self.again,
            "blind": "1" * self.blind,
            "before": str(self.before or ""),
        }
        return {name: value for name, value in fields.items() if value}

    def url(self, **more: int | str) -> str:
        """Return the address of this queue's next unit, or with ``paragraph`` of a certain one."""
        query: dict[str, Any] = {**self.fields, **more}
        return url_for("review.unit", queue=self.queue, **query)

    def with_unit(self, unit: Unit) -> "Way":
        """Return the way as it goes on from a unit."""
        document_id = unit.document_id if self.queue == "document" else None
        return replace(self, document_id=document_id, again=self.again or unit.again)

    def seeing(self, *, blind: bool) -> "Way":
        """Return the same way with or without suggestions."""
        return replace(self, blind=blind)


def way_of(queue: str) -> Way:
    """Read the way through a queue from a request."""
    values = request.values
    return Way(
        queue,
        number(values.get("document")),
        values.get("again") == "1",
        values.get("blind") == "1",
        number(values.get("before")),
    )


def number(text: str | None) -> int | None:
    """Read the number of a row; None where there is none that a row could have."""
    if not text or not (text.isascii() and text.isdigit() and len(text) <= 10):
        return None
    value = int(text)
    return value if 0 < value <= LARGEST_NUMBER else None


def paragraph_number(value: str | int | None) -> int:
    """Read the number of a paragraph; NotFoundError where no paragraph could have it."""
    found = number(str(value))
    if found is None:
        raise NotFoundError("There is no paragraph {paragraph}; it may have been deleted.", paragraph=str(value)[:20])
    return found


@dataclass(frozen=True)
class Typed:
    """What someone chose and wrote on the form of a label; ``request`` is the same when it is sent twice."""

    theme: str
    secondary: tuple[str, ...]
    note: str
    request: str | None


def typed_label() -> Typed:
    """Read a label from a request's form. A theme that is chosen as primary cannot be secondary too."""
    form: MultiDict[str, str] = request.form
    theme = form.get("theme", "")
    secondary = tuple(code for code in dict.fromkeys(form.getlist("secondary")) if code != theme)
    note = storable(form.get("note", "").strip())[:LONGEST_NOTE]
    key = form.get("request")
    # Another theme from the same page, say after going back, is another label; only the very same form counts once.
    parts = "\0".join((key or "", person().name, theme, *secondary, note))
    digest = hashlib.sha256(parts.encode("utf-8", "replace")).hexdigest()
    return Typed(theme, secondary, note, digest if key else None)


def new_request_key() -> str:
    """Return a key for a form that is shown."""
    return secrets.token_urlsafe(12)


def remember_label(label_id: int) -> None:
    """Keep a label of this session as one that can be taken back."""
    given = [number for number in given_labels() if number != label_id]
    session[_GIVEN] = [person().name, [*given, label_id][-_UNDO_STEPS:]]


def forget_label(label_id: int) -> None:
    """Keep no longer that a label can be taken back."""
    session[_GIVEN] = [person().name, [number for number in given_labels() if number != label_id]]


def given_labels() -> list[int]:
    """Return the labels of this session that can be taken back, the last one at the end."""
    name, given = session.get(_GIVEN, ("", []))
    return list(given) if name == person().name else []


def see(address: str) -> Response:
    """Answer a form with the page to see next."""
    answer: Response = redirect(address, 303)  # type: ignore[assignment]
    return answer


def said(error: RequestError) -> str:
    """Say an error in the language of the request."""
    return str(gettext(error.message)).format(**error.values)


def start_of_today() -> datetime:
    """Return the last midnight of the place where the server stands."""
    return datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
