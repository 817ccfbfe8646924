"""Parquet: a row is a paragraph. Read some thousand rows at a time; dates and the like keep their type."""

from collections.abc import Iterator
from pathlib import Path

from classifier.errors import InputError
from classifier.formats.table import Malformed, Row, Table, find_text_column, stop

SUFFIXES = (".parquet",)
KINDS = ("parquet",)
IS_TABLE = True

_ROWS_AT_ONCE = 2_000


def read(path: Path, encoding: str | None, text_column: str | None) -> Table:
    """Open a Parquet file; ``encoding`` has no meaning here."""
    import pyarrow as pa  # Slow to import, and needed for Parquet only.
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            columns = tuple(file.schema_arrow.names)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InputError(f"{path}: not a Parquet file, or damaged ({_first_line(error)}); write it again") from None

    def rows(malformed: Malformed = stop, /) -> Iterator[tuple[int, Row]]:
        number = 0
        try:
            with parquet.ParquetFile(path) as file:
                for batch in file.iter_batches(_ROWS_AT_ONCE, use_threads=False):
                    for row in batch.to_pylist():
                        number += 1
                        yield number, row
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
            raise InputError(f"{path}: damaged behind row {number} ({_first_line(error)}); write it again") from None

    return Table(str(path), columns, find_text_column(str(path), columns, text_column), rows)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
