"""How often the interval of a difference covers the true one: simulated, beside other ways of putting errors together.

    python -m benchmarks.difference_coverage

prints the two tables of docs/differences.md. Errors: those of the labelled jurisdictions and of the two compared ones are
draws from one distribution. Draws: two reports of 30 paragraphs, independent or in runs on one theme, of known processes.
"""

import math
from collections.abc import Callable
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from classifier import MixRow, Origin, Share
from classifier.differences import DRAWS_LEVEL, differences
from classifier.intervals import conformal_half_width

Floats = NDArray[np.float64]

RUNS = 10_000
_RANDOM = np.random.default_rng(2024)
_DESIGNS = ((5, 0.8), (9, 0.9), (12, 0.9), (19, 0.95), (60, 0.95))
_ERRORS: dict[str, Callable[[tuple[int, int]], Floats]] = {
    "normal": lambda shape: _RANDOM.normal(0, 1, shape),
    "normal, common bias of one s.d.": lambda shape: _RANDOM.normal(1, 1, shape),
    "heavy tails (t, 3 d.f.)": lambda shape: _RANDOM.standard_t(3, shape),
    "skewed (exponential)": lambda shape: _RANDOM.exponential(1, shape) - 1,
    "bounded (uniform)": lambda shape: _RANDOM.uniform(-1, 1, shape),
    "a tenth of jurisdictions four times worse": lambda shape: (
        _RANDOM.normal(0, 1, shape) * np.where(_RANDOM.random(shape) < 0.1, 4, 1)
    ),
}


def error_coverage() -> list[list[str]]:
    """Return coverage and width, relative to that of one share, of three rules, by distribution and design."""
    rows = []
    for name, draw in _ERRORS.items():
        for jurisdictions, level in _DESIGNS:
            errors = draw((RUNS, jurisdictions + 2))
            held_out = errors[:, :-2]
            half = conformal_half_width(held_out.T, level)
            true = np.abs(errors[:, -2] - errors[:, -1])
            pairs = [np.abs(held_out[:, i] - held_out[:, j]) for i, j in combinations(range(jurisdictions), 2)]
            rank = min(len(pairs), math.ceil((len(pairs) + 1) * level)) - 1
            widths = {"squares": half * math.sqrt(2), "sum": half * 2, "pairs": np.sort(pairs, axis=0)[rank]}
            cells = [f"{(true <= width).mean():.3f} ({(width / half).mean():.2f})" for width in widths.values()]
            rows.append([name, str(jurisdictions), f"{level:.2f}", *cells])
    return rows


def draws_coverage(paragraphs: int = 30) -> list[list[str]]:
    """Return how often the interval as draws covers the true difference of two processes."""
    rows = []
    for run in (1, 2, 3):
        for p, q in ((0.1, 0.1), (0.2, 0.1), (0.5, 0.2)):
            blocks = math.ceil(paragraphs / run)
            counts = [run * _RANDOM.binomial(blocks, share, RUNS) for share in (p, q)]
            size = run * blocks
            covered = 0
            for a, b in zip(*counts, strict=True):
                found = differences(_counted(a, size), _counted(b, size), None, (size, size))["theme"]
                covered += (found.draws_low or 0.0) <= p - q <= (found.draws_high or 0.0)
            rows.append([str(run), f"{p:.1f}, {q:.1f}", f"{DRAWS_LEVEL:.2f}", f"{covered / RUNS:.3f}"])
    return rows


def _counted(count: int, size: int) -> MixRow:
    return MixRow("", Origin(), size, size, {"theme": Share(count / size, None, None, count)})


def _print(headings: list[str], rows: list[list[str]]) -> None:
    for row in (headings, ["---"] * len(headings), *rows):
        print(f"| {' | '.join(row)} |")
    print()


if __name__ == "__main__":
    _print(["errors", "jurisdictions", "nominal", "squares add up", "sum", "quantile of pairs"], error_coverage())
    _print(["paragraphs in a run", "true shares", "nominal", "coverage"], draws_coverage())
