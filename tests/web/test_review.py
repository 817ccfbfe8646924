"""The review pages: label by queue, undo, label blind, draw a sample; and who may."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from review_desk import Desk, fields, label, paragraph_on
from sqlalchemy import select

from web.store.models import get_model
from web.tables import AuditSample, AuditUnit


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("language", "en")
    return client


def test_labelling_goes_from_unit_to_unit_and_stores_what_was_seen(desk: Desk, client: FlaskClient) -> None:
    first, second = desk.units("uncertain", "local", limit=2)
    page = client.get("/review/uncertain").text
    assert paragraph_on(page) == first.id and first.suggestion
    assert first.text[:8] in page and "The model says" in page
    answer = label(client, "uncertain", page, "publicity", secondary=["mediation", "publicity"], note=" 依规则一 ")
    assert answer.status_code == 303 and f"after={first.id}" in answer.location
    assert paragraph_on(client.get(answer.location).text) == second.id
    (entry,) = desk.entries()
    assert (entry.kind, entry.theme, entry.secondary, entry.annotator) == ("label", "publicity", "mediation", "local")
    assert (entry.chosen_by, entry.suggestion, entry.note) == ("uncertain", first.suggestion.theme, "依规则一")
    assert entry.model == desk.current.model.identity and entry.codebook == desk.current.model.codebook.version
    assert desk.holding(first.id) == ("agreed", "publicity")
    assert "labels today: 1" in client.get(answer.location).text


def test_the_unit_stands_between_its_neighbours_with_its_place_and_the_codebook(desk: Desk, client: FlaskClient) -> None:
    page = client.get(f"/review/document?document={desk.document_id}&paragraph={desk.new[2]}").text
    shown = desk.units("document", document_id=desk.document_id)
    for text in (shown[2].text, shown[3].text, "二、下一步打算", "测试县", "2024", "paragraph 3 of 4", "Plans"):
        assert text in re.sub(r"<[^>]+>", "", page), text
    for entry in desk.current.model.codebook.themes:
        assert entry.definition in page and entry.includes in page.replace("&#39;", "'")


def test_the_document_queue_goes_through_one_document_and_says_when_it_ends(desk: Desk, client: FlaskClient) -> None:
    address, seen = f"/review/document?document={desk.document_id}", []
    while "data-label-form" in (page := client.get(address).text):
        seen.append(paragraph_on(page))
        address = label(client, "document", page, "mediation").location
    assert seen == desk.new
    assert "You are through with this queue" in page and "Most uncertain" in page and "4 of 4 done by you" in page
    assert client.get("/review/document").location.endswith("/review#document")


def test_skipped_units_are_offered_again_at_the_end(desk: Desk, client: FlaskClient) -> None:
    page = client.get(f"/review/document?document={desk.document_id}&after={desk.new[-1]}").text
    assert "skipped" in page
    again = re.search(r'href="(/review/document\?[^"]*)">Go through', page)
    assert again and paragraph_on(client.get(again[1].replace("&amp;", "&")).text) == desk.new[0]


@pytest.mark.parametrize(
    ("queue", "said"),
    [
        ("audit", "No sample was drawn yet"),
        ("suspected", "still being measured"),
        ("disagreement", "nothing to label in this queue"),
    ],
)
def test_an_empty_queue_says_why_and_offers_the_others(desk: Desk, client: FlaskClient, queue: str, said: str) -> None:
    page = client.get(f"/review/{queue}").text
    assert said in page and "/review/uncertain" in page


def test_a_measured_model_that_doubts_no_label_is_not_said_to_be_measured(desk: Desk, client: FlaskClient) -> None:
    with desk.database.writing() as session:
        get_model(session, desk.current.id).evaluation = {"accuracy": 1.0}
    assert "being measured" not in client.get("/review/suspected").text + client.get("/review").text


def test_a_form_that_is_sent_twice_counts_once_and_another_choice_counts_anew(desk: Desk, client: FlaskClient) -> None:
    page = client.get("/review/uncertain").text
    for theme in ("mediation", "mediation", "publicity"):
        assert label(client, "uncertain", page, theme).status_code == 303
    assert [entry.theme for entry in desk.entries()] == ["mediation", "publicity"]


def test_a_choice_that_is_not_allowed_comes_back_with_what_was_typed(desk: Desk, client: FlaskClient) -> None:
    page = client.get("/review/uncertain").text
    answer = label(client, "uncertain", page, "", secondary=["mediation"], note="我的理由")
    assert answer.status_code == 400 and "我的理由" in answer.text and "not in the codebook" in answer.text
    assert re.search(r'value="mediation"[^>]* checked', answer.text)
    assert paragraph_on(answer.text) == paragraph_on(page) and desk.entries() == []


@pytest.mark.parametrize("paragraph", ["", "0", "x", "99999", "9" * 30])
def test_a_paragraph_that_does_not_exist_is_not_found(client: FlaskClient, paragraph: str) -> None:
    assert client.post("/review/uncertain/label", data={"theme": "mediation", "paragraph": paragraph}).status_code == 404
    assert client.get(f"/review/uncertain?paragraph={paragraph or 0}").status_code == 404
    assert client.get("/review/conflicts/" + (paragraph or "0")).status_code == 404


def test_undo_takes_the_last_label_back_and_returns_to_its_unit(desk: Desk, client: FlaskClient) -> None:
    address = "/review/uncertain"
    for _ in range(2):
        page = client.get(address).text
        address = label(client, "uncertain", page, "mediation").location
    second = paragraph_on(page)
    undo = re.search(r'name="label" value="(\d+)"', client.get(address).text)
    assert undo
    for _ in range(2):  # Pressed twice, it takes one label back.
        answer = client.post("/review/undo", data={"label": undo[1]})
        assert answer.status_code == 303 and f"paragraph={second}" in answer.location
    assert desk.holding(second) is None
    assert [entry.kind for entry in desk.entries()] == ["label", "label", "withdrawal"]
    # Without a number, the last label of the session that still stands.
    first = client.post("/review/undo").location
    assert f"paragraph={desk.ids('uncertain', 'local', limit=1)[0]}" in first
    assert client.post("/review/undo").location.endswith("/review")


def test_undo_brings_back_the_label_that_stood_before(desk: Desk, client: FlaskClient) -> None:
    number = desk.new[0]
    desk.label(number, "legal_aid", "local")
    page = client.get(f"/review/document?paragraph={number}").text
    assert re.search(r'value="legal_aid"[^>]*aria-pressed="true"', page)
    label(client, "document", page, "mediation")
    assert desk.holding(number) == ("agreed", "mediation")
    answer = client.post("/review/undo")
    assert desk.holding(number) == ("agreed", "legal_aid")
    page = client.get(answer.location).text
    assert "holds again" in page and re.search(r'value="legal_aid"[^>]*aria-pressed="true"', page)


def test_nobody_undoes_the_labels_of_another_session(desk: Desk, app: Flask, as_user: Callable[..., FlaskClient]) -> None:
    wang, li = as_user("wang"), as_user("li")
    label(wang, "uncertain", wang.get("/review/uncertain").text, "mediation")
    assert li.post("/review/undo").location.endswith("/review")
    assert li.post("/review/undo", data={"label": desk.entries()[0].id}).status_code == 404
    assert [entry.kind for entry in desk.entries()] == ["label"]


@pytest.mark.parametrize(("address", "shown"), [("/review/uncertain", True), ("/review/uncertain?blind=1", False)])
def test_suggestions_are_hidden_on_demand_and_stay_hidden(
    desk: Desk, client: FlaskClient, address: str, shown: bool
) -> None:
    page = client.get(address).text
    assert ("The model says" in page) == shown and bool(fields(page)["suggestion"]) == shown
    answer = label(client, "uncertain", page, "mediation")
    assert ("blind=1" in answer.location) == (not shown) and bool(desk.entries()[0].suggestion) == shown
    assert ("The model says" in client.get(answer.location).text) == shown


def test_a_second_annotator_sees_nothing_of_the_first(desk: Desk, as_user: Callable[..., FlaskClient]) -> None:
    wang, li = as_user("wang"), as_user("li")
    address = f"/review/document?document={desk.document_id}"
    label(wang, "document", wang.get(address).text, "party_building", note="秘密的理由")
    page = li.get(address).text
    assert paragraph_on(page) == desk.new[0] and fields(page)["suggestion"] == ""
    for hidden in ("秘密的理由", "wang", 'aria-pressed="true"', ' suggested"', "statement tint-0"):
        assert hidden not in page, hidden
    # A suggestion that was never shown is not stored either.
    li.post("/review/audit", data={"size": "96"})
    shown = li.get(f"/review/audit?paragraph={desk.new[1]}").text
    label(li, "audit", shown, "mediation", suggestion="mediation")
    assert desk.entries()[-1].suggestion == ""
    # The overview does not tell themes of others either.
    overview = li.get("/review").text.split("newest-entries", 1)[1]
    assert "党建与队伍建设" not in overview and "矛盾纠纷调解" in overview


def test_labels_of_an_audit_sample_keep_the_probability_of_their_unit(desk: Desk, client: FlaskClient) -> None:
    answer = client.post("/review/audit", data={"size": "24"})
    assert answer.status_code == 303 and answer.location.endswith("/review/audit")
    page = client.get(answer.location).text
    label(client, "audit", page, "mediation")
    (entry,) = desk.entries()
    with desk.database.reading() as session:
        (sample,) = session.scalars(select(AuditSample))
        first = session.scalar(select(AuditUnit.paragraph_id).where(AuditUnit.place == 1))
    assert (sample.size, sample.frame, sample.drawn_by) == (24, 96, "local")
    assert (entry.paragraph_id, entry.chosen_by, entry.probability) == (first, "audit", 0.25)
    outside = next(number for number in (*desk.new, *desk.seeds) if number not in desk.ids("audit", "nobody"))
    refused = client.post("/review/audit/label", data={"paragraph": outside, "theme": "mediation", "note": "记下的话"})
    assert refused.status_code == 400 and "no audit sample" in refused.text and "记下的话" in refused.text


@pytest.mark.parametrize("size", ["", "0", "-3", "9999", "many", "9" * 40])
def test_a_sample_that_cannot_be_drawn_is_refused_beside_its_field(desk: Desk, client: FlaskClient, size: str) -> None:
    answer = client.post("/review/audit", data={"size": size})
    assert answer.status_code == 400 and "cannot be drawn" in answer.text and 'id="sample-size"' in answer.text
    with desk.database.reading() as session:
        assert session.scalars(select(AuditSample)).all() == []


READING = ("/review", "/review/log", "/review/agreement", "/review/agreement?format=csv", "/review/conflicts")
WRITING = ("/review/uncertain/label", "/review/undo", "/review/audit", "/review/conflicts/1")


def test_viewers_may_read_but_not_label(desk: Desk, as_user: Callable[..., FlaskClient], app: Flask) -> None:
    viewer, stranger = as_user("guest", "viewer"), app.test_client()
    viewer.set_cookie("language", "en")
    for address in READING:
        assert viewer.get(address).status_code == stranger.get(address).status_code == 200
    assert viewer.get("/review/uncertain").status_code == 403
    assert "/log-in" in stranger.get("/review/uncertain").location
    for address in WRITING:
        assert viewer.post(address, data={"theme": "mediation"}).status_code == 403
        assert stranger.post(address, data={"theme": "mediation"}).status_code in (302, 401)
    conflict = viewer.get(f"/review/conflicts/{desk.seeds[0]}").text
    assert "data-label-form" not in conflict and ">Start<" not in viewer.get("/review").text
    assert desk.entries() == []
