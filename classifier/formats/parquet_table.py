"""Parquet: a row is a paragraph. Read some thousand rows at a time; dates and the like keep their type."""

from collections.abc import Iterator
from pathlib import Path

from classifier.formats.isolation import kept_if_small, pieces_isolated
from classifier.formats.table import Malformed, Row, Table, find_text_column, stop

SUFFIXES = (".parquet",)
KINDS = ("parquet",)
IS_TABLE = True


def read(path: Path, encoding: str | None, text_column: str | None) -> Table:
    """Open a Parquet file; ``encoding`` has no meaning here."""
    from classifier.formats.parquet_batches import batch_of  # Needs pyarrow, which is slow to import.

    first, pieces = kept_if_small(lambda: pieces_isolated(path, "parquet_batches"))
    columns = tuple(batch_of(first).column_names)

    def rows(malformed: Malformed = stop, /) -> Iterator[tuple[int, Row]]:
        yield from enumerate((row for piece in pieces() for row in batch_of(piece).to_pylist()), 1)

    return Table(str(path), columns, find_text_column(str(path), columns, text_column), rows)
