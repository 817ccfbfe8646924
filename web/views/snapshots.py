"""快照 Snapshots: freeze a theme mix, and show and send what was frozen."""

import tempfile
from pathlib import Path
from typing import cast

from flask import Blueprint, Response, make_response, redirect, render_template, request, send_file, url_for

from classifier import write_mix
from web.accounts import person
from web.errors import NotFoundError, RequestError
from web.mix_notes import notes_on
from web.mix_tables import GROUPING_NAMES, MEASURE_NAMES, columns_of, filter_words, row_views
from web.services import services
from web.store.mix import read_query
from web.store.snapshots import (
    frozen_codebook,
    frozen_file,
    frozen_mix,
    get_snapshot,
    list_snapshots,
    make_snapshot,
    snapshot_archive,
)
from web.tables import Snapshot

LONGEST_TITLE = 200
_TABLE_KINDS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMATS = ("zip", "xlsx", *_TABLE_KINDS)

blueprint = Blueprint("snapshots", __name__)


@blueprint.get("/snapshots")
def overview() -> str:
    """List all snapshots."""
    with services().database.reading() as session:
        return render_template("snapshots/overview.html", snapshots=list_snapshots(session))


@blueprint.post("/snapshots")
def make() -> Response:
    """Freeze the theme mix that a form asks for, and show it."""
    title = request.form.get("title", "")
    if len(title) > LONGEST_TITLE:
        raise RequestError("The title is longer than {most} characters; shorten it.", most=LONGEST_TITLE)
    current = services().models.get()
    query = read_query(request.form, current.model.codebook)
    with services().database.reading() as session:
        corpus = services().corpus.get(session, current)
    made = make_snapshot(
        services().database,
        services().settings.data_folder,
        current,
        corpus,
        query,
        title=title,
        selection="; ".join(filter_words(query)),
        made_by=person().name,
    )
    return cast(Response, redirect(url_for("snapshots.show", identifier=made.identifier), 303))


@blueprint.get("/snapshots/<identifier>")
def show(identifier: str) -> str:
    """Show a snapshot: how to cite it, its table as it was frozen, and its files."""
    snapshot, folder = _found(identifier), services().settings.data_folder
    codebook = frozen_codebook(snapshot, folder)
    query = read_query(snapshot.query, codebook)
    mix = frozen_mix(snapshot, folder, query)
    years = {row.group: [row.origin.year] for row in mix.rows if row.origin.year}
    return render_template(
        "snapshots/show.html",
        snapshot=snapshot,
        query=query,
        grouping=str(GROUPING_NAMES[query.by]),
        measure=str(MEASURE_NAMES[query.measure]),
        columns=columns_of(query, codebook, ""),
        rows=row_views(mix, query, 0, len(mix.rows), years),
        notes=notes_on(mix, query),
        formats=_FORMATS,
    )


@blueprint.get("/snapshots/<identifier>/<format>")
def download(identifier: str, format: str) -> Response:
    """Send the archive, or the table as it was frozen."""
    snapshot, folder = _found(identifier), services().settings.data_folder
    name = f"theme-mix-snapshot-{identifier}.{format}"
    if format == "zip":
        return send_file(snapshot_archive(snapshot, folder), "application/zip", as_attachment=True, download_name=name)
    if format == "xlsx":
        return _sent(_workbook(snapshot, folder), _XLSX, name)
    if format not in _TABLE_KINDS:
        raise NotFoundError(
            "There is no file of the kind {value}; use one of: {allowed}", value=format, allowed=", ".join(_FORMATS)
        )
    return _sent(frozen_file(snapshot, folder, format), _TABLE_KINDS[format], name)


def _found(identifier: str) -> Snapshot:
    with services().database.reading() as session:
        return get_snapshot(session, identifier)


def _workbook(snapshot: Snapshot, folder: Path) -> bytes:
    codebook = frozen_codebook(snapshot, folder)
    query = read_query(snapshot.query, codebook)
    mix = frozen_mix(snapshot, folder, query)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "mix.xlsx"
        write_mix(mix, codebook, path, notes=[*notes_on(mix, query), *filter_words(query), snapshot.citation])
        return path.read_bytes()


def _sent(data: bytes, kind: str, name: str) -> Response:
    response = make_response(data)
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
