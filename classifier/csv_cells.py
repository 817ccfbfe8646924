"""CSV whose cells no spreadsheet program takes for formulas, and whoever reads them here gets them as they were.

Such programs run a cell that begins with one of ``= + - @``, also behind spaces, tabs or line breaks. It is written with an
apostrophe before it, as OWASP advises ("CSV Injection"), and one that begins with apostrophes before these with one more, so
that reading takes away just what writing added. Plain numbers stay as they are.
"""

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

_SIGNS = "=+-@＝＋－＠"  # Programs set up for Chinese or Japanese take signs of full width for those of half width.
_SPACES = "\0\ufeff" + "".join(filter(str.isspace, map(chr, range(0x3001))))
_FORMULA = re.compile(f"'*(?:[\t\r\n]|[{re.escape(_SPACES)}]*[{re.escape(_SIGNS)}])")
_NUMBER = re.compile(r"[+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?%?")
_NO_CHARACTER = re.compile("[\ud800-\udfff]")
# Most cells begin with something else, and then nothing more is looked at.
_FIRST = frozenset(f"'{_SPACES}{_SIGNS}")


def guarded_cell(cell: str) -> str:
    """Return a cell as it is written.

    >>> [guarded_cell(cell) for cell in ("=1+1", " +1", "-1", "'=1", "调解-普法")]
    ["'=1+1", "' +1", '-1', "''=1", '调解-普法']
    """
    if cell[:1] not in _FIRST or not _FORMULA.match(cell) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"


def guarded_row(cells: Iterable[Any]) -> list[Any]:
    """Return the cells of a row as they are written; what is no text stays as it is."""
    return [guarded_cell(cell) if isinstance(cell, str) else cell for cell in cells]


def csv_text(rows: Iterable[Iterable[Any]], *, guarded: bool = False) -> str:
    """Return rows as lines of CSV; ``guarded`` where each has gone through `guarded_row` already.

    >>> print(csv_text([["a", 1, None], ['b"c', "=1", "d,e"]]), end="")
    a,1,
    "b""c",'=1,"d,e"
    """
    lines = list(rows if guarded else map(guarded_row, rows))
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(lines)
    text = stream.getvalue()
    # A carriage return must be quoted too, which Python's csv forgets.
    return "".join(map(_quoted_line, lines)) if "\r" in text else text


def csv_bytes(rows: Iterable[Iterable[Any]], *, guarded: bool = False) -> bytes:
    """Return rows as lines of CSV in UTF-8, U+FFFD for what is no character: half of a pair, a byte of a name."""
    text = csv_text(rows, guarded=guarded)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _NO_CHARACTER.sub("\ufffd", text).encode()


def _quoted_line(cells: Iterable[Any]) -> str:
    return ",".join("" if cell is None else _quoted(str(cell)) for cell in cells) + "\n"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ',"\r\n') else cell


def unguarded_cell(cell: str) -> str:
    """Return a cell as it was before it was written.

    >>> [unguarded_cell(cell) for cell in ("'=1+1", "' +1", "-1", "''=1", "'调解'")]
    ['=1+1', ' +1', '-1', "'=1", "'调解'"]
    """
    return cell[1:] if cell.startswith("'") and guarded_cell(cell[1:]) == cell else cell
