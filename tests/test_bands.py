"""Bands of confidence: their promises hold, and where too little is labelled there are none."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from classifier import BANDS, Bands, LabelSet, Model, load_labels, train
from classifier.bands import CERTAINTY, FEWEST_UNITS, MOST_ERRORS, choose_bands, count_bands, error_bound

RUNS = 400


Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


def chosen(confidence: Floats, right: Flags) -> Bands:
    """Choose bands by texts that are enough."""
    bands = choose_bands(confidence, right, "texts")
    assert bands is not None
    return bands


def surely(units: int, wrong_ranks: tuple[int, ...] = ()) -> tuple[Floats, Flags]:
    """Confidence of so many units, falling evenly from 1 to 0.5, and which were right: all but those ranks."""
    right = np.ones(units, dtype=bool)
    right[list(wrong_ranks)] = False
    return np.linspace(1, 0.5, units), right


@pytest.mark.parametrize(
    ("risk", "promise"),
    [
        (lambda confidence: np.full_like(confidence, 0.06), "accept"),
        (lambda confidence: np.where(confidence < 0.75, 0.3, 0.03), "accept"),
        (lambda confidence: 1 - confidence, "accept"),
        (lambda confidence: np.where(confidence < 0.8, 0.55, 0.0), "look"),
    ],
    ids=["alike everywhere, just too many", "suddenly many", "as stated", "more often wrong than right"],
)
@pytest.mark.parametrize("units", [60, 200, 1000])
def test_a_promise_is_broken_in_no_more_trainings_than_was_said(
    risk: Callable[[Floats], Floats], promise: str, units: int
) -> None:
    random = np.random.default_rng(units)
    everything = np.linspace(0.5, 1, 20_001)
    broken = 0
    for _ in range(RUNS):
        confidence = random.uniform(0.5, 1, units)
        bands = chosen(confidence, random.random(units) >= risk(confidence))
        inside = everything[bands.of_each(everything) == BANDS.index(promise)]
        broken += bool(len(inside)) and float(risk(inside).mean()) > MOST_ERRORS[promise]
    allowed = 1 - CERTAINTY
    assert broken / RUNS <= allowed + 2 * np.sqrt(allowed * CERTAINTY / RUNS)


def test_many_good_texts_are_accepted_and_few_bad_ones_do_not_stop_that() -> None:
    assert chosen(*surely(1000, tuple(range(0, 600, 50)))).accept == pytest.approx(0.5, abs=1e-3)
    assert chosen(*surely(1000, tuple(range(700, 1000)))).accept == pytest.approx(0.64, abs=0.02)


@pytest.mark.parametrize(
    ("units", "wrong", "accept", "look"),
    [
        (FEWEST_UNITS, (), 0.5, None),
        (FEWEST_UNITS, (FEWEST_UNITS - 1,), None, 0.5),
        (100, (0,), None, 0.5),
        (100, tuple(range(100)), None, None),
    ],
    ids=["all right", "one wrong of too few", "the surest is wrong", "all wrong"],
)
def test_a_band_is_empty_where_nothing_can_be_shown(
    units: int, wrong: tuple[int, ...], accept: float | None, look: float | None
) -> None:
    bands = chosen(*surely(units, wrong))
    assert (bands.accept, bands.look) == (accept, look)


def test_the_bound_is_the_one_of_clopper_and_pearson() -> None:
    # Hand-made: no error in n units has the bound 1 - (1 - certainty) ** (1 / n).
    assert error_bound(0, 73) == pytest.approx(1 - 0.1 ** (1 / 73))
    assert error_bound(3, 3) == 1.0
    assert error_bound(0, FEWEST_UNITS) <= MOST_ERRORS["accept"] < error_bound(0, FEWEST_UNITS - 1)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=FEWEST_UNITS, max_size=150))
def test_bands_of_one_and_of_many_agree_and_hold_each_text_once(found: list[tuple[float, bool]]) -> None:
    confidence, right = np.array([own for own, _ in found]), np.array([own for _, own in found])
    bands = chosen(confidence, right)
    names = [bands.of(own) for own in confidence.tolist()]
    assert names == [BANDS[place] for place in bands.of_each(confidence).tolist()]
    assert bands.measured == count_bands(names, right)
    assert sum([count.units for count in bands.measured]) == len(found)
    assert Bands.from_dict(bands.to_dict()) == bands


def test_texts_without_a_band_count_among_all() -> None:
    accept, look, _ = count_bands(["accept", None, "look", None], np.array([True, False, False, True]))
    assert (accept.units, accept.share, accept.error) == (1, 0.25, 0.0)
    assert (look.errors, look.error) == (1, 1.0)


def test_a_model_of_few_texts_has_no_bands(tmp_path: Path) -> None:
    labels = table(tmp_path, FEWEST_UNITS - 1)
    model = train(labels)
    assert model.bands is None
    assert model.predict(["调解纠纷成功，双方和好"])[0].band is None


def test_a_model_of_texts_that_belong_to_no_document_has_bands(tmp_path: Path) -> None:
    model = train(table(tmp_path, 2 * FEWEST_UNITS))
    assert model.bands is not None
    assert (model.bands.kind, model.bands.measured[0].total) == ("texts", 2 * FEWEST_UNITS)


def table(tmp_path: Path, units: int) -> LabelSet:
    path = tmp_path / "labels.csv"
    themes = (("调解", "调解纠纷成功，双方握手和好"), ("普法", "开展法治宣传，发放普法资料"))
    rows = [f"{text}{chr(ord('一') + number)},{theme}" for number in range(units) for theme, text in [themes[number % 2]]]
    path.write_text("text,theme\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return load_labels(path)


def test_the_shipped_model_names_the_band_of_each_text_one_by_one_and_many_at_once(model: Model, labels: LabelSet) -> None:
    assert model.bands is not None
    assert model.bands.kind == "paragraphs"
    texts = [*(label.text for label in labels.paragraphs), "……"]
    many = model.predict(texts)
    assert [found.band for found in many[:-1]] == [model.bands.of(found.confidence) for found in many[:-1]]
    assert many[-1].band is None
    assert [model.predict([text])[0].band for text in texts] == [found.band for found in many]
    assert replace(model, bands=None).predict(texts[:1])[0].band is None
