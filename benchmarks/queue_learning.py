"""Simulate how a model learns from labels given in the order of a queue: how many it takes to be nearly as good as with all.

In each run one of the labelled reports is left out. A model starts from a few examples of each code; then the units of the
other reports are labelled in batches, each batch from the front of the queue as the model of that moment orders it, and the
model is trained anew. It is tested on the left-out report and on the held-out paragraphs, none of which is in the pool.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classifier import (
    LabelledText,
    LabelSet,
    Model,
    by_chance,
    by_density,
    by_shortfall,
    by_uncertainty,
    densities,
    train,
)
from classifier.labels import HeldOutText

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

STEPS = (0, 10, 20, 30, 40, 50, 60, 80, 100, 130, 160, 200)
NEARLY = 0.95
_RESAMPLED = 2000


@dataclass(frozen=True)
class Waiting:
    """What a queue may go by: the texts that wait, the model's probabilities of their themes, and the labels so far."""

    texts: Sequence[str]
    model: Model
    probabilities: Floats
    labels_per_theme: Sequence[int]
    seed: int


def _density(waiting: Waiting) -> Places:
    return by_density(waiting.probabilities, densities(waiting.model.features(waiting.texts)))


STRATEGIES: Mapping[str, Callable[[Waiting], Places]] = {
    "random": lambda waiting: by_chance(len(waiting.texts), waiting.seed),
    "uncertain": lambda waiting: by_uncertainty(waiting.probabilities),
    "dense": _density,
    "shortfall": lambda waiting: by_shortfall(waiting.probabilities, waiting.labels_per_theme),
}


@dataclass(frozen=True)
class Run:
    """What one run starts from: examples that are given, the pool that is labelled, the units that are tested on."""

    given: Sequence[LabelledText]
    pool: Sequence[LabelledText]
    tested: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Curves:
    """Accuracy of every run after ``steps`` labels, shape (runs, steps), by strategy; ``full`` is that of all labels."""

    steps: Sequence[int]
    accuracy: Mapping[str, Floats]
    full: Floats
    pool: int

    def needed(self, strategy: str, runs: Sequence[int] | None = None) -> float:
        """Return the labels that the mean curve of some runs, by default of all, needs for 95 % of full accuracy."""
        rows = list(range(len(self.full))) if runs is None else list(runs)
        return labels_needed(self.steps, self.accuracy[strategy][rows].mean(axis=0), NEARLY * float(self.full[rows].mean()))

    def each(self, strategy: str) -> Floats:
        """Return what each run needs."""
        return np.array([self.needed(strategy, [run]) for run in range(len(self.full))])

    def share_of_random(self, strategy: str) -> tuple[float, float, float]:
        """Return the labels needed as a share of random order's, with 95 % bootstrap bounds over runs."""
        draws = np.random.default_rng(0).integers(0, len(self.full), (_RESAMPLED, len(self.full)))
        shares = [self.needed(strategy, rows) / self.needed("random", rows) for rows in draws.tolist()]
        low, high = np.quantile(shares, [0.025, 0.975])
        return self.needed(strategy) / self.needed("random"), float(low), float(high)


def learning_curves(
    labels: LabelSet,
    held_out: Sequence[HeldOutText],
    examples_per_code: int,
    runs: int,
    steps: Sequence[int] = STEPS,
    strategies: Sequence[str] = tuple(STRATEGIES),
) -> Curves:
    """Simulate every strategy, each run from the same start for all of them."""
    accuracy: dict[str, list[list[float]]] = {name: [] for name in strategies}
    full = []
    for seed in range(runs):
        run = start(labels, held_out, examples_per_code, seed)
        full.append(_right(_trained(labels, [*run.given, *run.pool]), labels, run))
        for name in strategies:
            accuracy[name].append(list(_learn(labels, run, name, steps, seed)))
    return Curves(steps, {name: np.array(rows) for name, rows in accuracy.items()}, np.array(full), len(run.pool))


def start(labels: LabelSet, held_out: Sequence[HeldOutText], examples_per_code: int, seed: int) -> Run:
    """Draw a run's examples, and leave one report out."""
    random = np.random.default_rng(seed)
    documents = sorted({label.key[0] for label in labels.paragraphs})
    left_out = documents[seed % len(documents)]
    units = [item for item in labels.texts() if item.document]
    taken = Counter[str]()
    given = []
    for place in random.permutation(len(labels.examples)).tolist():
        example = labels.examples[place]
        if taken[example.theme] < examples_per_code:
            taken[example.theme] += 1
            given.append(example)
    tested = [(unit.text, unit.theme) for unit in units if unit.document == left_out]
    tested += [(item.text, item.theme) for item in held_out]
    texts = {text for text, _ in tested}
    pool = [unit for unit in units if unit.document != left_out and unit.text not in texts]
    return Run(given, pool, tested)


def labels_needed(steps: Sequence[int], accuracy: Floats, goal: float) -> float:
    """Return after how many labels a curve first comes to the goal, between steps by a straight line; else the last step.

    >>> labels_needed((0, 10, 20), np.array([0.5, 0.7, 0.8]), 0.75)
    15.0
    """
    reached = np.flatnonzero(accuracy >= goal)
    if not len(reached) or not reached[0]:
        return float(steps[0 if len(reached) else -1])
    after = int(reached[0])
    return float(np.interp(goal, accuracy[after - 1 : after + 1], steps[after - 1 : after + 1]).round(6))


def _learn(labels: LabelSet, run: Run, strategy: str, steps: Sequence[int], seed: int) -> Iterator[float]:
    """Yield the accuracy after each step of one strategy."""
    known, waiting = list(run.given), list(run.pool)
    model = _trained(labels, known)
    for step in steps:
        wanted = step - (len(known) - len(run.given))
        if wanted:
            order = STRATEGIES[strategy](_view(labels, model, waiting, known, seed)).tolist()
            known += [waiting[place] for place in order[:wanted]]
            waiting = [waiting[place] for place in sorted(order[wanted:])]
            model = _trained(labels, known)
        yield _right(model, labels, run)


def _view(
    labels: LabelSet, model: Model, waiting: Sequence[LabelledText], known: Sequence[LabelledText], seed: int
) -> Waiting:
    texts = [item.text for item in waiting]
    counts = Counter(labels.codebook.entry(item.theme).theme for item in known)
    per_theme = [counts[code] for code in labels.codebook.theme_codes]
    return Waiting(texts, model, model.theme_probabilities(texts), per_theme, seed * 10_000 + len(known))


def _trained(labels: LabelSet, texts: Sequence[LabelledText]) -> Model:
    # As examples: the label sets of the library are whole documents, and this is a part of some.
    examples = tuple(replace(item, document="", kind="example") for item in texts)
    return train(replace(labels, paragraphs=(), statements=(), examples=examples))


def _right(model: Model, labels: LabelSet, run: Run) -> float:
    found = model.predict([text for text, _ in run.tested])
    return float(
        np.mean([labels.codebook.entry(code).theme == own.theme for own, (_, code) in zip(found, run.tested, strict=True)])
    )
