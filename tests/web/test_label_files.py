"""Labels leave the database as files and come back: whole, lossless, once, and with errors that say where they are."""

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from application import services_of
from conftest import Finished
from flask import Flask
from paths import ROOT
from postgresql import programs, running_server
from sqlalchemy import func, select, text

from classifier import Document as SourceDocument
from classifier import InputError, LabelError, Origin, digest, load_codebook, load_labels, read_units
from classifier.settings import HOME_VARIABLE
from web import WebSettings, create_app
from web.database import Database
from web.errors import TooManyError
from web.services import Services
from web.store import label_files
from web.store.derived_labels import derive_all
from web.store.documents import add_document, change_origin, delete_document
from web.store.label_export import Written, export_labels
from web.store.label_import import Imported, import_labels, read_label_files
from web.store.labels import NewLabel, add_label, withdraw_label
from web.store.log_ins import check_log_in
from web.store.users import add_user
from web.tables import CurrentLabel, Document, Label, Paragraph

Run = Callable[..., Finished]

WEIRD_NOTE = '引号"逗号,\r分号;\n换行\r\n制表\t行分隔\u2028结束'
WEIRD_NAME = '报告"甲",2024\n年.txt'
NEW_TEXT = (
    "清源县司法局2024年工作总结\n一、人民调解\n全年调解矛盾纠纷三百件，成功率98%。新建调解室十个。\n"
    "二、普法宣传\n开展宪法宣传周活动十二场。\n三、来年打算\n\n继续推进法律援助，惠及群众\u3000五百人次𠮷。\n"
)


def export(app: Flask, folder: Path, *, force: bool = False) -> Written:
    services = services_of(app)
    return export_labels(services.database, services.settings.data_folder, folder, force=force)


def bring_in(app: Flask, folder: Path) -> Imported:
    services = services_of(app)
    return import_labels(services.database, services.models.get(), read_label_files(folder))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def replace_in(path: Path, old: str, new: str) -> None:
    """Change a file's text and keep its line ends."""
    data = path.read_bytes()
    assert old.encode() in data
    path.write_bytes(data.replace(old.encode(), new.encode()))


def entries(app: Flask) -> int:
    with services_of(app).database.reading() as session:
        return session.scalar(select(func.count()).select_from(Label)) or 0


def labelled(app: Flask) -> dict[tuple[str, int, int], tuple[str, str, str, str, str]]:
    """The labels that hold, or are in conflict, by document, position and statement."""
    query = (
        select(Document.name, Paragraph.position, CurrentLabel)
        .join(Paragraph, Paragraph.id == CurrentLabel.paragraph_id)
        .join(Document, Document.id == Paragraph.document_id)
    )
    with services_of(app).database.reading() as session:
        return {
            (name, position, label.statement): (label.state, label.theme, label.secondary, label.annotators, label.note)
            for name, position, label in session.execute(query)
        }


def fill(app: Flask) -> None:
    """Add an uploaded document and all that people can do with labels: agree, differ, settle, withdraw, audit."""
    services: Services = services_of(app)
    current = services.models.get()
    book = current.model.codebook
    source = SourceDocument(WEIRD_NAME, NEW_TEXT, Origin(jurisdiction="清源县", level="county", year="2024"), "gb18030")
    with services.database.writing() as session:
        added = add_document(session, read_units(source), current, source="upload", annotator="王芳").document
        change_origin(session, added.id, {"title": ' 总结,"新" ', "issuer": "清源县司法局"})
        ids = list(session.scalars(select(Paragraph.id).where(Paragraph.document_id == added.id).order_by(Paragraph.id)))
        first, second, third = ids[:3]
        seed = session.scalars(select(Paragraph.id).order_by(Paragraph.id)).first() or 0
        new = NewLabel(first, "mediation", "王芳", "document", ("publicity",), note=WEIRD_NOTE, request="r-1")
        add_label(session, book, new)
        add_label(session, book, replace(new, annotator="li", chosen_by="uncertain", model="1.0-abc", request=None))
        add_label(session, book, NewLabel(first, "mediation", "li", "document", statement=2, suggestion="other.general"))
        add_label(session, book, NewLabel(second, "publicity", "王芳", "audit", probability=50 / 391))
        add_label(session, book, NewLabel(second, "legal_aid", "li", "audit", probability=1 / 3))
        add_label(session, book, NewLabel(third, "legal_aid", "王芳", "tag"))
        withdraw_label(session, book, third, "王芳")
        add_label(session, book, NewLabel(seed, "mediation", "王芳", "suspected", note=' ,"'))
        add_label(session, book, NewLabel(seed, "mediation", "chief", "disagreement", kind="settlement", note="规则3"))


@pytest.fixture
def filled(app: Flask) -> Flask:
    fill(app)
    return app


@contextmanager
def without_seeds(new_home: Path, home: Path) -> Iterator[Flask]:
    """An application on a database of its own, without the seeds."""
    shutil.copytree(new_home / "models", home / "models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(home))
        app = create_app(WebSettings(import_seeds=False, measure_model=False))
    yield app
    services_of(app).database.close()


@pytest.fixture
def empty(tmp_path: Path, new_home: Path) -> Iterator[Flask]:
    with without_seeds(new_home, tmp_path / "empty") as app:
        yield app


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory, new_home: Path) -> Iterator[Flask]:
    """An application for all tests that import nothing into it."""
    with without_seeds(new_home, tmp_path_factory.mktemp("refusing") / "empty") as app:
        yield app


@pytest.fixture(scope="module")
def exported(module_app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a filled application exports, to be copied."""
    fill(module_app)
    folder = tmp_path_factory.mktemp("exported") / "labels"
    export(module_app, folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "labels 标注"


def test_a_new_database_exports_the_shipped_labels_byte_for_byte(app: Flask, folder: Path) -> None:
    written = export(app, folder)
    assert (written.documents, written.paragraphs, written.statements, written.entries) == (5, 92, 397, 489)
    assert written.left_out == ()
    for name in ("paragraphs.csv", "statements.csv"):
        assert (folder / name).read_bytes() == (ROOT / "labels" / name).read_bytes()
    assert load_codebook(folder / "codebook.toml").digest() == load_codebook(ROOT / "labels" / "codebook.toml").digest()
    assert set(contents(folder)) == set(label_files.FILES)


def test_an_export_is_a_folder_of_labels_that_can_be_trained_on(filled: Flask, folder: Path) -> None:
    export(filled, folder)
    labels = load_labels(folder)
    own = {label.key: label for label in labels.paragraphs if label.key[0] == WEIRD_NAME}
    assert own[WEIRD_NAME, 1, 0].theme == "mediation" and own[WEIRD_NAME, 1, 0].note == WEIRD_NOTE
    assert own[WEIRD_NAME, 1, 0].annotator == "li;王芳" and own[WEIRD_NAME, 1, 0].secondary == ("publicity",)
    assert (WEIRD_NAME, 2, 0) not in own, "what the annotators differ on is no label yet"
    assert labels.origins[WEIRD_NAME].jurisdiction == "清源县"
    statement = next(label for label in labels.statements if label.key == (WEIRD_NAME, 1, 2))
    assert statement.text == "新建调解室十个。"


def test_units_of_an_export_stand_where_their_offsets_say(filled: Flask, folder: Path) -> None:
    export(filled, folder)
    with (folder / "documents.jsonl").open(encoding="utf-8", newline="\n") as stream:
        texts = {data["name"]: data["text"] for data in map(json.loads, stream)}
    for name in ("paragraphs.csv", "statements.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                between = texts[row["document"]][int(row["start"]) : int(row["end"])]
                assert between.startswith(row["text"][:5]) and between.endswith(row["text"][-5:])


def test_a_round_trip_loses_nothing(filled: Flask, empty: Flask, folder: Path, tmp_path: Path) -> None:
    with services_of(filled).database.writing() as session:
        delete_document(session, 2)
    export(filled, folder)
    found = bring_in(empty, folder)
    assert (found.documents, found.entries, found.known_entries, found.outdated, found.uncounted) == (6, 498, 0, 0, 0)
    export(empty, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(folder)
    assert labelled(empty) == labelled(filled)
    with services_of(empty).database.reading() as session:
        unpredicted = "SELECT count(*) FROM paragraphs p JOIN documents d ON d.id = p.document_id WHERE d.deleted_at IS NULL"
        assert session.scalar(text(f"{unpredicted} AND p.id NOT IN (SELECT paragraph_id FROM predictions)")) == 0


def test_labels_move_between_sqlite_and_postgresql(filled: Flask, folder: Path, tmp_path: Path) -> None:
    if programs() is None:
        pytest.skip("PostgreSQL is not installed; on Debian or Ubuntu: apt-get install postgresql")
    export(filled, folder)
    with running_server() as url:
        app = create_app(WebSettings(database=url, import_seeds=False, measure_model=False))
        try:
            assert bring_in(app, folder).entries == 498 and bring_in(app, folder).entries == 0
            export(app, tmp_path / "again")
            assert contents(tmp_path / "again") == contents(folder)
            assert labelled(app) == labelled(filled)
            database = services_of(app).database
            with database.writing() as session:
                add_user(session, "wang", "correct horse", "annotator")
            with ThreadPoolExecutor(8) as pool:
                answers = list(pool.map(lambda _: attempt(database), range(24)))
            assert answers.count("wrong") <= 5 and "right" not in answers
        finally:
            services_of(app).database.close()


def attempt(database: Database) -> str:
    """Try to log in with a wrong password."""
    try:
        found = check_log_in(database, "wang", "wrong password", "192.0.2.1", failures=5, minutes=15)
    except TooManyError:
        return "wait"
    return "right" if found else "wrong"


def test_importing_twice_adds_nothing(filled: Flask, empty: Flask, folder: Path) -> None:
    export(filled, folder)
    bring_in(empty, folder)
    for app in (empty, filled):
        again = bring_in(app, folder)
        assert (again.documents, again.known_documents, again.entries, again.known_entries) == (0, 6, 0, 498)
        assert entries(app) == 498


def test_the_next_start_does_not_settle_imported_seeds_once_more(
    filled: Flask, empty: Flask, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(filled, folder)
    bring_in(empty, folder)
    before = labelled(empty)
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "empty"))
    again = create_app(WebSettings(measure_model=False))
    assert entries(again) == 498 and labelled(again) == before
    services_of(again).database.close()


def test_an_import_into_a_new_installation_adds_only_what_people_did(filled: Flask, empty: Flask, folder: Path) -> None:
    export(filled, folder)
    (seeds := folder.with_name("seeds only")).mkdir()
    for name in ("documents.jsonl", "codebook.toml"):
        shutil.copy(folder / name, seeds / name)
    for name in ("paragraphs.csv", "statements.csv"):
        shutil.copy(ROOT / "labels" / name, seeds / name)
    bring_in(empty, seeds)  # As a first start does, the shipped labels come settled, at a moment of their own.
    found = bring_in(empty, folder)
    assert (found.entries, found.known_entries) == (9, 489)
    assert labelled(empty) == labelled(filled)


def test_two_offices_that_exchange_exports_come_to_the_same_labels(
    filled: Flask, empty: Flask, folder: Path, tmp_path: Path
) -> None:
    export(filled, folder)
    bring_in(empty, folder)
    book = services_of(empty).models.get().model.codebook
    for app, theme in ((filled, "publicity"), (empty, "legal_aid")):  # The second one is said later.
        with services_of(app).database.writing() as session:
            number = session.scalar(
                select(Paragraph.id).join(Document).where(Document.name == WEIRD_NAME, Paragraph.position == 3)
            )
            add_label(session, book, NewLabel(number or 0, theme, "王芳", "document"))
    for number, (giver, taker) in enumerate([(filled, empty), (empty, filled), (filled, empty)]):
        export(giver, tmp_path / str(number))
        found = bring_in(taker, tmp_path / str(number))
        assert (found.entries, found.outdated) == [(0, 1), (1, 0), (0, 1)][number]
    assert labelled(filled) == labelled(empty)
    assert labelled(filled)[WEIRD_NAME, 3, 0][1] == "legal_aid"


def test_documents_are_known_by_their_text_whatever_they_are_called(filled: Flask, folder: Path) -> None:
    export(filled, folder)
    for name in ("documents.jsonl", "log.csv"):
        replace_in(folder / name, "000_8ff83e828e6bfd7d.txt", "浙江.txt")
    found = bring_in(filled, folder)
    assert (found.documents, found.entries, found.known_entries) == (0, 0, 498)


def test_a_name_that_another_text_has_gets_a_number(filled: Flask, empty: Flask, folder: Path) -> None:
    services = services_of(empty)
    source = SourceDocument("001_9bdf4c4ff745681c.txt", "西溪区司法局调解纠纷三百件。", Origin(), "utf-8")
    with services.database.writing() as session:
        add_document(session, read_units(source), services.models.get(), source="upload", annotator="li")
    export(filled, folder)
    assert bring_in(empty, folder).documents == 6
    with services.database.reading() as session:
        names = set(session.scalars(select(Document.name)))
    assert {"001_9bdf4c4ff745681c.txt", "001_9bdf4c4ff745681c (2).txt"} <= names
    assert labelled(empty)["001_9bdf4c4ff745681c (2).txt", 1, 0][0] == "settled"


def test_a_document_that_was_deleted_here_comes_back(filled: Flask, folder: Path) -> None:
    export(filled, folder)
    with services_of(filled).database.writing() as session:
        delete_document(session, 1)
    assert bring_in(filled, folder).documents == 1
    with services_of(filled).database.reading() as session:
        assert session.scalar(select(Document.deleted_at).where(Document.id == 1)) is None


def test_labels_without_a_log_become_settlements_where_they_do_not_hold_yet(filled: Flask, folder: Path) -> None:
    export(filled, folder)
    (folder / "log.csv").unlink()
    replace_in(folder / "paragraphs.csv", ",mediation,,chief,", ",legal_aid,,chief,")
    found = bring_in(filled, folder)
    assert (found.entries, found.known_entries) == (1, 490)
    assert labelled(filled)["000_8ff83e828e6bfd7d.txt", 1, 0] == ("settled", "legal_aid", "", "chief", "规则3")
    assert bring_in(filled, folder).entries == 0


def test_the_shipped_labels_can_be_imported_as_they_are(app: Flask) -> None:
    found = bring_in(app, ROOT / "labels")
    assert (found.documents, found.entries, found.known_entries) == (0, 0, 489)


def test_codes_of_an_older_codebook_are_kept_and_said(filled: Flask, empty: Flask, folder: Path, tmp_path: Path) -> None:
    with services_of(filled).database.writing() as session:
        session.add(
            Label(
                paragraph_id=1,
                statement=0,
                kind="settlement",
                theme="old.theme",
                secondary="",
                annotator="chief",
                made_at=datetime.now(UTC) + timedelta(seconds=1),
                codebook="0.9",
                model="",
                chosen_by="disagreement",
                probability=None,
                suggestion="",
                note="",
                request=None,
            )
        )
        session.flush()
        derive_all(session, services_of(filled).models.get().model.codebook)
    written = export(filled, folder)
    assert written.left_out == ("1 labels use codes that the codebook in use does not have; they stand in log.csv only",)
    assert load_labels(folder).paragraphs[0].key != ("000_8ff83e828e6bfd7d.txt", 1, 0)
    assert bring_in(empty, folder).uncounted == 1
    export(empty, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(folder)


LOG_MISTAKES = [
    ({"document": "none.txt"}, "document 'none.txt' is not here"),
    ({"paragraph": "999"}, "no paragraph 999 of"),
    ({"paragraph": "0"}, "paragraph is '0'; use a whole number from 1 on"),
    ({"paragraph": "eins"}, "paragraph is 'eins'"),
    ({"paragraph": "²"}, "paragraph is '²'"),
    ({"statement": "99"}, "statement is 99, but that paragraph has"),
    ({"digest": "0" * 16}, "digest is '0000000000000000'"),
    ({"kind": "guess"}, "kind is 'guess'; use one of label, withdrawal, settlement"),
    ({"theme": "sport"}, "theme is 'sport'; use one of business_environment"),
    ({"theme": ""}, "theme is empty"),
    ({"secondary": "other"}, "secondary is 'other'"),
    ({"secondary": "publicity;publicity"}, "secondary is 'publicity'"),
    ({"annotator": ""}, "annotator is empty"),
    ({"annotator": "王" * 65}, "annotator has 65 characters; at most 64"),
    ({"made_at": "yesterday"}, "made_at is 'yesterday'"),
    ({"made_at": "2024-05-01T08:00:00"}, "made_at is '2024-05-01T08:00:00'; use a time with its zone"),
    ({"chosen_by": "me"}, "chosen_by is 'me'; use one of tag"),
    ({"probability": "1.5"}, "probability is '1.5'"),
    ({"probability": "nan"}, "probability is 'nan'"),
    ({"note": "a\0b"}, "note holds a NUL"),
]


@pytest.mark.parametrize(("changes", "message"), LOG_MISTAKES, ids=[message for _, message in LOG_MISTAKES])
def test_a_mistake_in_the_log_is_named_and_nothing_is_imported(
    exported: Path, refusing: Flask, folder: Path, changes: dict[str, str], message: str
) -> None:
    shutil.copytree(exported, folder)
    rows = list(label_files.read_csv(folder / "log.csv", label_files.LOG_COLUMNS))
    cells = [list(row.cells.values()) for row in rows]
    cells[-1] = list({**rows[-1].cells, **changes}.values())
    label_files.write_csv(folder / "log.csv", label_files.LOG_COLUMNS, cells)
    with pytest.raises(LabelError) as caught:
        bring_in(refusing, folder)
    assert f"log.csv:{rows[-1].line}: {message}" in str(caught.value)
    assert entries(refusing) == 0
    with services_of(refusing).database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Document)) == 0


def changed_document(change: Callable[[dict[str, object]], object]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        path = folder / "documents.jsonl"
        lines = path.read_text(encoding="utf-8").split("\n")
        data = json.loads(lines[1])
        change(data)
        lines[1] = json.dumps(data)
        path.write_text("\n".join(lines), encoding="utf-8", newline="\n")

    return apply


def broken_line(folder: Path) -> None:
    path = folder / "documents.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("\n", "\n{", 1), encoding="utf-8", newline="\n")


DOCUMENT_MISTAKES: list[tuple[Callable[[Path], None], str]] = [
    (broken_line, "not JSON"),
    (changed_document(lambda data: data.pop("facts")), "exactly the keys"),
    (changed_document(lambda data: data.update(text="anders")), "spans in order, inside the text"),
    (changed_document(lambda data: data.update(sha256="0" * 64)), "it was changed"),
    (changed_document(lambda data: data.update(name="000_8ff83e828e6bfd7d.txt")), "stands on line 1 already"),
    (changed_document(lambda data: data.update(name="n" * 256)), "name has 256 characters; at most 255"),
    (changed_document(lambda data: data.update(name="a\0b")), "name holds a character that no database keeps"),
    (changed_document(lambda data: data.update(name="a\ud800")), "not JSON"),
    (changed_document(lambda data: data.update(paragraphs=[{"position": 1}])), "paragraph 1: here must stand spans"),
    (changed_document(lambda data: data["paragraphs"][0].update(section_kind="dream")), "a section_kind of"),  # type: ignore[index]
    (changed_document(lambda data: data["facts"].update(source="moon")), "source is 'moon'"),  # type: ignore[attr-defined]
    (changed_document(lambda data: data["facts"].update(added_at="once")), "added_at is 'once'"),  # type: ignore[attr-defined]
]


@pytest.mark.parametrize(("mistake", "message"), DOCUMENT_MISTAKES, ids=[message for _, message in DOCUMENT_MISTAKES])
def test_a_mistake_in_the_documents_is_named_and_nothing_is_imported(
    exported: Path, refusing: Flask, folder: Path, mistake: Callable[[Path], None], message: str
) -> None:
    shutil.copytree(exported, folder)
    mistake(folder)
    with pytest.raises(InputError) as caught:
        bring_in(refusing, folder)
    assert "documents.jsonl:2: " in str(caught.value) and message in str(caught.value)
    assert entries(refusing) == 0


def test_units_that_were_read_otherwise_here_are_refused(filled: Flask, folder: Path) -> None:
    export(filled, folder)
    with services_of(filled).database.writing() as session:
        session.get_one(Paragraph, 1).text = "另一段。"
        session.get_one(Paragraph, 1).digest = digest("另一段。")
    with pytest.raises(LabelError, match=r"log.csv:2: digest is .*read in another way"):
        bring_in(filled, folder)


def test_an_export_does_not_write_over_a_folder_that_is_not_empty(app: Flask, folder: Path) -> None:
    folder.mkdir()
    (folder / "paragraphs.csv").write_text("mine", encoding="utf-8")
    (folder / "notes.txt").write_text("mine too", encoding="utf-8")
    with pytest.raises(InputError, match="not empty"):
        export(app, folder)
    assert contents(folder) == {"paragraphs.csv": b"mine", "notes.txt": b"mine too"}
    export(app, folder, force=True)
    assert set(contents(folder)) == {*label_files.FILES, "notes.txt"}
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine too"
    with pytest.raises(InputError, match="a file; name a folder"):
        export(app, folder / "notes.txt")


@pytest.mark.parametrize("force", [False, True])
def test_an_export_that_fails_leaves_everything_as_it_was(
    app: Flask, folder: Path, force: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if force:
        export(app, folder)
    before = contents(folder) if force else None

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("web.store.label_files.csv_line", full)
    with pytest.raises(OSError, match="No space"):
        export(app, folder, force=force)
    assert (contents(folder) if folder.exists() else None) == before
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []


def test_an_empty_folder_that_is_there_is_taken(app: Flask, folder: Path) -> None:
    folder.mkdir()
    export(app, folder)
    assert set(contents(folder)) == set(label_files.FILES)


def test_a_folder_without_label_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds none of documents.jsonl, log.csv, paragraphs.csv, statements.csv"):
        read_label_files(tmp_path)


@pytest.mark.usefixtures("home_folder")
def test_the_commands_export_check_and_import(run: Run, folder: Path) -> None:
    exported = run("labels", "export", str(folder))
    assert exported.code == 0, exported.errors
    assert exported.output.strip().endswith("92 paragraphs, 397 statements, 5 documents, 489 entries of the log")
    again = run("labels", "export", str(folder))
    assert again.code == 1 and "--force" in again.errors and again.output == ""
    assert run("labels", "export", str(folder), "--force").code == 0
    checked = run("labels", "check", "--labels", str(folder))
    assert checked.code == 0 and "92 paragraphs, 397 statements" in checked.output and "0 problem(s)" in checked.output
    imported = run("labels", "import", str(folder))
    assert imported.code == 0 and "0 documents and 0 entries added" in imported.output


@pytest.mark.usefixtures("home_folder")
def test_check_says_where_an_export_and_its_documents_differ(run: Run, folder: Path) -> None:
    run("labels", "export", str(folder))
    lines = (folder / "documents.jsonl").read_text(encoding="utf-8").split("\n")
    (folder / "documents.jsonl").write_text("\n".join(lines[1:]), encoding="utf-8", newline="\n")
    checked = run("labels", "check", "--labels", str(folder))
    assert (
        checked.code == 1 and "000_8ff83e828e6bfd7d.txt paragraph 1: labelled, but there is no such unit" in checked.errors
    )


def test_a_database_that_was_never_served_has_nothing_to_export(run: Run, folder: Path, tmp_path: Path) -> None:
    finished = run("labels", "export", str(folder), "--database", f"sqlite:///{tmp_path / 'new.sqlite'}")
    assert finished.code == 1 and "this database is empty" in finished.errors and not folder.exists()
