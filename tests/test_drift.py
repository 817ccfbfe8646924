"""Drift: agreement with settled labels over time, its interval, and a warning that chance does not set off."""

import numpy as np
import pytest
from scipy.stats import binomtest, fisher_exact

from classifier import Checks, Coefficient, measure_drift


@pytest.mark.parametrize(("read", "same"), [(1, 0), (1, 1), (12, 11), (20, 20), (200, 150)])
def test_the_interval_of_a_share_is_the_exact_one(read: int, same: int) -> None:
    expected = binomtest(same, read).proportion_ci(method="exact")
    found = Checks(read, same).share
    assert (found.value, found.low, found.high) == pytest.approx((same / read, expected.low, expected.high))


def test_nothing_read_has_no_share() -> None:
    assert Checks(0, 0).share == Coefficient(None, None, None)


@pytest.mark.parametrize(
    ("earlier", "recent", "fallen"),
    [((30, 30), 12, True), ((30, 27), 18, False), ((30, 20), 20, False), ((10, 10), 13, True), ((9, 9), 0, None)],
)
def test_a_fall_is_seen_by_fishers_exact_test(earlier: tuple[int, int], recent: int, fallen: bool | None) -> None:
    read, same = earlier
    found = measure_drift([True] * same + [False] * (read - same) + [False] * (20 - recent) + [True] * recent)
    if fallen is None:
        assert found.p_value is None and not found.fallen
        return
    table = np.array([[recent, 20 - recent], [same, read - same]])
    assert found.p_value == pytest.approx(fisher_exact(table, alternative="less").pvalue)
    assert found.fallen is fallen


def test_an_annotator_who_reads_as_before_is_warned_about_no_more_often_than_one_time_in_twenty() -> None:
    random = np.random.default_rng(0)
    warned = sum(measure_drift((random.random(60) < 0.9).tolist()).fallen for _ in range(400))
    assert warned <= 20


def test_few_checks_are_all_recent() -> None:
    found = measure_drift([True, False])
    assert (found.earlier, found.recent) == (Checks(0, 0), Checks(2, 1))
