"""Run all benchmarks beside their peers, print the ratios, and write docs/performance.md with its charts.

    python -m benchmarks.report [--texts FOLDER] [--output FOLDER] [--quick] [--from RESULTS.json]

Takes ten to thirty minutes. No time fails it, only a benchmark that breaks: the others still run, and the exit code is 1.
What was measured is kept in ``build/performance.json``, from which ``--from`` writes the page anew.
"""

import argparse
import os
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

os.environ.setdefault("OMP_NUM_THREADS", "1")

from benchmarks import (
    classification_speed,
    cold_start,
    file_growth,
    file_speed,
    mix_growth,
    news_titles,
    server_load,
    training_speed,
    where_time_goes,
)
from benchmarks.curves import growth_chart
from benchmarks.machine import machine
from benchmarks.page import file_name, page, ratio_rows
from benchmarks.processes import ROOT
from benchmarks.results import Measurements, Result, read_measurements, save_measurements
from benchmarks.texts import Texts, add_options, read_texts
from classifier import load_model

# In the order of the page.
BENCHMARKS: tuple[ModuleType, ...] = (
    classification_speed,
    file_speed,
    file_growth,
    cold_start,
    training_speed,
    server_load,
    mix_growth,
    news_titles,
    where_time_goes,
)
_BUILD = ROOT / "build"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, or read what was measured; print and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="for the page and its charts; by default docs/")
    parser.add_argument("--from", dest="kept", type=Path, metavar="RESULTS.json", help="measure nothing")
    asked = parser.parse_args(arguments)
    output = asked.output or (_BUILD / "quick" if asked.quick else ROOT / "docs")
    failures: list[str] = []
    if asked.kept:
        found = read_measurements(asked.kept)
    else:
        found = run_all(read_texts(asked.texts), machine(), failures, quick=asked.quick)
        save_measurements(found, (output if asked.quick else _BUILD) / "performance.json")
    print_ratios(found.results)
    write_page(found, output)
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


def run_all(texts: Texts, facts: Mapping[str, str], failures: list[str], *, quick: bool) -> Measurements:
    """Run the benchmarks one after another; one that breaks is named, and the rest goes on."""
    load_model()  # Trains the default model where it is not there yet.
    results = []
    for benchmark in BENCHMARKS:
        start = time.perf_counter()
        print(f"{benchmark.NAME} …", end=" ", flush=True)
        try:
            results.append(benchmark.measure(texts, quick=quick))
        except Exception as error:  # Of whatever kind: hours of other measurements must not be lost.
            traceback.print_exc()
            failures.append(f"{benchmark.NAME}: {error}")
            results.append(Result(benchmark.NAME, notes=("did not run",)))
        print(f"{time.perf_counter() - start:.0f} s", flush=True)
    return Measurements(dict(facts), texts.source, tuple(results))


def print_ratios(results: Sequence[Result]) -> None:
    """Print every ratio with its range and bar, and what is missing."""
    rows = [(name, own.name, own.shown(), own.verdict()) for name, own in ratio_rows(results)]
    widths = [max((len(row[place]) for row in rows), default=0) for place in range(4)]
    print()
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for result in results:
        for note in result.notes:
            print(f"{result.name}: {note}")


def write_page(found: Measurements, output: Path) -> None:
    """Write the page and the charts of all growths."""
    charts = output / "performance"
    charts.mkdir(parents=True, exist_ok=True)
    for result in found.results:
        for growth in result.growths:
            (charts / file_name(growth)).write_text(growth_chart(growth), encoding="utf-8")
    (output / "performance.md").write_text(page(found.results, found.machine, found.source), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
