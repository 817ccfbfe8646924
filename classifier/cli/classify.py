"""``policy-themes classify``."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from classifier.cli.main import complain
from classifier.cli.options import FILE, encoding_option, model_option, open_model, text_column_option


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("-o", "--output", type=FILE, help="The file to write; without it, a table on a terminal, else CSV.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["csv", "jsonl", "xlsx", "parquet"]),
    help="By default the suffix of -o.",
)
@text_column_option
@model_option
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes to classify with.")
@click.option("--scheduler", metavar="ADDRESS", help="Classify on the Dask cluster of tcp://HOST:PORT or tls://HOST:PORT.")
@click.option("--allow-unencrypted", is_flag=True, help="Send texts to a tcp:// scheduler on another machine.")
@click.option(
    "--on-error",
    type=click.Choice(["stop", "skip"]),
    default="stop",
    show_default=True,
    help="What a malformed row of a table does: stop before it, or leave it out.",
)
@click.option("--resume", is_flag=True, help="Go on with an interrupted run of the same command.")
@encoding_option
def classify(
    paths: tuple[str, ...],
    output: Path | None,
    format_name: str | None,
    text_column: str | None,
    model_file: Path | None,
    jobs: int,
    scheduler: str | None,
    allow_unencrypted: bool,
    on_error: str,
    resume: bool,
    encoding: str | None,
) -> int:
    """Give every paragraph of files, folders or standard input (-) its theme.

    Example: policy-themes classify seeds/ -o themes.xlsx
    """
    from classifier.batch import Batch, classify_to_file, classify_to_stream
    from classifier.memory import keep_freed_memory
    from classifier.parallel import Workers
    from classifier.sources import Failures, open_sources
    from classifier.writers import format_of

    chosen = format_of(output, format_name)
    as_table = output is None and format_name is None and sys.stdout.isatty()
    _check_usage(paths, output, chosen, jobs, scheduler, resume)
    keep_freed_memory()
    model = open_model(model_file)
    failures = Failures(report=complain)
    sources = open_sources(paths, encoding=encoding, text_column=text_column, standard_input=sys.stdin.buffer.read)
    workers = Workers(jobs, scheduler, allow_unencrypted)
    batch = Batch(model, sources, "jsonl" if as_table else chosen, on_error == "stop", workers)
    with _progress() as step:
        if output is not None:
            classify_to_file(batch, output, failures, step, resume=resume)
        elif as_table:
            records = io.BytesIO()
            classify_to_stream(batch, records, failures, step)
            _show([json.loads(line) for line in records.getvalue().splitlines()])
        else:
            classify_to_stream(batch, sys.stdout.buffer, failures, step)
    if failures.malformed:
        complain(f"{failures.malformed} malformed rows were left out")
    return 1 if failures.reasons else 0


def _check_usage(
    paths: tuple[str, ...], output: Path | None, chosen: str, jobs: int, scheduler: str | None, resume: bool
) -> None:
    if output is None and chosen in ("xlsx", "parquet"):
        raise click.UsageError(f"{chosen} needs a file: name it with -o FILE.{chosen}")
    if resume and (output is None or "-" in paths):
        raise click.UsageError("--resume needs an output file (-o FILE) and inputs that are files or folders, not -")
    if scheduler is not None and jobs != 1:
        raise click.UsageError("--jobs is for this machine, --scheduler for a cluster; give one of them")


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """Count paragraphs on standard error where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda count: None
        return
    from tqdm import tqdm

    with tqdm(desc="classify", unit="", leave=False) as bar:
        yield lambda count: bar.update(count) and None


_LONGEST_TEXT = 200


def _show(records: list[dict[str, Any]]) -> None:
    """Show what a reader needs to see; the rest of a record is for files."""
    from classifier.cli.tables import show_table

    rows = []
    for record in records:
        text = next((str(record[name]) for name in ("text", *record) if name in record), "")
        rows.append(
            [
                str(record.get("document", "")),
                str(record.get("paragraph", "")),
                record["theme"] or "-",
                f"{record['confidence']:.2f}",
                " ".join(record["secondary"]),
                " ".join(text.split())[:_LONGEST_TEXT],
            ]
        )
    headings = ["document", "no.", "theme", "confidence", "secondary", "text"]
    widths = {"document": 10, "no.": 3, "theme": 20, "confidence": 10, "secondary": 20}
    show_table(headings, rows, right=["no.", "confidence"], shortened=["document", "text"], widths=widths)
