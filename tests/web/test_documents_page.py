"""The pages of documents: the list, one document with its themes, corrections, deletion, and who may do what."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from application import services_of
from documents import corpus_of, count, imported, keep, keys_of, send, text
from flask import Flask
from flask.testing import FlaskClient
from sample_report import REPORT
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from classifier import shipped_folder
from web.store.labels import NewLabel, add_label
from web.tables import Label, Paragraph

NEWEST = "西湖区司法局2024年工作总结和2025年工作思路"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("language", "en")
    return client


# The list


def names(client: FlaskClient, **query: str | int) -> list[str]:
    page = client.get("/documents", query_string=query).get_data(as_text=True)
    return [unescape(name) for name in re.findall(r'<th scope="row"><a [^>]*>(.*?)</a>', page)]


def test_the_list_shows_origin_paragraphs_labelled_share_and_source(client: FlaskClient) -> None:
    page = text(client.get("/documents"))
    assert f"{NEWEST} 004_e81d252c6a7ddc67.txt 西湖区 330106 County 2024 13 13 / 13" in page
    assert "came with the program" in page and "Documents: 5" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 5),
        ({"q": "西湖"}, 1),
        ({"q": "330"}, 5),
        ({"q": "司法 2022"}, 1),
        ({"q": "003_ED"}, 1),
        ({"q": "%"}, 0),
        ({"q": "_4"}, 1),
        ({"q": "\\"}, 0),
        ({"level": "county"}, 2),
        ({"level": "county", "year": "2024"}, 1),
        ({"year": "1999"}, 0),
        ({"level": "nonsense"}, 0),
        ({"after": "abc"}, 5),
    ],
)
def test_the_list_is_searched_and_filtered(client: FlaskClient, query: dict[str, str], found: int) -> None:
    assert len(names(client, **query)) == found


def test_pages_of_the_list_stay_the_same_while_documents_are_added(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.views.documents.DOCUMENTS_ON_A_PAGE", 2)
    whole = names(client) + names(client, after=4) + names(client, after=2)
    assert len(whole) == 5 == len(set(whole)) and whole[0] == NEWEST
    body = client.get("/documents").get_data(as_text=True)
    onward = unescape(re.findall(r'rel="next" href="([^"]*)"', body)[0])
    before = client.get(onward).get_data(as_text=True)
    imported(client, ("一.txt", REPORT))
    after = client.get(onward).get_data(as_text=True)
    row = r'<th scope="row"><a [^>]*>(.*?)</a>'
    assert re.findall(row, before) == re.findall(row, after) == whole[2:4]


def test_filters_travel_with_the_cursor(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.views.documents.DOCUMENTS_ON_A_PAGE", 1)
    body = client.get("/documents?level=county&q=330").get_data(as_text=True)
    onward = unescape(re.findall(r'rel="next" href="([^"]*)"', body)[0])
    assert parse_qs(urlsplit(onward).query) == {"level": ["county"], "q": ["330"], "after": ["5"]}
    assert names(client, level="county", q="330", after=5) == ["002_49258aced1410e2c.txt"]


# One document


def shown_positions(page: TestResponse) -> list[int]:
    return [int(number) for number in re.findall(r'<article class="paragraph" id="p(\d+)"', page.get_data(as_text=True))]


def test_a_document_shows_its_text_under_its_headings_with_themes_in_the_margin(client: FlaskClient) -> None:
    page = client.get("/documents/2")
    body = page.get_data(as_text=True)
    assert shown_positions(page) == list(range(1, 17))
    headings = re.findall(r"<h3[^>]*>(.*?)</h3>", body)
    assert [heading[:2] for heading in headings] == ["一、", "二、", "三、", "四、"]
    assert "Legal aid and services by hand · settled also Business environment" in text(page)
    assert 'href="/review' in body and "document=2" in body


def test_the_text_on_the_page_is_the_text_of_the_paragraphs(app: Flask, client: FlaskClient) -> None:
    body = client.get("/documents/2?why=3").get_data(as_text=True)
    found = re.findall(r'<p class="paragraph-text">(.*?)</p>', body, re.DOTALL)
    with services_of(app).database.reading() as session:
        stored = session.scalars(select(Paragraph.text).where(Paragraph.document_id == 2).order_by(Paragraph.position))
        assert [unescape(re.sub(r"<[^>]*>", "", item)) for item in found] == list(stored)


def test_filters_of_a_document_keep_what_their_chips_count(client: FlaskClient) -> None:
    body = client.get("/documents/2").get_data(as_text=True)
    chips = re.findall(r'href="([^"]*theme=[^"]*)"[^>]*>.*?<span class="chip-extra">(\d+)</span>', body)
    body = client.get("/documents/2?theme=other").get_data(as_text=True)
    chips += re.findall(r'href="([^"]*theme=other\.[^"]*)"[^>]*>.*?<span class="chip-extra">(\d+)</span>', body)
    assert len(chips) > 8
    for address, number in chips:
        page = client.get(unescape(address))
        assert len(shown_positions(page)) == int(number)
        assert f": {number}" in text(page)


def test_a_filter_without_paragraphs_and_an_unknown_theme_say_so(client: FlaskClient) -> None:
    assert "No paragraph of this document has this theme." in text(client.get("/documents/1?theme=publicity"))
    answer = client.get("/documents/1?theme=sport")
    assert answer.status_code == 400 and "mediation" in text(answer)


def test_a_long_document_goes_on_where_it_stopped(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.views.documents.PARAGRAPHS_ON_A_PAGE", 7)
    seen: list[int] = []
    address: str | None = "/documents/2"
    while address:
        page = client.get(address)
        seen += shown_positions(page)
        onward = re.findall(r'rel="next" href="([^"]*)"', page.get_data(as_text=True))
        address = unescape(onward[0]) if onward else None
    assert seen == list(range(1, 17))
    assert shown_positions(client.get("/documents/2?at=9")) == list(range(8, 15))
    assert shown_positions(client.get("/documents/2?at=14")) == list(range(8, 15))
    assert "二、存在的不足和原因" in text(client.get("/documents/2?after=10")), "a page begins with the headings above it"


def test_why_marks_the_terms_of_one_paragraph(client: FlaskClient) -> None:
    page = client.get("/documents/2?why=7")
    body = page.get_data(as_text=True)
    assert body.count("What the model goes by for Mediation") == 1
    marked = body.split('id="p7"')[1].split("</article>")[0]
    assert '<mark class="for-' in marked and body.count("<mark") == marked.count("<mark")
    assert re.search(r"speaks for it [^ ]*[调解纠纷]", text(page))


def test_hand_labels_of_paragraphs_and_statements_are_shown(app: Flask, client: FlaskClient) -> None:
    number = imported(client, ("一.txt", REPORT))
    page = client.get(f"/documents/{number}")
    assert "by hand" not in text(page).replace("labelled by hand: 0", "") and "model, > 99% sure" in text(page)
    services = services_of(app)
    book = services.models.get().model.codebook
    with services.database.writing() as session:
        ids = session.scalars(select(Paragraph.id).where(Paragraph.document_id == number).order_by(Paragraph.position)).all()
        for paragraph, statement, theme, annotator in (
            (ids[0], 0, "enforcement_reform", "wang"),
            (ids[0], 2, "party_building", "wang"),
            (ids[1], 0, "publicity", "wang"),
            (ids[1], 0, "mediation", "li"),
        ):
            add_label(session, book, NewLabel(paragraph, theme, annotator, "document", statement=statement))
    page = client.get(f"/documents/{number}")
    assert "Enforcement reform by hand · wang" in text(page) and "labelled by hand: 1" in text(page)
    assert "Annotators disagree: li, wang" in text(page) and "model, > 99% sure" in text(page)
    statement = re.findall(r'<span class="statement tint-(\d)" title="([^"]*)"', page.get_data(as_text=True))[1]
    assert statement == ("5", "Party building · labelled by hand")
    assert shown_positions(client.get(f"/documents/{number}?theme=enforcement_reform")) == [1]
    assert f"{number}" in text(client.get("/documents")) and "1 / 2" in text(client.get("/documents"))


def test_an_origin_is_corrected_and_a_wrong_one_stays_typed(app: Flask, client: FlaskClient) -> None:
    before = corpus_of(app).revision
    data = {
        "jurisdiction": "  余杭区 ",
        "level": "county",
        "year": "2023",
        "title": "新标题",
        "adcode": "",
        "issuer": "余杭区司法局",
    }
    assert client.post("/documents/3/change", data=data).headers["Location"] == "/documents/3"
    page = text(client.get("/documents/3"))
    assert "新标题" in page and "余杭区 · County · 2023" in page
    corpus = corpus_of(app)
    assert corpus.revision > before and corpus.origins[3].jurisdiction == "余杭区" and corpus.origins[3].adcode == ""
    answer = client.post("/documents/3/change", data={**data, "adcode": "330-110", "title": "更新的标题"})
    body = answer.get_data(as_text=True)
    assert answer.status_code == 400 and "The adcode 330-110 is not one" in text(answer)
    assert 'value="330-110"' in body and 'value="更新的标题"' in body
    assert corpus_of(app).origins[3].title == "新标题"


@pytest.mark.parametrize("path", ["/documents/99", "/documents/99/delete", "/documents/99?theme=sport"])
def test_a_document_that_is_not_there_says_so(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404 and "There is no document 99; it may have been deleted." in text(answer)
    assert client.post("/documents/99/change", data={"year": "2024"}).status_code == 404
    assert client.post("/documents/99/delete").status_code == 404


# Deletion


def test_a_deleted_document_leaves_list_and_mix_and_comes_back_with_its_labels(app: Flask, client: FlaskClient) -> None:
    file = shipped_folder("seeds") / "004_e81d252c6a7ddc67.txt"
    before, entries = corpus_of(app), count(app, Label)
    question = text(client.get("/documents/5/delete"))
    assert "(paragraphs: 13)" in question and "Its labels are kept (paragraphs: 13, statements:" in question
    assert len(corpus_of(app).ids) == len(before.ids), "to look at the question deletes nothing"
    client.post("/documents/5/change", data={"jurisdiction": "杭州市西湖区"})
    assert client.post("/documents/5/delete").headers["Location"] == "/documents"
    assert "was deleted" in text(client.get("/documents")) and NEWEST not in names(client)
    gone = corpus_of(app)
    assert 5 not in gone.names and len(gone.ids) == len(before.ids) - 13 and count(app, Label) == entries
    assert client.get("/documents/5").status_code == 404

    [key] = keys_of(send(client, ("copy.txt", file.read_bytes())))
    page = client.get(f"/documents/preview?keys={key}")
    assert "Importing it brings 004_e81d252c6a7ddc67.txt back with all its labels." in text(page)
    assert 'value="杭州市西湖区"' in page.get_data(as_text=True), "what was corrected before is not forgotten"
    assert keep(client, [key], **{f"{key}.year": "2025"}).headers["Location"] == "/documents/5"
    back = corpus_of(app)
    assert back.labelled[back.documents == 5].all() and count(app, Label) == entries
    assert (back.origins[5].jurisdiction, back.origins[5].year) == ("杭州市西湖区", "2025")
    assert "Documents that are back, with their labels: 1." in text(client.get("/documents/5"))


def test_a_document_without_labels_is_deleted_and_restored_too(app: Flask, client: FlaskClient) -> None:
    number = imported(client, ("一.txt", REPORT))
    assert "It has no labels." in text(client.get(f"/documents/{number}/delete"))
    client.post(f"/documents/{number}/delete")
    assert imported(client, ("二.txt", REPORT)) == number and number in corpus_of(app).names


def _everything(client: FlaskClient) -> Iterator[tuple[str, int]]:
    yield "list", client.get("/documents").status_code
    yield "show", client.get("/documents/1").status_code
    yield "upload", send(client, ("一.txt", REPORT)).status_code
    yield "change", client.post("/documents/1/change", data={"jurisdiction": "浙江省"}).status_code
    yield "question", client.get("/documents/1/delete").status_code
    yield "delete", client.post("/documents/1/delete").status_code


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("viewer", {"list": 200, "show": 200, "upload": 403, "change": 403, "question": 403, "delete": 403}),
        ("annotator", {"list": 200, "show": 200, "upload": 303, "change": 303, "question": 403, "delete": 403}),
        ("administrator", {"list": 200, "show": 200, "upload": 303, "change": 303, "question": 200, "delete": 303}),
    ],
)
def test_roles_see_and_do_what_is_theirs(as_user: Callable[..., FlaskClient], role: str, expected: dict[str, int]) -> None:
    client = as_user("wang", role)
    shown, listed = client.get("/documents/1").get_data(as_text=True), client.get("/documents").get_data(as_text=True)
    assert ("/documents/1/delete" in shown) is (role == "administrator")
    assert ("/documents/1/change" in shown) is ("/documents/upload" in listed) is (role != "viewer")
    assert dict(_everything(client)) == expected


def test_a_preview_is_read_by_nobody_who_may_not_import(as_user: Callable[..., FlaskClient]) -> None:
    [key] = keys_of(send(as_user("wang"), ("一.txt", REPORT)))
    assert as_user("li", "viewer").get(f"/documents/preview?keys={key}").status_code == 403


# In general


@pytest.mark.parametrize("path", ["/documents", "/documents/2?why=3", "/documents/2/delete", "preview"])
def test_pages_bring_no_inline_style_or_script(client: FlaskClient, path: str) -> None:
    if path == "preview":
        path = send(client, ("一.txt", REPORT), ("x.zip", "x")).headers["Location"]
    body = client.get(path).get_data(as_text=True)
    assert not re.search(r'\sstyle="|<style|\son\w+="|<script(?![^>]*\ssrc=)|(?:src|href)="(?:https?:)?//|javascript:', body)


def test_a_list_asks_the_database_as_often_for_many_documents_as_for_few(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    event.listen(services_of(app).database.engine, "before_cursor_execute", lambda *values: asked.append(values[2]))
    monkeypatch.setattr("web.views.documents.DOCUMENTS_ON_A_PAGE", 1)
    client.get("/documents")
    few = len(asked)
    monkeypatch.setattr("web.views.documents.DOCUMENTS_ON_A_PAGE", 5)
    client.get("/documents")
    assert len(asked) == 2 * few
    assert not any("documents.text" in question for question in asked)
