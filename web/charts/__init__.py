"""Charts as SVG text: pure functions of plain data, which know neither the database nor the web server.

Every function returns an element for a page, coloured by the classes of ``static/charts.css``, or with ``standalone`` a
file of its own. Text comes translated; it is escaped here. The result is safe to place on a page unescaped.
"""

from web.charts.difference_bars import DifferenceBar, difference_bars
from web.charts.drawing import on_any_screen
from web.charts.learning_curve import LearningPoint, LearningSeries, learning_curve
from web.charts.mix_charts import small_multiples, years_lines
from web.charts.model_charts import ReliabilityBin, WeightedTerm, confusion_matrix, reliability_diagram, weight_bars
from web.charts.months import MonthShare, month_shares
from web.charts.palette import theme_paint
from web.charts.shares import ChartRow, ChartShare, ChartTheme, YearSeries
from web.charts.stacked_bars import stacked_bars

__all__ = [
    "ChartRow",
    "ChartShare",
    "ChartTheme",
    "DifferenceBar",
    "LearningPoint",
    "LearningSeries",
    "MonthShare",
    "ReliabilityBin",
    "WeightedTerm",
    "YearSeries",
    "confusion_matrix",
    "difference_bars",
    "learning_curve",
    "month_shares",
    "on_any_screen",
    "reliability_diagram",
    "small_multiples",
    "stacked_bars",
    "theme_paint",
    "weight_bars",
    "years_lines",
]
