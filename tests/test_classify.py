"""The command classify: documents and tables in, one row a paragraph out, in order, with nothing lost."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import Finished
from paths import ROOT
from pyarrow import parquet

from classifier import DOCUMENT_COLUMNS, Bands, Model, prediction_columns, renamed_columns, save_model

Run = Callable[..., Finished]
TEXTS = [
    "全年调解纠纷300件，成功率98%。",
    "组织行政执法案卷评查，抽查案卷120件。",
    "举办宪法宣传周活动12场，发放资料3万份。",
]
THEMES = ["mediation", "enforcement_reform", "publicity"]


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def make_table(path: Path, name: str = "text", **more: list[Any]) -> Path:
    columns = {"id": ["001", "NA", "3"], name: TEXTS, **more}
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    elif path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        book.active.append(list(columns))
        for row in rows:
            book.active.append(list(row.values()))
        book.save(path)
    else:
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(columns), delimiter="\t" if path.suffix == ".tsv" else ",")
            writer.writeheader()
            writer.writerows(rows)
    return path


def read_output(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    if path.suffix == ".xlsx":
        head, *rows = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
        return [dict(zip(head, row, strict=True)) for row in rows]
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("output", ["csv", "jsonl", "xlsx"])
@pytest.mark.parametrize("source", ["csv", "tsv", "jsonl", "xlsx"])
def test_rows_of_tables_keep_their_columns_and_order(source: str, output: str, run: Run, tmp_path: Path) -> None:
    target = tmp_path / f"out.{output}"
    finished = run("classify", str(make_table(tmp_path / f"in.{source}")), "-o", str(target))
    rows = read_output(target)
    assert finished.code == 0 and finished.errors == ""
    assert [row["theme"] for row in rows] == THEMES
    assert [row["id"] for row in rows] == ["001", "NA", "3"] and [row["text"] for row in rows] == TEXTS


def test_documents_give_their_paragraphs_with_origin_and_section(run: Run, tmp_path: Path, model: Model) -> None:
    target = tmp_path / "out.csv"
    assert run("classify", str(ROOT / "seeds"), "-o", str(target)).code == 0
    rows = read_output(target)
    assert list(rows[0]) == [*DOCUMENT_COLUMNS, *prediction_columns(model.codebook.theme_codes, flat=True)]
    assert len(rows) == 92
    assert rows[14]["jurisdiction"] == "杭州市" and rows[14]["year"] == "2023" and rows[14]["section_kind"] == "preamble"
    assert rows[-1]["section"] == "二、2025年工作思路" and rows[-1]["paragraph"] == "13"
    for row in rows:
        assert float(row["confidence"]) == max(float(row[f"score_{code}"]) for code in model.codebook.theme_codes)
        assert sum(float(row[f"score_{code}"]) for code in model.codebook.theme_codes) == pytest.approx(1, abs=1e-5)
        assert row["model"] == model.identity


def test_json_lines_hold_scores_and_statements(run: Run, tmp_path: Path, model: Model) -> None:
    target = tmp_path / "out.jsonl"
    run("classify", str(next((ROOT / "seeds").glob("003*"))), "-o", str(target))
    record = read_output(target)[8]
    assert tuple(record["scores"]) == model.codebook.theme_codes and sum(record["scores"].values()) == pytest.approx(
        1, abs=1e-5
    )
    assert [set(part) for part in record["statements"]] == [{"text", "theme", "confidence"}] * 5
    assert isinstance(record["secondary"], list)


def test_standard_input_is_a_document_and_standard_output_is_csv(run: Run) -> None:
    finished = run("classify", "-", standard_input="\n".join(TEXTS).encode())
    assert [row["theme"] for row in rows_of(finished.output)] == THEMES
    assert run("classify", "-", standard_input="受理法律援助案件300件".encode("gb18030")).output.count("legal_aid") >= 2


def test_format_can_be_named_for_standard_output(run: Run, tmp_path: Path) -> None:
    finished = run("classify", str(make_table(tmp_path / "in.csv")), "--format", "jsonl")
    assert [json.loads(line)["theme"] for line in finished.output.splitlines()] == THEMES


def test_several_processes_give_the_same_rows(run: Run, tmp_path: Path) -> None:
    one, two = (run("classify", str(ROOT / "seeds"), "--jobs", jobs).output for jobs in ("1", "2"))
    assert one == two


def test_a_column_named_like_an_added_one_is_kept_under_another_name(run: Run, tmp_path: Path) -> None:
    path = make_table(tmp_path / "in.csv", theme=["a", "b", "c"], input_theme=["x", "y", "z"])
    rows = rows_of(run("classify", str(path)).output)
    assert [row["theme"] for row in rows] == THEMES
    assert [row["input_input_theme"] for row in rows] == ["a", "b", "c"] and [row["input_theme"] for row in rows] == [
        "x",
        "y",
        "z",
    ]
    assert renamed_columns(["model", "text"], ["model"]) == {"model": "input_model", "text": "text"}


@pytest.mark.parametrize("name", ["段落", "Content", "正文"])
def test_the_text_column_is_found_by_its_usual_names(name: str, run: Run, tmp_path: Path) -> None:
    assert run("classify", str(make_table(tmp_path / "in.csv", name=name))).code == 0


def test_another_text_column_can_be_named(run: Run, tmp_path: Path) -> None:
    path = make_table(tmp_path / "in.csv", name="说明")
    assert "--text-column" in run("classify", str(path)).errors
    assert [row["theme"] for row in rows_of(run("classify", str(path), "--text-column", "说明").output)] == THEMES
    assert "no column 'x'; it has id, 说明" in run("classify", str(path), "--text-column", "x").errors


def test_inputs_that_fail_are_named_and_the_others_done(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "blank.txt").write_text(" \n\u3000\n", encoding="utf-8")
    (tmp_path / "binary.txt").write_bytes(b"\x00\x01\x02\x00")
    (tmp_path / "broken.xlsx").write_bytes(b"PK no workbook")
    (tmp_path / "report.pdf").write_bytes(b"%PDF")
    (tmp_path / "folder").mkdir()
    good = make_table(tmp_path / "good.csv")
    names = ["empty.txt", "blank.txt", "binary.txt", "broken.xlsx", "report.pdf", "folder", "missing.txt"]
    finished = run("classify", *(str(tmp_path / name) for name in names), str(good))
    assert finished.code == 1
    assert [row["theme"] for row in rows_of(finished.output)] == THEMES
    said = finished.errors.splitlines()
    assert len(said) == len(names)
    for line, name, words in zip(
        said,
        names,
        [
            "no text",
            "no text",
            "not a text file",
            "damaged",
            "a damaged PDF file",
            "no documents or tables",
            "no such file",
        ],
        strict=True,
    ):
        assert name in line and words in line


BROKEN_TABLES = {
    "cells.csv": ("id,text\n1,调解纠纷三百件，全部成功。,more\n", "row 2 has 3 cells"),
    "quote.csv": ('id,text\n1,"调解纠纷\n', "row 2 is not CSV"),
    "twice.csv": ("text,text\na,b\n", "two columns are named 'text'"),
    "empty.csv": ("", "no column named"),
    "line.jsonl": ('{"text": "调解纠纷三百件。"}\n{"text": \n', "line 2 is not JSON"),
    "list.jsonl": ('{"text": "调解纠纷三百件。"}\n[1]\n', "line 2 is not an object"),
    "none.jsonl": ("\n", "no lines"),
    "blank.csv": ("id,text\n1,\n", "row 2 has no text in column 'text'"),
    "number.jsonl": ('{"text": 7}\n', "row 1 has no text"),
}


@pytest.mark.parametrize(
    ("name", "content", "said"), [(name, *case) for name, case in BROKEN_TABLES.items()], ids=BROKEN_TABLES
)
def test_a_broken_table_is_named_with_its_row(name: str, content: str, said: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    finished = run("classify", str(tmp_path / name))
    assert finished.code == 1 and said in finished.errors and len(finished.errors.splitlines()) == 1


def test_rows_with_other_keys_fit_json_lines_but_not_csv(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "调解纠纷三百件。"}\n{"text": "法律援助二百件。", "note": "x"}\n', encoding="utf-8")
    assert run("classify", str(path), "-o", str(tmp_path / "out.jsonl")).code == 0
    finished = run("classify", str(path), "-o", str(tmp_path / "out.csv"))
    assert finished.code == 1 and "'note'" in finished.errors and not (tmp_path / "out.csv").exists()


def test_a_long_cell_and_cells_that_look_like_formulas_survive(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    long = "全年调解纠纷三百件。" * 20_000
    path.write_text(json.dumps({"text": long, "note": "=1+1"}, ensure_ascii=False) + "\n", encoding="utf-8")
    assert run("classify", str(path), "-o", str(tmp_path / "out.csv")).code == 0
    finished = run("classify", str(tmp_path / "out.csv"), "-o", str(tmp_path / "again.jsonl"))
    assert finished.code == 0
    assert read_output(tmp_path / "again.jsonl")[0]["text"] == long
    assert "too long for Excel" in run("classify", str(path), "-o", str(tmp_path / "out.xlsx")).errors


CELLS = ["=1+1", " +1", "\n@x", "-cmd|'/C calc'!A0", "\t=a", "＝SUM(A1)", "'=quoted", "''=twice", "-5", "NA", "001", "调解"]


def test_cells_that_spreadsheets_would_run_are_guarded_in_csv_and_come_back(run: Run, tmp_path: Path) -> None:
    source, output, again = (tmp_path / name for name in ("in.jsonl", "out.csv", "again.jsonl"))
    rows = [{"text": "全年调解纠纷三百件。", "note": cell} for cell in CELLS]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert run("classify", str(source), "-o", str(output)).code == 0
    with output.open(encoding="utf-8", newline="") as stream:
        written = [row["note"] for row in csv.DictReader(stream)]
    assert written == [f"'{cell}" for cell in CELLS[:8]] + CELLS[8:]
    assert run("classify", str(output), "-o", str(again)).code == 0
    assert [row["note"] for row in read_output(again)] == CELLS


def test_the_encoding_of_a_text_is_said_where_it_is_not_utf_8_and_a_named_one_wins(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "short.txt"
    path.write_bytes("调解".encode("gbk"))
    assert "short.txt: decoded as gb18030" in run("classify", str(path)).errors
    assert "decoded" not in run("classify", str(path), "--encoding", "gbk").errors
    assert "not valid ascii (first bad byte at offset 0)" in run("classify", str(path), "--encoding", "ascii").errors


@pytest.mark.parametrize(
    "arguments", [["-o", "out.docx"], ["--format", "xlsx"], ["--format", "parquet"], ["--jobs", "0"], []]
)
def test_wrong_usage_ends_with_two_or_one_and_writes_nothing(arguments: list[str], run: Run, tmp_path: Path) -> None:
    paths = [str(make_table(tmp_path / "in.csv"))] if arguments else []
    arguments = [str(tmp_path / argument) if argument.endswith("docx") else argument for argument in arguments]
    finished = run("classify", *paths, *arguments)
    assert finished.code in (1, 2) and finished.output == ""
    assert [path.name for path in tmp_path.iterdir() if path.name != "in.csv"] == []


def test_a_folder_that_cannot_be_written_to_is_named(run: Run, tmp_path: Path) -> None:
    finished = run("classify", str(make_table(tmp_path / "in.csv")), "-o", str(tmp_path / "none" / "out.csv"))
    assert finished.code == 1 and "cannot be written" in finished.errors


def test_a_full_disk_leaves_nothing_half_written(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "out.csv").write_text("precious", encoding="utf-8")
    monkeypatch.setattr("classifier.unfinished.UnfinishedOutput.append", full)
    finished = run("classify", str(make_table(tmp_path / "in.csv")), "-o", str(tmp_path / "out.csv"))
    assert finished.code == 1 and "No space left" in finished.errors
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "precious"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


def test_ctrl_c_leaves_nothing_half_written(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("classifier.unfinished.UnfinishedOutput.append", stop)
    finished = run("classify", str(make_table(tmp_path / "in.csv")), "-o", str(tmp_path / "out.csv"))
    assert finished.code == 130 and "stopped" in finished.errors
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


MIXED = [*TEXTS, "相关工作。", "……"]


@pytest.mark.parametrize("output", ["csv", "jsonl", "xlsx", "parquet"])
def test_the_band_of_each_paragraph_is_added_on_demand_and_nothing_else_changes(
    output: str, run: Run, tmp_path: Path, model: Model
) -> None:
    source = tmp_path / "in.csv"
    source.write_text("text,band\n" + "".join(f"{text},x\n" for text in MIXED), encoding="utf-8")
    plain, banded = tmp_path / f"plain.{output}", tmp_path / f"banded.{output}"
    run("classify", str(source), "-o", str(plain))
    assert run("classify", str(source), "-o", str(banded), "--min-confidence", "accept").code == 0
    before, after = read_records(plain), read_records(banded)
    assert [row.pop("band") or "" for row in after] == [found.band or "" for found in model.predict(MIXED)]
    assert [row.pop("input_band") for row in after] == [row.pop("band") for row in before] == ["x"] * len(MIXED)
    assert after == before


@pytest.mark.parametrize(
    ("least", "begin"),
    [
        ("0.9999", lambda bands: 0.9999),
        ("accept", lambda bands: bands.accept),
        ("look", lambda bands: bands.look),
        ("0", lambda bands: 0),
    ],
)
def test_where_accepting_begins_can_be_chosen(
    least: str, begin: Callable[[Bands | None], float], run: Run, model: Model
) -> None:
    rows = rows_of(run("classify", str(ROOT / "seeds"), "--min-confidence", least).output)
    accepted = [float(row["confidence"]) >= begin(model.bands) for row in rows]
    assert [row["band"] == "accept" for row in rows] == accepted


@pytest.mark.parametrize("least", ["sure", "1.5", "nan", ""])
def test_a_confidence_that_is_none_is_wrong_usage(least: str, run: Run) -> None:
    finished = run("classify", "-", "--min-confidence", least, standard_input=b"")
    assert finished.code == 2 and "neither a probability from 0 to 1 nor accept or look" in finished.errors


def test_a_model_without_bands_says_so_and_takes_a_number(run: Run, tmp_path: Path, model: Model) -> None:
    save_model(replace(model, bands=None), tmp_path / "few.model")
    arguments = [
        "classify",
        str(make_table(tmp_path / "in.csv")),
        "--model",
        str(tmp_path / "few.model"),
        "--min-confidence",
    ]
    finished = run(*arguments, "accept")
    assert finished.code == 2 and "this model has no bands" in finished.errors
    assert {row["band"] for row in rows_of(run(*arguments, "0.5").output)} == {"accept"}
    assert {row["band"] for row in rows_of(run(*arguments, "1").output)} == {"look"}


def read_records(path: Path) -> list[dict[str, Any]]:
    if path.suffix != ".parquet":
        return read_output(path)
    rows: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
    return rows
