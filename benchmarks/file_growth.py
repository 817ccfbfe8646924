"""Take time and peak memory of ``policy-themes classify`` from jsonl to jsonl, from 2,000 to 2,000,000 paragraphs.

    python -m benchmarks.file_growth [--texts FOLDER] [--quick]

Needs about 6 GB in the temporary folder, for the longest file and what comes of it.
"""

import tempfile
from pathlib import Path

from benchmarks.growth import grow, linearity
from benchmarks.processes import Run, policy_themes
from benchmarks.results import RATIO, Bar, Measure, Result
from benchmarks.texts import Texts, ask, write_lines
from classifier import load_model, save_model

NAME = "Growth of classification"
TEXT = """
`policy-themes classify in.jsonl -o out.jsonl` on one core, for files of growing length. Memory is the peak of the whole
process, as the system counts it.
"""
AMOUNTS = (2_000, 10_000, 20_000, 100_000, 200_000, 1_000_000, 2_000_000)
QUICK_AMOUNTS = (20, 200)
STREAMED = 10_000
MOST_MEGABYTES = 400


def measure(texts: Texts, *, quick: bool = False) -> Result:
    """Classify files of growing length, one after another."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = folder / "default.model"
        save_model(load_model(), model)

        def run(amount: int) -> Run:
            source, output = folder / "in.jsonl", folder / "out.jsonl"
            write_lines(source, texts.paragraphs, amount)
            return policy_themes("classify", str(source), "-o", str(output), "--model", str(model))

        growth = grow(
            run,
            QUICK_AMOUNTS if quick else AMOUNTS,
            key="classify",
            title="Classify from file to file",
            work="paragraphs",
            memory_bar=MOST_MEGABYTES,
            rounds=1 if quick else 3,
        )
    first = next((place for place, amount in enumerate(growth.amounts) if amount >= STREAMED), 0)
    peak = Measure("memory", "peak memory, all lengths", (max(growth.megabytes),), "MB", Bar(MOST_MEGABYTES, at_least=False))
    flat = f"peak memory at {growth.amounts[-1]:,} paragraphs, over that at {growth.amounts[first]:,}"
    flatness = Measure("flat", flat, (growth.megabytes[-1] / growth.megabytes[first],), RATIO)
    return Result(NAME, TEXT, (peak, flatness, linearity(growth)), (growth,))


if __name__ == "__main__":
    asked = ask(__doc__)
    measure(asked.texts, quick=asked.quick).show()
