"""The theme mix as a table for a terminal: shares in percent, counts, intervals where they hold, and a small bar."""

import sys

from classifier.cli.tables import show_table, terminal_width
from classifier.codebook import Codebook
from classifier.mix import Mix, Share
from classifier.mix_files import mix_notes

_BAR = 6
_WIDE = 150
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def show_mix(mix: Mix, codebook: Codebook) -> None:
    """Print the mix; one row a group, one column a theme, in order of the codebook."""
    drawn = (sys.stdout.encoding or "").lower().replace("-", "") in ("utf8", "gb18030")
    wide = terminal_width() >= _WIDE
    entries = [codebook.entry(code) for code in codebook.theme_codes]
    names = [entry.zh if drawn else entry.code for entry in entries]
    if drawn and wide:
        names = [f"{entry.zh}\n{entry.en}" for entry in entries]
    first, count = mix.by if wide else "", "paragraphs" if wide else "n"
    rows = [
        [
            "\n".join(filter(None, [row.group or "(unknown)", row.origin.year])),
            f"{row.paragraphs}\n{row.labelled} labelled" if wide else str(row.paragraphs),
            *(_cell(share, drawn, wide) for share in row.shares.values()),
        ]
        for row in mix.rows
    ]
    legend = "; ".join(f"{entry.zh} {entry.en}" for entry in entries)
    show_table(
        [first, count, *names],
        rows,
        right=[count],
        widths=None if wide else {first: 7, count: 4, **dict.fromkeys(names, 8)},
        notes=[*mix_notes(mix), *([] if wide or not drawn else [legend]), f"snapshot {mix.snapshot}"],
    )


def _cell(share: Share, drawn: bool, wide: bool) -> str:
    interval = "" if share.low is None or share.high is None else f"{share.low:.0%}–{share.high:.0%}"
    count = f"  ({share.count})" if wide else ""
    lines = [f"{share.share:6.1%}{count}", bar(share.share) if drawn else "", interval]
    return "\n".join(filter(str.strip, lines))


def bar(share: float) -> str:
    """Draw a share as a bar that is full at a half, in eighths of a character.

    >>> bar(0.25)
    '███   '
    """
    eighths = min(round(share * 2 * _BAR * 8), _BAR * 8)
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + (_EIGHTHS[rest] if rest else "")).ljust(_BAR)
