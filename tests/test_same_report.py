"""The same report in every format gives the same paragraphs."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from made_once import made_once
from word_files import word_file

from benchmarks.chromium import find_chromium
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
    if find_chromium() is None:
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


@pytest.fixture(scope="module")
def saved_by_libreoffice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of these reports as LibreOffice saves them: ``pdf/0.pdf``, ``docx/0.docx``, ``html/0.html`` and so on."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed; on Debian or Ubuntu: apt-get install libreoffice-writer-nogui")

    def save(folder: Path) -> None:
        for number, report in enumerate(REPORTS[1:4]):
            (folder / f"{number}.docx").write_bytes(as_word(report))
        options = ["--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
        # By way of its own format, so that nothing is left of how the first files were written.
        for source, form in ((".", "pdf"), (".", "odt"), ("odt", "docx"), ("odt", "html:XHTML Writer File")):
            kind = form.split(":")[0]
            files = sorted((folder / source).glob("?.*"))
            command = [program, *options, "--convert-to", form, "--outdir", str(folder / kind), *map(str, files)]
            subprocess.run(command, check=True, capture_output=True, timeout=120)

    return made_once(tmp_path_factory, "libreoffice", save)


@pytest.mark.parametrize(("kind", "share"), [("pdf", 0.97), ("docx", 0.99), ("html", 0.99)])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_report_that_libreoffice_saved_has_the_same_paragraphs(
    saved_by_libreoffice: Path, number: int, kind: str, share: float
) -> None:
    found = read_document(saved_by_libreoffice / kind / f"{number}.{kind}").paragraphs
    texts = ["".join(item.text.split()) for item in found]
    assert min(recall_and_precision(texts, true_paragraphs(REPORTS[1 + number]))) >= share


def test_paragraphs_of_nothing_are_none() -> None:
    assert paragraphs_of("") == []
