"""Snapshots: freeze what a theme mix shows with all that it is made from, and find again what was frozen.

An archive lies in the data folder under its identifier. It never changes, and `policy-themes reproduce` takes it.
"""

import json
import secrets
import shutil
import tomllib
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import tomli_w
from sqlalchemy import select
from sqlalchemy.orm import Session

from classifier import (
    DOCUMENTS_FILE,
    EVERY_TABLE,
    Codebook,
    FrozenData,
    InputError,
    IntervalBasis,
    Manifest,
    Mix,
    MixRow,
    Origin,
    Share,
    TableForm,
    archive_line,
    freeze_folder,
    load_labels,
    save_model,
    shipped_folder,
    working_folder,
)
from web.database import Database
from web.errors import ConflictError, NoRoomError, NotFoundError
from web.store.corpus import Corpus
from web.store.label_export import archived_document, hold_this_moment, write_labels_that_hold
from web.store.label_files import CODEBOOK_FILE
from web.store.mix import MixQuery, chosen_paragraphs, in_order, mix_of
from web.store.predictions import CurrentModel
from web.store.revisions import now
from web.tables import Document, Paragraph, Snapshot

_FOLDER = "snapshots"
_EXAMPLES_FILE = "examples.csv"
_ROW_FIELDS = ("jurisdiction", "adcode", "level", "year")


def make_snapshot(
    database: Database,
    data_folder: Path,
    current: CurrentModel,
    corpus: Corpus,
    query: MixQuery,
    *,
    title: str,
    selection: str,
    made_by: str,
) -> Snapshot:
    """Freeze the mix of a query; the same once more on one day is the snapshot that is there already.

    Raises ConflictError where the query chooses no paragraph or counts copies once, NoRoomError where the archive cannot be
    written.
    """
    if query.copies != "each":
        raise ConflictError("A snapshot counts every paragraph; let copied text count each time, then freeze the table.")
    chosen = corpus.ids[chosen_paragraphs(corpus, query)]
    if not len(chosen):
        raise ConflictError("There is nothing to freeze: no paragraph fits this search and these filters.")
    folder = data_folder / _FOLDER
    new = folder / f"new-{secrets.token_hex(8)}.zip"
    shown = TableForm(query.by, query.measure, query.detailed, query.by_year)
    moment = now()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with working_folder(new) as work:
            with database.reading() as session:
                hold_this_moment(session)
                _write_data(session, work, current, set(chosen.tolist()))
            manifest = freeze_folder(
                work,
                new,
                FrozenData((f"data/{DOCUMENTS_FILE}",), units_as_stored=True),
                title=title,
                date=moment.date().isoformat(),
                selection=selection,
                tables=tuple(dict.fromkeys((shown, *EVERY_TABLE))),
            )
        size = new.stat().st_size
        new.replace(_path(data_folder, manifest.identifier))
    except (OSError, InputError) as error:
        raise NoRoomError(
            "The snapshot could not be written ({reason}). Nothing was kept: make room in the data folder, and try again.",
            reason=getattr(error.__cause__ or error, "strerror", None) or str(error),
        ) from error
    with database.writing() as session:
        known = session.get(Snapshot, manifest.identifier)
        basis = mix_of(corpus, current.model, query).basis
        return known or _kept(session, manifest, query, shown, basis, size, made_by)


def list_snapshots(session: Session) -> Sequence[Snapshot]:
    """Return all snapshots, newest first."""
    return session.scalars(select(Snapshot).order_by(Snapshot.made_at.desc(), Snapshot.identifier)).all()


def get_snapshot(session: Session, identifier: str) -> Snapshot:
    """Return a snapshot; NotFoundError where there is none."""
    found = session.get(Snapshot, identifier)
    if found is None:
        raise NotFoundError("There is no snapshot {identifier}.", identifier=identifier[:40])
    return found


def snapshot_archive(snapshot: Snapshot, data_folder: Path) -> Path:
    """Return where a snapshot's archive lies; NotFoundError where it is gone."""
    path = _path(data_folder, snapshot.identifier)
    if not path.is_file():
        raise NotFoundError("The archive of this snapshot is gone from the data folder; restore it from a backup.")
    return path


def frozen_file(snapshot: Snapshot, data_folder: Path, suffix: str) -> bytes:
    """Return the file of the table that was shown, ``csv`` or ``json``, as it was frozen."""
    return _member(snapshot, data_folder, f"tables/{snapshot.table}.{suffix}")


def frozen_codebook(snapshot: Snapshot, data_folder: Path) -> Codebook:
    """Return the codebook as it was frozen."""
    return Codebook.from_dict(tomllib.loads(_member(snapshot, data_folder, CODEBOOK_FILE).decode()))


def frozen_mix(snapshot: Snapshot, data_folder: Path, query: MixQuery) -> Mix:
    """Return the table that was shown, as it was frozen, its rows in the query's order."""
    table = json.loads(frozen_file(snapshot, data_folder, "json"))
    rows = tuple(_row(table["by"], row) for row in table["rows"])
    basis = IntervalBasis(**snapshot.basis) if snapshot.basis else None
    head = (table["by"], table["measure"], table["interval_level"], table["snapshot"])
    return Mix(*head, tuple(in_order(rows, query)), basis)


def _row(by: str, row: dict[str, Any]) -> MixRow:
    shares = {
        code: Share(share["share"], share["low"], share["high"], share["count"]) for code, share in row["shares"].items()
    }
    return MixRow(row[by], Origin(**{name: row[name] for name in _ROW_FIELDS}), row["paragraphs"], row["labelled"], shares)


def _member(snapshot: Snapshot, data_folder: Path, name: str) -> bytes:
    with zipfile.ZipFile(snapshot_archive(snapshot, data_folder)) as archive:
        return archive.read(name)


def _path(data_folder: Path, identifier: str) -> Path:
    return data_folder / _FOLDER / f"{identifier}.zip"


def _write_data(session: Session, folder: Path, current: CurrentModel, chosen: set[int]) -> None:
    """Write the chosen paragraphs with their documents, the labels that hold, and the model."""
    (folder / "data").mkdir()
    (folder / "labels").mkdir()
    rows = session.execute(select(Paragraph.document_id, Paragraph.id).order_by(Paragraph.document_id, Paragraph.position))
    numbers = list(dict.fromkeys(document for document, paragraph in rows if paragraph in chosen))
    with (folder / "data" / DOCUMENTS_FILE).open("w", encoding="utf-8", newline="\n") as stream:
        for number in numbers:
            paragraphs = session.scalars(
                select(Paragraph).where(Paragraph.document_id == number).order_by(Paragraph.position)
            )
            own = [paragraph for paragraph in paragraphs if paragraph.id in chosen]
            stream.write(archive_line(archived_document(session.get_one(Document, number), own)))
    codebook = current.model.codebook
    (folder / "labels" / CODEBOOK_FILE).write_text(tomli_w.dumps(codebook.to_dict()), encoding="utf-8", newline="\n")
    write_labels_that_hold(session, codebook, folder / "labels", set(numbers))
    shipped = shipped_folder("labels")
    if codebook.leaf_codes == load_labels(shipped).codebook.leaf_codes:
        shutil.copyfile(shipped / _EXAMPLES_FILE, folder / "labels" / _EXAMPLES_FILE)  # What models learn from as well.
    save_model(current.model, folder / "themes.model")


def _kept(
    session: Session,
    manifest: Manifest,
    query: MixQuery,
    shown: TableForm,
    basis: IntervalBasis | None,
    size: int,
    made_by: str,
) -> Snapshot:
    snapshot = Snapshot(
        identifier=manifest.identifier,
        title=manifest.title,
        citation=manifest.citation,
        selection=manifest.selection,
        query=query.to_args(),
        table=shown.name,
        basis=asdict(basis) if basis else None,
        documents=manifest.documents,
        paragraphs=manifest.paragraphs,
        size=size,
        made_at=now(),
        made_by=made_by,
    )
    session.add(snapshot)
    session.flush()
    return snapshot
