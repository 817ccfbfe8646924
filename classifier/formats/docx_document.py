"""Word documents (.docx): their text in document order; what is read and what is left out stands in docs/formats.md."""

from pathlib import Path

from classifier.documents import Document
from classifier.formats.isolation import read_isolated
from classifier.formats.zip_limits import check_archive, open_archive

SUFFIXES = (".docx",)
KINDS = ("docx",)
IS_TABLE = False


def read(path: Path, encoding: str | None, text_column: str | None) -> Document:
    """Read a Word document; ``encoding`` and ``text_column`` have no meaning here."""
    with open_archive(path) as archive:
        check_archive(archive, str(path), largest_member=48 << 20, largest=256 << 20)
    return read_isolated(path, "docx_text")
