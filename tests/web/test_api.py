"""The JSON API: what is classified, and how requests that cannot be answered are refused."""

import json
from collections.abc import Callable
from time import process_time
from typing import Any

import pytest
from api_calls import TEXT, api, classify
from flask import Flask
from flask.testing import FlaskClient

from classifier import Model
from web.api.classify import EXAMPLE

# Classification


def test_a_text_is_classified_with_its_statements_and_evidence(client: FlaskClient) -> None:
    found = classify(client, [TEXT])
    assert set(found) == {"model", "results"}
    (result,) = found["results"]
    assert set(result) == {"theme", "detail", "confidence", "band", "secondary", "scores", "statements", "evidence"}
    assert result["theme"] == result["detail"] == "mediation"
    assert result["secondary"] == ["publicity"]
    assert result["confidence"] == result["scores"]["mediation"] == max(result["scores"].values())
    assert sum(result["scores"].values()) == pytest.approx(1, abs=1e-5)
    assert [statement["theme"] for statement in result["statements"]] == ["mediation", "publicity"]
    for statement in result["statements"]:
        assert TEXT[statement["start"] : statement["end"]] == statement["text"]


def test_each_text_has_the_band_of_its_confidence_and_none_without_a_theme(client: FlaskClient, model: Model) -> None:
    assert model.bands is not None
    results = classify(client, [TEXT, "相关工作。", "……"])["results"]
    assert [result["band"] for result in results] == [*(model.bands.of(own["confidence"]) for own in results[:2]), None]
    assert client.get("/api/v1/model").get_json()["record"]["bands"] == model.bands.to_dict()


def test_the_example_of_the_guide_is_what_the_model_says(client: FlaskClient) -> None:
    (example,) = EXAMPLE["results"]
    (found,) = classify(client, [example["statements"][0]["text"]], evidence=2)["results"]
    for name in ("theme", "detail", "band", "secondary"):
        assert found[name] == example[name]
    assert [(part["start"], part["end"]) for part in found["statements"]] == [(0, example["statements"][0]["end"])]
    assert [item["term"] for item in found["evidence"]] == [item["term"] for item in example["evidence"]]


def test_evidence_is_the_strongest_by_place_and_as_much_as_was_asked_for(client: FlaskClient) -> None:
    everything = classify(client, [TEXT], evidence=200)["results"][0]["evidence"]
    usual = classify(client, [TEXT])["results"][0]["evidence"]
    few = classify(client, [TEXT], evidence=3)["results"][0]["evidence"]
    assert len(everything) > len(usual) == 20
    assert few == sorted(few, key=lambda item: item["start"])
    assert {abs(item["weight"]) for item in few} == set(sorted(abs(item["weight"]) for item in everything)[-3:])
    for item in everything:
        assert len(item["term"]) <= item["end"] - item["start"]
    assert classify(client, [TEXT], evidence=0)["results"][0] == {**classify(client, [TEXT])["results"][0], "evidence": []}


def test_many_texts_get_the_answers_that_each_gets_alone(client: FlaskClient) -> None:
    texts = [TEXT, "普法", "", "。", "办理法律援助案件三百件。" * 10_000, TEXT[::-1]]
    together = classify(client, texts)["results"]
    assert len(together) == len(texts)
    for text, result in zip(texts, together, strict=True):
        (alone,) = classify(client, [text])["results"]
        assert (alone["theme"], alone["statements"][:1]) == (result["theme"], result["statements"][:1])
        assert alone["scores"] == pytest.approx(result["scores"], abs=2e-6)
    assert together[2]["theme"] == together[3]["theme"] == together[3]["detail"] == ""
    assert together[3]["statements"] == together[3]["evidence"] == []


def test_a_thousand_texts_are_classified_and_one_more_is_not(client: FlaskClient) -> None:
    assert len(classify(client, ["普法宣传"] * 1000)["results"]) == 1000
    refused = client.post("/api/v1/classify", json={"texts": ["普法宣传"] * 1001})
    assert refused.status_code == 400
    assert refused.get_json()["errors"][0]["pointer"] == "/texts"


def test_what_no_text_can_hold_is_replaced_and_keeps_its_place(client: FlaskClient) -> None:
    body = b'{"texts": ["\\ud800\\u0000\xe8\xb0\x83\xe8\xa7\xa3\xe7\xba\xa0\xe7\xba\xb7", "\\ud83d\\ude00"]}'
    answer = client.post("/api/v1/classify", data=body, content_type="application/json")
    broken, whole = answer.get_json()["results"]
    assert broken["statements"][0]["text"] == "\ufffd\ufffd调解纠纷"
    assert whole["theme"] == ""


# Requests that are refused


def refusals() -> list[Any]:
    texts, documents, labels = "/classify", "/documents", "/labels"
    theme = {"document": 1, "paragraph": 1, "theme": "mediation"}
    return [
        pytest.param(texts, {}, "/texts", "is missing", id="nothing"),
        pytest.param(texts, {"texts": []}, "/texts", "at least 1", id="no text"),
        pytest.param(texts, {"texts": "a"}, "/texts", "a list", id="no list"),
        pytest.param(texts, {"texts": ["a", 5]}, "/texts/1", "must be text", id="a number for a text"),
        pytest.param(texts, {"texts": ["a"], "evidence": 201}, "/evidence", "from 0 to 200", id="too much evidence"),
        pytest.param(texts, {"texts": ["a"], "evidence": True}, "/evidence", "a whole number", id="true for a number"),
        pytest.param(texts, {"texts": ["a"], "txets": []}, "/txets", "use only: texts, evidence", id="unknown property"),
        pytest.param(texts, {"texts": ["法" * 200_001]}, "/texts/0", "has 200001 characters", id="too long"),
        pytest.param(texts, ["a"], "", "must be an object", id="a list for an object"),
        pytest.param(documents, {"name": "a", "text": "。"}, "/text", "must hold a Chinese character", id="no letter"),
        pytest.param(documents, {"name": "a", "text": "法治", "year": "23"}, "/year", "four digits", id="short year"),
        pytest.param(documents, {"name": "a", "text": "法治", "level": "town"}, "/level", "province, city", id="level"),
        pytest.param(documents, {"name": "", "text": "法治"}, "/name", "at least 1", id="no name"),
        pytest.param(labels, {**theme, "theme": "sport"}, "/theme", "business_environment", id="unknown theme"),
        pytest.param(labels, {**theme, "theme": "other"}, "/theme", "other.general", id="no leaf code"),
        pytest.param(labels, {**theme, "secondary": ["other"]}, "/secondary/0", "mediation", id="never secondary"),
        pytest.param(labels, {**theme, "secondary": ["publicity"] * 2}, "/secondary", "each once", id="named twice"),
        pytest.param(labels, {**theme, "document": 2**31}, "/document", "from 1 to 2147483647", id="large ID"),
        pytest.param(labels, {**theme, "document": 10**400}, "/document", "from 1 to 2147483647", id="huge ID"),
        pytest.param(labels, {**theme, "paragraph": 1.5}, "/paragraph", "a whole number", id="half a paragraph"),
        pytest.param(labels, {**theme, "request": "x" * 65}, "/request", "at most 64", id="long request"),
        pytest.param(labels, {**theme, "chosen_by": "luck"}, "/chosen_by", "uncertain", id="unknown choice"),
    ]


@pytest.mark.parametrize(("path", "body", "pointer", "words"), refusals())
def test_a_body_that_is_not_as_described_is_refused_with_its_place_and_what_is_allowed(
    client: FlaskClient, path: str, body: Any, pointer: str, words: str
) -> None:
    answer = client.post(f"/api/v1{path}", json=body)
    problem = answer.get_json()
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert (problem["status"], problem["title"], problem["type"]) == (400, "Bad Request", "about:blank")
    assert [(fault["in"], fault["pointer"]) for fault in problem["errors"]] == [("body", pointer)]
    assert words in problem["errors"][0]["detail"]
    assert words in problem["detail"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is not JSON"),
        (b'{"texts": [', "line 1, column 12"),
        (b'{"texts": ["\xff"]}', "is not UTF-8 (byte 12)"),
        (b'{"texts": [NaN]}', "NaN is no number"),
        (b'{"texts": ["a"], "texts": ["b"]}', "a key stands twice"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"evidence": ' + b"9" * 5000 + b"}", "is not JSON"),
    ],
    ids=["nothing", "cut off", "latin", "NaN", "twice", "deep", "endless number"],
)
def test_what_is_not_json_is_refused_with_its_place(client: FlaskClient, data: bytes, words: str) -> None:
    answer = client.post("/api/v1/classify", data=data, content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert words in answer.get_json()["detail"]


@pytest.mark.parametrize(
    ("path", "pointer", "words"),
    [
        ("/documents?limit=0", "/limit", "from 1 to 200"),
        ("/documents?limit=ten", "/limit", "a whole number"),
        ("/documents?limit=010", "/limit", "a whole number"),
        ("/documents?limit=", "/limit", "a whole number"),
        ("/documents?limit=5&limit=6", "/limit", "more than once"),
        ("/documents?after=-1", "/after", "from 0 to"),
        ("/documents?after=99999999999999999999", "/after", "a whole number"),
        ("/documents?levle=city", "/levle", "use only: search, level, year, after, limit"),
        ("/documents?level=town", "/level", "province, city, county"),
        ("/documents/1/paragraphs?theme=sport", "/theme", "mediation"),
        ("/mix?by=weather", "/by", "jurisdiction, document"),
        ("/mix?measure=words", "/measure", "paragraphs, text"),
        ("/mix?year=２０２３", "/year", "four digits"),
        ("/paragraphs", "/group", "is missing"),
        ("/review?queue=best", "/queue", "uncertain"),
        ("/labels?document=0", "/document", "from 1 to"),
        ("/codebook?lang=en", "/lang", "takes none"),
    ],
)
def test_a_query_that_is_not_as_described_is_refused(client: FlaskClient, path: str, pointer: str, words: str) -> None:
    problem = api(client, path, 400)
    assert [(fault["in"], fault["pointer"]) for fault in problem["errors"]] == [("query", pointer)]
    assert words in problem["errors"][0]["detail"]


@pytest.mark.parametrize(
    "path",
    [
        *(f"/documents/{number}" for number in ("99", "0", "-1", "01", "1.0", "abc", "99999999999999999999")),
        *(
            "/documents/99/paragraphs",
            "/jobs/1",
            "/review?queue=document&document=99",
            "/paragraphs?group=nowhere",
            "/weather",
        ),
    ],
)
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/api/v1{path}")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.get_json()["title"] == "Not Found"


def test_the_largest_nonsense_is_refused_at_once(client: FlaskClient) -> None:
    deep: Any = []
    for _ in range(400):
        deep = [deep]
    label = {"document": 1, "paragraph": 1, "theme": "mediation"}
    for path, body in (
        ("/classify", {"texts": [""] * 3_000_000}),
        ("/classify", {str(number): number for number in range(100_000)}),
        ("/labels", {**label, "secondary": [deep, deep]}),
        ("/labels", {**label, "secondary": ["publicity"] * 100_000}),
    ):
        started = process_time()
        answer = client.post(f"/api/v1{path}", json=body)
        assert answer.status_code == 400
        assert len(answer.get_json()["errors"]) <= 20
        assert process_time() - started < 5
    assert client.get("/api/v1/mix?" + "&".join(f"x{number}=1" for number in range(1000))).status_code == 400


def test_bodies_of_other_types_are_refused_with_those_that_are_taken(client: FlaskClient) -> None:
    body = json.dumps({"texts": [TEXT]})
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        answer = client.post("/api/v1/classify", data=body, content_type=kind)
        assert answer.status_code == 415
        assert answer.get_json()["detail"].endswith("send one of: application/json")
    assert client.post("/api/v1/classify", data=body, content_type="application/json; charset=utf-8").status_code == 200


def test_methods_that_there_are_not_are_refused_with_those_that_there_are(client: FlaskClient) -> None:
    for method, path, allowed in (
        ("PUT", "/classify", {"POST", "OPTIONS"}),
        ("GET", "/classify", {"POST", "OPTIONS"}),
        ("PATCH", "/documents/1", {"GET", "HEAD", "DELETE", "OPTIONS"}),
    ):
        answer = client.open(f"/api/v1{path}", method=method)
        assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
        assert set(answer.headers["Allow"].split(", ")) == allowed
    assert set(client.options("/api/v1/documents").headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    head = client.head("/api/v1/documents")
    assert (head.status_code, head.data) == (200, b"")


def test_a_request_that_is_too_large_is_refused(make_app: Callable[..., Flask]) -> None:
    client = make_app(largest_body=1000).test_client()
    answer = client.post("/api/v1/classify", json={"texts": ["法治" * 1000]})
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")
