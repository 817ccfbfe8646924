"""A table whose rows are paragraphs: named columns, one of which holds the text."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from classifier.errors import InputError

TEXT_COLUMNS = ("text", "content", "paragraph_text", "段落", "段落内容", "正文", "文本", "内容")

Row = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """A table opened for reading; ``rows()`` yields (row number as people count it, row), and may raise InputError."""

    name: str
    columns: tuple[str, ...]
    text_column: str
    rows: Callable[[], Iterator[tuple[int, Row]]]


def find_text_column(name: str, columns: Sequence[Any], wanted: str | None) -> str:
    """Return the column that holds the text: the wanted one, else the first whose name says so."""
    names = [str(column) for column in columns if column is not None]
    twice = next((column for column in names if names.count(column) > 1), None)
    if twice is not None:
        raise InputError(f"{name}: two columns are named {twice!r}; give each its own name")
    if wanted is not None:
        if wanted in names:
            return wanted
        raise InputError(f"{name}: no column {wanted!r}; it has {', '.join(names) or 'no columns'}")
    lowered = {column.strip().lower(): column for column in reversed(names)}
    for candidate in TEXT_COLUMNS:
        if candidate in lowered:
            return lowered[candidate]
    raise InputError(
        f"{name}: no column named {' or '.join(TEXT_COLUMNS[:2])}; it has {', '.join(names) or 'no columns'}: "
        "name the one that holds the text with --text-column"
    )
