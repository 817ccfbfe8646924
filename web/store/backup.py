"""Back up a running installation: what its database holds at one moment, its models, snapshots and codebook, in one file.

The database is always kept as a SQLite file, whatever it lies in: so a backup needs no other program, can be restored into
either kind, and is the way from one to the other. The key that signs sessions is left out: nobody needs it to go on, and
whoever found it in a lost backup could log in as anybody.
"""

import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from classifier import VERSION, digests_of
from web.database import Database, known_schemas, schema_of
from web.errors import BackupError, StorageError
from web.store.backup_file import CODEBOOK_MEMBER, DATABASE_MEMBER, Contents, write_backup_file
from web.store.codebooks import OWN_CODEBOOK
from web.store.revisions import now
from web.store.table_copy import copy_rows, count_rows
from web.tables import ModelRecord, Snapshot


@dataclass(frozen=True)
class Written:
    """A backup that was written and read again."""

    contents: Contents
    size: int


def write_backup(database: Database, data_folder: Path, output: Path) -> Written:
    """Write a backup, while others read and write; what was acknowledged before it began is in it.

    Raises StorageError where the database cannot be read whole, BackupError where there is nothing to keep, OSError where
    the file cannot be written; then what had its name before still has it.
    """
    made_at = now().isoformat(timespec="seconds")
    with tempfile.TemporaryDirectory(prefix=".policy-themes-", dir=output.absolute().parent) as name:
        folder = Path(name)
        try:
            copy_database(database, folder / DATABASE_MEMBER)
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise StorageError(
                f"the database cannot be read whole ({getattr(error, 'orig', None) or error}); nothing was written. "
                "Keep it as it is, and restore an earlier backup: policy-themes restore BACKUP --replace"
            ) from None
        schema, rows, named = _checked(folder / DATABASE_MEMBER)
        missing = tuple(member for member, source in named.items() if not _copied(data_folder / source, folder / member))
        if (data_folder / OWN_CODEBOOK).is_file():
            shutil.copyfile(data_folder / OWN_CODEBOOK, folder / CODEBOOK_MEMBER)
        contents = Contents(made_at, VERSION, schema, rows, missing, digests_of(folder))
        write_backup_file(folder, contents, output)
    return Written(contents, output.stat().st_size)


def copy_database(database: Database, target: Path) -> None:
    """Write what a database holds at one moment into a new SQLite file."""
    if database.engine.dialect.name == "sqlite":
        connection = database.engine.raw_connection()
        try:
            # One read transaction, which keeps nobody from writing; a file without what was deleted before.
            connection.driver_connection.execute("VACUUM INTO ?", (str(target),))  # type: ignore[union-attr]
        finally:
            connection.close()
        return
    copy = Database(f"sqlite:///{target}")
    try:
        with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as source:
            schema = schema_of(source)
            if schema and schema != known_schemas()[0]:
                raise BackupError(
                    f"the database has the tables of another version ({schema}); start policy-themes serve once, which "
                    "brings them up to date, or back it up with the version that it belongs to"
                )
            copy.upgrade()
            with copy.engine.execution_options(writes=True).begin() as written:
                if schema:
                    copy_rows(source, written)
    finally:
        copy.close()


def _checked(path: Path) -> tuple[str, dict[str, int], dict[str, Path]]:
    """Return the revision of a copy of the database, its counts of rows, and the files that it names, by member."""
    database = Database(f"sqlite:///{path}")
    try:
        with database.engine.connect() as connection:
            schema = schema_of(connection)
            if not schema:
                raise BackupError("there is nothing to back up: the database is empty; name another one with --database")
            problem = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
            if problem != "ok":
                raise StorageError(f"the database is damaged ({problem}); nothing was written. Restore an earlier backup")
            rows = count_rows(connection)
            named = [Path("models") / file for file in connection.scalars(select(ModelRecord.file))]
            if "snapshots" in rows:
                named += [
                    Path("snapshots") / f"{identifier}.zip" for identifier in connection.scalars(select(Snapshot.identifier))
                ]
    finally:
        database.close()
    return schema, rows, {path.as_posix(): path for path in named}


def _copied(source: Path, target: Path) -> bool:
    target.parent.mkdir(exist_ok=True)
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError:
        return False
    return True
