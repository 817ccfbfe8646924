"""Excel workbooks: the first sheet, its first row names the columns, every further row is a paragraph."""

import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from classifier.errors import InputError
from classifier.formats.table import Malformed, Row, Table, find_text_column, stop

SUFFIXES = (".xlsx",)
KINDS = ("xlsx",)
IS_TABLE = True


def read(path: Path, encoding: str | None, text_column: str | None) -> Table:
    """Open a workbook; ``encoding`` has no meaning here."""
    header = next(_sheet(path), None)
    if header is None:
        raise InputError(f"{path}: the first sheet is empty; put column names in row 1")
    width = max((number for number, cell in enumerate(header, 1) if cell is not None), default=0)
    columns = tuple(str(cell) if cell is not None else f"column_{number}" for number, cell in enumerate(header[:width], 1))
    text = find_text_column(str(path), columns, text_column)

    def rows(malformed: Malformed = stop, /) -> Iterator[tuple[int, Row]]:
        for number, cells in enumerate(_sheet(path), 1):
            values = [*cells[:width], *[None] * (width - len(cells))]
            if number > 1 and any(value is not None for value in values):
                yield number, {name: "" if value is None else value for name, value in zip(columns, values, strict=True)}

    return Table(str(path), columns, text, rows)


def _sheet(path: Path) -> Iterator[tuple[Any, ...]]:
    import openpyxl  # Slow to import, and needed for workbooks only.

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that it drops; only values matter.
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, openpyxl.utils.exceptions.InvalidFileException) as error:
        raise InputError(f"{path}: not an Excel workbook, or damaged ({error}); save it again as .xlsx") from None
    try:
        yield from book.worksheets[0].iter_rows(values_only=True)
    finally:
        book.close()
