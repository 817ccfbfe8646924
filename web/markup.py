"""A paragraph as people see it: its statements in the colours of their themes, and the terms that decided marked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from classifier import Codebook, Evidence

MARK_LEVELS = 4
_LEAST_MARKED = 0.12  # Of the strongest character's weight; fainter traces would mark everything.
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
    weights = character_weights(text, evidence)
    if not statements:
        return [StatementView(-1, "", "", None, False, tuple(_pieces(text, 0, len(text), weights, evidence)))]
    views = []
    for number, (start, _, detail, confidence, by_hand) in enumerate(statements):
        first = 0 if number == 0 else start
        last = statements[number + 1][0] if number + 1 < len(statements) else len(text)
        theme = codebook.entry(detail).theme
        pieces = tuple(_pieces(text, first, last, weights, evidence))
        views.append(StatementView(codebook.theme_codes.index(theme), theme, detail, confidence, by_hand, pieces))
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


def _pieces(text: str, first: int, last: int, weights: Sequence[float], evidence: Sequence[Evidence]) -> list[Piece]:
    strongest = max((abs(weight) for weight in weights), default=0.0)
    levels = [_level(weight, strongest) for weight in weights[first:last]]
    pieces: list[Piece] = []
    start = first
    for place in range(first, last):
        if place + 1 == last or _sign(levels[place + 1 - first]) != _sign(levels[place - first]):
            own = levels[start - first : place + 1 - first]
            level = max(own, key=abs, default=0)
            named = _terms_within(evidence, start, place + 1) if level else ()
            pieces.append(Piece(text[start : place + 1], level, named))
            start = place + 1
    return pieces


def _level(weight: float, strongest: float) -> int:
    share = abs(weight) / strongest if strongest else 0.0
    if share < _LEAST_MARKED:
        return 0
    return (1 if weight > 0 else -1) * min(MARK_LEVELS, 1 + int(share * MARK_LEVELS))


def _sign(level: int) -> int:
    return (level > 0) - (level < 0)


def _terms_within(evidence: Sequence[Evidence], start: int, end: int) -> tuple[tuple[str, float], ...]:
    totals: dict[str, float] = {}
    for item in evidence:
        if start <= item.start and item.end <= end:
            totals[item.term] = totals.get(item.term, 0.0) + item.weight
    strongest = sorted(totals.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
    return tuple(strongest[:_TERMS_NAMED])
