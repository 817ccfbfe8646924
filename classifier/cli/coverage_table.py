"""How often intervals hold the truth, as a table for a terminal."""

from collections.abc import Sequence

from classifier.cli.tables import show_table
from classifier.verification.coverage import COLUMNS, CoverageRow, cell
from classifier.verification.methods import METHODS


def show_coverage(rows: Sequence[CoverageRow]) -> None:
    """Print a row for each case and a column for each method."""
    short = [row for row in rows if not row.kept]
    show_table(
        [*COLUMNS, *METHODS],
        [[*(say(row) for say in COLUMNS.values()), *(cell(found) for found in row.scores.values())] for row in rows],
        right=list(METHODS),
        notes=[
            "Percentage points: coverage ± its standard error, width of the intervals, mean absolute error of the shares.",
            *(f"under nominal by more than two standard errors: {row.case}, labelled {row.labelled:.0%}" for row in short),
        ],
    )
