"""The orders of a queue do what they say, and a good one needs fewer labels than chance: a small version of make queues."""

from functools import partial

import numpy as np
import pytest
from paths import ROOT
from scipy.sparse import csr_array

from benchmarks.compare_queues import error_table, learning_tables
from benchmarks.planted_errors import READ, WAYS, find_planted
from benchmarks.queue_learning import STEPS, STRATEGIES, Curves, learning_curves, start
from classifier import LabelSet, by_density, by_shortfall, by_uncertainty, densities, margins, suspected_errors
from classifier.labels import load_held_out


@pytest.fixture(scope="module")
def probabilities() -> np.ndarray:
    return np.random.default_rng(0).dirichlet(np.ones(7), 200)


@pytest.mark.parametrize(
    "order",
    [
        by_uncertainty,
        partial(by_density, density=np.linspace(0, 1, 200)),
        partial(by_shortfall, labels_per_theme=[5, 0, 3, 1, 9, 2, 0]),
    ],
    ids=["uncertainty", "density", "shortfall"],
)
def test_an_order_holds_every_row_once_and_is_the_same_each_time(order: object, probabilities: np.ndarray) -> None:
    found = order(probabilities)  # type: ignore[operator]
    assert sorted(found) == list(range(200)) and found.tolist() == order(probabilities).tolist()  # type: ignore[operator]


def test_density_decides_between_rows_that_are_equally_uncertain() -> None:
    equal = np.full((3, 2), 0.5)
    assert by_density(equal, np.array([0.1, 0.3, 0.2])).tolist() == [1, 2, 0]
    assert by_density(np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([0.9, 0.1])).tolist() == [1, 0]


def test_densities_are_mean_similarities_of_all_pairs() -> None:
    features = np.abs(np.random.default_rng(1).normal(size=(20, 8)))
    features[3] = 0
    unit = features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)
    assert densities(csr_array(features)) == pytest.approx((unit @ unit.T).mean(axis=1))


def test_shortfall_serves_themes_until_all_have_as_many(probabilities: np.ndarray) -> None:
    labels = [8, 0, 0, 4, 4, 4, 4]
    themes = probabilities.argmax(axis=1)
    for theme in themes[by_shortfall(probabilities, labels)][:16]:
        assert labels[theme] == min(labels)
        labels[theme] += 1
    own = [row for row in by_shortfall(probabilities, labels) if themes[row] == 2]
    assert (np.diff(margins(probabilities)[own]) >= 0).all()


def test_suspected_errors_are_wrong_labels_of_a_model_that_knows_better(probabilities: np.ndarray) -> None:
    sure = np.full((100, 3), 0.05)
    truth = np.arange(100) % 3
    sure[np.arange(100), truth] = 0.9
    labels = truth.copy()
    labels[:7] = (truth[:7] + 1) % 3
    assert set(suspected_errors(sure, labels)) == set(range(7))
    assert suspected_errors(probabilities, probabilities.argmax(axis=1)).tolist() == []


def test_nothing_that_is_tested_on_is_in_the_pool(labels: LabelSet) -> None:
    held_out = load_held_out(ROOT / "labels", labels.codebook)
    for seed in range(5):
        run = start(labels, held_out, 3, seed)
        learned = {item.text for item in (*run.given, *run.pool)}
        assert not learned & {text for text, _ in run.tested} and len(run.given) == 3 * len(labels.codebook.leaf_codes)
        assert len({item.document for item in run.pool}) == 4


def test_the_default_queue_learns_faster_than_chance(labels: LabelSet) -> None:
    held_out = load_held_out(ROOT / "labels", labels.codebook)
    found = learning_curves(labels, held_out, 3, 2, steps=(0, 60), strategies=("random", "dense"))
    assert (
        found.accuracy["dense"][:, 1].mean() > found.accuracy["random"][:, 1].mean() > found.accuracy["random"][:, 0].mean()
    )


def test_the_tables_say_what_was_found(labels: LabelSet) -> None:
    rising = np.tile(np.linspace(0.5, 0.9, len(STEPS)), (2, 1))
    curves = Curves(STEPS, dict.fromkeys(STRATEGIES, rising), np.array([0.9, 0.9]), 360)
    lines = list(learning_tables(3, curves, 2))
    assert any(line.startswith("| `dense` | 153 | 1.00 [1.00, 1.00] | 153, 153 to 153 |") for line in lines)
    planted = find_planted(labels, 3, 1, likely=False)
    assert planted.shares[WAYS[0]][0, READ.index(0.1)] > 0.5 > planted.shares["random"][0, READ.index(0.1)]
    assert sum(line.startswith("| ") for line in error_table("Any errors", planted)) == 1 + len(WAYS)
