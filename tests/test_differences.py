"""Differences of two rows: counted where both are, else with an interval that covers what it says."""

import math
from itertools import product

import numpy as np
import pytest

from classifier import Difference, MixRow, Origin, Share
from classifier.differences import differences, effective_size, wilson_interval
from classifier.intervals import conformal_half_width

COUNTED, ESTIMATED = (10, 10), (10, 0)


def row(share: float, low: float | None, high: float | None, paragraphs: int = 10, labelled: int = 0) -> MixRow:
    return MixRow("", Origin(), paragraphs, labelled, {"mediation": Share(share, low, high, 0)})


def difference(a: MixRow, b: MixRow, level: float | None = 0.9) -> Difference:
    return differences(a, b, level, (a.paragraphs, b.paragraphs))["mediation"]


@pytest.mark.parametrize(
    ("a", "b", "found", "verdict"),
    [(3, 1, 0.2, "a_higher"), (1, 3, -0.2, "b_higher"), (2, 2, 0.0, "equal")],
)
def test_counted_shares_differ_by_exactly_what_was_counted(a: int, b: int, found: float, verdict: str) -> None:
    counted = difference(row(a / 10, None, None, *COUNTED), row(b / 10, None, None, *COUNTED), None)
    assert counted.difference == pytest.approx(found, abs=1e-6)
    assert (counted.low, counted.high, counted.verdict) == (None, None, verdict)


def test_the_intervals_of_two_estimates_add_up_by_their_squares() -> None:
    found = difference(row(0.5, 0.4, 0.53), row(0.2, 0.16, 0.3))
    assert (found.low, found.high) == pytest.approx((0.3 - math.hypot(0.1, 0.1), 0.3 + math.hypot(0.03, 0.04)), abs=1e-6)
    assert found.verdict == "a_higher"


def test_against_a_counted_share_the_interval_is_that_of_the_estimate() -> None:
    found = difference(row(0.5, 0.4, 0.7), row(0.2, None, None, *COUNTED))
    assert (found.low, found.high) == pytest.approx((0.2, 0.5), abs=1e-6)


@pytest.mark.parametrize(
    ("shares", "verdict"),
    [
        (((0.5, 0.45, 0.55), (0.3, 0.25, 0.35)), "a_higher"),
        (((0.3, 0.25, 0.35), (0.5, 0.45, 0.55)), "b_higher"),
        (((0.5, 0.3, 0.7), (0.4, 0.2, 0.6)), "not_distinguishable"),
        (((0.5, None, None), (0.1, 0.0, 0.2)), "unknown"),
    ],
)
def test_only_an_interval_without_zero_tells_two_sides_apart(
    shares: tuple[tuple[float, float, float], ...], verdict: str
) -> None:
    a, b = (row(*bounds) for bounds in shares)
    assert difference(a, b).verdict == verdict


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (row(0.5, 0.4, 0.53), row(0.2, 0.16, 0.3)),
        (row(0.1, None, None, *COUNTED), row(0.2, 0.16, 0.3)),
        (row(0.1, None, None, *COUNTED), row(0.2, None, None, *COUNTED)),
    ],
)
def test_to_exchange_the_sides_turns_every_sign(a: MixRow, b: MixRow) -> None:
    one, other = difference(a, b), difference(b, a)
    assert other.difference == -one.difference
    for low, high in (("low", "high"), ("draws_low", "draws_high")):
        assert getattr(other, low) == (None if getattr(one, high) is None else -getattr(one, high))
        assert getattr(other, high) == (None if getattr(one, low) is None else -getattr(one, low))


def test_seen_as_draws_two_counted_reports_differ_by_newcombes_interval() -> None:
    """Newcombe 1998, table II: 56/70 - 48/80 is [0.0524, 0.3339] by method 10."""
    a, b = row(56 / 70, None, None, 70, 70), row(48 / 80, None, None, 80, 80)
    found = difference(a, b, None)
    assert (found.draws_low, found.draws_high) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert found.draws_distinguishable


def test_a_draw_is_never_surer_than_the_estimate_it_rests_on() -> None:
    for share, reach in product((0.0, 0.2, 0.9), (0.0, 0.05)):
        found = difference(row(share, share - reach, share + reach), row(0.3, 0.2, 0.4))
        assert found.low is not None and found.high is not None
        assert found.draws_low is not None and found.draws_low <= found.low
        assert found.draws_high is not None and found.draws_high >= found.high


def test_paragraphs_of_unequal_length_are_worth_fewer_equal_ones() -> None:
    assert effective_size(np.array([2.0, 2.0, 2.0])) == pytest.approx(3)
    assert 1 < effective_size(np.array([9.0, 1.0, 1.0])) < 3
    assert wilson_interval(0.5, 4, 0.95)[0] < wilson_interval(0.5, 40, 0.95)[0]


@pytest.mark.parametrize(("jurisdictions", "level"), [(5, 0.8), (12, 0.9), (19, 0.95)])
@pytest.mark.parametrize("bias", [0.0, 0.03])
def test_the_interval_covers_the_true_difference_as_often_as_it_says(jurisdictions: int, level: float, bias: float) -> None:
    """Two new jurisdictions, whose errors are like those of the labelled ones; ``bias`` is an error that all have."""
    runs, random = 3000, np.random.default_rng(5)
    errors = random.normal(bias, 0.04, (runs, jurisdictions + 2))
    covered = 0
    for own in errors:
        half = float(conformal_half_width(own[:-2, None], level)[0])
        a, b = (row(share, share - half, share + half) for share in (0.5 + own[-2], 0.3 + own[-1]))
        found = difference(a, b, level)
        assert found.low is not None and found.high is not None
        covered += found.low <= 0.2 <= found.high
    assert covered / runs >= level - 2 * math.sqrt(level * (1 - level) / runs)
