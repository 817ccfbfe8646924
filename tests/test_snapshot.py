"""Snapshots: the same bytes on any machine, every byte of them checked, and their tables made again from what is in them."""

import csv
import errno
import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Finished
from fewer_labels import with_fewer_examples
from paths import ROOT

from classifier import (
    ArchivedDocument,
    InputError,
    LabelSet,
    Model,
    SnapshotError,
    TableForm,
    archive_line,
    freeze,
    freeze_folder,
    read_document,
    reproduce,
    save_model,
    theme_mix,
    working_folder,
)
from classifier.manifest import EVERY_TABLE, FrozenData, Manifest
from classifier.plain_zip import digests_of, write_plain_zip
from classifier.snapshot_file import unpacked_snapshot, write_snapshot

Run = Callable[..., Finished]
REPORT = "003_ed454340f6a536b2.txt"
JURISDICTIONS = (TableForm("jurisdiction", "paragraphs"),)


@pytest.fixture(scope="module")
def small_labels(labels: LabelSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hand labels with few examples: some for each code."""
    folder = tmp_path_factory.mktemp("labels")
    for name in ("codebook.toml", "paragraphs.csv", "statements.csv"):
        shutil.copyfile(ROOT / "labels" / name, folder / name)
    examples = with_fewer_examples(labels).examples[::3]
    rows = [f"{item.theme},{item.text}\n" for item in examples if "," not in item.text]
    (folder / "examples.csv").write_text("theme,text\n" + "".join(rows), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def snapshot(model: Model, small_labels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive = tmp_path_factory.mktemp("snapshots") / "seeds.zip"
    freeze([ROOT / "seeds"], archive, model, small_labels)
    return archive


def members_of(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def manifest_of(archive: Path) -> Manifest:
    with unpacked_snapshot(archive) as (_, manifest):
        return manifest


@contextmanager
def changed(archive: Path, target: Path, **changes: Any) -> Iterator[Path]:
    """Give the files of a snapshot to be changed, and freeze what they are then: every digest is right again."""
    with unpacked_snapshot(archive) as (folder, manifest):
        yield folder
        write_snapshot(folder, replace(manifest, **changes, sha256=digests_of(folder)), target)


# Round trip


def test_what_is_frozen_comes_out_equal(run: Run, small_labels: Path, tmp_path: Path) -> None:
    archive = tmp_path / "seeds.zip"
    made = run("snapshot", str(ROOT / "seeds"), "--labels", str(small_labels), "-o", str(archive), "--title", "五份报告")
    assert made.code == 0 and made.output.startswith(f"{archive}: 92 paragraphs, 10 tables")
    identifier = manifest_of(archive).identifier
    citation = f"五份报告. Snapshot {identifier}, policy-themes 0.1.0, codebook 1.0, model 1.0-"
    assert made.output.splitlines()[1].startswith(citation) and made.output.rstrip().endswith(", 2025-03-13.")
    again = run("reproduce", str(archive))
    assert again.code == 0 and made.output.splitlines()[1] in again.output
    assert again.output.endswith("10 tables made again: equal\n") and not again.errors


def test_a_snapshot_holds_its_inputs_byte_for_byte_and_explains_itself(
    snapshot: Path, small_labels: Path, model: Model
) -> None:
    members = members_of(snapshot)
    for path in (ROOT / "seeds").iterdir():
        assert members[f"data/1/{path.name}"] == path.read_bytes()
    for path in small_labels.iterdir():
        assert members[f"labels/{path.name}"] == path.read_bytes()
    assert (
        json.loads(members["tables/level-text.json"])
        == theme_mix(ROOT / "seeds", model, by="level", measure="text").to_dict()
    )
    assert len([name for name in members if name.startswith("tables/")]) == 2 * len(EVERY_TABLE)
    page = members["README.txt"].decode()
    assert "注意保密" in page and "Confidentiality" in page and "policy-themes reproduce" in page
    assert manifest_of(snapshot).identifier in members["CITATION.txt"].decode()


def test_tables_a_single_file_and_labels_in_one_csv_can_be_frozen(model: Model, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("what,jurisdiction\n全年调解纠纷三百件。,清源县\n", encoding="gb18030")
    (tmp_path / "labels.csv").write_text("text,theme\n甲,a\n乙,b\n", encoding="utf-8")
    inputs = [ROOT / "seeds" / REPORT, tmp_path / "rows.csv"]
    manifest = freeze(inputs, tmp_path / "x.zip", model, tmp_path / "labels.csv", text_column="what", tables=JURISDICTIONS)
    assert manifest.data.files == (f"data/1/{REPORT}", "data/2/rows.csv") and manifest.labels == "labels/labels.csv"
    assert "data/1/sources.csv" in manifest.sha256
    found = json.loads(members_of(tmp_path / "x.zip")["tables/jurisdiction-paragraphs.json"])
    assert [row["jurisdiction"] for row in found["rows"]] == ["嘉兴市", "清源县"]
    assert reproduce(tmp_path / "x.zip").equal


def test_units_can_be_frozen_as_they_were_stored(model: Model, small_labels: Path, tmp_path: Path) -> None:
    reading = read_document(ROOT / "seeds" / REPORT)
    with working_folder(tmp_path / "x.zip") as folder:
        (folder / "data").mkdir()
        kept = reading.paragraphs[3:9]  # No reader would find exactly these again.
        line = archive_line(ArchivedDocument(reading.document, kept))
        (folder / "data/documents.jsonl").write_text(line, encoding="utf-8")
        shutil.copytree(small_labels, folder / "labels")
        save_model(model, folder / "themes.model")
        data = FrozenData(("data/documents.jsonl",), units_as_stored=True)
        forms = [TableForm("section_kind", "text", detailed=True), TableForm(by_year=True)]
        manifest = freeze_folder(folder, tmp_path / "x.zip", data, tables=forms, selection="year: 2022")
    assert manifest.paragraphs == 6
    found = json.loads(members_of(tmp_path / "x.zip")["tables/jurisdiction-paragraphs-by-year.json"])
    assert [(row["jurisdiction"], row["year"], row["labelled"]) for row in found["rows"]] == [("嘉兴市", "2022", 6)]
    assert reproduce(tmp_path / "x.zip").equal


# The same bytes anywhere


def as_another_machine() -> dict[str, str]:
    """Let NumPy and OpenBLAS compute as on an older processor, so that the last bits of sums and exponentials differ."""
    features = " ".join(np.show_config(mode="dicts")["SIMD Extensions"]["found"])
    return {"NPY_DISABLE_CPU_FEATURES": features, "OPENBLAS_CORETYPE": "Nehalem", "OPENBLAS_NUM_THREADS": "1"}


def test_two_machines_give_the_same_bytes(small_labels: Path, tmp_path: Path) -> None:
    machines = {
        "one": {"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "1"},
        "two": {"LC_ALL": "C.UTF-8", "TZ": "Asia/Shanghai", "PYTHONHASHSEED": "2", **as_another_machine()},
    }
    started = []
    for number, (name, environment) in enumerate(machines.items()):
        home = tmp_path / name
        for folder in ("own", "tmp", f"inputs of {name}/deeper"):
            (home / folder).mkdir(parents=True)
        reports = home / f"inputs of {name}"
        shutil.copyfile(ROOT / "seeds" / REPORT, reports / "deeper" / REPORT)
        shutil.copyfile(ROOT / "seeds/000_8ff83e828e6bfd7d.txt", reports / "报告.txt")
        shutil.copytree(small_labels, home / "labels")
        (home / "labels/paragraphs.csv").unlink()  # So that shares are sums of probabilities.
        for path in reports.rglob("*"):
            os.utime(path, (number * 1e9, number * 1e9))
        given = reports if number else Path(reports.name)
        code = (
            "from pathlib import Path; from classifier import freeze, load_labels, train\n"
            f"labels = Path({str(home / 'labels')!r})\n"
            f"freeze([{str(given)!r}], Path('x.zip'), train(load_labels(labels)), labels)"
        )
        started.append(
            subprocess.Popen(
                [sys.executable, "-W", "error", "-c", code],
                cwd=home,
                env={
                    **{"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
                    **{"HOME": str(home / "own"), "TMPDIR": str(home / "tmp"), **environment},
                },
            )
        )
    assert [process.wait() for process in started] == [0, 0]
    assert (tmp_path / "one/x.zip").read_bytes() == (tmp_path / "two/x.zip").read_bytes()
    table = json.loads(members_of(tmp_path / "one/x.zip")["tables/document-paragraphs.json"])
    assert [row["labelled"] for row in table["rows"]] == [0, 0]


@pytest.mark.parametrize(
    ("seconds", "date", "expected"),
    [("", "", "2023-03-15"), ("86400", "", "1970-01-02"), ("86400", "2024-05-31", "2024-05-31")],
)
def test_the_date_comes_from_the_user_the_environment_or_the_data(
    seconds: str, date: str, expected: str, model: Model, small_labels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", seconds)
    source = ROOT / "seeds" / REPORT
    made = freeze([source], tmp_path / "x.zip", model, small_labels, date=date, tables=JURISDICTIONS)
    assert made.date == expected and made.citation.endswith(f", {expected}.")


# What is changed or damaged is named


def test_a_changed_byte_is_named_in_whichever_file(snapshot: Path, tmp_path: Path) -> None:
    members = members_of(snapshot)
    for name, content in members.items():
        flipped = content[:-3] + bytes([content[-3] ^ 1]) + content[-2:]
        write_plain_zip(tmp_path / "x.zip", {**members, name: flipped}.items())
        with pytest.raises(SnapshotError, match=name.replace(".", r"\.")):
            reproduce(tmp_path / "x.zip")


def test_a_bit_that_turned_on_the_disk_is_named_too(snapshot: Path, tmp_path: Path) -> None:
    data = bytearray(snapshot.read_bytes())
    with zipfile.ZipFile(snapshot) as opened:
        where = opened.getinfo("tables/year-text.csv").header_offset + 200
    data[where] ^= 4
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(SnapshotError, match=r"not as it was frozen: tables/year-text\.csv; get"):
        reproduce(tmp_path / "x.zip")


def test_a_changed_label_shows_in_its_row(run: Run, snapshot: Path, tmp_path: Path) -> None:
    with changed(snapshot, tmp_path / "x.zip") as folder:
        path = folder / "labels/paragraphs.csv"
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        row = next(row for row in rows if row["document"].startswith("001") and row["primary"] == "mediation")
        row["primary"] = "publicity"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, row)
            writer.writeheader()
            writer.writerows(rows)
    finished = run("reproduce", str(tmp_path / "x.zip"))
    assert finished.code == 1
    said = [line for line in finished.output.splitlines() if line.startswith("tables/jurisdiction-paragraphs")]
    assert said[1:] == [
        "tables/jurisdiction-paragraphs, 杭州市, mediation: share 0.0625 frozen, 0.0 rebuilt (-0.0625)",
        "tables/jurisdiction-paragraphs, 杭州市, mediation: count 1 frozen, 0 rebuilt (-1)",
        "tables/jurisdiction-paragraphs, 杭州市, publicity: share 0.0625 frozen, 0.125 rebuilt (+0.0625)",
        "tables/jurisdiction-paragraphs, 杭州市, publicity: count 1 frozen, 2 rebuilt (+1)",
    ]
    assert said[0].startswith("tables/jurisdiction-paragraphs: snapshot ")  # The fingerprint of what it was made from.


def test_rows_that_are_lost_or_new_are_said_once(snapshot: Path, tmp_path: Path) -> None:
    with changed(snapshot, tmp_path / "x.zip") as folder:
        path = folder / "data/1/sources.csv"
        path.write_text(path.read_text(encoding="utf-8").replace(",2022,", ",2021,"), encoding="utf-8")
    said = [str(found) for found in reproduce(tmp_path / "x.zip").differences if found.table == "tables/year-text"]
    assert said[1:] == [
        "tables/year-text, 2022: row there frozen, none rebuilt",
        "tables/year-text, 2021: row none frozen, there rebuilt",
    ]


def test_a_csv_that_says_otherwise_than_its_json_is_a_difference(snapshot: Path, tmp_path: Path) -> None:
    with changed(snapshot, tmp_path / "x.zip") as folder:
        path = folder / "tables/year-text.csv"
        path.write_bytes(path.read_bytes().replace(b"mediation", b"meditation"))
    assert [found.table for found in reproduce(tmp_path / "x.zip").differences] == ["tables/year-text.csv"]


def test_another_version_tries_and_says_so(run: Run, snapshot: Path, tmp_path: Path) -> None:
    made_with = {**manifest_of(snapshot).made_with, "numpy": "1.0"}
    with changed(snapshot, tmp_path / "x.zip", program="0.0.9", made_with=made_with):
        pass
    finished = run("reproduce", str(tmp_path / "x.zip"))
    assert finished.code == 0 and "equal" in finished.output
    assert "frozen with policy-themes 0.0.9, reproduced with 0.1.0" in finished.errors and "numpy 1.0" in finished.errors


def test_a_model_is_trained_again_from_its_labels_or_the_difference_is_said(run: Run, tmp_path: Path) -> None:
    rows = [
        f"{text}第{n}次,{theme}\n"
        for n in "一二三四"
        for text, theme in (("球队主场取胜", "体育"), ("股市震荡收盘", "财经"))
    ]
    (tmp_path / "news.csv").write_text("text,theme\n" + "".join(rows), encoding="utf-8")
    (tmp_path / "titles.csv").write_text("text\n球队客场取胜\n", encoding="utf-8")
    news, titles, archive = (str(tmp_path / name) for name in ("news.csv", "titles.csv", "x.zip"))
    run("train", "--labels", news, "-o", str(tmp_path / "news.model"))
    run("snapshot", titles, "--labels", news, "--model", str(tmp_path / "news.model"), "-o", archive)
    finished = run("reproduce", archive, "--retrain")
    assert finished.code == 0 and finished.output.endswith("model trained again: the same bytes\n")
    with changed(Path(archive), tmp_path / "y.zip") as folder:
        path = folder / "labels/labels.csv"
        path.write_text(path.read_text(encoding="utf-8").replace("主场", "客场"), encoding="utf-8")
    finished = run("reproduce", str(tmp_path / "y.zip"), "--retrain")
    assert finished.code == 1 and "trained from other labels" in finished.output


# Archives of strangers


def hostile(name: str, content: bytes = b"x", **fields: int) -> Callable[[dict[str, bytes], Path], None]:
    def write(members: dict[str, bytes], target: Path) -> None:
        with zipfile.ZipFile(target, "w") as archive:
            for known, data in members.items():
                archive.writestr(known, data)
            member = zipfile.ZipInfo(name)
            for field, value in fields.items():
                setattr(member, field, value)
            archive.writestr(member, content)

    return write


def twice(members: dict[str, bytes], target: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        hostile("README.txt")(members, target)


def lying(members: dict[str, bytes], target: Path) -> None:
    """The directory says of a file that it is a gigabyte long."""
    write_plain_zip(target, members.items())
    size = len(members["README.txt"]).to_bytes(4, "little")
    data = bytearray(target.read_bytes())
    where = data.rindex(b"README.txt") - 46 + 20  # The sizes in the file's entry of the directory at the end.
    assert data[where : where + 8] == size * 2
    data[where : where + 8] = (1 << 30).to_bytes(4, "little") * 2
    target.write_bytes(data)


def without(name: str) -> Callable[[dict[str, bytes], Path], None]:
    def write(members: dict[str, bytes], target: Path) -> None:
        write_plain_zip(target, [(known, data) for known, data in members.items() if known != name])

    return write


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (hostile("../evil.txt"), "'../evil.txt' leads out of it"),
        (hostile("/etc/evil"), "'/etc/evil' leads out of it"),
        (hostile("data\\..\\evil"), "leads out of it"),
        (hostile("data/empty/"), "leads out of it"),
        (hostile("evil", b"/etc/passwd", external_attr=(stat.S_IFLNK | 0o777) << 16), "evil is a link"),
        (hostile("bomb", bytes(1 << 22), compress_type=zipfile.ZIP_DEFLATED), "bomb is compressed"),
        (twice, "README.txt stands in it twice"),
        (lying, r"members claim \d+ bytes, but it has only"),
        (hostile("more.txt"), r"does not list: more\.txt"),
        (without("data/1/sources.csv"), r"that are missing: data/1/sources\.csv"),
        (without("manifest.json"), "no snapshot"),
        (lambda members, target: target.write_bytes(b"PK"), "no zip archive"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hostile_archive_is_refused_by_name(
    write: Callable[[dict[str, bytes], Path], None],
    said: str,
    snapshot: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    write(members_of(snapshot), tmp_path / "x.zip")
    with pytest.raises(SnapshotError, match=said):
        reproduce(tmp_path / "x.zip")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["tmp", "x.zip"]


def test_too_many_files_are_not_looked_at(snapshot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classifier.plain_zip.MOST_MEMBERS", 30)
    with pytest.raises(SnapshotError, match=r"it has 35 members; at most 30"):
        reproduce(snapshot)


def test_a_bomb_in_the_place_of_the_model_is_refused(snapshot: Path, tmp_path: Path) -> None:
    with changed(snapshot, tmp_path / "x.zip") as folder, zipfile.ZipFile(folder / "themes.model", "w") as model:
        model.writestr("manifest.json", bytes(1 << 22), zipfile.ZIP_DEFLATED)
    with pytest.raises(SnapshotError, match=r"in its themes\.model, manifest\.json is compressed"):
        reproduce(tmp_path / "x.zip")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"data": {"files": ["/etc/passwd"]}}, "data that are not in it"),
        ({"labels": "../../labels"}, "labels that are not in it"),
        ({"tables": [{"by": "../x", "measure": "text"}]}, "table of an unknown kind"),
        ({"title": 7}, "should be a text"),
        ({"format_version": 99}, "snapshot format 99"),
        ({"format": "another"}, "not a policy-themes snapshot"),
        ({"more": 1}, "damaged"),
    ],
)
def test_a_manifest_that_leads_elsewhere_is_refused(
    change: dict[str, object], said: str, snapshot: Path, tmp_path: Path
) -> None:
    members = members_of(snapshot)
    content = {**json.loads(members["manifest.json"]), **change}
    write_plain_zip(tmp_path / "x.zip", {**members, "manifest.json": json.dumps(content).encode()}.items())
    with pytest.raises(SnapshotError, match=said):
        reproduce(tmp_path / "x.zip")


# What cannot be frozen


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.txt"], "missing.txt: no such file"),
        (["-"], "-: no such file"),
        (["empty"], "no documents or tables in this folder"),
        (["bad"], r"bad/blank.txt: no text in this file|blank.txt: no text in this file"),
        (["good.txt", "--date", "31.5.2024"], "date '31.5.2024' is no date"),
        (["good.txt", "--labels", "missing.csv"], "no such labels"),
    ],
)
def test_what_cannot_be_frozen_is_said_and_leaves_nothing(
    arguments: list[str], said: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("empty", "bad"):
        (tmp_path / name).mkdir()
    (tmp_path / "bad/blank.txt").write_text(" \n", encoding="utf-8")
    (tmp_path / "good.txt").write_text("全年调解纠纷三百件。\n", encoding="utf-8")
    finished = run("snapshot", *arguments, "-o", "x.zip")
    assert finished.code == 1 and any(one in finished.errors for one in said.split("|")), finished.errors
    assert str(tmp_path / ".snapshot-") not in finished.errors
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad", "empty", "good.txt"]


def test_a_full_disk_leaves_nothing_and_says_so(
    model: Model, small_labels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("classifier.plain_zip.shutil.copyfileobj", full)
    with pytest.raises(InputError, match=r"x\.zip: cannot be written \(No space left on device\); nothing was kept"):
        freeze([ROOT / "seeds" / REPORT], tmp_path / "x.zip", model, small_labels, tables=JURISDICTIONS)
    assert list(tmp_path.iterdir()) == []
