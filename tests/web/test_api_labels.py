"""The JSON API: labels, queues, agreement, the model, and who may do what."""

from collections.abc import Callable
from typing import Any

import pytest
from api_calls import TEXT, BearerClient, add, api, classify, label
from application import services_of
from flask import Flask
from flask.testing import FlaskClient

from web.store.audit import draw_sample
from web.store.jobs import ask_for_job, report
from web.store.users import add_user, make_token

Clients = dict[str, FlaskClient]


@pytest.fixture
def with_tokens(app: Flask) -> Clients:
    """Clients with the tokens of accounts: one of each role, a second annotator, and one with a token of nobody."""
    app.test_client_class = BearerClient
    roles = {"viewer": "viewer", "wang": "annotator", "li": "annotator", "administrator": "administrator"}
    clients: Clients = {}
    with services_of(app).database.writing() as session:
        for name, role in roles.items():
            client = clients[name] = app.test_client()
            assert isinstance(client, BearerClient)
            client.token = make_token(session, add_user(session, name, "correct horse", role).id, "tests")
    clients["nobody"] = app.test_client()
    app.test_client_class = None
    clients["stranger"] = app.test_client()
    return clients


# Labels


def test_a_label_is_added_and_holds(client: FlaskClient) -> None:
    number = add(client).get_json()["id"]
    answer = label(
        client, document=number, paragraph=2, theme="legal_aid", secondary=["publicity", "legal_aid"], note="为什么"
    )
    assert answer.status_code == 201
    found = answer.get_json()
    assert found["current"] == {
        "state": "agreed",
        "theme": "legal_aid",
        "secondary": ["publicity"],
        "annotators": ["local"],
        "note": "为什么",
    }
    entry = found["label"]
    assert (entry["document"], entry["document_name"], entry["paragraph"], entry["statement"]) == (
        number,
        "report.txt",
        2,
        0,
    )
    assert (entry["kind"], entry["chosen_by"], entry["annotator"]) == ("label", "api", "local")
    assert api(client, "/labels", limit=1)["labels"] == [entry]
    (shown,) = api(client, f"/documents/{number}/paragraphs", after=1)["paragraphs"]
    assert (shown["detail"], shown["labelled"], shown["confidence"], shown["state"]) == ("legal_aid", True, None, "agreed")
    assert api(client, f"/documents/{number}")["labelled"] == 1


def test_a_statement_is_labelled_where_the_paragraph_has_it(client: FlaskClient) -> None:
    number = add(client).get_json()["id"]
    said: dict[str, Any] = {"document": number, "statement": 2, "theme": "publicity", "suggestion": "publicity"}
    answer = label(client, **said)
    assert answer.status_code == 201
    assert answer.get_json()["label"]["model"] == api(client, "/model")["model"]
    shown = api(client, f"/documents/{number}/paragraphs", limit=1)["paragraphs"][0]
    assert [part["labelled"] for part in shown["statements"]] == [False, True]
    assert not shown["labelled"]
    missing = label(client, **{**said, "statement": 3})
    assert (missing.status_code, missing.get_json()["detail"]) == (
        404,
        "This paragraph has 2 statements, so there is no statement 3.",
    )


def test_a_label_that_is_sent_again_counts_once(client: FlaskClient) -> None:
    first, again = label(client, request="7"), label(client, request="7")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    assert label(client, request="7", theme="publicity").status_code == 409
    assert label(client).status_code == 201
    assert len(api(client, "/labels", annotator="local")["labels"]) == 2


@pytest.mark.parametrize(
    ("said", "status"), [({"paragraph": 15}, 404), ({"document": 99}, 404), ({"chosen_by": "audit"}, 409)]
)
def test_a_label_of_nothing_is_refused(client: FlaskClient, said: dict[str, Any], status: int) -> None:
    assert label(client, **said).status_code == status
    assert api(client, "/labels", annotator="local")["labels"] == []


def test_a_label_from_a_random_sample_carries_its_probability(app: Flask, client: FlaskClient) -> None:
    with services_of(app).database.writing() as session:
        draw_sample(session, 46, "wang")
    unit = api(client, "/review", queue="audit", limit=1)["units"][0]
    assert unit["suggestion"] is None
    answer = label(client, document=unit["document"], paragraph=unit["paragraph"], chosen_by="audit")
    assert answer.get_json()["label"]["probability"] == 0.5


def test_the_log_is_filtered_and_a_queue_moves_on(client: FlaskClient) -> None:
    queue = api(client, "/review", queue="uncertain", limit=2)
    first, second = queue["units"]
    label(client, document=first["document"], paragraph=first["paragraph"], chosen_by="uncertain")
    later = api(client, "/review", queue="uncertain", limit=1)
    assert later["units"][0]["id"] == second["id"]
    assert (later["done"], later["total"]) == (queue["done"] + 1, queue["total"])
    entries = api(client, "/labels", document=first["document"], kind="label")["labels"]
    assert [(entry["annotator"], entry["paragraph"]) for entry in entries] == [("local", first["paragraph"])]
    assert api(client, "/labels", kind="withdrawal")["labels"] == []


def test_the_document_queue_begins_with_a_document_that_is_not_finished(client: FlaskClient) -> None:
    chosen = api(client, "/review", queue="document", limit=100)
    units = chosen["units"]
    assert [unit["paragraph"] for unit in units] == list(range(1, len(units) + 1))
    assert len({unit["document"] for unit in units}) == 1
    assert api(client, "/review", queue="document", document=units[0]["document"], limit=100) == chosen
    for unit in units:
        label(client, document=unit["document"], paragraph=unit["paragraph"])
    assert api(client, "/review", queue="document")["units"][0]["document"] != units[0]["document"]


def test_annotators_are_compared(with_tokens: Clients) -> None:
    for name, themes in {
        "wang": ["mediation", "publicity", "legal_aid"],
        "li": ["mediation", "publicity", "mediation"],
    }.items():
        for place, theme in enumerate(themes, 1):
            assert label(with_tokens[name], paragraph=place, theme=theme).status_code == 201
    answer = api(with_tokens["stranger"], "/agreement")
    (pair,) = answer["pairs"]
    assert answer["together"] == []
    assert (pair["annotators"], pair["kind"], pair["units"]) == (["li", "wang"], "paragraphs", 3)
    kappa = pair["kappa"]["themes"]
    assert kappa["value"] == pytest.approx(0.5) and kappa["low"] <= 0.5 <= kappa["high"]
    assert pair["kappa"]["enforcement_reform"] == {"value": None, "low": None, "high": None}
    assert [(entry["paragraph"], entry["codes"]) for entry in pair["disagreements"]] == [
        (3, {"li": "mediation", "wang": "legal_aid"})
    ]


# The model


def test_the_codebook_and_the_model_are_shown(client: FlaskClient) -> None:
    codebook, model = api(client, "/codebook"), api(client, "/model")
    assert codebook["themes"][0]["code"] == "business_environment"
    assert "other.general" in codebook["leaf_codes"] and "other" not in codebook["secondary_codes"]
    assert model["state"] == "current"
    assert model["record"]["codebook_digest"] == codebook["digest"]
    assert [entry["id"] for entry in model["models"]] == [model["id"]]
    assert classify(client, [TEXT])["model"] == model["model"]


def test_work_in_the_background_can_be_followed(app: Flask, client: FlaskClient) -> None:
    with services_of(app).database.writing() as session:
        number = ask_for_job(session, "measure", made_by="wang", model_id=1).id
    with services_of(app).database.writing() as session:
        report(session, number, "paragraphs", 2, 5)
    job = api(client, f"/jobs/{number}")
    assert (job["kind"], job["state"], job["step"], job["done"], job["total"]) == ("measure", "waiting", "paragraphs", 2, 5)
    assert (job["model"], job["started_at"]) == (1, None)


# Who may do what


@pytest.mark.parametrize(
    ("name", "reading", "labelling", "importing", "deleting"),
    [
        ("stranger", 200, 401, 401, 401),
        ("nobody", 401, 401, 401, 401),
        ("viewer", 200, 403, 403, 403),
        ("wang", 200, 201, 201, 403),
        ("administrator", 200, 201, 201, 204),
    ],
)
def test_a_token_may_do_what_its_account_may(
    with_tokens: Clients, name: str, reading: int, labelling: int, importing: int, deleting: int
) -> None:
    client = with_tokens[name]
    answers = [client.get("/api/v1/mix"), label(client), add(client), client.delete("/api/v1/documents/5")]
    assert [answer.status_code for answer in answers] == [reading, labelling, importing, deleting]
    for answer in answers:
        if answer.status_code in (401, 403):
            assert answer.mimetype == "application/problem+json"
        assert ("WWW-Authenticate" in answer.headers) == (answer.status_code == 401)
    if labelling == 201:
        assert answers[1].get_json()["label"]["annotator"] == name
        assert answers[2].get_json()["added_by"] == name


def test_a_private_server_shows_a_stranger_nothing_but_its_description(make_app: Callable[..., Flask]) -> None:
    app = make_app(private=True)
    with services_of(app).database.writing() as session:
        add_user(session, "wang", "correct horse", "viewer")
    client = app.test_client()
    for path in ("/mix", "/documents", "/codebook", "/model", "/labels"):
        api(client, path, 401)
    assert client.post("/api/v1/classify", json={"texts": [TEXT]}).status_code == 401
    api(client, "/openapi.json")


def test_a_session_may_write_and_another_site_may_not_use_it(as_user: Callable[..., FlaskClient]) -> None:
    client = as_user("wang", "annotator")
    assert label(client).status_code == 201
    body = {"document": 1, "paragraph": 1, "theme": "mediation"}
    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = client.post("/api/v1/labels", json=body, headers=headers)
        assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
