"""Parquet: a row is a paragraph. Read some thousand rows at a time; dates and the like keep their type."""

from collections.abc import Iterator
from pathlib import Path

from classifier.errors import InputError
from classifier.formats.isolation import kept_if_small, pieces_isolated
from classifier.formats.table import Malformed, Row, Table, find_text_column, stop

SUFFIXES = (".parquet",)
KINDS = ("parquet",)
IS_TABLE = True


def read(path: Path, encoding: str | None, text_column: str | None) -> Table:
    """Open a Parquet file; ``encoding`` has no meaning here."""
    from classifier.formats.parquet_batches import columns_of, rows_of  # Needs pyarrow, which is slow to import.

    first, pieces = kept_if_small(lambda: pieces_isolated(path, "parquet_batches"))
    columns = columns_of(first)

    def rows(malformed: Malformed = stop, /) -> Iterator[tuple[int, Row]]:
        number = 0
        for piece in pieces():
            try:
                found = rows_of(piece)
            except InputError as error:
                raise InputError(f"{path}: behind row {number} {error}") from None
            yield from enumerate(found, number + 1)
            number += len(found)

    return Table(str(path), columns, find_text_column(str(path), columns, text_column), rows)
