"""The JSON API: documents, their paragraphs, and the theme mix."""

from io import BytesIO
from typing import Any

import pytest
from api_calls import REPORT, add, api, label
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from classifier import shipped_folder

# Documents


def test_a_document_is_added_shown_and_deleted(client: FlaskClient) -> None:
    added = add(client, jurisdiction="清源县", year="2022", adcode="330199")
    document = added.get_json()
    assert added.status_code == 201
    del document["findings"]
    assert added.headers["Location"] == f"/api/v1/documents/{document['id']}"
    assert (document["name"], document["source"], document["paragraphs"]) == ("report.txt", "import", 2)
    assert (document["jurisdiction"], document["level"], document["year"]) == ("清源县", "county", "2022")
    assert api(client, f"/documents/{document['id']}") == {**document, "text": REPORT}
    assert [entry["id"] for entry in api(client, "/documents")["documents"]] == [1, 2, 3, 4, 5, 6]
    assert client.delete("/api/v1/documents/6").status_code == 204
    assert [entry["id"] for entry in api(client, "/documents")["documents"]] == [1, 2, 3, 4, 5]
    api(client, "/documents/6", 404)
    assert client.delete("/api/v1/documents/6").status_code == 404


def test_the_same_text_again_is_the_same_document_and_a_deleted_one_comes_back(client: FlaskClient) -> None:
    first = add(client)
    again = add(client, jurisdiction="别处县")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.get_json() == {**first.get_json(), "findings": again.get_json()["findings"]}
    assert again.headers["Location"] == first.headers["Location"]
    number = first.get_json()["id"]
    assert label(client, document=number).status_code == 201
    client.delete(f"/api/v1/documents/{number}")
    back = add(client, year="2024")
    assert back.status_code == 201
    findings = {**first.get_json()["findings"], "read_from": {"jurisdiction": "title"}}
    assert back.get_json() == {**first.get_json(), "labelled": 1, "year": "2024", "findings": findings}


def test_what_was_not_guessed_and_what_told_places_apart_is_said(client: FlaskClient) -> None:
    text = "西湖区司法局2023年工作总结\n{}全年调解纠纷三百件，调解成功率百分之九十八。"
    left_open = add(client, text.format("")).get_json()
    assert (left_open["jurisdiction"], left_open["adcode"]) == ("西湖区", "")
    assert left_open["findings"]["read_from"] == {"jurisdiction": "title", "year": "title"}
    (question,) = left_open["findings"]["left_open"]
    assert (question["kind"], question["written"]) == ("ambiguous", "西湖区")
    assert question["candidates"] == ["杭州市西湖区 (330106)", "南昌市西湖区 (360103)"]
    told = add(client, text.format("在杭州市委领导下，")).get_json()
    assert told["adcode"] == "330106"
    assert (told["findings"]["told_apart_by"], told["findings"]["left_open"]) == ("opening", [])
    said = add(client, text.format("我局在省厅指导下，"), adcode="360103").get_json()
    assert (said["adcode"], said["findings"]["left_open"]) == ("360103", [])
    assert "adcode" not in said["findings"]["read_from"]


def test_a_file_is_read_as_its_name_says(client: FlaskClient) -> None:
    def send(data: bytes, name: str, **more: str) -> TestResponse:
        return client.post("/api/v1/documents", data={"file": (BytesIO(data), name), **more})

    chinese = send(REPORT.encode("gb18030"), "总结.txt", issuer="清源县司法局")
    assert chinese.status_code == 201
    document = chinese.get_json()
    assert (document["name"], document["encoding"], document["source"]) == ("总结.txt", "gb18030", "upload")
    assert (document["issuer"], document["jurisdiction"]) == ("清源县司法局", "清源县")
    table = send("text,year\n调解纠纷三百件。,2021\n普法宣传三百场。,2021\n".encode(), "rows.csv").get_json()
    assert (table["paragraphs"], table["year"]) == (2, "2021")
    assert send(REPORT.encode(), "again").status_code == 200
    refused = send(b"\x89PNG\r\n\x1a\n\0\0", "picture.png")
    assert refused.status_code == 400
    assert ".txt" in refused.get_json()["detail"]
    assert client.post("/api/v1/documents", data={"year": "2023"}, content_type="multipart/form-data").status_code == 400


@pytest.mark.parametrize("text", ["首页", "第3页", "3", "首页 > 公开"])
def test_a_text_that_looks_like_page_furniture_is_one_paragraph(client: FlaskClient, text: str) -> None:
    as_text = add(client, text)
    assert (as_text.status_code, as_text.get_json()["paragraphs"]) == (201, 1)
    found = api(client, f"/documents/{as_text.get_json()['id']}/paragraphs")["paragraphs"]
    assert [paragraph["text"] for paragraph in found] == [text]
    as_file = client.post("/api/v1/documents", data={"file": (BytesIO(text.encode()), "")})
    assert as_file.get_json() == as_text.get_json()


def test_lists_come_in_pages_that_hold_everything_once(client: FlaskClient) -> None:
    def pages(path: str, key: str, limit: int, **query: Any) -> list[int]:
        found: list[int] = []
        after: dict[str, int] = {}
        while True:
            page = api(client, path, limit=limit, **query, **after)
            assert len(page[key]) <= limit
            found += [entry["id"] for entry in page[key]]
            if page["next"] is None:
                return found
            after = {"after": page["next"]}

    assert pages("/documents", "documents", 2) == [1, 2, 3, 4, 5]
    assert pages("/documents", "documents", 5) == [1, 2, 3, 4, 5]
    assert len(set(pages("/documents/3/paragraphs", "paragraphs", 7))) == 30
    labels = pages("/labels", "labels", 200)
    assert labels == sorted(labels, reverse=True)
    assert len(labels) == len(set(labels)) == 489
    behind = pages("/paragraphs", "paragraphs", 3, by="level", group="city", theme="mediation")
    assert (
        len(set(behind)) == len(behind) == api(client, "/paragraphs", by="level", group="city", theme="mediation")["total"]
    )
    queued = pages("/review", "units", 40, queue="uncertain")
    assert len(set(queued)) == len(queued)


def test_documents_are_found_by_words_level_and_year(client: FlaskClient) -> None:
    def found(**query: Any) -> list[int]:
        return [entry["id"] for entry in api(client, "/documents", **query)["documents"]]

    assert found(search="杭州") == [2]
    assert found(level="city") == [2, 4]
    assert found(level="city", year="2022") == [4]
    assert found(search="%") == found(search="\0") == []


def test_the_shipped_reports_are_there_word_for_word(client: FlaskClient) -> None:
    for document in api(client, "/documents")["documents"]:
        shown = api(client, f"/documents/{document['id']}")["text"]
        assert shown == (shipped_folder("seeds") / document["name"]).read_bytes().decode("utf-8-sig")


# The theme mix


@pytest.mark.parametrize("measure", ["paragraphs", "text"])
@pytest.mark.parametrize("by", ["jurisdiction", "document", "year", "level", "section_kind"])
def test_behind_every_share_stand_as_many_paragraphs_as_it_counts(client: FlaskClient, by: str, measure: str) -> None:
    mix = api(client, "/mix", by=by, measure=measure)
    assert set(mix) == {"by", "measure", "interval_level", "snapshot", "rows"}
    assert (mix["by"], mix["measure"]) == (by, measure)
    assert mix["rows"]
    for row in mix["rows"][:3]:
        for theme in ("mediation", "other"):
            cell = api(client, "/paragraphs", by=by, measure=measure, group=row[by], theme=theme, limit=500)
            assert (cell["row"], cell["share"]) == (row, row["shares"][theme])
            assert sum(paragraph["amount"] for paragraph in cell["paragraphs"]) == pytest.approx(
                row["shares"][theme]["count"], abs=1
            )
        whole = api(client, "/paragraphs", by=by, measure=measure, group=row[by], limit=500)
        assert (whole["share"], whole["total"], whole["next"]) == (None, row["paragraphs"], None)


def test_a_mix_is_filtered_divided_and_opened_into_sub_codes(client: FlaskClient) -> None:
    assert [row["jurisdiction"] for row in api(client, "/mix", level="city")["rows"]] == ["杭州市", "嘉兴市"]
    assert [row["jurisdiction"] for row in api(client, "/mix", search="西湖")["rows"]] == ["西湖区"]
    assert api(client, "/mix", year="1999")["rows"] == []
    detailed = api(client, "/mix", detail="1")["rows"][0]["shares"]
    assert "other.corrections" in detailed and "other" not in detailed
    years = api(client, "/mix", by="level", years="1")["rows"]
    assert ("city", "2022") in [(row["level"], row["year"]) for row in years]
    assert len({(row["level"], row["year"]) for row in years}) == len(years)


def test_a_document_that_is_added_changes_the_mix(client: FlaskClient) -> None:
    before = api(client, "/mix", by="document")
    add(client)
    after = api(client, "/mix", by="document")
    assert len(after["rows"]) == len(before["rows"]) + 1
    assert after["snapshot"] != before["snapshot"]
    row = next(row for row in after["rows"] if row["document"] == "report.txt")
    assert (row["labelled"], after["interval_level"]) == (0, 0.8)
    assert row["shares"]["mediation"]["low"] is not None
