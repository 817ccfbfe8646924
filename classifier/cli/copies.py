"""``policy-themes copies``."""

import sys
from pathlib import Path

import click

from classifier.cli.main import complain
from classifier.cli.options import FILE, encoding_option, progress, text_column_option


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("-o", "--output", type=FILE, help="A .csv or .xlsx file with whole texts; without it, a table.")
@text_column_option
@encoding_option
def copies(paths: tuple[str, ...], output: Path | None, text_column: str | None, encoding: str | None) -> int:
    """List the paragraphs that stand in several places: the same, or nearly so, in groups.

    Figures, punctuation and spacing do not tell texts apart. Similarity is that to the group's first paragraph: the share of
    sequences of four characters that both have; 0.7 and more is a copy.

    Example: policy-themes copies reports/ -o copies.xlsx
    """
    from classifier.copied_paragraphs import COPY_COLUMNS, copied_paragraphs
    from classifier.sources import Failures, items, open_sources
    from classifier.writers import open_writer

    failures = Failures(report=complain)
    sources = open_sources(paths, encoding=encoding, text_column=text_column, standard_input=sys.stdin.buffer.read)
    found = list(copied_paragraphs(progress(items(sources, failures), "copies")))
    if output is not None:
        suffix = output.suffix.lower().lstrip(".")
        if suffix not in ("csv", "xlsx"):
            raise click.UsageError(f"{output}: no format for suffix {output.suffix or '(none)'!r}; use .csv, .xlsx")
        with open_writer(output, suffix, COPY_COLUMNS) as writer:
            for record in found:
                writer.write(record)
    else:
        from classifier.cli.tables import show_table

        if found:
            show_table(
                COPY_COLUMNS,
                [[str(record[column]) for column in COPY_COLUMNS] for record in found],
                right=("group", "members", "paragraph", "similarity"),
                shortened=("text",),
            )
        click.echo(f"{len(found)} paragraphs in {len({record['group'] for record in found})} groups of copies")
    return 1 if failures.reasons else 0
