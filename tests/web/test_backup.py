"""Backups: consistent while people write, whole or refused, restored row by row, and nothing that was there is lost."""

import hashlib
import json
import shutil
import sqlite3
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from application import services_of
from conftest import Finished
from flask import Flask
from postgresql import programs, running_server
from review_desk import Desk
from sqlalchemy import create_engine, select, text

from web import WebSettings, create_app
from web.database import Database
from web.errors import BackupError, StorageError
from web.process_locks import SERVING, ProcessLock
from web.store.backup import write_backup
from web.store.backup_file import CONTENTS_FILE, DATABASE_MEMBER
from web.store.labels import NewLabel, add_label
from web.store.restore import restore_backup
from web.store.table_copy import count_rows, differing_tables
from web.store.users import add_user
from web.tables import Label

Run = Callable[..., Finished]


@pytest.fixture
def desk(app: Flask) -> Desk:
    """An installation with labels of a person's own, an account and a snapshot."""
    desk = Desk(app)
    desk.label(desk.new[0], "mediation", note="以案释法")
    with desk.database.writing() as session:
        add_user(session, "wang", "correct horse", "administrator")
    answer = app.test_client().post("/log-in", data={"name": "wang", "password": "correct horse"})
    assert answer.status_code == 303
    return desk


@pytest.fixture
def made(desk: Desk, home_folder: Path, tmp_path: Path) -> Path:
    """A backup of this installation."""
    path = tmp_path / "made.backup"
    write_backup(desk.database, home_folder, path)
    return path


@pytest.fixture(scope="module")
def shipped(new_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of an installation as it is after the first start."""
    folder = tmp_path_factory.mktemp("shipped")
    shutil.copytree(new_home, folder / "home")
    database = Database(url_of(folder / "home"))
    write_backup(database, folder / "home", folder / "shipped.backup")
    database.close()
    return folder / "shipped.backup"


def url_of(folder: Path) -> str:
    return f"sqlite:///{folder / 'policy-themes.sqlite'}"


def rows_differ(one: Database, url: str) -> list[str]:
    other = Database(url)
    try:
        with one.engine.connect() as here, other.engine.connect() as there:
            return differing_tables(here, there)
    finally:
        other.close()


def members(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def rewrite(archive: Path, target: Path, **changes: object) -> Path:
    """Write a backup again with other contents, the digests of its members made anew."""
    content = members(archive)
    said = json.loads(content.pop(CONTENTS_FILE))
    content |= {str(name): data for name, data in dict(changes.pop("members", {})).items()}  # type: ignore[call-overload]
    said["sha256"] = {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
    said |= changes
    with zipfile.ZipFile(target, "w") as written:
        written.writestr(CONTENTS_FILE, json.dumps(said))
        for name, data in content.items():
            written.writestr(name, data)
    return target


def test_a_backup_brings_everything_back_and_the_site_runs(
    run: Run, desk: Desk, home_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home_folder / "codebook.toml").write_bytes((Path("labels") / "codebook.toml").read_bytes())
    path = tmp_path / "all.backup"
    finished = run("backup", "-o", str(path))
    assert finished.code == 0 and "6 documents, 490 entries of the label log, 1 accounts" in finished.output
    assert path.stat().st_mode & 0o777 == 0o600
    names = set(members(path))
    assert {CONTENTS_FILE, DATABASE_MEMBER, "codebook.toml"} < names and "secret.key" not in " ".join(names)
    new = tmp_path / "new"
    (new / "models").mkdir(parents=True)
    for model in (home_folder / "models").glob("default-*"):  # So that it need not be trained again.
        shutil.copy(model, new / "models")
    monkeypatch.setenv("POLICY_THEMES_HOME", str(new))
    finished = run("restore", str(path))
    assert finished.code == 0 and "490 entries of the label log" in finished.output
    assert rows_differ(desk.database, url_of(new)) == []
    assert (new / "codebook.toml").is_file() and (new / "policy-themes.sqlite").stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in new.iterdir() if each.name[0] == "." or each.name.startswith("replaced")) == []
    app = create_app(WebSettings(measure_model=False))
    app.config.update(WTF_CSRF_ENABLED=False)
    client = app.test_client()
    assert client.post("/log-in", data={"name": "wang", "password": "correct horse"}).status_code == 303
    assert client.get("/mix").status_code == client.get(f"/documents/{desk.document_id}").status_code == 200
    with services_of(app).database.engine.connect() as connection:
        assert count_rows(connection)["labels"] == 490
    services_of(app).database.close()


def test_backups_that_are_made_while_people_write_hold_all_that_was_acknowledged_before(
    desk: Desk, home_folder: Path, tmp_path: Path
) -> None:
    acknowledged: list[str] = []
    counts: list[tuple[int, int]] = []
    stop = threading.Event()

    def write(number: int) -> None:
        count = 0
        while not stop.is_set():
            key = f"{number}-{count}"
            desk.label(desk.new[count % len(desk.new)], "mediation", f"writer {number}", request=key)
            acknowledged.append(key)
            count += 1

    threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(4):
            before, path = list(acknowledged), tmp_path / f"{number}.backup"
            write_backup(desk.database, home_folder, path)
            copy = tmp_path / f"{number}.sqlite"
            copy.write_bytes(members(path)[DATABASE_MEMBER])
            with closing(sqlite3.connect(copy)) as opened:
                assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                assert opened.execute("PRAGMA foreign_key_check").fetchall() == []
                kept = [row[0] for row in opened.execute("SELECT request FROM labels WHERE request IS NOT NULL ORDER BY id")]
                revision = int(opened.execute("SELECT value FROM facts WHERE name = 'revision'").fetchone()[0])
            assert set(before) <= set(kept)
            for writer in range(3):  # Of each writer a beginning of what they wrote: no label without those before it.
                own = [key for key in kept if key.startswith(f"{writer}-")]
                assert own == [f"{writer}-{place}" for place in range(len(own))]
            counts.append((len(kept), revision))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert len(acknowledged) > 20
    # Each label comes with what is derived from it, or neither does.
    assert len({revision - labels for labels, revision in counts}) == 1 < len(set(counts))


def test_a_restore_is_refused_where_something_is_and_with_replace_keeps_it_beside(
    run: Run, desk: Desk, made: Path, home_folder: Path
) -> None:
    desk.label(desk.new[1], "publicity")
    before = (home_folder / "secret.key").read_bytes()
    finished = run("restore", str(made))
    assert finished.code == 1 and "with --replace" in finished.errors
    assert rows_differ(desk.database, url_of(home_folder)) == []
    desk.database.close()
    finished = run("restore", str(made), "--replace")
    assert finished.code == 0
    (kept,) = home_folder.glob("replaced-*")
    assert str(kept) in finished.output and (kept / "secret.key").read_bytes() == before
    assert not (home_folder / "secret.key").exists()  # So that sessions which ended since do not come to life again.
    for folder, entries in ((home_folder, 490), (kept, 491)):
        with closing(sqlite3.connect(folder / "policy-themes.sqlite")) as opened:
            assert opened.execute("SELECT count(*) FROM labels").fetchone() == (entries,)


def test_labels_that_a_killed_server_left_beside_its_database_are_kept_with_it(
    desk: Desk, made: Path, home_folder: Path
) -> None:
    desk.label(desk.new[1], "publicity")  # In the write-ahead log still: the application is open.
    assert (home_folder / "policy-themes.sqlite-wal").stat().st_size
    restored = restore_backup(made, url_of(home_folder), home_folder, replace=True)
    assert restored.kept is not None
    with closing(sqlite3.connect(restored.kept / "policy-themes.sqlite")) as opened:
        assert opened.execute("SELECT count(*) FROM labels").fetchone() == (491,)


def test_nothing_is_restored_while_a_server_is_at_work(run: Run, shipped: Path, home_folder: Path) -> None:
    servers = [ProcessLock(home_folder / SERVING) for _ in range(2)]
    assert all(server.take(shared=True) for server in servers)
    servers[0].let_go()
    finished = run("restore", str(shipped), "--replace")
    assert finished.code == 1 and "a server is at work" in finished.errors and not list(home_folder.glob("replaced-*"))
    servers[1].let_go()
    assert run("restore", str(shipped), "--replace").code == 0


def truncated(archive: Path, target: Path) -> Path:
    target.write_bytes(archive.read_bytes()[:-2000])
    return target


def flipped(archive: Path, target: Path) -> Path:
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 1
    target.write_bytes(data)
    return target


def other_bytes(archive: Path, target: Path) -> Path:
    """A member whose own checksum is right, but which is not what the list says."""
    content = members(archive)
    content[DATABASE_MEMBER] = content[DATABASE_MEMBER].replace("调解".encode(), "释法".encode())
    with zipfile.ZipFile(target, "w") as written:
        for name, data in content.items():
            written.writestr(name, data)
    return target


def with_trigger(archive: Path, target: Path) -> Path:
    copy = target.with_suffix(".sqlite")
    copy.write_bytes(members(archive)[DATABASE_MEMBER])
    with closing(sqlite3.connect(copy)) as opened:
        opened.execute("DELETE FROM current_labels")
        opened.commit()
    return rewrite(archive, target, members={DATABASE_MEMBER: copy.read_bytes()})


DAMAGED: dict[str, tuple[Callable[[Path, Path], Path], str]] = {
    "cut off": (truncated, "damaged or unfinished"),
    "a bit flipped": (flipped, "damaged"),
    "other bytes": (other_bytes, f"damaged: {DATABASE_MEMBER}"),
    "a database with other rows": (with_trigger, "not the one that it lists"),
    "newer tables": (lambda one, two: rewrite(one, two, schema="9999", program="9.0"), "policy-themes 9.0; install that"),
    "another form": (lambda one, two: rewrite(one, two, format=2), "install a newer one"),
    "a name that leads out": (lambda one, two: rewrite(one, two, members={"../evil": b"x"}), "leads out of it"),
    "a file of another kind": (lambda one, two: rewrite(one, two, members={"secret.key": b"x" * 32}), "no part of a backup"),
    "no backup": (lambda one, two: Path(shutil.copy(Path("labels") / "codebook.toml", two)), "no backup"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_backup_that_cannot_be_trusted_is_refused_and_changes_nothing(
    case: str, run: Run, shipped: Path, home_folder: Path, tmp_path: Path
) -> None:
    damage, said = DAMAGED[case]
    bad = damage(shipped, tmp_path / "bad.backup")
    before = {path: path.stat().st_mtime_ns for path in home_folder.rglob("*") if "sqlite-" not in path.name}
    finished = run("restore", str(bad), "--replace")
    assert finished.code == 1 and said in finished.errors and "Traceback" not in finished.errors
    after = {path for path in home_folder.rglob("*") if "sqlite-" not in path.name} - {home_folder / SERVING}
    assert after == set(before) and not (tmp_path / "evil").exists()


def test_a_backup_of_an_older_version_is_brought_up_to_date(shipped: Path, tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config

    import web.migrations

    copy = tmp_path / "old.sqlite"
    copy.write_bytes(members(shipped)[DATABASE_MEMBER])
    old = create_engine(f"sqlite:///{copy}")  # Without the checks of references, under which tables cannot be made anew.
    config = Config()
    config.set_main_option("script_location", str(Path(next(iter(web.migrations.__path__)))))
    with old.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0005")
        rows = count_rows(connection)
    old.dispose()
    assert "copy_keys" not in rows
    path = rewrite(shipped, tmp_path / "old.backup", members={DATABASE_MEMBER: copy.read_bytes()}, schema="0005", rows=rows)
    restored = restore_backup(path, url_of(tmp_path / "new"), tmp_path / "new", replace=False)
    assert restored.rows["labels"] == 489 and "copy_keys" in restored.rows


def test_triggers_of_a_backups_database_do_not_come_along(shipped: Path, tmp_path: Path) -> None:
    copy = tmp_path / "sly.sqlite"
    copy.write_bytes(members(shipped)[DATABASE_MEMBER])
    with closing(sqlite3.connect(copy)) as opened:
        opened.execute("CREATE TRIGGER sly AFTER INSERT ON drafts BEGIN DELETE FROM users; END")
        opened.commit()
    path = rewrite(shipped, tmp_path / "sly.backup", members={DATABASE_MEMBER: copy.read_bytes()})
    restore_backup(path, url_of(tmp_path / "new"), tmp_path / "new", replace=False)
    with closing(sqlite3.connect(tmp_path / "new" / "policy-themes.sqlite")) as opened:
        names = {row[0] for row in opened.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert names == {"labels_no_update", "labels_no_delete"}


def test_a_damaged_database_is_not_backed_up_and_the_earlier_backup_stays(
    run: Run, desk: Desk, made: Path, home_folder: Path
) -> None:
    desk.database.close()
    path = home_folder / "policy-themes.sqlite"
    data = bytearray(path.read_bytes())
    data[len(data) // 3 : len(data) // 2] = b"\xff" * (len(data) // 2 - len(data) // 3)
    path.write_bytes(data)
    before = made.read_bytes()
    finished = run("backup", "-o", str(made))
    assert finished.code == 1 and "restore an earlier backup" in finished.errors.lower()
    assert made.read_bytes() == before and path.read_bytes() == data


def test_a_backup_says_what_is_gone_and_keeps_the_rest(run: Run, desk: Desk, home_folder: Path, tmp_path: Path) -> None:
    (model,) = (path for path in (home_folder / "models").iterdir() if not path.name.startswith("default"))
    model.unlink()
    finished = run("backup", "-o", str(tmp_path))
    assert finished.code == 1 and f"models/{model.name} is gone" in finished.errors
    (path,) = tmp_path.glob("policy-themes-*.backup")
    assert DATABASE_MEMBER in members(path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "/nowhere/x.backup"], "cannot be written"),
        (["--database", "sqlite:////nowhere/x.sqlite"], "no such database"),
    ],
)
@pytest.mark.usefixtures("home_folder")
def test_what_cannot_be_backed_up_is_said_in_one_line(arguments: list[str], said: str, run: Run) -> None:
    finished = run("backup", *arguments)
    assert finished.code == 1 and said in finished.errors and finished.errors.count("\n") == 1


def test_a_database_of_a_newer_version_is_refused_in_one_line(desk: Desk) -> None:
    with desk.database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="newer version of policy-themes"):
        desk.database.upgrade()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if programs() is None:
        pytest.skip("PostgreSQL is not installed; on Debian or Ubuntu: apt-get install postgresql")
    with running_server() as url:
        yield url


def test_a_backup_is_the_way_to_postgresql_and_back(
    server: str, desk: Desk, made: Path, home_folder: Path, tmp_path: Path
) -> None:
    desk.label(desk.new[1], "publicity")
    restore_backup(made, server, tmp_path / "office", replace=False)
    office = Database(server)
    with office.writing() as session:  # New entries are numbered after those that came with the backup.
        add_label(session, desk.current.model.codebook, NewLabel(desk.new[1], "publicity", "li", "document"))
        assert list(session.scalars(select(Label.id).order_by(Label.id.desc()).limit(2))) == [491, 490]
    path = tmp_path / "office.backup"
    write_backup(office, tmp_path / "office", path)
    with pytest.raises(BackupError, match="--replace"):
        restore_backup(made, server, tmp_path / "office", replace=False)
    restored = restore_backup(path, url_of(tmp_path / "back"), tmp_path / "back", replace=False)
    assert restored.rows["labels"] == 491 and rows_differ(office, url_of(tmp_path / "back")) == []
    restored = restore_backup(made, server, tmp_path / "office", replace=True)
    office.close()
    assert restored.rows["labels"] == 490 and restored.kept is not None
    assert json.loads(members(restored.kept / "database.backup")[CONTENTS_FILE])["rows"]["labels"] == 491
