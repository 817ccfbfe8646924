"""The theme mix: a census is counted, the rest estimated, and intervals follow their formulas."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from fewer_labels import with_fewer_examples
from paths import ROOT

from classifier import InputError, LabelSet, Mix, Model, theme_mix, train
from classifier.mix_files import TIDY_COLUMNS, mix_notes, write_mix

SEEDS = ROOT / "seeds"


@pytest.fixture(scope="module")
def census(model: Model) -> Mix:
    return theme_mix(SEEDS, model)


@pytest.fixture(scope="module")
def estimated(model: Model, labels: LabelSet) -> Mix:
    return theme_mix(SEEDS, model, labels=replace(labels, paragraphs=(), statements=()))


def test_a_labelled_document_is_a_census_of_its_labels(census: Mix, labels: LabelSet) -> None:
    row = next(row for row in census.rows if row.group == "杭州市")
    own = [label.theme for label in labels.paragraphs if label.key[0].startswith("001")]
    assert (row.paragraphs, row.labelled, row.origin.adcode, row.origin.year) == (16, 16, "330100", "2023")
    for code, share in row.shares.items():
        count = sum(label.split(".")[0] == code for label in own)
        assert (share.count, share.low, share.high) == (count, None, None)
        assert share.share == pytest.approx(count / 16, abs=1e-6)
    assert census.interval_level is None


def test_an_unlabelled_document_is_estimated_with_an_interval(estimated: Mix, model: Model) -> None:
    assert estimated.interval_level == 0.8
    for row in estimated.rows:
        assert row.labelled == 0
        assert sum(share.share for share in row.shares.values()) == pytest.approx(1, abs=1e-5)
        for share in row.shares.values():
            assert share.low is not None and share.high is not None
            assert 0 <= share.low <= share.share + 1e-6 and share.share - 1e-6 <= share.high <= 1
        assert sum(share.count for share in row.shares.values()) == row.paragraphs


def test_a_partly_labelled_document_keeps_its_counts_and_bounds(model: Model, labels: LabelSet) -> None:
    half = tuple(label for label in labels.paragraphs if label.key[1] % 2)
    mix = theme_mix(SEEDS, model, labels=replace(labels, paragraphs=half))
    for row in mix.rows:
        assert 0 < row.labelled < row.paragraphs
        document = next(name for name, origin in labels.origins.items() if origin.jurisdiction == row.group)
        known = [label.theme.split(".")[0] for label in half if label.key[0] == document]
        for code, share in row.shares.items():
            assert share.low is not None and share.high is not None
            assert share.low >= known.count(code) / row.paragraphs - 1e-6
            assert share.high <= (known.count(code) + row.paragraphs - row.labelled) / row.paragraphs + 1e-6


@pytest.mark.parametrize("by", ["document", "year", "level", "section_kind"])
def test_groups_of_any_kind_hold_every_paragraph_once(by: str, model: Model) -> None:
    mix = theme_mix(SEEDS, model, by=by)
    assert sum(row.paragraphs for row in mix.rows) == 92
    assert len({row.group for row in mix.rows}) == len(mix.rows)


def test_text_is_measured_in_characters_of_statements(model: Model, labels: LabelSet) -> None:
    mix = theme_mix(SEEDS, model, measure="text")
    row = next(row for row in mix.rows if row.group == "嘉兴市")
    own = [label for label in labels.statements if label.key[0].startswith("003")]
    total = sum(len(label.text) for label in own)
    for code, share in row.shares.items():
        size = sum(len(label.text) for label in own if label.theme.split(".")[0] == code)
        assert share.share == pytest.approx(size / total, abs=1e-6)


@pytest.mark.parametrize(("name", "value"), [("by", "month"), ("measure", "words")])
def test_an_unknown_grouping_or_measure_is_refused(name: str, value: str, model: Model) -> None:
    with pytest.raises(InputError, match=f"'{value}'; use one of"):
        theme_mix(SEEDS, model, **{name: value})  # type: ignore[arg-type]


def test_too_few_jurisdictions_give_shares_without_intervals(model: Model, labels: LabelSet) -> None:
    record = {**model.record, "held_out_errors": {"paragraphs": model.record["held_out_errors"]["paragraphs"][:3]}}
    mix = theme_mix(SEEDS, replace(model, record=record), labels=replace(labels, paragraphs=()))
    assert mix.interval_level is None
    assert all(share.low is None for row in mix.rows for share in row.shares.values())
    notes = mix_notes(mix)
    assert "Not enough labelled jurisdictions for an interval." in notes
    assert "Intervals of 80% need 4 labelled jurisdictions; there are 3." in notes


def test_the_footnote_says_what_is_estimated_and_why_the_interval_is_as_wide(estimated: Mix, model: Model) -> None:
    notes = " ".join(mix_notes(estimated))
    assert "the share that hand labels on the whole row would give" in notes and "80% interval" in notes
    assert "Intervals of 90% need 9 labelled jurisdictions; there are 5." in notes
    fold = np.eye(len(model.codebook.theme_codes))[list(model.codebook.leaf_theme_places)]
    errors = np.abs(np.array(model.record["held_out_errors"]["paragraphs"])[:, :-1] @ fold)
    assert f"{100 * errors.mean():.1f} percentage points off on average and {100 * errors.max():.1f} at most" in notes


def test_several_documents_of_one_jurisdiction_are_one_labelled_jurisdiction(model: Model, labels: LabelSet) -> None:
    same = {name: replace(origin, jurisdiction="浙江省") for name, origin in labels.origins.items()}
    of_one = replace(labels, origins={**labels.origins, **dict(list(same.items())[:3])})
    errors = train(with_fewer_examples(of_one)).record["held_out_errors"]["paragraphs"]
    assert len(errors) == 3 and len(model.record["held_out_errors"]["paragraphs"]) == 5
    assert sum(row[-1] for row in errors) == 92


def test_the_snapshot_names_the_data_and_changes_with_them(model: Model, census: Mix, estimated: Mix) -> None:
    assert theme_mix(SEEDS, model).snapshot == census.snapshot != estimated.snapshot


def test_every_file_format_holds_the_same_shares(census: Mix, model: Model, tmp_path: Path) -> None:
    for suffix in ("csv", "xlsx", "json", "html"):
        write_mix(census, model.codebook, tmp_path / f"mix.{suffix}")
    with (tmp_path / "mix.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == TIDY_COLUMNS and len(rows) == 35
    data = json.loads((tmp_path / "mix.json").read_text(encoding="utf-8"))
    assert list(data) == ["by", "measure", "interval_level", "snapshot", "rows"]
    assert list(data["rows"][0]) == ["jurisdiction", "adcode", "level", "year", "paragraphs", "labelled", "shares"]
    assert data["rows"][0]["shares"]["mediation"].keys() == {"share", "low", "high", "count"}
    book = openpyxl.load_workbook(tmp_path / "mix.xlsx")
    tidy = list(book["tidy"].iter_rows(min_row=2, values_only=True))
    assert [float(row["share"]) for row in rows] == pytest.approx([row[8] for row in tidy])
    assert book["mix"]["A2"].value == "浙江省" and book["mix"]["E2"].value == pytest.approx(2 / 14, abs=1e-6)
    page = (tmp_path / "mix.html").read_text(encoding="utf-8")
    assert "浙江省" in page and "14.3%" in page and "http" not in page


def test_an_unknown_suffix_is_refused(census: Mix, model: Model, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"use \.csv, \.xlsx, \.json, \.html"):
        write_mix(census, model.codebook, tmp_path / "mix.docx")
