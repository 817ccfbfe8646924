"""The tag page: text or file in, themes out; a label on each paragraph; downloads."""

import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import openpyxl
import pandas as pd
import pytest
from application import services_of
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from classifier import Model, prediction_columns
from web.example_text import EXAMPLE_TEXT
from web.store.drafts import get_draft, keep_draft, sweep_drafts
from web.tables import CurrentLabel, Document, Draft, Label, Paragraph

MEDIATION = "全年人民调解组织排查化解矛盾纠纷三百件。"
PUBLICITY = "举办普法讲座二十场，发放普法宣传资料五千份。"
MIXED = MEDIATION + PUBLICITY
SCRIPT = {"Accept": "application/json"}


def send(client: FlaskClient, texts: str = f"{MEDIATION}\n{PUBLICITY}", **fields: object) -> str:
    """Send a text and return the address of its results."""
    answer = client.post("/tag", data={"texts": texts, **fields})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def send_file(client: FlaskClient, name: str, data: bytes | str, **fields: object) -> TestResponse:
    content = data.encode() if isinstance(data, str) else data
    return client.post("/tag", data={"file": (io.BytesIO(content), name), **fields})


def label(
    client: FlaskClient, results: str, theme: str, position: int = 1, headers: dict[str, str] | None = None, **fields: object
) -> TestResponse:
    data = {"position": position, "theme": theme, "suggestion": "mediation", **fields}
    return client.post(f"{results}/label", data=data, headers=headers)


def stored(app: Flask) -> list[Label]:
    with services_of(app).database.reading() as session:
        return list(session.scalars(select(Label).where(Label.chosen_by == "tag").order_by(Label.id)))


def documents(app: Flask) -> list[Document]:
    with services_of(app).database.reading() as session:
        return list(session.scalars(select(Document).where(Document.source == "tag").order_by(Document.id)))


def cards(page: str) -> list[str]:
    return page.split("<article")[1:]


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


def test_the_first_page_says_what_to_do(client: FlaskClient) -> None:
    page = client.get("/?lang=en", follow_redirects=True).text
    assert '<textarea id="texts" name="texts"' in page and '<input type="file" id="file"' in page
    assert 'href="/?example=1"' in page and page.count("<li><strong>") == 3


def test_the_example_shows_every_theme_and_a_paragraph_of_several(client: FlaskClient, model: Model) -> None:
    page = client.get("/?example=1").text
    assert EXAMPLE_TEXT.splitlines()[2] in page
    results = client.get(send(client, EXAMPLE_TEXT)).text
    for code in model.codebook.theme_codes:
        assert results.count(model.codebook.entry(code).zh) > 1
    assert any(len(set(re.findall(r'class="statement tint-(\d)', card))) > 1 for card in cards(results))


def test_each_paragraph_comes_back_with_its_theme_statements_and_reasons(client: FlaskClient, model: Model) -> None:
    page = client.get(send(client, f"{MIXED}\n\n{PUBLICITY}")).text
    first, second = cards(page)
    names = {code: model.codebook.entry(code).zh for code in model.codebook.theme_codes}
    found = model.explain(MIXED)
    assert f'class="band {found.prediction.band}"' in first
    assert f'id="p1"' in first and f'id="p2"' in second  # noqa: F541
    assert names["mediation"] in plain(first.split("</h2>")[0])
    assert names["publicity"] in plain(second.split("</h2>")[0])
    places = [model.codebook.theme_codes.index(part.theme) for part in found.prediction.statements]
    assert [int(place) for place in re.findall(r'class="statement tint-(\d+)', first)] == places
    text = first.split('<p class="paragraph-text">')[1].split("</p>")[0]
    assert plain(text) == MIXED
    assert re.search(r'<mark class="for-4" title="\S+ \+\d\.\d\d', text)
    strongest = [f"{weight:+.2f}" for _, weight in found.terms()[:5]]
    assert all(weight in first for weight in strongest)
    assert first.count('<rect class="value"') == len(names)


def test_units_are_those_of_the_command_line(client: FlaskClient, run: Callable[..., object]) -> None:
    text = (
        "浦江县司法局2023年工作总结\n\n一、主要工作\n（一）抓调解。\n\n" + MIXED + "\n打印本页\n二、下一步打算\n" + PUBLICITY
    )
    finished = run("classify", "-", "--format", "csv", standard_input=text.encode())
    lines = pd.read_csv(io.StringIO(finished.output), dtype=str)  # type: ignore[attr-defined]
    download = client.get(send(client, text.replace("\n", "\r\n")) + "/download/csv")
    mine = pd.read_csv(io.BytesIO(download.data), dtype=str)
    assert list(mine.columns) == list(lines.columns)
    same = [column for column in lines.columns if column != "document"]
    pd.testing.assert_frame_equal(mine[same], lines[same])


def test_headings_and_furniture_that_were_left_out_are_named(client: FlaskClient) -> None:
    page = client.get(send(client, f"浦江县司法局2023年工作总结\n一、主要工作\n{MIXED}\n打印本页\n")).text
    left_out = plain(page.split('<details class="left-out">')[1].split("</details>")[0])
    for line in ("浦江县司法局2023年工作总结", "一、主要工作", "打印本页"):
        assert line in left_out
    assert MEDIATION not in left_out


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"texts": ""}, []),
        ({"texts": " \n\t "}, []),
        ({"texts": "——\n123"}, ["——"]),
        ({"texts": MIXED * 10_000}, [MIXED]),
        ({"texts": "\n".join(f"第{number}次培训调解员二十名。" for number in range(1001))}, ["第7次培训"]),
        ({"texts": MIXED, "year": "去年", "jurisdiction": "清源县"}, [MIXED, 'value="去年"', 'value="清源县"']),
        ({"texts": MIXED, "year": "20245"}, [MIXED]),
        ({"texts": MIXED, "jurisdiction": "县" * 65}, [MIXED]),
    ],
    ids=["empty", "blank", "no paragraph", "too long", "too many", "no year", "a long year", "a long place"],
)
def test_what_cannot_be_taken_is_said_beside_the_form_and_typed_text_is_kept(
    client: FlaskClient, app: Flask, fields: dict[str, str], kept: list[str]
) -> None:
    answer = client.post("/tag", data=fields)
    assert answer.status_code == 400
    assert 'role="alert" id="problem">' in answer.text
    assert answer.text.split('id="problem">')[1].split("</p>")[0].strip()
    for text in kept:
        assert text in unescape(answer.text)
    with services_of(app).database.reading() as session:
        assert session.scalars(select(Draft)).all() == []


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("report.pages", b"abc", ".xlsx"),
        ("report", b"abc", "txt"),
        ("report.txt", b"", "report.txt"),
        ("report.txt", b"PK\x03\x04\x00\x00" + b"\x00" * 40, "report.txt"),
        ("table.csv", "id,words\n1,调解\n", "words"),
        ("table.csv", 'id,text\n1,"调解\n', "table.csv"),
        ("table.jsonl", '{"text": "调解"}\n{"text"\n', "2"),
        ("table.xlsx", b"not a workbook", "table.xlsx"),
        ("table.csv", "text\n,\n", "table.csv"),
        ("<img src=x onerror=alert(1)>.pages", b"abc", "&lt;img src=x onerror=alert(1)&gt;.pages"),
        ("../../etc/passwd" + "x" * 300, b"abc", "passwd"),
        ("a\0." + "x" * 300, b"abc", "a"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_typed_text_is_kept(
    client: FlaskClient, name: str, data: bytes | str, said: str
) -> None:
    answer = send_file(client, name, data, texts=MIXED, jurisdiction="清源县")
    assert answer.status_code == 400
    assert said in answer.text.split('id="problem">')[1].split("</p>")[0]
    assert MIXED in answer.text and 'value="清源县"' in answer.text
    assert "<img src=x" not in answer.text


def test_a_file_or_text_beyond_the_limits_of_the_server_is_refused_with_the_limit(make_app: Callable[..., Flask]) -> None:
    client = make_app(longest_text=100).test_client()
    for answer in (
        send_file(client, "big.bin.txt", b"x" * 2001),
        send_file(client, "big.txt", MEDIATION * 6),
        send_file(client, "big.csv", f"text\n{MEDIATION * 6}\n"),
        client.post("/tag", data={"texts": MEDIATION * 6}),
    ):
        assert answer.status_code == 400
    assert "100" in answer.text.split('id="problem">')[1].split("</p>")[0]


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


TABLES = {
    "table.csv": f"id,text,theme\n1,{MEDIATION},x\n2,,y\n3,{PUBLICITY},=1+1\n".encode(),
    "table.tsv": f"id\ttext\ttheme\n1\t{MEDIATION}\tx\n2\t\ty\n3\t{PUBLICITY}\t=1+1\n".encode("gb18030"),
    "table.jsonl": "\n".join(
        json.dumps({"id": number, "text": text, "theme": theme})
        for number, text, theme in ((1, MEDIATION, "x"), (2, "", "y"), (3, PUBLICITY, "=1+1"))
    ).encode(),
    "table.xlsx": workbook([["id", "text", "theme"], [1, MEDIATION, "x"], [2, None, "y"], [3, PUBLICITY, "'=1+1"]]),
}


@pytest.mark.parametrize("name", list(TABLES))
def test_the_rows_of_a_table_are_paragraphs_and_a_download_keeps_its_rows_and_columns(
    client: FlaskClient, model: Model, name: str
) -> None:
    results = str(send_file(client, name, TABLES[name]).headers["Location"])
    page = client.get(results).text
    assert [plain(card.split('<p class="paragraph-text">')[1].split("</p>")[0]) for card in cards(page)] == [
        MEDIATION,
        PUBLICITY,
    ]
    assert '<details class="left-out">' in page
    for file_format in ("csv", "xlsx"):
        data = io.BytesIO(client.get(f"{results}/download/{file_format}").data)
        table = pd.read_csv(data) if file_format == "csv" else pd.read_excel(data)
        added = prediction_columns(model.codebook.theme_codes, flat=True)
        assert list(table.columns) == ["id", "text", "input_theme", *added]
        assert table["id"].tolist() == [1, 2, 3]
        assert table["theme"].fillna("").tolist() == ["mediation", "", "publicity"]
        assert str(table["input_theme"][2]).endswith("=1+1")


def test_another_column_can_be_named(client: FlaskClient) -> None:
    answer = send_file(client, "table.csv", f"id,words\n1,{MEDIATION}\n", text_column="words")
    assert answer.status_code == 303
    assert MEDIATION in plain(client.get(answer.headers["Location"]).text)


def test_a_formula_in_a_downloaded_workbook_stays_text(client: FlaskClient) -> None:
    results = str(send_file(client, "table.csv", f'text,note\n{MEDIATION},"=HYPERLINK(""http://a"")"\n').headers["Location"])
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{results}/download/xlsx").data))
    cell = book.active["B2"]
    assert cell.value == '=HYPERLINK("http://a")' and cell.data_type == "s"


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_download_opens_and_holds_the_columns_of_the_command_line(
    client: FlaskClient, model: Model, file_format: str
) -> None:
    answer = client.get(send(client, jurisdiction="清源县", year="2024") + f"/download/{file_format}")
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    data = io.BytesIO(answer.data)
    table = pd.read_csv(data) if file_format == "csv" else pd.read_excel(data)
    own = ["document", "jurisdiction", "year", "section", "section_kind", "paragraph", "text"]
    assert list(table.columns) == [*own, *prediction_columns(model.codebook.theme_codes, flat=True)]
    assert table["text"].tolist() == [MEDIATION, PUBLICITY]
    assert table["theme"].tolist() == ["mediation", "publicity"]
    assert table["jurisdiction"].tolist() == ["清源县"] * 2 and table["year"].tolist() == [2024] * 2
    scores = table[[f"score_{code}" for code in model.codebook.theme_codes]]
    assert scores.sum(axis=1).tolist() == pytest.approx([1, 1], abs=1e-4)
    assert set(table["model"]) == {model.identity}


def test_there_is_no_download_of_another_kind(client: FlaskClient) -> None:
    assert client.get(send(client) + "/download/exe").status_code == 404


def test_a_label_is_stored_with_all_that_is_known_of_it(client: FlaskClient, app: Flask, model: Model) -> None:
    results = send(client, jurisdiction="清源县", year="2024")
    assert documents(app) == []
    answer = label(client, results, "publicity", 1, secondary=["legal_aid", "mediation"], request="abc")
    assert answer.status_code == 303 and answer.headers["Location"].endswith("#p1")
    [entry] = stored(app)
    assert (entry.theme, entry.secondary, entry.annotator, entry.kind) == (
        "publicity",
        "legal_aid;mediation",
        "local",
        "label",
    )
    assert (entry.codebook, entry.model) == (model.codebook.version, model.identity)
    assert (entry.suggestion, entry.chosen_by, entry.statement, entry.request) == ("mediation", "tag", 0, "abc")
    assert entry.made_at.utcoffset() == timedelta(0)
    [document] = documents(app)
    assert (document.jurisdiction, document.level, document.year, document.paragraph_count) == (
        "清源县",
        "county",
        "2024",
        2,
    )
    assert document.name.endswith(".txt") and document.text == f"{MEDIATION}\n{PUBLICITY}"
    with services_of(app).database.reading() as session:
        paragraph = session.get_one(Paragraph, entry.paragraph_id)
        assert (paragraph.document_id, paragraph.position, paragraph.text) == (document.id, 1, MEDIATION)
        current = session.get_one(CurrentLabel, (paragraph.id, 0))
        assert (current.theme, current.state, current.annotators) == ("publicity", "agreed", "local")
    page = client.get(results).text
    first, second = cards(page)
    assert 'data-chosen="publicity"' in first and 'data-chosen=""' in second
    assert 'value="legal_aid" data-key="4" checked' in first
    assert f'href="/documents/{document.id}"' in page


def test_labelled_paragraphs_count_in_the_mix(client: FlaskClient, app: Flask) -> None:
    label(client, send(client, jurisdiction="清源县", year="2024"), "legal_aid")
    with services_of(app).database.reading() as session:
        corpus = services_of(app).corpus.get(session, services_of(app).models.get())
    chosen = corpus.chosen({"jurisdiction": "清源县"})
    assert chosen.sum() == 2 and corpus.labelled[chosen].sum() == 1
    place = corpus.codebook.theme_codes.index("legal_aid")
    assert (corpus.themes[chosen] == place).tolist() == [True, False]


def test_later_labels_go_to_the_same_document_and_the_last_one_of_a_person_holds(client: FlaskClient, app: Flask) -> None:
    results = send(client)
    for theme, position in (("publicity", 1), ("mediation", 2), ("other.general", 1)):
        assert label(client, results, theme, position).status_code == 303
    assert len(documents(app)) == 1 and len(stored(app)) == 3
    with services_of(app).database.reading() as session:
        holding = {row.theme for row in session.scalars(select(CurrentLabel).where(CurrentLabel.annotators == "local"))}
    assert holding == {"mediation", "other.general"}
    assert 'data-chosen="other.general"' in cards(client.get(results).text)[0]


def test_the_same_text_sent_again_meets_its_document_and_the_own_labels(client: FlaskClient, app: Flask) -> None:
    label(client, send(client), "publicity")
    again = send(client)
    page = client.get(again).text
    assert 'data-chosen="publicity"' in cards(page)[0] and documents(app)[0].name in page
    label(client, again, "mediation", 2)
    assert len(documents(app)) == 1


def test_a_deleted_document_comes_back_with_the_next_label(client: FlaskClient, app: Flask) -> None:
    results = send(client)
    label(client, results, "publicity")
    with services_of(app).database.writing() as session:
        session.get_one(Document, documents(app)[0].id).deleted_at = documents(app)[0].added_at
    assert 'data-chosen=""' in cards(client.get(results).text)[0]
    label(client, results, "mediation", 2)
    [document] = documents(app)
    assert document.deleted_at is None


def test_a_text_that_is_kept_in_other_paragraphs_is_labelled_there(client: FlaskClient, app: Flask) -> None:
    heading = "一、主要工作"
    label(client, send(client, f"{heading}\n{MEDIATION}"), "mediation")
    table = str(send_file(client, "rows.csv", f"text\n{heading}\n{MEDIATION}\n").headers["Location"])
    assert label(client, table, "mediation", 2).status_code == 303
    assert label(client, table, "mediation", 1, headers=SCRIPT).status_code == 409
    entries = stored(app)
    assert len(documents(app)) == 1 and len({entry.paragraph_id for entry in entries}) == 1


def test_a_script_gets_json(client: FlaskClient, app: Flask) -> None:
    results = send(client)
    answer = label(client, results, "publicity", secondary=["mediation"], request="r1", headers=SCRIPT)
    assert answer.status_code == 200
    assert answer.json is not None and answer.json["saved"] is True
    assert (answer.json["theme"], answer.json["secondary"], answer.json["annotator"]) == (
        "publicity",
        ["mediation"],
        "local",
    )
    assert answer.json["document_page"] == f"/documents/{documents(app)[0].id}"


def test_the_same_request_counts_once_and_another_choice_needs_another_request(client: FlaskClient, app: Flask) -> None:
    results = send(client)
    for _ in range(3):
        assert label(client, results, "publicity", request="r1", headers=SCRIPT).status_code == 200
    assert len(stored(app)) == 1
    for other in (
        {"theme": "mediation"},
        {"theme": "publicity", "secondary": ["legal_aid"]},
        {"theme": "publicity", "position": 2},
    ):
        answer = client.post(f"{results}/label", data={"position": 1, "request": "r1", **other}, headers=SCRIPT)
        assert answer.status_code == 409 and answer.mimetype == "application/problem+json"
    # Without a script, going back and choosing anew leads to the page as it is now, which says so.
    answer = client.post(
        f"{results}/label", data={"position": 1, "request": "r1", "theme": "mediation"}, follow_redirects=True
    )
    assert answer.status_code == 200 and 'class="notice bad"' in answer.text and 'data-chosen="publicity"' in answer.text
    assert len(stored(app)) == 1


def test_enter_in_a_form_without_a_choice_stores_nothing_and_says_so(client: FlaskClient, app: Flask) -> None:
    results = send(client)
    assert re.search(r'<form[^>]*>\s*<button name="theme" value="" hidden', client.get(results).text)
    answer = label(client, results, "", secondary=["legal_aid"])
    assert answer.status_code == 303 and 'class="notice bad"' in client.get(results).text
    assert stored(app) == []
    label(client, results, "publicity")
    assert re.search(r'<form[^>]*>\s*<button name="theme" value="publicity" hidden', client.get(results).text)


def test_every_form_carries_a_request_of_its_own(client: FlaskClient) -> None:
    results = send(client)
    keys = [re.findall(r'name="request" value="(\w+)"', client.get(results).text) for _ in range(2)]
    assert len({key for page in keys for key in page}) == 4


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"theme": "mediation", "secondary": ["mediation", "publicity"]}, 200),
        ({"theme": "mediation", "secondary": ["publicity", "publicity"]}, 400),
        ({"theme": "mediation", "secondary": ["other"]}, 400),
        ({"theme": "mediation", "secondary": ["nonsense"]}, 400),
        ({"theme": "other"}, 400),
        ({"theme": "nonsense"}, 400),
        ({}, 400),
        ({"theme": "other.general"}, 200),
        ({"theme": "mediation", "suggestion": "nonsense"}, 400),
        ({"theme": "mediation", "request": "x" * 65}, 400),
        ({"theme": "mediation", "position": "0"}, 404),
        ({"theme": "mediation", "position": "3"}, 404),
        ({"theme": "mediation", "position": "x"}, 404),
        ({"theme": "mediation", "position": "1" * 30}, 404),
    ],
)
def test_only_what_the_codebook_allows_is_stored(
    client: FlaskClient, app: Flask, fields: dict[str, object], status: int
) -> None:
    answer = client.post(f"{send(client)}/label", data={"position": "1", **fields}, headers=SCRIPT)
    assert answer.status_code == status, answer.text
    entries = stored(app)
    assert len(entries) == (status == 200)
    if entries:
        assert str(fields["theme"]) not in entries[0].secondary.split(";")
    else:
        assert documents(app) == []


def test_two_annotators_each_see_their_own_label_only(app: Flask, as_user: Callable[..., FlaskClient]) -> None:
    wang, li = as_user("wang"), as_user("li")
    results = send(wang)
    label(wang, results, "mediation")
    assert 'data-chosen=""' in cards(li.get(results).text)[0]
    label(li, results, "publicity")
    assert 'data-chosen="publicity"' in cards(li.get(results).text)[0]
    assert 'data-chosen="mediation"' in cards(wang.get(results).text)[0]
    assert [entry.annotator for entry in stored(app)] == ["wang", "li"]


def test_a_viewer_sees_results_without_buttons_and_cannot_label(app: Flask, as_user: Callable[..., FlaskClient]) -> None:
    viewer = as_user("zhao", "viewer")
    results = send(viewer)
    page = viewer.get(results).text
    assert len(cards(page)) == 2 and "data-label-form" not in page
    assert label(viewer, results, "mediation").status_code == 403
    assert stored(app) == []


def test_a_stranger_is_asked_to_log_in(app: Flask, as_user: Callable[..., FlaskClient]) -> None:
    results = send(as_user())
    stranger = app.test_client()
    assert "/log-in" in stranger.get("/").text
    refused = stranger.post("/tag", data={"texts": MIXED})
    assert refused.status_code == 401 and MIXED in refused.text
    assert stranger.get(results).headers["Location"].startswith("/log-in")
    assert MEDIATION not in stranger.get(f"/?draft={results.rsplit('/', 1)[1]}").text


def test_pages_of_twenty_paragraphs_lead_on_and_back(client: FlaskClient) -> None:
    results = send(client, "\n".join(f"第{number}次培训调解员二十名。" for number in range(1, 46)))
    seen: list[str] = []
    address: str | None = results
    while address:
        page = client.get(address).text
        seen += re.findall(r'<article[^>]* id="p(\d+)"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = unescape(following[1]) if following else None
    assert seen == [str(number) for number in range(1, 46)]
    assert f'rel="prev" href="{results}"' in client.get(f"{results}?after=20").text
    assert label(client, results, "mediation", 33).headers["Location"] == f"{results}?after=20#p33"


@pytest.mark.parametrize("after", ["-1", "x", "99999", "1" * 40])
def test_a_page_beyond_the_results_is_the_first(client: FlaskClient, after: str) -> None:
    answer = client.get(f"{send(client)}?after={after}")
    assert answer.status_code == 200 and 'id="p1"' in answer.text


def test_markup_in_texts_and_names_is_text(client: FlaskClient) -> None:
    attack = '<img src=x onerror="alert(1)">'
    results = send(client, f"{attack}{MEDIATION}", jurisdiction=attack[:20])
    assert attack not in client.get(results).text and "<img" not in client.get(results).text
    label(client, results, "mediation")
    assert "<img" not in client.get(results).text and "<img" not in client.get("/").text
    results = str(send_file(client, "<img src=x onerror=alert(1)>.txt", MEDIATION).headers["Location"])
    assert "<img" not in client.get(results).text


@pytest.mark.parametrize("text", ["调\x00解纠纷三百件。", "\ufeff" + MIXED, "😀" + MIXED, MIXED + "\u2028" + PUBLICITY])
def test_unusual_characters_can_be_labelled(client: FlaskClient, app: Flask, text: str) -> None:
    results = send(client, text)
    assert label(client, results, "mediation").status_code == 303
    assert len(stored(app)) == 1


def test_a_row_without_a_word_has_no_theme_and_can_be_labelled(client: FlaskClient, app: Flask) -> None:
    results = str(send_file(client, "table.csv", f"text\n——\n{MEDIATION}\n").headers["Location"])
    first = cards(client.get(results).text)[0]
    assert 'name="suggestion" value=""' in first and '<details class="reasons">' not in first
    assert label(client, results, "other.general", suggestion="").status_code == 303


def test_a_table_brings_the_origin_that_its_rows_agree_on(client: FlaskClient, app: Flask) -> None:
    data = f"text,jurisdiction,year\n{MEDIATION},清源县,2023\n{PUBLICITY},清源县,2024\n"
    label(client, str(send_file(client, "table.csv", data).headers["Location"]), "mediation")
    [document] = documents(app)
    assert (document.name, document.jurisdiction, document.level, document.year) == ("table.csv", "清源县", "county", "")
    assert document.text == f"{MEDIATION}\n{PUBLICITY}"


def test_the_origin_is_read_from_the_text_where_it_is_not_typed(client: FlaskClient, app: Flask) -> None:
    label(client, send(client, EXAMPLE_TEXT, year="2024"), "mediation")
    [document] = documents(app)
    assert (document.title, document.jurisdiction, document.year) == ("清源县司法局2025年工作总结", "清源县", "2024")


def test_a_sent_text_can_be_changed(client: FlaskClient) -> None:
    results = send(client, MIXED, jurisdiction="清源县")
    key = results.rsplit("/", 1)[1]
    assert f'href="/?draft={key}"' in client.get(results).text
    page = client.get(f"/?draft={key}").text
    assert MIXED in page and 'value="清源县"' in page


def test_unknown_results_are_not_found(client: FlaskClient) -> None:
    for address in ("/tag/nonsense", "/tag/nonsense/download/csv", "/?draft=nonsense"):
        assert client.get(address).status_code == 404
    assert client.post("/tag/nonsense/label", data={"position": 1, "theme": "mediation"}).status_code == 404


def test_drafts_are_kept_for_some_hours_and_known_by_their_kind(app: Flask, client: FlaskClient) -> None:
    from web.errors import NotFoundError

    with services_of(app).database.writing() as session:
        old, new = (keep_draft(session, "tag", "local", {"n": number}) for number in range(2))
        assert old != new and len(old) >= 22
        assert get_draft(session, new, "tag").content == {"n": 1}
        with pytest.raises(NotFoundError):
            get_draft(session, new, "upload")
        get_draft(session, old, "tag").made_at -= timedelta(hours=25)
        session.flush()
        assert sweep_drafts(session, 24) == 1
        assert get_draft(session, new, "tag").annotator == "local"
        get_draft(session, new, "tag").made_at -= timedelta(hours=25)
    send(client)
    with services_of(app).database.reading() as session, pytest.raises(NotFoundError):
        get_draft(session, new, "tag")


def test_a_full_page_of_results_asks_the_database_little(client: FlaskClient, app: Flask) -> None:
    from sqlalchemy import event

    results = send(client, "\n".join(f"第{number}次培训调解员二十名。" for number in range(1, 21)))
    label(client, results, "mediation")
    asked: list[str] = []
    event.listen(services_of(app).database.engine, "before_cursor_execute", lambda *arguments: asked.append(arguments[2]))
    client.get(results)
    assert len([statement for statement in asked if statement.startswith("SELECT")]) <= 10
