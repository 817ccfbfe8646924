"""``policy-themes compare``."""

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

_BY = click.Choice(["jurisdiction", "document", "year", "level", "section_kind"])


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "--by",
    "sides",
    type=(_BY, str, str),
    metavar="GROUPING A B",
    required=True,
    help="What is compared: jurisdiction, document, year, level or section_kind, and two of them by name or its beginning.",
)
@click.option(
    "--only",
    type=(_BY, str),
    metavar="GROUPING NAME",
    multiple=True,
    help="Keep to one jurisdiction, document, year, level or section_kind; may be given several times.",
)
@measure_option
@click.option("--theme", metavar="CODE", default="", help="Take terms and paragraphs of one theme only.")
@click.option("-o", "--output", type=FILE, help="A .csv, .xlsx, .json or .html file; without it, tables.")
@labels_option
@text_column_option
@model_option
@encoding_option
def compare(
    paths: tuple[str, ...],
    sides: tuple[str, str, str],
    only: tuple[tuple[str, str], ...],
    measure: str,
    theme: str,
    output: Path | None,
    labels_path: Path | None,
    text_column: str | None,
    model_file: Path | None,
    encoding: str | None,
) -> int:
    """Show where the theme mixes of two jurisdictions, years, or other groups differ, and by which terms.

    Example: policy-themes compare reports/ --by year 2022 2023 --only jurisdiction 杭州市
    """
    from classifier.batch import classify_items
    from classifier.comparison import compare_items
    from classifier.comparison_files import write_comparison
    from classifier.labels import load_labels
    from classifier.shipped import shipped_folder
    from classifier.sources import Failures, items, open_sources

    model = open_model(model_file)
    labels = load_labels(labels_path or shipped_folder("labels"))
    failures = Failures(report=complain)
    sources = open_sources(paths, encoding=encoding, text_column=text_column, standard_input=sys.stdin.buffer.read)
    pairs = list(classify_items(model, progress(items(sources, failures), "compare")))
    if not pairs and failures.reasons:
        return 1
    by, a, b = sides
    found = compare_items(model, pairs, labels, a=a, b=b, by=by, measure=measure, theme=theme, only=only)
    if output is not None:
        write_comparison(found, model.codebook, output)
    else:
        from classifier.cli.comparison_tables import show_comparison

        show_comparison(found, model.codebook)
    return 1 if failures.reasons else 0
