"""The codebook: themes and their sub-codes, read from TOML, with definitions and rules for people in English and Chinese."""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from classifier.codebook_changes import VersionStep, steps_from
from classifier.errors import CodebookError

# Lists of codes are joined by ";" in flat files, so a code holds none, nor a line break.
_CODE = re.compile(r"[^\s;|](?:[^\r\n\t;|]*[^\s;|])?")
_LANGUAGES = ("zh", "en")
_Wording = TypeVar("_Wording", str, tuple[str, ...])


@dataclass(frozen=True)
class Code:
    """One code of the codebook: a theme, or a sub-code of a theme (``other.corrections``)."""

    code: str
    zh: str
    en: str
    definition: str = ""
    includes: str = ""
    excludes: str = ""
    definition_zh: str = ""
    includes_zh: str = ""
    excludes_zh: str = ""

    @property
    def theme(self) -> str:
        """The theme that this code belongs to: ``other`` for ``other.corrections``."""
        return self.code.split(".", 1)[0]

    def name(self, language: str) -> str:
        """Return the name in ``language`` ("zh" or "en"), else in the other one, else the code.

        >>> Code("mediation", "矛盾纠纷调解", "").name("en")
        '矛盾纠纷调解'
        """
        return _in_language(language, self.zh, self.en) or self.code

    def definition_in(self, language: str) -> str:
        """Return what the code is about, in ``language`` where the codebook has it, else in the other one."""
        return _in_language(language, self.definition_zh, self.definition)

    def includes_in(self, language: str) -> str:
        """Return what belongs to the code, in ``language`` where the codebook has it, else in the other one."""
        return _in_language(language, self.includes_zh, self.includes)

    def excludes_in(self, language: str) -> str:
        """Return what belongs elsewhere, in ``language`` where the codebook has it, else in the other one."""
        return _in_language(language, self.excludes_zh, self.excludes)


@dataclass(frozen=True)
class Codebook:
    """Themes in the order in which they are shown, their sub-codes, and the rules of labelling.

    What follows from these is kept: it is asked for with every label and every text.
    """

    version: str
    themes: tuple[Code, ...]
    subcodes: tuple[Code, ...] = ()
    rules: tuple[str, ...] = ()
    mixed: str = ""  # The leaf code of units with three or more themes and none leading, where there is one.
    rules_zh: tuple[str, ...] = ()  # The rules in Chinese, in the same order, or none.
    changes: tuple[VersionStep, ...] = ()  # From each version to the next, the last one to this one.

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions whose labels can become labels of this codebook, oldest first; its own is the last."""
        return (*(step.before for step in self.changes), self.version)

    @cached_property
    def theme_codes(self) -> tuple[str, ...]:
        """Codes of the themes, in order: what ``theme`` holds in every output."""
        return tuple(theme.code for theme in self.themes)

    @cached_property
    def leaf_codes(self) -> tuple[str, ...]:
        """Codes that a unit can be labelled with: sub-codes stand in the place of their theme.

        >>> Codebook("1", (Code("a", "甲", "A"), Code("b", "乙", "B")), (Code("b.x", "子", "X"),)).leaf_codes
        ('a', 'b.x')
        """
        leaves: list[str] = []
        for theme in self.theme_codes:
            below = [sub.code for sub in self.subcodes if sub.theme == theme]
            leaves.extend(below or [theme])
        return tuple(leaves)

    @cached_property
    def leaf_theme_places(self) -> tuple[int, ...]:
        """For each leaf code, the place of its theme among the themes: what folds leaf codes to themes."""
        return tuple(self.theme_codes.index(self.entry(code).theme) for code in self.leaf_codes)

    @cached_property
    def secondary_codes(self) -> tuple[str, ...]:
        """Themes that may stand as secondary: all that have no sub-codes (``other`` is never secondary)."""
        divided = {sub.theme for sub in self.subcodes}
        return tuple(code for code in self.theme_codes if code not in divided)

    def entry(self, code: str) -> Code:
        """Return the entry of a theme or sub-code; CodebookError names what exists."""
        entry = self._entries.get(code)
        if entry is not None:
            return entry
        raise CodebookError(f"no code {code!r} in codebook {self.version}; it has: {', '.join(self.all_codes)}")

    def rules_in(self, language: str) -> tuple[str, ...]:
        """Return the rules in ``language`` ("zh" or "en") where the codebook has them, else in the other one."""
        return _in_language(language, self.rules_zh, self.rules)

    @cached_property
    def all_codes(self) -> tuple[str, ...]:
        """Every code, themes first."""
        return tuple(entry.code for entry in (*self.themes, *self.subcodes))

    @cached_property
    def _entries(self) -> dict[str, Code]:
        return {entry.code: entry for entry in (*self.themes, *self.subcodes)}

    def digest(self) -> str:
        """SHA-256 over everything that the codebook says, so that a model can name the codebook it was made with."""
        return hashlib.sha256(repr(self.to_dict()).encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; `from_dict` reads it back."""
        # Left out where there are none: so a codebook from before there were changes keeps its digest.
        changes = {"changes": [step.to_dict() for step in self.changes]} if self.changes else {}
        return {
            "version": self.version,
            "themes": [asdict(entry) for entry in self.themes],
            "subcodes": [asdict(entry) for entry in self.subcodes],
            "rules": list(self.rules),
            "mixed": self.mixed,
            "rules_zh": list(self.rules_zh),
            **changes,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], name: str = "codebook") -> "Codebook":
        """Build a codebook from plain data and check it; ``name`` is used in messages.

        All but ``themes`` may be missing: models of earlier versions hold no Chinese definitions and rules.
        """
        book = cls(
            version=str(data.get("version", "1")),
            themes=tuple(_entry(item, name) for item in data.get("themes", ())),
            subcodes=tuple(_entry(item, name) for item in data.get("subcodes", ())),
            rules=_rules(data, "rules", name),
            mixed=str(data.get("mixed", "")),
            rules_zh=_rules(data, "rules_zh", name),
            changes=steps_from(data.get("changes", ()), name),
        )
        _check(book, name)
        return book


def load_codebook(path: Path) -> Codebook:
    """Read ``codebook.toml``; CodebookError says what is missing or wrong in it."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CodebookError(f"{path}: no such codebook; name a .toml file with [[themes]]") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CodebookError(f"{path}: not a TOML file: {error}") from None
    return Codebook.from_dict(data, str(path))


def codebook_from_labels(codes: Iterable[str]) -> Codebook:
    """Make the plainest codebook for labels that came without one: each code names itself.

    >>> codebook_from_labels(["sport", "stock.hk", "sport"]).leaf_codes
    ('sport', 'stock.hk')
    """
    leaves = sorted(set(codes))
    both = [code for code in leaves if any(other.startswith(code + ".") for other in leaves)]
    if both:
        raise CodebookError(f"label {both[0]!r} is used beside sub-codes {both[0]}.…; use only sub-codes, or a codebook")
    themes = sorted({code.split(".", 1)[0] for code in leaves})
    return Codebook.from_dict(
        {
            "version": "from-labels",
            "themes": [{"code": code, "zh": code, "en": code} for code in themes],
            "subcodes": [{"code": code, "zh": code, "en": code} for code in leaves if "." in code],
        },
        "codebook made from the labels",
    )


def _in_language(language: str, chinese: _Wording, english: _Wording) -> _Wording:
    if language not in _LANGUAGES:
        raise CodebookError(f"no language {language!r} in a codebook; use one of {', '.join(_LANGUAGES)}")
    return (chinese or english) if language == "zh" else (english or chinese)


def _rules(data: Mapping[str, Any], key: str, name: str) -> tuple[str, ...]:
    rules = data.get(key, ())
    if isinstance(rules, str):  # It would be taken apart into characters.
        raise CodebookError(f"{name}: {key} = {rules!r} is one text; write a list with one text for each rule")
    return tuple(str(rule) for rule in rules)


def _entry(item: Any, name: str) -> Code:
    if not isinstance(item, Mapping):
        raise CodebookError(f"{name}: an entry is {item!r}; each is a table with code, zh and en")
    allowed = {field.name for field in fields(Code)}
    unknown, missing = set(item) - allowed, {"code", "zh", "en"} - set(item)
    if unknown or missing:
        raise CodebookError(
            f"{name}: entry {item.get('code', '?')!r} has unknown keys {sorted(unknown)} and lacks {sorted(missing)}; "
            f"allowed: {', '.join(sorted(allowed))}"
        )
    return Code(**{key: str(value).strip() for key, value in item.items()})


def _check(book: Codebook, name: str) -> None:
    codes = book.all_codes
    if len(book.themes) < 2:
        raise CodebookError(f"{name}: {len(book.themes)} theme(s); at least two [[themes]] are needed")
    for code in codes:
        if not _CODE.fullmatch(code):
            raise CodebookError(
                f"{name}: code {code!r} may not be empty, begin or end with a space, or hold ; | or a line break"
            )
        if codes.count(code) > 1:
            raise CodebookError(f"{name}: code {code!r} is defined twice; each code once")
    for theme in book.themes:
        if "." in theme.code:
            raise CodebookError(f"{name}: theme {theme.code!r} has a dot; sub-codes belong under [[subcodes]]")
    for sub in book.subcodes:
        if "." not in sub.code or sub.theme not in book.theme_codes:
            raise CodebookError(f"{name}: sub-code {sub.code!r} must be THEME.NAME with THEME one of {book.theme_codes}")
    if book.mixed and book.mixed not in book.leaf_codes:
        raise CodebookError(f"{name}: mixed = {book.mixed!r} is no leaf code; use one of {', '.join(book.leaf_codes)}")
    if book.rules_zh and len(book.rules_zh) != len(book.rules):
        raise CodebookError(
            f"{name}: {len(book.rules_zh)} rules_zh for {len(book.rules)} rules; give each rule its Chinese text "
            "in the same order, or leave rules_zh out"
        )
    _check_changes(book, name)
    for code in book.theme_codes:
        below = [sub.code for sub in book.subcodes if sub.theme == code]
        if len(below) == 1 and book.version != "from-labels":
            raise CodebookError(f"{name}: theme {code!r} has the single sub-code {below[0]!r}; give it none or several")


def _check_changes(book: Codebook, name: str) -> None:
    if book.changes and book.changes[-1].after != book.version:
        raise CodebookError(
            f"{name}: its version is {book.version!r}, but its changes lead to {book.changes[-1].after!r}; "
            f"add [[changes]] with from = {book.changes[-1].after!r} and to = {book.version!r}, or correct the version"
        )
    for number, step in enumerate(book.changes):
        reached = {code for change in step.codes for code in change.after}
        for later in book.changes[number + 1 :]:
            reached = {new for code in reached for new in later.outcomes(code)}
        if lost := reached - set(book.leaf_codes):
            raise CodebookError(
                f"{name}: changes from {step.before} to {step.after} lead to {sorted(lost)[0]!r}, which is no leaf code; "
                f"use {', '.join(book.leaf_codes)}, or say in a later step what became of it"
            )
