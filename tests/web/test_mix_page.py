"""The theme mix as a page: every cell is what stands behind it, what is estimated says so, addresses hold the state."""

import re
from dataclasses import replace
from html import unescape

import pytest
from application import services_of
from flask import Flask
from flask.testing import FlaskClient
from mixes import SEEDS, add_report, cells_of, label_paragraphs, listed, mix_for, page

from classifier import GROUPINGS, MEASURES, Model, theme_mix
from web.store.documents import delete_document
from web.store.labels import NewLabel, add_label
from web.store.models import ModelInUse
from web.store.predictions import CurrentModel
from web.views import mix as views


@pytest.fixture
def reader(app: Flask) -> FlaskClient:
    """Someone who reads the pages in English."""
    client = app.test_client()
    client.set_cookie("language", "en")
    return client


def row_of(text: str, name: str) -> str:
    """Return the HTML of the row with this name."""
    rows: list[str] = re.findall(r"<tr>.*?</tr>", text, re.DOTALL)
    return next(row for row in rows if f">{name}<" in row)


@pytest.mark.parametrize("detail", ["", "1"], ids=["themes", "detail"])
@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("by", GROUPINGS)
def test_every_cell_leads_to_exactly_what_it_counts(
    by: str, measure: str, detail: str, app: Flask, reader: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PARAGRAPHS", 12)
    add_report(app)
    cells = cells_of(page(reader, f"/mix?by={by}&measure={measure}&detail={detail}"))
    mix = mix_for(app, by=by, measure=measure, detail=detail)
    assert [cell.count for cell in cells] == [share.count for row in mix.rows for share in row.shares.values()]
    for cell in cells:
        numbers, characters = listed(reader, cell.href)
        assert len(set(numbers)) == len(numbers)
        assert (len(numbers) if measure == "paragraphs" else characters) == cell.count, cell.href


def test_rows_divided_by_year_lead_to_the_paragraphs_of_that_year(app: Flask, reader: FlaskClient) -> None:
    for name, year in (("a.txt", "2023"), ("b.txt", "")):
        add_report(app, name, jurisdiction="西湖区", adcode="330106", year=year)
    cells = cells_of(page(reader, "/mix?years=1&search=西湖区"))
    assert len(cells) == 3 * 7
    assert [len(listed(reader, cell.href)[0]) for cell in cells] == [cell.count for cell in cells]
    assert [row.origin.year for row in mix_for(app, years="1", search="西湖区").rows] == ["", "2023", "2024"]


def test_the_name_of_a_row_leads_to_all_its_paragraphs(reader: FlaskClient) -> None:
    names = re.findall(r'<th scope="row" class="name"><a href="([^"]+)">([^<]+)</a>', page(reader, "/mix"))
    sizes = {name: len(listed(reader, unescape(href))[0]) for href, name in names}
    assert sizes == {"浙江省": 14, "杭州市": 16, "浦江县": 30, "嘉兴市": 19, "西湖区": 13}


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("by", GROUPINGS)
def test_the_page_counts_as_the_library_does(by: str, measure: str, app: Flask, model: Model) -> None:
    expected = theme_mix(SEEDS[0].parent, model, by=by, measure=measure)
    found = mix_for(app, by=by, measure=measure)
    assert (found.snapshot, found.interval_level) == (expected.snapshot, expected.interval_level)
    assert {row.group: row for row in found.rows} == {row.group: row for row in expected.rows}


def test_a_census_says_so_and_has_no_interval(reader: FlaskClient) -> None:
    text = page(reader, "/mix")
    assert {cell.interval for cell in cells_of(text)} == {""}
    assert text.count("<small>all labelled by hand</small>") == 5 and "interval" not in row_of(text, "浙江省")
    assert "count/total, and no interval" in text and "model&#39;s probabilities" not in text


def test_a_report_without_labels_has_intervals_and_their_level(app: Flask, reader: FlaskClient) -> None:
    add_report(app)
    text = page(reader, "/mix")
    row = row_of(text, "滨江区")
    assert "none labelled by hand" in row and "80% intervals" in row and row.count('class="interval"') == 7
    assert "its 80% interval" in text and "probabilities are added up" in text
    behind = page(reader, cells_of(row)[2].href)
    assert "also holds the small probabilities of other paragraphs" in behind and "by the model" in behind


def test_a_partly_labelled_report_says_how_many_and_a_fully_labelled_one_is_a_census(
    app: Flask, reader: FlaskClient
) -> None:
    number = add_report(app)
    label_paragraphs(app, number, 5)
    row = row_of(page(reader, "/mix"), "滨江区")
    assert re.search(r"5 of 1\d labelled by hand", row) and row.count('class="interval"') == 7
    label_paragraphs(app, number)
    row = row_of(page(reader, "/mix"), "滨江区")
    assert "all labelled by hand" in row and "interval" not in row
    assert [cell.percent for cell in cells_of(row)] == [0, 0, 100, 0, 0, 0, 0]


def test_labelled_paragraphs_are_no_census_of_the_text_until_their_statements_are_labelled(app: Flask) -> None:
    number = add_report(app)
    paragraphs = label_paragraphs(app, number)
    (row,) = mix_for(app, search="滨江区", measure="text").rows
    assert row.labelled == 0 and row.shares["mediation"].low is not None
    services = services_of(app)
    with services.database.writing() as session:
        for paragraph in paragraphs:
            for statement in range(1, 60):
                new = NewLabel(paragraph, "mediation", "王工", "document", statement=statement)
                add_label(session, services.models.get().model.codebook, new)
    (row,) = mix_for(app, search="滨江区", measure="text").rows
    assert row.labelled == row.paragraphs
    assert row.shares["mediation"].share == 1 and row.shares["mediation"].low is None


def test_without_enough_labelled_jurisdictions_the_page_says_so(
    app: Flask, reader: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_report(app)
    current = services_of(app).models.get()
    record = {**current.model.record, "held_out_errors": {}}
    ignorant = CurrentModel(current.id, replace(current.model, record=record))
    monkeypatch.setattr(ModelInUse, "get", lambda self: ignorant)
    text = page(reader, "/mix?sort=mediation")
    assert "not enough labelled jurisdictions" in text and "no interval" in row_of(text, "滨江区")
    assert {cell.interval for cell in cells_of(text)} == {""}
    assert 'class="number rank"' not in text and "not ranked" in text


def test_a_label_shows_in_the_mix_at_once_and_a_deleted_document_leaves_it(app: Flask, reader: FlaskClient) -> None:
    number = add_report(app)
    before = cells_of(row_of(page(reader, "/mix"), "滨江区"))
    label_paragraphs(app, number, 3, "party_building")
    after = cells_of(row_of(page(reader, "/mix"), "滨江区"))
    assert after[5].count == before[5].count + 3
    with services_of(app).database.writing() as session:
        delete_document(session, number)
    assert "滨江区" not in page(reader, "/mix")


def test_the_list_says_who_labelled_what_and_leads_to_the_place_in_the_document(app: Flask, reader: FlaskClient) -> None:
    number = add_report(app)
    label_paragraphs(app, number, 1)
    text = page(reader, "/mix/paragraphs?group=滨江区&theme=mediation")
    first = next(item for item in re.findall(r"<article>.*?</article>", text, re.DOTALL) if "王工" in item)
    assert "labelled by hand by 王工" in first and "paragraph 1" in first and "#p1" in first
    assert 'class="statement tint-' in first and "滨江区 2023" in first
    assert "labelled by hand, and settled" in page(reader, "/mix/paragraphs?group=浙江省&theme=mediation")


def test_a_paragraph_on_which_annotators_disagree_counts_by_the_model_and_says_so(app: Flask, reader: FlaskClient) -> None:
    number = add_report(app)
    (paragraph,) = label_paragraphs(app, number, 1)
    services = services_of(app)
    with services.database.writing() as session:
        add_label(session, services.models.get().model.codebook, NewLabel(paragraph, "publicity", "李工", "document"))
    text = page(reader, "/mix/paragraphs?group=滨江区")
    assert text.count("annotators disagree") == 1 and "王工" not in text


def test_other_opens_into_its_sub_codes_and_closes_again(reader: FlaskClient) -> None:
    text = page(reader, "/mix?sort=other")
    (href,) = re.findall(r'class="opener no-print" href="([^"]+)" aria-expanded="false"', text)
    text = page(reader, unescape(href))
    assert "Legislation and legality review" in text and len(cells_of(text)) == 5 * 11
    assert 'colspan="5"' in text
    (href,) = re.findall(r'class="opener no-print" href="([^"]+)" aria-expanded="true"', text)
    assert len(cells_of(page(reader, unescape(href)))) == 5 * 7


def test_a_long_table_comes_in_pages_that_hold_every_row_once(
    app: Flask, reader: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "ROWS", 2)
    add_report(app, "nowhere.txt", jurisdiction="", adcode="", level="", year="")
    address, seen = "/mix?sort=name&years=1", []
    while address:
        text = page(reader, address)
        seen.append(re.findall(r'<th scope="row" class="name"><a href="[^"]+">([^<]+?) <', text))
        following = re.search(r'rel="next" href="([^"]+)"', text)
        address = unescape(following[1]) if following else ""
        assert len(seen) < 9
    assert [len(names) for names in seen] == [2, 2, 2] and "Rows 5 to 6 of 6" in text and "2 of 6 rows are drawn" in text
    assert [name for names in seen for name in names] == ["杭州市", "嘉兴市", "浦江县", "西湖区", "浙江省", "not stated"]
    (before,) = re.findall(r'rel="prev" href="([^"]+)"', text)
    assert "Rows 3 to 4 of 6" in page(reader, unescape(before))


def test_names_cannot_become_code(app: Flask, reader: FlaskClient) -> None:
    evil = "<script>alert(1)</script>\"'&"
    number = add_report(app, f"{evil}.txt", jurisdiction=evil, title=evil)
    label_paragraphs(app, number, 2)
    addresses = ["/mix", "/mix?by=document&chart=small", "/mix?chart=years&years=1", f"/mix?search={evil[:24]}"]
    addresses += ["/mix/chart.svg", "/mix/chart.svg?chart=years", "/mix?sort=name&order=desc"]
    addresses += [cells_of(page(reader, f"/mix?by={by}"))[0].href for by in ("jurisdiction", "document")]
    for address in addresses:
        text = page(reader, address)
        assert "<script>alert" not in text and 'alert(1)</script>"' not in text, address
    assert len(listed(reader, cells_of(page(reader, "/mix?search=alert"))[2].href)[0]) >= 2


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/mix?by=month", 400, ["by cannot be month", "jurisdiction, document, year"]),
        ("/mix?measure=words", 400, ["measure cannot be words", "paragraphs, text"]),
        ("/mix?level=village", 400, ["level cannot be village", "province, city, county"]),
        ("/mix?year=20", 400, ["The year 20 is not a year"]),
        ("/mix?section_kind=poem", 400, ["section_kind cannot be poem", "achievements"]),
        ("/mix?sort=other&detail=1", 400, ["sort cannot be other", "other.general"]),
        ("/mix?order=up", 400, ["order cannot be up", "asc, desc"]),
        ("/mix?detail=yes", 400, ["detail cannot be yes"]),
        ("/mix?chart=pie", 400, ["chart cannot be pie", "stacked, small, years"]),
        ("/mix?after=火星", 400, ["The row 火星 is not in this table"]),
        (f"/mix?search={'长' * 201}", 400, ["longer than 200 characters"]),
        ("/mix/chart.svg?by=month", 400, ["by cannot be month"]),
        ("/mix/download/docx", 404, ["docx", "csv, xlsx, json"]),
        ("/mix/download/csv?by=month", 400, ["by cannot be month"]),
        ("/mix/paragraphs", 400, ["the parameter group is missing"]),
        ("/mix/paragraphs?group=火星", 404, ["There is no row 火星"]),
        ("/mix/paragraphs?group=浙江省&theme=poems", 400, ["The theme poems is not in the codebook"]),
        ("/mix/paragraphs?group=浙江省&after=-1", 400, ["after cannot be -1"]),
        ("/mix?by=%3Cb%3E", 400, ["by cannot be &lt;b&gt;"]),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_can(
    address: str, status: int, said: list[str], reader: FlaskClient
) -> None:
    answer = reader.get(address)
    assert answer.status_code == status
    text = answer.get_data(as_text=True)
    assert all(words in text for words in said), text
