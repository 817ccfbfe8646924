"""Open inputs, files, folders and ``-``, and cut them into chunks in order; a document is read when it is reached."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from classifier.chunks import (
    DOCUMENT_COLUMNS,
    Chunk,
    DocumentsChunk,
    Item,
    LinesChunk,
    Problems,
    RowsChunk,
    TableColumns,
    renamed_columns,
)
from classifier.documents import Document
from classifier.errors import InputError, PolicyThemesError
from classifier.formats import Table, find_files, read_input, read_standard_input, reader_of, zip_archive
from classifier.formats.jsonl_table import lines_of
from classifier.unpacking import Unpacked

# Arrays pay from some hundred paragraphs on; more would only need more memory.
_CHARACTERS_IN_CHUNK = 300_000
_ROWS_IN_CHUNK = 4_000


@dataclass
class Failures:
    """What could not be done, each with its reason; the rest goes on. ``malformed`` counts the rows that were left out."""

    reasons: list[str] = field(default_factory=list)
    malformed: int = 0
    report: Callable[[str], None] = lambda reason: None

    def add(self, error: PolicyThemesError | str) -> None:
        """Note one failed input and report it at once."""
        self.reasons.append(str(error))
        self.report(str(error))

    def notice(self, text: str) -> None:
        """Report something that a user should know and that is no failure."""
        self.report(text)


@dataclass(frozen=True)
class Source:
    """One input with the columns that its records have before classification: a table, or a document to be read later.

    ``failure`` says why it cannot be opened.
    """

    name: str
    columns: tuple[str, ...] = ()
    table: Table | None = None
    document: Callable[[], Document] | None = None
    failure: str = ""

    def columns_beside(self, added: Sequence[str]) -> Iterable[str]:
        """Return the columns' names in an output that has the columns ``added``."""
        return self.columns if self.table is None else renamed_columns(self.columns, added).values()


@dataclass(frozen=True)
class Place:
    """How far work has come: ``rows`` rows of source number ``source`` are done, and all sources before it.

    ``last`` is a digest of the last of these rows, by which a changed file is noticed.
    """

    source: int = 0
    rows: int = 0
    last: str = ""


def open_sources(
    paths: Iterable[str],
    *,
    encoding: str | None = None,
    text_column: str | None = None,
    standard_input: Callable[[], bytes] = lambda: b"",
) -> list[Source]:
    """Return the sources of paths in order; tables are opened, documents only named."""
    sources: list[Source] = []
    for name in paths:
        path = Path(name)
        if name == "-":
            sources.append(
                Source(name, DOCUMENT_COLUMNS, document=lambda: read_standard_input(standard_input(), encoding=encoding))
            )
        elif path.is_dir():
            files = list(find_files(path))
            for file in files:
                sources += _open(file, encoding, text_column)
            if not files:
                advice = "put .txt, .docx, .csv or .xlsx files in it"
                sources.append(Source(name, failure=f"{path}: no documents or tables in this folder; {advice}"))
        else:
            sources += _open(path, encoding, text_column)
    return sources


def _open(path: Path, encoding: str | None, text_column: str | None) -> list[Source]:
    """Return the sources of a file: itself, or the files in an archive."""
    try:
        reader = reader_of(path)
        if reader is not zip_archive:
            return [_source(str(path), reader.IS_TABLE, partial(read_input, path), encoding, text_column)]
        unpacked = Unpacked(path)
    except PolicyThemesError as error:
        return [Source(str(path), failure=str(error))]
    return [_member(unpacked, file, encoding, text_column) for file in unpacked.files]


def _member(unpacked: Unpacked, file: Path, encoding: str | None, text_column: str | None) -> Source:
    name = unpacked.name(file)
    try:
        return _source(name, unpacked.is_table(file), partial(unpacked.read, file), encoding, text_column)
    except PolicyThemesError as error:
        return Source(name, failure=str(error))


def _source(
    name: str, is_table: bool, read: Callable[..., Document | Table], encoding: str | None, text_column: str | None
) -> Source:
    """Return a source: a table is opened, a document is read later."""
    if not is_table:
        return Source(name, DOCUMENT_COLUMNS, document=lambda: _document(read(encoding=encoding)))
    table = read(encoding=encoding, text_column=text_column)
    assert isinstance(table, Table)
    return Source(name, table.columns, table=table)


def _document(opened: Document | Table) -> Document:
    assert isinstance(opened, Document)
    return opened


def chunks(
    sources: Sequence[Source], added: Sequence[str] = (), *, start: Place | None = None, stop: bool = True
) -> Iterator[tuple[Chunk, Place]]:
    """Yield all chunks from ``start`` on, each with the place behind it.

    ``added`` are names that columns of tables must give way to. Raises InputError where the row before ``start`` is not
    the one that was there before.
    """
    start = start or Place()
    documents: list[Document | str] = []
    size = 0
    for number, source in enumerate(sources[start.source :], start.source):
        if source.table is not None:
            if documents:
                yield DocumentsChunk(documents), Place(number)
                documents, size = [], 0
            columns = TableColumns(source.name, source.columns, source.table.text_column, tuple(added))
            begin = start if number == start.source else Place(number)
            cut = _chunks_of_lines if source.table.blocks is not None else _chunks_of_rows
            yield from cut(source.table, columns, begin, stop)
            continue
        try:
            read = source.failure if source.document is None else source.document()
        except PolicyThemesError as error:
            read = str(error)
        documents.append(read)
        size += len(read.text) if isinstance(read, Document) else 0
        if size >= _CHARACTERS_IN_CHUNK:
            yield DocumentsChunk(documents), Place(number + 1)
            documents, size = [], 0
    if documents:
        yield DocumentsChunk(documents), Place(len(sources))


def items(sources: Sequence[Source], failures: Failures) -> Iterator[Item]:
    """Yield all paragraphs of sources in order; what cannot be read goes to ``failures``."""
    for chunk, _ in chunks(sources):
        problems = Problems()
        paragraphs = chunk.read(problems)
        yield from paragraphs.items()
        for notice in problems.notices:
            failures.notice(notice)
        for reason in problems.reasons:
            failures.add(reason)


def _chunks_of_lines(table: Table, columns: TableColumns, start: Place, stop: bool) -> Iterator[tuple[Chunk, Place]]:
    assert table.blocks is not None
    done = 0
    for block in table.blocks():
        count = block.count(b"\n") + (not block.endswith(b"\n"))
        if done < start.rows or count > _ROWS_IN_CHUNK:
            yield from _parts_of_block(block, done, table, columns, start)
        else:
            place = Place(start.source, done + count, digest(block[block.rfind(b"\n", 0, -1) + 1 :].removesuffix(b"\n")))
            yield LinesChunk(columns, done + 1, block), place
        done += count


def _parts_of_block(
    block: bytes, done: int, table: Table, columns: TableColumns, start: Place
) -> Iterator[tuple[Chunk, Place]]:
    """Yield what is left of a block in parts of some rows; ``done`` rows are before it."""
    lines = lines_of(block)
    begin = min(max(0, start.rows - done), len(lines))
    if begin:
        _check(start, done + begin, lines[begin - 1], table)
    for here in range(begin, len(lines), _ROWS_IN_CHUNK):
        some = lines[here : here + _ROWS_IN_CHUNK]
        place = Place(start.source, done + here + len(some), digest(some[-1]))
        yield LinesChunk(columns, done + here + 1, b"\n".join(some)), place


def _chunks_of_rows(table: Table, columns: TableColumns, start: Place, stop: bool) -> Iterator[tuple[Chunk, Place]]:
    numbers: list[int] = []
    rows: list[dict[str, object]] = []
    malformed: list[str] = []
    place, size = start, 0

    def note(number: int, error: InputError) -> None:
        nonlocal place
        if number <= start.rows:
            return
        malformed.append(str(error))
        if stop:
            raise error
        place = Place(start.source, number)

    try:
        for number, row in table.rows(note):
            if number <= start.rows:
                _check(start, number, row, table)
                continue
            numbers.append(number)
            rows.append(row)
            place = Place(start.source, number, digest(row))
            size += len(str(row.get(columns.text_column, "")))
            if size >= _CHARACTERS_IN_CHUNK or len(rows) >= _ROWS_IN_CHUNK:
                yield RowsChunk(columns, numbers, rows, malformed), place
                numbers, rows, malformed, size = [], [], [], 0
    except InputError as error:
        # A damaged file, of which the reader can say no more than that, ends here as well.
        malformed = malformed if str(error) in malformed else [*malformed, str(error)]
        yield RowsChunk(columns, numbers, rows, malformed), place
    else:
        if rows or malformed:
            yield RowsChunk(columns, numbers, rows, malformed), place


def digest(row: object) -> str:
    """Return a digest of a row as it was read."""
    return hashlib.blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _check(start: Place, number: int, row: object, table: Table) -> None:
    if number == start.rows and start.last and digest(row) != start.last:
        raise InputError(
            f"{table.name}: row {number} is not what it was when the work was interrupted; "
            "start again without --resume, or bring the old file back"
        )
