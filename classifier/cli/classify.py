"""``policy-themes classify``."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from classifier.cli.main import complain
from classifier.cli.options import FILE, encoding_option, model_option, open_model, progress, text_column_option

if TYPE_CHECKING:
    from classifier.writers import Writer


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("-o", "--output", type=FILE, help="The file to write; without it, a table on a terminal, else CSV.")
@click.option("--format", "format_name", type=click.Choice(["csv", "jsonl", "xlsx"]), help="By default the suffix of -o.")
@text_column_option
@model_option
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes to classify with.")
@encoding_option
def classify(
    paths: tuple[str, ...],
    output: Path | None,
    format_name: str | None,
    text_column: str | None,
    model_file: Path | None,
    jobs: int,
    encoding: str | None,
) -> int:
    """Give every paragraph of files, folders or standard input (-) its theme.

    Example: policy-themes classify seeds/ -o themes.xlsx
    """
    from classifier.batch import Failures, classify_items, open_sources, prediction_columns, record_of
    from classifier.writers import FLAT_FORMATS, format_of

    chosen = format_of(output, format_name)
    if chosen == "xlsx" and output is None:
        raise click.UsageError("an Excel workbook needs a file: name it with -o FILE.xlsx")
    model = open_model(model_file)
    flat = chosen in FLAT_FORMATS
    added = prediction_columns(model.codebook.theme_codes, flat=flat)
    failures = Failures(report=complain)
    sources = open_sources(
        paths,
        failures,
        encoding=encoding,
        text_column=text_column,
        added=added,
        standard_input=sys.stdin.buffer.read,
    )
    columns = [*dict.fromkeys(column for source in sources for column in source.columns), *added]
    items = progress((item for source in sources for item in source.items()), "classify")
    pairs = classify_items(model, items, jobs=jobs)
    if sources:
        with _target(output, chosen, columns, as_table=format_name is None) as writer:
            for item, prediction in pairs:
                writer.write(record_of(item, prediction, model.identity, flat=flat))
    return 1 if failures.reasons else 0


@contextmanager
def _target(output: Path | None, chosen: str, columns: Iterable[str], *, as_table: bool) -> "Iterator[Writer]":
    from classifier import writers

    columns = list(columns)
    if output is not None:
        with writers.open_writer(output, chosen, columns) as writer:
            yield writer
    elif as_table and sys.stdout.isatty():
        table = _TerminalTable()
        yield table
        table.show()
    elif chosen == "jsonl":
        yield writers.JsonLinesWriter(sys.stdout)
    else:
        yield writers.CsvWriter(sys.stdout, columns)


class _TerminalTable:
    """Shows what a reader needs to see; the rest of a record is for files."""

    _LONGEST = 200

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []

    def write(self, record: dict[str, Any]) -> None:
        self._rows.append(record)

    def show(self) -> None:
        from classifier.cli.tables import show_table

        rows = []
        for record in self._rows:
            text = next((str(record[name]) for name in ("text", *record) if name in record), "")
            text = " ".join(text.split())
            rows.append(
                [
                    str(record.get("document", "")),
                    str(record.get("paragraph", "")),
                    record["theme"] or "-",
                    f"{record['confidence']:.2f}",
                    record["secondary"].replace(";", " "),
                    text[: self._LONGEST],
                ]
            )
        headings = ["document", "no.", "theme", "confidence", "secondary", "text"]
        widths = {"document": 10, "no.": 3, "theme": 20, "confidence": 10, "secondary": 20}
        show_table(headings, rows, right=["no.", "confidence"], shortened=["document", "text"], widths=widths)
