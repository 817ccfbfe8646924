"""Measure how often the intervals of a theme mix hold, and write the tables of docs/statistics.md: ``make statistics``."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from classifier import load_labels
from classifier.intervals import (
    Floats,
    HeldOutErrors,
    conformal_half_width,
    document_half_width,
    interval_level,
    partly_labelled_half_width,
)
from classifier.verification.coverage import COLUMNS, CoverageRow, cell, masked_coverage, simulated_coverage
from classifier.verification.methods import METHODS, OURS
from classifier.verification.simulation import SHARES, Scenario, simulate
from classifier.verification.trial import Estimates, Trial, score

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "statistics.md"
RUNS = 500
SEED = 0
HalfWidth = Callable[[HeldOutErrors, float, float, float], Floats]
WIDTHS: Mapping[str, HalfWidth] = {
    "t·s·√u/N": lambda known, level, u, share: partly_labelled_half_width(known.errors, known.sizes, level, u, u / share),
    "conformal × u/N": lambda known, level, u, share: conformal_half_width(known.errors, level) * share,
    "the larger (used)": document_half_width,
}


def main() -> None:
    """Measure, and write what was found between the markers of the page."""
    labels = ROOT / "labels"
    simulated = list(simulated_coverage(RUNS, SEED, lambda steps, _: steps))
    masked = list(masked_coverage(load_labels(labels), labels, RUNS, SEED, lambda steps, _: steps))
    tables = {
        "simulated": coverage_lines(simulated),
        "masked": coverage_lines(masked),
        "widths": width_lines(),
        "several": several_lines(),
    }
    page = PAGE.read_text(encoding="utf-8")
    for name, lines in tables.items():
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        before, _, rest = page.partition(begin)
        page = f"{before}{begin}\n" + "\n".join(lines) + f"\n{end}{rest.partition(end)[2]}"
        print("\n".join(["", *lines]))
    PAGE.write_text(page, encoding="utf-8")
    short = [row for row in (*simulated, *masked) if not row.kept]
    if short:
        raise SystemExit(f"under nominal by more than two standard errors: {short}")


def coverage_lines(rows: Sequence[CoverageRow]) -> list[str]:
    """Return the table of every method in every case."""
    columns = [name for name in COLUMNS if name != "labels"]
    return table(
        [*columns, *METHODS],
        [[*(COLUMNS[name](row) for name in columns), *(cell(found) for found in row.scores.values())] for row in rows],
    )


def width_lines() -> list[str]:
    """Return coverage and width of each of the two errors alone, and of the larger, by length and share labelled."""
    rows = []
    for number, (paragraphs, labelled) in enumerate(
        (paragraphs, labelled) for paragraphs in ((3, 8), (15, 40), (60, 120), (250, 300)) for labelled in (0.0, 0.5, 0.75)
    ):
        scenario = Scenario("", labelled, paragraphs=paragraphs)
        trial = simulate(scenario, RUNS, np.random.default_rng([SEED, number]))
        cells = [_coverage_and_width(found, trial.shares) for found in _by_width(trial)]
        rows.append([f"{paragraphs[0]} to {paragraphs[1]}", f"{labelled:.0%}", *cells])
    return table(["paragraphs", "labelled", *WIDTHS], rows)


def several_lines() -> list[str]:
    """Return how often the interval of several documents holds their own share, and that of all documents of their kind."""
    rows = []
    for number, (documents, labelled) in enumerate((count, share) for count in (2, 5, 20) for share in (0.0, 0.5)):
        random = np.random.default_rng([SEED, number])
        trial = simulate(Scenario("", labelled, documents=documents), RUNS, random)
        found = METHODS[OURS](trial, 0.9, random)
        if found is not None:
            cells = [
                _coverage_and_width(found, truth) for truth in (trial.shares, np.broadcast_to(SHARES, found.shares.shape))
            ]
            rows.append([str(documents), f"{labelled:.0%}", *cells])
    return table(["documents", "labelled", "share in these documents", "share in all of their kind"], rows)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a table in Markdown."""
    return [f"| {' | '.join(cells)} |" for cells in (headings, ["---"] * len(headings), *rows)]


def _by_width(trial: Trial) -> Iterator[Estimates]:
    level = interval_level(trial.known.errors.shape[1])
    ours = METHODS[OURS](trial, level or 0, np.random.default_rng(SEED))
    if level is None or ours is None:
        raise SystemExit("too few jurisdictions are simulated for an interval")
    unlabelled, size = trial.free.sum(axis=1), trial.present.sum(axis=1)
    zeros = np.zeros_like(ours.shares)
    for width in WIDTHS.values():
        half = np.array(
            [
                width(HeldOutErrors(errors, sizes), level, float(free), float(free / all_of_it))
                for errors, sizes, free, all_of_it in zip(
                    trial.known.errors, trial.known.sizes, unlabelled, size, strict=True
                )
            ]
        )
        low, high = trial.with_rest(zeros), trial.with_rest(zeros + 1)
        yield Estimates(ours.shares, np.maximum(low, ours.shares - half), np.minimum(high, ours.shares + half))


def _coverage_and_width(found: Estimates, truth: Floats) -> str:
    result = score(found, truth)
    return f"{100 * result.coverage:.1f}±{100 * result.standard_error:.1f} {100 * result.width:.1f}"


if __name__ == "__main__":
    main()
