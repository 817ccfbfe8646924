"""Compare two codebooks: codes, wordings and rules that were added, taken out or changed, and what became of the codes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from classifier.codebook import Code, Codebook
from classifier.codebook_changes import VersionStep
from classifier.errors import CodebookError
from classifier.migration import migration_to

_WORDINGS = ("zh", "en", "definition", "definition_zh", "includes", "includes_zh", "excludes", "excludes_zh")
_FEWEST_ALIKE = 0.5


@dataclass(frozen=True)
class Wording:
    """A text that reads otherwise in the other codebook; ``name`` says which, such as ``definition`` or ``includes_zh``."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class CodeDifference:
    """A code that is in one codebook only (the other side is None), was renamed, or reads otherwise."""

    before: Code | None
    after: Code | None
    wordings: tuple[Wording, ...] = ()


@dataclass(frozen=True)
class RuleDifference:
    """A rule in English and Chinese, with its number from 1, before and after; an added or removed one has one side only."""

    number_before: int | None
    number_after: int | None
    before: tuple[str, str] | None
    after: tuple[str, str] | None


@dataclass(frozen=True)
class CodebookDifference:
    """All that differs between two codebooks; ``steps`` lead from one to the other, where the changes say so."""

    before: str
    after: str
    steps: tuple[VersionStep, ...]
    codes: tuple[CodeDifference, ...]
    rules: tuple[RuleDifference, ...]

    @property
    def is_empty(self) -> bool:
        """Whether both say the same of the same codes."""
        return not (self.codes or self.rules or any(step.codes for step in self.steps))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "before": self.before,
            "after": self.after,
            "changes": [step.to_dict() for step in self.steps],
            "codes": [
                {
                    "before": item.before.code if item.before else None,
                    "after": item.after.code if item.after else None,
                    "wordings": {wording.name: [wording.before, wording.after] for wording in item.wordings},
                }
                for item in self.codes
            ],
            "rules": [
                {
                    "number_before": rule.number_before,
                    "number_after": rule.number_after,
                    "before": list(rule.before) if rule.before else None,
                    "after": list(rule.after) if rule.after else None,
                }
                for rule in self.rules
            ],
        }


def compare_codebooks(before: Codebook, after: Codebook) -> CodebookDifference:
    """Return what differs from one codebook to another, whichever of them is the later version."""
    try:
        steps = migration_to(after, before.version, [before]).steps
    except CodebookError:
        steps = ()  # Neither says what became of the codes of the other.
    return CodebookDifference(
        before.version, after.version, steps, tuple(_codes(before, after, steps)), tuple(_rules(before, after))
    )


def _codes(before: Codebook, after: Codebook, steps: tuple[VersionStep, ...]) -> Iterator[CodeDifference]:
    entries = {entry.code: entry for entry in (*before.themes, *before.subcodes)}
    renamed = _renamed(before, after, steps)
    for entry in (*after.themes, *after.subcodes):
        old = entries.pop(renamed.get(entry.code, entry.code), None)
        wordings = tuple(
            Wording(name, getattr(old, name), getattr(entry, name))
            for name in _WORDINGS
            if old is not None and getattr(old, name) != getattr(entry, name)
        )
        if old is None or old.code != entry.code or wordings:
            yield CodeDifference(old, entry, wordings)
    for old in entries.values():
        yield CodeDifference(old, None)


def _renamed(before: Codebook, after: Codebook, steps: tuple[VersionStep, ...]) -> Mapping[str, str]:
    """Return the former name of each code that was renamed, and nothing else."""
    now = {code: code for code in before.leaf_codes}
    for step in steps:
        renames = {change.before[0]: change.after[0] for change in step.codes if change.kind == "rename"}
        now = {first: renames.get(code, code) for first, code in now.items()}
    return {code: first for first, code in now.items() if code != first and code in after.leaf_codes}


def _rules(before: Codebook, after: Codebook) -> Iterator[RuleDifference]:
    """Yield the rules that differ; where rules stand in each other's place, the more alike ones are one rule changed."""
    old, new = _both_languages(before), _both_languages(after)
    for kind, start, end, first, last in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        left = list(range(start, end))
        for place in range(first, last):
            like = max(left, key=lambda one: _likeness(old[one], new[place]), default=None)
            if like is not None and _likeness(old[like], new[place]) >= _FEWEST_ALIKE:
                left.remove(like)
                yield RuleDifference(like + 1, place + 1, old[like], new[place])
            else:
                yield RuleDifference(None, place + 1, None, new[place])
        for place in left:
            yield RuleDifference(place + 1, None, old[place], None)


def _likeness(one: tuple[str, str], two: tuple[str, str]) -> float:
    return max(SequenceMatcher(a=a, b=b, autojunk=False).ratio() for a, b in zip(one, two, strict=True) if a or b)


def _both_languages(book: Codebook) -> list[tuple[str, str]]:
    chinese = book.rules_zh or [""] * len(book.rules)
    return list(zip(book.rules, chinese, strict=True))
