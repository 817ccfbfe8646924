"""Excel workbooks: the first sheet, its first row names the columns, every further row is a paragraph."""

import zipfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from classifier.errors import InputError
from classifier.formats.isolation import kept_if_small, pieces_isolated
from classifier.formats.packed_rows import NumberedRow, unpacked
from classifier.formats.table import Malformed, Row, Table, find_text_column, stop
from classifier.formats.zip_limits import check_archive, open_archive

SUFFIXES = (".xlsx",)
KINDS = ("xlsx",)
IS_TABLE = True

_LARGEST_MEMBER, _LARGEST_ARCHIVE = 256 << 20, 512 << 20


def read(path: Path, encoding: str | None, text_column: str | None) -> Table:
    """Open a workbook; ``encoding`` has no meaning here."""
    if not zipfile.is_zipfile(path):
        raise InputError(f"{path}: not an Excel workbook, or damaged; save it again as .xlsx")
    with open_archive(path) as archive:
        check_archive(archive, str(path), largest_member=_LARGEST_MEMBER, largest=_LARGEST_ARCHIVE)
    first, pieces = kept_if_small(lambda: pieces_isolated(path, "xlsx_rows"))
    head = next(iter(unpacked(first)), None)
    if head is None or not head[1]:
        raise InputError(f"{path}: the first sheet is empty; put column names in row 1")
    columns = tuple(str(cell) if cell is not None else f"column_{number}" for number, cell in enumerate(head[1], 1))
    text = find_text_column(str(path), columns, text_column)

    def numbered() -> Iterator[NumberedRow]:
        return chain.from_iterable(map(unpacked, pieces()))

    def rows(malformed: Malformed = stop, /) -> Iterator[tuple[int, Row]]:
        for number, cells in numbered():
            if number > 1:
                yield number, {name: "" if value is None else value for name, value in zip(columns, cells, strict=True)}

    return Table(str(path), columns, text, rows)
