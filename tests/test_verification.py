"""The intervals of a mix hold as often as they say, on simulated reports and on masked real labels."""

import json
from dataclasses import replace

import numpy as np
import pytest
from fewer_labels import with_fewer_examples
from paths import ROOT

from classifier import InputError, LabelSet
from classifier.intervals import document_half_width, interval_level
from classifier.verification import methods
from classifier.verification.coverage import CoverageRow, masked_coverage, simulated_coverage
from classifier.verification.masking import Unseen, masked_trial
from classifier.verification.methods import METHODS, OURS
from classifier.verification.quantifiers import (
    adjusted_count,
    classify_and_count,
    expectation_maximisation,
    probabilistic_classify_and_count,
)
from classifier.verification.simulation import SCENARIOS, Scenario, choose_labelled, confusion, simulate
from classifier.verification.trial import Estimates, score

RUNS = 100
QUAPY = json.loads((ROOT / "tests" / "golden" / "quapy.json").read_text(encoding="utf-8"))


def measured(scenarios: tuple[Scenario, ...], names: tuple[str, ...] = (OURS,)) -> list[CoverageRow]:
    chosen = {name: METHODS[name] for name in names}
    return list(simulated_coverage(RUNS, 1, lambda steps, _: steps, scenarios, chosen))


@pytest.mark.parametrize(
    "scenario", SCENARIOS, ids=lambda scenario: f"{scenario.name}, {scenario.labelled:.0%} {scenario.order}"
)
def test_coverage_is_nominal_or_above_within_two_standard_errors(scenario: Scenario) -> None:
    (row,) = measured((scenario,))
    assert row.kept, f"{row.scores[OURS]} at {row.level:.0%}: policy-themes verify-intervals says more"


def test_intervals_of_half_the_width_would_be_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(methods, "document_half_width", lambda *given: document_half_width(*given) / 2)
    single = tuple(scenario for scenario in SCENARIOS if scenario.documents == 1 and scenario.order == "random")
    assert not any(row.kept for row in measured(single))


def test_other_methods_cover_too_seldom_where_wording_shifts_and_documents_are_long() -> None:
    (case,) = (s for s in SCENARIOS if s.name.startswith("long") and not s.labelled)
    (row,) = measured((case,), ("CC + Wilson", "ACC", "EMQ"))
    assert all(found is not None and found.coverage < row.level for found in row.scores.values())


def test_simulated_probabilities_are_calibrated_and_wording_moves_whole_documents() -> None:
    trial = simulate(Scenario("", 0), 400, np.random.default_rng(0))
    said, true = trial.probabilities[trial.present], trial.truth[trial.present]
    for low in (0.1, 0.3, 0.5, 0.7):
        within = (said > low) & (said <= low + 0.2)
        assert said[within].mean() == pytest.approx(true[within].mean(), abs=0.03)
    longer = {
        shifted: simulate(Scenario("", 0, shifted=shifted, paragraphs=(400, 400)), 50, np.random.default_rng(0))
        for shifted in (False, True)
    }
    away = {shifted: (trial.probabilities - trial.truth).mean(axis=1).std() for shifted, trial in longer.items()}
    assert away[True] > 1.2 * away[False]


@pytest.mark.parametrize(("order", "expected"), [("queue", [1, 3]), ("random", None)])
def test_labels_are_chosen_by_smallest_margin_or_by_chance(order: str, expected: list[int] | None) -> None:
    said = np.array([[[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.5, 0.5], [0.51, 0.49]]])
    present = np.array([[True, True, True, True, False]])  # The last is not there, and never chosen.
    drawn = {
        tuple(np.flatnonzero(choose_labelled(said, present, 0.5, order, np.random.default_rng(seed))[0]))
        for seed in range(20)
    }
    assert all(len(places) == 2 and 4 not in places for places in drawn)
    assert drawn == {tuple(expected)} if expected else len(drawn) > 3


def test_a_census_is_always_covered_with_no_width() -> None:
    trial = simulate(Scenario("", 1.0), 20, np.random.default_rng(0))
    for method in (METHODS[OURS], METHODS["CC + Wilson"], METHODS["ACC"], METHODS["EMQ"]):
        found = method(trial, 0.9, np.random.default_rng(0))
        assert found is not None
        result = score(found, trial.shares)
        assert [result.coverage, result.width, result.error] == pytest.approx([1, 0, 0])


def test_prediction_powered_inference_is_the_mean_of_labels_where_predictions_say_nothing() -> None:
    trial = simulate(Scenario("", 0.5), 5, np.random.default_rng(0))
    blind = replace(trial, probabilities=np.full_like(trial.probabilities, 1 / 7))
    found = METHODS["PPI++"](blind, 0.9, np.random.default_rng(0))
    labels = np.array([truth[own].mean(axis=0) for truth, own in zip(trial.truth, trial.labelled, strict=True)])
    assert found is not None
    np.testing.assert_allclose(found.shares, labels, atol=1e-12)
    assert METHODS["PPI++"](simulate(Scenario("", 0.0), 5, np.random.default_rng(0)), 0.9, np.random.default_rng(0)) is None


def test_standard_errors_are_those_of_clusters() -> None:
    truth = np.array([[0.5]] * 6)
    low = np.array([[0.4]] * 3 + [[0.6]] * 3)
    found = Estimates(truth, low, low + 0.2)
    assert score(found, truth).coverage == 0.5
    by_cluster = score(found, truth, np.array([0, 0, 0, 1, 1, 1])).standard_error
    assert by_cluster == pytest.approx(0.5) and score(found, truth).standard_error < 0.3


@pytest.mark.parametrize("case", QUAPY["cases"], ids=lambda case: f"{len(case['prior'])} themes")
def test_estimates_are_those_of_quapy(case: dict[str, list[list[float]]]) -> None:
    """Values that QuaPy gave: tests/make_quapy_values.py."""
    said = np.array(case["probabilities"])[None]
    once = np.ones((1, said.shape[1]))
    matrix = confusion(np.array(case["held_out_chosen"])[None], np.array(case["held_out_truth"])[None])
    counted = classify_and_count(said, once)
    found = {
        "CC": counted,
        "PCC": probabilistic_classify_and_count(said, once),
        "ACC": adjusted_count(counted, matrix),
        "EMQ": expectation_maximisation(said, once[:, None], np.array(case["prior"])[None])[:, 0],
    }
    for name, shares in found.items():
        np.testing.assert_allclose(shares[0], case[name], atol=1e-4, err_msg=name)


def test_masked_labels_of_the_seeds_are_covered(labels: LabelSet) -> None:
    fewer = with_fewer_examples(labels)
    rows = list(masked_coverage(fewer, ROOT / "labels", 5, 0, lambda steps, _: steps))
    assert [(row.labelled, row.order) for row in rows[:7]] == [
        *[(0.0, "random"), (0.25, "random"), (0.5, "random"), (0.75, "random")],
        *[(0.25, "queue"), (0.5, "queue"), (0.75, "queue")],
    ]
    assert {row.level for row in rows} == {0.8}  # Four jurisdictions are left when one is left out.
    assert all(row.kept for row in rows[:7])
    assert rows[7].case == "held-out reports" and rows[7].runs == 189


def test_what_is_not_masked_stays_known() -> None:
    random = np.random.default_rng(0)
    unseen = [
        Unseen(
            random.dirichlet([1, 1], size),
            np.eye(2)[random.integers(0, 2, size)],
            np.zeros((4, 2)),
            np.full(4, 9.0),
            np.ones(2) / 2,
        )
        for size in (4, 8)
    ]
    trial, places = masked_trial(unseen, 0.5, "random", 3, random)
    assert places.tolist() == [0, 0, 0, 1, 1, 1]
    assert trial.labelled.sum(axis=1).tolist() == [2, 2, 2, 4, 4, 4]
    found = METHODS[OURS](trial, 0.8, random)
    assert found is not None
    # A model without any error has intervals of no width around what it says.
    np.testing.assert_allclose(found.low, found.high)


def test_too_few_jurisdictions_to_mask_are_refused_with_a_remedy(labels: LabelSet) -> None:
    few = replace(labels, paragraphs=tuple(label for label in labels.paragraphs if label.key[0] < "003"))
    assert interval_level(4) == 0.8
    with pytest.raises(InputError, match=r"3 jurisdiction\(s\) .* needs 5; label more"):
        list(masked_coverage(few, ROOT / "labels", 5, 0, lambda steps, _: steps))
