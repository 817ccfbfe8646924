"""The colours of charts: the same on pages and in files, and apart from each other for everyone."""

import re
from itertools import combinations

import numpy as np
import pytest
from chart_samples import MIX, THEMES, WORDS, parse, shares, style_sheet, themed
from numpy.typing import NDArray

from web.charts import ChartRow, ChartTheme, stacked_bars, theme_paint
from web.charts.palette import GROUND, PAINTS, THEME_FILLS, THEME_INKS


def properties(selector: str) -> dict[str, str]:
    found = re.search(re.escape(selector) + r"\s*\{(.*?)\}", style_sheet(), re.DOTALL)
    assert found, selector
    return dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-f]{6})", found.group(1)))


LIGHT = ':root,\n[data-colour-scheme="light"]'
DARK = ':root:not([data-colour-scheme="light"])'
DARK_CHOSEN = '[data-colour-scheme="dark"]'


def linear(colour: str) -> NDArray[np.float64]:
    values = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.asarray(np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4), dtype=np.float64)


def contrast(one: str, other: str) -> float:
    dim, bright = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (bright + 0.05) / (dim + 0.05)


def test_style_sheet_and_files_have_the_same_light_colours() -> None:
    light = properties(LIGHT)
    assert tuple(light[f"--theme-{place}"] for place in range(12)) == THEME_FILLS
    assert tuple(light[f"--theme-{place}-ink"] for place in range(12)) == THEME_INKS
    assert light["--chart-ground"] == GROUND
    for paint, attributes in PAINTS.items():
        rule = re.search(rf"svg\.chart \.{paint} \{{ (.*?) \}}", style_sheet())
        assert rule, paint
        named = dict(re.findall(r"([\w-]+): ([^;]+);", rule.group(1)))
        assert {
            name: re.sub(r"var\((.*)\)", lambda match: light[match.group(1)], value) for name, value in named.items()
        } == attributes


def test_the_reader_s_choice_of_dark_and_the_system_s_are_the_same_dark() -> None:
    assert properties(DARK) == properties(DARK_CHOSEN)
    assert properties(DARK).keys() == properties(LIGHT).keys()


def test_paper_is_never_dark() -> None:
    outside = re.sub(r"@media screen[^{]*\{(?:[^{}]*\{[^{}]*\})*\s*\}", "", style_sheet())
    assert "@media" not in outside and DARK not in outside and DARK_CHOSEN not in outside


@pytest.mark.parametrize("selector", [LIGHT, DARK])
def test_colours_stand_out_from_what_they_lie_on(selector: str) -> None:
    colours = properties(selector)
    ground, text = colours["--chart-ground"], colours["--chart-text"]
    for place in range(12):
        fill, ink, soft = (colours[f"--theme-{place}{kind}"] for kind in ("", "-ink", "-soft"))
        assert contrast(fill, ground) >= 3, fill
        assert contrast(fill, ink) >= 4.5, fill
        assert contrast(soft, text) >= 4.5, soft
    assert contrast(text, ground) >= 7
    assert contrast(colours["--chart-muted"], ground) >= 4.5
    assert contrast(colours["--chart-heat"], text) >= 4.5
    assert contrast(colours["--chart-against"], ground) >= 3


# Machado, Oliveira, Fernandes (2009), severity 1, on linear sRGB: what readers with each kind of colour blindness see.
SEEN = {
    "all colours": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def oklab(colour: NDArray[np.float64]) -> NDArray[np.float64]:
    cones = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    axes = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return np.asarray(np.array(axes) @ np.cbrt(np.array(cones) @ np.clip(colour, 0, 1)), dtype=np.float64)


@pytest.mark.parametrize("sight", SEEN)
@pytest.mark.parametrize("selector", [LIGHT, DARK])
def test_themes_can_be_told_apart_by_colour_blind_readers(selector: str, sight: str) -> None:
    # A difference of 0.02 in this colour space is just visible.
    colours = properties(selector)
    seen = [oklab(np.array(SEEN[sight]) @ linear(colours[f"--theme-{place}"])) for place in range(12)]
    apart = {pair: float(np.linalg.norm(seen[pair[0]] - seen[pair[1]])) for pair in combinations(range(12), 2)}
    assert min(distance for pair, distance in apart.items() if max(pair) < 7) >= 0.06
    assert min(apart.values()) >= 0.04


def test_more_themes_than_colours_begin_anew() -> None:
    assert [theme_paint(place) for place in (0, 11, 12)] == ["theme-0", "theme-11", "theme-0"]
    themes = [ChartTheme(f"code{place}", f"主题{place}", place) for place in range(14)]
    root = parse(stacked_bars([ChartRow("浙江省", shares(*[1 / 14] * 14))], themes, **WORDS))
    assert [rect.attrib["class"] for rect in themed(root)][-3:] == ["theme-11", "theme-0", "theme-1"]


def test_a_theme_keeps_its_colour_where_others_are_left_out() -> None:
    root = parse(stacked_bars([ChartRow("浙江省", MIX)], [THEMES[5]], **WORDS))
    assert [rect.attrib["class"] for rect in themed(root)] == ["theme-5"]
