"""The commands that keep an installation safe: ``backup`` and ``restore``."""

from datetime import datetime
from pathlib import Path

import click

from web.commands import database_option
from web.database import Database
from web.errors import BackupError
from web.settings import WebSettings
from web.store.backup import write_backup
from web.store.restore import restore_backup

_FILE = click.Path(path_type=Path)


@click.command()
@click.option(
    "-o", "--output", type=_FILE, help="The file; by default policy-themes-DATE-TIME.backup here. A folder gets that one."
)
@database_option
def backup(output: Path | None, database: str) -> int:
    """Write all that the web application keeps into one file, while it runs: database, models, snapshots, codebook.

    The file is read again before it gets its name, and only its owner may read it: password hashes are in it. The key
    that signs sessions is not.

    Example: policy-themes backup -o policy-themes.backup
    """
    settings = WebSettings(database=database)
    name = f"policy-themes-{datetime.now().astimezone():%Y%m%d-%H%M%S}.backup"
    output = Path(name) if output is None else output / name if output.is_dir() else output
    opened = Database(settings.database_url, make=False)
    try:
        written = write_backup(opened, settings.data_folder, output)
    except OSError as error:
        raise BackupError(
            f"{output}: cannot be written ({error.strerror or error}); make room, or name another folder"
        ) from None
    finally:
        opened.close()
    rows, missing = written.contents.rows, written.contents.missing
    click.echo(
        f"{output}: {rows['documents']} documents, {rows['labels']} entries of the label log, {rows['users']} accounts; "
        f"{written.size / 1e6:.1f} MB, read again and whole"
    )
    for member in missing:
        click.echo(f"policy-themes: {member} is gone from the data folder, so it is not in the backup", err=True)
    return 1 if missing else 0


@click.command()
@click.argument("file", type=_FILE)
@click.option("--replace", is_flag=True, help="Also where there is a database already; what is there is kept beside.")
@database_option
def restore(file: Path, replace: bool, database: str) -> None:
    """Put a backup in the place of what is there; the server must not run meanwhile.

    The backup may have been made by an older version, and of another kind of database. Everybody logs in anew afterwards.

    Example: policy-themes restore policy-themes.backup
    """
    settings = WebSettings(database=database)
    try:
        restored = restore_backup(file, settings.database_url, settings.data_folder, replace=replace)
    except OSError as error:
        where = error.filename or settings.data_folder
        raise BackupError(
            f"{where}: {error.strerror or error}; what was there is as it was, or in a folder replaced-…"
        ) from None
    rows = restored.rows
    click.echo(
        f"{file}: restored as of {restored.contents.made_at}: {rows['documents']} documents, {rows['labels']} entries of "
        f"the label log, {rows['users']} accounts; every row compared"
    )
    if restored.kept:
        click.echo(f"what was there before: {restored.kept}")
