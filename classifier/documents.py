"""A source document: its decoded text and what is known of its origin (jurisdiction, level, year)."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from classifier.encoding import decode
from classifier.errors import InputError
from classifier.origin_finding import Findings, find_origin
from classifier.origins import Origin


@dataclass(frozen=True)
class Document:
    """One source document. All offsets anywhere in this package count characters of ``text``.

    ``text`` is what was decoded, or extracted from a .docx, .html or .pdf; then ``encoding`` names the format. ``headings``
    are (offset of a line, level from 1 on) where the file's own styles say that a line is a heading; ``unread_pages`` the
    numbers of pages that are pictures, of which nothing could be read. ``findings`` say where its origin was read, and what
    was left open.
    """

    name: str
    text: str
    origin: Origin = field(default_factory=Origin)
    encoding: str = "utf-8"
    headings: tuple[tuple[int, int], ...] = ()
    unread_pages: tuple[int, ...] = ()
    findings: Findings = field(default_factory=Findings)


def document_from_bytes(data: bytes, name: str, *, encoding: str | None = None, origin: Origin | None = None) -> Document:
    """Decode a text document; ``origin`` is what is known of it besides.

    Raises InputError where the bytes cannot be decoded or hold no text.
    """
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")) and encoding is None:
        raise InputError(f"{name}: this is not a text file (it holds NUL bytes); give a .txt, .csv, .jsonl or .xlsx file")
    text, used = decode(data, name, encoding)
    if not text.strip():
        raise InputError(f"{name}: no text in this file; give a file that holds at least one paragraph")
    return Document(name, text, origin or Origin(), used)


def with_origin(document: Document, path: Path | None = None) -> Document:
    """Complete what is known of a document's origin by what it says itself; see `find_origin`.

    ``path`` is where its file lies: the names of the two folders above it help to tell places of one name apart.
    """
    folders = path.resolve().parts[-3:-1] if path else ()
    origin, findings = find_origin(document.text, document.origin, file_name=document.name, folders=folders)
    return replace(document, origin=origin, findings=findings)
