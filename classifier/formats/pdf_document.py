"""PDF files with a text layer: lines joined to paragraphs again; the rules stand in docs/formats.md."""

from pathlib import Path

from classifier.documents import Document
from classifier.formats.isolation import read_isolated

SUFFIXES = (".pdf",)
KINDS = ("pdf",)
IS_TABLE = False


def read(path: Path, encoding: str | None, text_column: str | None) -> Document:
    """Read a PDF file; ``encoding`` and ``text_column`` have no meaning here."""
    return read_isolated(path, "pdf_text")
