"""Rows of a table as JSON that one process hands to another; dates and times stay what they are."""

import json
from datetime import date, datetime, time, timedelta
from typing import Any

NumberedRow = tuple[int, list[Any]]

_KINDS: dict[str, Any] = {"datetime": datetime, "date": date, "time": time}  # A datetime is a date, too: it comes first.


def packed(rows: list[NumberedRow]) -> bytes:
    """Return rows as a piece; cells are what a spreadsheet holds: texts, numbers, dates, times, or None."""
    return json.dumps(rows, default=_marked, ensure_ascii=False).encode("utf-8", "surrogatepass")


def unpacked(piece: bytes) -> list[NumberedRow]:
    """Return the rows of a piece.

    >>> unpacked(packed([(2, ["普法", 7, None, date(2024, 3, 5)])]))
    [(2, ['普法', 7, None, datetime.date(2024, 3, 5)])]
    """
    return [(number, [_cell(value) for value in cells]) for number, cells in json.loads(piece)]


def _marked(value: Any) -> dict[str, Any]:
    if isinstance(value, timedelta):
        return {"timedelta": value / timedelta(microseconds=1)}
    return next(({name: value.isoformat()} for name, kind in _KINDS.items() if isinstance(value, kind)), {"": str(value)})


def _cell(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    [(name, said)] = value.items()
    if name == "timedelta":
        return timedelta(microseconds=said)
    return _KINDS[name].fromisoformat(said) if name in _KINDS else said
