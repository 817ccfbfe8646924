"""The same application on PostgreSQL: pages, labels, mix and migrations hold there as they do on SQLite."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from application import services_of
from flask import Flask
from postgresql import programs, running_server
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import DatabaseError

from classifier.settings import HOME_VARIABLE
from web import WebSettings, create_app
from web.store.labels import NewLabel, add_label
from web.table_base import Table
from web.tables import CurrentLabel, Label, Paragraph

PAGES = (
    "/",
    "/mix",
    "/mix?by=level&measure=text",
    "/review",
    "/documents",
    "/documents/1",
    "/model",
    "/codebook",
    "/api",
    "/healthz",
)


@pytest.fixture(scope="module")
def app(new_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    if programs() is None:
        pytest.skip("PostgreSQL is not installed; on Debian or Ubuntu: apt-get install postgresql")
    with running_server() as url, pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("postgresql") / "home"
        shutil.copytree(new_home, home)
        patch.setenv(HOME_VARIABLE, str(home))
        app = create_app(WebSettings(database=url, measure_model=False))
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
        yield app
        services_of(app).database.close()


def test_migrations_make_exactly_the_declared_tables(app: Flask) -> None:
    with services_of(app).database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []


def test_the_seeds_are_imported_and_counted_as_on_sqlite(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/mix").json
    assert answer is not None
    assert [row["paragraphs"] for row in answer["rows"]] == [14, 16, 13, 19, 30]
    assert all(row["labelled"] == row["paragraphs"] for row in answer["rows"])


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_shown(app: Flask, page: str) -> None:
    assert app.test_client().get(page).status_code == 200


def test_the_label_log_can_only_be_added_to(app: Flask) -> None:
    with pytest.raises(DatabaseError, match="append-only"), services_of(app).database.writing() as session:
        session.execute(delete(Label))


def test_annotators_who_label_the_same_unit_at_once_all_count(app: Flask) -> None:
    services = services_of(app)
    book = services.models.get().model.codebook
    with services.database.reading() as session:
        paragraph = session.scalars(select(Paragraph.id).order_by(Paragraph.id)).first()
    assert paragraph is not None

    def label(number: int) -> None:
        with services.database.writing() as session:
            add_label(session, book, NewLabel(paragraph, "mediation", f"annotator {number}", "document", statement=99))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(label, range(16)))
    with services.database.reading() as session:
        count = session.scalar(select(func.count()).select_from(Label).where(Label.statement == 99))
        current = session.scalar(select(CurrentLabel.annotators).where(CurrentLabel.statement == 99))
    assert count == 16 and current is not None and len(current.split(";")) == 16


def test_texts_keep_characters_beyond_the_basic_plane(app: Flask) -> None:
    answer = app.test_client().post(
        "/api/v1/documents", json={"name": "𠮷.txt", "text": "𠮷林县司法局2024年调解纠纷300件。"}
    )
    assert answer.status_code == 201
    with services_of(app).database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM paragraphs WHERE text LIKE '%𠮷林县%'")) == 1
