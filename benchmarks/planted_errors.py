"""Plant wrong labels among the real ones and see how early each way of suspecting errors comes upon them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.queue_learning import start
from classifier import Label, LabelSet, by_chance, suspected_errors, train

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

WRONG = 0.05
READ = (0.05, 0.1, 0.2)
WAYS = (
    "suspected_errors",
    "the same, with the thresholds of confident learning",
    "the same, the most confident model first",
    "random",
)


@dataclass(frozen=True)
class Found:
    """Share of planted errors found after reading each share of `READ` of the labels, shape (runs, shares), by way."""

    shares: Mapping[str, Floats]
    labels: int
    wrong: int


def find_planted(labels: LabelSet, examples_per_code: int, runs: int, *, likely: bool) -> Found:
    """Plant errors, ask models that were not trained on a unit's report about it, and read the labels in each order.

    A ``likely`` error is what an unseeing model holds for the most probable other theme, as a tired reader might; else any.
    """
    places = {code: place for place, code in enumerate(labels.codebook.theme_codes)}
    shares: dict[str, list[list[float]]] = {way: [] for way in WAYS}
    for seed in range(runs):
        random = np.random.default_rng(seed)
        few = replace(labels, examples=tuple(start(labels, (), examples_per_code, seed).given))
        units = (*few.paragraphs, *few.statements)
        truth = np.array([places[labels.codebook.entry(label.theme).theme] for label in units])
        planted = random.choice(len(units), round(WRONG * len(units)), replace=False)
        probable = random.random((len(units), len(places)))
        if likely:
            probable = _unseen(few)
        probable[np.arange(len(units)), truth] = -1
        given = truth.copy()
        given[planted] = probable[planted].argmax(axis=1)
        probabilities = _unseen(_relabelled(few, units, given, set(planted.tolist())))
        for way, order in _orders(probabilities, given, seed).items():
            found = np.isin(order, planted)
            shares[way].append([float(found[: round(share * len(units))].sum() / len(planted)) for share in READ])
    return Found({way: np.array(rows) for way, rows in shares.items()}, len(units), len(planted))


def _orders(probabilities: Floats, labels: Places, seed: int) -> dict[str, Places]:
    suspected = suspected_errors(probabilities, labels)
    confidence = probabilities.max(axis=1)
    orders = (
        suspected,
        suspected[_above_usual(probabilities, labels)[suspected]],
        suspected[np.argsort(-confidence[suspected], kind="stable")],
        by_chance(len(labels), seed),
    )
    return dict(zip(WAYS, orders, strict=True))


def _above_usual(probabilities: Floats, labels: Places) -> NDArray[np.bool_]:
    """Tell whether some other theme is as probable as it usually is where it is the label."""
    counts = np.bincount(labels, minlength=probabilities.shape[1])
    sums = np.array([np.bincount(labels, column, minlength=len(counts)) for column in probabilities.T]).diagonal()
    above = probabilities >= sums / np.maximum(counts, 1)
    above[np.arange(len(labels)), labels] = False
    return np.asarray(above.any(axis=1))


def _unseen(labels: LabelSet) -> Floats:
    """Return the probabilities of themes for all units, each from a model that has not seen its report."""
    units = (*labels.paragraphs, *labels.statements)
    documents = np.array([label.key[0] for label in units])
    found = np.zeros((len(units), len(labels.codebook.themes)))
    for document in np.unique(documents):
        own = documents == document
        others = replace(
            labels,
            paragraphs=tuple(label for label in labels.paragraphs if label.key[0] != document),
            statements=tuple(label for label in labels.statements if label.key[0] != document),
        )
        found[own] = train(others).theme_probabilities([units[row].text for row in np.flatnonzero(own)])
    return found


def _relabelled(labels: LabelSet, units: Sequence[Label], themes: Places, wrong: set[int]) -> LabelSet:
    """Return the labels with another theme where an error is planted; of a theme with sub-codes, its first one."""
    book = labels.codebook
    leaf_of = {book.entry(code).theme: code for code in reversed(book.leaf_codes)}
    changed = [
        replace(label, theme=leaf_of[book.theme_codes[themes[row]]], secondary=()) if row in wrong else label
        for row, label in enumerate(units)
    ]
    first = len(labels.paragraphs)
    return replace(labels, paragraphs=tuple(changed[:first]), statements=tuple(changed[first:]))
