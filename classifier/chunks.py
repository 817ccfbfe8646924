"""Chunks: consecutive paragraphs of an input, not yet read in full, so that any process can read and classify them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from classifier.documents import Document
from classifier.errors import InputError
from classifier.formats.jsonl_table import lines_of, parse_line
from classifier.origins import Origin, origin_from_row
from classifier.units import Paragraph, read_units

Record = dict[str, Any]

_OTHER_THAN_UTF_8 = ("gb18030", "-le", "-be")  # Ends of the encodings that are found without being named.

DOCUMENT_COLUMNS = ("document", "jurisdiction", "year", "section", "section_kind", "paragraph", "text")


@dataclass(frozen=True)
class Item:
    """A paragraph on its way through classification: what the input said of it, and its text."""

    fields: Record
    text: str
    origin: Origin
    paragraph: Paragraph | None = None


@dataclass
class Problems:
    """What was wrong in a chunk, in order; with ``stop`` the first malformed row ends the reading.

    ``reasons`` are failed inputs, ``malformed`` of them rows that are left out; ``notices`` are worth knowing. Where the
    reading was ended before the end of the chunk, ``rows_done`` counts the rows of the source before that row.
    """

    stop: bool = True
    reasons: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    malformed: int = 0
    stopped: bool = False
    rows_done: int | None = None


class Chunk(Protocol):
    """Some consecutive paragraphs of one source."""

    def read(self, problems: Problems) -> "Paragraphs":
        """Read the paragraphs; what cannot be read goes to ``problems``."""


@dataclass
class Paragraphs:
    """Paragraphs in columns: what the input said of each, its text, and, where it came as JSON, that JSON unchanged."""

    fields: list[Record] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    lines: list[bytes] | None = None
    origins: Callable[[], Iterable[tuple[Origin, Paragraph | None]]] = lambda: ()

    def items(self) -> Iterator[Item]:
        """Yield each paragraph with its origin."""
        for fields, text, (origin, paragraph) in zip(self.fields, self.texts, self.origins(), strict=True):
            yield Item(fields, text, origin, paragraph)


@dataclass(frozen=True)
class TableColumns:
    """How rows of a table become records: its name, the column of the text, and the names that are added behind."""

    name: str
    columns: tuple[str, ...]
    text_column: str
    added: tuple[str, ...]

    @property
    def names(self) -> dict[str, str]:
        """Each column's name in the output."""
        return renamed_columns(self.columns, self.added)

    def paragraphs(self, rows: list[Record], numbers: Sequence[int], problems: Problems) -> Paragraphs:
        """Take the text of each row; a row without one is a problem, and keeps its place with an empty text."""
        texts = []
        for row, number in zip(rows, numbers, strict=True):
            text = row.get(self.text_column)
            if not isinstance(text, str) or not text or text.isspace():
                problems.reasons.append(f"{self.name}: row {number} has no text in column {self.text_column!r}")
                text = ""
            texts.append(text)
        names, added = self.names, frozenset(self.added)
        fields = rows
        if not added.isdisjoint(self.columns) or any(not added.isdisjoint(row) for row in rows):
            fields = [
                {names.get(key) or _renamed(key, row, self.added): value for key, value in row.items()} for row in rows
            ]
        return Paragraphs(fields, texts, origins=lambda: [(_origin(row), None) for row in rows])


@dataclass(frozen=True)
class LinesChunk:
    """Lines of JSON in one block; ``first`` is the number of the first."""

    columns: TableColumns
    first: int
    block: bytes

    def read(self, problems: Problems) -> Paragraphs:
        """Read each line; the JSON of a row goes through as it is, unless a name in it must give way."""
        lines = lines_of(self.block)
        try:
            rows = [*map(orjson.loads, lines)]
            numbers: Sequence[int] = range(self.first, self.first + len(lines))
        except orjson.JSONDecodeError:
            rows = []
        if not rows or {*map(type, rows)} != {dict}:
            rows, lines, numbers = self._read_one_by_one(lines, problems)
        found = self.columns.paragraphs(rows, numbers, problems)
        if found.fields is rows:
            found.lines = lines
        return found

    def _read_one_by_one(self, all_lines: list[bytes], problems: Problems) -> tuple[list[Record], list[bytes], list[int]]:
        rows, lines, numbers = [], [], []
        for number, line in enumerate(all_lines, self.first):
            try:
                row = parse_line(line, self.columns.name, number)
            except InputError as error:
                problems.reasons.append(str(error))
                if problems.stop:
                    problems.stopped, problems.rows_done = True, number - 1
                    break
                problems.malformed += 1
                continue
            if row is not None:
                rows.append(row)
                lines.append(line)
                numbers.append(number)
        return rows, lines, numbers


@dataclass(frozen=True)
class RowsChunk:
    """Rows that were read already, with their numbers, and what was wrong with others among them."""

    columns: TableColumns
    numbers: list[int]
    rows: list[Record]
    malformed: list[str]

    def read(self, problems: Problems) -> Paragraphs:
        """Return the rows' paragraphs."""
        found = self.columns.paragraphs(self.rows, self.numbers, problems)
        problems.reasons += self.malformed
        problems.stopped = problems.stop and bool(self.malformed)
        problems.malformed = 0 if problems.stop else len(self.malformed)
        return found


@dataclass(frozen=True)
class DocumentsChunk:
    """Documents that are still to be divided into their paragraphs; of one that could not be opened, the reason."""

    documents: list[Document | str]

    def read(self, problems: Problems) -> Paragraphs:
        """Divide the documents; one without paragraphs is a problem."""
        whole = Paragraphs()
        origins: list[tuple[Origin, Paragraph | None]] = []
        for document in self.documents:
            if isinstance(document, str):
                problems.reasons.append(document)
                continue
            try:
                paragraphs = read_units(document).paragraphs
            except InputError as error:
                problems.reasons.append(str(error))
                continue
            problems.notices += _notices(document)
            whole.texts += [paragraph.text for paragraph in paragraphs]
            whole.fields += [document_fields(document, paragraph) for paragraph in paragraphs]
            origins += [(document.origin, paragraph) for paragraph in paragraphs]
        whole.origins = lambda: origins
        return whole


def _notices(document: Document) -> list[str]:
    """Say how a document was read, what of it was not, and what of its origin is left open or was told apart by context."""
    origin, findings = document.origin, document.findings
    said = []
    if document.encoding.endswith(_OTHER_THAN_UTF_8):
        said.append(f"{document.name}: decoded as {document.encoding}")
    if document.unread_pages:
        pages = ", ".join(map(str, document.unread_pages))
        said.append(f"{document.name}: without a text layer, so not read: page {pages}; recognise their text first (OCR)")
    if document.name == "-":
        return said
    if findings.told_apart_by:
        said.append(f"{document.name}: read as {origin.full_name}, which its {findings.told_apart_by} tells from others")
    remarks = [str(question) for question in findings.questions]
    if origin.missing:
        remarks.append(f"no {' or '.join(origin.missing)} found in its title, opening or file name, left empty")
    if remarks:
        said.append(f"{document.name}: {'; '.join(remarks)}; say it in a sources.csv beside the file")
    return said


def document_fields(document: Document, paragraph: Paragraph) -> Record:
    """Return what a record says of a paragraph of a document, in `DOCUMENT_COLUMNS`."""
    values = (
        document.name,
        document.origin.jurisdiction,
        document.origin.year,
        " / ".join(paragraph.section),
        paragraph.section_kind,
        paragraph.position,
        paragraph.text,
    )
    return dict(zip(DOCUMENT_COLUMNS, values, strict=True))


def renamed_columns(columns: Sequence[str], added: Sequence[str]) -> dict[str, str]:
    """Map each input column to its name in the output, so that none is lost to a column that is added.

    >>> renamed_columns(["id", "theme", "text"], ["theme"])
    {'id': 'id', 'theme': 'input_theme', 'text': 'text'}
    """
    return {column: _renamed(column, columns, added) for column in columns}


def _renamed(column: str, columns: Iterable[str], added: Sequence[str]) -> str:
    name = column
    while name in added or (name != column and name in columns):
        name = f"input_{name}"
    return name


def _origin(row: Record) -> Origin:
    return origin_from_row({key: str(value) for key, value in row.items()})
