"""Which labels of a unit stand: read from all entries of the unit in the log, oldest first.

Votes and drift checks of one annotator replace and take back only their like; a drift check is nobody's vote.
"""

from collections.abc import Iterable
from typing import Protocol, TypeVar

DRIFT = "drift"  # A unit that was settled before, planted to see how it is read now: nobody's vote.


class Entry(Protocol):
    """What decides which labels stand: a `Label`, or some columns of many."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def annotator(self) -> str: ...  # noqa: D102
    @property
    def chosen_by(self) -> str: ...  # noqa: D102


AnyEntry = TypeVar("AnyEntry", bound=Entry)


def standing_labels(entries: Iterable[AnyEntry]) -> dict[str, AnyEntry]:
    """Return each annotator's standing label, from all entries of one unit, oldest first; drift checks are no votes."""
    return {annotator: own[-1] for (annotator, is_vote), own in replayed(entries)[0].items() if own and is_vote}


def replayed(
    entries: Iterable[AnyEntry],
) -> tuple[dict[tuple[str, bool], list[AnyEntry]], dict[int, AnyEntry]]:
    """Return the labels of each voice that are not withdrawn, oldest first, and the withdrawal of each that is."""
    stacks: dict[tuple[str, bool], list[AnyEntry]] = {}
    withdrawals: dict[int, AnyEntry] = {}
    for entry in entries:
        own = stacks.setdefault(voice_of(entry), [])
        if entry.kind == "label":
            own.append(entry)
        elif entry.kind == "withdrawal" and own:
            withdrawals[own.pop().id] = entry
    return stacks, withdrawals


def voice_of(entry: Entry) -> tuple[str, bool]:
    """Return whose entry it is and whether it counts as a vote; votes and drift checks replace only their like."""
    return entry.annotator, entry.chosen_by != DRIFT
