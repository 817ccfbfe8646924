"""Reading what people send: reports, tables, and everything that is neither, each with its reason in plain words."""

import io
import json
import zipfile
from dataclasses import replace

import openpyxl
import pytest
from flask import Flask
from sample_report import REPORT
from word_files import word_file

from classifier import InputError, Origin
from web.reasons import DAMAGED, reason_of, said
from web.uploads import LONGEST_DOCUMENT, Upload, clean_name, content_of, read_file, read_files, upload_from


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(data: str | bytes, name: str, **options: str) -> Upload:
    found = read_file(data.encode() if isinstance(data, str) else data, name, **options)
    assert isinstance(found, Upload), found
    return found


def test_a_report_is_read_with_its_origin_and_what_was_left_out() -> None:
    upload = read(REPORT, "总结.txt")
    reading = upload.reading()
    assert (upload.origin.jurisdiction, upload.origin.level, upload.origin.year) == ("清源县", "county", "2024")
    assert upload.origin.title == "清源县司法局2024年工作总结"
    assert [(item.section, item.section_kind) for item in reading.paragraphs] == [
        (("一、主要工作",), "achievements"),
        (("二、2025年工作安排",), "plans"),
    ]
    assert [item.reason for item in reading.layout.dropped] == ["furniture", "metadata"]


def test_a_corrected_year_changes_what_counts_as_a_plan() -> None:
    upload = read(REPORT.replace("二、2025年工作安排", "二、2025年普法"), "总结.txt")
    kinds = [item.section_kind for item in upload.reading().paragraphs]
    later = [item.section_kind for item in replace(upload, origin=Origin(year="2025")).reading().paragraphs]
    assert (kinds, later) == (["achievements", "plans"], ["achievements", "achievements"])


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("text,jurisdiction,year\n全年调解纠纷300件。,清源县,2024\n,清源县,2024\n举办宪法宣传活动。,清源县,2024\n".encode(), "a.csv"),
        ("text\tjurisdiction\tyear\n全年调解纠纷300件。\t清源县\t2024\n \t清源县\t2024\n举办宪法宣传活动。\t清源县\t2024\n".encode(), "a.TSV"),
        (
            '{"text": "全年调解纠纷300件。", "jurisdiction": "清源县", "year": 2024}\n{"text": null, "jurisdiction": "清源县", "year": 2024}\n'
            '{"text": "举办宪法宣传活动。", "jurisdiction": "清源县", "year": 2024}\n'.encode(),
            "a.jsonl",
        ),
        (
            workbook([["text", "jurisdiction", "year"], ["全年调解纠纷300件。", "清源县", 2024.0], [None, "清源县", 2024], ["举办宪法宣传活动。", "清源县", 2024]]),
            "a.xlsx",
        ),
    ],
    ids=["csv", "tsv", "jsonl", "xlsx"],
)  # fmt: skip
def test_a_table_becomes_one_document_with_its_rows_as_paragraphs(data: bytes, name: str) -> None:
    upload = read(data, name)
    assert [item.text for item in upload.reading().paragraphs] == ["全年调解纠纷300件。", "举办宪法宣传活动。"]
    assert upload.origin == Origin(jurisdiction="清源县", level="county", year="2024")
    assert (upload.empty_rows, upload.several) == (1, ())
    for item in upload.reading().paragraphs:
        assert "".join(upload.text[start:end] for start, end in item.spans) == item.text


def test_a_table_of_several_reports_says_so_and_takes_no_origin_that_not_all_rows_share() -> None:
    upload = read("text,jurisdiction,year\n全年调解纠纷。,甲县,2023\n举办宣传活动。,乙县,2023\n", "两县.csv")
    assert (upload.origin, upload.several) == (Origin(year="2023"), ("jurisdiction",))


def test_what_a_table_says_of_sections_is_kept_and_what_it_may_not_say_is_not() -> None:
    rows = "text,section,section_kind,year,level,adcode\n推进普法工作。,三、打算 / （一）普法,plans,24年,乡,33\n调解纠纷。,,nonsense,24年,乡,33\n"
    upload = read(rows, "a.csv")
    first, second = upload.reading().paragraphs
    assert (first.section, first.section_kind) == (("三、打算", "（一）普法"), "plans")
    assert (second.section, second.section_kind) == ((), "achievements")
    assert upload.origin == Origin()


@pytest.mark.parametrize(("data", "name"), [(REPORT, "a.txt"), ("text\n全年调解纠纷。\n", "a.csv")])
def test_a_draft_gives_back_the_same_upload(data: str, name: str) -> None:
    upload = read(data, name)
    assert upload_from(json.loads(json.dumps(content_of(upload)))) == upload


@pytest.mark.parametrize(
    ("data", "name", "options", "reason"),
    [
        (b"text", "a.PNG", {}, "Files like this are not read here; use one of: .txt,"),
        (b"text", "no-suffix", {}, "Files like this are not read here"),
        (b"a\0b", "a.txt", {}, "not a text file, although its name says so"),
        (b" \n", "a.txt", {}, "The file is empty"),
        (b"", "a.txt", {}, "The file is empty"),
        (b"\xc4\xff\xff\xff", "a.txt", {}, "Neither UTF-8 nor GB18030 (from byte 0 on)"),
        (b"abc\xff", "a.csv", {"encoding": "utf-8"}, "Not utf-8 (from byte 3 on)"),
        ("调解".encode(), "a.txt", {"encoding": "klingon"}, "The encoding 'klingon' is unknown"),
        (b"-- 3 --", "a.txt", {}, "There is no paragraph in it"),
        (b"text\n \n", "a.csv", {}, "There is no paragraph in it"),
        (b"text,text\na,b\n", "a.csv", {}, "Two columns are named 'text'"),
        (b"id,words\n1,a\n", "a.csv", {}, "Which column holds the text? It has: id, words"),
        (b"", "a.csv", {}, "Which column holds the text? It has: no columns"),
        (b"id,words\n1,a\n", "a.csv", {"text_column": "word"}, "There is no column 'word'; it has: id, words"),
        (b'text\n"open\n', "a.csv", {}, "Row 2 is not CSV"),
        (b"text,id\n1\n", "a.csv", {}, "Row 2 has 1 cells, but there are 2 columns"),
        (b"{", "a.jsonl", {}, "Line 1 is not JSON"),
        (b"[1]", "a.jsonl", {}, "Line 1 is not an object"),
        (b"\n", "a.jsonl", {}, "The file is empty"),
        (b"PK\3\4", "a.xlsx", {}, DAMAGED),
        (b"PK\3\4", "a.docx", {}, DAMAGED),
        (b"%PDF-1.7", "a.pdf", {}, DAMAGED),
        (b"text", "a.xlsx", {}, "Not an Excel workbook, or damaged"),
        (b"{\\rtf1}", "a.doc", {}, "save it as .docx and send that"),
        (workbook([]), "a.xlsx", {}, "The first sheet is empty"),
        (b"PAR1 no table", "a.parquet", {}, "Not a Parquet file, or damaged"),
        (b"[" * 100_000, "a.jsonl", {}, "Line 1 is not JSON"),
        (("调解纠纷。" * (LONGEST_DOCUMENT // 5 + 1)).encode(), "a.txt", {}, "more than a document may have here"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_has_a_reason_without_words_of_the_command_line(
    app: Flask, data: bytes, name: str, options: dict[str, str], reason: str
) -> None:
    found = read_file(data, name, **options)
    assert not isinstance(found, Upload)
    with app.test_request_context("/?lang=en"):
        shown = said(found)
    assert reason in shown and "--" not in shown and "{" not in shown


def test_a_reader_that_fails_unexpectedly_costs_that_file_only(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("xl/worksheets")

    monkeypatch.setattr("web.uploads.read_upload", fail)
    found = read_file(b"PK", "a.xlsx")
    assert not isinstance(found, Upload)
    with app.test_request_context("/?lang=en"):
        assert said(found) == DAMAGED


def test_a_message_that_is_not_known_is_shown_as_it_is(app: Flask) -> None:
    with app.test_request_context():
        assert said(reason_of(InputError("a.txt: {odd}"), "a.txt")) == "{odd}"


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("C:\\文件\\报告.txt", "报告.txt"),
        ("../../etc/passwd", "passwd"),
        ("a\0b\ud800.txt", "a�b�.txt"),
        ("x" * 500 + ".txt", "x" * 120 + ".txt"),
        ("a." + "t" * 500, "a." + "t" * 11),
        ("", "document"),
        ("..", "document"),
        (".txt", ".txt"),
    ],
)
def test_a_file_name_is_never_a_path(name: str, clean: str) -> None:
    assert clean_name(name) == clean


@pytest.mark.parametrize("name", ["a." + "t" * 500, "a.\0", "a.\ud800", "../../a.txt"])
def test_odd_names_do_not_break_the_reader(name: str) -> None:
    assert read_file(REPORT.encode(), name)


@pytest.mark.parametrize("cut", range(40, 4000, 331))
def test_a_damaged_workbook_is_refused_not_a_defect(cut: int) -> None:
    whole = workbook([["text"], ["全年调解纠纷300件。"]])
    damaged = whole[:cut] + bytes([whole[cut] ^ 0xFF]) + whole[cut + 1 :]
    found = read_file(damaged, "a.xlsx")
    assert isinstance(found, Upload) or found["message"]


def test_a_word_document_is_read_with_its_headings_and_says_what_it_was(app: Flask) -> None:
    upload = read(word_file("# 主要工作", "## 让人民群众满意。", "全年调解纠纷300件。"), "报告.docx")
    again = upload_from(json.loads(json.dumps(content_of(upload))))
    assert (again, upload.encoding) == (upload, "docx")
    assert [item.section for item in again.reading().paragraphs] == [("主要工作", "让人民群众满意。")]


def test_each_file_of_an_archive_is_read_by_itself() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("报告/一.docx", word_file("全年调解纠纷300件。"))
        archive.writestr("二.txt", " ")
    found = dict(read_files(stream.getvalue(), "全部.zip"))
    assert isinstance(found["一.docx"], Upload) and not isinstance(found["二.txt"], Upload)
    assert [name for name, _ in read_files(REPORT.encode(), "a.txt")] == ["a.txt"]


def test_an_archive_that_is_not_safe_has_its_reason() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("../二.txt", "调解。")
    [(name, found)] = read_files(stream.getvalue(), "全部.zip")
    assert name == "全部.zip" and not isinstance(found, Upload)
    assert "not safe to unpack" in str(found["message"])
