"""Files of any size: interrupted runs go on where they stopped, malformed rows are counted, several processes agree."""

import csv
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from conftest import Finished
from hypothesis import given
from hypothesis import strategies as st
from paths import ROOT
from pyarrow import parquet

from classifier import Item, Model, record_of, save_model
from classifier.chunks import Paragraphs
from classifier.json_records import json_lines
from classifier.origins import Origin
from classifier.records import Classified

Run = Callable[..., Finished]
SENTENCES = (
    "全年调解纠纷300件，成功率98%。",
    "组织行政执法案卷评查，抽查案卷120件；开展执法培训四场，参训五百人次。",
    "举办宪法宣传周活动12场，发放资料3万份。受理法律援助案件二百件，挽回损失九百万元。",
    "推进营商环境建设，完成合法性审核八十件。",
)
ROWS = 400


def texts(count: int) -> list[str]:
    return [SENTENCES[number % len(SENTENCES)] + str(number) for number in range(count)]


def write_lines(path: Path, rows: Sequence[Any]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def many_rows(path: Path, count: int = ROWS) -> Path:
    rows = [{"id": number, "text": text} for number, text in enumerate(texts(count), 1)]
    if path.suffix == ".jsonl":
        return write_lines(path, rows)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, ["id", "text"])
        writer.writeheader()
        writer.writerows(rows)
    return path


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def hidden(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classifier.sources._ROWS_IN_CHUNK", 10)


def interrupt_after(chunks: int, error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the run end with an error when so many chunks are done."""
    from classifier import workers

    done = 0
    real = workers.classify_chunk

    def counted(*arguments: Any) -> workers.Done:
        nonlocal done
        done += 1
        if done > chunks:
            raise error
        return real(*arguments)

    monkeypatch.setattr("classifier.parallel.classify_chunk", counted)


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("output", ["jsonl", "csv", "parquet", "xlsx"])
@pytest.mark.parametrize("source", ["jsonl", "csv"])
def test_an_interrupted_run_goes_on_without_a_row_lost_or_done_twice(
    source: str, output: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = many_rows(tmp_path / f"in.{source}")
    whole, target = tmp_path / f"whole.{output}", tmp_path / f"out.{output}"
    assert run("classify", str(path), "-o", str(whole)).code == 0
    with monkeypatch.context() as patch:
        interrupt_after(7, KeyboardInterrupt(), patch)
        stopped = run("classify", str(path), "-o", str(target))
        assert stopped.code == 130 and "70 paragraphs are kept: go on with --resume" in stopped.errors
        assert not target.exists() and hidden(tmp_path) == [f".out.{output}.partial", f".out.{output}.partial.json"]
    with monkeypatch.context() as patch:
        interrupt_after(5, KeyboardInterrupt(), patch)
        assert "120 paragraphs are kept" in run("classify", str(path), "-o", str(target), "--resume").errors
    finished = run("classify", str(path), "-o", str(target), "--resume")
    assert finished.code == 0 and hidden(tmp_path) == []
    if output == "parquet":
        assert parquet.read_table(target).equals(parquet.read_table(whole)) and parquet.read_table(target).num_rows == ROWS
    elif output == "xlsx":
        rows = [[*book.active.values] for book in map(openpyxl.load_workbook, (target, whole))]
        assert rows[0] == rows[1] and len(rows[0]) == ROWS + 1
    else:
        assert target.read_bytes() == whole.read_bytes()


@pytest.mark.usefixtures("small_chunks")
def test_a_new_run_forgets_the_interrupted_one(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, target = many_rows(tmp_path / "in.jsonl"), tmp_path / "out.jsonl"
    for chunks in (7, 0):
        with monkeypatch.context() as patch:
            interrupt_after(chunks, KeyboardInterrupt(), patch)
            run("classify", str(path), "-o", str(target))
    assert hidden(tmp_path) == []
    assert "no interrupted run to go on with" in run("classify", str(path), "-o", str(target), "--resume").errors


@pytest.mark.parametrize(("jobs", "number"), [("1", signal.SIGTERM), ("2", signal.SIGINT)], ids=["SIGTERM", "Ctrl-C"])
def test_ctrl_c_says_what_is_kept_and_shows_no_traceback(
    jobs: str, number: signal.Signals, run: Run, model: Model, tmp_path: Path
) -> None:
    path, target = many_rows(tmp_path / "in.jsonl", 100_000), tmp_path / "out.jsonl"
    save_model(model, tmp_path / "model")
    command = [sys.executable, "-m", "classifier", "classify", str(path), "-o", str(target), "--jobs", jobs]
    command += ["--model", str(tmp_path / "model")]
    partial = tmp_path / ".out.jsonl.partial"

    def hear() -> None:
        # Programs that a shell starts in the background are deaf to Ctrl-C, and so are those that they start.
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    with subprocess.Popen(command, stderr=subprocess.PIPE, cwd=ROOT, start_new_session=True, preexec_fn=hear) as process:  # noqa: PLW1509
        # Some chunks: the first one is counted a moment after it is written.
        while not partial.exists() or partial.stat().st_size < 8_000_000:
            assert process.poll() is None, "it was done before it could be stopped"
            time.sleep(0.01)
        os.killpg(process.pid, number)
        _, errors = process.communicate(timeout=60)
    said = errors.decode()
    assert process.returncode == 130 and "are kept: go on with --resume" in said and "Traceback" not in said, said
    assert run(*command[3:], "--resume").code == 0
    assert [row["id"] for row in records(target)] == [*range(1, 100_001)]


@pytest.mark.usefixtures("small_chunks")
def test_documents_that_are_done_are_not_read_again(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classifier.sources._CHARACTERS_IN_CHUNK", 100)
    folder = tmp_path / "reports"
    folder.mkdir()
    for number in range(12):
        report = f"2024年第{number}县司法局工作总结\n" + "".join(f"{text}\n" for text in texts(5))
        (folder / f"{number:02}.txt").write_text(report, encoding="utf-8")
    whole, target = tmp_path / "whole.csv", tmp_path / "out.csv"
    run("classify", str(folder), "-o", str(whole))
    with monkeypatch.context() as patch:
        interrupt_after(4, KeyboardInterrupt(), patch)
        run("classify", str(folder), "-o", str(target))
    read: list[str] = []
    real = Path.read_bytes

    def noted(path: Path) -> bytes:
        read.append(path.name)
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    assert run("classify", str(folder), "-o", str(target), "--resume").code == 0
    assert target.read_bytes() == whole.read_bytes()
    assert [name for name in read if name.endswith(".txt")] == [f"{number:02}.txt" for number in range(4, 12)]


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("row", "row 70 is not what it was"),
        ("format", "another form"),
        ("input", "another list of inputs"),
        ("mark", "damaged"),
        ("partial", "shorter than it was"),
        ("nothing", "no interrupted run"),
    ],
)
def test_what_cannot_be_resumed_is_refused(
    change: str, said: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, target = many_rows(tmp_path / "in.jsonl"), tmp_path / "out.jsonl"
    partial, mark = tmp_path / ".out.jsonl.partial", tmp_path / ".out.jsonl.partial.json"
    with monkeypatch.context() as patch:
        interrupt_after(7, KeyboardInterrupt(), patch)
        run("classify", str(path), "-o", str(target))
    arguments = ["classify", str(path), "-o", str(target), "--resume"]
    if change == "row":
        path.write_text("\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    elif change == "format":
        arguments += ["--format", "csv"]
    elif change == "input":
        arguments.insert(1, str(many_rows(tmp_path / "other.jsonl")))
    elif change == "mark":
        mark.write_text("{", encoding="utf-8")
    elif change == "partial":
        partial.write_bytes(b"")
    else:
        mark.unlink()
    finished = run(*arguments)
    assert finished.code == 1 and said in finished.errors and "start" in finished.errors
    assert not target.exists()
    assert run("classify", str(path), "-o", str(target)).code == 0 and len(records(target)) == ROWS


@pytest.mark.usefixtures("small_chunks")
def test_a_finished_input_that_has_changed_since_is_noticed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = many_rows(tmp_path / "a.jsonl", 20), many_rows(tmp_path / "b.jsonl", 50)
    arguments = ["classify", str(first), str(second), "-o", str(tmp_path / "out.jsonl")]
    with monkeypatch.context() as patch:
        interrupt_after(4, KeyboardInterrupt(), patch)
        run(*arguments)
    many_rows(first, 21)
    assert "inputs that were done have changed since" in run(*arguments, "--resume").errors


BAD_ROWS = {
    "jsonl": (['{"id": 1, "text": "调解纠纷三百件。"}', "{", "", '{"id": 3, "text": "法律援助二百件。"}', "[1]"], {2, 5}),
    "csv": (["id,text", "1,调解纠纷三百件。", "2,a,b", '"x"y,z', "3,法律援助二百件。"], {3, 4}),
}


@pytest.mark.parametrize("source", BAD_ROWS)
def test_malformed_rows_are_named_counted_and_left_out(source: str, run: Run, tmp_path: Path) -> None:
    lines, bad = BAD_ROWS[source]
    path, target = tmp_path / f"in.{source}", tmp_path / "out.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    finished = run("classify", str(path), "-o", str(target), "--on-error", "skip")
    assert finished.code == 1 and [str(row["id"]) for row in records(target)] == ["1", "3"]
    *named, counted = finished.errors.splitlines()
    assert len(named) == len(bad) and all(f" {number} " in line for number, line in zip(sorted(bad), named, strict=True))
    assert "2 malformed rows were left out" in counted


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_malformed_row_stops_the_run_and_once_mended_it_goes_on(jobs: str, run: Run, tmp_path: Path) -> None:
    path, target = many_rows(tmp_path / "in.jsonl"), tmp_path / "out.jsonl"
    good = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*good[:333], "{broken}\n", *good[334:]]), encoding="utf-8")
    arguments = ["classify", str(path), "-o", str(target), "--jobs", jobs]
    stopped = run(*arguments)
    assert stopped.code == 1 and not target.exists()
    assert "line 334 is not JSON" in stopped.errors and "333 paragraphs are kept: go on with --resume" in stopped.errors
    assert "line 334" in run(*arguments, "--resume").errors
    path.write_text("".join(good), encoding="utf-8")
    assert run(*arguments, "--resume").code == 0
    assert [row["id"] for row in records(target)] == [*range(1, ROWS + 1)]


def test_a_killed_run_goes_on_where_it_was(run: Run, model: Model, tmp_path: Path) -> None:
    path, target, whole = many_rows(tmp_path / "in.jsonl", 60_000), tmp_path / "out.jsonl", tmp_path / "whole.jsonl"
    save_model(model, tmp_path / "model")
    mark = tmp_path / ".out.jsonl.partial.json"
    # Marks are usually two seconds apart.
    program = "import classifier.unfinished as u; u._SECONDS_BETWEEN_MARKS = 0; from classifier.cli.main import main; main()"
    command = [sys.executable, "-c", program, "classify", str(path), "-o", str(target), "--model", str(tmp_path / "model")]
    with subprocess.Popen(command) as process:
        while not mark.exists():
            assert process.poll() is None, "it was done before it could be killed"
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    done = json.loads(mark.read_text(encoding="utf-8"))["progress"]["paragraphs"]
    assert 0 < done < 60_000 and not target.exists()
    assert run(*command[3:], "--resume").code == 0
    assert run("classify", str(path), "-o", str(whole), "--model", str(tmp_path / "model")).code == 0
    assert target.read_bytes() == whole.read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="finds the workers of a process in /proc")
def test_a_worker_of_this_machine_that_is_killed_ends_the_run_which_goes_on_later(
    run: Run, model: Model, tmp_path: Path
) -> None:
    path, target, partial = many_rows(tmp_path / "in.jsonl", 50_000), tmp_path / "out.jsonl", tmp_path / ".out.jsonl.partial"
    save_model(model, tmp_path / "model")
    command = [sys.executable, "-m", "classifier", "classify", str(path), "-o", str(target), "--jobs", "2"]
    command += ["--model", str(tmp_path / "model")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, cwd=ROOT) as process:
        while not partial.exists() or not partial.stat().st_size:
            assert process.poll() is None, "it was done before a worker could be killed"
            time.sleep(0.01)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
        workers = [int(child) for child in children if b"popen_loky" in Path(f"/proc/{child}/cmdline").read_bytes()]
        os.kill(workers[0], signal.SIGKILL)
        _, errors = process.communicate(timeout=60)
    said = errors.decode()
    assert process.returncode == 1 and "ended from outside" in said and "go on with --resume" in said, said
    assert "Traceback" not in said and not target.exists()
    assert run(*command[3:], "--resume").code == 0
    assert [row["id"] for row in records(target)] == [*range(1, 50_001)]


@pytest.mark.parametrize("room", [100_000, 1000], ids=["some", "none"])
def test_a_full_disk_keeps_what_is_done(room: int, run: Run, model: Model, tmp_path: Path) -> None:
    path, target = many_rows(tmp_path / "in.jsonl", 4000), tmp_path / "out.jsonl"
    save_model(model, tmp_path / "model")
    arguments = ["classify", str(path), "-o", str(target), "--model", str(tmp_path / "model")]
    program = "import classifier.sources as s; s._ROWS_IN_CHUNK = 20; from classifier.cli.main import main; main()"
    finished = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        # A file may grow to this size and no further, as on a disk that is full then.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )
    assert finished.returncode == 1 and "cannot be written" in finished.stderr and not target.exists()
    if room == 1000:
        assert "nothing was kept" in finished.stderr and hidden(tmp_path) == []
        return
    assert "go on with --resume" in finished.stderr
    assert run(*arguments, "--resume").code == 0
    assert [row["id"] for row in records(target)] == [*range(1, 4001)]


def test_two_runs_cannot_write_one_output(run: Run, tmp_path: Path) -> None:
    import fcntl

    path = many_rows(tmp_path / "in.jsonl", 5)
    with (tmp_path / ".out.jsonl.partial").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        finished = run("classify", str(path), "-o", str(tmp_path / "out.jsonl"))
    assert finished.code == 1 and "another run is writing it" in finished.errors


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-", "-o", "out.jsonl", "--resume"], "--resume needs"),
        (["in.jsonl", "--resume"], "--resume needs"),
        (["in.jsonl", "--format", "parquet"], "-o FILE.parquet"),
        (["in.jsonl", "--jobs", "2", "--scheduler", "tcp://127.0.0.1:1"], "give one of them"),
        (["in.jsonl", "--on-error", "ignore"], "Invalid value"),
    ],
)
def test_options_that_do_not_fit_together_are_wrong_usage(arguments: list[str], said: str, run: Run) -> None:
    finished = run("classify", *arguments)
    assert finished.code == 2 and said in finished.errors


@pytest.mark.parametrize("output", ["jsonl", "csv", "parquet"])
def test_two_processes_write_the_same_file(output: str, run: Run, tmp_path: Path) -> None:
    path = many_rows(tmp_path / "in.jsonl", 4000)
    for jobs in ("1", "2"):
        assert run("classify", str(path), "-o", str(tmp_path / f"{jobs}.{output}"), "--jobs", jobs).code == 0
    assert (tmp_path / f"1.{output}").read_bytes() == (tmp_path / f"2.{output}").read_bytes()


def test_fields_of_json_lines_go_through_unchanged(run: Run, tmp_path: Path) -> None:
    path, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    line = '{ "big": 123456789012345678901234567890, "x": 1.10, "half": "\\ud83d", "list": [1, null], "text":"调解纠纷。" }'
    path.write_text(f"{line}\r\n{{}}\n", encoding="utf-8")
    assert "row 2 has no text" in run("classify", str(path), "-o", str(target)).errors
    written, empty = target.read_text(encoding="utf-8").splitlines()
    assert written.startswith(line[:-1]) and json.loads(written)["theme"] == "mediation"
    assert json.loads(empty)["theme"] == "" and json.loads(empty)["statements"] == []


def test_parquet_keeps_the_types_of_columns_and_finds_a_common_one(run: Run, tmp_path: Path) -> None:
    rows = [
        {"text": "调解纠纷三百件。", "n": 1, "x": 1, "mixed": 1, "list": [1, 2], "flag": True},
        {"text": "法律援助二百件。", "n": 2, "x": 2.5, "mixed": "two", "list": None, "flag": None, "late": "new"},
    ]
    target = tmp_path / "out.parquet"
    assert run("classify", str(write_lines(tmp_path / "in.jsonl", rows)), "-o", str(target)).code == 0
    table = parquet.read_table(target)
    assert table.select(["n", "x", "mixed", "list", "flag", "late"]).to_pylist() == [
        {"n": 1, "x": 1.0, "mixed": "1", "list": "[1, 2]", "flag": True, "late": None},
        {"n": 2, "x": 2.5, "mixed": "two", "list": None, "flag": None, "late": "new"},
    ]
    assert table.column("theme").to_pylist() == ["mediation", "legal_aid"]
    assert table.schema.field("confidence").type == pa.float64()


@pytest.mark.usefixtures("small_chunks")
def test_types_that_change_between_chunks_become_text(run: Run, tmp_path: Path) -> None:
    rows = [{"text": text, "year": 2024 if number < 15 else "2024年"} for number, text in enumerate(texts(30))]
    target = tmp_path / "out.parquet"
    assert run("classify", str(write_lines(tmp_path / "in.jsonl", rows)), "-o", str(target)).code == 0
    assert set(parquet.read_table(target).column("year").to_pylist()) == {"2024", "2024年"}


def test_parquet_is_read_by_its_text_column_and_a_damaged_file_is_named(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    parquet.write_table(pa.table({"id": [7, 8], "正文": ["调解纠纷三百件。", "法律援助二百件。"]}), path)
    finished = run("classify", str(path), "--format", "jsonl")
    assert [json.loads(line)["theme"] for line in finished.output.splitlines()] == ["mediation", "legal_aid"]
    path.write_bytes(path.read_bytes()[:-9])
    assert "not a Parquet file, or damaged" in run("classify", str(path)).errors


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60) | st.sampled_from(
    ["", " \n", "……。！", '他说："调解"。\\ 完', "𠀀法律援助\x00\x1f\t", "\ud83d半个", *SENTENCES]
)
FIELDS = st.dictionaries(
    st.text(max_size=3), st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ANY_TEXT, max_size=3
)


@given(st.lists(st.tuples(FIELDS, ANY_TEXT), min_size=1, max_size=6), st.booleans())
def test_records_written_at_once_are_those_written_one_by_one(
    model: Model, rows: list[tuple[dict[str, Any], str]], banded: bool
) -> None:
    plain = [text for _, text in rows]
    fields = [own for own, _ in rows]
    bands = model.bands if banded else None
    written = json_lines(Classified(Paragraphs(fields, plain), model.score(plain), model.identity, bands), ())
    expected = [
        record_of(Item(own, text, Origin()), found, model.identity, flat=False)
        | ({"band": found.band or ""} if banded else {})
        for own, text, found in zip(fields, plain, model.predict(plain), strict=True)
    ]
    found_records = [json.loads(line) for line in written.split(b"\n")[:-1]]
    assert [list(record) for record in found_records] == [list(record) for record in expected]
    for found, wanted in zip(found_records, expected, strict=True):
        assert found.pop("scores") == pytest.approx(wanted.pop("scores"), abs=1.1e-6)
        for part, other in zip(found["statements"], wanted["statements"], strict=True):
            assert part.pop("confidence") == pytest.approx(other.pop("confidence"), abs=1.1e-6)
        assert found.pop("confidence") == pytest.approx(wanted.pop("confidence"), abs=1.1e-6)
        assert found == wanted


def test_memory_stays_small_and_does_not_grow_with_the_file(model: Model, tmp_path: Path) -> None:
    save_model(model, tmp_path / "model")
    program = (
        "import sys; from classifier.cli.main import _run; code = _run(sys.argv[1:]);"
        "print(*[line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')]); sys.exit(code)"
    )
    peaks = []
    for count in (5_000, 50_000):
        path = many_rows(tmp_path / f"{count}.jsonl", count)
        arguments = ["classify", str(path), "-o", str(tmp_path / "out.jsonl"), "--model", str(tmp_path / "model")]
        finished = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
        peaks.append(int(finished.stdout) / 1024)
    assert max(peaks) < 400 and peaks[1] < peaks[0] + 30, peaks
