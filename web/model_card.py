"""What a model's card shows, made from its evaluation and its file: tables of measures, and charts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask_babel import LazyString, gettext, lazy_gettext
from markupsafe import Markup

from classifier import Bands, Code, Codebook
from web.charts import (
    LearningPoint,
    LearningSeries,
    ReliabilityBin,
    WeightedTerm,
    confusion_matrix,
    learning_curve,
    on_any_screen,
    reliability_diagram,
    weight_bars,
)
from web.language import name_of
from web.store.model_facts import ModelFacts

# The kinds of unit that a model is tested on, in the order in which they are shown.
UNIT_NAMES: Mapping[str, LazyString] = MappingProxyType(
    {
        "paragraphs": lazy_gettext("Labelled paragraphs"),
        "statements": lazy_gettext("Labelled statements"),
        "texts": lazy_gettext("Labelled texts"),
        "held_out": lazy_gettext("Test paragraphs"),
    }
)
MEASURE_NAMES: Mapping[str, LazyString] = MappingProxyType(
    {
        "accuracy": lazy_gettext("Accuracy"),
        "macro_f1": lazy_gettext("Macro-F1"),
        "expected_calibration_error": lazy_gettext("Calibration error"),
    }
)
MEASURE_MEANINGS: Mapping[str, LazyString] = MappingProxyType(
    {
        "accuracy": lazy_gettext("units that get the right theme"),
        "macro_f1": lazy_gettext("mean over the themes, each counting the same"),
        "expected_calibration_error": lazy_gettext("how far stated probabilities are from what happens; less is better"),
    }
)

BAND_MEANINGS: Mapping[str, LazyString] = MappingProxyType(
    {
        "accept": lazy_gettext("take it as it is"),
        "look": lazy_gettext("more often right than wrong; let a person confirm it"),
        "distrust": lazy_gettext("decide without it"),
    }
)
SPLIT_NAMES: Mapping[str, LazyString] = MappingProxyType(
    {
        "leave one document out": lazy_gettext("one document left out each time"),
        "five stratified folds": lazy_gettext("one of five parts left out each time"),
    }
)


@dataclass(frozen=True)
class Difference:
    """A measure of the model in use and of the new one on the same units, and whether the new one is better or worse."""

    kind: str
    measure: str
    before: Mapping[str, float]
    after: Mapping[str, float]

    @property
    def points(self) -> float:
        """The difference in percentage points."""
        return 100 * (self.after["value"] - self.before["value"])

    @property
    def words(self) -> str:
        """The difference as it is shown: +1.2, −0.3, or 0.0."""
        rounded = round(self.points, 1)
        return "0.0" if rounded == 0 else f"{rounded:+.1f}".replace("-", "−")

    @property
    def verdict(self) -> str:
        """``good`` or ``bad``, or nothing where the two are the same."""
        better = self.points if self.measure != "expected_calibration_error" else -self.points
        return "" if self.words == "0.0" else "good" if better > 0 else "bad"


@dataclass(frozen=True)
class DataRow:
    """How many texts of each kind a model has learned a code from."""

    entry: Code
    is_theme: bool
    paragraphs: int
    statements: int
    examples: int


@dataclass(frozen=True)
class TermChart:
    """The terms of a leaf code as a chart, and in words for readers who do not see it."""

    entry: Code
    chart: Markup
    terms: Sequence[tuple[str, float]]


def kinds_of(evaluation: Mapping[str, Any]) -> list[str]:
    """Return the kinds of unit that were measured."""
    return [kind for kind in UNIT_NAMES if evaluation.get(kind)]


def band_columns(bands: Bands, evaluation: Mapping[str, Any]) -> list[tuple[str, Sequence[Mapping[str, Any]]]]:
    """Return what was measured in each band: where thresholds were chosen, and on each kind of unit that was tested."""
    chosen = [count.to_dict() for count in bands.measured]
    tested = [
        (gettext("Tested: %(units)s", units=str(UNIT_NAMES[kind]).lower()), evaluation[kind]["bands"])
        for kind in kinds_of(evaluation)
        if kind != "statements" and evaluation[kind].get("bands")
    ]
    return [(gettext("When they were chosen"), chosen), *tested]


def split_words(evaluation: Mapping[str, Any]) -> str:
    """Say how labelled units were divided into those learned from and those tested on."""
    text = str(evaluation.get("split", ""))
    groups = re.fullmatch(r"leave one of (\d+) groups of documents out", text)
    if groups:
        return str(gettext("one of %(groups)s groups of documents left out each time", groups=groups[1]))
    return str(SPLIT_NAMES.get(text, text))


def data_rows(codebook: Codebook, counts: Mapping[str, Mapping[str, int]]) -> list[DataRow]:
    """Return a row for each theme, followed by those of its sub-codes, from counts of texts by leaf code."""
    rows = []
    for theme in codebook.themes:
        below = [sub for sub in codebook.subcodes if sub.theme == theme.code]
        own = [_data_row(entry, counts, is_theme=not below) for entry in below or [theme]]
        if below:
            total = {kind: sum(getattr(row, kind) for row in own) for kind in ("paragraphs", "statements", "examples")}
            rows.append(DataRow(theme, True, **total))
        rows += own
    return rows


def differences(evaluation: Mapping[str, Any], before: Mapping[str, Any]) -> list[Difference]:
    """Return every measure that both models have, kind by kind."""
    return [
        Difference(kind, measure, before[kind][measure], evaluation[kind][measure])
        for kind in kinds_of(evaluation)
        if before.get(kind)
        for measure in MEASURE_NAMES
    ]


def theme_differences(evaluation: Mapping[str, Any], before: Mapping[str, Any], kind: str) -> dict[str, Difference]:
    """Return the F1 of each theme that has units of this kind, before and after."""
    if not evaluation.get(kind) or not before.get(kind):
        return {}
    earlier = before[kind]["per_theme"]
    return {
        code: Difference(kind, "f1", earlier[code]["f1"], scores["f1"])
        for code, scores in evaluation[kind]["per_theme"].items()
        if code in earlier and scores["units"]
    }


def confusion_chart(codebook: Codebook, confusion: Mapping[str, Any], units: str) -> Markup:
    """Draw which themes are taken for which."""
    names = [_name(codebook, code) for code in confusion["codes"]]
    return Markup(  # web.charts escapes every text in a chart  # nosec B704
        on_any_screen(
            lambda narrow: confusion_matrix(
                names,
                confusion["counts"],
                title=gettext("What is taken for what: %(units)s", units=units),
                description=gettext(
                    "Rows are the themes that people gave, columns those that the model gave. The diagonal is right."
                ),
                true_caption=gettext("Label"),
                predicted_caption=gettext("Model"),
                narrow=narrow,
            )
        )
    )


def calibration_chart(reliability: Sequence[Mapping[str, float]], units: str) -> Markup:
    """Draw whether probabilities can be taken at their word."""
    return Markup(  # web.charts escapes every text in a chart  # nosec B704
        reliability_diagram(
            [
                ReliabilityBin(part["low"], part["high"], part["confidence"], part["accuracy"], int(part["units"]))
                for part in reliability
            ],
            title=gettext("Stated and true probability: %(units)s", units=units),
            description=gettext(
                "On the dashed line, the stated probability is the true one. Below it, the model is too sure."
            ),
            predicted_caption=gettext("Stated probability →"),
            observed_caption=gettext("Share that was right ↑"),
            units_caption=gettext("Units by stated probability"),
        )
    )


def learning_chart(points: Sequence[Mapping[str, Any]]) -> Markup:
    """Draw how accuracy grows with the number of texts learned from."""
    names = {
        "paragraphs": gettext("Paragraphs"),
        "statements": gettext("Statements"),
        "held_out_texts": gettext("Texts"),
    }
    series = [
        LearningSeries(
            name,
            [
                LearningPoint(round(point["texts"]), point[kind]["value"], point[kind]["low"], point[kind]["high"])
                for point in points
            ],
        )
        for kind, name in names.items()
        if points and all(kind in point for point in points)
    ]
    return Markup(  # web.charts escapes every text in a chart  # nosec B704
        on_any_screen(
            lambda narrow: learning_curve(
                series,
                title=gettext("Accuracy by number of texts learned from"),
                description=gettext("Where a line still rises at its right end, more labels will help."),
                texts_caption=gettext("Texts learned from →"),
                accuracy_caption=gettext("Accuracy on reports not seen ↑"),
                narrow=narrow,
            )
        )
    )


def term_charts(facts: ModelFacts) -> list[TermChart]:
    """Draw the strongest terms for and against each leaf code."""
    book = facts.codebook
    charts = []
    for code, place in zip(book.leaf_codes, book.leaf_theme_places, strict=True):
        name, terms = _name(book, code), facts.strongest[code]
        chart = weight_bars(
            [WeightedTerm(term, weight) for term, weight in terms],
            title=gettext("Terms for and against %(name)s", name=name),
            description=gettext("Bars to the right speak for it, bars to the left against it."),
            place=place,
        )
        shown = Markup(chart)  # web.charts escapes every text in a chart  # nosec B704
        charts.append(TermChart(book.entry(code), shown, terms))
    return charts


def _data_row(entry: Code, counts: Mapping[str, Mapping[str, int]], *, is_theme: bool) -> DataRow:
    own = counts.get(entry.code, {})
    return DataRow(entry, is_theme, own.get("paragraph", 0), own.get("statement", 0), own.get("example", 0))


def _name(codebook: Codebook, code: str) -> str:
    return name_of(codebook.entry(code)) if code in codebook.all_codes else code
