"""Snapshots on the web: what is shown is frozen, keeps its address, and is made again by the command."""

import errno
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from application import services_of
from flask import Flask
from flask.testing import FlaskClient
from mixes import add_report, mix_for

from classifier import load_labels, reproduce
from classifier.snapshot_file import unpacked_snapshot
from web.store.documents import delete_document


def freeze(client: FlaskClient, **asked: str) -> str:
    """Freeze a mix by the button of its page and return its address."""
    answer = client.post("/snapshots", data=asked)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.location


def archive_of(client: FlaskClient, address: str, folder: Path) -> Path:
    path = folder / "snapshot.zip"
    with client.get(address) as answer:  # Closes the file that is sent.
        assert answer.content_type == "application/zip"
        path.write_bytes(answer.data)
    return path


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"by": "document", "measure": "text", "search": "杭州", "detail": "1"},
        {"section_kind": "plans", "years": "1"},
    ],
    ids=["whole", "searched", "sections"],
)
def test_what_is_shown_is_frozen_and_made_again(
    asked: dict[str, str], app: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    add_report(app)
    address = freeze(client, **asked)
    shown = mix_for(app, **asked)
    frozen = json.loads(client.get(f"{address}/json").data)
    rows = {(row["jurisdiction"], row["year"]): row for row in frozen["rows"]}
    assert len(rows) == len(shown.rows) > 0
    for row in shown.rows:
        kept = rows[row.origin.jurisdiction, row.origin.year]
        assert (kept["paragraphs"], kept["labelled"]) == (row.paragraphs, row.labelled)
        for code, share in row.shares.items():
            assert kept["shares"][code]["count"] == share.count
            assert kept["shares"][code]["share"] == pytest.approx(share.share, abs=2e-6)
    assert reproduce(archive_of(client, f"{address}/zip", tmp_path)).equal


def test_the_archive_holds_what_was_chosen_and_nobody_s_name(client: FlaskClient, tmp_path: Path) -> None:
    address = freeze(client, search="杭州", title="杭州一份")
    with unpacked_snapshot(archive_of(client, f"{address}/zip", tmp_path)) as (folder, manifest):
        assert (manifest.title, manifest.documents, manifest.paragraphs) == ("杭州一份", 1, 16)
        assert "杭州" in manifest.selection
        labels = load_labels(folder / "labels")
        assert {label.key[0][:3] for label in (*labels.paragraphs, *labels.statements)} == {"001"}
        documents = (folder / "data/documents.jsonl").read_text(encoding="utf-8").splitlines()
        assert [json.loads(line)["facts"] for line in documents] == [{}]


def test_the_page_stays_as_it_was_when_the_data_change(app: Flask, client: FlaskClient) -> None:
    add_report(app)  # Not labelled: its row has intervals, and notes that say why they are so wide.
    address = freeze(client, by="document")
    client.set_cookie("language", "en")
    before = client.get(address).get_data(as_text=True)
    assert "Cite it as" in before and "杭州市" in before and "percentage points off on average" in before
    with services_of(app).database.writing() as session:
        delete_document(session, 2)
    assert client.get(address).get_data(as_text=True) == before
    for suffix, kind in (("csv", "text/csv"), ("xlsx", "application/vnd")):
        answer = client.get(f"{address}/{suffix}")
        assert answer.status_code == 200 and answer.content_type.startswith(kind) and answer.data
    assert client.get(f"{address}/exe").status_code == 404
    assert client.get("/snapshots/unknown").status_code == 404
    assert address in client.get("/snapshots").get_data(as_text=True)


def test_the_same_once_more_is_the_snapshot_that_is_there(client: FlaskClient, home_folder: Path) -> None:
    assert freeze(client, by="year") == freeze(client, by="year")
    assert len(list((home_folder / "snapshots").iterdir())) == 1


def test_readers_see_the_page_and_only_annotators_the_button(app: Flask, as_user: Callable[..., FlaskClient]) -> None:
    annotator, viewer = as_user("wang", "annotator"), as_user("li", "viewer")
    assert 'action="/snapshots"' in annotator.get("/mix").get_data(as_text=True)
    address = freeze(annotator)
    assert 'action="/snapshots"' not in viewer.get("/mix").get_data(as_text=True)
    assert viewer.post("/snapshots").status_code == 403
    assert viewer.get(address).status_code == 200


def test_nothing_chosen_is_not_frozen(client: FlaskClient) -> None:
    assert client.post("/snapshots", data={"search": "没有这个地方"}).status_code == 409
    assert client.post("/snapshots", data={"by": "month"}).status_code == 400
    assert client.post("/snapshots", data={"title": "长" * 201}).status_code == 400


def test_a_full_disk_is_said_and_leaves_nothing(
    client: FlaskClient, home_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("classifier.plain_zip.shutil.copyfileobj", full)
    client.set_cookie("language", "en")
    answer = client.post("/snapshots")
    assert answer.status_code == 507 and "No space left on device" in answer.get_data(as_text=True)
    assert list((home_folder / "snapshots").iterdir()) == []


def test_the_api_makes_lists_reads_and_sends_snapshots(client: FlaskClient, tmp_path: Path) -> None:
    answer = client.post("/api/v1/snapshots", json={"by": "level", "title": "各级"})
    assert answer.status_code == 201
    made = answer.get_json()
    assert made["title"] == "各级" and made["identifier"] in made["citation"]
    assert client.get("/api/v1/snapshots").get_json() == {"snapshots": [made]}
    address = f"/api/v1/snapshots/{made['identifier']}"
    read = client.get(address).get_json()
    assert [row["level"] for row in read.pop("table")["rows"]] == ["province", "city", "county"]
    assert read == made
    assert reproduce(archive_of(client, f"{address}/archive", tmp_path)).manifest.identifier == made["identifier"]
    assert client.get(f"/api/v1/snapshots/{'0' * 32}").status_code == 404
    assert client.get("/api/v1/snapshots/7").status_code == 404
