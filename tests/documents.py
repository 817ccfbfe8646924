"""Send documents to a running application and look at what came of it: `from documents import send`."""

import io
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

from application import services_of
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from web.store.corpus import Corpus
from web.table_base import Table
from web.tables import Document


def send(client: FlaskClient, *files: tuple[str, str | bytes], **options: str) -> TestResponse:
    streams = [(io.BytesIO(data.encode() if isinstance(data, str) else data), name) for name, data in files]
    return client.post("/documents/upload", data={"files": streams, **options})


def keys_of(answer: TestResponse) -> list[str]:
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return parse_qs(urlsplit(answer.headers["Location"]).query)["keys"][0].split(",")


def text(answer: TestResponse) -> str:
    """What a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True))).split())


def keep(client: FlaskClient, keys: list[str], wanted: str = "all", **typed: str) -> TestResponse:
    return client.post("/documents/keep", data={"keys": ",".join(keys), "keep": wanted, **typed})


def imported(client: FlaskClient, *files: tuple[str, str | bytes]) -> int:
    """Import files and return the number of the last document."""
    keep(client, keys_of(send(client, *files)))
    with services_of(client.application).database.reading() as session:
        return session.scalar(select(func.max(Document.id))) or 0


def corpus_of(app: Flask) -> Corpus:
    services = services_of(app)
    with services.database.reading() as session:
        return services.corpus.get(session, services.models.get())


def count(app: Flask, table: type[Table]) -> int:
    with services_of(app).database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
