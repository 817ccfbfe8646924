"""Charts to look at in tests: one of each kind, and what reads them."""

import re
from collections.abc import Callable
from typing import TypedDict
from xml.etree import ElementTree

from paths import ROOT

from web.charts import (
    ChartRow,
    ChartShare,
    ChartTheme,
    LearningPoint,
    LearningSeries,
    ReliabilityBin,
    WeightedTerm,
    YearSeries,
    confusion_matrix,
    learning_curve,
    reliability_diagram,
    small_multiples,
    stacked_bars,
    weight_bars,
    years_lines,
)

Element = ElementTree.Element
NAMESPACE = "{http://www.w3.org/2000/svg}"
HOSTILE = "<img src=x onerror=\"alert('1')\">&\x00\x08\x1b\x9f\ud800\ufffe"
NAMES = ("法治化营商环境", "行政执法改革", "矛盾纠纷调解", "法律援助与公共法律服务", "普法宣传", "党建与队伍建设", "其他")
THEMES = tuple(ChartTheme(f"code{place}", name, place) for place, name in enumerate(NAMES))
TWO = THEMES[:2]


class Words(TypedDict):
    """What every chart is told."""

    title: str
    description: str


class Captions(TypedDict):
    """What a confusion matrix is told besides."""

    true_caption: str
    predicted_caption: str


WORDS: Words = {"title": "各地主题构成", "description": "Share of paragraphs by primary theme"}
CAPTIONS: Captions = {"true_caption": "实际主题", "predicted_caption": "预测主题"}


def shares(*values: float, count: int = 100, interval: float | None = None, href: str = "") -> dict[str, ChartShare]:
    return {
        f"code{place}": ChartShare(
            value,
            None if interval is None else max(0.0, value - interval),
            None if interval is None else value + interval,
            round(value * count),
            href,
        )
        for place, value in enumerate(values)
    }


MIX = shares(0.348, 0.1, 0.2, 0.052, 0.15, 0.1, 0.05, interval=0.04)
ROWS = [
    ChartRow("浙江省 2023", MIX, total="100"),
    ChartRow("内蒙古自治区呼和浩特市新城区 2024", MIX, total="1,234"),
    ChartRow("新疆维吾尔自治区伊犁哈萨克自治州察布查尔锡伯自治县 2023", MIX, total="9"),
    ChartRow("空", {}, total="0"),
]
GROUPED = [
    ChartRow(year, MIX, group=place, total="9")
    for place in ("浙江省", "内蒙古自治区呼和浩特市新城区")
    for year in ("2022", "2023")
]
YEARS = [
    YearSeries("浙江省", dict.fromkeys((2020, 2021, 2023), MIX)),
    YearSeries("浦江县", {2022: MIX}),
]
COUNTS = [[30, 0, 10], [1, 5, 0], [0, 0, 0]]
BINS = [
    ReliabilityBin(0.0, 0.5, 0.3, 0.2, 25),
    ReliabilityBin(0.5, 0.9, 0.7, 0.8, 0),
    ReliabilityBin(0.9, 1.0, 0.95, 0.97, 100),
]
CURVE = [
    LearningSeries(
        "段落",
        [LearningPoint(50, 0.5, 0.45, 0.55), LearningPoint(200, 0.7, 0.66, 0.74), LearningPoint(1490, 0.9, 0.88, 0.92)],
    ),
    LearningSeries("语句", [LearningPoint(50, 0.4), LearningPoint(1490, 0.8)]),
]
TERMS = [WeightedTerm("调解", 4.2), WeightedTerm("人民调解委员会", 2.1), WeightedTerm("宣传", -1.05)]

# Every chart by name, as a function of (narrow, standalone).
CHARTS: dict[str, Callable[[bool, bool], str]] = {
    "stacked bars": lambda n, s: stacked_bars(ROWS, THEMES, total_heading="paragraphs", narrow=n, standalone=s, **WORDS),
    "stacked bars in groups": lambda n, s: stacked_bars(
        GROUPED, THEMES, total_heading="段落", narrow=n, standalone=s, **WORDS
    ),
    "stacked bars of nothing": lambda n, s: stacked_bars([], [], narrow=n, standalone=s, **WORDS),
    "small multiples": lambda n, s: small_multiples(ROWS + GROUPED, THEMES, narrow=n, standalone=s, **WORDS),
    "small multiples, four columns": lambda n, s: small_multiples(
        GROUPED, THEMES, columns=4, narrow=n, standalone=s, **WORDS
    ),
    "small multiples of nothing": lambda n, s: small_multiples([], [], narrow=n, standalone=s, **WORDS),
    "years of one": lambda n, s: years_lines(YEARS[:1], THEMES, narrow=n, standalone=s, **WORDS),
    "years of several": lambda n, s: years_lines(YEARS, THEMES, narrow=n, standalone=s, **WORDS),
    "years of nothing": lambda n, s: years_lines([], [], narrow=n, standalone=s, **WORDS),
    "confusion": lambda n, s: confusion_matrix(NAMES[:3], COUNTS, narrow=n, standalone=s, **CAPTIONS, **WORDS),
    "confusion of many": lambda n, s: confusion_matrix(
        NAMES * 3, [[7] * 21] * 21, narrow=n, standalone=s, **CAPTIONS, **WORDS
    ),
    "confusion of nothing": lambda n, s: confusion_matrix([], [], narrow=n, standalone=s, **CAPTIONS, **WORDS),
    "reliability": lambda n, s: reliability_diagram(
        BINS, predicted_caption="预测概率", observed_caption="实际正确率", units_caption="段落数", standalone=s, **WORDS
    ),
    "learning": lambda n, s: learning_curve(
        CURVE, texts_caption="训练文本数", accuracy_caption="准确率", narrow=n, standalone=s, **WORDS
    ),
    "learning from nothing": lambda n, s: learning_curve(
        [], texts_caption="", accuracy_caption="", narrow=n, standalone=s, **WORDS
    ),
    "weights": lambda n, s: weight_bars(TERMS, place=2, standalone=s, **WORDS),
    "weights of nothing": lambda n, s: weight_bars([], standalone=s, **WORDS),
}
DRAWN = [(name, narrow, standalone) for name in CHARTS for narrow in (False, True) for standalone in (False, True)]


def parse(svg: str) -> Element:
    return ElementTree.fromstring(svg)


def elements(root: Element, tag: str, paint: str = "") -> list[Element]:
    return [found for found in root.iter(NAMESPACE + tag) if not paint or found.get("class") == paint]


def words(root: Element) -> list[str]:
    return [found.text or "" for found in elements(root, "text")]


def tips(root: Element) -> list[str]:
    return [found.text or "" for found in elements(root, "title")]


def measure(element: Element, name: str) -> float:
    return float(element.attrib[name])


def themed(root: Element) -> list[Element]:
    return [
        rect
        for rect in elements(root, "rect")
        if re.fullmatch(r"theme-\d+", rect.get("class", "")) and "rx" not in rect.attrib
    ]


def style_sheet() -> str:
    """Return the rules of charts.css, without comments."""
    return re.sub(r"/\*.*?\*/", "", (ROOT / "web/static/charts.css").read_text(encoding="utf-8"), flags=re.DOTALL)
