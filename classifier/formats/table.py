"""A table whose rows are paragraphs: named columns, one of which holds the text."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from classifier.errors import InputError

TEXT_COLUMNS = ("text", "content", "paragraph_text", "段落", "段落内容", "正文", "文本", "内容")

Row = dict[str, Any]
# What is done with a row that cannot be read, of which the number is given: raise the error, or note it and go on.
Malformed = Callable[[int, InputError], None]
Blocks = Callable[[], Iterator[bytes]]


def stop(number: int, error: InputError) -> None:
    """Raise the error: a malformed row ends the reading."""
    raise error


class Rows(Protocol):
    """Yields (row number as people count it, row); a malformed row goes to ``malformed``, which may raise."""

    def __call__(self, malformed: Malformed = stop, /) -> Iterator[tuple[int, Row]]:
        """Read from the beginning."""


@dataclass(frozen=True)
class Table:
    """A table opened for reading by ``rows()``.

    Where rows are lines of JSON, ``blocks()`` yields them unread, in UTF-8, some thousand lines at a time.
    ``encoding`` is that of a text file.
    """

    name: str
    columns: tuple[str, ...]
    text_column: str
    rows: Rows
    blocks: Blocks | None = None
    encoding: str = ""


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
