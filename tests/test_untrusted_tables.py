"""Untrusted tables: bombs, endless files and wide ones are refused by the same limits as documents."""

import io
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet
from word_files import saved, with_parts

from classifier import InputError, Table, read_upload
from classifier.formats import isolation, read_input, xlsx_table

SHEET = "xl/worksheets/sheet1.xml"
TEXT = "全年调解纠纷300件。"


def workbook(*rows: Sequence[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def parquet_file(columns: Mapping[str, object]) -> bytes:
    stream = io.BytesIO()
    parquet.write_table(pa.table(columns), stream)
    return stream.getvalue()


def rows_of(path: Path, data: bytes) -> list[dict[str, object]]:
    path.write_bytes(data)
    table = read_input(path)
    assert isinstance(table, Table)
    rows = [row for _, row in table.rows()]
    assert rows == [row for _, row in table.rows()], "a table can be read again"
    return rows


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
def test_tables_come_out_of_their_own_process_as_they_are(tmp_path: Path, suffix: str) -> None:
    rows: list[dict[str, object]] = [{"text": f"{TEXT * 9}{number}", "n": number / 2} for number in range(700)]
    columns = {name: [row[name] for row in rows] for name in ("text", "n")}
    data = parquet_file(columns) if suffix == ".parquet" else workbook(["text", "n"], *([*row.values()] for row in rows))
    assert rows_of(tmp_path / f"a{suffix}", data) == rows


def test_a_workbook_is_refused_by_its_declared_size_before_any_parser_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "classifier.formats.isolation.subprocess.Popen", lambda *_, **__: pytest.fail("a parser was started")
    )
    monkeypatch.setattr(xlsx_table, "_LARGEST_MEMBER", 1 << 20)
    with pytest.raises(InputError, match=rf"unpacked, '{SHEET}' would make it .* bytes; at most"):
        rows_of(tmp_path / "a.xlsx", with_parts(workbook(["text"]), {SHEET: b" " * (2 << 20)}))


ENTITIES = b"<!DOCTYPE x [<!ENTITY a '" + b"A" * 100 + b"'>]><worksheet><sheetData><row><c t='str'><v>&a;</v></c></row></sheetData></worksheet>"  # fmt: skip
WIDE = b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData><row r='1'><c r='XFD1'><v>1</v></c></row></sheetData></worksheet>"  # fmt: skip


@pytest.mark.parametrize(
    ("sheet", "reason"),
    [(ENTITIES, "not an Excel workbook, or damaged"), (WIDE, "16,384 columns in row 1; at most 1,000"), (b"<x", "damaged")],
    ids=["entities", "wide", "broken"],
)
def test_a_workbook_that_no_office_writes_is_refused(tmp_path: Path, sheet: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        rows_of(tmp_path / "a.xlsx", with_parts(workbook(["text"]), {SHEET: sheet}))


@pytest.mark.skipif(sys.platform == "win32", reason="these limits are POSIX's")
def test_a_parquet_bomb_is_stopped_at_the_limit_of_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "MEMORY", 512 << 20)
    data = parquet_file({"text": pa.array(["x" * (1 << 20)]).take(pa.array([0] * 1_000))})
    assert len(data) < 1 << 20
    with pytest.raises(InputError, match="too large: its parser needs more than 512 MiB"):
        rows_of(tmp_path / "a.parquet", data)


def test_a_table_that_does_not_fit_into_memory_is_not_taken_as_an_upload(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classifier.api._MOST_CHARACTERS", 30)
    with pytest.raises(InputError, match=r"a\.csv: too large: more than 30 characters up to row 4; divide it"):
        read_upload(f"text\n{TEXT}\n{TEXT}\n{TEXT}\n".encode(), "a.csv")


def test_no_parser_outlives_a_table_that_is_left_half_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(["text"], *([TEXT * 20] for _ in range(800))))
    table = read_input(path)
    assert isinstance(table, Table)
    rows = table.rows()
    next(rows)
    del rows
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
