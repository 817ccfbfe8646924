"""Reading labels: every wrong value is named with file, line, value, and what is allowed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from paths import ROOT

from classifier import LabelError, LabelSet, check_against_sources, load_labels
from classifier.labels import load_held_out, read_label_file
from classifier.units import digest

HEAD = "document,paragraph,start,end,digest,text,primary,secondary,annotator,note\n"
TEXT = "全年调解纠纷三百件。"


def row(
    paragraph: str = "1", primary: str = "mediation", secondary: str = "", text: str = TEXT, known: str | None = None
) -> str:
    return f"a.txt,{paragraph},0,10,{known or digest(text)},{text},{primary},{secondary},me,\n"


WRONG = {
    "unknown theme": (
        HEAD + row(primary="sport"),
        "paragraphs.csv:2: theme 'sport' is unknown; use one of business_environment",
    ),
    "theme that has sub-codes": (HEAD + row(primary="other"), "theme 'other' is unknown.*other.general"),
    "unknown secondary": (HEAD + row(secondary="other.general"), "secondary theme 'other.general'"),
    "secondary as primary": (HEAD + row(secondary="mediation"), "the primary one already"),
    "labelled twice": (HEAD + row() + row(), "paragraphs.csv:3: unit a.txt paragraph 1 is labelled on line 2 already"),
    "changed text": (HEAD + row(known="0" * 16), "the text was changed"),
    "position": (HEAD + row(paragraph="one"), "whole numbers"),
    "missing column": ("document,text\na.txt,b\n", "no column 'paragraph'"),
    "too many cells": (HEAD + row().strip() + ",more\n", "columns"),
    "open quote": (HEAD + '"a.txt,1\n', "not a CSV row"),
    "no rows": (HEAD, "no rows"),
    "empty": ("", "no column"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    def make(**files: str) -> Path:
        (tmp_path / "codebook.toml").write_text(
            (ROOT / "labels" / "codebook.toml").read_text(encoding="utf-8"), encoding="utf-8"
        )
        for name, text in files.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        return tmp_path

    return make


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_label_file_is_refused_with_its_place(text: str, said: str, folder: Callable[..., Path]) -> None:
    with pytest.raises(LabelError, match=said):
        load_labels(folder(paragraphs=text))


def test_a_right_label_file_is_read(folder: Callable[..., Path]) -> None:
    found = load_labels(folder(paragraphs=HEAD + row(secondary="legal_aid;publicity")))
    assert found.paragraphs[0].theme == "mediation" and found.paragraphs[0].secondary == ("legal_aid", "publicity")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "holds none of"),
        ({"examples": "theme,kind,text\nmediation,poem,some text\n"}, "kind 'poem'"),
        ({"examples": "theme,kind,text\nmediation,sentence, \n"}, "no text beside"),
        ({"examples": "theme,kind\nmediation,sentence\n"}, "no column 'text'"),
    ],
)
def test_a_wrong_folder_is_refused(files: dict[str, str], said: str, folder: Callable[..., Path]) -> None:
    with pytest.raises(LabelError, match=said):
        load_labels(folder(**files))


def test_a_folder_without_codebook_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"codebook\.toml"):
        load_labels(tmp_path)
    with pytest.raises(LabelError, match="no such labels"):
        load_labels(tmp_path / "none.csv")
    with pytest.raises(LabelError, match="no such file"):
        read_label_file(tmp_path / "none.csv", load_labels(ROOT / "labels").codebook)


def test_any_csv_with_text_and_theme_is_a_set_of_labels(tmp_path: Path) -> None:
    path = tmp_path / "news.csv"
    path.write_text("id,theme,text\n1,体育,球队夺冠\n2,财经,股市上涨\n", encoding="gb18030")
    found = load_labels(path)
    assert found.codebook.leaf_codes == ("体育", "财经")
    assert [item.theme for item in found.texts()] == ["体育", "财经"]


def test_an_id_that_stands_twice_is_named_with_both_lines(tmp_path: Path) -> None:
    path = tmp_path / "news.csv"
    path.write_text("id,theme,text\n7,体育,球队夺冠\n8,财经,股市上涨\n7,体育,球队落败\n", encoding="utf-8")
    with pytest.raises(LabelError, match=r"news\.csv:4: id '7' stands on line 2 already"):
        load_labels(path)


def test_held_out_texts_are_checked_too(folder: Callable[..., Path], labels: LabelSet) -> None:
    path = folder(held_out="theme,secondary,clear,text\nmediation,,maybe,some text\n")
    with pytest.raises(LabelError, match="clear is 'maybe'; use yes or no"):
        load_held_out(path, labels.codebook)


def test_a_change_of_the_source_shows_as_a_changed_lost_or_unlabelled_unit(labels: LabelSet, tmp_path: Path) -> None:
    for path in (ROOT / "seeds").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        if path.name.startswith("003"):
            text = text.replace("审核市政府文件132件", "审核市政府文件133件").replace("一是加强行政立法。", "")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    problems = check_against_sources(labels, tmp_path)
    assert any("审核" in problem or "labelled as" in problem for problem in problems)
    assert any("no such unit" in problem for problem in problems)
    assert all(problem.startswith("003") for problem in problems)
