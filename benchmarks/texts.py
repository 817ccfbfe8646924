"""The texts of the benchmarks: real ones that are not part of the project where they are found, else the seed reports.

Real texts lie in a folder that ``--texts`` names, or in ``shared/bench`` beside the checkout:
``government_work_reports.jsonl`` (a report a line, its text under ``content``) and ``news_titles.tsv`` (title and class).
No text goes into a report of measurements.
"""

import argparse
import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from benchmarks.processes import ROOT
from classifier import load_labels, read_folder, read_units, shipped_folder

BESIDE = ROOT.parent / "shared" / "bench"
REPORTS, TITLES = "government_work_reports.jsonl", "news_titles.tsv"
SHORTEST, LONGEST = 60, 600

Labelled = tuple[str, str]


@dataclass(frozen=True)
class Texts:
    """What is measured with: documents, their paragraphs of 60 to 600 characters, and short texts with a class each."""

    documents: list[str]
    paragraphs: list[str]
    titles: list[Labelled]
    source: str

    def many(self, count: int) -> list[str]:
        """Return so many paragraphs, repeated where there are not enough."""
        return list(islice(cycle(self.paragraphs), count))


def read_texts(folder: Path | None = None) -> Texts:
    """Read the real texts of a folder; without them, those of the seed reports and the labels, and ``source`` says so."""
    folder = folder or BESIDE
    missing = [name for name in (REPORTS, TITLES) if not (folder / name).is_file()]
    if REPORTS in missing:
        readings = [read_units(document) for document in read_folder(shipped_folder("seeds"))]
        documents = [reading.document.text for reading in readings]
        paragraphs = [paragraph.text for reading in readings for paragraph in reading.paragraphs]
    else:
        with (folder / REPORTS).open(encoding="utf-8") as stream:
            documents = [str(json.loads(line)["content"]) for line in stream]
        paragraphs = [line.strip() for document in documents for line in document.splitlines()]
    if TITLES in missing:
        titles = [(item.text, item.theme) for item in load_labels(shipped_folder("labels")).texts()]
    else:
        with (folder / TITLES).open(encoding="utf-8", newline="") as stream:
            rows = csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
            titles = [(row[0], row[1]) for row in rows if len(row) == 2]
    paragraphs = [text for text in paragraphs if SHORTEST <= len(text) <= LONGEST]
    source = (
        f"{'the five seed reports' if REPORTS in missing else f'`{REPORTS}`'}: {len(paragraphs):,} paragraphs of "
        f"{SHORTEST} to {LONGEST} characters, {np.mean([*map(len, paragraphs)]):.0f} on average, repeated where more are "
        f"needed; {'the shipped labels' if TITLES in missing else f'`{TITLES}`'}: {len(titles):,} texts with a class"
    )
    if missing:
        source += f". Not found, and replaced by what is shipped: {', '.join(f'`{name}`' for name in missing)}"
    return Texts(documents, paragraphs, titles, source)


def recombined(titles: Sequence[Labelled], count: int) -> Iterator[Labelled]:
    """Yield so many texts that differ from each other: the first half of one title and the second of another of its class.

    Words and their frequencies stay those of real titles, so that the work grows as it does with more of these.
    """
    chosen = np.random.default_rng(0)
    classes = sorted({code for _, code in titles})
    of_class = {code: [text for text, own in titles if own == code] for code in classes}
    seen: set[str] = set()
    while len(seen) < count:
        code = classes[len(seen) % len(classes)]
        first, second = (of_class[code][place] for place in chosen.integers(len(of_class[code]), size=2))
        text = first[: len(first) // 2] + second[len(second) // 2 :]
        if text in seen:
            text = f"{text}{len(seen)}"
        seen.add(text)
        yield text, code


def write_lines(path: Path, texts: Sequence[str], count: int) -> Path:
    """Write a file of so many JSON lines with the keys ``id`` and ``text``; texts are repeated."""
    quoted = [json.dumps(text, ensure_ascii=False) for text in texts]
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(f'{{"id": {number}, "text": {text}}}\n' for number, text in zip(range(count), cycle(quoted)))
    return path


def write_labelled(path: Path, texts: Iterable[Labelled]) -> Path:
    """Write a table of labelled texts that ``policy-themes train`` takes."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["text", "theme"])
        writer.writerows(texts)
    return path


@dataclass(frozen=True)
class Asked:
    """What the command line of a benchmark asks for."""

    texts: Texts
    quick: bool


def ask(description: str | None) -> Asked:
    """Parse the options that every benchmark has: ``--texts FOLDER`` and ``--quick``."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    asked = parser.parse_args()
    return Asked(read_texts(asked.texts), asked.quick)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that every benchmark has."""
    parser.add_argument("--texts", type=Path, metavar="FOLDER", help="the folder of real texts")
    parser.add_argument("--quick", action="store_true", help="tiny inputs and few rounds: shows that it runs, no more")
