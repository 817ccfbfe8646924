"""Say where the processor time of a program goes, by looking at its stack every few milliseconds.

    python -m benchmarks.sampling SAMPLES.json COMMAND...

runs ``policy-themes COMMAND...`` under the sampler. Code is not slowed down: nothing is done between two looks. Time counts
for the innermost function of this project on the stack, with what it called in libraries.
"""

import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from benchmarks.processes import ROOT

_EVERY = 0.001
_PACKAGE = f"{ROOT / 'classifier'}/"

Samples = Counter[str]


@contextmanager
def sampled() -> Iterator[Samples]:
    """Collect seconds of processor time by ``module.function`` while the block runs, in the main thread."""
    found: Samples = Counter()
    before = time.process_time()

    def look(_signal: int, frame: FrameType | None) -> None:
        nonlocal before
        now = time.process_time()
        # A long call into a library puts the look off; all the time since the last one is its.
        found[_function(frame)] += now - before  # type: ignore[assignment]
        before = now

    previous = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, _EVERY, _EVERY)
    try:
        yield found
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, previous)


def _function(frame: FrameType | None) -> str:
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(_PACKAGE):
            module = name.removeprefix(_PACKAGE).removesuffix(".py").replace("/", ".")
            return f"{module}.{frame.f_code.co_name}"
        frame = frame.f_back
    return "outside"


def main() -> None:
    """Run the command and write its samples as JSON, whatever its exit code."""
    target, *arguments = sys.argv[1:]
    from classifier.cli.main import main as command

    with sampled() as found:
        try:
            command(arguments)
        finally:
            Path(target).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
