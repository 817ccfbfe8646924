"""Web pages (.html): the main text of a page without what surrounds it; the rules stand in docs/formats.md."""

from pathlib import Path

from classifier.documents import Document
from classifier.formats.content import HTML_SUFFIXES
from classifier.formats.isolation import read_isolated

SUFFIXES = HTML_SUFFIXES
KINDS = ("html",)
IS_TABLE = False


def read(path: Path, encoding: str | None, text_column: str | None) -> Document:
    """Read a web page; ``text_column`` has no meaning here."""
    return read_isolated(path, "html_text", encoding)
