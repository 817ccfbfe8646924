"""The rows of a workbook's first sheet, some hundred a piece."""

import warnings
import zipfile
from collections.abc import Iterator
from typing import IO, Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from classifier.errors import InputError
from classifier.formats.packed_rows import NumberedRow, packed

_ROWS_IN_PIECE = 500
_MOST_COLUMNS = 1_000


def pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the rows that hold anything, each with its number; the first one is that of the columns' names."""
    rows: list[NumberedRow] = []
    width = 0
    for number, cells in enumerate(_sheet(stream), 1):
        filled = max((place for place, cell in enumerate(cells, 1) if cell is not None), default=0)
        if number == 1:
            width = filled
            if width > _MOST_COLUMNS:
                raise InputError(f"{width:,} columns in row 1; at most {_MOST_COLUMNS:,} are read: remove some")
        if filled or number == 1:
            rows.append((number, [*cells[:width], *[None] * (width - len(cells))]))
        if number % _ROWS_IN_PIECE == 0:
            yield packed(rows)
            rows = []
    yield packed(rows)


def _sheet(stream: IO[bytes]) -> Iterator[tuple[Any, ...]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that it drops; only values matter.
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            yield from book.worksheets[0].iter_rows(values_only=True)
    except (zipfile.BadZipFile, KeyError, IndexError, ValueError, InvalidFileException) as error:
        raise InputError(f"not an Excel workbook, or damaged ({error}); save it again as .xlsx") from None
