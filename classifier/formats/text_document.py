"""Plain text: one document a file, with its origin from the folder's ``sources.csv`` where it is listed there."""

from pathlib import Path

from classifier.documents import Document, document_from_bytes, origin_from_row, read_sources

SUFFIXES = (".txt", ".text", ".md")
KINDS: tuple[str, ...] = ()
IS_TABLE = False


def read(path: Path, encoding: str | None, text_column: str | None) -> Document:
    """Read a text file; ``text_column`` has no meaning here."""
    row = read_sources(path.parent).get(path.name)
    origin = origin_from_row(row) if row is not None else None
    return document_from_bytes(path.read_bytes(), path.name, encoding=encoding, origin=origin)
