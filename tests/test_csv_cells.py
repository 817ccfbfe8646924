"""Cells of CSV: whatever they hold, a spreadsheet runs none of them, and all come back as they were."""

from hypothesis import given
from hypothesis import strategies as st

from classifier.csv_cells import guarded_cell, unguarded_cell

CELLS = st.text(st.sampled_from("'=+-@＝ \t\r\n\xa05.,%eE调a"), max_size=8) | st.text(max_size=8)


@given(CELLS)
def test_a_guarded_cell_comes_back_and_runs_nowhere(cell: str) -> None:
    written = guarded_cell(cell)
    assert unguarded_cell(written) == cell
    bare = written.lstrip()
    assert not bare.startswith(("=", "@", "＝", "＠"))
    assert not bare.startswith(("+", "-")) or bare[1:2].isdigit()
    assert not written.startswith(("\t", "\r", "\n"))
