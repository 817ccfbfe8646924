"""What a file holds, told by its first bytes and never by its suffix: people rename files, and so do web sites."""

import re
import zipfile
from pathlib import Path

from classifier.encoding import MARKS
from classifier.plain_zip import BROKEN_ZIP

# Compound files (.doc, .xls, encrypted Office files) name their streams in UTF-16.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = (("EncryptedPackage", "encrypted"), ("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"))
_MARKED = ((b"%PDF", "pdf"), (b"{\\rtf", "rtf"), (b"PAR1", "parquet"), (b"MIME-Version:", "mht"), (_COMPOUND, ""))
_PARTS = (
    ("word/document.xml", "docx"),
    ("xl/workbook.xml", "xlsx"),
    ("ppt/presentation.xml", "pptx"),
    ("OFD.xml", "ofd"),
    ("content.xml", "odt"),
)
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title)\b", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(r"<(?:!doctype|/?[a-z][a-z0-9]*)[\s/>]", re.IGNORECASE)
HTML_SUFFIXES = (".html", ".htm", ".xhtml", ".shtml")
_HEAD = 4096
_LONGEST_DIRECTORY = 64 << 20


def content_kind(path: Path) -> str:
    """Return pdf, docx, xlsx, zip, parquet, html, doc, xls, encrypted, rtf, mht, …, or an empty string for plain text."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if head.startswith(b"PK\3\4") or head.startswith(b"PK\5\6"):
        return _kind_of_zip(path)
    for mark, kind in _MARKED:
        if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(mark):
            return kind or _kind_of_compound(path)
    text = _readable(head)
    fragment = path.suffix.lower() in HTML_SUFFIXES and _TAG.search(text)
    return "html" if fragment or _HTML.match(text) else ""


def _readable(head: bytes) -> str:
    """Return the beginning of a file well enough to find tags in it."""
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "replace")
    return head.decode("latin-1")


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (*BROKEN_ZIP, OSError):
        return "damaged zip"
    return next((kind for part, kind in _PARTS if part in names), "zip")


def _kind_of_compound(path: Path) -> str:
    with path.open("rb") as stream:
        data = stream.read(_LONGEST_DIRECTORY)
    return next((kind for name, kind in _STREAMS if name.encode("utf-16-le") in data), "doc")
