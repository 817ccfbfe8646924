"""Charts of the theme mix show the shares, intervals, groups and years that they are given."""

import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from chart_samples import (
    GROUPED,
    MIX,
    ROWS,
    THEMES,
    TWO,
    WORDS,
    YEARS,
    elements,
    measure,
    parse,
    shares,
    themed,
    tips,
    words,
)

from web.charts import ChartRow, ChartShare, YearSeries, small_multiples, stacked_bars, years_lines


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize(
    ("values", "part"),
    [
        ((0.25, 0.25, 0.5), 1.0),
        ((0.001, 0.999), 1.0),
        ((1.0,), 1.0),
        ((0.2, 0.3), 0.5),
        ((0.9, 0.6), 1.0),
        ((0.0, 0.4), 0.4),
    ],
)
def test_segments_with_their_gaps_add_up_to_the_bar(values: Sequence[float], part: float, narrow: bool) -> None:
    row = ChartRow("浙江省", shares(*values))
    whole = themed(parse(stacked_bars([ChartRow("浙江省", shares(1.0))], THEMES, narrow=narrow, **WORDS)))[0]
    left, width = measure(whole, "x"), measure(whole, "width") + 1
    root = parse(stacked_bars([row], THEMES, narrow=narrow, **WORDS))
    segments = themed(root)
    scale = width / max(1.0, sum(values))
    assert len(segments) == sum(value > 0 for value in values)
    for segment, value in zip(segments, [value for value in values if value > 0], strict=True):
        assert measure(segment, "width") == pytest.approx(value * scale - (1 if value * scale > 3 else 0), abs=0.011)
    for one, following in pairwise(segments):
        assert measure(following, "x") - measure(one, "x") - measure(one, "width") in (
            pytest.approx(0, abs=0.02),
            pytest.approx(1, abs=0.02),
        )
    assert measure(segments[0], "x") == left
    end = measure(segments[-1], "x") + measure(segments[-1], "width") + 1
    assert end == pytest.approx(left + part * width, abs=0.05)
    rest = elements(root, "rect", "chart-track")
    assert [measure(track, "width") for track in rest] == ([pytest.approx((1 - part) * width, abs=0.05)] if part < 1 else [])


def test_a_segment_says_theme_share_and_count_and_shows_its_share_where_it_fits() -> None:
    root = parse(stacked_bars([ChartRow("浙江省", shares(0.348, 0.002, 0.65, count=92), total="92")], THEMES, **WORDS))
    assert {"法治化营商环境 34.8% (32)", "行政执法改革 0.2% (0)", "矛盾纠纷调解 65.0% (60)"} <= set(tips(root))
    assert {"34.8%", "65.0%", "92"} <= set(words(root))
    assert "0.2%" not in words(root)


def test_on_a_phone_shares_are_whole_percentages_and_labels_stand_above_their_bars() -> None:
    root = parse(
        stacked_bars([ChartRow("内蒙古自治区呼和浩特市新城区", shares(0.348, 0.652), total="92")], TWO, narrow=True, **WORDS)
    )
    assert measure(root, "width") <= 360
    assert {"35%", "65%", "内蒙古自治区呼和浩特市新城区"} <= set(words(root))
    (label,) = [text for text in elements(root, "text") if text.text == "内蒙古自治区呼和浩特市新城区"]
    assert measure(label, "y") < measure(themed(root)[0], "y")
    assert measure(themed(root)[0], "x") == 0


@pytest.mark.parametrize("narrow", [False, True])
def test_rows_of_a_group_stand_close_and_name_it_once(narrow: bool) -> None:
    root = parse(stacked_bars(GROUPED, THEMES[:1], narrow=narrow, **WORDS))
    assert [words(root).count(row.group) for row in GROUPED] == [1] * 4
    tops = [measure(rect, "y") for rect in themed(root)]
    assert tops[1] - tops[0] < tops[2] - tops[1]
    assert tops[3] - tops[2] == pytest.approx(tops[1] - tops[0])


def test_a_name_too_long_for_its_column_keeps_both_ends_and_says_itself_when_pointed_at() -> None:
    name = "新疆维吾尔自治区伊犁哈萨克自治州察布查尔锡伯自治县人民政府 2023"
    root = parse(stacked_bars([ChartRow(name, MIX)], THEMES, **WORDS))
    (label,) = [text for text in words(root) if "…" in text]
    assert label.startswith("新疆") and label.endswith("2023")
    assert name in tips(root)


def test_five_hundred_rows_are_drawn_each_with_room_of_its_own() -> None:
    root = parse(stacked_bars([ChartRow(f"第{place}县", shares(1.0)) for place in range(500)], THEMES, **WORDS))
    tops = [measure(rect, "y") for rect in themed(root)]
    assert len(tops) == 500
    assert min(later - earlier for earlier, later in pairwise(tops)) > 22
    assert measure(root, "height") > tops[-1] + 22


@pytest.mark.parametrize(
    ("href", "followed"),
    [
        ("/documents?theme=mediation&year=2023", True),
        ("?by=year", True),
        ("https://example.org/", True),
        ("../mix", True),
        ("", False),
        ("javascript:alert(1)", False),
        ("JavaScript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("/\\example.org", False),
    ],
)
def test_segments_lead_to_addresses_of_the_web_only(href: str, followed: bool) -> None:
    row = ChartRow("浙江省", shares(0.4, 0.6, href=href), href=href)
    root = parse(stacked_bars([row], TWO, **WORDS))
    assert [link.attrib["href"] for link in elements(root, "a")] == [href] * 3 * followed
    # A reader of an image does not descend into it, so a chart with links is a group.
    assert root.attrib["role"] == ("group" if followed else "img")


# --- small multiples ---


def test_small_panels_share_one_scale_and_draw_intervals() -> None:
    row = ChartRow("浙江省", {"code0": ChartShare(0.2, 0.1, 0.4), "code1": ChartShare(0.4)})
    root = parse(small_multiples([row], TWO, **WORDS))
    first, second = themed(root)
    assert measure(second, "width") == pytest.approx(2 * measure(first, "width"), abs=0.02)
    line = elements(root, "line", "chart-mark")[0]
    assert measure(line, "x1") - measure(first, "x") == pytest.approx(measure(first, "width") / 2, abs=0.02)
    assert measure(line, "x2") - measure(first, "x") == pytest.approx(measure(first, "width") * 2, abs=0.02)
    assert len(elements(root, "line", "chart-mark")) == 3  # the interval and its two ends: none without interval
    assert "法治化营商环境 20.0% [10.0–40.0%]" in tips(root)
    assert {"20.0%", "40.0%", "浙江省"} <= set(words(root))


def test_rows_beyond_the_most_are_counted_in_a_note() -> None:
    rows = [ChartRow(f"第{place}县", shares(0.5)) for place in range(25)]
    root = parse(small_multiples(rows, TWO, most_rows=20, rest_note="另有 {count} 行未画出", **WORDS))
    assert "另有 5 行未画出" in words(root)
    assert len(themed(root)) == 20
    assert not [
        text
        for text in words(parse(small_multiples(rows[:20], TWO, rest_note="另有 {count} 行", **WORDS)))
        if "另有" in text
    ]


@pytest.mark.parametrize(("columns", "narrow", "expected"), [(2, False, 2), (3, False, 3), (4, False, 4), (4, True, 1)])
def test_panels_wrap_in_a_grid(columns: int, narrow: bool, expected: int) -> None:
    root = parse(small_multiples(ROWS[:1], THEMES, columns=columns, narrow=narrow, **WORDS))
    assert len({measure(rect, "x") for rect in themed(root)}) == expected
    assert words(root).count("浙江省 2023") == -(-len(THEMES) // expected)


def test_on_a_phone_the_year_of_a_long_name_stays_whole() -> None:
    root = parse(small_multiples(GROUPED[2:], TWO, narrow=True, **WORDS))
    labels = [text for text in words(root) if "…" in text]
    assert {label[-5:] for label in labels} == {" 2022", " 2023"}


# --- years ---


def test_a_single_year_is_a_dot() -> None:
    root = parse(years_lines(YEARS[1:], TWO, **WORDS))
    assert len(elements(root, "circle")) == 2
    assert not [line for line in elements(root, "line") if line.get("class") == "theme-0-line"]
    assert "2022" in words(root) and "34.8%" in words(root)


def test_lines_are_dashed_over_missing_years() -> None:
    root = parse(years_lines(YEARS[:1], TWO, **WORDS))
    dashes = [line.attrib["stroke-dasharray"] for line in elements(root, "line", "theme-0-line")]
    assert dashes == ["none", "4 4"]
    assert len(elements(root, "circle", "theme-0")) == 3


def test_several_jurisdictions_stand_side_by_side_over_the_same_years() -> None:
    root = parse(years_lines(YEARS, TWO, **WORDS))
    assert words(root).count("浙江省") == words(root).count("浦江县") == 1
    assert words(root).count("法治化营商环境") == 1
    dots = elements(root, "circle", "theme-0")
    assert [dot[0].text for dot in dots][-1] == "法治化营商环境, 浦江县 2022: 34.8% [30.8–38.8%] (35)"
    assert len({measure(dot, "cy") for dot in dots}) == 1
    assert words(root).count("2023") == 4


def test_labels_of_many_years_stand_apart() -> None:
    series = [YearSeries("浙江省", dict.fromkeys(range(2000, 2025), MIX))]
    root = parse(years_lines(series, THEMES[:1], columns=4, narrow=True, **WORDS))
    places = [measure(text, "x") for text in elements(root, "text") if re.fullmatch(r"20\d\d", text.text or "")]
    assert len(places) > 1 and min(later - earlier for earlier, later in pairwise(places)) > 30
    assert "2024" in words(root)
