"""Divide many texts into statements at once, exactly as `classifier.sentences.split_statements` divides one.

Most characters are letters. One look-up finds the few that matter (stops, brackets, closing marks, white space); all rules
then work on short arrays of their places. Where a choice hangs on the choice before it (an inner bracket on the outer one,
a short fragment on what it is joined to), only those few are followed one after another, in all texts at the same time.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from classifier.joining import JoinedTexts, Places
from classifier.lines import SPACE
from classifier.sentences import (
    AFTER_POINT,
    BEFORE_POINT,
    BRACKETS,
    CLOSERS,
    FARTHEST_BRACKET,
    FULL_STOPS,
    SEMICOLONS,
    SHORTEST_UNIT,
)

Marks = NDArray[np.uint8]
Flags = NDArray[np.bool_]

# What a character is to the rules, one bit each: white space; any character that has no length; and so on.
_SPACE, _NO_LENGTH, _FULL_STOP, _SEMICOLON, _POINT, _CLOSER, _BRACKET = (1 << bit for bit in range(7))


@dataclass(frozen=True)
class SplitTexts:
    """Statements of joined texts: statement ``i`` lies at ``starts[i]:ends[i]``, text ``t`` has ``bounds[t]:bounds[t + 1]``.

    A text of white space alone is one statement, so that every text has some.
    """

    starts: Places
    ends: Places
    bounds: Places


def split_joined(joined: JoinedTexts) -> SplitTexts:
    """Divide joined texts into their statements.

    >>> split_joined(JoinedTexts.of(["强化保障。新增律师12名，全部到岗；新建站点3个，覆盖全县。", " "])).bounds.tolist()
    [0, 2, 3]
    """
    if not len(joined.starts):
        return SplitTexts(joined.starts, joined.ends, np.zeros(1, dtype=np.int64))
    marks = _marks().take(joined.code_points, mode="clip")
    places = np.flatnonzero(marks > 0)
    kinds = marks.take(places)
    pieces = _long_pieces(joined, _cuts(joined, marks, places, kinds), _of_kind(_NO_LENGTH, places, kinds))
    starts, ends = _trimmed(*pieces, marks, _of_kind(_SPACE, places, kinds))
    kept = np.flatnonzero(starts < ends)
    starts, ends = starts[kept], ends[kept]
    counts = np.diff(np.searchsorted(starts, np.append(joined.starts, len(marks))))
    blank = np.flatnonzero(counts == 0)
    if len(blank):
        starts, ends = np.append(starts, joined.starts[blank]), np.append(ends, joined.ends[blank])
        order = np.argsort(starts)
        starts, ends = starts[order], ends[order]
        counts[blank] = 1
    return SplitTexts(starts, ends, np.concatenate(([0], np.cumsum(counts))))


def _flagged(flags: Mapping[str, int]) -> Marks:
    """Return a table by code point in which the characters of each pattern have its flag.

    It ends at U+FFFF, which no pattern may name: what lies beyond is looked up there, by ``mode="clip"``.
    """
    table = np.zeros(0x10000, dtype=np.uint8)
    characters = "".join(map(chr, range(0x10000)))
    for pattern, flag in flags.items():
        for run in re.finditer(pattern, characters):
            table[run.start() : run.end()] |= flag
    return table


@cache
def _marks() -> Marks:
    """Return what each character is to the rules."""
    return _flagged(
        {
            r"\s+": _SPACE,
            SPACE.pattern: _NO_LENGTH,
            f"[{FULL_STOPS}]": _FULL_STOP,
            f"[{SEMICOLONS}]": _SEMICOLON,
            r"\.": _POINT,
            f"[{CLOSERS}]": _CLOSER,
            f"[{re.escape(''.join((*BRACKETS, *BRACKETS.values())))}]": _BRACKET,
        }
    )


@cache
def _neighbours_of_points() -> Marks:
    """Return what may stand before (1) and behind (2) a half-width point that ends a sentence."""
    return _flagged({f"{BEFORE_POINT}+": 1, f"{AFTER_POINT}+": 2})


def _cuts(joined: JoinedTexts, marks: Marks, places: Places, kinds: Marks) -> Places:
    """Return the places behind stops that end a sentence, in order, but for those at the end of a text."""
    found = _of_kind(_FULL_STOP | _SEMICOLON, places, kinds)
    starts, ends = found[np.diff(found, prepend=-2) != 1], found[np.diff(found, append=-2) != 1] + 1
    points = _points(joined, _of_kind(_POINT, places, kinds))
    if len(points):
        starts, ends = np.sort(np.append(starts, points)), np.sort(np.append(ends, points + 1))
    full = marks[starts] & _FULL_STOP > 0
    ends = _behind_run(ends, marks, _CLOSER | _SPACE, _of_kind(_CLOSER | _SPACE, places, kinds))
    inside_text = ends < joined.ends[np.searchsorted(joined.starts, starts, side="right") - 1]
    openings, closed = _outermost(joined, _of_kind(_BRACKET, places, kinds))
    # A stop inside brackets does not end the sentence around it, but one right before the closing quote does.
    closing = closed[np.searchsorted(openings, starts, side="right") - 1]
    cuts: Places = ends[inside_text & ((starts >= closing) | (full & (ends >= closing)))]
    return cuts


def _of_kind(kind: int, places: Places, kinds: Marks) -> Places:
    """Return the places of characters of a kind; much quicker than picking them by a mask."""
    return places.take(np.flatnonzero(kinds & kind > 0))


def _points(joined: JoinedTexts, points: Places) -> Places:
    """Return those half-width points that end a sentence; what stands around a text counts as white space."""
    before, after = (
        _neighbours_of_points().take(joined.code_points[points + step], mode="clip") & flag > 0
        for step, flag in ((-1, 1), (1, 2))
    )
    return points[before & after]


def _outermost(joined: JoinedTexts, brackets: Places) -> tuple[Places, Places]:
    """Return the outermost closed brackets, (opening, behind the closing), in order; the last stands behind all texts."""
    codes, pair_of, step_of = _pairs()
    place = np.searchsorted(codes, joined.code_points[brackets])
    pairs, steps = pair_of[place], step_of[place]
    # Brackets of one pair side by side, then those of one depth: an opening is closed by what comes next, if that closes.
    order = np.argsort(pairs, kind="stable")
    depth = np.cumsum(steps[order]) + (steps[order] < 0)
    order = order[np.lexsort((depth, pairs[order]))]
    depth_of = np.empty_like(depth)
    depth_of[np.argsort(pairs, kind="stable")] = depth
    left, right = order[:-1], order[1:]
    closed = (pairs[left] == pairs[right]) & (depth_of[left] == depth_of[right]) & (steps[left] > 0) & (steps[right] < 0)
    openings, closings = brackets[left[closed]], brackets[right[closed]]
    text_ends = joined.ends[np.searchsorted(joined.starts, openings, side="right") - 1]
    near = np.flatnonzero((closings - openings < FARTHEST_BRACKET) & (closings < text_ends))
    near = near[np.argsort(openings[near])]
    behind_all = len(joined.code_points)
    openings, behind = np.append(openings[near], behind_all), np.append(closings[near] + 1, 0)
    # What opens behind all that closed before is outermost for certain.
    chosen = openings >= np.concatenate(([0], np.maximum.accumulate(behind)[:-1]))
    _follow(chosen, lambda at: np.searchsorted(openings, behind[at]))
    return openings[chosen], behind[chosen]


@cache
def _pairs() -> tuple[Places, NDArray[np.int64], NDArray[np.int64]]:
    """Code points of brackets, sorted; the pair that each belongs to; and 1 where it opens, -1 where it closes."""
    entries = [(ord(left), number, 1) for number, left in enumerate(BRACKETS)]
    entries += [(ord(right), number, -1) for number, right in enumerate(BRACKETS.values())]
    codes, pairs, steps = (np.array(column) for column in zip(*sorted(entries), strict=True))
    return codes, pairs, steps


def _long_pieces(joined: JoinedTexts, cuts: Places, without_length: Places) -> tuple[Places, Places]:
    """Return the pieces between cuts, those under 8 characters joined to the next one, or to the last at the end."""
    numbers = np.arange(len(joined.starts))
    first = np.searchsorted(cuts, joined.starts) + 2 * numbers
    last = np.searchsorted(cuts, joined.ends) + 2 * numbers + 1
    borders = np.sort(np.concatenate((joined.starts, cuts, joined.ends)))
    length = borders - np.searchsorted(without_length, borders)
    # A cut behind a piece that is long by itself stays, whatever was joined before; so do both ends of a text.
    chosen = np.diff(length, prepend=0) >= SHORTEST_UNIT
    chosen[first] = chosen[last] = True
    _follow(
        chosen,
        lambda at: np.minimum(np.searchsorted(length, length[at] + SHORTEST_UNIT), last[np.searchsorted(last, at)]),
    )
    kept = np.flatnonzero(chosen)
    before_last = kept[np.searchsorted(kept, last) - 1]
    short = (length[last] - length[before_last] < SHORTEST_UNIT) & (before_last != first)
    chosen[before_last[short]] = False
    kept = np.flatnonzero(chosen)
    opening = np.ones(len(borders), dtype=bool)
    opening[last] = False
    piece = np.flatnonzero(opening[kept])
    return borders[kept[piece]], borders[kept[piece + 1]]


def _follow(chosen: Flags, following: Callable[[Places], Places]) -> None:
    """Mark as chosen all that is reached, step by step, from what is; ``following`` gives the next step of places."""
    at = np.flatnonzero(chosen[:-1] & ~chosen[1:])
    while len(at):
        reached = following(at)
        at = np.unique(reached[~chosen[reached]])
        chosen[at] = True


def _trimmed(starts: Places, ends: Places, marks: Marks, spaces: Places) -> tuple[Places, Places]:
    """Move starts and ends past white space; where nothing else was, the start is no longer before the end."""
    run_starts = np.flatnonzero(np.diff(spaces, prepend=-2) != 1)
    moved = ends.copy()
    at_space = np.flatnonzero(marks[ends - 1] & _SPACE)
    number = np.searchsorted(run_starts, np.searchsorted(spaces, ends[at_space] - 1), side="right") - 1
    moved[at_space] = spaces[run_starts[number]]
    return _behind_run(starts, marks, _SPACE, spaces), moved


def _behind_run(at: Places, marks: Marks, kind: int, places: Places) -> Places:
    """Return ``at``, moved behind the run of characters of a kind that begins there; ``places`` are all of these."""
    inside = np.flatnonzero(marks[at] & kind)
    if not len(inside):
        return at
    run_ends = np.flatnonzero(np.diff(places, append=-2) != 1)
    moved = at.copy()
    moved[inside] = places[run_ends[np.searchsorted(run_ends, np.searchsorted(places, at[inside]))]] + 1
    return moved
