"""``policy-themes classify``."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from classifier.cli.main import complain
from classifier.cli.options import FILE, encoding_option, model_option, open_model, text_column_option

if TYPE_CHECKING:
    from classifier.bands import Bands
    from classifier.model import Model


def _confidence(context: click.Context, option: click.Parameter, value: str | None) -> float | str | None:
    """Return a probability, or the name of a band whose threshold is meant; anything else is wrong usage."""
    if value is None or value in ("accept", "look"):
        return value
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise click.BadParameter(f"{value!r} is neither a probability from 0 to 1 nor accept or look")
    return number


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
@click.option(
    "--min-confidence",
    metavar="X|accept|look",
    callback=_confidence,
    help="Add the column band: accept from this confidence on; below it look, or distrust. Themes stay as they are. "
    "X is a probability; accept stands for the confidence from which on the model was measured to be wrong in at most "
    "1 of 20 texts, look for that from which on it is more often right than wrong.",
)
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
    min_confidence: float | str | None,
    jobs: int,
    scheduler: str | None,
    allow_unencrypted: bool,
    on_error: str,
    resume: bool,
    encoding: str | None,
) -> int:
    """Give every paragraph of files, folders or standard input (-) its theme.

    Example: policy-themes classify seeds/ -o themes.xlsx --min-confidence accept
    """
    from classifier.batch import Batch, classify_to_file, classify_to_stream
    from classifier.memory import keep_freed_memory
    from classifier.sources import Failures, open_sources
    from classifier.workers import Workers
    from classifier.writers import format_of

    chosen = format_of(output, format_name)
    as_table = output is None and format_name is None and sys.stdout.isatty()
    _check_usage(paths, output, chosen, jobs, scheduler, resume)
    keep_freed_memory()
    model = open_model(model_file)
    failures = Failures(report=complain)
    sources = open_sources(paths, encoding=encoding, text_column=text_column, standard_input=sys.stdin.buffer.read)
    workers = Workers(jobs, scheduler, allow_unencrypted)
    bands = None if min_confidence is None else _bands(model, min_confidence)
    batch = Batch(model, sources, "jsonl" if as_table else chosen, on_error == "stop", workers, bands)
    with _progress() as step:
        if output is not None:
            classify_to_file(batch, output, failures, step, resume=resume)
        elif as_table:
            records = io.BytesIO()
            classify_to_stream(batch, records, failures, step)
            _show([json.loads(line) for line in records.getvalue().splitlines()], banded=bands is not None)
        else:
            classify_to_stream(batch, sys.stdout.buffer, failures, step)
    if failures.malformed:
        complain(f"{failures.malformed} malformed rows were left out")
    return 1 if failures.reasons else 0


def _bands(model: "Model", least: float | str) -> "Bands":
    """Return the model's bands, but accepting from ``least`` on; without any, all that is below needs a look."""
    from classifier.bands import FEWEST_UNITS, Bands

    if model.bands is None and isinstance(least, str):
        raise click.UsageError(
            f"this model has no bands: it was trained on fewer than {FEWEST_UNITS} labelled texts; "
            "give a number, such as --min-confidence 0.9"
        )
    return (model.bands or Bands(None, 0.0, "texts")).accepting_from(least)


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


def _show(records: list[dict[str, Any]], *, banded: bool) -> None:
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
                *([record["band"]] if banded else []),
                " ".join(record["secondary"]),
                " ".join(text.split())[:_LONGEST_TEXT],
            ]
        )
    headings = ["document", "no.", "theme", "confidence", *(["band"] if banded else []), "secondary", "text"]
    widths = {"document": 10, "no.": 3, "theme": 20, "confidence": 10, "band": 8, "secondary": 20}
    show_table(headings, rows, right=["no.", "confidence"], shortened=["document", "text"], widths=widths)
