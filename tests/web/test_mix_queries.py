"""What a theme mix can be asked for: filters, orders and ranks; and its files and charts."""

import io
import json
import re
from html import unescape
from itertools import pairwise
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree

import openpyxl
import pandas
import pytest
from application import services_of
from flask import Flask
from flask.testing import FlaskClient
from mixes import add_report, label_paragraphs, mix_for, page
from werkzeug.test import TestResponse

from classifier import Codebook, LabelSet, MixRow, Origin, Share
from web.mix_tables import place_of
from web.store.documents import delete_document, list_documents
from web.store.mix import NOT_STATED, MixQuery, ranks, read_query

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    "query",
    [
        MixQuery(),
        MixQuery(by="document", measure="text", detailed=True),
        MixQuery(by_year=True, search="杭州 33", level="city", year="2023", section_kind="plans"),
        MixQuery(level=NOT_STATED, year=NOT_STATED, section_kind=NOT_STATED),
        MixQuery(sort="mediation", descending=True),
        MixQuery(sort="mediation"),
        MixQuery(sort="name", descending=True),
        MixQuery(detailed=True, sort="other.general", descending=True),
    ],
)
def test_an_address_holds_the_whole_query(query: MixQuery, labels: LabelSet) -> None:
    assert read_query(query.to_args(), labels.codebook) == query


def test_an_address_says_only_what_is_unusual(labels: LabelSet) -> None:
    assert MixQuery().to_args() == {}
    said = {"by": "jurisdiction", "measure": "paragraphs", "search": " ", "level": "", "sort": "mediation", "order": "desc"}
    assert read_query(said, labels.codebook).to_args() == {"sort": "mediation"}


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ({}, ["浙江省", "杭州市", "西湖区", "滨江区", "嘉兴市", "浦江县", ""]),
        ({"search": "杭州"}, ["杭州市"]),
        ({"search": "杭州 嘉兴"}, ["杭州市", "嘉兴市"]),
        ({"search": "3301"}, ["杭州市", "西湖区", "滨江区"]),
        ({"search": "nowhere"}, [""]),
        ({"search": "火星"}, []),
        ({"level": "county"}, ["西湖区", "滨江区", "浦江县"]),
        ({"level": NOT_STATED}, [""]),
        ({"year": "2023"}, ["浙江省", "杭州市", "滨江区", "浦江县"]),
        ({"year": NOT_STATED}, [""]),
        ({"year": "1999"}, []),
        ({"year": "2023", "level": "city"}, ["杭州市"]),
        ({"section_kind": "key_figures"}, ["浦江县"]),
        ({"section_kind": NOT_STATED}, []),
        ({"by": "level"}, ["province", "city", "county", ""]),
        ({"by": "year", "order": "desc"}, ["2024", "2023", "2022", ""]),
        ({"by": "section_kind"}, ["preamble", "achievements", "key_figures", "shortcomings", "plans"]),
        ({"sort": "name"}, ["滨江区", "杭州市", "嘉兴市", "浦江县", "西湖区", "浙江省", ""]),
        ({"sort": "name", "order": "desc"}, ["浙江省", "西湖区", "浦江县", "嘉兴市", "杭州市", "滨江区", ""]),
    ],
)
def test_filters_and_names_choose_and_order_rows(asked: dict[str, str], rows: list[str], app: Flask) -> None:
    add_report(app)
    add_report(app, "nowhere.txt", jurisdiction="", adcode="", level="", year="")
    assert [row.group for row in mix_for(app, **asked).rows] == rows


def test_a_section_kind_narrows_every_row(app: Flask) -> None:
    plans = {row.group: row.paragraphs for row in mix_for(app, section_kind="plans").rows}
    assert plans and all(mix_for(app, search=name).rows[0].paragraphs > count for name, count in plans.items())
    assert sum(plans.values()) == next(
        row.paragraphs for row in mix_for(app, by="section_kind").rows if row.group == "plans"
    )


@pytest.mark.parametrize("sort", ["paragraphs", "labelled", "publicity", "other"])
def test_rows_stand_in_the_order_of_any_column_in_both_directions(sort: str, app: Flask) -> None:
    label_paragraphs(app, add_report(app), 4)

    def amount(row: MixRow) -> float:
        return {"paragraphs": row.paragraphs, "labelled": row.labelled / row.paragraphs}.get(sort) or (
            row.shares[sort].share if sort in row.shares else 0
        )

    falling = [amount(row) for row in mix_for(app, sort=sort).rows]
    assert all(first >= second for first, second in pairwise(falling)) and falling[0] > falling[-1]
    assert [amount(row) for row in mix_for(app, sort=sort, order="asc").rows] == falling[::-1]


def row(share: float, low: float | None = None, high: float | None = None, *, counted: bool = True) -> MixRow:
    return MixRow("", Origin(), 10, 10 if counted else 0, {"mediation": Share(share, low, high, 1)})


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row(0.5), row(0.4), row(0.3)], [1, 2, 3]),
        ([row(0.5), row(0.4), row(0.4), row(0.3)], [1, 2, 2, 4]),
        ([row(0.3), row(0.4), row(0.5)], [3, 2, 1]),
        ([row(0.6, 0.5, 0.7, counted=False), row(0.4), row(0.2, 0.1, 0.3, counted=False)], [1, 2, 3]),
        ([row(0.6, 0.5, 0.7, counted=False), row(0.5), row(0.2)], [None, None, 3]),
        ([row(0.5), row(0.4, 0.2, 0.45, counted=False), row(0.3, 0.25, 0.4, counted=False), row(0.1)], [1, None, None, 4]),
        ([row(0.5), row(0.4, 0.05, 0.45, counted=False), row(0.1)], [1, None, None]),
        ([row(0.5), row(0.2, counted=False), row(0.1)], [None, None, None]),
        ([row(0.5)], [1]),
    ],
)
def test_rows_whose_intervals_overlap_have_no_rank(rows: list[MixRow], expected: list[int | None]) -> None:
    assert ranks(rows, "mediation") == expected


def test_ranks_show_only_in_an_order_by_share(client: FlaskClient) -> None:
    assert "rank" not in page(client, "/mix") and "rank" not in page(client, "/mix?sort=paragraphs")
    found = re.findall(r'<td class="number rank">([^<]+)</td>', page(client, "/mix?sort=publicity"))
    assert found == ["1", "2", "3", "4", "4"]


@pytest.mark.parametrize(
    ("link", "changed"),
    [
        (r'class="choices" aria-label="Rows">.*?href="([^"]+by=document[^"]*)"', {"by": "document"}),
        (r'class="choices" aria-label="Measure">.*?href="([^"]+)"', {"measure": ""}),
        (r'class="choices no-print" aria-label="Charts">.*?href="([^"#]+)', {"chart": ""}),
        (r'class="sort sorted" href="([^"]+)"', {"order": "asc"}),
        (r'class="opener no-print" href="([^"]+)"', {"detail": "1"}),
        (r'href="(/mix/download/csv[^"]+)"', {"chart": ""}),
        (r'href="(/mix/chart.svg[^"]+)"', {"download": "1"}),
        (
            r'<td class="number cell heat-\d+"><a href="([^"]+)"',
            {"chart": "", "group": "杭州市", "theme": "business_environment"},
        ),
    ],
)
def test_every_link_of_the_page_keeps_the_state(link: str, changed: dict[str, str], client: FlaskClient) -> None:
    client.set_cookie("language", "en")
    state = {"measure": "text", "level": "city", "year": "2023", "sort": "publicity", "chart": "small"}
    found = re.search(link, page(client, f"/mix?{urlencode(state)}"), re.DOTALL)
    assert found is not None
    expected = {name: value for name, value in (state | changed).items() if value}
    assert dict(parse_qsl(urlsplit(unescape(found[1])).query)) == expected


def test_the_files_hold_the_table_with_its_filters_and_order(app: Flask, client: FlaskClient) -> None:
    add_report(app)
    state = "search=滨江 浙江 杭州&sort=mediation&order=asc"
    mix = mix_for(app, search="滨江 浙江 杭州", sort="mediation", order="asc")
    answers = {kind: client.get(f"/mix/download/{kind}?{state}") for kind in ("csv", "xlsx", "json")}
    for kind, answer in answers.items():
        assert (
            f'attachment; filename="theme-mix-jurisdiction-{mix.snapshot}.{kind}"' in answer.headers["Content-Disposition"]
        )
    assert answers["json"].get_json() == json.loads(json.dumps(mix.to_dict()))
    tidy = pandas.read_csv(io.BytesIO(answers["csv"].data))
    assert list(tidy["jurisdiction"].unique()) == [row.group for row in mix.rows] and len(tidy) == 3 * 7
    assert tidy.groupby("jurisdiction")["share"].sum().round(4).eq(1).all()
    assert (
        tidy[tidy["jurisdiction"] == "滨江区"]["low"].notna().all()
        and tidy[tidy["jurisdiction"] == "浙江省"]["low"].isna().all()
    )
    sheets = pandas.read_excel(io.BytesIO(answers["xlsx"].data), sheet_name=None)
    assert list(sheets) == ["mix", "tidy"]
    assert sheets["tidy"]["share"].tolist() == pytest.approx(tidy["share"].tolist())
    assert sheets["tidy"]["theme_zh"].tolist()[:2] == ["法治化营商环境", "行政执法改革"]
    assert {"矛盾纠纷调解", "普法宣传", "其他"} <= set(sheets["mix"].columns)
    assert sheets["mix"]["矛盾纠纷调解"].tolist()[:3] == pytest.approx([row.shares["mediation"].share for row in mix.rows])


def test_the_workbook_of_sub_codes_names_each_and_carries_the_notes(client: FlaskClient) -> None:
    book = openpyxl.load_workbook(io.BytesIO(client.get("/mix/download/xlsx?detail=1&by=level").data))
    head, *rows = book["mix"].iter_rows(values_only=True)
    assert head[4:] == (
        *("法治化营商环境", "行政执法改革", "矛盾纠纷调解", "法律援助与公共法律服务", "普法宣传", "党建与队伍建设"),
        *("立法与合法性审查", "行政复议与应诉", "社区矫正与安置帮教", "依法治理统筹", "综合与其他"),
    )
    assert [values[0] for values in rows[:3]] == ["province", "city", "county"]
    assert any(str(values[0]).startswith("snapshot ") for values in rows)


def test_files_of_a_table_without_rows_are_whole(client: FlaskClient) -> None:
    assert "/mix/download" not in page(client, "/mix?search=火星")
    assert len(pandas.read_csv(io.BytesIO(client.get("/mix/download/csv?search=火星").data))) == 0
    assert client.get("/mix/download/json?search=火星").get_json()["rows"] == []
    assert openpyxl.load_workbook(io.BytesIO(client.get("/mix/download/xlsx?search=火星").data)).sheetnames == [
        "mix",
        "tidy",
    ]


def drawn(answer: TestResponse) -> ElementTree.Element:
    assert answer.status_code == 200 and answer.mimetype == "image/svg+xml"
    root = ElementTree.fromstring(answer.data)
    assert root.tag == f"{SVG}svg"
    return root


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("chart", ["stacked", "small", "years"])
@pytest.mark.parametrize("state", ["", "&detail=1&years=1", "&by=section_kind&measure=text", "&by=year", "&search=火星"])
def test_every_chart_is_a_whole_svg(chart: str, state: str, language: str, client: FlaskClient) -> None:
    client.set_cookie("language", language)
    answer = client.get(f"/mix/chart.svg?chart={chart}{state}")
    root = drawn(answer)
    assert "Content-Disposition" not in answer.headers
    assert root.find(f"{SVG}title") is not None and b"http://" not in answer.data.replace(b"http://www.w3.org/", b"")


def test_a_chart_says_what_it_shows_and_can_be_taken_away(client: FlaskClient) -> None:
    client.set_cookie("language", "en")
    answer = client.get("/mix/chart.svg?level=city&download=1")
    words = "".join(drawn(answer).itertext())
    assert "杭州市" in words and "嘉兴市" in words and "浙江省" not in words
    assert "Level: City" in words and "Snapshot " in words
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="theme-mix-jurisdiction-')


def test_years_stand_side_by_side_where_a_row_has_several(app: Flask, client: FlaskClient) -> None:
    client.set_cookie("language", "en")
    assert "No row has reports of more than one year yet" in page(client, "/mix?chart=years")
    for year in ("2021", "2022"):
        add_report(app, f"{year}.txt", year=year)
    text = page(client, "/mix?chart=years")
    assert "No row has reports" not in text
    words = "".join(drawn(client.get("/mix/chart.svg?chart=years")).itertext())
    # Of one row, all years; rows of a single year stay out.
    assert "2021" in words and "2022" in words and "2024" not in words
    assert "2021, 2022 · County" in text


def test_an_empty_archive_says_where_to_begin(app: Flask, client: FlaskClient) -> None:
    client.set_cookie("language", "en")
    with services_of(app).database.writing() as session:
        for listed in list_documents(session):
            delete_document(session, listed.document.id)
    text = page(client, "/mix")
    assert "There are no documents yet." in text and "mix-table" not in text


def test_sub_codes_have_colours_of_their_own(labels: LabelSet) -> None:
    book: Codebook = labels.codebook
    places = [place_of(book, code) for code in book.leaf_codes]
    assert places == list(range(11))
    assert [place_of(book, code) for code in book.theme_codes] == list(range(7))
