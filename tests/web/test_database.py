"""The database: migrations give the declared tables, transactions are whole, and the label log only grows."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from application import services_of
from flask import Flask
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from web.account_tables import LogInFailure
from web.database import Database
from web.errors import StorageError
from web.store.revisions import raise_revision, revision, write_fact
from web.table_base import Table
from web.tables import Fact, Label


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(f"sqlite:///{tmp_path / 'new' / 'test.sqlite'}")
    database.upgrade()
    return database


def test_migrations_make_exactly_the_declared_tables(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []


def test_an_upgrade_of_a_database_that_is_up_to_date_changes_nothing(database: Database) -> None:
    with database.writing() as session:
        write_fact(session, "kept", "yes")
    database.upgrade()
    with database.reading() as session:
        assert session.scalar(select(Fact.value)) == "yes"


def test_two_servers_may_upgrade_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'both.sqlite'}"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: Database(url).upgrade(), range(4)))
    with Database(url).reading() as session:
        assert session.scalar(text("SELECT count(*) FROM alembic_version")) == 1


def test_every_constraint_has_a_name() -> None:
    for table in Table.metadata.tables.values():
        assert all(constraint.name for constraint in table.constraints), table.name


def test_sqlite_keeps_what_was_acknowledged_and_checks_references(database: Database) -> None:
    with database.reading() as session:
        values = [
            session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert values == ["wal", 2, 1, 15000]


def test_an_error_in_a_transaction_undoes_all_of_it(database: Database) -> None:
    with pytest.raises(RuntimeError), database.writing() as session:
        write_fact(session, "half", "done")
        session.flush()
        raise RuntimeError
    with database.reading() as session:
        assert session.scalars(select(Fact)).all() == []


def test_writers_wait_for_each_other_and_lose_nothing(database: Database) -> None:
    def write(_: int) -> None:
        with database.writing() as session:
            raise_revision(session)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    with database.reading() as session:
        assert revision(session) == 40


@pytest.mark.parametrize("change", [delete(Label), update(Label).values(theme="mediation")])
def test_the_label_log_can_only_be_added_to(app: Flask, change: object) -> None:
    database = services_of(app).database

    def attempt(session: Session) -> None:
        session.execute(change)  # type: ignore[call-overload]

    with pytest.raises(DatabaseError, match="append-only"), database.writing() as session:
        attempt(session)
    with database.reading() as session:
        assert len(session.scalars(select(Label)).all()) == 489


def test_times_keep_their_moment_whatever_their_zone(database: Database) -> None:
    noon_in_beijing = datetime(2024, 5, 1, 12, tzinfo=timezone(timedelta(hours=8)))
    with database.writing() as session:
        session.add(LogInFailure(name="a", address="b", at=noon_in_beijing))
    with database.reading() as session:
        found = session.scalar(select(LogInFailure.at))
    assert found == noon_in_beijing and found.tzinfo is UTC


@pytest.mark.parametrize("url", ["nonsense", "oracle9://x/y", "sqlite:////proc/nowhere/x.sqlite"])
def test_a_database_that_cannot_be_opened_is_said_in_one_line(url: str) -> None:
    with pytest.raises((StorageError, OSError)) as caught:
        Database(url).upgrade()
    assert "\n" not in str(caught.value)


def test_a_damaged_database_is_refused_and_left_as_it_is(make_app: Callable[..., Flask], home_folder: Path) -> None:
    path = home_folder / "policy-themes.sqlite"
    path.write_bytes(b"this is no database" * 100)
    before = path.read_bytes()
    with pytest.raises(StorageError, match="cannot be opened"):
        make_app()
    assert path.read_bytes() == before
