"""A paragraph as people see it: its statements in the colours of their themes, and the terms that decided marked."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from classifier import Codebook, Evidence

MARK_LEVELS = 4
_LEAST_MARKED = 0.12  # Of the strongest character's weight; fainter traces would mark everything.
_LEAST_COMPLETED = 0.12  # Of the strongest term's weight: from here on, a term is marked as a whole.
_TERMS_NAMED = 4


@dataclass(frozen=True)
class Piece:
    """A stretch of text with one colour and one mark; ``level`` is 1 to 4 for, -1 to -4 against, 0 unmarked."""

    text: str
    level: int = 0
    terms: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class StatementView:
    """A statement as it is shown: the place and code of its theme, how sure that is, whether a person said it."""

    place: int
    theme: str
    detail: str
    confidence: float | None
    by_hand: bool
    pieces: tuple[Piece, ...]


def statement_views(
    text: str,
    statements: Sequence[tuple[int, int, str, float | None, bool]],
    codebook: Codebook,
    evidence: Sequence[Evidence] = (),
) -> list[StatementView]:
    """Divide a text into its statements, given as (start, end, leaf code, confidence, by hand), each into pieces.

    What lies between statements goes to the one before, so that the pieces together are the text.
    """
    levels = _with_whole_terms(_levels(character_weights(text, evidence)), evidence)
    ordered = sorted(evidence, key=lambda item: item.start)
    starts = [item.start for item in ordered]

    def pieces(first: int, last: int) -> tuple[Piece, ...]:
        return tuple(
            Piece(text[start:end], level, _terms_within(ordered, starts, start, end) if level else ())
            for start, end, level in _runs(levels, first, last)
        )

    if not statements:
        return [StatementView(-1, "", "", None, False, pieces(0, len(text)))]
    views = []
    for number, (start, _, detail, confidence, by_hand) in enumerate(statements):
        first = 0 if number == 0 else start
        last = statements[number + 1][0] if number + 1 < len(statements) else len(text)
        theme = codebook.entry(detail).theme
        views.append(
            StatementView(codebook.theme_codes.index(theme), theme, detail, confidence, by_hand, pieces(first, last))
        )
    return views


def character_weights(text: str, evidence: Sequence[Evidence]) -> list[float]:
    """Return what each character adds to the score: every term's weight, spread over its characters.

    >>> character_weights("调解员", [Evidence("调解", 0, 2, 1.0), Evidence("解员", 1, 3, -0.5)])
    [0.5, 0.25, -0.25]
    """
    # Differences at both ends of each term, summed up: as many steps as terms and characters, not their product.
    steps = np.zeros(len(text) + 1)
    for item in evidence:
        each = item.weight / (item.end - item.start)
        steps[item.start] += each
        steps[item.end] -= each
    return [float(weight) for weight in np.cumsum(steps)[:-1]]


def _levels(weights: Sequence[float]) -> list[int]:
    strongest = max((abs(weight) for weight in weights), default=0.0)
    return [_level(weight, strongest) for weight in weights]


def _with_whole_terms(levels: list[int], evidence: Sequence[Evidence]) -> list[int]:
    """Mark strong terms to their ends, faintly, where overlapping terms leave only some of their characters marked."""
    strongest = max((abs(item.weight) for item in evidence), default=0.0)
    for item in evidence:
        sign = 1 if item.weight > 0 else -1
        own = levels[item.start : item.end]
        if abs(item.weight) >= _LEAST_COMPLETED * strongest and all(level * sign >= 0 for level in own) and any(own):
            levels[item.start : item.end] = [level or sign for level in own]
    return levels


def _level(weight: float, strongest: float) -> int:
    share = abs(weight) / strongest if strongest else 0.0
    if share < _LEAST_MARKED:
        return 0
    return (1 if weight > 0 else -1) * min(MARK_LEVELS, 1 + int(share * MARK_LEVELS))


def _runs(levels: Sequence[int], first: int, last: int) -> Iterator[tuple[int, int, int]]:
    """Yield (start, end, strongest level) of each stretch whose characters are all for, all against, or all unmarked."""
    for _, places in groupby(range(first, last), key=lambda place: (levels[place] > 0) - (levels[place] < 0)):
        own = list(places)
        yield own[0], own[-1] + 1, max((levels[place] for place in own), key=abs)


def _terms_within(ordered: Sequence[Evidence], starts: Sequence[int], start: int, end: int) -> tuple[tuple[str, float], ...]:
    totals: dict[str, float] = {}
    for item in ordered[bisect_left(starts, start) : bisect_left(starts, end)]:
        if item.end <= end:
            totals[item.term] = totals.get(item.term, 0.0) + item.weight
    strongest = sorted(totals.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
    return tuple(strongest[:_TERMS_NAMED])
