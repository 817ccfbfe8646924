"""The folder of files that labels leave the database in and come back from: names, columns, CSV, whole or not at all.

| file | what it holds |
|---|---|
| ``documents.jsonl`` | every document with its text, origin and paragraphs, deleted ones too |
| ``log.csv`` | every entry of the label log, in order |
| ``paragraphs.csv``, ``statements.csv`` | the labels that hold, in the format of ``labels/`` |
| ``codebook.toml``, ``sources.csv`` | the codebook in use, and where each document comes from |
"""

import csv
import io
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path

from classifier import DOCUMENTS_FILE, InputError, LabelError, csv_line, unguarded_cell

CODEBOOK_FILE, SOURCES_FILE, LOG_FILE = "codebook.toml", "sources.csv", "log.csv"
PARAGRAPHS_FILE, STATEMENTS_FILE = "paragraphs.csv", "statements.csv"
FILES = (CODEBOOK_FILE, SOURCES_FILE, DOCUMENTS_FILE, LOG_FILE, PARAGRAPHS_FILE, STATEMENTS_FILE)
UNIT_COLUMNS = ("document", "paragraph", "statement", "digest")
ENTRY_COLUMNS = (
    *("kind", "theme", "secondary", "annotator", "made_at", "codebook", "model", "chosen_by"),
    *("probability", "suggestion", "note", "request"),
)
LOG_COLUMNS = (*UNIT_COLUMNS, *ENTRY_COLUMNS)


@dataclass(frozen=True)
class Row:
    """A row of a CSV file with the number of the line that it ends on."""

    path: Path
    line: int
    cells: dict[str, str]

    def wrong(self, what: str) -> LabelError:
        """Return an error that says what is wrong in this row."""
        return LabelError(f"{self.path}:{self.line}: {what}")

    def number(self, column: str, least: int) -> int:
        """Return a whole number; LabelError where there is none."""
        text = self.cells[column]
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= least):
            raise self.wrong(f"{column} is {text!r}; use a whole number from {least} on")
        return int(text)

    def probability(self, column: str) -> float | None:
        """Return a probability, or None where the cell is empty; LabelError where it is neither."""
        text = self.cells[column]
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 < value <= 1:
            raise self.wrong(f"{column} is {text!r}; use a number above 0 and up to 1, or leave it empty")
        return value

    def moment(self, column: str) -> datetime:
        """Return a time with its zone; LabelError where there is none."""
        text = self.cells[column]
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            found = datetime.min
        if found.tzinfo is None:
            raise self.wrong(f"{column} is {text!r}; use a time with its zone, such as 2024-05-01T08:00:00+00:00")
        return found

    def text(self, column: str, longest: int | None = None, *, allowed: Sequence[str] = (), empty: bool = True) -> str:
        """Return a text that is one of those allowed, not too long, and there; LabelError where it is not so."""
        text = self.cells[column]
        if allowed and text not in allowed:
            raise self.wrong(f"{column} is {text!r}; use one of {', '.join(allowed)}")
        if not text and not empty:
            raise self.wrong(f"{column} is empty; fill it in")
        if longest is not None and len(text) > longest:
            raise self.wrong(f"{column} has {len(text)} characters; at most {longest} are kept")
        if "\0" in text:
            raise self.wrong(f"{column} holds a NUL character; remove it")
        return text


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write a CSV file and return its number of rows; without any, no file is written."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return 0
    count = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(csv_line(columns))
        for count, row in enumerate(chain([first], rows), 1):  # noqa: B007  (the count is what is returned)
            stream.write(csv_line(row))
    return count


def read_csv(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of a CSV file, each with all of these columns; LabelError names the line that is none."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LabelError(f"{path}: not UTF-8 (at byte {error.start}); save it as UTF-8") from None
    before = csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # A cell may be longer than 128 KiB.
    try:
        yield from _rows(path, text, columns)
    finally:
        csv.field_size_limit(before)


@contextmanager
def whole_folder(folder: Path, *, force: bool) -> Iterator[Path]:
    """Give an empty folder to write the files into, whose files come into ``folder`` at the end; none after any error.

    Raises InputError where the folder is not empty, unless ``force``: then the files replace those of the same names, label
    files that are not written again are removed, and everything else in it stays.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: a file; name a folder")
    if folder.is_dir() and not force and any(folder.iterdir()):
        raise InputError(f"{folder}: not empty; name another folder, or replace the label files in it with --force")
    folder = folder.resolve()
    there = folder.is_dir()
    if not there:
        folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder if there else folder.parent, prefix=f".{folder.name}."))
    try:
        yield temporary
        if there:
            for name in FILES:
                if (temporary / name).exists():
                    (temporary / name).replace(folder / name)
                else:
                    (folder / name).unlink(missing_ok=True)
        else:
            mask = os.umask(0)
            os.umask(mask)
            temporary.chmod(0o777 & ~mask)
            temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _rows(path: Path, text: str, columns: Sequence[str]) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        missing = [name for name in columns if name not in header]
        if missing:
            raise LabelError(f"{path}: no column {', '.join(map(repr, missing))}; it has {', '.join(header) or 'nothing'}")
        for cells in reader:
            if len(cells) != len(header):
                raise LabelError(f"{path}:{reader.line_num}: {len(cells)} cells, but {len(header)} columns")
            yield Row(path, reader.line_num, dict(zip(header, map(unguarded_cell, cells), strict=True)))
    except csv.Error as error:
        raise LabelError(f"{path}:{reader.line_num}: not a CSV row ({error}); quote cells that hold quotes") from None
