"""A comparison as tables for a terminal: differences with a bar to either side, telling terms, typical paragraphs."""

import sys
from collections.abc import Sequence

import click

from classifier.cli.tables import plain, show_table
from classifier.codebook import Codebook
from classifier.comparison import Comparison, TypicalParagraph
from classifier.comparison_files import comparison_notes, interval_words, points, verdict_words
from classifier.telling_terms import TellingTerm

_BAR = 10
_TERMS = 12
_SHOWN = 120


def show_comparison(comparison: Comparison, codebook: Codebook) -> None:
    """Print a comparison: themes, then terms, then paragraphs, then what the numbers mean."""
    drawn = (sys.stdout.encoding or "").lower().replace("-", "") in ("utf8", "gb18030")
    a, b = (row.group or "(unknown)" for row in comparison.mix.rows)
    _show_differences(comparison, codebook, a, b, drawn=drawn)
    terms = [[_term(term) for term in side[:_TERMS]] for side in (comparison.terms.a, comparison.terms.b)]
    length = max(map(len, terms))
    of_theme = f" in {comparison.theme}" if comparison.theme else ""
    show_table(
        [f"terms of {a}", f"{a}:{b}", "z", f"terms of {b}", f"{a}:{b} ", "z "],
        [[*left, *right] for left, right in zip(*(_filled(side, length) for side in terms), strict=True)],
        title=f"Terms that tell them apart{of_theme}",
        right=["z", "z "],
    )
    for name, typical in ((a, comparison.typical_a), (b, comparison.typical_b)):
        _show_paragraphs(f"Typical paragraphs of {name}{of_theme}", typical)
    for note in [*comparison_notes(comparison), f"snapshot {comparison.mix.snapshot}"]:
        click.echo(note)


def _show_differences(comparison: Comparison, codebook: Codebook, a: str, b: str, *, drawn: bool) -> None:
    widest = max(abs(found.difference) for found in comparison.differences.values()) or 1.0
    rows = []
    for code, found in comparison.differences.items():
        entry, shares = codebook.entry(code), [row.shares[code] for row in comparison.mix.rows]
        rows.append(
            [
                f"{entry.zh} {entry.en}" if drawn else code,
                *(f"{share.share:.1%} ({share.count})" for share in shares),
                points(found.difference) if drawn else f"{100 * found.difference:+.1f}",
                _bar(found.difference / widest) if drawn else "",
                *(
                    _interval(low, high, drawn)
                    for low, high in ((found.low, found.high), (found.draws_low, found.draws_high))
                ),
                verdict_words(found, a, b),
            ]
        )
    headings = ["theme", a, b, "A−B" if drawn else "A-B", "", "interval", "as draws", "verdict"]
    if not any(found.low is not None for found in comparison.differences.values()):
        headings.remove("interval")
        rows = [[*row[:5], *row[6:]] for row in rows]
    show_table(
        headings, rows, right=[a, b, headings[3]], title=f"{a} ({_size(comparison, 0)}), {b} ({_size(comparison, 1)})"
    )


def _size(comparison: Comparison, side: int) -> str:
    row = comparison.mix.rows[side]
    return f"{row.paragraphs} paragraphs, {row.labelled} labelled"


def _bar(part: float) -> str:
    """Draw a difference as a bar to the right of the middle, or to its left.

    >>> _bar(0.5), _bar(-1)
    ('          │█████     ', '██████████│          ')
    """
    length = "█" * round(abs(part) * _BAR)
    return f"{'' if part > 0 else length:>{_BAR}}│{length if part > 0 else '':<{_BAR}}"


def _interval(low: float | None, high: float | None, drawn: bool) -> str:
    words = interval_words(low, high)
    return words if drawn else words.replace("−", "-").replace("…", "to")


def _term(term: TellingTerm) -> list[str]:
    return [term.term, f"{term.a}:{term.b}", f"{term.z:+.1f}"]


def _filled(side: Sequence[list[str]], length: int) -> list[list[str]]:
    return [*side, *([["", "", ""]] * (length - len(side)))]


def _show_paragraphs(title: str, typical: Sequence[TypicalParagraph]) -> None:
    click.echo(f"\n{plain(title)}")
    for paragraph in typical:
        document, position, text = paragraph.passage
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        click.echo(str(plain(f"  {document}{f' ¶{position}' if position else ''}  {' · '.join(paragraph.terms)}")))
        click.echo(str(plain(f"    {shown}")))
    if not typical:
        click.echo("  none")
    click.echo()
