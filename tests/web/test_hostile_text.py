"""What people write is text wherever it is shown: in paragraphs, names of files, themes and annotators, notes, titles, places."""

import io
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import busy_site
import openpyxl
import pytest
from application import services_of
from browser_fixtures import PASSWORD
from busy_site import ADMINISTRATOR, PAGES, Busy, fill
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree, html
from sqlalchemy import select

from classifier import Code, Model
from classifier.settings import HOME_VARIABLE
from web import WebSettings, create_app
from web.example_text import EXAMPLE_TEXT
from web.store.documents import change_origin
from web.store.labels import NewLabel, add_label
from web.tables import Paragraph

SLY = (
    "<img src=x onerror=mark(1)>\"><svg onload=mark(2)>' onfocus=mark(3) autofocus x='</script></title></textarea>"
    "<script>mark(4)</script>{{ 7*191 }}]]><marked>&lt;marked&gt;"
)
SLY_NAME = "\"><img src=x onerror=mark(5)>'{{ 7*191 }}.txt"  # Without a slash, before which a name is cut off.
SLY_PLACE = "<b onclick=mark(6)>'\"{{ 7*191 }}县"


def sly_model(model: Model) -> Model:
    """A model whose themes are called so; codes stay, since labels name them."""

    def named(entry: Code) -> Code:
        words = {name: f"{getattr(entry, name)} {SLY}" for name in ("zh", "en", "definition", "includes", "excludes")}
        return replace(entry, **words, definition_zh=SLY, includes_zh=SLY, excludes_zh=SLY)

    book = model.codebook
    sly = replace(book, themes=tuple(map(named, book.themes)), subcodes=tuple(map(named, book.subcodes)))
    return replace(model, codebook=replace(sly, rules=(SLY,), rules_zh=(SLY,)))


@pytest.fixture(scope="module")
def sly_app(
    model: Model, trained_home: Path, evaluation: Mapping[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, Busy]]:
    """A database as after weeks of work in which everybody wrote such things wherever they could."""
    folder = tmp_path_factory.mktemp("sly") / "home"
    shutil.copytree(trained_home, folder)
    sly_model_ = sly_model(model)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(folder))
        for name in ("UNLABELLED", "LABELLED"):
            patch.setattr(busy_site, name, getattr(busy_site, name).replace("。\n", f"。{SLY}\n"))
        patch.setattr(busy_site, "PREVIEWED", {SLY_NAME: next(iter(busy_site.PREVIEWED.values())), f"x{SLY_NAME}": ""})
        patch.setattr(busy_site, "EXAMPLE_TEXT", EXAMPLE_TEXT + f"\n全年调解纠纷三百件。{SLY}\n")
        app = create_app(WebSettings(measure_model=False), shipped=lambda: sly_model_)
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
        busy = fill(app, evaluation)
        services = services_of(app)
        with services.database.writing() as session:
            for document in (busy.labelled, busy.unlabelled):
                change_origin(
                    session, document, {"title": SLY, "jurisdiction": SLY_PLACE, "issuer": SLY, "document_number": SLY}
                )
            first = session.scalar(
                select(Paragraph.id).where(Paragraph.document_id == busy.unlabelled).order_by(Paragraph.id)
            )
            for annotator, theme in ((SLY_NAME, "mediation"), ("wang", "publicity")):
                label = NewLabel(first or 0, theme, annotator, "document", note=SLY)
                add_label(session, sly_model_.codebook, label)
        yield app, busy
        services.database.close()


def born(page: str) -> list[str]:
    """Return what a page holds that only text of the above could have brought into it."""
    found = ["7*191 was worked out"] if "1337" in page else []
    for element in html.document_fromstring(page).iter():
        if not isinstance(element.tag, str):
            found += ["a comment"] if "mark(" in str(element) else []
            continue
        text = (element.text or "") if element.tag in ("script", "style", "title", "textarea") else ""
        if element.tag == "marked" or (element.tag in ("script", "style") and "mark(" in text):
            found.append(f"<{element.tag}>")
        for name, value in element.attrib.items():
            address = name in ("href", "src", "action", "formaction", "srcdoc", "xlink:href")
            if name.startswith("on") or (name == "autofocus" and "mark" in html.tostring(element, encoding="unicode")[:200]):
                found.append(f"<{element.tag} {name}>")
            elif address and value.strip().lower().startswith(("javascript:", "data:", "x")):
                found.append(f"<{element.tag} {name}={value[:40]}>")
    return found


def test_what_is_born_of_text_is_seen() -> None:
    assert born(f"<!doctype html><p>{SLY}</p>") and born(f"<p title='{SLY}'>") and born("<p>1337")
    assert not born("<p>&lt;img onerror=mark(1)&gt;</p><script src='/a.js'></script><a href='/x'>x</a>")


@pytest.fixture(scope="module")
def administrator(sly_app: tuple[Flask, Busy]) -> FlaskClient:
    client = sly_app[0].test_client()
    assert client.post("/log-in", data={"name": ADMINISTRATOR, "password": PASSWORD}).status_code == 303
    return client


# Addresses beside the pages: parts of them, downloads, and such words in the address itself.
MORE: dict[str, tuple[str, dict[str, str]]] = {
    "tag-download": ("/tag/{tagged}/download/csv", {}),
    "mix-documents": ("/mix", {"by": "document"}),
    "mix-paragraphs-sly": ("/mix/paragraphs", {"group": SLY_PLACE}),
    "mix-chart": ("/mix/chart.svg", {}),
    "compare-sly": ("/compare", {"a": SLY_PLACE, "b": "杭州市"}),
    "compare-html": ("/compare/download/html", {"a": SLY_PLACE, "b": "杭州市"}),
    "document": ("/documents/{labelled}", {}),
    "documents-found": ("/documents", {"q": SLY}),
    "log-of": ("/review/log", {"annotator": SLY_NAME}),
    "log-in-next": ("/log-in", {"next": f"/{SLY}"}),
    "nothing": ("/<marked>", {}),
    "wrong-theme": ("/documents/{labelled}", {"theme": SLY}),
    "wrong-group": ("/mix", {"by": SLY, "theme": SLY, "year": SLY}),
    "wrong-version": ("/codebook/versions/<marked>", {}),
}
# Where such words must be seen, so that nothing here passes because nobody is shown them.
SHOWN = {
    "tag-results": "mark(1)",
    "mix": "mark(6)",
    "mix-in-detail": "mark(1)",
    "mix-documents": "mark(",
    "mix-paragraphs": "mark(1)",
    "mix-paragraphs-sly": "mark(1)",
    "compare-sly": "mark(6)",
    "review-document": "mark(1)",
    "review-uncertain": "mark(1)",
    "log": "mark(5)",
    "agreement": "mark(",
    "conflict": "mark(1)",
    "documents": "mark(",
    "document": "mark(6)",
    "preview": "mark(5)",
    "document-delete": "mark(",
    "codebook": "mark(1)",
    "model": "mark(1)",
    "documents-found": "mark(1)",
    "compare-html": "mark(6)",
    "mix-chart": "mark(",
}


@pytest.mark.parametrize("name", [*PAGES, *MORE])
def test_no_page_holds_an_element_or_attribute_that_somebody_wrote(
    name: str, sly_app: tuple[Flask, Busy], administrator: FlaskClient
) -> None:
    path, query = MORE[name] if name in MORE else (PAGES[name], {})
    answer = administrator.get(sly_app[1].address(path), query_string=query or None, follow_redirects=True)
    assert answer.status_code < 500
    if answer.mimetype == "image/svg+xml":
        etree.fromstring(answer.data)  # Whole, and no element of it stands where it should not.
    if answer.mimetype in ("text/html", "image/svg+xml"):
        assert born(answer.text.removeprefix('<?xml version="1.0" encoding="UTF-8"?>')) == []
    assert SHOWN.get(name, "") in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")


@pytest.mark.parametrize(
    "path", ["/api/v1/documents", "/api/v1/labels", "/api/v1/mix", "/api/v1/codebook", "/api/v1/review"]
)
def test_programs_get_such_words_as_they_are_and_browsers_no_page_of_them(
    path: str, sly_app: tuple[Flask, Busy], administrator: FlaskClient
) -> None:
    answer = administrator.get(path)
    assert answer.mimetype == "application/json" and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "mark(" in json.dumps(answer.get_json(), ensure_ascii=False)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
@pytest.mark.parametrize(
    ("path", "query"), [("/mix/download/", {}), ("/compare/download/", {"a": SLY_PLACE, "b": "杭州市"})]
)
def test_what_is_downloaded_is_never_shown_as_a_page_of_the_server(
    path: str, query: dict[str, str], kind: str, administrator: FlaskClient
) -> None:
    answer = administrator.get(path + kind, query_string=query)
    assert answer.status_code == 200 and answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.mimetype != "text/html"
    if kind != "xlsx":
        assert "mark(6)" in answer.text
        return
    sheets = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets
    assert any("mark(6)" in str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row)


def test_what_is_typed_into_forms_comes_back_as_text(administrator: FlaskClient, sly_app: tuple[Flask, Busy]) -> None:
    address = sly_app[1].address
    forms = {
        "/log-in": {"name": SLY, "password": SLY, "next": f"/{SLY}"},
        "/account/tokens": {"name": SLY},
        "/account/password": {"password": SLY, "new_password": SLY, "new_password_again": "x"},
        "/tag": {"texts": SLY, "jurisdiction": SLY, "year": SLY},
        "/review/uncertain/label": {"paragraph": "x", "theme": SLY, "note": SLY, "texts": SLY},
        address("/documents/{labelled}/change"): {"year": SLY, "title": SLY, "jurisdiction": SLY},
        "/snapshots": {"title": SLY, "selection": SLY},
        "/review/audit": {"size": SLY},
    }
    for path, data in forms.items():
        answer = administrator.post(path, data=data, follow_redirects=True)
        assert answer.status_code < 500 and born(answer.text) == [], path
