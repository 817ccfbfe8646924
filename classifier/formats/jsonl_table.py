"""JSON Lines: a line is an object, its text under one key. Values of other keys are kept as they are."""

import codecs
import json
from collections.abc import Iterator
from pathlib import Path

import orjson

from classifier.encoding import detect_encoding
from classifier.errors import InputError
from classifier.formats.table import Malformed, Row, Table, find_text_column, stop

SUFFIXES = (".jsonl", ".ndjson")
KINDS: tuple[str, ...] = ()
IS_TABLE = True

# So many bytes are read at once: enough for arrays to pay, little enough that memory stays small.
_BYTES_AT_ONCE = 3 << 18


def read(path: Path, encoding: str | None, text_column: str | None) -> Table:
    """Open a file of JSON lines; its columns are the keys of the first line."""
    used = encoding or ("utf-8" if _begins_as_utf8(path) else detect_encoding(path))

    def blocks() -> Iterator[bytes]:
        return _blocks(path, used)

    def rows(malformed: Malformed = stop, /) -> Iterator[tuple[int, Row]]:
        lines = (line for block in blocks() for line in lines_of(block))
        for number, line in enumerate(lines, 1):
            try:
                row = parse_line(line, str(path), number)
            except InputError as error:
                malformed(number, error)
            else:
                if row is not None:
                    yield number, row

    # Columns are those of the first line that can be read; whoever reads the rows is told of the others.
    head = next(rows(lambda number, error: None), None) or next(rows(), None)
    if head is None:
        raise InputError(f"{path}: no lines in this file; write one JSON object a line")
    columns = tuple(head[1])
    return Table(str(path), columns, find_text_column(str(path), columns, text_column), rows, blocks, used)


def _begins_as_utf8(path: Path) -> bool:
    """Tell whether the beginning of a file is UTF-8 without doubt; each line is checked again when it is read."""
    with path.open("rb") as stream:
        head = stream.read(_BYTES_AT_ONCE)
    try:
        decoded = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return not decoded.isascii() and not decoded.startswith("\ufeff")


def parse_line(line: bytes, name: str, number: int) -> Row | None:
    """Return the object on a line, None if the line is blank; InputError names the line where it is no object."""
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        if not line.strip():
            return None
        row = _parse_leniently(line, name, number)
    if not isinstance(row, dict):
        raise InputError(f'{name}: line {number} is not an object; write {{"text": "…"}} on each line')
    return row


def _parse_leniently(line: bytes, name: str, number: int) -> object:
    """Read what strict JSON forbids and other programs write: NaN, half of a surrogate pair."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}: line {number} is not JSON ({error}); mend or remove it") from None


def lines_of(block: bytes) -> list[bytes]:
    r"""Return the lines of a block, without their ends.

    >>> lines_of(b'{"text": "a"}\n\n{"text": "b"}\n')
    [b'{"text": "a"}', b'', b'{"text": "b"}']
    """
    return block.removesuffix(b"\n").split(b"\n")


def _blocks(path: Path, encoding: str) -> Iterator[bytes]:
    """Yield whole lines, many at a time."""
    if encoding == "utf-8":
        with path.open("rb", buffering=0) as stream:
            begun: list[bytes] = []
            while block := stream.read(_BYTES_AT_ONCE):
                behind = block.rfind(b"\n") + 1
                if behind:
                    yield b"".join((*begun, block[:behind]))
                    begun = []
                begun.append(block[behind:])
            if any(begun):
                yield b"".join(begun)
    else:
        with path.open(encoding=encoding) as text:
            while lines := text.readlines(_BYTES_AT_ONCE):
                yield "".join(lines).encode("utf-8", "surrogatepass")
