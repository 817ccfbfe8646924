"""The same application on PostgreSQL: pages, labels, mix and migrations hold there as they do on SQLite."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from application import services_of
from flask import Flask
from postgresql import Server, programs, server
from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.exc import DatabaseError

from classifier.settings import HOME_VARIABLE
from web import WebSettings, create_app
from web.errors import ConflictError
from web.store.jobs import ask_for_job, end_job, list_jobs, open_job
from web.store.labels import NewLabel, add_label
from web.table_base import Table
from web.tables import CurrentLabel, Fact, Label, Paragraph

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
def running() -> Iterator[Server]:
    if programs() is None:
        pytest.skip("PostgreSQL is not installed; on Debian or Ubuntu: apt-get install postgresql")
    with server() as running:
        yield running


@pytest.fixture(scope="module")
def app(running: Server, new_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("postgresql") / "home"
        shutil.copytree(new_home, home)
        patch.setenv(HOME_VARIABLE, str(home))
        app = create_app(WebSettings(database=running.url, measure_model=False))
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


def test_two_who_ask_for_the_same_work_at_once_start_it_once(app: Flask) -> None:
    database, asked = services_of(app).database, Barrier(2)

    def ask(_: int) -> bool:
        try:
            with database.writing() as session:
                assert open_job(session, "retrain") is None
                asked.wait(20)  # Both have seen that nobody else has asked.
                ask_for_job(session, "retrain", made_by="wang")
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(ask, range(2))) == [False, True]
    with database.writing() as session:
        end_job(session, list_jobs(session)[0].id)


def test_a_server_that_is_started_again_in_the_middle_loses_nothing_and_needs_no_hand(running: Server, app: Flask) -> None:
    services = services_of(app)
    with services.database.reading() as session:
        paragraph = session.scalars(select(Paragraph.id).order_by(Paragraph.id.desc())).first()
    typed = {"paragraph": paragraph, "theme": "mediation", "note": "断电前写的说明", "request": "once"}
    client = app.test_client()
    with pytest.raises(DatabaseError), services.database.writing() as session:
        session.execute(insert(Fact), [{"name": "half", "value": "done"}])
        running.stop()
        session.execute(select(Fact.name))
    english = app.test_client()
    english.set_cookie("language", "en")
    pages = [each.post("/review/document/label", data=typed) for each in (client, english)]
    answer = client.get("/api/v1/mix")
    for page, words in zip((*pages, answer), ("数据库", "does not answer", "does not answer"), strict=True):
        assert page.status_code == 503 and int(page.headers["Retry-After"]) > 0 and words in page.text
    assert all("断电前写的说明</textarea>" in page.text for page in pages)
    running.start()
    assert client.get("/healthz").status_code == 200
    for _ in range(2):
        assert client.post("/review/document/label", data=typed).status_code == 303
    with services.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Label).where(Label.note == typed["note"])) == 1
        assert session.get(Fact, "half") is None
    running.stop()
    running.start()  # So quickly that nobody has noticed.
    assert client.get("/mix").status_code == 200
