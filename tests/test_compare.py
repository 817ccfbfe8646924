"""Comparisons of two groups: as a library, a command, and files."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from conftest import Finished
from paths import ROOT

from classifier import Comparison, InputError, Model, compare, theme_mix, write_comparison
from classifier.comparison import MOST_READ, _evenly_spaced
from classifier.comparison_files import comparison_notes
from classifier.differences import VERDICTS

SEEDS = str(ROOT / "seeds")
Run = Callable[..., Finished]


@pytest.fixture(scope="module")
def comparison(model: Model) -> Comparison:
    return compare(SEEDS, "杭州", "浦江县", model)


@pytest.fixture
def two_years(tmp_path: Path) -> Path:
    rows = [
        ("全年调解纠纷三百件，调解成功。", "清源县", "2022"),
        ("全年调解纠纷五百件，调解成功。", "清源县", "2022"),
        ("组织宪法宣传活动，普法讲座十场。", "清源县", "2023"),
        ("组织民法典宣传活动，普法讲座八场。", "清源县", "2023"),
        ("办理法律援助案件。", "白水县", "2022"),
    ]
    path = tmp_path / "reports.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("text", "jurisdiction", "year"), *rows])
    return path


def test_counted_rows_differ_as_the_mix_says(comparison: Comparison, model: Model) -> None:
    mix = theme_mix(SEEDS, model)
    rows = {row.group: row for row in mix.rows}
    assert (comparison.a, comparison.b) == (rows["杭州市"], rows["浦江县"])
    assert comparison.mix.snapshot == mix.snapshot and comparison.mix.interval_level is None
    for code, found in comparison.differences.items():
        counts = [rows[name].shares[code].count for name in ("杭州市", "浦江县")]
        assert found.difference == pytest.approx(counts[0] / 16 - counts[1] / 30, abs=2e-6)
        assert (found.low, found.high) == (None, None)
        assert found.verdict in ("a_higher", "b_higher")
        assert found.draws_low is not None and found.draws_high is not None
        assert found.draws_low < found.difference < found.draws_high


def test_terms_are_read_in_the_reports_and_hold_no_place_name(comparison: Comparison) -> None:
    assert comparison.left_out == ("杭州", "浦江") and comparison.read == (16, 30)
    assert "信访" in {term.term for term in comparison.terms.b}
    texts = "".join(path.read_text(encoding="utf-8") for path in Path(SEEDS).glob("001*.txt"))
    for term in comparison.terms.a:
        assert term.a >= 2 and term.term in texts and not {"杭州", "浦江"} & {term.term}


def test_typical_paragraphs_stand_where_they_say(comparison: Comparison) -> None:
    for typical, document in ((comparison.typical_a, "001"), (comparison.typical_b, "002")):
        assert 0 < len(typical) <= 3
        for paragraph in typical:
            assert paragraph.passage.document.startswith(document) and paragraph.passage.position > 0
            assert paragraph.terms and all(term in paragraph.passage.text for term in paragraph.terms)


def test_a_theme_keeps_to_its_own_paragraphs(model: Model) -> None:
    found = compare(SEEDS, "杭州市", "浦江县", model, theme="mediation")
    assert found.read == (1, 4)
    assert compare(SEEDS, "杭州市", "浦江县", model, theme="party_building").terms.a == ()


def test_estimated_rows_have_intervals_and_verdicts_that_follow_them(two_years: Path, model: Model) -> None:
    found = compare(two_years, "2022", "2023", model, by="year", only={"jurisdiction": "清源县"})
    assert (found.a.paragraphs, found.b.paragraphs, found.mix.interval_level) == (2, 2, 0.8)
    verdicts = {code: difference.verdict for code, difference in found.differences.items()}
    assert (verdicts["mediation"], verdicts["publicity"]) == ("a_higher", "b_higher")
    for difference in found.differences.values():
        assert difference.low is not None and difference.high is not None
        assert (difference.verdict == "not_distinguishable") == (difference.low <= 0 <= difference.high)


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (("杭州市", "宁波市"), "no jurisdiction '宁波市'; there are: 嘉兴市, 杭州市, 浙江省, 浦江县, 西湖区"),
        (("杭州市", "杭州"), "the same jurisdiction"),
    ],
)
def test_what_cannot_be_compared_is_said_with_what_can(names: tuple[str, str], reason: str, model: Model) -> None:
    with pytest.raises(InputError, match=reason):
        compare(SEEDS, *names, model)


def test_the_command_shows_differences_terms_and_paragraphs(run: Run) -> None:
    finished = run("compare", SEEDS, "--by", "jurisdiction", "杭州", "浦江")
    for words in (
        "+26.7",
        "杭州市 higher, as counted",
        "信访",
        "Typical paragraphs of 浦江县",
        "¶",
        "counted",
        "nothing follows for",
    ):
        assert words in finished.output
    assert finished.code == 0 and finished.errors == ""


def test_the_command_compares_the_years_of_one_place(run: Run, two_years: Path) -> None:
    arguments = ("compare", str(two_years), "--by", "year", "2022", "2023", "--only", "jurisdiction", "清源县")
    finished = run(*arguments)
    assert "2022 (2 paragraphs, 0 labelled)" in finished.output and "not distinguishable" in finished.output
    unknown = run(*arguments[:-1], "黑土县")
    assert unknown.code == 1 and "no jurisdiction '黑土县'; there are: 清源县, 白水县" in unknown.errors


@pytest.mark.parametrize("arguments", [["--by", "month", "1", "2"], ["--by", "year", "2022"], []])
def test_a_comparison_that_names_no_two_groups_is_wrong_usage(arguments: list[str], run: Run) -> None:
    assert run("compare", SEEDS, *arguments).code == 2


def test_every_format_says_the_same(comparison: Comparison, model: Model, tmp_path: Path) -> None:
    paths = {suffix: tmp_path / f"found.{suffix}" for suffix in ("csv", "json", "xlsx", "html")}
    for path in paths.values():
        write_comparison(comparison, model.codebook, path)
    data = json.loads(paths["json"].read_text(encoding="utf-8"))
    assert data == json.loads(json.dumps(comparison.to_dict()))
    with paths["csv"].open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["theme"]: float(row["difference"]) for row in rows} == {
        code: found["difference"] for code, found in data["differences"].items()
    }
    assert {row["verdict"] for row in rows} <= set(VERDICTS)
    book = openpyxl.load_workbook(paths["xlsx"])
    assert book.sheetnames == ["differences", "terms", "paragraphs"]
    assert [cell.value for cell in book["terms"]["B"]][1:] == [
        term["term"] for side in ("a", "b") for term in data["terms"][side]
    ]
    page = paths["html"].read_text(encoding="utf-8")
    for word in (
        "杭州市较高",
        "信访",
        "+26.7",
        comparison.typical_b[0].passage.text[:20],
        *comparison_notes(comparison)[:1],
    ):
        assert word in page
    with pytest.raises(InputError, match=r"use \.csv, \.xlsx, \.json, \.html"):
        write_comparison(comparison, model.codebook, tmp_path / "found.pdf")


def test_of_very_many_paragraphs_evenly_spaced_ones_are_read() -> None:
    import numpy as np

    chosen = _evenly_spaced(np.arange(3 * MOST_READ))
    assert len(chosen) == MOST_READ and set(np.diff(chosen).tolist()) == {3}
