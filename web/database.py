"""The database: SQLite in the data folder, or PostgreSQL; its pragmas, its transactions, its migrations."""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session

from web.errors import StorageError
from web.storage_faults import stays_with_a_connection

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_SECONDS = 15
_UPGRADE_LOCK = 7_308_451  # Any number that no other program locks in this database.


class Database:
    """A database of this application; `reading` and `writing` are the only ways to it.

    A writing transaction takes SQLite's write lock at its start, so that what it reads cannot change before it writes.
    """

    def __init__(self, url: str, *, make: bool = True) -> None:
        """Open a database; a SQLite file that is not there yet is made, or with ``make=False`` missed: StorageError."""
        try:
            parsed = make_url(url)
            if parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
                if not make and not Path(parsed.database).is_file():
                    raise StorageError(f"{parsed.database}: no such database; name another one with --database")
                _make_for_owner_alone(Path(parsed.database))
            self._engine = _engine(url)
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            # What cannot be read as a URL stands in some messages as it is, password and all.
            reason = error if isinstance(error, NoSuchModuleError | ImportError) else "not a database URL"
            raise StorageError(
                f"database {_without_password(url)!r}: {reason}; use sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
            ) from None

    @property
    def engine(self) -> Engine:
        """The engine behind it, for tools."""
        return self._engine

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction that only reads."""
        with Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a transaction that writes; it is committed at the end, or undone where an error leaves the block."""
        engine = self._engine.execution_options(writes=True)
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def upgrade(self) -> None:
        """Bring the tables to the newest revision, also where two servers start at once; StorageError where it cannot."""
        try:
            with self._engine.execution_options(writes=True).begin() as connection:
                upgrade_tables(connection)
        except SQLAlchemyError as error:
            raise StorageError(
                f"database {_without_password(str(self._engine.url))!r} cannot be opened ({error.__class__.__name__}: "
                f"{getattr(error, 'orig', error)}); check that it exists, is writable and whole. Nothing was changed; if it "
                "is damaged, policy-themes restore BACKUP --replace keeps it beside and puts a backup in its place"
            ) from None

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def upgrade_tables(connection: Connection) -> None:
    """Bring the tables to the newest revision, in the connection's transaction.

    Raises StorageError where a newer version of the program has made them.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})"))
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StorageError(
            f"database {_without_password(str(connection.engine.url))!r} was made by a newer version of policy-themes "
            f"({error}); install that version. Nothing was changed"
        ) from None


def schema_of(connection: Connection) -> str:
    """Return the revision of the tables; an empty text where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")


def known_schemas() -> list[str]:
    """Return every revision that this version of the program knows, the newest first."""
    return [script.revision for script in ScriptDirectory(str(_MIGRATIONS)).walk_revisions()]


def _make_for_owner_alone(path: Path) -> None:
    """Make a new database's file, readable by its owner alone: password hashes stand in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))


def _engine(url: str) -> Engine:
    # Values are kept out of messages, and so out of the log: hashes and people's texts are among them.
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20, hide_parameters=True)
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS}, pool_size=20, max_overflow=20, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "handle_error", _open_anew)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None  # Transactions begin where `_begin_sqlite` says, not where the driver guesses.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_SECONDS * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _open_anew(context: ExceptionContext) -> None:
    """Let go of connections that would not notice that a fault is gone: so a server goes on without being started again."""
    if stays_with_a_connection(context.original_exception):
        context.is_disconnect = True


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _without_password(url: str) -> str:
    """Return a database's URL as it may be shown; a password can stand in its query, too."""
    try:
        return make_url(url).set(query={}).render_as_string(hide_password=True)
    except ArgumentError:
        return re.sub(".*@", "***@", url.partition("?")[0])
