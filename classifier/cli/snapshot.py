"""``policy-themes snapshot`` and ``policy-themes reproduce``."""

from datetime import date as calendar
from pathlib import Path

import click

from classifier.cli.main import complain
from classifier.cli.options import (
    FILE,
    encoding_option,
    labels_option,
    model_option,
    open_model,
    progress,
    text_column_option,
)


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("-o", "--output", type=FILE, required=True, metavar="ARCHIVE.zip", help="The archive to write.")
@click.option(
    "--by",
    type=click.Choice(["jurisdiction", "document", "year", "level", "section_kind"]),
    multiple=True,
    help="Only tables with these rows; may be repeated. Otherwise one of each.",
)
@click.option(
    "--measure",
    type=click.Choice(["paragraphs", "text"]),
    multiple=True,
    help="Only tables of this measure. Otherwise both.",
)
@click.option("--title", default="", help="What it is called in its citation; by default, by its size.")
@click.option(
    "--date",
    default="",
    metavar="YYYY-MM-DD",
    help="Its date, or the word today. By default that of SOURCE_DATE_EPOCH, else of the newest document.",
)
@labels_option
@text_column_option
@model_option
@encoding_option
def snapshot(
    paths: tuple[str, ...],
    output: Path,
    by: tuple[str, ...],
    measure: tuple[str, ...],
    title: str,
    date: str,
    labels_path: Path | None,
    text_column: str | None,
    model_file: Path | None,
    encoding: str | None,
) -> None:
    """Freeze data, labels, codebook, model and theme mixes into one archive that can be cited.

    The same inputs, labels, model and program give the same bytes on any machine. Confidentiality: the archive holds the
    inputs and the labels word for word, each sources.csv beside an input whole, and nothing else of this machine. Give it
    only to those who may read them.

    Example: policy-themes snapshot seeds/ -o seeds.zip --title "Five reports of Zhejiang"
    """
    from classifier.freezing import freeze
    from classifier.manifest import EVERY_TABLE
    from classifier.shipped import shipped_folder

    manifest = freeze(
        paths,
        output,
        open_model(model_file),
        labels_path or shipped_folder("labels"),
        title=title,
        date=calendar.today().isoformat() if date == "today" else date,
        tables=[
            form for form in EVERY_TABLE if form.by in (by or (form.by,)) and form.measure in (measure or (form.measure,))
        ],
        encoding=encoding,
        text_column=text_column,
        progress=lambda items: progress(items, "snapshot"),
    )
    click.echo(f"{output}: {manifest.paragraphs} paragraphs, {len(manifest.tables)} tables, {len(manifest.sha256)} files")
    click.echo(manifest.citation)


@click.command()
@click.argument("archive", type=FILE)
@click.option("--retrain", is_flag=True, help="Train the model again as well, and say whether it has the same bytes.")
def reproduce(archive: Path, retrain: bool) -> int:
    """Check a snapshot, make its tables again from what is frozen in it, and say whether they are equal.

    Ends with 0 where all is equal, with 1 where something differs or the archive is damaged. Nothing in the archive is
    run, and nothing is written outside a temporary folder.

    Example: policy-themes reproduce seeds.zip
    """
    from classifier.reproduction import reproduce as reproduce_snapshot

    found = reproduce_snapshot(archive, retrain=retrain, progress=lambda items: progress(items, "reproduce"))
    for line in found.other_versions:
        complain(f"{line}; if figures differ, this may be why")
    click.echo(found.manifest.citation)
    click.echo(f"{len(found.manifest.sha256)} files are as they were frozen")
    for difference in found.differences:
        click.echo(str(difference))
    tables = len(found.manifest.tables)
    click.echo(f"{tables} tables made again: {f'{len(found.differences)} differences' if found.differences else 'equal'}")
    if found.retrained is not None:
        click.echo(f"model trained again: {found.retrained or 'the same bytes'}")
    return 0 if found.equal else 1
