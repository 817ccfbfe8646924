"""Write records one by one to CSV or Excel, whole or not at all, and turn Arrow streams into other files."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

from classifier.csv_cells import csv_bytes
from classifier.errors import InputError
from classifier.records import check_columns, flat_cell
from classifier.whole_files import replacing

FLAT_FORMATS = ("csv", "xlsx", "parquet")
FORMATS = ("csv", "jsonl", "xlsx", "parquet")

Record = dict[str, Any]


class Writer(Protocol):
    """Takes records one by one; the columns are known from the start."""

    def write(self, record: Record) -> None:
        """Write one record."""


def format_of(output: Path | None, named: str | None) -> str:
    """Return the format to write: the named one, else by the output's suffix, else CSV."""
    if named is not None:
        return named
    suffix = output.suffix.lower().lstrip(".") if output is not None else "csv"
    if suffix not in FORMATS:
        raise InputError(f"{output}: no format for suffix {suffix or '(none)'!r}; use {', '.join(FORMATS)} or --format")
    return suffix


@contextmanager
def open_writer(output: Path, format_name: str, columns: Sequence[str]) -> Iterator[Writer]:
    """Open a ``csv`` or ``xlsx`` file for records; it appears when all is written, and not at all after an error."""
    with _temporary_beside(output) as temporary, _WRITERS[format_name](temporary, columns) as writer:
        yield writer


def write_whole(output: Path, data: bytes) -> None:
    """Write a small file whole or not at all; the folder must exist."""
    with _temporary_beside(output) as temporary:
        temporary.write_bytes(data)


def finisher(format_name: str) -> Callable[[Path, Path], None] | None:
    """Return what turns a file of Arrow streams into a file of the format; None where records are in it already."""
    return {"parquet": _finish_parquet, "xlsx": _finish_xlsx}.get(format_name)


def _finish_parquet(streams: Path, output: Path) -> None:
    from classifier.arrow_files import write_parquet  # Needs pyarrow, which is slow to import.

    write_parquet(streams, output)


def _finish_xlsx(streams: Path, output: Path) -> None:
    from classifier.arrow_files import column_names, rows  # Needs pyarrow, which is slow to import.

    with _xlsx_file(output, column_names(streams)) as writer:
        for row in rows(streams):
            writer.write(row)


@contextmanager
def _temporary_beside(output: Path) -> Iterator[Path]:
    try:
        with replacing(output) as temporary:
            yield temporary
    except OSError as error:
        reason = error.strerror or error
        raise InputError(
            f"{output}: cannot be written ({reason}); nothing was kept: check the folder and the disk"
        ) from error


class CsvWriter:
    """CSV in UTF-8, without formulas."""

    def __init__(self, stream: IO[bytes], columns: Sequence[str]) -> None:
        self._columns = columns
        self._stream = stream
        stream.write(csv_bytes([columns]))

    def write(self, record: Record) -> None:
        """Write one record; a key that is no column is an InputError."""
        check_columns(record, self._columns)
        self._stream.write(csv_bytes([[flat_cell(record.get(column, "")) for column in self._columns]]))


@contextmanager
def _csv_file(path: Path, columns: Sequence[str]) -> Iterator[Writer]:
    with path.open("wb") as stream:
        yield CsvWriter(stream, columns)


@contextmanager
def _xlsx_file(path: Path, columns: Sequence[str]) -> Iterator[Writer]:
    import xlsxwriter  # Slow to import, and needed for workbooks only.

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("paragraphs")
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, columns)
        yield _Sheet(sheet, columns)


class _Sheet:
    _LONGEST_CELL = 32767
    _MOST_ROWS = 1_048_576

    def __init__(self, sheet: Any, columns: Sequence[str]) -> None:
        self._sheet, self._columns, self._row = sheet, columns, 0

    def write(self, record: Record) -> None:
        self._row += 1
        if self._row >= self._MOST_ROWS:
            raise InputError(f"an Excel sheet holds {self._MOST_ROWS - 1} rows; write .csv or .jsonl instead")
        for number, column in enumerate(self._columns):
            value = flat_cell(record.get(column, ""))
            if isinstance(value, str):
                if len(value) > self._LONGEST_CELL:
                    raise InputError(
                        f"a cell of {len(value)} characters is too long for Excel; write .csv or .jsonl instead"
                    )
                self._sheet.write_string(self._row, number, value)
            else:
                self._sheet.write(self._row, number, value)


_WRITERS: dict[str, Callable[[Path, Sequence[str]], Any]] = {"csv": _csv_file, "xlsx": _xlsx_file}
