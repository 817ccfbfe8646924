"""Snapshots: theme mixes that were frozen with all that they are made from."""

import json
from typing import Any

from flask import Response, jsonify, send_file
from flask.typing import ResponseReturnValue

from classifier import Codebook
from web.accounts import person
from web.api.mix import FILTERS, MIX, SHAPE
from web.api.operations import JSON, Answer, Asked, Body, Operation, path_id
from web.api.parts import N_, Schema, integer, list_of, moment, record, ref, text
from web.mix_tables import filter_words
from web.services import services
from web.store.mix import read_query
from web.store.snapshots import frozen_file, get_snapshot, snapshot_archive
from web.store.snapshots import list_snapshots as stored_snapshots
from web.store.snapshots import make_snapshot as freeze_mix
from web.tables import Snapshot


def list_snapshots(asked: Asked) -> Response:
    """List all snapshots."""
    with services().database.reading() as session:
        return jsonify(snapshots=[_record(entry) for entry in stored_snapshots(session)])


def make_snapshot(asked: Asked) -> ResponseReturnValue:
    """Freeze a theme mix."""
    said, current = dict(asked.body), services().models.get()
    title = said.pop("title", "")
    query = read_query(said, current.model.codebook)
    with services().database.reading() as session:
        corpus = services().corpus.get(session, current)
    made = freeze_mix(
        services().database,
        services().settings.data_folder,
        current,
        corpus,
        query,
        title=title,
        selection="; ".join(filter_words(query)),
        made_by=person().name,
    )
    return jsonify(_record(made)), 201


def snapshot(asked: Asked) -> Response:
    """Return a snapshot with its table."""
    found = _found(asked)
    table = json.loads(frozen_file(found, services().settings.data_folder, "json"))
    return jsonify(**_record(found), table=table)


def snapshot_archive_file(asked: Asked) -> Response:
    """Send a snapshot's archive."""
    found = _found(asked)
    path = snapshot_archive(found, services().settings.data_folder)
    return send_file(path, "application/zip", as_attachment=True, download_name=path.name)


def _found(asked: Asked) -> Snapshot:
    with services().database.reading() as session:
        return get_snapshot(session, asked.path["snapshot"])


def _record(entry: Snapshot) -> dict[str, Any]:
    names = ("identifier", "title", "citation", "selection", "documents", "paragraphs", "size", "made_by")
    return {name: getattr(entry, name) for name in names} | {"made_at": entry.made_at.isoformat()}


def schemas(book: Codebook, longest_text: int) -> dict[str, Schema]:
    """Return the schemas of what is sent and answered here."""
    known = {
        "identifier": text(N_("The beginning of the SHA-256 of its manifest.json.")),
        "title": text(N_("What it is called.")),
        "citation": text(N_("The line to cite it by.")),
        "selection": text(N_("Which paragraphs were chosen, in words; empty for all.")),
        "documents": integer(N_("How many documents it holds."), minimum=0),
        "paragraphs": integer(N_("How many paragraphs it counts."), minimum=0),
        "size": integer(N_("Of its archive, in bytes."), minimum=0),
        "made_by": text(N_("Who froze it.")),
        "made_at": moment(N_("When it was frozen.")),
    }
    asked = {parameter.name: parameter.schema for parameter in (*FILTERS, *SHAPE)}
    title = text(N_("What it shall be called; by default, by its size."), maxLength=200)
    return {
        "NewSnapshot": record({**asked, "title": title}, optional=(*asked, "title"), closed=True),
        "Snapshot": record(known),
        "Snapshots": record({"snapshots": list_of(ref("Snapshot"), N_("Newest first."))}),
        "FrozenMix": record({**known, "table": ref("Mix", N_("The table as it was frozen."))}),
    }


_IDENTIFIER = "13514b9955e8d43ad91daa59c3525f19"
_SNAPSHOT = {
    "identifier": _IDENTIFIER,
    "title": "五份报告",
    "citation": f"五份报告. Snapshot {_IDENTIFIER}, policy-themes 0.1.0, codebook 1.0, model 1.0-9c8f71503117, 2024-03-04.",
    "selection": "",
    "documents": 5,
    "paragraphs": 92,
    "size": 3218237,
    "made_by": "wang",
    "made_at": "2024-03-04T08:15:00+00:00",
}
_PATH = path_id("snapshot", text(N_("Its identifier."), pattern="^[0-9a-f]{32}$"), _IDENTIFIER)

OPERATIONS = (
    Operation(
        "GET",
        "/snapshots",
        list_snapshots,
        "Theme mix",
        N_("List snapshots"),
        N_("Theme mixes that were frozen with all that they are made from."),
        {200: Answer(N_("All snapshots."), "Snapshots", {"snapshots": [_SNAPSHOT]})},
    ),
    Operation(
        "POST",
        "/snapshots",
        make_snapshot,
        "Theme mix",
        N_("Freeze a theme mix"),
        N_("Keeps the mix for good with its texts, labels, codebook and model, as one archive that can be cited."),
        {201: Answer(N_("The snapshot."), "Snapshot", _SNAPSHOT)},
        bodies={JSON: Body("NewSnapshot", {"by": "jurisdiction", "title": "五份报告"})},
        problems=(409,),
    ),
    Operation(
        "GET",
        "/snapshots/{snapshot}",
        snapshot,
        "Theme mix",
        N_("Read a snapshot"),
        N_("The table as it was frozen, and how to cite it."),
        {200: Answer(N_("The snapshot and its table."), "FrozenMix", {**_SNAPSHOT, "table": MIX})},
        (_PATH,),
    ),
    Operation(
        "GET",
        "/snapshots/{snapshot}/archive",
        snapshot_archive_file,
        "Theme mix",
        N_("Download a snapshot"),
        N_("The archive that policy-themes reproduce checks and makes the table again from. Texts are in it word for word."),
        {200: Answer(N_("A zip archive."))},
        (_PATH,),
    ),
)
