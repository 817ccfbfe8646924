"""Take time and peak memory of grouping ten thousand, a hundred thousand and a million paragraphs by copied text.

    python -m benchmarks.copies_growth [--quick]

Making the texts is part of the time. Where datasketch is installed, it does the smallest amount as well.
"""

import argparse
import importlib.util

from benchmarks.growth import grow, linearity
from benchmarks.processes import Run, run
from benchmarks.results import RATIO, Measure, Result

NAME = "Copied text"
TEXT = """
`copy_groups` of paragraphs, every second of which copies another with some words changed (`benchmarks/copied_texts.py`).
"""
AMOUNTS, QUICK_AMOUNTS = (10_000, 100_000, 1_000_000), (100, 1_000)


def measure(*, quick: bool = False) -> Result:
    """Group more and more texts, each amount in a process of its own."""

    def group(amount: int) -> Run:
        return run(["-m", "benchmarks.copied_texts", str(amount)])

    amounts = QUICK_AMOUNTS if quick else AMOUNTS
    growth = grow(group, amounts, key="copies", title="Copied text", work="paragraphs", rounds=1 if quick else 3)
    rate = Measure(
        "copies",
        f"grouping {amounts[-1]:,} paragraphs, with making them",
        (growth.amounts[-1] / growth.seconds[-1],),
        "paragraphs/s",
    )
    measures = [rate, linearity(growth)]
    notes = []
    if importlib.util.find_spec("datasketch") is None:
        notes.append("datasketch is not installed, and was not compared")
    else:
        ours, peer = group(amounts[0]), run(["-m", "benchmarks.copied_texts", str(amounts[0]), "--datasketch"])
        name = f"datasketch's time for {amounts[0]:,} paragraphs over ours"
        measures.append(Measure("copies peer", name, (peer.processor / ours.processor,), RATIO))
        notes.append(f"groups of {amounts[0]:,} paragraphs: {ours.output} here, {peer.output} by datasketch")
    return Result(NAME, TEXT, tuple(measures), (growth,), notes=tuple(notes))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="tiny inputs and few rounds: shows that it runs, no more")
    measure(quick=parser.parse_args().quick).show()
