"""What became of the codes from one version of a codebook to the next: the ``[[changes]]`` of a ``codebook.toml``.

    [[changes]]
    from = "1.0"
    to = "2.0"
    note = "Why, for readers of the history."
    codes = [
      { rename = "other.reconsideration", to = "reconsideration" },
      { merge = ["mediation_in_court", "mediation_in_village"], to = "mediation" },
      { split = "legal_aid", to = ["legal_aid", "lawyers"], where = { lawyers = ["律师", "法考"] }, question = "…" },
      { add = "digital", among = ["other.general"] },
      { remove = "press", to = "other.general" },
    ]

Codes that no change names stay what they are. A rename, a merge, and a removal to one code decide every label; for the
others there are rules. ``where`` lists terms by code: a unit whose text has terms of one code alone gets that code.
``otherwise`` is the code of units without any of these terms. What is left needs a person, who is asked the ``question``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from classifier.errors import CodebookError

KINDS = ("rename", "merge", "split", "add", "remove")
_STEP_KEYS = ("from", "to", "note", "note_zh", "codes")
_ONE, _SEVERAL, _ANY = "one code", "a list of two codes or more", "one code, or a list of codes"
# By kind: what is written under the kind's own name, under "to", and under "among".
_FORMS: Mapping[str, tuple[str, str, str]] = {
    "rename": (_ONE, _ONE, ""),
    "merge": (_SEVERAL, _ONE, ""),
    "split": (_ONE, _SEVERAL, ""),
    "add": (_ONE, "", _ANY),
    "remove": (_ONE, _ANY, ""),
}
_DECIDED = ("rename", "merge")


@dataclass(frozen=True)
class CodeChange:
    """One change: what codes of the version ``before`` are ``after`` it; for an added code, which ones held its units."""

    kind: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    otherwise: str = ""
    question: str = ""
    question_zh: str = ""

    def candidates(self, code: str) -> tuple[str, ...]:
        """Return what a label with a code of before may be now; nothing: whatever the new codebook has."""
        return (code, *self.after) if self.kind == "add" else self.after

    def question_in(self, language: str) -> str:
        """Return what to ask a person, in ``language`` ("zh" or "en") where it is given, else in the other one."""
        return (self.question_zh or self.question) if language == "zh" else (self.question or self.question_zh)

    def to_dict(self) -> dict[str, Any]:
        """Return the change as it is written in a codebook."""
        one, _, _ = _FORMS[self.kind]
        own, other = (self.after, self.before) if self.kind == "add" else (self.before, self.after)
        data: dict[str, Any] = {self.kind: own[0] if one == _ONE else list(own)}
        key, form = ("among", _ANY) if self.kind == "add" else ("to", _FORMS[self.kind][1])
        if other:
            data[key] = other[0] if len(other) == 1 and form != _SEVERAL else list(other)
        if self.where:
            data["where"] = {code: list(terms) for code, terms in self.where}
        for name in ("otherwise", "question", "question_zh"):
            if getattr(self, name):
                data[name] = getattr(self, name)
        return data


@dataclass(frozen=True)
class VersionStep:
    """From one version to the next: every change of codes, and a note for readers of the history."""

    before: str
    after: str
    codes: tuple[CodeChange, ...] = ()
    note: str = ""
    note_zh: str = ""

    def note_in(self, language: str) -> str:
        """Return the note in ``language`` ("zh" or "en") where it is given, else in the other one."""
        return (self.note_zh or self.note) if language == "zh" else (self.note or self.note_zh)

    def changes_of(self, code: str) -> tuple[CodeChange, ...]:
        """Return the changes that say what became of a code."""
        return self._changes_of.get(code, ())

    @property
    def reads_texts(self) -> bool:
        """Whether some rule looks at the text of a unit."""
        return any(change.where for change in self.codes)

    def outcomes(self, code: str, text: str = "") -> tuple[str, ...]:
        """Return what a label with ``code`` on a unit of this text is now: one code where it is decided, none: anything.

        >>> step = VersionStep("1", "2", (CodeChange("split", ("a",), ("b", "c"), (("c", ("律师",)),)),))
        >>> step.outcomes("a", "律师行业"), step.outcomes("a", "公证"), step.outcomes("z")
        (('c',), ('b', 'c'), ('z',))
        """
        changes = self.changes_of(code)
        if not changes:
            return (code,)
        candidates = tuple(dict.fromkeys(new for change in changes for new in change.candidates(code)))
        named = {new for change in changes for new, terms in change.where if any(term in text for term in terms)}
        otherwise = next((change.otherwise for change in changes if change.otherwise), "")
        if len(named) == 1:
            return tuple(named)
        return (otherwise,) if otherwise and not named else candidates

    def inverse(self, codes: Sequence[str] | None = None) -> "VersionStep":
        """Return the way back: what codes of the later version were before, which may be undecided.

        ``codes`` are the leaf codes of the earlier version, where they are known.
        """
        sources: dict[str, list[str]] = {}
        for old in self._changes_of:
            for new in dict.fromkeys(code for change in self.changes_of(old) for code in change.candidates(old)):
                sources.setdefault(new, []).append(old)
        for new, olds in sources.items():
            if new not in self._changes_of and (codes is None or new in codes):
                olds.append(new)  # It was, or may have been, a code before as well, and stayed what it was.
        changes = (CodeChange("split" if len(olds) > 1 else "rename", (new,), tuple(olds)) for new, olds in sources.items())
        return VersionStep(self.after, self.before, tuple(changes), self.note, self.note_zh)

    def to_dict(self) -> dict[str, Any]:
        """Return the step as it is written in a codebook."""
        notes = {name: getattr(self, name) for name in ("note", "note_zh") if getattr(self, name)}
        return {"from": self.before, "to": self.after, **notes, "codes": [change.to_dict() for change in self.codes]}

    @cached_property
    def _changes_of(self) -> Mapping[str, tuple[CodeChange, ...]]:
        found: dict[str, tuple[CodeChange, ...]] = {}
        for change in self.codes:
            for code in change.before:
                found[code] = (*found.get(code, ()), change)
        return found


def steps_from(data: Any, name: str) -> tuple[VersionStep, ...]:
    """Read ``[[changes]]``, oldest first; CodebookError says what is wrong. ``name`` is used in messages."""
    if not isinstance(data, Iterable) or isinstance(data, str | Mapping):
        raise CodebookError(f"{name}: changes = {data!r}; write a table [[changes]] for each step, oldest first")
    steps = tuple(_step(item, name) for item in data)
    for one, two in pairwise(steps):
        if one.after != two.before:
            raise CodebookError(
                f"{name}: changes to {one.after!r} are followed by changes from {two.before!r}; each step begins where the "
                "one before it ends"
            )
    versions = [step.before for step in steps] + [step.after for step in steps[-1:]]
    if len(set(versions)) < len(versions):
        raise CodebookError(f"{name}: the changes go {' -> '.join(versions)}; each version stands there once")
    return steps


def _step(item: Any, name: str) -> VersionStep:
    if not isinstance(item, Mapping) or not {"from", "to"} <= set(item) <= set(_STEP_KEYS):
        raise CodebookError(f"{name}: [[changes]] hold {item!r}; each has from and to, and may have note, note_zh and codes")
    step = VersionStep(
        str(item["from"]),
        str(item["to"]),
        tuple(_change(change, f"{name}: changes from {item['from']} to {item['to']}") for change in item.get("codes", ())),
        str(item.get("note", "")).strip(),
        str(item.get("note_zh", "")).strip(),
    )
    for change in step.codes:
        for code in change.before:
            others = step.changes_of(code)
            if len(others) > 1 and any(other.kind != "add" for other in others):
                raise CodebookError(
                    f"{name}: changes from {step.before} to {step.after} say more than once what became of {code!r}; "
                    "say it once, such as by a split into all codes that it may be now"
                )
    return step


def _change(item: Any, where: str) -> CodeChange:
    kinds = [kind for kind in KINDS if isinstance(item, Mapping) and kind in item]
    if len(kinds) != 1:
        raise CodebookError(f"{where}: {item!r} is no change of codes; it has one of the keys {', '.join(KINDS)}")
    kind = kinds[0]
    own, to, among = _FORMS[kind]
    allowed = {kind, *(["to"] if to else []), *(["among"] if among else []), "question", "question_zh"}
    if kind not in _DECIDED:
        allowed |= {"where", "otherwise"}
    if unknown := set(item) - allowed:
        raise CodebookError(f"{where}: {kind} has unknown keys {sorted(unknown)}; allowed: {', '.join(sorted(allowed))}")
    named = _codes(item, kind, own, where)
    others = _codes(item, "among" if among else "to", among or to, where)
    before, after = (others, named) if kind == "add" else (named, others)
    change = CodeChange(
        kind,
        before,
        after,
        _where(item.get("where", {}), where),
        str(item.get("otherwise", "")).strip(),
        str(item.get("question", "")).strip(),
        str(item.get("question_zh", "")).strip(),
    )
    candidates = {new for code in before for new in change.candidates(code)}
    for code in (*dict(change.where), *filter(None, [change.otherwise])):
        if code not in candidates:
            raise CodebookError(
                f"{where}: {kind} {item[kind]!r} decides for {code!r}, which is none of its codes; "
                f"use one of {', '.join(sorted(candidates))}"
            )
    return change


def _codes(item: Mapping[str, Any], key: str, form: str, where: str) -> tuple[str, ...]:
    value = item.get(key, [] if form == _ANY else None)
    single = isinstance(value, str)
    codes = (value,) if single else tuple(value) if isinstance(value, list | tuple) else ()
    right = {_ONE: single, _SEVERAL: not single and len(codes) > 1}.get(form, single or isinstance(value, list | tuple))
    if not right or not all(isinstance(code, str) and code for code in codes) or len(set(codes)) < len(codes):
        raise CodebookError(f"{where}: {key} = {value!r}; here must stand {form}")
    return codes


def _where(data: Any, where: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(data, Mapping) or not all(
        isinstance(terms, list | tuple) and terms and all(isinstance(term, str) and term for term in terms)
        for terms in data.values()
    ):
        raise CodebookError(f"{where}: where = {data!r}; write terms for codes, such as {{ lawyers = ['律师', '法考'] }}")
    return tuple((str(code), tuple(terms)) for code, terms in data.items())
