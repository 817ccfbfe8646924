"""Files that people send: read, kept as plain data while they are previewed, and read again with a corrected origin.

A report is a document as it stands. A table becomes one document whose paragraphs are its rows; what its columns say of
the origin is taken where all rows agree.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import PurePath
from typing import Any

from classifier import (
    LEVELS,
    Document,
    Findings,
    InputError,
    Layout,
    OpenQuestion,
    Origin,
    Paragraph,
    Reading,
    Statement,
    Table,
    complete_origin,
    read_units,
    read_upload,
    split_statements,
    unpack_upload,
)
from web.reasons import DAMAGED, Reason, reason_of
from web.store.documents import ORIGIN_FIELDS, storable
from web.wording import SECTION_KIND_NAMES

N_ = str  # Marks texts for the catalogue.

LONGEST_DOCUMENT = 2_000_000  # Characters: a hundred times a long report.
_LONGEST_STEM, _LONGEST_SUFFIX = 120, 12
# Control characters, and those that turn the direction of the text around them.
_MISLEADING = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_KINDS: dict[str, Any] = {kind: kind for kind in SECTION_KIND_NAMES}
_log = logging.getLogger("policy-themes")


@dataclass(frozen=True)
class TableRow:
    """A row's text as a stretch of the document's text, with the section that its columns name."""

    start: int
    end: int
    section: tuple[str, ...] = ()
    section_kind: str = "achievements"


@dataclass(frozen=True)
class Upload:
    """A file that could be read. ``rows`` are those of a table; ``several`` origin columns in which its rows differ.

    ``findings`` say where the origin was read, and what was left open.
    """

    name: str
    text: str
    encoding: str
    origin: Origin
    rows: tuple[TableRow, ...] = ()
    empty_rows: int = 0
    several: tuple[str, ...] = ()
    headings: tuple[tuple[int, int], ...] = ()
    unread_pages: tuple[int, ...] = ()
    findings: Findings = field(default_factory=Findings)

    def reading(self) -> Reading:
        """Read the paragraphs; kinds of sections depend on the origin's year, so that a corrected one is read anew."""
        document = Document(self.name, self.text, self.origin, self.encoding, self.headings, self.unread_pages)
        if not self.rows:
            return read_units(document)
        paragraphs = (_paragraph_of_row(self, position, row) for position, row in enumerate(self.rows, 1))
        return Reading(document, Layout((), ()), tuple(paragraphs))


def read_file(data: bytes, name: str, *, encoding: str = "", text_column: str = "") -> Upload | Reason:
    """Read one file, or return why it cannot be read: whatever is wrong with one leaves the others untouched."""
    name = clean_name(name)
    try:
        opened = read_upload(data, name, encoding=encoding or None, text_column=text_column.strip() or None)
        upload = _upload_of_table(opened) if isinstance(opened, Table) else _upload_of_reading(opened)
    except InputError as error:
        return reason_of(error, name)
    except Exception:
        # Damaged archives and tables fail in more ways than their readers promise.
        _log.exception("file %r could not be read", name)
        return {"message": DAMAGED, "values": {}}
    if len(upload.text) > LONGEST_DOCUMENT:
        values = {"length": f"{len(upload.text):,}", "most": f"{LONGEST_DOCUMENT:,}"}
        return {
            "message": N_("{length} characters are more than a document may have here ({most}); divide the file."),
            "values": values,
        }
    return upload


def read_files(
    data: bytes, name: str, *, encoding: str = "", text_column: str = ""
) -> Iterator[tuple[str, Upload | Reason]]:
    """Read one file, or each file in an archive by itself, and yield what each is called and what was read of it."""
    try:
        files = unpack_upload(data, name)
    except InputError as error:
        yield clean_name(name), reason_of(error, name)
        return
    for inner, content in files:
        yield clean_name(inner), read_file(content, inner, encoding=encoding, text_column=text_column)


def clean_name(name: str) -> str:
    r"""Return a file's own name without folders and without what would mislead its readers; it is never used as a path.

    >>> clean_name("..\\..\\2023年总结.txt"), clean_name("/etc/passwd"), clean_name("..")
    ('2023年总结.txt', 'passwd', 'document')
    """
    path = PurePath(_MISLEADING.sub("\ufffd", storable(name)).replace("\\", "/"))
    stem = "" if path.name in ("", ".", "..") else path.stem
    return (stem[:_LONGEST_STEM] or "document") + path.suffix[:_LONGEST_SUFFIX]


def content_of(upload: Upload) -> dict[str, Any]:
    """Return an upload as plain data for a draft; `upload_from` reads it back."""
    rows = [[row.start, row.end, list(row.section), row.section_kind] for row in upload.rows]
    return {**asdict(upload), "rows": rows, "several": list(upload.several)}


def upload_from(content: dict[str, Any]) -> Upload:
    """Make an upload from a draft's data."""
    rows = tuple(TableRow(start, end, tuple(section), kind) for start, end, section, kind in content["rows"])
    origin = Origin(**{name: content["origin"].get(name, "") for name in ORIGIN_FIELDS})
    headings = tuple((start, level) for start, level in content.get("headings", ()))
    findings = _findings_from(content.get("findings", {}))
    pages = tuple(content.get("unread_pages", ()))
    read = {
        "origin": origin,
        "rows": rows,
        "several": tuple(content["several"]),
        "headings": headings,
        "unread_pages": pages,
        "findings": findings,
    }
    return Upload(**{**content, **read})


def _findings_from(content: dict[str, Any]) -> Findings:
    questions = (OpenQuestion(**{**one, "candidates": tuple(one["candidates"])}) for one in content.get("questions", ()))
    return Findings(content.get("read_from", {}), content.get("told_apart_by", ""), tuple(questions))


def _upload_of_reading(reading: Reading) -> Upload:
    document = reading.document
    origin = replace(document.origin, title=storable(document.origin.title or reading.layout.title))
    return Upload(
        document.name,
        storable(document.text),
        document.encoding,
        origin,
        headings=document.headings,
        unread_pages=document.unread_pages,
        findings=document.findings,
    )


def _upload_of_table(table: Table) -> Upload:
    rows: list[TableRow] = []
    texts: list[str] = []
    said: dict[str, set[str]] = {name: set() for name in ORIGIN_FIELDS}
    at = empty = 0
    for _, row in table.rows():
        text = storable(str(row.get(table.text_column) or "")).strip()
        if not text:
            empty += 1
            continue
        rows.append(TableRow(at, at + len(text), *_section(row)))
        texts.append(text)
        at += len(text) + 1
        for name, values in said.items():
            values.add(_cell(row.get(name)))
    if not rows:
        raise InputError(f"{table.name}: no paragraph of text found in it; fill the column {table.text_column!r}")
    agreed = {name: next(iter(values)) for name, values in said.items() if len(values) == 1}
    several = tuple(name for name, values in said.items() if len(values) > 1)
    return Upload(table.name, "\n".join(texts), table.encoding, _plausible(agreed), tuple(rows), empty, several)


def _section(row: dict[str, Any]) -> tuple[tuple[str, ...], str]:
    path = tuple(part.strip() for part in storable(str(row.get("section") or "")).split(" / ") if part.strip())
    return path, _KINDS.get(str(row.get("section_kind")), "achievements")


def _cell(value: Any) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return storable(" ".join(str(int(value) if whole else value).split())) if value is not None else ""


def _plausible(values: dict[str, str]) -> Origin:
    """Take from a table what can stand in an origin; anything else is left for people to fill in."""
    if values.get("level") not in LEVELS:
        values["level"] = ""
    if not (len(values.get("year", "")) == 4 and values["year"].isascii() and values["year"].isdigit()):
        values["year"] = ""
    if not (len(values.get("adcode", "")) == 6 and values["adcode"].isascii() and values["adcode"].isdigit()):
        values["adcode"] = ""
    return complete_origin(Origin(**values))


def _paragraph_of_row(upload: Upload, position: int, row: TableRow) -> Paragraph:
    text = upload.text[row.start : row.end]
    statements = tuple(_statements(text, row.start))
    return Paragraph(upload.name, position, ((row.start, row.end),), text, row.section, _KINDS[row.section_kind], statements)


def _statements(text: str, offset: int) -> Iterable[Statement]:
    for number, (start, end) in enumerate(split_statements(text), 1):
        yield Statement(number, ((offset + start, offset + end),), text[start:end])
