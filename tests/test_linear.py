"""The linear classifier: merging equal terms changes no weight, and trainings side by side do not disturb each other."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.svm import LinearSVC

from classifier.linear import fit_linear, merge_equal_terms

RANDOM = np.random.default_rng(3)
DIFFERENT = RANDOM.random((60, 8)) * (RANDOM.random((60, 8)) > 0.6)
# Terms 8 to 11 are those of 0, 0, 3 and 5 again; term 12 stands nowhere.
FEATURES = csr_array(np.column_stack([DIFFERENT, DIFFERENT[:, [0, 0, 3, 5]], np.zeros(60)]))
TARGETS = np.arange(60) % 3
WEIGHTS = np.linspace(0.5, 1.5, 60)


def test_equal_terms_become_one_column_and_keep_their_weights() -> None:
    merged = merge_equal_terms(FEATURES)
    assert merged.features.shape == (60, 9)
    assert merged.group_of.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 0, 0, 3, 5, 8]
    coefficients, intercepts = fit_linear(merged.features, TARGETS, WEIGHTS, 3, C=0.5, tol=1e-10, max_iter=100_000)
    plain = LinearSVC(C=0.5, tol=1e-10, max_iter=100_000, random_state=0).fit(FEATURES, TARGETS, sample_weight=WEIGHTS)
    np.testing.assert_allclose(merged.weights_of_terms(coefficients), plain.coef_, atol=1e-7)
    np.testing.assert_allclose(intercepts, plain.intercept_, atol=1e-7)


@pytest.mark.parametrize(("targets", "absent"), [(TARGETS, 3), (np.minimum(TARGETS, 1), 2), (np.full(60, 1), 0)])
def test_a_code_without_texts_is_a_sure_no(targets: np.ndarray[tuple[int], np.dtype[np.int64]], absent: int) -> None:
    coefficients, intercepts = fit_linear(FEATURES, targets, WEIGHTS, 4, C=0.5)
    assert intercepts[absent] == -1 and not coefficients[absent].any()
    answers = (FEATURES @ coefficients.T + intercepts).argmax(axis=1)
    assert np.mean(answers == targets) > 0.5


def test_fits_at_the_same_time_give_what_one_alone_gives() -> None:
    alone = fit_linear(FEATURES, TARGETS, WEIGHTS, 3, C=0.5)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda _: fit_linear(FEATURES, TARGETS, WEIGHTS, 3, C=0.5), range(40)))
    for found in together:
        assert np.array_equal(found[0], alone[0]) and np.array_equal(found[1], alone[1])
