"""``policy-themes mix``."""

import sys
from pathlib import Path

import click

from classifier.cli.main import complain
from classifier.cli.options import (
    FILE,
    encoding_option,
    labels_option,
    measure_option,
    model_option,
    open_model,
    progress,
    text_column_option,
)


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "--by",
    type=click.Choice(["jurisdiction", "document", "year", "level", "section_kind"]),
    default="jurisdiction",
    show_default=True,
    help="What makes a row.",
)
@measure_option
@click.option(
    "--copies",
    type=click.Choice(["each", "once"]),
    default="each",
    show_default=True,
    help="Paragraphs of a row that copy each other: count each, or once.",
)
@click.option("-o", "--output", type=FILE, help="A .csv, .xlsx, .json or .html file; without it, a table.")
@labels_option
@text_column_option
@model_option
@encoding_option
def mix(
    paths: tuple[str, ...],
    by: str,
    measure: str,
    copies: str,
    output: Path | None,
    labels_path: Path | None,
    text_column: str | None,
    model_file: Path | None,
    encoding: str | None,
) -> int:
    """Show which share of each jurisdiction's paragraphs has which theme.

    Hand labels are used where a paragraph has one.

    Example: policy-themes mix seeds/ --by section_kind -o mix.xlsx
    """
    from classifier.batch import classify_items
    from classifier.labels import load_labels
    from classifier.mix import theme_mix
    from classifier.mix_files import write_mix
    from classifier.shipped import shipped_folder
    from classifier.sources import Failures, items, open_sources

    model = open_model(model_file)
    labels = load_labels(labels_path or shipped_folder("labels"))
    failures = Failures(report=complain)
    sources = open_sources(paths, encoding=encoding, text_column=text_column, standard_input=sys.stdin.buffer.read)
    pairs = list(classify_items(model, progress(items(sources, failures), "mix")))
    if not pairs and failures.reasons:
        return 1
    table = theme_mix(model, pairs, labels, by=by, measure=measure, copies=copies)
    if output is not None:
        write_mix(table, model.codebook, output)
    else:
        from classifier.cli.mix_table import show_mix

        show_mix(table, model.codebook)
    return 1 if failures.reasons else 0
