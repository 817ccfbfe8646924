"""Read inputs of many formats behind one interface: a file becomes a `Document` or a `Table`.

What a file holds decides how it is read, its suffix only where the content leaves that open, as among text files. One more
format is one more small module with ``SUFFIXES``, ``KINDS`` (of `content`) and ``read``, named in `FORMATS`; ``IS_TABLE``
says what it reads.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from classifier.documents import Document, document_from_bytes, with_origin
from classifier.errors import InputError
from classifier.formats import (
    csv_table,
    docx_document,
    html_document,
    jsonl_table,
    parquet_table,
    pdf_document,
    text_document,
    unreadable,
    xlsx_table,
    zip_archive,
)
from classifier.formats.content import content_kind
from classifier.formats.table import Table

FORMATS: tuple[ModuleType, ...] = (
    text_document,
    docx_document,
    html_document,
    pdf_document,
    csv_table,
    jsonl_table,
    xlsx_table,
    parquet_table,
)
_EVERY = (*FORMATS, zip_archive, unreadable)


def known_suffixes() -> tuple[str, ...]:
    """Every suffix that some reader takes."""
    return tuple(suffix for reader in FORMATS for suffix in reader.SUFFIXES)


def reader_of(path: Path) -> ModuleType:
    """Return the reader of a file's content; InputError where there is no such file or no such reader."""
    if not path.exists():
        raise InputError(f"{path}: no such file or folder; check the name")
    if not path.is_file():
        raise InputError(f"{path}: not a regular file; give a file or a folder")
    kind, suffix = _kind(path), path.suffix.lower()
    for reader in _EVERY:
        if kind in reader.KINDS:
            return reader
    for reader in FORMATS:
        if suffix in reader.SUFFIXES:
            return text_document if reader.KINDS and not reader.IS_TABLE else reader
    if suffix in unreadable.TEXT_SUFFIXES:
        return text_document
    raise InputError(f"{path}: no reader for {path.suffix or 'a name without suffix'!r}; use {', '.join(known_suffixes())}")


def _kind(path: Path) -> str:
    try:
        return content_kind(path)
    except OSError as error:
        raise _not_readable(path, error) from None


def _not_readable(path: Path, error: OSError) -> InputError:
    return InputError(f"{path}: cannot be read ({error.strerror}); check its permissions")


def read_input(
    path: Path, *, encoding: str | None = None, text_column: str | None = None, name: str = ""
) -> Document | Table:
    """Open one file by the reader of its content; InputError names what is wrong and what would be right.

    ``name`` is what a document is called where its file has another name, as that of an upload has.
    """
    reader = reader_of(path)
    try:
        opened: Document | Table = reader.read(path, encoding, text_column)
    except OSError as error:
        raise _not_readable(path, error) from None
    return opened if isinstance(opened, Table) else with_origin(replace(opened, name=name or opened.name), path)


def read_standard_input(data: bytes, *, encoding: str | None = None) -> Document:
    """Take what was piped in for a text document named ``-``."""
    return with_origin(document_from_bytes(data, "-", encoding=encoding))


def find_files(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder and its subfolders in order of name, without hidden ones and sources.csv.

    Files of formats that are not read are among them, and what only has the name of a file (a pipe, a device, a link that
    leads nowhere), so that they are reported; pictures and the like are not.
    """
    suffixes = {suffix for reader in _EVERY for suffix in reader.SUFFIXES}
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and not path.is_dir() and path.suffix.lower() in suffixes and path.name != "sources.csv":
            yield path


__all__ = [
    "FORMATS",
    "Document",
    "Table",
    "find_files",
    "known_suffixes",
    "read_input",
    "read_standard_input",
    "reader_of",
    "zip_archive",
]
