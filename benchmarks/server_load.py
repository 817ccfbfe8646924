"""Run ``benchmarks/web_load.py`` and return what it found as the other benchmarks do.

    python -m benchmarks.server_load [--quick]

It starts real servers, so that the machine should have nothing else to do.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.processes import run
from benchmarks.results import RATIO, Bar, Measure, Result, Table
from benchmarks.texts import Texts, ask

NAME = "The server"
TEXT = """
`policy-themes serve` with an archive of 20,000 paragraphs, beside an application with one empty view, both under waitress
with eight threads; the client runs on the same machine. Ratios are of five rounds by turns, on 32 connections.
"""
SECONDS = 5.0
QUICK = ("--seconds", "0.2", "--documents", "5", "--rounds", "1", "--connections", "8")


def measure(texts: Texts | None = None, *, quick: bool = False) -> Result:
    """Load the server and an empty view; ``texts`` have no part in it."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "load.json"
        extent = QUICK if quick else ("--seconds", str(SECONDS))
        run(["-m", "benchmarks.web_load", "--json", str(path), *extent], one_core=False)
        return result_of(json.loads(path.read_text(encoding="utf-8")))


def result_of(found: dict[str, Any]) -> Result:
    """Return the measures and tables of what ``web_load.py`` wrote."""
    measures = [
        Measure("empty view", "an empty view", (found["empty_view_requests_per_second"],), "requests/s"),
        Measure("classify", "classification of a paragraph", (found["classify_requests_per_second"],), "requests/s"),
        Measure(
            "in process", "a thousand at once, in process", (found["in_process_paragraphs_per_second"],), "paragraphs/s"
        ),
        Measure("batches", "a thousand a request", (found["batch_paragraphs_per_second"],), "paragraphs/s"),
        _ratio("classify/view", "requests/s of classifying one paragraph, over an empty view's", found["ratio"], Bar(0.7)),
        _ratio("batches/in process", "paragraphs/s of batches, over the same in process", found["batch_ratio"], Bar(0.6)),
    ]
    for connections, row in found["by_connections"].items():
        if connections != "32":
            name = f"requests/s over an empty view's, on {connections} connection{'s' * (connections != '1')}"
            measures.append(_ratio(f"classify/view {connections}", name, row["ratio"]))
    beside = found["short_while_long"]
    asked = list(next(iter(beside.values())))
    busy = Table(
        "busy",
        ("busy with", *(f"`{name}`, ms: median, 99 % within" for name in asked)),
        tuple(
            (name, *(f"{row[one]['median_ms']:.1f}, {row[one]['p99_ms']:.1f}" for one in asked))
            for name, row in beside.items()
        ),
    )
    many = Table(
        "many connections",
        ("200 connections", "requests/s", "errors", "99 % within, ms"),
        tuple(
            (name, f"{row['requests_per_second']:.0f}", str(row["errors"]), f"{row['p99_ms']:.1f}")
            for name, row in found["many_connections"].items()
        ),
    )
    return Result(NAME, TEXT, tuple(measures), tables=(busy, many))


def _ratio(key: str, name: str, spread: dict[str, float], bar: Bar | None = None) -> Measure:
    return Measure(key, name, (spread["low"], spread["median"], spread["high"]), RATIO, bar)


if __name__ == "__main__":
    measure(quick=ask(__doc__).quick).show()
