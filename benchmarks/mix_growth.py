"""Take time and peak memory of ``policy-themes mix`` over 1, 10, 100 and 1,000 reports.

    python -m benchmarks.mix_growth [--texts FOLDER] [--quick]

Reading a report, dividing it into paragraphs and classifying them are all part of it.
"""

import tempfile
from itertools import cycle
from pathlib import Path

from benchmarks.growth import grow, linearity
from benchmarks.processes import Run, policy_themes
from benchmarks.results import Growth, Measure, Result
from benchmarks.texts import Texts, ask
from classifier import load_model, save_model

NAME = "Theme mix of many reports"
TEXT = """
`policy-themes mix` of folders of reports, {characters:,} characters each: reading, dividing, classifying, counting.
"""
AMOUNTS, QUICK_AMOUNTS = (1, 10, 100, 1_000), (1, 3)
CHARACTERS = 6_000


def measure(texts: Texts, *, quick: bool = False) -> Result:
    """Read, divide and classify folders of more and more reports, and print the mix of each."""
    amounts = QUICK_AMOUNTS if quick else AMOUNTS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = folder / "default.model"
        save_model(load_model(), model)
        for amount in amounts:
            _write_reports(folder / str(amount), texts, amount)

        def run(amount: int) -> Run:
            reports, output = str(folder / str(amount)), str(folder / "mix.csv")
            return policy_themes("mix", reports, "--by", "document", "-o", output, "--model", str(model))

        growth = grow(run, amounts, key="mix", title="Mix of reports", work="reports", rounds=1 if quick else 3)
    return Result(NAME, TEXT.format(characters=CHARACTERS), _rate(growth), (growth,))


def _rate(growth: Growth) -> tuple[Measure, ...]:
    rate = growth.amounts[-1] / growth.seconds[-1]
    name = f"`policy-themes mix` of {growth.amounts[-1]:,} reports, without start"
    return Measure("mix", name, (rate,), "reports/s"), linearity(growth)


def _write_reports(folder: Path, texts: Texts, amount: int) -> None:
    folder.mkdir()
    for number, text in zip(range(amount), cycle(texts.documents)):
        title = f"第{number}号县司法局2024年工作总结"
        (folder / f"{number}.txt").write_text(f"{title}\n{text[:CHARACTERS]}\n", encoding="utf-8")


if __name__ == "__main__":
    asked = ask(__doc__)
    measure(asked.texts, quick=asked.quick).show()
