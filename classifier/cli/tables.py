"""Show tables in a terminal; Chinese characters are two columns wide."""

import sys
from collections.abc import Mapping, Sequence

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDTH = 160


def terminal_width() -> int:
    """Return how many columns a table may have; files and pipes get a fixed width."""
    return Console().width if sys.stdout.isatty() else _WIDTH


def show_table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    title: str | None = None,
    right: Sequence[str] = (),
    shortened: Sequence[str] = (),
    widths: Mapping[str, int] | None = None,
    notes: Sequence[str] = (),
) -> None:
    """Print a table to standard output; cells are shown as they are, control characters left out.

    Columns named in ``right`` are set to the right; those in ``shortened`` are cut where they do not fit, others folded;
    ``widths`` fixes the width of columns by their heading, and sets columns close.
    """
    console = Console(highlight=False, width=terminal_width())
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0 if widths else (0, 1, 0, 0), expand=bool(shortened))
    for heading in headings:
        table.add_column(
            heading,
            justify="right" if heading in right else "left",
            overflow="ellipsis" if heading in shortened else "fold",
            no_wrap=heading in shortened,
            width=(widths or {}).get(heading),
            ratio=1 if heading in shortened and heading not in (widths or {}) else None,
        )
    for row in rows:
        table.add_row(*(plain(cell) for cell in row))
    with console.capture() as captured:
        if title is not None:
            console.print(plain(title), style="bold", soft_wrap=True, end="")
        console.print(table)
        for note in notes:
            console.print(plain(note), soft_wrap=not sys.stdout.isatty())
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def plain(cell: str) -> Text:
    """Return a cell without markup and without characters that a terminal would act upon."""
    return Text("".join(ch for ch in cell if ch.isprintable() or ch in "\n "))
