"""Write a theme mix to CSV, Excel, JSON or HTML, each with what it estimates and how."""

import html
import io
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from classifier.codebook import Code, Codebook
from classifier.csv_cells import csv_bytes
from classifier.errors import InputError
from classifier.intervals import FEWEST_JURISDICTIONS
from classifier.mix import Mix, MixRow
from classifier.writers import write_whole

TIDY_COLUMNS = (
    "group",
    "jurisdiction",
    "adcode",
    "level",
    "year",
    "paragraphs",
    "labelled",
    "theme",
    "share",
    "low",
    "high",
    "count",
)

# From white at nothing to blue at the whole row.
_SHADES = {
    **{"type": "2_color_scale", "min_type": "num", "min_value": 0, "min_color": "#FFFFFF"},
    **{"max_type": "num", "max_value": 1, "max_color": "#7DA7DD"},
}


def mix_notes(mix: Mix) -> list[str]:
    """Say in plain words what the table estimates, and why its intervals are as wide as they are."""
    what = {
        "paragraphs": "Share of a row's paragraphs by primary theme; each row sums to 100 %.",
        "text": "Share of a row's text (characters of statements) by theme; each row sums to 100 %.",
    }[mix.measure]
    said = [what]
    if any(row.labelled for row in mix.rows):
        said.append(
            "Labelled paragraphs count by their hand label; a row that is labelled throughout is a census, without interval."
        )
    if any(row.labelled < row.paragraphs for row in mix.rows):
        said.append("Other paragraphs count by the model's calibrated probabilities.")
        said += _interval_notes(mix)
    if mix.copies == "once":
        said.append(
            f"Paragraphs of a row that copy each other count once: {mix.left_out} left out, which say the same but for "
            "figures, punctuation or a few words."
        )
    return said


def _interval_notes(mix: Mix) -> list[str]:
    known = mix.basis.jurisdictions if mix.basis else 0
    more = [
        f"Intervals of {level:.0%} need {fewest} labelled jurisdictions; there are {known}."
        for level, fewest in FEWEST_JURISDICTIONS.items()
        if fewest > known
    ][:1]
    if mix.interval_level is None or mix.basis is None:
        return ["Not enough labelled jurisdictions for an interval.", *more]
    said = [
        f"Low to high is the {mix.interval_level:.0%} interval, for each theme by itself: about {mix.interval_level:.0%} of "
        "such intervals hold the share that hand labels on the whole row would give.",
        *more,
        "Intervals are as wide as the model has erred: in labelled jurisdictions that it had not seen, its shares were "
        f"{100 * mix.basis.mean_error:.1f} percentage points off on average and {100 * mix.basis.largest_error:.1f} at most."
        " Short rows vary more; every label narrows them.",
    ]
    if mix.by != "document":
        said.append(
            "Where a row has several documents, its interval also says how far the share would move with other documents of "
            "their kind: whole documents are drawn anew, never single paragraphs."
        )
    if mix.by == "section_kind":
        said.append("The errors were measured on whole documents; for parts of them intervals may be too narrow.")
    return [*said, "Shares whose intervals overlap are not ranked."]


def write_mix(mix: Mix, codebook: Codebook, output: Path, *, notes: Sequence[str] | None = None) -> None:
    """Write the mix in the format of the output's suffix, whole or not at all.

    ``notes`` stand in the place of `mix_notes` where a format has room for them: in another language, or with more to say.
    """
    writer = _WRITERS.get(output.suffix.lower())
    if writer is None:
        raise InputError(f"{output}: no format for suffix {output.suffix or '(none)'!r}; use {', '.join(_WRITERS)}")
    write_whole(output, writer(mix, codebook, [*(mix_notes(mix) if notes is None else notes), f"snapshot {mix.snapshot}"]))


def _columns(mix: Mix, codebook: Codebook) -> list[Code]:
    """Return the entry of each column: themes, or leaf codes where the mix is detailed."""
    codes = mix.rows[0].shares if mix.rows else codebook.theme_codes
    return [codebook.entry(code) for code in codes]


def _tidy(mix: Mix) -> Iterator[dict[str, Any]]:
    for row in mix.rows:
        for code, share in row.shares.items():
            origin = row.origin
            values = (
                *(row.group, origin.jurisdiction, origin.adcode, origin.level, origin.year, row.paragraphs, row.labelled),
                *(code, share.share, share.low, share.high, share.count),
            )
            yield dict(zip(TIDY_COLUMNS, values, strict=True))


def _csv(mix: Mix, codebook: Codebook, notes: Sequence[str]) -> bytes:
    return csv_bytes([TIDY_COLUMNS, *(row.values() for row in _tidy(mix))])


def _json(mix: Mix, codebook: Codebook, notes: Sequence[str]) -> bytes:
    return (json.dumps(mix.to_dict(), ensure_ascii=False, indent=1) + "\n").encode("utf-8", "surrogatepass")


def _xlsx(mix: Mix, codebook: Codebook, notes: Sequence[str]) -> bytes:
    import xlsxwriter  # Slow to import, and needed for workbooks only.

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        bold, percent = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"num_format": "0.0%"})
        pivot, tidy = book.add_worksheet("mix"), book.add_worksheet("tidy")
        entries = _columns(mix, codebook)
        pivot.write_row(0, 0, [mix.by, "year", "paragraphs", "labelled", *(entry.zh for entry in entries)], bold)
        for number, row in enumerate(mix.rows, 1):
            pivot.write_row(number, 0, [row.group, row.origin.year, row.paragraphs, row.labelled])
            pivot.write_row(number, 4, [share.share for share in row.shares.values()], percent)
        for number, note in enumerate(notes, len(mix.rows) + 2):
            pivot.write_string(number, 0, note)
        if mix.rows:
            pivot.conditional_format(1, 4, len(mix.rows), 3 + len(entries), _SHADES)
        pivot.set_column(0, 0, 22)
        pivot.set_column(4, 3 + len(entries), 15)
        pivot.freeze_panes(1, 1)
        pivot.set_landscape()
        pivot.set_paper(9)  # A4
        pivot.fit_to_pages(1, 0)
        # The tidy sheet is the CSV file, with the Chinese name of each theme at the end of its rows.
        names = {entry.code: entry.zh for entry in entries}
        tidy.write_row(0, 0, (*TIDY_COLUMNS, "theme_zh"), bold)
        for number, record in enumerate(_tidy(mix), 1):
            tidy.write_row(number, 0, [*record.values(), names[record["theme"]]])
        tidy.freeze_panes(1, 0)
        tidy.set_column(0, 1, 16)
        tidy.set_column(7, 7, 24)
        tidy.set_column(12, 12, 24)
    return stream.getvalue()


def _html(mix: Mix, codebook: Codebook, notes: Sequence[str]) -> bytes:
    entries = _columns(mix, codebook)
    head = "".join(
        f"<th scope=col>{html.escape(entry.zh)}<br><small>{html.escape(entry.en)}</small></th>" for entry in entries
    )
    body = "\n".join(_html_row(row) for row in mix.rows)
    foot = "".join(f"<p>{html.escape(note)}</p>" for note in notes)
    page = f"""<!doctype html>
<html lang="zh-Hans"><meta charset="utf-8"><title>主题分布 theme mix</title>
<style>
body {{ font: 15px/1.5 sans-serif; margin: 2rem; color: #1d2733; }}
table {{ border-collapse: collapse; }}
th, td {{ padding: .45rem .7rem; border-bottom: 1px solid #d5dde5; text-align: right; vertical-align: top; }}
th:first-child {{ text-align: left; }}
td small {{ color: #5b6b7b; display: block; }}
p {{ max-width: 60rem; color: #5b6b7b; margin: .4rem 0; }}
</style>
<h1>主题分布 <small>theme mix</small></h1>
<table>
<thead><tr><th scope=col>{html.escape(mix.by)}</th><th scope=col>段落<br><small>paragraphs</small></th>{head}</tr></thead>
<tbody>
{body}
</tbody></table>
{foot}
</html>
"""
    return page.encode("utf-8", "replace")


def _html_row(row: MixRow) -> str:
    cells = "".join(
        f'<td style="background:rgb(38 110 180 / {share.share:.3f})">{share.share:.1%}'
        + ("" if share.low is None or share.high is None else f"<small>{share.low:.0%}–{share.high:.0%}</small>")
        + f"<small>{share.count}</small></td>"
        for share in row.shares.values()
    )
    name = html.escape(" ".join(filter(None, [row.group or "—", row.origin.year])))
    return f"<tr><th scope=row>{name}</th><td>{row.paragraphs}<small>{row.labelled} labelled</small></td>{cells}</tr>"


_WRITERS: dict[str, Callable[[Mix, Codebook, Sequence[str]], bytes]] = {
    ".csv": _csv,
    ".xlsx": _xlsx,
    ".json": _json,
    ".html": _html,
}
