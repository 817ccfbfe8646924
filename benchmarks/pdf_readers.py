"""Measure programs that read PDF files on the seed reports, as Chromium prints them: characters found, and seconds.

    python -m benchmarks.pdf_readers

Found is the share of a report's characters that are in the text as they were printed, wherever they stand. Chromium
shows some characters by the glyphs of radicals (⼀ for 一): a reader has to know what those stand for. pdfplumber and
pypdf come with the extra ``bench``.
"""

import io
import logging
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.chromium import find_chromium
from benchmarks.page_extraction import reports


def printed(title: str, lines: Sequence[str], folder: Path, columns: int = 1) -> bytes:
    """Return what Chromium prints of a report, with a running head and page numbers; headings begin with ``#``."""
    body = "".join(
        f"<p class=h>{escape(line[1:])}</p>" if line.startswith("#") else f"<p>{escape(line)}</p>" for line in lines
    )
    style = (
        "@page{size:A4;margin:25mm;@bottom-center{content:'— ' counter(page) ' —'}"
        "@top-center{content:'清源市司法局年度报告'}}"
        "body{font:16pt 'Noto Serif CJK SC','Noto Sans CJK SC';line-height:28pt}"
        "p{text-indent:2em;margin:0;text-align:justify}"
        f"h1{{font-size:22pt;text-align:center}}.h{{font-weight:bold}}main{{column-count:{columns}}}"
    )
    page, target = folder / "report.html", folder / "report.pdf"
    page.write_text(
        f"<meta charset=utf-8><style>{style}</style><h1>{escape(title)}</h1><main>{body}</main>", encoding="utf-8"
    )
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-pdf-header-footer",
        f"--user-data-dir={folder / 'profile'}",
    ]
    subprocess.run(
        [find_chromium() or "chromium", *options, f"--print-to-pdf={target}", page.as_uri()],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return target.read_bytes()


def by_pdfium(data: bytes) -> str:
    """Read with pypdfium2."""
    import pypdfium2  # Each reader is imported where it is measured.

    return "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data))


def by_pdfplumber(data: bytes) -> str:
    """Read with pdfplumber."""
    import pdfplumber

    with pdfplumber.open(io.BytesIO(data)) as document:
        return "".join(page.extract_text() for page in document.pages)


def by_pypdf(data: bytes) -> str:
    """Read with pypdf."""
    import pypdf

    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def main() -> None:
    """Print a table of readers."""
    logging.disable(logging.WARNING)  # pdfminer speaks of every font.
    with TemporaryDirectory() as folder:
        files = [("".join([title, *lines]), printed(title, lines, Path(folder))) for title, lines in reports()]
    readers: dict[str, Callable[[bytes], str]] = {"pypdfium2": by_pdfium, "pdfplumber": by_pdfplumber, "pypdf": by_pypdf}
    print("| reader | characters found | seconds a report |")
    print("|---|---|---|")
    for name, reader in readers.items():
        reader(files[0][1])  # Imports are not what is measured.
        started = time.process_time()
        texts = [reader(data) for _, data in files]
        seconds = (time.process_time() - started) / len(files)
        shares = []
        for (true, _), text in zip(files, texts, strict=True):
            wanted = Counter(character for character in true if not character.isspace() and character != "#")
            shares.append((wanted & Counter(text)).total() / wanted.total())
        print(f"| {name} | {sum(shares) / len(shares):.4f} | {seconds:.2f} |")


if __name__ == "__main__":
    main()
