"""Cells of CSV files that spreadsheets would run as formulas: written with an apostrophe before them, read without it.

The characters are those of OWASP's page on CSV injection; numbers stay numbers.
"""

import re
from typing import Any

_FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")
_NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?%?")


def guarded(value: Any) -> Any:
    """Return a value as a cell that no spreadsheet takes for a formula; only texts change, and only such.

    >>> guarded("=1+1"), guarded(" @a"), guarded("-5"), guarded("调解"), guarded(7)
    ("'=1+1", "' @a", '-5', '调解', 7)
    """
    return f"'{value}" if isinstance(value, str) and _is_formula(value) else value


def unguarded(cell: str) -> str:
    """Return what `guarded` was given.

    >>> unguarded("'=1+1"), unguarded("'90s")
    ('=1+1', "'90s")
    """
    return cell[1:] if cell.startswith("'") and _is_formula(cell[1:]) else cell


def _is_formula(text: str) -> bool:
    return bool(_FORMULA.match(text)) and not _NUMBER.fullmatch(text)
