"""Every chart: well-formed, safe on a page, readable by everyone, whole as a file."""

import re

import pytest
from chart_samples import (
    BINS,
    CHARTS,
    DRAWN,
    HOSTILE,
    NAMESPACE,
    WORDS,
    Words,
    elements,
    measure,
    parse,
    style_sheet,
    words,
)

from web.charts import (
    ChartRow,
    ChartShare,
    ChartTheme,
    LearningPoint,
    LearningSeries,
    WeightedTerm,
    YearSeries,
    confusion_matrix,
    learning_curve,
    on_any_screen,
    reliability_diagram,
    small_multiples,
    stacked_bars,
    weight_bars,
    years_lines,
)
from web.charts.lettering import text_width
from web.charts.palette import PAINTS


@pytest.mark.parametrize(("name", "narrow", "standalone"), DRAWN)
def test_a_chart_is_well_formed_and_fits_the_content_security_policy(name: str, narrow: bool, standalone: bool) -> None:
    svg = CHARTS[name](narrow, standalone)
    root = parse(svg)
    assert "style=" not in svg and "<style" not in svg and "<script" not in svg
    assert "nan" not in svg and "inf" not in svg
    assert root.attrib["viewBox"] == f"0 0 {root.attrib['width']} {root.attrib['height']}"


@pytest.mark.parametrize(("name", "narrow", "standalone"), DRAWN)
def test_a_chart_says_what_it_is_to_those_who_cannot_see_it(name: str, narrow: bool, standalone: bool) -> None:
    root = parse(CHARTS[name](narrow, standalone))
    title, description = root[0], root[1]
    assert (title.tag, description.tag) == (f"{NAMESPACE}title", f"{NAMESPACE}desc")
    assert (title.text, description.text) == (WORDS["title"], WORDS["description"])
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == title.attrib["id"]
    assert root.attrib["aria-describedby"] == description.attrib["id"]


@pytest.mark.parametrize(("name", "narrow", "standalone"), DRAWN)
def test_no_text_sticks_out_of_a_chart(name: str, narrow: bool, standalone: bool) -> None:
    root = parse(CHARTS[name](narrow, standalone))
    width, height = measure(root, "width"), measure(root, "height")
    shift = 16 if standalone else 0
    for group in (root, *elements(root, "g")):
        inset = shift if group is not root else 0
        for text in group.findall(f"{NAMESPACE}text"):
            long = text_width(text.text or "", measure(text, "font-size"))
            start = measure(text, "x") + inset - long * {"middle": 0.5, "end": 1.0}.get(text.get("text-anchor", ""), 0.0)
            assert start >= -0.5, text.text
            assert start + long <= width + 0.5, text.text
            assert 0 < measure(text, "y") < height, text.text


def test_different_charts_on_one_page_do_not_share_ids() -> None:
    drawn = {CHARTS[name](narrow, False) for name in CHARTS for narrow in (False, True)}
    assert len({parse(svg)[0].attrib["id"] for svg in drawn}) == len(drawn)


@pytest.mark.parametrize(("name", "narrow"), [(name, narrow) for name in CHARTS for narrow in (False, True)])
def test_a_chart_on_a_page_is_coloured_by_classes_of_the_style_sheet(name: str, narrow: bool) -> None:
    root = parse(CHARTS[name](narrow, False))
    coloured = [found for found in root.iter() if found.get("class") and found is not root]
    assert {found.attrib["class"] for found in coloured} <= set(PAINTS)
    assert not [found for found in root.iter() if found.get("fill") or found.get("stroke")]
    assert "chart" in root.attrib["class"].split()


@pytest.mark.parametrize("name", CHARTS)
def test_a_file_of_its_own_carries_its_colours_fonts_ground_and_words(name: str) -> None:
    svg = CHARTS[name](False, True)
    root = parse(svg)
    assert svg.startswith('<?xml version="1.0" encoding="UTF-8"?>')
    assert "class=" not in svg and "href" not in svg
    assert "Noto Sans CJK SC" in root.attrib["font-family"] and root.attrib["font-family"].endswith("sans-serif")
    ground = root[2]
    assert (ground.tag, ground.attrib["fill"]) == (f"{NAMESPACE}rect", "#ffffff")
    assert (ground.attrib["width"], ground.attrib["height"]) == (root.attrib["width"], root.attrib["height"])
    assert all(found.get("fill") for tag in ("rect", "circle", "text", "polygon") for found in elements(root, tag))
    assert all(found.get("stroke") for tag in ("line", "polyline") for found in elements(root, tag))
    assert words(root)[:2] == [WORDS["title"], WORDS["description"]]


def hostile_charts() -> list[str]:
    theme = [ChartTheme(HOSTILE, HOSTILE, 0)]
    row = ChartRow(HOSTILE, {HOSTILE: ChartShare(0.5, 0.4, 0.6, 3, HOSTILE)}, HOSTILE, HOSTILE, HOSTILE)
    same: Words = {"title": HOSTILE, "description": HOSTILE}
    return [
        chart
        for standalone in (False, True)
        for chart in (
            stacked_bars([row], theme, total_heading=HOSTILE, standalone=standalone, **same),
            small_multiples([row, row], theme, most_rows=1, rest_note=HOSTILE, standalone=standalone, **same),
            years_lines([YearSeries(HOSTILE, {2023: row.shares})], theme, standalone=standalone, **same),
            confusion_matrix(
                [HOSTILE], [[3]], true_caption=HOSTILE, predicted_caption=HOSTILE, standalone=standalone, **same
            ),
            reliability_diagram(
                BINS,
                predicted_caption=HOSTILE,
                observed_caption=HOSTILE,
                units_caption=HOSTILE,
                standalone=standalone,
                **same,
            ),
            learning_curve(
                [LearningSeries(HOSTILE, [LearningPoint(9, 0.5)])],
                texts_caption=HOSTILE,
                accuracy_caption=HOSTILE,
                standalone=standalone,
                **same,
            ),
            weight_bars([WeightedTerm(HOSTILE, 1.0)], standalone=standalone, **same),
        )
    ]


@pytest.mark.parametrize("svg", hostile_charts())
def test_hostile_text_comes_out_harmless(svg: str) -> None:
    tags = {found.tag.removeprefix(NAMESPACE) for found in parse(svg).iter()}
    assert tags <= {"svg", "title", "desc", "rect", "circle", "line", "polyline", "polygon", "text", "g"}
    assert not re.search("[\x00-\x08\x1b\x9f\ufffe]", svg)
    svg.encode("utf-8")  # a lone surrogate could not be sent
    assert parse(svg)[0].text == "<img src=x onerror=\"alert('1')\">&"


def test_both_variants_are_on_the_page_and_the_style_sheet_shows_one() -> None:
    html = on_any_screen(lambda narrow: CHARTS["stacked bars"](narrow, False))
    wide, narrow = parse(html)
    assert wide.attrib["class"] == "chart chart-wide" and narrow.attrib["class"] == "chart chart-narrow"
    assert measure(wide, "width") > 360 >= measure(narrow, "width")
    assert re.search(r"\.chart-screens > svg\.chart-narrow \{\s*display: none;", style_sheet())
    assert re.search(
        r"@media screen and \(max-width: .*?\.chart-screens > svg\.chart-wide \{\s*display: none;", style_sheet(), re.DOTALL
    )
