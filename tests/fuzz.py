"""Fuzz every reader, the splitter and the API, guided by the code that inputs reach: ``make fuzz``, ``make fuzz MINUTES=60``.

Each target of tests/fuzz_targets.py runs in a process of its own, with limits on memory and on the time for an input. What
fails is kept in tests/corpus and is a test from then on; what only reaches new code is kept in build/fuzz for the next run,
and the smallest of it with ``--keep`` in tests/corpus, too.
"""

import argparse
import re
import shutil
import subprocess
import sys

import fuzz_targets
from fuzz_targets import NAMES
from paths import ROOT

KEPT, WORKING = ROOT / "tests" / "corpus", ROOT / "build" / "fuzz"
MEBIBYTES, SECONDS = 2048, 20  # For the process, for an input.
LONGEST = 64 << 10
_MOST_KEPT, _KEPT_BYTES = 25, 20_000  # Of each target.


def fuzz(name: str, seconds: int) -> tuple[bool, str]:
    """Fuzz one target in a process of its own; return whether nothing failed, and a line of the table."""
    working, kept = WORKING / name, KEPT / name
    for folder in (working, kept):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(fuzz_targets.seeds()[name]):
        (working / f"seed-{number}").write_bytes(seed)
    options = [
        str(working),
        str(kept),
        f"-max_total_time={seconds}",
        f"-timeout={SECONDS}",
        f"-rss_limit_mb={MEBIBYTES}",
        f"-max_len={LONGEST}",
        f"-artifact_prefix={kept}/",
        "-print_final_stats=1",
    ]
    command = [sys.executable, str(ROOT / "tests" / "fuzz_one.py"), name, *options]
    finished = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    said = finished.stderr + finished.stdout
    if finished.returncode:
        print(said[-4000:], file=sys.stderr)
    runs = re.findall(r"stat::number_of_executed_units:\s*(\d+)", said)
    peak = re.findall(r"stat::peak_rss_mb:\s*(\d+)", said)
    reached = re.findall(r"cov: (\d+) ft: \d+ corp: (\d+)", said)
    covered, corpus = reached[-1] if reached else ("?", "?")
    outcome = "nothing failed" if finished.returncode == 0 else f"**FAILED** (exit {finished.returncode})"
    executions = f"{int(runs[-1]):,}" if runs else "?"
    return (
        not finished.returncode,
        f"| {name} | {executions} | {covered} | {corpus} | {peak[-1] if peak else '?'} | {outcome} |",
    )


def keep(name: str) -> None:
    """Keep the smallest of the inputs that reach new code."""
    kept = sum(path.stat().st_size for path in (KEPT / name).iterdir())
    by_size = sorted((WORKING / name).iterdir(), key=lambda path: (path.stat().st_size, path.name))
    for path in by_size[:_MOST_KEPT]:
        kept += path.stat().st_size
        if kept <= _KEPT_BYTES:
            shutil.copy(path, KEPT / name / path.name)


def main() -> int:
    """Fuzz all targets, or those that are named, one after another; print a table. 0: nothing failed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "targets", nargs="*", metavar="TARGET", help=f"one of {', '.join(NAMES)}; without one, all of them"
    )
    arguments.add_argument("--minutes", type=float, default=10, help="for all of them together")
    arguments.add_argument("--keep", action="store_true", help="keep the smallest new inputs in tests/corpus")
    asked = arguments.parse_args()
    targets = asked.targets or NAMES
    print(
        "| target | executions | edges reached | inputs that reach them | peak memory, MiB | outcome |\n|---|---|---|---|---|---|"
    )
    whole = True
    for name in targets:
        passed, line = fuzz(name, round(60 * asked.minutes / len(targets)))
        whole &= passed
        print(line, flush=True)
        if asked.keep:
            keep(name)
    return 0 if whole else 1


if __name__ == "__main__":
    raise SystemExit(main())
