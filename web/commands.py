"""The commands that come with the web application: ``serve``, ``users``, and ``labels export`` and ``import``.

The command line names them in its tables and imports them only when they are called.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click

from classifier import InputError, load_model
from web.account_tables import User
from web.database import Database
from web.permissions import ROLES
from web.settings import DATABASE_VARIABLE, WebSettings
from web.store import label_export, label_import
from web.store.models import start_with_a_model
from web.store.users import add_user, has_accounts, list_users, make_token, set_disabled, set_password, set_role
from web.store.users import get_user as find_user

_DEFAULTS = WebSettings()
_FOLDER = click.Path(path_type=Path)
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

database_option: Decorator = click.option(
    "--database",
    metavar="URL",
    default="",
    envvar=DATABASE_VARIABLE,
    help=f"A database URL; by default what {DATABASE_VARIABLE} names, else a SQLite file in the data folder.",
)
password_option: Decorator = click.option(
    "--password-file",
    type=click.Path(path_type=Path, allow_dash=True),
    help="A file whose first line is the password, or - for standard input; without it, you are asked.",
)


@click.command()
@click.option("--host", default=_DEFAULTS.host, show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=_DEFAULTS.port, show_default=True, help="0 takes a free one.")
@database_option
@click.option("--private", is_flag=True, help="Ask for a log-in to read as well, not only to write.")
@click.option("--trusted-host", metavar="NAME", multiple=True, help="Another name by which browsers reach the server.")
@click.option("--trusted-proxy", metavar="ADDRESS", default="", help="A reverse proxy whose X-Forwarded-… are believed.")
@click.option("--threads", type=click.IntRange(1), default=_DEFAULTS.threads, show_default=True, help="Requests at once.")
def serve(
    host: str, port: int, database: str, private: bool, trusted_host: tuple[str, ...], trusted_proxy: str, threads: int
) -> None:
    """Start the web application: tag, review, theme mix, documents, model, codebook, and their JSON API.

    Example: policy-themes serve --port 8000
    """
    from web.serving import is_open_to_others, run  # Imports the server, which no other command needs.

    settings = WebSettings(
        host=host,
        port=port,
        database=database,
        private=private,
        trusted_hosts=trusted_host,
        trusted_proxy=trusted_proxy,
        threads=threads,
    )
    if is_open_to_others(settings):
        with _database(database) as opened, opened.reading() as session:
            if not has_accounts(session):
                raise click.UsageError(
                    "others could reach this server, but there is no account yet; make one first:\n"
                    "  policy-themes users add NAME --role administrator"
                )
    run(settings, say=_say, notice=_notice)


@click.group()
def users() -> None:
    """Manage accounts: as soon as there is one, everybody who labels logs in.

    Example: policy-themes users add wang --role annotator
    """


@users.command()
@click.argument("name")
@click.option("--role", type=click.Choice(list(ROLES)), default="annotator", show_default=True, help="What it may do.")
@password_option
@database_option
def add(name: str, role: str, password_file: Path | None, database: str) -> None:
    """Make an account; the password is asked for, or read from a file, never given on the command line.

    Example: policy-themes users add wang --role annotator
    """
    password = _password(password_file)
    with _database(database) as opened, opened.writing() as session:
        added = add_user(session, name, password, role)
        administrators = any(user.role == "administrator" and not user.disabled for user in list_users(session))
    _say(f"{added.name}: added as {role}")
    if not administrators:
        _notice("no account is an administrator yet: nobody can delete documents or train models in the browser")


@users.command(name="list")
@database_option
def list_accounts(database: str) -> None:
    """List all accounts: name, role, open or disabled, day of making.

    Example: policy-themes users list
    """
    with _database(database) as opened, opened.reading() as session:
        for user in list_users(session):
            state = "disabled" if user.disabled else "open"
            _say("\t".join((user.name, user.role, state, user.made_at.date().isoformat())))


@users.command(name="set-password")
@click.argument("name")
@password_option
@database_option
def set_another_password(name: str, password_file: Path | None, database: str) -> None:
    """Give an account another password; it is logged out everywhere.

    Example: policy-themes users set-password wang
    """
    with _account(database, name):
        pass  # A wrong name is said before a password is typed.
    password = _password(password_file)
    with _database(database) as opened, opened.writing() as session:
        set_password(session, name, password)
    _say(f"{name}: another password; logged out everywhere")


@users.command()
@click.argument("name")
@database_option
def disable(name: str, database: str) -> None:
    """Close an account: no log-in and no token of it works any more; its labels stay.

    Example: policy-themes users disable wang
    """
    with _database(database) as opened, opened.writing() as session:
        set_disabled(session, name, True)
    _say(f"{name}: disabled")


@users.command()
@click.argument("name")
@database_option
def enable(name: str, database: str) -> None:
    """Open a closed account again.

    Example: policy-themes users enable wang
    """
    with _database(database) as opened, opened.writing() as session:
        set_disabled(session, name, False)
    _say(f"{name}: open")


@users.command()
@click.argument("name")
@click.argument("role", type=click.Choice(list(ROLES)))
@database_option
def role(name: str, role: str, database: str) -> None:
    """Give an account another role, from its next request on.

    Example: policy-themes users role wang administrator
    """
    with _database(database) as opened, opened.writing() as session:
        set_role(session, name, role)
    _say(f"{name}: {role}")


@users.command()
@click.argument("name")
@click.option("--name", "token_name", metavar="TEXT", required=True, help="What the token is for, such as: monthly import.")
@database_option
def token(name: str, token_name: str, database: str) -> None:
    """Make a token for scripts and print it, this once; its owner ends it under their account in the browser.

    Example: policy-themes users token wang --name "monthly import"
    """
    with _database(database) as opened, opened.writing() as session:
        made = make_token(session, find_user(session, name).id, token_name)
    _say(made)
    _notice("shown only this once; send it as: Authorization: Bearer TOKEN")


@click.command(name="export")
@click.argument("folder", type=_FOLDER)
@click.option("--force", is_flag=True, help="Replace the label files in a folder that is not empty; others stay.")
@database_option
def export_labels(folder: Path, force: bool, database: str) -> None:
    """Write all labels with their documents, codebook and log into a folder, in the format of labels/.

    Example: policy-themes labels export labels-2024-06/
    """
    with _database(database) as opened:
        written = label_export.export_labels(opened, WebSettings(database=database).data_folder, folder, force=force)
    for reason in written.left_out:
        _notice(reason)
    _say(
        f"{folder}: {written.paragraphs} paragraphs, {written.statements} statements, {written.documents} documents, "
        f"{written.entries} entries of the log"
    )


@click.command(name="import")
@click.argument("folder", type=_FOLDER)
@database_option
def import_labels(folder: Path, database: str) -> None:
    """Read a folder that `labels export` wrote: what is missing is added, what is there stays.

    A folder without log.csv, such as labels/ itself, gives settled labels of documents that are in the database.

    Example: policy-themes labels import labels-2024-06/
    """
    settings = WebSettings(database=database)
    files = label_import.read_label_files(folder)  # A mistake in it is said before a model is trained.
    with _database(database) as opened:
        current = start_with_a_model(opened, settings.data_folder, partial(load_model, notice=_notice)).get()
        added = label_import.import_labels(opened, current, files)
    if added.outdated:
        _notice(f"{added.outdated} entries are older than what the same people said of the same units here; left out")
    if added.uncounted:
        _notice(f"{added.uncounted} labels use codes that the codebook in use does not have; kept, but not counted")
    _say(
        f"{folder}: {added.documents} documents and {added.entries} entries added; "
        f"{added.known_documents} documents and {added.known_entries} entries were there already"
    )


@contextmanager
def _database(url: str) -> Iterator[Database]:
    """Open a database, brought up to date."""
    database = Database(WebSettings(database=url).database_url)
    try:
        database.upgrade()
        yield database
    finally:
        database.close()


@contextmanager
def _account(url: str, name: str) -> Iterator[User]:
    with _database(url) as opened, opened.reading() as session:
        yield find_user(session, name)


def _password(file: Path | None) -> str:
    """Return a password that is typed twice without being shown, or the first line of a file or of standard input."""
    if file is None:
        if not sys.stdin.isatty():
            raise click.UsageError(
                "no terminal to type a password in; name a file with --password-file, or - for standard input"
            )
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt="The same again", err=True)
        return typed
    data = sys.stdin.buffer.readline() if str(file) == "-" else file.read_bytes()
    try:
        first = data.decode("utf-8-sig").partition("\n")[0].removesuffix("\r")
    except UnicodeDecodeError:
        raise InputError(f"{file}: not UTF-8; save it as UTF-8") from None
    if not first:
        raise InputError(f"{file}: its first line is empty; write the password there")
    return first


def _say(text: str) -> None:
    click.echo(text)
    sys.stdout.flush()


def _notice(text: str) -> None:
    click.echo(f"policy-themes: {text}", err=True)
