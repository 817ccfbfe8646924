"""The same report in every format gives the same paragraphs."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from word_files import word_file

from benchmarks.government_pages import STYLES
from benchmarks.page_extraction import Report, paragraphs_of, recall_and_precision, reports, true_paragraphs
from benchmarks.pdf_readers import printed
from classifier import read_document

REPORTS = list(reports())


def as_word(report: Report) -> bytes:
    title, lines = report
    return word_file(title, *(f"# {line[1:]}" if line.startswith("#") else line for line in lines))


def as_page(report: Report) -> bytes:
    return STYLES[0](*report).encode()


@pytest.mark.parametrize("columns", [1, 2])
def test_a_printed_report_has_the_same_paragraphs(tmp_path: Path, columns: int) -> None:
    if shutil.which("chromium") is None:
        pytest.skip("chromium is not installed")
    report = REPORTS[3 - columns]
    path = tmp_path / "报告.pdf"
    path.write_bytes(printed(*report, tmp_path, columns))
    found = ["".join(item.text.split()) for item in read_document(path).paragraphs]
    assert min(recall_and_precision(found, true_paragraphs(report))) >= 0.97
    assert len(found) >= 10


@pytest.mark.parametrize(
    ("suffix", "write", "share"), [(".docx", as_word, 0.99), (".html", as_page, 0.99)], ids=lambda value: str(value)[:6]
)
@pytest.mark.parametrize("report", REPORTS[1:4], ids=lambda report: report[0])
def test_a_report_has_the_same_paragraphs_in_every_format(
    tmp_path: Path, report: Report, suffix: str, write: Callable[[Report], bytes], share: float
) -> None:
    path = tmp_path / f"报告{suffix}"
    path.write_bytes(write(report))
    found = ["".join(item.text.split()) for item in read_document(path).paragraphs]
    assert min(recall_and_precision(found, true_paragraphs(report))) >= share
    assert len(found) >= 10


def test_paragraphs_of_nothing_are_none() -> None:
    assert paragraphs_of("") == []
