"""Say where the time goes, in one process and from file to file, and what the floor is that memory and bytes set.

    python -m benchmarks.where_time_goes [--texts FOLDER] [--quick]

Both are sampled (``benchmarks/sampling.py``): the functions of this project that were found at work, by step.
"""

import json
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from benchmarks.processes import run
from benchmarks.results import RATIO, Measure, Result, Table, number
from benchmarks.sampling import sampled
from benchmarks.texts import Texts, ask, write_lines
from classifier import load_model, save_model

NAME = "Where the time goes"
PARAGRAPHS, QUICK_PARAGRAPHS = 200_000, 3_000
COPIED, QUICK_COPIED = 1 << 28, 1 << 20

_READ, _WRITE = "read: lines of the file", "write: bytes to the file, progress, order"
# What a function belongs to: the first entry that its ``module.function`` begins with.
IN_PROCESS = (
    ("join: texts to one array of code points", ("joining",)),
    ("split: into statements", ("splitting", "sentences", "scoring._split", "scoring.split_texts")),
    ("product: weights of the nodes, added up", ("trie.rows_of_ones", "scoring._sums", "scoring.scores", "scoring.score")),
    ("walk: through the trie", ("trie", "transitions", "normalisation")),
    ("softmax", ("scoring.softmax",)),
    ("means: from statements to texts, the mixed rule", ("scoring", "mixed", "model", "text_scores")),
)
FROM_FILE_TO_FILE = (
    ("classify: all of the table above", tuple(prefix for _, prefixes in IN_PROCESS for prefix in prefixes)),
    (_READ, ("formats", "sources", "encoding")),
    ("parse: JSON to rows", ("chunks", "documents")),
    ("serialise: scores and rows to JSON", ("json_records", "records", "predictions")),
    (_WRITE, ("writers", "unfinished", "whole_files", "batch", "parallel", "workers", "cli")),
)
# A module's own code runs when it is imported.
_START = (
    "start: imports, reading the model",
    ("model_file", "default_model", "codebook", "trie.__init__", "transitions.__init__"),
)
_REST = "the rest"


def measure(texts: Texts, *, quick: bool = False) -> Result:
    """Sample classification in this process and the command in another, and copy memory."""
    count = QUICK_PARAGRAPHS if quick else PARAGRAPHS
    model = load_model()
    many = texts.many(count)
    model.probabilities(many[:100])
    with sampled() as found:
        model.probabilities(many)
    in_process = _staged(found, IN_PROCESS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        save_model(model, folder / "default.model")
        source, output, samples = (folder / own for own in ("in.jsonl", "out.jsonl", "samples.json"))
        write_lines(source, texts.paragraphs, count)
        arguments = ["classify", str(source), "-o", str(output), "--model", str(folder / "default.model")]
        run(["-m", "benchmarks.sampling", str(samples), *arguments])
        from_file = _staged(json.loads(samples.read_text(encoding="utf-8")), (_START, *FROM_FILE_TO_FILE))
        bytes_in, bytes_out = source.stat().st_size / count, output.stat().st_size / count
    bandwidth = tuple(_copied(QUICK_COPIED if quick else COPIED) for _ in range(5))
    facts = {
        "characters": float(np.mean([*map(len, many)])),
        "bytes in": bytes_in,
        "bytes out": bytes_out,
        "in process": sum(in_process.values()) / count * 1e6,
        "from file": sum(seconds for name, seconds in from_file.items() if name != _START[0]) / count * 1e6,
        "read and write": sum(from_file.get(name, 0.0) for name in (_READ, _WRITE)) / count * 1e6,
        "paragraphs": float(count),
    }
    measures = (
        Measure("bandwidth", "copying an array in memory, read and written", bandwidth, "GB/s"),
        Measure(
            "floor",
            "time from file to file, over that of moving its bytes through memory once",
            tuple(facts["from file"] / ((bytes_in + bytes_out) / each / 1e3) for each in bandwidth),
            RATIO,
        ),
    )
    tables = (_table("in process", in_process, count), _table("from file", from_file, count))
    return Result(NAME, "", measures, tables=tables, facts=facts)


def stage_of(function: str, stages: Sequence[tuple[str, tuple[str, ...]]]) -> str:
    """Return the stage of a ``module.function``.

    >>> stage_of("scoring.softmax", IN_PROCESS), stage_of("outside", IN_PROCESS)
    ('softmax', 'the rest')
    """
    if function.endswith(".<module>"):
        return _START[0]
    for name, prefixes in stages:
        if any(f"{function}.".startswith(f"{prefix}.") or function == prefix for prefix in prefixes):
            return name
    return _REST


def _staged(samples: Mapping[str, float], stages: Sequence[tuple[str, tuple[str, ...]]]) -> dict[str, float]:
    found = {name: 0.0 for name, _ in stages}
    for function, seconds in samples.items():
        name = stage_of(function, stages)
        found[name] = found.get(name, 0.0) + seconds
    return found


def _table(key: str, found: Mapping[str, float], count: int) -> Table:
    whole = sum(found.values()) or 1
    rows = [(name, number(seconds / count * 1e6), f"{seconds / whole:.0%}") for name, seconds in found.items() if seconds]
    return Table(key, ("step", "µs per paragraph", "share"), tuple(rows))


def _copied(size: int) -> float:
    """Return how many gigabytes a second are read and written when an array of ``size`` bytes is copied."""
    source, target = np.ones(size, dtype=np.uint8), np.ones(size, dtype=np.uint8)
    start = time.process_time()
    np.copyto(target, source)
    return 2 * size / max(time.process_time() - start, 1e-9) / 1e9


if __name__ == "__main__":
    asked = ask(__doc__)
    measure(asked.texts, quick=asked.quick).show()
