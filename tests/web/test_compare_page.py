"""The page that compares two rows of the mix, its files, and its JSON twin."""

import re
from html import unescape
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from mixes import add_report, mix_for, page

A, B = quote("杭州市"), quote("浦江县")
ADDRESS = f"/compare?a={A}&b={B}"


def test_the_page_shows_every_theme_with_the_difference_of_the_table(app: Flask, client: FlaskClient) -> None:
    rows = {row.group: row for row in mix_for(app).rows}
    text = page(client, ADDRESS)
    shown = re.findall(r'<td class="number difference">([^<]+)</td>', text)
    wanted = [100 * (share.share - rows["浦江县"].shares[code].share) for code, share in rows["杭州市"].shares.items()]
    assert [float(words.replace("−", "-")) for words in shown] == pytest.approx(wanted, abs=0.051)
    assert "较高（计数）" in text and "<svg" in text and "信访" in text and "<mark>" in text


def test_page_and_api_agree(client: FlaskClient) -> None:
    answer = client.get(f"/api/v1{ADDRESS}").get_json()
    text = page(client, ADDRESS)
    for side in ("a", "b"):
        for term in answer["terms"][side]:
            assert f'<span class="term">{term["term"]}</span>' in text
        for paragraph in answer["paragraphs"][side]:
            assert f"#p{paragraph['position']}" in text and paragraph["terms"]
    differences = [found["difference"] for found in answer["differences"].values()]
    shown = re.findall(r'<td class="number difference">([^<]+)</td>', text)
    assert [float(words.replace("−", "-")) for words in shown] == pytest.approx([100 * d for d in differences], abs=0.051)


def test_an_estimated_row_has_intervals_and_what_cannot_be_told_apart_is_grey(app: Flask, client: FlaskClient) -> None:
    add_report(app)
    address = f"a={quote('滨江区')}&b={quote('西湖区')}"
    answer = client.get(f"/api/v1/compare?{address}").get_json()
    text = page(client, f"/compare?{address}")
    verdicts = [found["verdict"] for found in answer["differences"].values()]
    assert "not_distinguishable" in verdicts and answer["interval_level"] == 0.8
    assert text.count("<td>无法区分</td>") == verdicts.count("not_distinguishable")
    assert text.count('<tr class="quiet">') == len([verdict for verdict in verdicts if not verdict.endswith("higher")])
    assert "80% 区间" in text


def test_two_ticked_rows_of_the_table_lead_to_their_comparison(client: FlaskClient) -> None:
    table = page(client, "/mix")
    assert 'form="compare" name="side" value="杭州市"' in table and 'action="/compare"' in table
    assert "杭州市" in page(client, f"/compare?side={A}&side={B}")
    alone = client.get(f"/compare?side={A}")
    assert alone.status_code == 400 and "勾选" in alone.get_data(as_text=True)


def test_years_of_one_place_are_compared(app: Flask, client: FlaskClient) -> None:
    add_report(app, "杭州市2022.txt", seed=2, jurisdiction="杭州市", adcode="330100", level="city", year="2022")
    by_year = client.get(f"/api/v1/compare?by=year&a=2022&b=2023&search={A}").get_json()
    divided = client.get(f"/api/v1/compare?years=1&a={A}&a_year=2022&b={A}&b_year=2023").get_json()
    assert by_year["differences"] == divided["differences"]
    assert (divided["a"]["year"], divided["b"]["year"], divided["a"]["jurisdiction"]) == ("2022", "2023", "杭州市")
    ticked = page(client, f"/compare?years=1&side={A}%092022&side={A}%092023")
    assert "杭州市 2022" in ticked and "杭州市 2023" in ticked


def test_a_theme_keeps_words_and_paragraphs_to_its_own(client: FlaskClient) -> None:
    answer = client.get(f"/api/v1{ADDRESS}&theme=mediation").get_json()
    assert answer["theme"] == "mediation"
    text = page(client, f"{ADDRESS}&theme=mediation")
    assert 'theme=mediation#terms" aria-current="true"' in unescape(text)


def test_without_two_sides_the_page_offers_the_choice(client: FlaskClient) -> None:
    text = page(client, "/compare?by=level")
    assert text.count("<select") == 2 and "省" in text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"/compare?a={A}&b={quote('宁波市')}", 404),
        (f"/compare?a={A}&b={A}", 404),
        (f"/compare?a={A}&b={B}&theme=weather", 400),
        (f"/compare/download/pdf?a={A}&b={B}", 404),
        ("/compare/download/csv", 400),
        (f"/api/v1/compare?a={A}&b={quote('宁波市')}", 404),
        (f"/api/v1/compare?a={A}", 400),
    ],
)
def test_what_cannot_be_compared_is_refused(address: str, status: int, client: FlaskClient) -> None:
    assert client.get(address).status_code == status


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json", "html"])
def test_a_comparison_is_sent_as_a_file(suffix: str, client: FlaskClient) -> None:
    answer = client.get(f"/compare/download/{suffix}?a={A}&b={B}")
    assert answer.status_code == 200 and answer.headers["Content-Disposition"].endswith(f'.{suffix}"')
    if suffix == "json":
        assert answer.get_json()["differences"] == client.get(f"/api/v1{ADDRESS}").get_json()["differences"]
