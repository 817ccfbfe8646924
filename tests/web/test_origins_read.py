"""What a preview says of how the origin of a file was read: where from, what told places apart, what is left open."""

import pytest
from documents import corpus_of, keep, keys_of, send, text
from flask import Flask
from flask.testing import FlaskClient

_BODY = "\n全年调解纠纷三百件，成功率很高。举办宪法宣传周活动12场，发放资料2万份。\n"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("language", "en")
    return client


def preview(client: FlaskClient, name: str, content: str) -> tuple[str, str]:
    [key] = keys_of(send(client, (name, content + _BODY)))
    return key, text(client.get(f"/documents/preview?keys={key}"))


def test_a_preview_says_where_each_field_was_read(client: FlaskClient) -> None:
    _, page = preview(client, "2023年工作总结.txt", "杭州市西湖区司法局工作总结")
    assert "Read from · Jurisdiction, Division code: the title; Year reported on: the file's name" in page
    assert "notice warn" not in page


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "西湖区司法局2023年工作总结",
            "西湖区 may be 杭州市西湖区 (330106) or 南昌市西湖区 (360103). Fill in the division code",
        ),
        (
            "西湖区司法局2023年工作总结\n南昌市司法局：",
            "It was taken for 南昌市西湖区 (360103), because of the opening; check it.",
        ),
        ("合肥高新区司法局2023年工作总结", "合肥高新区 is a zone or a branch, which has no division code of its own."),
        ("江干区司法局2024年工作总结", "江干区 is 杭州市江干区 (330104), but not in that year"),
        ("义乌市司法局2025年工作要点", "2025 is the year planned for; the year reported on was not found."),
        ("义乌市司法局2021-2023年工作总结", "It is about several years (2021, 2023)"),
        ("清源县司法局2023年工作总结", "清源县 stands in no list of division codes"),
        ("义乌市佛堂镇2023年工作总结", "义乌市佛堂镇 lies below the county level"),
        ("杭州市浦江县司法局2023年工作总结", "浦江县 does not lie in 浙江省杭州市 (330100)"),
    ],
)
def test_a_preview_says_what_is_open_and_what_it_was_taken_for(client: FlaskClient, content: str, said: str) -> None:
    assert said in preview(client, "report.txt", content)[1]


def test_what_was_filled_in_is_asked_for_no_more_and_is_imported(app: Flask, client: FlaskClient) -> None:
    key, _ = preview(client, "report.txt", "西湖区司法局2023年工作总结")
    keep(client, [key], "", **{f"{key}.adcode": "330106"})
    assert "may be" not in text(client.get(f"/documents/preview?keys={key}"))
    keep(client, [key], key)
    assert corpus_of(app).origins[6].full_name == "杭州市西湖区 (330106)"


def test_a_jurisdiction_that_is_typed_brings_its_code_where_the_name_is_its_own_alone(
    app: Flask, client: FlaskClient
) -> None:
    key, _ = preview(client, "report.txt", "工作总结")
    keep(client, [key], key, **{f"{key}.jurisdiction": "义乌市", f"{key}.year": "2023"})
    origin = corpus_of(app).origins[6]
    assert (origin.adcode, origin.level) == ("330782", "county")


def test_a_mix_keeps_places_of_one_name_apart(app: Flask, client: FlaskClient) -> None:
    key, _ = preview(client, "report.txt", "南昌市西湖区司法局2023年工作总结")
    keep(client, [key], key)
    groups = set(corpus_of(app).groups("jurisdiction"))
    assert {"杭州市西湖区 (330106)", "南昌市西湖区 (360103)"} <= groups and "西湖区" not in groups
    shown = text(client.get("/mix?jurisdiction=南昌市西湖区 (360103)"))
    assert "南昌市西湖区 (360103)" in shown and "杭州市西湖区 (330106)" in text(client.get("/mix"))


def test_the_tag_page_says_it_as_well_and_in_chinese(app: Flask) -> None:
    client = app.test_client()
    page = text(client.post("/tag", data={"texts": "西湖区司法局2023年工作总结" + _BODY}, follow_redirects=True))
    assert "西湖区可能是 杭州市西湖区 (330106) 或 南昌市西湖区 (360103)" in page
