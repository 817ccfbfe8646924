"""The rows of a Parquet file as Arrow streams, which one process hands to another: decoded, some thousand a piece."""

from collections.abc import Iterator
from typing import IO, Any

import pyarrow as pa
from pyarrow import ipc, parquet

from classifier.errors import InputError

_ROWS_AT_ONCE = 2_000


def pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield some thousand rows a piece, the first one without any; `rows_of` reads them."""
    row = 0
    try:
        with parquet.ParquetFile(stream) as file:
            yield _packed(file.schema_arrow)
            for batch in file.iter_batches(_ROWS_AT_ONCE, use_threads=False):
                yield _packed(batch.schema, batch)
                row += batch.num_rows
    except pa.ArrowMemoryError:
        raise MemoryError from None
    except (pa.ArrowException, OSError) as error:
        where = f"damaged behind row {row}" if row else "not a Parquet file, or damaged"
        raise InputError(f"{where} ({str(error).splitlines()[0][:200]}); write it again") from None


def columns_of(piece: bytes) -> tuple[str, ...]:
    """Return the names of the columns."""
    return tuple(ipc.open_stream(pa.py_buffer(piece)).schema.names)


def rows_of(piece: bytes) -> list[dict[str, Any]]:
    """Return the rows of a piece; InputError where they hold what is no text, or no date."""
    try:
        table = ipc.open_stream(pa.py_buffer(piece)).read_all()
        table.validate(full=True)
        rows: list[dict[str, Any]] = table.to_pylist()
    except (pa.ArrowException, ValueError, OverflowError) as error:
        raise InputError(f"damaged, or not a Parquet file ({str(error).splitlines()[0][:200]}); write it again") from None
    return rows


def _packed(schema: pa.Schema, *batches: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with ipc.new_stream(sink, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed
