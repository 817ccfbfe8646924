"""Write a comparison to CSV, Excel, JSON or HTML, with what its numbers mean."""

import html
import io
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from classifier.codebook import Codebook
from classifier.comparison import Comparison, TypicalParagraph
from classifier.csv_cells import csv_bytes
from classifier.differences import Difference
from classifier.errors import InputError
from classifier.telling_terms import TellingTerm
from classifier.writers import write_whole

DIFFERENCE_COLUMNS = (
    "theme",
    "a",
    "b",
    "share_a",
    "share_b",
    "difference",
    "low",
    "high",
    "draws_low",
    "draws_high",
    "verdict",
)
TERM_COLUMNS = ("side", "term", "count_a", "count_b", "log_odds", "z")
PARAGRAPH_COLUMNS = ("side", "document", "position", "terms", "text")


def comparison_notes(comparison: Comparison) -> list[str]:
    """Say in plain words what is compared, what an interval covers, and how the terms were found."""
    a, b = (row.group or "(unknown)" for row in comparison.mix.rows)
    said = [f"Differences are in percentage points, {a} less {b}, each theme by itself."]
    if all(row.labelled == row.paragraphs for row in comparison.mix.rows):
        said.append("Both sides are labelled throughout: the differences are counted, and have no interval.")
    elif comparison.mix.interval_level is None:
        said.append("Not enough labelled jurisdictions for an interval.")
    else:
        said.append(
            f"Intervals hold at {comparison.mix.interval_level:.0%} and come from the model's errors on labelled "
            "jurisdictions that it had not seen; where one covers 0, the two sides cannot be told apart."
        )
    said.append(
        f"As draws, at {comparison.draws_level:.0%}: how far apart the two may be in what they usually write, if their "
        "paragraphs were independent draws from it. They are less than that: where even this covers 0, nothing follows for "
        "other reports; where it does not, one report each is still little."
    )
    said.append(
        "Terms by weighted log-odds (Monroe, Colaresi & Quinn 2008); beyond 1.96, z would be reached by chance by one term "
        f"in twenty. Left out: small words and names of places ({', '.join(comparison.left_out[:10]) or 'none given'}"
        f"{' …' if len(comparison.left_out) > 10 else ''})."
    )
    return said


def verdict_words(difference: Difference, a: str, b: str) -> str:
    """Say in a few words what may be said of a difference."""
    counted = ", as counted" if difference.low is None else ""
    return {
        "a_higher": f"{a} higher{counted}",
        "b_higher": f"{b} higher{counted}",
        "equal": "equal",
        "not_distinguishable": "not distinguishable",
        "unknown": "no interval",
    }[difference.verdict]


def points(value: float) -> str:
    """Return a difference of shares in percentage points.

    >>> points(-0.125), points(0.0)
    ('−12.5', '0.0')
    """
    text = f"{100 * value:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text.replace("-", "−")


def write_comparison(
    comparison: Comparison, codebook: Codebook, output: Path, *, notes: Sequence[str] | None = None
) -> None:
    """Write a comparison in the format of the output's suffix, whole or not at all; a .csv holds the differences only.

    ``notes`` stand in the place of `comparison_notes` where a format has room for them.
    """
    writer = _WRITERS.get(output.suffix.lower())
    if writer is None:
        raise InputError(f"{output}: no format for suffix {output.suffix or '(none)'!r}; use {', '.join(_WRITERS)}")
    said = [*(comparison_notes(comparison) if notes is None else notes), f"snapshot {comparison.mix.snapshot}"]
    write_whole(output, writer(comparison, codebook, said))


def _differences(comparison: Comparison) -> Iterator[tuple[Any, ...]]:
    a, b = comparison.a, comparison.b
    for code, found in comparison.differences.items():
        shares = (a.shares[code].share, b.shares[code].share)
        bounds = (found.low, found.high, found.draws_low, found.draws_high)
        yield (code, a.group, b.group, *shares, found.difference, *bounds, found.verdict)


def _terms(comparison: Comparison) -> Iterator[tuple[Any, ...]]:
    for side, terms in (("a", comparison.terms.a), ("b", comparison.terms.b)):
        for term in terms:
            yield (side, term.term, term.a, term.b, term.log_odds, term.z)


def _paragraphs(comparison: Comparison) -> Iterator[tuple[Any, ...]]:
    for side, typical in (("a", comparison.typical_a), ("b", comparison.typical_b)):
        for paragraph in typical:
            document, position, text = paragraph.passage
            yield (side, document, position, ", ".join(paragraph.terms), text)


def _csv(comparison: Comparison, codebook: Codebook, notes: Sequence[str]) -> bytes:
    return csv_bytes([DIFFERENCE_COLUMNS, *_differences(comparison)])


def _json(comparison: Comparison, codebook: Codebook, notes: Sequence[str]) -> bytes:
    return (json.dumps(comparison.to_dict(), ensure_ascii=False, indent=1) + "\n").encode("utf-8", "surrogatepass")


def _xlsx(comparison: Comparison, codebook: Codebook, notes: Sequence[str]) -> bytes:
    import xlsxwriter  # Slow to import, and needed for workbooks only.

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        bold, percent = book.add_format({"bold": True}), book.add_format({"num_format": "0.0%"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        named = [(*row, codebook.entry(row[0]).zh) for row in _differences(comparison)]
        sheets = (
            ("differences", (*DIFFERENCE_COLUMNS, "theme_zh"), named, {0: 24, 10: 20, 11: 24}),
            ("terms", TERM_COLUMNS, list(_terms(comparison)), {1: 24}),
            ("paragraphs", PARAGRAPH_COLUMNS, list(_paragraphs(comparison)), {1: 28, 3: 28, 4: 90}),
        )
        for name, columns, rows, widths in sheets:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, columns, bold)
            for number, row in enumerate(rows, 1):
                sheet.write_row(number, 0, row, wrapped if name == "paragraphs" else None)
            for column, width in widths.items():
                sheet.set_column(column, column, width)
            if name == "differences":
                sheet.set_column(3, 9, 11, percent)
                for number, note in enumerate(notes, len(rows) + 2):
                    sheet.write_string(number, 0, note)
    return stream.getvalue()


def _html(comparison: Comparison, codebook: Codebook, notes: Sequence[str]) -> bytes:
    a, b = (html.escape(row.group or "—") for row in comparison.mix.rows)
    rows = "\n".join(_html_row(comparison, codebook, code, found) for code, found in comparison.differences.items())
    sides = "".join(
        f"<section><h2>{name}</h2>{_html_terms(terms)}{_html_paragraphs(typical)}</section>"
        for name, terms, typical in (
            (a, comparison.terms.a, comparison.typical_a),
            (b, comparison.terms.b, comparison.typical_b),
        )
    )
    page = f"""<!doctype html>
<html lang="zh-Hans"><meta charset="utf-8"><title>{a} · {b}</title>
<style>
body {{ font: 15px/1.6 sans-serif; margin: 2rem; color: #1d2733; max-width: 75rem; }}
table {{ border-collapse: collapse; }}
th, td {{ padding: .4rem .7rem; border-bottom: 1px solid #d5dde5; text-align: right; vertical-align: top; }}
th:first-child, td:last-child {{ text-align: left; }}
small, .quiet td, p.note {{ color: #5b6b7b; }}
.sides {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 2rem; }}
</style>
<h1>{a} <small>vs</small> {b}</h1>
<table>
<thead><tr><th scope=col>主题 theme</th><th scope=col>{a}</th><th scope=col>{b}</th><th scope=col>差异 difference</th>
<th scope=col>区间 interval</th><th scope=col>视为抽样 as draws</th><th scope=col>结论 verdict</th></tr></thead>
<tbody>
{rows}
</tbody></table>
<div class="sides">{sides}</div>
{"".join(f'<p class="note">{html.escape(note)}</p>' for note in notes)}
</html>
"""
    return page.encode("utf-8", "replace")


def _html_row(comparison: Comparison, codebook: Codebook, code: str, found: Difference) -> str:
    entry, (a, b) = codebook.entry(code), comparison.mix.rows
    cells = (
        f"{a.shares[code].share:.1%}",
        f"{b.shares[code].share:.1%}",
        points(found.difference),
        interval_words(found.low, found.high),
        interval_words(found.draws_low, found.draws_high),
        html.escape(_VERDICTS_ZH[found.verdict].format(a=a.group, b=b.group)),
    )
    quiet = ' class="quiet"' if found.verdict == "not_distinguishable" else ""
    names = f"{html.escape(entry.zh)} <small>{html.escape(entry.en)}</small>"
    return f"<tr{quiet}><th scope=row>{names}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _html_terms(terms: Sequence[TellingTerm]) -> str:
    listed = " · ".join(f"{html.escape(term.term)} <small>{term.a}:{term.b}</small>" for term in terms)
    return f"<p>{listed or '—'}</p>"


def _html_paragraphs(typical: Sequence[TypicalParagraph]) -> str:
    return "".join(
        f"<p><small>{html.escape(paragraph.passage.document)} {paragraph.passage.position or ''}</small><br>"
        f"{html.escape(paragraph.passage.text)}</p>"
        for paragraph in typical
    )


def interval_words(low: float | None, high: float | None) -> str:
    """Return an interval in percentage points; nothing where there is none.

    >>> interval_words(-0.021, 0.1)
    '−2.1 … +10.0'
    """
    return "" if low is None or high is None else f"{points(low)} … {points(high)}"


_VERDICTS_ZH = {
    "a_higher": "{a}较高",
    "b_higher": "{b}较高",
    "equal": "相等",
    "not_distinguishable": "无法区分",
    "unknown": "没有区间",
}
_WRITERS: dict[str, Callable[[Comparison, Codebook, Sequence[str]], bytes]] = {
    ".csv": _csv,
    ".xlsx": _xlsx,
    ".json": _json,
    ".html": _html,
}
