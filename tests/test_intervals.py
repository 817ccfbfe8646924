"""Intervals follow their formulas, grow and shrink as they should, and count a jurisdiction once."""

import math

import numpy as np
import pytest

from classifier.intervals import (
    DocumentSums,
    HeldOutErrors,
    conformal_half_width,
    document_half_width,
    documents_half_width,
    interval_level,
    partly_labelled_half_width,
)

# Five labelled jurisdictions of 25 paragraphs, two themes.
HELD_OUT = HeldOutErrors(np.array([[0.1], [-0.04], [0.02], [0.0], [-0.06]]) * [1, -1], np.full(5, 25.0))


def test_the_interval_level_follows_the_number_of_jurisdictions() -> None:
    assert [interval_level(n) for n in (0, 3, 4, 8, 9, 18, 19, 100)] == [None, None, 0.8, 0.8, 0.9, 0.9, 0.95, 0.95]


def test_the_conformal_half_width_is_the_right_order_statistic() -> None:
    errors = np.array([[0.1], [-0.4], [0.2], [0.0], [-0.3], [0.05], [0.02], [0.01], [0.03]])
    assert conformal_half_width(errors[:4], 0.8)[0] == pytest.approx(0.4)  # ceil(5 * 0.8) = 4th smallest of four
    assert conformal_half_width(errors, 0.9)[0] == pytest.approx(0.4)  # ceil(10 * 0.9) = 9th smallest of nine
    assert conformal_half_width(errors, 0.8)[0] == pytest.approx(0.3)  # ceil(10 * 0.8) = 8th smallest


def test_the_partly_labelled_half_width_is_the_formula_of_its_source() -> None:
    errors, sizes = np.array([[0.1], [-0.1], [0.1], [-0.1]]), np.array([25.0, 25.0, 25.0, 25.0])
    # s = 0.1 * 5 = 0.5; t(0.9, 4 degrees of freedom) = 1.5332; u = 16, N = 20
    width = partly_labelled_half_width(errors, sizes, 0.8, 16, 20)[0]
    assert width == pytest.approx(1.533206 * 0.5 * math.sqrt(16) / 20, abs=1e-6)


@pytest.mark.parametrize(
    ("paragraphs", "unlabelled", "wider"),
    [(400, 400, "conformal"), (25, 25, "conformal"), (5, 5, "paragraphs"), (400, 200, "conformal"), (25, 3, "paragraphs")],
)
def test_a_document_has_the_wider_of_its_two_errors(paragraphs: int, unlabelled: int, wider: str) -> None:
    half = document_half_width(HELD_OUT, 0.8, unlabelled, unlabelled / paragraphs)
    conformal = conformal_half_width(HELD_OUT.errors, 0.8) * unlabelled / paragraphs
    by_paragraph = partly_labelled_half_width(HELD_OUT.errors, HELD_OUT.sizes, 0.8, unlabelled, paragraphs)
    np.testing.assert_allclose(half, conformal if wider == "conformal" else by_paragraph)
    assert (half >= conformal).all() and (half >= by_paragraph).all()


def documents(count: int, *, labelled: bool = False, jurisdictions: int | None = None) -> DocumentSums:
    """Documents of 20 paragraphs, half of them of one theme in every document."""
    free = np.zeros(count) if labelled else np.full(count, 20.0)
    return DocumentSums(np.full((count, 2), 10.0), free, free, np.arange(count) % (jurisdictions or count))


def test_errors_of_many_jurisdictions_even_out_but_not_those_of_one() -> None:
    few, many = (documents_half_width(HELD_OUT, 0.8, documents(count)) for count in (2, 50))
    assert (many < few).all() and (many > 0.005).all()  # A leaning that all labelled ones share does not even out.
    one = documents_half_width(HELD_OUT, 0.8, documents(50, jurisdictions=1))
    assert (one >= conformal_half_width(HELD_OUT.errors, 0.8)).all()


def test_documents_that_differ_move_a_share_of_several_even_where_the_model_never_errs() -> None:
    faultless = HeldOutErrors(np.zeros((5, 2)), np.full(5, 25.0))
    alike = documents(8)
    different = DocumentSums(np.array([[20.0, 0], [0, 20.0]] * 4), np.full(8, 20.0), np.full(8, 20.0), np.arange(8))
    assert documents_half_width(faultless, 0.8, alike) == pytest.approx([0, 0], abs=1e-12)
    # The share of a theme that four of eight documents are wholly about: a binomial share of eight.
    assert documents_half_width(faultless, 0.8, different) == pytest.approx([0.25, 0.25], abs=1e-12)


def test_many_documents_are_drawn_in_blocks_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = documents_half_width(HELD_OUT, 0.8, documents(40))
    monkeypatch.setattr("classifier.intervals._MOST_DRAWN", 40 * 300)
    np.testing.assert_allclose(documents_half_width(HELD_OUT, 0.8, documents(40)), whole, rtol=0.1)


def test_what_is_said_of_the_errors_is_their_mean_and_their_largest() -> None:
    basis = HELD_OUT.basis
    assert basis is not None and (basis.jurisdictions, basis.mean_error, basis.largest_error) == (5, 0.044, 0.1)
    assert HELD_OUT.level == 0.8
    assert HeldOutErrors(np.zeros((0, 2)), np.zeros(0)).basis is None
