"""The rows of a Parquet file as Arrow streams, which one process hands to another: decoded, some thousand a piece."""

from collections.abc import Iterator
from typing import IO

import pyarrow as pa
from pyarrow import ipc, parquet

from classifier.errors import InputError

_ROWS_AT_ONCE = 2_000


def pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield some thousand rows a piece, the first one without any; `batch_of` reads them."""
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


def batch_of(piece: bytes) -> pa.Table:
    """Return the rows of a piece, checked once more; ArrowException where they are not whole."""
    table = ipc.open_stream(pa.py_buffer(piece)).read_all()
    table.validate(full=True)
    return table


def _packed(schema: pa.Schema, *batches: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with ipc.new_stream(sink, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed
