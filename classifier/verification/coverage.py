"""Measure how often intervals hold the truth, ours and those of other methods, on simulated and on real labels."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.intervals import interval_level
from classifier.labels import LabelSet
from classifier.splits import Progress
from classifier.verification.masking import held_out_trial, leave_jurisdictions_out, masked_trial
from classifier.verification.methods import METHODS, OURS, Method
from classifier.verification.simulation import SCENARIOS, Scenario, simulate
from classifier.verification.trial import Score, Trial, score

_MASKS = ((0.0, "random"), *((share, order) for order in ("random", "queue") for share in (0.25, 0.5, 0.75)))


@dataclass(frozen=True)
class CoverageRow:
    """One case: where its labels are from, how much of a row was labelled and in which order, and each method's score.

    A method that cannot say anything of the case has None.
    """

    labels: str  # "simulated" or "real"
    case: str
    labelled: float
    order: str
    level: float
    runs: int
    scores: Mapping[str, Score | None]

    @property
    def kept(self) -> bool:
        """Whether our coverage is at least nominal, or within two standard errors of it."""
        ours = self.scores[OURS]
        return ours is not None and ours.coverage >= self.level - 2 * ours.standard_error

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``policy-themes verify-intervals --json`` prints it."""
        scores = {name: asdict(found) if found else None for name, found in self.scores.items()}
        return {
            **{name: getattr(self, name) for name in ("labels", "case", "labelled", "order", "level", "runs")},
            **{"scores": scores, "kept": self.kept},
        }


def simulated_coverage(
    runs: int,
    seed: int,
    progress: Progress,
    scenarios: Sequence[Scenario] = SCENARIOS,
    methods: Mapping[str, Method] = METHODS,
) -> Iterator[CoverageRow]:
    """Yield the coverage of the methods in each scenario; the same seed gives the same figures."""
    for number, scenario in enumerate(progress(list(scenarios), "simulation")):
        random = np.random.default_rng([seed, number])
        trial = simulate(scenario, runs, random)
        yield _row("simulated", scenario.name, scenario.labelled, scenario.order, trial, random, methods=methods)


def masked_coverage(labels: LabelSet, folder: Path, repeats: int, seed: int, progress: Progress) -> Iterator[CoverageRow]:
    """Yield the coverage on the real labels of jurisdictions that are left out in turn, masked wholly and in part.

    ``folder`` may hold ``held_out.csv``, whose reports are one more case. What does not change from one repeat to the next
    is measured once.
    """
    jurisdictions = leave_jurisdictions_out(labels, progress)
    random = np.random.default_rng(seed)
    for labelled, order in _MASKS:
        times = repeats if labelled and order == "random" else 1
        trial, places = masked_trial(jurisdictions, labelled, order, times, random)
        yield _row("real", "jurisdiction left out", labelled, order, trial, random, places)
    held_out = held_out_trial(labels, folder, jurisdictions)
    if held_out is not None:
        yield _row("real", "held-out reports", 0.0, "random", held_out, random)


def _row(
    source: str,
    case: str,
    labelled: float,
    order: str,
    trial: Trial,
    random: np.random.Generator,
    places: NDArray[np.int64] | None = None,
    methods: Mapping[str, Method] = METHODS,
) -> CoverageRow:
    level = interval_level(trial.known.errors.shape[1])
    if level is None:
        raise ValueError(f"{trial.known.errors.shape[1]} jurisdictions allow no interval")
    scores = {}
    for name, method in methods.items():
        found = method(trial, level, random)
        scores[name] = score(found, trial.shares, places) if found else None
    return CoverageRow(source, case, labelled, order, level, len(trial.present), scores)


COLUMNS: Mapping[str, Callable[[CoverageRow], str]] = {
    "labels": lambda row: row.labels,
    "case": lambda row: row.case,
    "labelled": lambda row: f"{row.labelled:.0%}" + (" by queue" if row.order == "queue" else ""),
    "nominal": lambda row: f"{row.level:.0%}",
}


def cell(found: Score | None) -> str:
    """Say a score in percentage points: coverage ± its standard error, width, mean absolute error.

    >>> cell(Score(0.912, 0.006, 0.2, 0.041))
    '91.2±0.6 20.0 4.1'
    """
    if found is None:
        return "–"
    coverage, deviation, width, error = (
        f"{100 * value:.1f}" for value in (found.coverage, found.standard_error, found.width, found.error)
    )
    return f"{coverage}±{deviation} {width} {error}"
