"""A clock that is set back: nobody is logged out or locked out, and the order of the label log stays what it was."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from application import services_of
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from review_desk import Desk
from sqlalchemy import select

from web import WebSettings, create_app
from web.database import Database
from web.settings import DATABASE_FILE
from web.store.label_export import export_labels
from web.store.label_import import import_labels, read_label_files
from web.store.labels import log_page
from web.store.users import add_user
from web.tables import CurrentLabel, Label


def set_clock(patch: pytest.MonkeyPatch, **difference: float) -> None:
    """Let the application live at another time from now on."""
    moved = timedelta(**difference)
    for module in ("labels", "log_ins", "drafts"):
        patch.setattr(f"web.store.{module}.now", lambda: datetime.now(UTC) + moved)
    patch.setattr("web.accounts.time", lambda: time.time() + moved.total_seconds())
    patch.setattr(TimestampSigner, "get_timestamp", lambda self: int(time.time() + moved.total_seconds()))


@pytest.mark.parametrize(
    ("difference", "stays"), [({"hours": -1}, True), ({"days": -400}, True), ({"days": 13}, True), ({"days": 15}, False)]
)
def test_a_session_ends_by_its_age_and_not_because_the_clock_was_set_back(
    difference: dict[str, float], stays: bool, as_user: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_user()
    set_clock(monkeypatch, **difference)
    assert (client.get("/account").status_code == 200) is stays


def test_failed_log_ins_of_before_do_not_lock_anybody_out_until_the_clock_is_there_again(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with services_of(app).database.writing() as session:
        add_user(session, "wang", "correct horse", "annotator")
    for _ in range(5):
        assert client.post("/log-in", data={"name": "wang", "password": "wrong"}).status_code != 303
    assert client.post("/log-in", data={"name": "wang", "password": "correct horse"}).status_code == 429
    set_clock(monkeypatch, minutes=-5)
    assert client.post("/log-in", data={"name": "wang", "password": "correct horse"}).status_code == 429
    set_clock(monkeypatch, days=-2)
    assert client.post("/log-in", data={"name": "wang", "password": "correct horse"}).status_code == 303


def test_the_label_that_was_given_last_holds_whatever_the_clock_says(
    app: Flask, home_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(app)
    desk.label(desk.new[0], "mediation")
    set_clock(monkeypatch, hours=-3)
    desk.label(desk.new[0], "publicity")
    assert desk.holding(desk.new[0]) == ("agreed", "publicity")
    with desk.database.reading() as session:
        assert [entry.label.theme for entry in log_page(session, limit=2)] == ["publicity", "mediation"]
        moments = list(session.scalars(select(Label.made_at).order_by(Label.id.desc()).limit(2)))
    assert moments[0] < moments[1]  # What the clock said is kept as well.
    export_labels(desk.database, home_folder, tmp_path / "exported", force=False)
    monkeypatch.setattr(WebSettings, "database_url", f"sqlite:///{tmp_path / DATABASE_FILE}")
    other = create_app(WebSettings(measure_model=False, import_seeds=False))
    database: Database = services_of(other).database
    import_labels(database, services_of(other).models.get(), read_label_files(tmp_path / "exported"))
    with database.reading() as session:
        found = session.scalars(select(CurrentLabel.theme).where(CurrentLabel.state == "agreed")).all()
    database.close()
    assert found == ["publicity"]
