"""Measure ``policy-themes classify`` from file to file on one core, beside parsing and serialising with orjson alone.

    python -m benchmarks.file_speed [--texts FOLDER] [--quick]

Every round runs the command for each output format, with one process and with two, and the yardstick
(``benchmarks/json_yardstick.py``) on the same lines and records. Rates are of processor time, whole process; what an input
of one line takes is the start. Two processes are compared with one by the clock.
"""

import tempfile
from pathlib import Path

from benchmarks.processes import CommandError, policy_themes, run
from benchmarks.results import RATIO, Bar, Measure, Result
from benchmarks.texts import Texts, ask, write_lines
from classifier import load_model, save_model

NAME = "From file to file"
RATE = "paragraphs/s"
TEXT = """
`policy-themes classify in.jsonl -o out.…`, {count:,} paragraphs, a whole process on one core; rates are of processor time.
The yardstick reads the same lines, parses each with orjson, and serialises and writes the same output records with it, which
is all that a program would do if classification took no time. *Without start* takes off what a file of one line takes. One
process and two are compared by the clock, on {many:,} paragraphs.
"""
PARAGRAPHS, PARAGRAPHS_FOR_TWO, ROUNDS = 60_000, 1_000_000, 5
FORMATS = ("jsonl", "csv", "parquet")
# A tiny input may take no longer than the start itself.
_SHORTEST_TIME = 1e-3


def measure(texts: Texts, *, quick: bool = False) -> Result:
    """Let the command and the yardstick take turns."""
    count, many, rounds = (300, 600, 1) if quick else (PARAGRAPHS, PARAGRAPHS_FOR_TWO, ROUNDS)
    with tempfile.TemporaryDirectory() as name:
        return _measured(Path(name), texts, count, many, rounds)


def _measured(folder: Path, texts: Texts, count: int, many: int, rounds: int) -> Result:
    model = folder / "default.model"
    save_model(load_model(), model)
    one, lines, long = (write_lines(folder / f"{size}.jsonl", texts.paragraphs, size) for size in (1, count, many))

    def classify(source: Path, kind: str, jobs: int = 1) -> tuple[float, float]:
        output = folder / f"out.{kind}"
        output.unlink(missing_ok=True)
        found = policy_themes(
            *("classify", str(source), "-o", str(output), "--model", str(model), "--jobs", str(jobs)), one_core=jobs == 1
        )
        return found.processor, found.wall

    notes, formats, sizes = [], [], {"bytes in": lines.stat().st_size / count}
    for kind in FORMATS:
        try:
            classify(one, kind)
        except CommandError as error:
            notes.append(f"{kind} is not available ({str(error).splitlines()[-1].replace(f'{folder}/', '')})")
        else:
            formats.append(kind)
    rows: list[dict[str, float]] = []
    for _ in range(rounds):
        row = {"start": classify(one, "jsonl")[0]}
        for kind in formats:
            row[kind] = classify(lines, kind)[0]
            row[f"{kind} net"] = max(row[kind] - row["start"], _SHORTEST_TIME)
            sizes[f"bytes out, {kind}"] = (folder / f"out.{kind}").stat().st_size / count
        records, written = folder / "out.jsonl", folder / "yardstick.jsonl"
        row["yardstick"] = float(
            run(["-m", "benchmarks.json_yardstick", str(lines), str(records), str(written)]).output.splitlines()[-1]
        )
        row["one job"], row["two jobs"] = classify(long, "jsonl", 1)[1], classify(long, "jsonl", 2)[1]
        rows.append(row)

    def values(key: str, name: str, unit: str, each: list[float], bar: Bar | None = None) -> Measure:
        return Measure(key, name, tuple(each), unit, bar)

    measures = [values("start", "start: a file of one line", "s", [row["start"] for row in rows])]
    for kind in formats:
        bar = Bar(30_000) if kind == "jsonl" else None
        measures += [
            values(kind, f"jsonl to {kind}, whole process", RATE, [count / row[kind] for row in rows], bar),
            values(f"{kind} net", f"jsonl to {kind}, without start", RATE, [count / row[f"{kind} net"] for row in rows]),
        ]
    measures += [
        values("yardstick", "orjson alone: parse, serialise, write", RATE, [count / row["yardstick"] for row in rows]),
        values("two jobs", "jsonl to jsonl, two processes, by the clock", RATE, [many / row["two jobs"] for row in rows]),
    ]
    for kind in formats:
        bar = Bar(3, at_least=False) if kind == "jsonl" else None
        ratios = [row[f"{kind} net"] / row["yardstick"] for row in rows]
        measures.append(values(f"{kind}/yardstick", f"time of jsonl to {kind}, over orjson's", RATIO, ratios, bar))
    whole = [row["jsonl"] / row["yardstick"] for row in rows]
    faster = [row["one job"] / row["two jobs"] for row in rows]
    measures += [
        values("whole/yardstick", "time of jsonl to jsonl, start included, over orjson's", RATIO, whole),
        values("two jobs/one job", "`--jobs 2` over `--jobs 1`, by the clock", RATIO, faster, Bar(1.7)),
    ]
    return Result(NAME, TEXT.format(count=count, many=many), tuple(measures), facts=sizes, notes=tuple(notes))


if __name__ == "__main__":
    asked = ask(__doc__)
    measure(asked.texts, quick=asked.quick).show()
