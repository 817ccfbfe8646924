"""What is sent to the tag page: taken within limits, kept as plain data, and given back as records for a download."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from classifier import (
    DOCUMENT_COLUMNS,
    Findings,
    Item,
    Model,
    Origin,
    Paragraph,
    Reading,
    Table,
    complete_origin,
    prediction_columns,
    read_upload,
    record_of,
    renamed_columns,
)
from web.errors import RequestError
from web.reasons import said
from web.store.documents import checked_origin, storable
from web.uploads import Upload, clean_name, content_of, read_file, upload_from

MOST_PARAGRAPHS = 1000
_BYTES_EACH = 20  # For each character that is taken: more is no text, but a file for another page.

Record = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """What was sent: a text that was typed or a file. ``columns`` and ``rows`` are a table's, all of them, as they came."""

    upload: Upload
    typed: bool
    columns: tuple[str, ...] = ()
    text_column: str = ""
    rows: tuple[Record, ...] = ()

    @cached_property
    def reading(self) -> Reading:
        """The document with its paragraphs."""
        return self.upload.reading()

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """The paragraphs that are classified."""
        return self.reading.paragraphs

    def content(self) -> dict[str, Any]:
        """Return this as plain data for a draft; `sent_from` reads it back."""
        table = {"columns": list(self.columns), "text_column": self.text_column, "rows": list(self.rows)}
        return {"upload": content_of(self.upload), "typed": self.typed, **table}


def sent_from(content: Mapping[str, Any]) -> Sent:
    """Make what was sent from a draft's data."""
    return Sent(
        upload_from(content["upload"]),
        content["typed"],
        tuple(content["columns"]),
        content["text_column"],
        tuple(content["rows"]),
    )


def take_text(text: str, name: str, origin: Mapping[str, str], longest: int) -> Sent:
    """Take a text that was typed or pasted; RequestError says why it cannot be classified here."""
    text = storable(text.replace("\r\n", "\n"))
    if not text.strip():
        raise RequestError("There is no text yet; paste at least one paragraph, or choose a file.")
    _check_length(len(text), longest)
    return _take(text.encode(), name, origin, longest, encoding="utf-8", typed=True)


def take_file(
    data: bytes, name: str, origin: Mapping[str, str], longest: int, *, encoding: str = "", text_column: str = ""
) -> Sent:
    """Take a file; RequestError says why it cannot be read or classified here."""
    if len(data) > longest * _BYTES_EACH:
        raise RequestError(
            "The file {name} is too large for this page ({size} MB); use Documents, or the command line.",
            name=name,
            size=f"{len(data) / 1e6:.0f}",
        )
    return _take(data, name, origin, longest, encoding=encoding, text_column=text_column, typed=False)


def _take(
    data: bytes,
    name: str,
    typed_origin: Mapping[str, str],
    longest: int,
    *,
    encoding: str,
    typed: bool,
    text_column: str = "",
) -> Sent:
    found = read_file(data, name, encoding=encoding, text_column=text_column)
    if not isinstance(found, Upload):
        raise RequestError("{name}: {reason}", name=clean_name(name), reason=said(found))
    origin = _origin(found.origin, typed_origin)
    same = origin.jurisdiction == found.origin.jurisdiction
    upload = replace(found, origin=origin, findings=found.findings if same else Findings())
    _check_length(max((row.end - row.start for row in upload.rows), default=len(upload.text)), longest)
    sent = Sent(upload, typed)
    count = len(upload.rows) + upload.empty_rows if upload.rows else len(sent.paragraphs)
    if count > MOST_PARAGRAPHS:
        raise RequestError(
            "These are {count} paragraphs, but this page takes {most} at a time; divide them, or use Documents.",
            count=count,
            most=MOST_PARAGRAPHS,
        )
    return _with_table(sent, data, encoding, text_column) if upload.rows else sent


def _with_table(sent: Sent, data: bytes, encoding: str, text_column: str) -> Sent:
    """Keep a table's columns, which an upload does not, so that a download can give them back."""
    table = read_upload(data, sent.upload.name, encoding=encoding or None, text_column=text_column.strip() or None)
    if not isinstance(table, Table):
        return sent
    rows: list[Record] = [_plain(row) for _, row in table.rows()]
    # A line of JSON may have keys that the first one does not have.
    columns = dict.fromkeys([*map(storable, table.columns), *(key for row in rows for key in row)])
    return replace(sent, columns=tuple(columns), text_column=storable(table.text_column), rows=tuple(rows))


def _check_length(length: int, longest: int) -> None:
    if length > longest:
        raise RequestError(
            "The text has {length} characters, but this page takes {most}; send it in parts, or use Documents.",
            length=f"{length:,}",
            most=f"{longest:,}",
        )


def _origin(found: Origin, typed: Mapping[str, str]) -> Origin:
    """Lay what was typed over what the text says of its origin; a place that was typed brings its own level."""
    jurisdiction = " ".join(typed.get("jurisdiction", "").split())
    values = vars(found) | {"year": typed.get("year", "").strip() or found.year}
    if jurisdiction and jurisdiction != found.jurisdiction:
        values |= {"jurisdiction": jurisdiction, "level": "", "adcode": ""}
    return complete_origin(checked_origin(values))


def _plain(value: Any) -> Any:
    """Return a cell as JSON keeps it: dates and numbers that JSON does not know become text."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(str(key)): _plain(own) for key, own in value.items()}
    if isinstance(value, list):
        return [_plain(own) for own in value]
    known = value is None or isinstance(value, int) or (isinstance(value, float) and abs(value) < float("inf"))
    return value if known else str(value)


def record_columns(sent: Sent, model: Model) -> tuple[str, ...]:
    """Return the columns of a download: those of `policy-themes classify`."""
    added = prediction_columns(model.codebook.theme_codes, flat=True)
    own = renamed_columns(sent.columns, added).values() if sent.columns else DOCUMENT_COLUMNS
    return (*own, *added)


def records(sent: Sent, model: Model) -> Iterator[Record]:
    """Yield a record for each paragraph, or for each row of a table, as `policy-themes classify` writes them."""
    items = list(_items_of_rows(sent, model) if sent.columns else _items_of_paragraphs(sent))
    for item, prediction in zip(items, model.predict([item.text for item in items]), strict=True):
        yield record_of(item, prediction, model.identity, flat=True)


def _items_of_paragraphs(sent: Sent) -> Iterator[Item]:
    origin = sent.upload.origin
    for paragraph in sent.paragraphs:
        values = (
            sent.upload.name,
            origin.jurisdiction,
            origin.year,
            " / ".join(paragraph.section),
            paragraph.section_kind,
            paragraph.position,
            paragraph.text,
        )
        yield Item(dict(zip(DOCUMENT_COLUMNS, values, strict=True)), paragraph.text, origin, paragraph)


def _items_of_rows(sent: Sent, model: Model) -> Iterator[Item]:
    names = renamed_columns(sent.columns, prediction_columns(model.codebook.theme_codes, flat=True))
    for row in sent.rows:
        text = str(row.get(sent.text_column) or "")
        yield Item({names[key]: value for key, value in row.items()}, text, sent.upload.origin)
