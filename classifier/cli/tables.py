"""Show tables in a terminal; Chinese characters are two columns wide."""

import sys
from collections.abc import Sequence

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDTH = 160


def show_table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    title: str | None = None,
    right: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> None:
    """Print a table to standard output; cells are shown as they are, control characters left out."""
    # Files and pipes get lines of a fixed width, and no line ends in spaces.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(heading, justify="right" if heading in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(plain(cell) for cell in row))
    with console.capture() as captured:
        if title is not None:
            console.print(plain(title), style="bold", soft_wrap=True, end="")
        console.print(table)
        for note in notes:
            console.print(plain(note), soft_wrap=True)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def plain(cell: str) -> Text:
    """Return a cell without markup and without characters that a terminal would act upon."""
    return Text("".join(ch for ch in cell if ch.isprintable() or ch in "\n "))
