"""Compare the queue's strategies on the real labels, and write the tables of docs/queues.md: ``make queues``."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.planted_errors import READ, WAYS, Found, find_planted
from benchmarks.queue_learning import STEPS, Curves, learning_curves
from classifier import load_labels
from classifier.labels import load_held_out

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "queues.md"
MARKERS = ("<!-- measured: begin -->", "<!-- measured: end -->")
EXAMPLES_PER_CODE = (3, 10)
_SHOWN = (0, 20, 40, 60, 100, 160, 200)
_FOR_ERRORS = 20


def learning_tables(examples: int, found: Curves, runs: int) -> Iterator[str]:
    """Yield the lines of the tables of one set-up."""
    yield f"**{examples} examples of each code are given**, {found.pool} units wait, {runs} runs; with all of them labelled,"
    yield f"accuracy is {found.full.mean():.3f}."
    yield ""
    yield "| queue | labels needed | of random order's [95 %] | each run: median, range |"
    yield "|---|---|---|---|"
    for name in found.accuracy:
        share, low, high = found.share_of_random(name)
        each = found.each(name)
        spread = f"{np.median(each):.0f}, {each.min():.0f} to {each.max():.0f}"
        yield f"| `{name}` | {found.needed(name):.0f} | {share:.2f} [{low:.2f}, {high:.2f}] | {spread} |"
    yield ""
    yield "| accuracy after … labels | " + " | ".join(map(str, _SHOWN)) + " |"
    yield "|---" * (len(_SHOWN) + 1) + "|"
    for name, accuracy in found.accuracy.items():
        means = accuracy.mean(axis=0)
        yield f"| `{name}` | " + " | ".join(f"{means[STEPS.index(step)]:.3f}" for step in _SHOWN) + " |"
    yield ""


def error_table(title: str, found: Found) -> Iterator[str]:
    """Yield the lines of the table of one kind of planted errors."""
    yield f"**{title}**: {found.wrong} of {found.labels} labels are wrong."
    yield ""
    yield "| order | " + " | ".join(f"first {share:.0%} read" for share in READ) + " |"
    yield "|---" * (len(READ) + 1) + "|"
    for way in WAYS:
        columns = found.shares[way].T
        cells = [f"{column.mean():.0%} ({column.min():.0%}–{column.max():.0%})" for column in columns]
        yield f"| {way} | " + " | ".join(cells) + " |"
    yield ""


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10, help="runs of each set-up; each has other examples")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page whose tables are written anew")
    asked = parser.parse_args()
    labels = load_labels(ROOT / "labels")
    held_out = load_held_out(ROOT / "labels", labels.codebook)
    lines = [f"Labels {labels.digest()[:12]}; {asked.runs} runs of each set-up.", ""]
    for examples in EXAMPLES_PER_CODE:
        lines += learning_tables(examples, learning_curves(labels, held_out, examples, asked.runs), asked.runs)
        print("\n".join(lines), flush=True)
    for title, likely in (("Errors that a tired reader might make", True), ("Any errors", False)):
        lines += error_table(title, find_planted(labels, _FOR_ERRORS, asked.runs, likely=likely))
    before, _, rest = asked.page.read_text(encoding="utf-8").partition(MARKERS[0])
    after = rest.partition(MARKERS[1])[2]
    text = f"{before}{MARKERS[0]}\n" + "\n".join(lines).rstrip("\n") + f"\n{MARKERS[1]}{after}"
    asked.page.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
