"""Arrow streams one after another in a file: what a run has done so far, until it becomes Parquet or an Excel workbook.

A file of these can be cut behind any stream and written on, which a Parquet file or a workbook cannot. Each stream has types
of its own, those that its rows show; once all rows are there, the types of a column are made to agree.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

_ROWS_IN_GROUP = 20_000
REPEATING = ("document", "jurisdiction", "year", "section", "section_kind", "theme", "detail", "secondary", "model")


def stream_of(columns: Mapping[str, Any]) -> bytes:
    """Return one Arrow stream that holds one batch; lists and dictionaries become JSON, mixed columns text."""
    arrays = [_array(values) for values in columns.values()]
    batch = pa.record_batch(arrays, names=list(columns))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def write_parquet(streams: Path, output: Path) -> None:
    """Write a file of streams as Parquet, some thousand rows at a time."""
    schema = _common_schema(streams)
    # Columns that repeat few values are kept as numbers of a list; to try the same with long texts takes time for nothing.
    repeating = [name for name in schema.names if name in REPEATING]
    with parquet.ParquetWriter(output, schema, compression="snappy", use_dictionary=repeating) as writer:
        waiting: list[pa.RecordBatch] = []
        for batch in batches(streams, schema):
            waiting.append(batch)
            if sum(len(each) for each in waiting) >= _ROWS_IN_GROUP:
                writer.write_table(pa.Table.from_batches(waiting, schema))
                waiting = []
        if waiting:
            writer.write_table(pa.Table.from_batches(waiting, schema))


def column_names(streams: Path) -> list[str]:
    """Return the names of all columns in a file of streams, in the order in which they were first met."""
    names: list[str] = _common_schema(streams).names
    return names


def rows(streams: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file of streams."""
    for batch in batches(streams, _common_schema(streams)):
        yield from batch.to_pylist()


def batches(streams: Path, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a file of streams, their columns cast to a schema; a column that is absent is null."""
    for reader in _readers(streams):
        for batch in reader:
            arrays = [
                _cast(batch.column(field.name), field.type)
                if field.name in batch.schema.names
                else pa.nulls(len(batch), field.type)
                for field in schema
            ]
            yield pa.record_batch(arrays, schema=schema)


def _readers(streams: Path) -> Iterator[Any]:
    size = streams.stat().st_size
    if not size:
        return
    with pa.memory_map(str(streams)) as file:
        while file.tell() < size:
            yield pa.ipc.open_stream(file)


def _common_schema(streams: Path) -> pa.Schema:
    types: dict[str, set[pa.DataType]] = {}
    for reader in _readers(streams):
        for field in reader.schema:
            types.setdefault(field.name, set()).add(field.type)
        for _ in reader:
            pass  # To where the next stream begins.
    return pa.schema([(name, _common_type(own - {pa.null()})) for name, own in types.items()])


def _common_type(types: set[pa.DataType]) -> pa.DataType:
    if len(types) == 1:
        return next(iter(types))
    if types and types <= {pa.int64(), pa.float64()}:
        return pa.float64()
    return pa.string()


def _cast(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    if array.type == wanted:
        return array
    try:
        return array.cast(wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.array([None if value is None else str(value) for value in array.to_pylist()], wanted)


def _array(values: Any) -> pa.Array:
    if isinstance(values, np.ndarray):
        return pa.array(values)
    try:
        array = pa.array(values)
        if not pa.types.is_nested(array.type):
            return array
        return pa.array([_plain(value) for value in values])
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeEncodeError):
        return pa.array([None if value is None else _text(value) for value in values], pa.string())


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else value


def _text(value: Any) -> str:
    # Half of a surrogate pair is no text to Arrow.
    return str(_plain(value)).encode("utf-8", "replace").decode()
