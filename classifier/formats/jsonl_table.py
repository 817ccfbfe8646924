"""JSON Lines: a line is an object, its text under one key. Values of other keys are kept as they are."""

import json
from collections.abc import Iterator
from pathlib import Path

from classifier.encoding import detect_encoding
from classifier.errors import InputError
from classifier.formats.table import Row, Table, find_text_column

SUFFIXES = (".jsonl", ".ndjson")


def read(path: Path, encoding: str | None, text_column: str | None) -> Table:
    """Open a file of JSON lines; its columns are the keys of the first line."""
    used = detect_encoding(path, encoding)

    def rows() -> Iterator[tuple[int, Row]]:
        with path.open(encoding=used) as stream:
            for number, line in enumerate(stream, 1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                except ValueError as error:
                    raise InputError(f"{path}: line {number} is not JSON ({error}); mend or remove it") from None
                if not isinstance(row, dict):
                    raise InputError(f'{path}: line {number} is not an object; write {{"text": "…"}} on each line')
                yield number, row

    first = next(rows(), None)
    if first is None:
        raise InputError(f"{path}: no lines in this file; write one JSON object a line")
    columns = tuple(first[1])
    return Table(str(path), columns, find_text_column(str(path), columns, text_column), rows)
