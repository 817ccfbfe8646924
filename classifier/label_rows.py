"""Rows of label files: CSV read with every cell in its column, and written so that it can be read back."""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from classifier.csv_cells import csv_text, unguarded_cell
from classifier.encoding import decode
from classifier.errors import LabelError


def read_header(path: Path) -> list[str]:
    """Return the names of the columns of a CSV file; LabelError where there is no such file."""
    if not path.is_file():
        raise LabelError(f"{path}: no such file; name a CSV file of labels, such as paragraphs.csv or statements.csv")
    text, _ = decode(path.read_bytes(), str(path))
    return next(csv.reader(io.StringIO(text, newline="")), [])


def read_rows(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line number, row) with every needed column present; LabelError names the line that is no row."""
    text, _ = decode(path.read_bytes(), str(path))
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    missing = [name for name in needed if name not in (reader.fieldnames or ())]
    if missing:
        raise LabelError(f"{path}: no column {', '.join(map(repr, missing))}; it has {reader.fieldnames or 'nothing'}")
    count = 0
    try:
        for row in reader:
            if None in row or None in row.values():
                raise LabelError(f"{path}:{reader.line_num}: {len(row)} cells, but {len(reader.fieldnames or ())} columns")
            count += 1
            yield reader.line_num, {name: unguarded_cell(cell) for name, cell in row.items()}
    except csv.Error as error:
        raise LabelError(f"{path}:{reader.line_num}: not a CSV row ({error}); quote cells that hold quotes") from None
    if not count:
        raise LabelError(f"{path}: no rows below the column names; add labels, or remove the file")


def probability_cell(path: Path, line: int, row: Mapping[str, str]) -> float | None:
    """Return the probability with which a row's unit was drawn; None where it says none, LabelError where that is none."""
    cell = row.get("probability", "")
    try:
        value = float(cell) if cell else None
    except ValueError:
        value = math.nan
    if value is not None and not 0 < value <= 1:
        raise LabelError(f"{path}:{line}: probability {cell!r}; use a number above 0, up to 1, or leave it empty")
    return value


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[dict[str, str]]) -> None:
    """Write a CSV file; cells that a row does not have stay empty."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(csv_line(columns))
        for row in rows:
            stream.write(csv_line(row.get(name, "") for name in columns))


def csv_line(cells: Iterable[object]) -> str:
    """Return a line of CSV; `unguarded_cell` gives its cells back.

    >>> print(csv_line(["a", 1, 'b"c', "d,e"]), end="")
    a,1,"b""c","d,e"
    """
    return csv_text([cells])
