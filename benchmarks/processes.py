"""Run whole commands and measure them from outside: wall time, processor time, peak memory.

A small process of its own starts the command. Linux counts as a child's peak memory what its parent held when it was
started, so that a benchmark with texts in memory would measure itself.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ARROW_NUM_THREADS"), "1")

_LAUNCHER = """
import json, os, sys, time
core, *command = sys.argv[1:]
if core != "any":
    os.sched_setaffinity(0, {int(core)})
start = time.perf_counter()
process = os.posix_spawn(command[0], command, os.environ)
_, status, used = os.wait4(process, 0)
wall = time.perf_counter() - start
unit = 1 if sys.platform == "darwin" else 1024
print("\\n" + json.dumps([os.waitstatus_to_exitcode(status), wall, used.ru_utime + used.ru_stime, used.ru_maxrss * unit]))
"""


class CommandError(RuntimeError):
    """A measured command ended with an error; the message is the end of what it said."""


@dataclass(frozen=True)
class Run:
    """One run of a command: seconds by the clock, seconds of processor time, the largest process's peak in megabytes."""

    wall: float
    processor: float
    megabytes: float
    output: str


def run(arguments: Sequence[str], *, one_core: bool = True, standard_input: bytes = b"") -> Run:
    """Run Python with these arguments to its end; on one core where the system can say so."""
    core = str(max(os.sched_getaffinity(0))) if one_core and hasattr(os, "sched_setaffinity") else "any"
    finished = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LAUNCHER, core, sys.executable, *arguments],
        input=standard_input,
        capture_output=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, **ONE_THREAD},
    )
    output, _, measured = finished.stdout.decode().rstrip("\n").rpartition("\n")
    code, wall, processor, size = json.loads(measured)
    if code:
        raise CommandError(f"exit code {code}: {finished.stderr.decode(errors='replace').strip()[-500:]}")
    return Run(wall, processor, size / 1e6, output.removesuffix("\n"))


def policy_themes(*arguments: str, one_core: bool = True, standard_input: bytes = b"") -> Run:
    """Run the command ``policy-themes`` with these arguments."""
    return run(["-m", "classifier", *arguments], one_core=one_core, standard_input=standard_input)
