"""Charts of a model show the counts, probabilities and weights that they are given."""

import pytest
from chart_samples import CAPTIONS, CHARTS, COUNTS, NAMES, TERMS, WORDS, elements, measure, parse, themed, tips, words

from web.charts import LearningPoint, LearningSeries, confusion_matrix, learning_curve, weight_bars


def test_confusion_shows_counts_shades_by_the_share_of_the_row_and_leaves_zeros_blank() -> None:
    root = parse(confusion_matrix(NAMES[:3], COUNTS, **CAPTIONS, **WORDS))
    assert [measure(cell, "fill-opacity") for cell in elements(root, "rect", "chart-heat")] == [0.75, 0.25, 0.17, 0.83]
    shown = [text for text in words(root) if text.isdigit()]
    assert shown == ["30", "10", "40", "1", "5", "6", "0"]  # with the total of each row
    assert "法治化营商环境 → 矛盾纠纷调解: 10 (25.0%)" in tips(root)
    assert words(root).count("行政执法改革") == 2


def test_columns_of_confusion_carry_numbers_where_names_do_not_fit() -> None:
    root = parse(confusion_matrix(NAMES, [[1] * 7] * 7, narrow=True, **CAPTIONS, **WORDS))
    assert "1 法治化营商环境" in words(root)
    assert "法治化营商环境" not in words(root)


def test_reliability_points_grow_with_units_and_bins_without_units_are_left_out() -> None:
    root = parse(CHARTS["reliability"](False, False))
    few, many = elements(root, "circle")
    assert measure(many, "r") == pytest.approx(2 * measure(few, "r"), abs=0.02)
    low, high = elements(root, "rect", "chart-accent")
    assert measure(high, "height") == pytest.approx(4 * measure(low, "height"), abs=0.02)
    assert {"30.0% → 20.0% (25)", "95.0% → 97.0% (100)", "90%–100%: 100"} <= set(tips(root))
    (diagonal,) = [line for line in elements(root, "line") if line.get("stroke-dasharray")]
    assert measure(diagonal, "x2") - measure(diagonal, "x1") == measure(diagonal, "y1") - measure(diagonal, "y2")


def test_the_learning_curve_draws_a_band_per_interval_and_differs_by_form() -> None:
    root = parse(CHARTS["learning"](False, False))
    (band,) = elements(root, "polygon")
    assert len(band.attrib["points"].split()) == 6
    assert len(elements(root, "circle", "theme-0")) == 3
    assert len([rect for rect in themed(root) if rect.attrib["class"] == "theme-1"]) == 2
    assert {"50", "200", "1,490", "段落", "语句"} <= set(words(root))
    assert "段落, 1,490: 90.0% [88.0–92.0%]" in tips(root)


@pytest.mark.parametrize(
    ("texts", "halfway"), [((100, 1000, 10000), True), ((100, 200, 300), True), ((100, 200, 800), False)]
)
def test_numbers_of_texts_far_apart_stand_on_a_logarithmic_scale(texts: tuple[int, ...], halfway: bool) -> None:
    series = [LearningSeries("段落", [LearningPoint(number, 0.5) for number in texts])]
    root = parse(learning_curve(series, texts_caption="", accuracy_caption="", **WORDS))
    first, middle, last = (measure(point, "cx") for point in elements(root, "circle"))
    assert (middle - first == pytest.approx(last - middle, abs=0.02)) == halfway


def test_weights_stand_on_their_side_of_zero_in_proportion() -> None:
    root = parse(weight_bars(TERMS, place=2, **WORDS))
    (against,) = elements(root, "rect", "chart-against")
    strong, weak = themed(root)
    zero = measure(elements(root, "line", "chart-axis")[0], "x1")
    assert (
        measure(strong, "x")
        == measure(weak, "x")
        == zero
        == pytest.approx(measure(against, "x") + measure(against, "width"), abs=0.02)
    )
    assert measure(strong, "width") == pytest.approx(4 * measure(against, "width"), abs=0.05)
    assert strong.attrib["class"] == "theme-2"
    assert {"调解", "+4.20", "宣传", "−1.05"} <= set(words(root))


def test_a_confusion_matrix_too_broad_for_a_phone_scrolls_rather_than_shrinks() -> None:
    assert "chart-broad" in parse(CHARTS["confusion of many"](True, False)).attrib["class"].split()
    assert "chart-broad" not in parse(CHARTS["confusion"](True, False)).attrib["class"].split()
