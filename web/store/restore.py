"""Put a backup in the place of an installation that is empty, or that is kept beside it.

The rows of a backup are copied into tables that this program makes: nothing else of its database comes along, no trigger
and no view.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from web.database import Database, known_schemas, schema_of, upgrade_tables
from web.errors import BackupError
from web.process_locks import SERVING, ProcessLock
from web.settings import KEY_FILE
from web.store.backup import write_backup
from web.store.backup_file import CODEBOOK_MEMBER, DATABASE_MEMBER, FOLDERS, Contents, unpacked_backup
from web.store.codebooks import OWN_CODEBOOK
from web.store.table_copy import copy_rows, count_rows, differing_tables
from web.table_base import Table

_BESIDE_A_DATABASE = ("-wal", "-shm")


@dataclass(frozen=True)
class Restored:
    """What was restored, and the folder that keeps what was there before, if there was anything."""

    contents: Contents
    rows: dict[str, int]
    kept: Path | None


def restore_backup(archive: Path, url: str, data_folder: Path, *, replace: bool) -> Restored:
    """Restore a backup into the database of a URL and into the data folder; older tables are brought up to date.

    With ``replace``, what was there before is kept in a folder of the data folder. The key that signs sessions goes there
    too: sessions that were ended since the backup must not come to life again.

    Raises BackupError where the backup is damaged, foreign or newer than this program, where the installation is not
    empty, or where a server is at work in the data folder.
    """
    with _alone(data_folder), unpacked_backup(archive, data_folder) as (folder, contents):
        if contents.schema not in known_schemas():
            raise BackupError(
                f"{archive}: its tables (revision {contents.schema}) are those of a newer version, made with policy-themes "
                f"{contents.program}; install that version"
            )
        source = Database(f"sqlite:///{folder / DATABASE_MEMBER}")
        kept = _new_folder(data_folder, f"replaced-{datetime.now().astimezone():%Y%m%d-%H%M%S}")
        try:
            _make_ready(source, archive, contents)
            file = _file_of(url)
            was_empty = _is_empty_file(file) if file is not None else _is_empty_server(url)
            if not was_empty and not replace:
                raise BackupError(
                    "there is a database already; with --replace, it is kept beside and the backup takes its place"
                )
            _put_in_place(folder, data_folder)  # First: a database must not name files that are not there.
            if file is not None:
                rows = _restore_file(source, file, kept)
            else:
                rows = _restore_server(source, url, data_folder, None if was_empty else kept)
        finally:
            source.close()
        for name in (KEY_FILE, OWN_CODEBOOK):
            _set_aside(data_folder / name, kept)
        if (folder / CODEBOOK_MEMBER).exists():
            (folder / CODEBOOK_MEMBER).replace(data_folder / OWN_CODEBOOK)
    return Restored(contents, rows, kept if kept.exists() else None)


def _new_folder(data_folder: Path, name: str) -> Path:
    names = (f"{name}-{number}" if number > 1 else name for number in count(1))
    return next(path for path in map(data_folder.joinpath, names) if not path.exists())


@contextmanager
def _alone(data_folder: Path) -> Iterator[None]:
    lock = ProcessLock(data_folder / SERVING)
    if not lock.take():
        raise BackupError(f"a server is at work in {data_folder}; stop it first, and start it again afterwards")
    try:
        yield
    finally:
        lock.let_go()


def _make_ready(source: Database, archive: Path, contents: Contents) -> None:
    """Bring a backup's database up to date, and see that it holds what the backup says."""
    try:
        with source.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA trusted_schema=OFF")
            problem = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
            schema, rows = schema_of(connection), count_rows(connection)
    except SQLAlchemyError as error:
        problem, schema, rows = str(getattr(error, "orig", error)), "", {}
    if problem != "ok" or (schema, rows) != (contents.schema, dict(contents.rows)):
        raise BackupError(
            f"{archive}: its database is damaged ({problem}), or not the one that it lists; give another backup"
        )
    source.upgrade()


def _restore_file(source: Database, file: Path, kept: Path) -> dict[str, int]:
    """Make a new SQLite file and put it in the place of the one that is there, which is never away in between."""
    new = file.with_name(f".{file.name}.restored")
    new.unlink(missing_ok=True)
    target = Database(f"sqlite:///{new}")
    try:
        with target.engine.execution_options(writes=True).begin() as connection:
            rows = _fill(source, connection)
        target.close()  # The last one to leave writes everything into the file itself.
        with suppress(SQLAlchemyError):
            _settle(file)
        for suffix in ("", *_BESIDE_A_DATABASE):
            _set_aside(file.with_name(file.name + suffix), kept, leave=not suffix)
        new.replace(file)
    finally:
        target.close()
        new.unlink(missing_ok=True)
    return rows


def _restore_server(source: Database, url: str, data_folder: Path, kept: Path | None) -> dict[str, int]:
    """Fill the tables of a database server, in one transaction; with ``kept``, after a backup of what is in them."""
    target = Database(url)
    try:
        if kept is not None:
            kept.mkdir(parents=True)
            write_backup(target, data_folder, kept / "database.backup")
        with target.engine.begin() as connection:
            Table.metadata.drop_all(connection)
            connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
            connection.execute(text("DROP FUNCTION IF EXISTS refuse_change_of_labels"))
            return _fill(source, connection)
    finally:
        target.close()


def _fill(source: Database, target: Connection) -> dict[str, int]:
    upgrade_tables(target)
    with source.engine.connect() as connection:
        copy_rows(connection, target)
        differing = differing_tables(connection, target)
        if differing:
            raise BackupError(f"these tables did not come out as they are in the backup: {', '.join(differing)}")
        return count_rows(target)


def _is_empty_file(file: Path) -> bool:
    return not file.exists() or not file.stat().st_size


def _is_empty_server(url: str) -> bool:
    target = Database(url)
    try:
        with target.engine.connect() as connection:
            return not any(count_rows(connection).values())
    finally:
        target.close()


def _settle(file: Path) -> None:
    """Let a database that is whole take up what a server that was killed had written beside it."""
    if file.exists() and file.stat().st_size:
        database = Database(f"sqlite:///{file}")
        try:
            with database.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            database.close()


def _set_aside(path: Path, kept: Path, *, leave: bool = False) -> None:
    """Move a file into the folder that keeps what was there before; with ``leave``, it is there under both names."""
    if not path.exists() or not path.stat().st_size:
        return
    kept.mkdir(parents=True, exist_ok=True)
    if not leave:
        shutil.move(path, kept / path.name)
        return
    try:
        os.link(path, kept / path.name)
    except OSError:  # On another disk, or where there are no links.
        shutil.copy2(path, kept / path.name)


def _put_in_place(folder: Path, data_folder: Path) -> None:
    """Move models and snapshots to where they belong; files of one name are the same."""
    for name in FOLDERS:
        for path in sorted((folder / name).glob("*")):
            (data_folder / name).mkdir(exist_ok=True)
            path.replace(data_folder / name / path.name)


def _file_of(url: str) -> Path | None:
    """Return the file of a SQLite database; None for any other."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None
