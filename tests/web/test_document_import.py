"""The way of a file into the documents: sending, looking at what was read, correcting, importing, leaving out."""

import re
from collections.abc import Callable

import pytest
from application import services_of
from documents import corpus_of, count, imported, keep, keys_of, send, text
from flask import Flask
from flask.testing import FlaskClient
from pdf_files import drawn
from sample_report import REPORT

from classifier import shipped_folder
from web.tables import Document


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("language", "en")
    return client


def test_a_file_goes_by_upload_preview_and_correction_into_the_list_the_text_and_the_mix(
    app: Flask, client: FlaskClient
) -> None:
    before = corpus_of(app)
    [key] = keys_of(send(client, ("总结.txt", REPORT)))
    assert count(app, Document) == 5, "a preview imports nothing"
    page = text(client.get(f"/documents/preview?keys={key}"))
    for shown in (
        "总结.txt",
        "一、主要工作",
        "Achievements · statements: 2",
        "Plans · statements: 1",
        "UTF-8",
        "paragraphs: 2",
    ):
        assert shown in page
    answer = keep(client, [key], key, **{f"{key}.jurisdiction": "清溪县", f"{key}.level": "county", f"{key}.year": "2024", f"{key}.adcode": "330199", f"{key}.title": "清溪县总结"})  # fmt: skip
    assert answer.headers["Location"] == "/documents/6"
    assert "清溪县" in text(client.get("/documents")) and "330199" in text(client.get("/documents?q=清溪县"))
    page = text(client.get("/documents/6"))
    assert "清溪县 · County · 2024 · paragraphs: 2 · labelled by hand: 0" in page and "发放资料2万份" in page
    after = corpus_of(app)
    assert after.revision > before.revision and len(after.ids) == len(before.ids) + 2
    assert after.origins[6].jurisdiction == "清溪县" and "清溪县" in after.groups("jurisdiction")


def test_a_level_that_is_left_open_follows_the_name_of_the_jurisdiction(app: Flask, client: FlaskClient) -> None:
    [key] = keys_of(send(client, ("notes.txt", "举办宪法宣传周活动12场，发放资料2万份。")))
    page = text(client.get(f"/documents/preview?keys={key}"))
    assert "Not found in the file: Jurisdiction, Level, Year reported on." in page
    keep(client, [key], **{f"{key}.jurisdiction": "嘉善县", f"{key}.level": "", f"{key}.year": "2024"})
    assert corpus_of(app).origins[6].level == "county"


def test_pages_of_a_scan_among_others_are_named_in_the_preview(client: FlaskClient) -> None:
    pages = [[(80, 100, "举办宪法宣传周活动12场，发放资料2万份。")], [], [(80, 100, "全年调解纠纷300件。")]]
    [key] = keys_of(send(client, ("半扫描.pdf", drawn(*pages))))
    page = text(client.get(f"/documents/preview?keys={key}"))
    assert "Pages that hold pictures instead of text, and were not read: 2." in page


def test_files_that_cannot_be_read_are_named_with_the_reason_while_the_others_go_on(app: Flask, client: FlaskClient) -> None:
    keys = keys_of(send(client, ("坏.txt", b"a\0b"), ("总结.txt", REPORT), ("x.pptx", b"PK")))
    page = text(client.get("/documents/preview", query_string={"keys": ",".join(keys)}))
    assert "坏.txt This file could not be read. This is not a text file" in page
    assert "x.pptx This file could not be read. Files like this are not read here; use one of: .txt" in page
    assert "Files that could not be read: 2 of 3." in page
    assert keep(client, keys).headers["Location"] == "/documents/6"
    assert count(app, Document) == 6


def test_only_files_that_cannot_be_read_leave_nothing_to_import(app: Flask, client: FlaskClient) -> None:
    keys = keys_of(send(client, ("坏.txt", b"a\0b")))
    page = client.get(f"/documents/preview?keys={keys[0]}")
    assert "This file could not be read." in text(page) and b'name="keep" value="all"' not in page.data
    keep(client, keys)
    keep(client, keys, keys[0])
    assert count(app, Document) == 5


@pytest.mark.parametrize(
    ("options", "readable"), [({}, False), ({"encoding": "utf-16-le"}, True), ({"encoding": "nonsense"}, False)]
)
def test_the_encoding_may_be_named(client: FlaskClient, options: dict[str, str], readable: bool) -> None:
    keys = keys_of(send(client, ("a.txt", REPORT.encode("utf-16-le")), **options))
    page = text(client.get(f"/documents/preview?keys={keys[0]}"))
    assert ("发布日期" in page and "一、主要工作" in page) is readable
    assert ("This file could not be read" in page) is not readable


def test_lines_that_were_left_out_are_shown_with_their_reasons(client: FlaskClient) -> None:
    file = shipped_folder("seeds") / "001_9bdf4c4ff745681c.txt"
    key = keys_of(send(client, ("a.txt", file.read_text(encoding="utf-8").replace("杭州", "临州") + "\n图为活动现场\n")))[0]
    page = text(client.get(f"/documents/preview?keys={key}"))
    assert re.search(r"What was left out: \d+ lines", page)
    for reason in ("metadata 索引号", "page furniture"):
        assert reason in page, reason


def test_a_value_that_is_not_allowed_imports_nothing_and_stays_typed(app: Flask, client: FlaskClient) -> None:
    first, second = keys = keys_of(send(client, ("一.txt", REPORT), ("二.txt", REPORT.replace("清源县", "清泉县"))))
    answer = keep(
        client, keys, **{f"{first}.title": "改过的标题", f"{second}.year": "24年", f"{second}.jurisdiction": "某县"}
    )
    page = client.get(answer.headers["Location"])
    assert "Nothing was imported yet" in text(page) and "The year 24年 is not a year" in text(page)
    for typed in ("改过的标题", "24年", "某县"):
        assert f'value="{typed}"' in page.get_data(as_text=True)
    assert count(app, Document) == 5
    assert keep(client, keys, **{f"{second}.year": "2024"}).headers["Location"] == "/documents"
    assert count(app, Document) == 7


def test_return_in_a_field_reads_again_and_imports_nothing(app: Flask, client: FlaskClient) -> None:
    [key] = keys_of(send(client, ("一.txt", REPORT.replace("工作安排", "普法"))))
    assert "Plans" in text(client.get(f"/documents/preview?keys={key}"))
    page = client.get(f"/documents/preview?keys={key}").get_data(as_text=True)
    first_button = re.search(r"<button[^>]*>", page[page.index('action="/documents/keep"') :])
    assert first_button is not None and 'name="keep" value=""' in first_button[0]
    answer = keep(client, [key], "", **{f"{key}.year": "2025"})
    page = text(client.get(answer.headers["Location"]))
    assert "Plans" not in page and count(app, Document) == 5


def test_one_of_several_files_is_imported_or_left_out_and_the_others_wait(app: Flask, client: FlaskClient) -> None:
    reports = [(f"{place}.txt", REPORT.replace("清源县", place)) for place in ("甲山县", "乙山县", "丙山县")]
    first, second, third = keys = keys_of(send(client, *reports))
    rest = keys_of(keep(client, keys, second, **{f"{third}.title": "已改"}))
    assert rest == [first, third] and count(app, Document) == 6
    assert 'value="已改"' in client.get("/documents/preview", query_string={"keys": ",".join(rest)}).get_data(as_text=True)
    data = {"keys": ",".join(rest), "discard": first, f"{third}.year": "2020"}
    assert keys_of(client.post("/documents/discard", data=data)) == [third]
    assert 'value="2020"' in client.get(f"/documents/preview?keys={third}").get_data(as_text=True)
    assert client.get(f"/documents/preview?keys={first}").status_code == 404
    answer = client.post("/documents/discard", data={"keys": third, "discard": "all"})
    assert answer.headers["Location"] == "/documents" and count(app, Document) == 6


def test_sending_the_decision_twice_imports_once(app: Flask, client: FlaskClient) -> None:
    keys = keys_of(send(client, ("一.txt", REPORT)))
    keep(client, keys)
    again = keep(client, keys)
    assert count(app, Document) == 6
    assert "Imported. 清源县司法局2024年工作总结" in text(client.get(again.headers["Location"]))


def test_the_same_text_is_recognised_and_not_imported_again(app: Flask, client: FlaskClient) -> None:
    keys = keys_of(send(client, ("一.txt", REPORT), ("二.txt", REPORT)))
    page = text(client.get("/documents/preview", query_string={"keys": ",".join(keys)}))
    assert "The same text as 一.txt above; it is imported once." in page
    keep(client, keys)
    assert count(app, Document) == 6
    [key] = keys_of(send(client, ("三.txt", REPORT)))
    page = text(client.get(f"/documents/preview?keys={key}"))
    assert "The same text is here already and is not imported again: 清源县司法局2024年工作总结" in page
    keep(client, [key])
    assert count(app, Document) == 6


def test_a_table_becomes_one_document(app: Flask, client: FlaskClient) -> None:
    number = imported(
        client, ("rows.csv", "text,jurisdiction,year\n全年调解纠纷300件。,清源县,2024\n举办宪法宣传活动。,清源县,2024\n")
    )
    page = text(client.get(f"/documents/{number}"))
    assert "rows.csv" in page and "清源县 · County · 2024 · paragraphs: 2" in page


@pytest.mark.parametrize("files", [[], [("", "x")]])
def test_sending_no_file_says_what_to_do(client: FlaskClient, files: list[tuple[str, str]]) -> None:
    answer = send(client, *files)
    assert answer.headers["Location"] == "/documents"
    assert "Choose one file or several first." in text(client.get("/documents"))


def test_too_much_at_once_is_refused_with_advice(make_app: Callable[..., Flask]) -> None:
    client = make_app(largest_body=20_000).test_client()
    client.set_cookie("language", "en")
    answer = send(client, ("big.txt", "调解纠纷。" * 10_000))
    assert answer.status_code == 413 and "This is larger than the server takes." in text(answer)
    answer = send(client, *((f"{number}.txt", "调解纠纷三百件。") for number in range(51)))
    assert answer.status_code == 400 and "51 files are too many at once; send at most 50." in text(answer)


def test_an_expired_preview_says_what_to_do(app: Flask, client: FlaskClient) -> None:
    for answer in (client.get("/documents/preview?keys=gone"), client.get("/documents/preview"), keep(client, ["gone"])):
        assert answer.status_code == 404 and "These files are no longer kept here; send them once more." in text(answer)


def test_names_and_texts_of_files_are_never_taken_for_markup_or_paths(app: Flask, client: FlaskClient) -> None:
    evil = "<script>alert(1)<img src=x onerror=alert(1)>'&{{7*191}}.txt"
    report = REPORT.replace("清源县司法局2024年工作总结", "清源县司法局2024年<img src=x onerror=alert(1)>工作总结").replace(
        "发放资料2万份", "<b>发放</b>{{7*191}}资料2万份"
    )
    keys = keys_of(send(client, (f"../../{evil}", report), (f"{evil}.zip", "x")))
    pages = [client.get("/documents/preview", query_string={"keys": ",".join(keys)})]
    keep(client, keys)
    pages += [client.get(path) for path in ("/documents", "/documents/6?why=2", "/documents/6/delete")]
    for page in pages:
        body = page.get_data(as_text=True)
        assert "<script>alert" not in body and "<img src=x" not in body and "<b>发放" not in body and "1337" not in body
    with services_of(app).database.reading() as session:
        document = session.get_one(Document, 6)
    assert "/" not in document.name and ".." not in document.name and "{{7*191}}" in document.name
