"""A disk that is full, a database that is locked, damaged or may not be written to: said clearly, nothing lost, no hand needed."""

import html
import re
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from application import services_of
from faults import damaged_head, damaged_pages, fill, full_disk, locked, read_only_file, read_only_folder, small_disk
from flask import Flask
from flask.testing import FlaskClient
from review_desk import Desk
from work_steps import asked

from classifier.settings import HOME_VARIABLE
from web.database import Database
from web.jobs import JobRunner
from web.store.jobs import get_job

NOTE = "  \n以案释法：先调解，后普法。<b>\n"
Fault = Callable[[Database, Path], AbstractContextManager[None]]

FAULTS: dict[str, tuple[Fault, str, str]] = {
    "a full disk": (full_disk, "磁盘已满", "disk of the database is full"),
    "a read-only folder": (read_only_folder, "不能写入", "may not write to its database"),
    "a read-only file": (read_only_file, "不能写入", "may not write to its database"),
    "a lock": (locked, "其他程序", "Another program holds the database"),
    "damaged pages": (damaged_pages, "restore BACKUP --replace", "restore BACKUP --replace"),
    "a damaged head": (damaged_head, "restore BACKUP --replace", "restore BACKUP --replace"),
}


@pytest.fixture
def desk(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(app)
    desk.label(desk.new[1], "publicity")
    monkeypatch.setattr("web.database._BUSY_SECONDS", 0)  # A server waits longer for whoever holds the database.
    desk.database.close()
    return desk


def again(page: str) -> tuple[str, dict[str, str]]:
    """The address and the fields of the form that a page offers to send again."""
    address, form = re.search(r'<form method="post" action="([^"]+)">(.*?)</form>', page, re.DOTALL).groups()  # type: ignore[union-attr]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    fields |= dict(re.findall(r'<textarea name="(\w+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL))
    return html.unescape(address), {name: html.unescape(value) for name, value in fields.items()}


def log_of(desk: Desk) -> list[tuple[Any, ...]]:
    return [(entry.id, entry.paragraph_id, entry.theme, entry.note) for entry in desk.entries()]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_disk_or_the_database_is_said_and_once_it_is_gone_work_goes_on(
    name: str, desk: Desk, client: FlaskClient, home_folder: Path
) -> None:
    fault, chinese, english = FAULTS[name]
    before = log_of(desk)
    reader = client.application.test_client()
    reader.set_cookie("language", "en")
    typed = {"paragraph": str(desk.new[0]), "theme": "mediation", "note": NOTE, "request": "k1", "secondary": "publicity"}
    with fault(desk.database, home_folder):
        page = client.post("/review/document/label?document=6", data=typed)
        in_english = reader.post("/review/document/label", data=typed)
        answer = client.post(
            "/api/v1/labels", json={"document": desk.document_id, "paragraph": 1, "theme": "mediation", "request": "k2"}
        )
        for found, words in ((page, chinese), (in_english, english), (answer, english)):
            assert found.status_code == 503 and int(found.headers["Retry-After"]) > 0 and words in found.text, found.text
        assert answer.get_json()["status"] == 503 and answer.mimetype == "application/problem+json"
    address, fields = again(page.text)
    assert fields == typed and address == "/review/document/label?document=6"
    assert log_of(desk) == before
    for _ in range(2):  # Without a new start, and pressed twice.
        assert client.post(address, data=fields).status_code == 303
    assert [entry[1:3] for entry in log_of(desk)[len(before) :]] == [(desk.new[0], "mediation")]
    assert desk.entries()[-1].note == NOTE.strip()


@pytest.mark.parametrize("name", ["a full disk", "a lock"])
def test_a_text_that_was_sent_to_be_tagged_is_kept_as_well(
    name: str, desk: Desk, client: FlaskClient, home_folder: Path
) -> None:
    typed = {"texts": "\n全年调解纠纷三百件。\n\n举办普法讲座二十场。", "jurisdiction": "清源县", "year": ""}
    with FAULTS[name][0](desk.database, home_folder):
        # As a browser sends it: in parts, with a file that nobody has chosen.
        page = client.post("/tag", data={**typed, "file": (BytesIO(b""), "")}, content_type="multipart/form-data")
        with_file = client.post("/tag", data={**typed, "file": (BytesIO(b"x"), "a.txt")}, content_type="multipart/form-data")
    assert "<form method" not in with_file.text.partition("<main")[2] and "举办普法讲座" in with_file.text
    address, fields = again(page.text)
    assert page.status_code == 503 and fields == typed
    assert client.post(address, data=fields).status_code == 303


@pytest.mark.parametrize("address", ["/log-in", "/account/password"])
def test_a_password_is_never_sent_back(address: str, desk: Desk, as_user: Any, home_folder: Path) -> None:
    client = as_user("li", "annotator")
    with full_disk(desk.database, home_folder):
        page = client.post(address, data={"name": "li", "password": "a secret", "current_password": "a secret", "note": "x"})
    assert "a secret" not in page.text and "<form method" not in page.text.partition("<main")[2]


def test_reading_goes_on_while_nothing_can_be_written(desk: Desk, client: FlaskClient, home_folder: Path) -> None:
    for fault in (full_disk, locked, read_only_file):
        assert client.get("/mix").status_code == 200
        with fault(desk.database, home_folder):
            for page in ("/mix", "/documents", "/healthz", "/api/v1/mix"):
                assert client.get(page).status_code == 200, (fault, page)


def test_a_disk_that_is_really_full(
    new_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    from web import WebSettings, create_app

    with small_disk(tmp_path / "disk") as mounted:
        home = tmp_path / "disk" / "home"
        shutil.copytree(new_home, home)
        monkeypatch.setenv(HOME_VARIABLE, str(home))
        app = create_app(WebSettings(measure_model=False))
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
        try:
            desk, client = Desk(app), app.test_client()
            typed = {"paragraph": str(desk.new[0]), "theme": "mediation", "note": "说明" * 900, "request": "k"}
            if mounted:
                fill(home / "filler")
                statuses = [
                    client.post("/review/document/label", data={**typed, "request": f"k{n}"}).status_code for n in range(9)
                ]
                page = client.post("/review/document/label", data=typed)
                (home / "filler").unlink()
            else:  # Where nothing may be mounted, files cannot grow instead.
                with full_disk(desk.database, home):
                    statuses = [client.post("/review/document/label", data=typed).status_code]
                    page = client.post("/review/document/label", data=typed)
            assert set(statuses) <= {303, 503} and page.status_code == 503 and "磁盘已满" in page.text
            address, fields = again(page.text)
            assert client.post(address, data=fields).status_code == 303
            acknowledged = statuses.count(303) + 1
            assert sum(entry.annotator == "local" for entry in desk.entries()) == acknowledged
            with desk.database.engine.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        finally:
            services_of(app).database.close()


def test_the_runner_of_jobs_lives_on_through_a_fault(desk: Desk, app: Flask, home_folder: Path) -> None:
    services = services_of(app)
    number = asked(desk.database, "promote", 1)
    runner = JobRunner(services.database, services.settings)
    runner._work = lambda job_id: ""  # type: ignore[method-assign]  # Its process is not what is tested here.
    runner.start()
    with locked(desk.database, home_folder), pytest.raises(Exception, match="locked"):
        runner._do_next()
    runner._do_next()
    runner.stop()
    with desk.database.reading() as session:
        assert get_job(session, number).state == "done"
