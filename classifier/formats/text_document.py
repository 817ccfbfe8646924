"""Plain text: one document a file, with its origin from the folder's ``sources.csv`` where it is listed there."""

from pathlib import Path

from classifier.documents import Document, document_from_bytes
from classifier.origins import origin_from_row, stated_in_sources

SUFFIXES = (".txt", ".text", ".md")
KINDS: tuple[str, ...] = ()
IS_TABLE = False


def read(path: Path, encoding: str | None, text_column: str | None) -> Document:
    """Read a text file; ``text_column`` has no meaning here."""
    origin = origin_from_row(stated_in_sources(path))
    return document_from_bytes(path.read_bytes(), path.name, encoding=encoding, origin=origin)
