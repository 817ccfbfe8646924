"""CSV and TSV: a row is a paragraph. Cells stay text as they are written: ``NA``, ``001`` and the empty cell included.

Only the apostrophe that keeps a spreadsheet program from taking a cell for a formula is taken away: `classifier.csv_cells`.
"""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from classifier.csv_cells import unguarded_cell
from classifier.encoding import detect_encoding
from classifier.errors import InputError
from classifier.formats.table import Malformed, Row, Table, find_text_column, stop

SUFFIXES = (".csv", ".tsv")
KINDS: tuple[str, ...] = ()
IS_TABLE = True


def read(path: Path, encoding: str | None, text_column: str | None) -> Table:
    """Open a table; the rows are read when they are asked for, so that its size does not matter."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    used = detect_encoding(path, encoding)
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    with path.open(encoding=used, newline="") as stream:
        try:
            columns = list(map(unguarded_cell, next(csv.reader(stream, delimiter=delimiter, strict=True), [])))
        except csv.Error as error:
            raise InputError(f"{path}: row 1 is not CSV ({error}); quote cells that hold quotes or line breaks") from None
    text = find_text_column(str(path), columns, text_column)

    def rows(malformed: Malformed = stop, /) -> Iterator[tuple[int, Row]]:
        with path.open(encoding=used, newline="") as stream:
            reader = csv.reader(stream, delimiter=delimiter, strict=True)
            next(reader)
            number = 1
            while True:
                number += 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    advice = "look for a quote that is never closed"
                    malformed(number, InputError(f"{path}: row {number} is not CSV ({error}); {advice}"))
                    continue
                if len(cells) == len(columns):
                    yield number, dict(zip(columns, map(unguarded_cell, cells), strict=True))
                elif cells:
                    counts = f"{len(cells)} cells, but there are {len(columns)} columns"
                    advice = "quote cells that hold commas, or complete the row"
                    malformed(number, InputError(f"{path}: row {number} has {counts}; {advice}"))

    return Table(str(path), tuple(columns), text, rows, encoding=used)
