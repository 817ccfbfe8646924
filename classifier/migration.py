"""Labels of one version of a codebook under another: by rule where the rules decide, else open, with the question."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from classifier.codebook import Codebook
from classifier.codebook_changes import CodeChange, VersionStep
from classifier.errors import CodebookError


@dataclass(frozen=True)
class OpenCode:
    """A code of which no rule says what it is now: what it may be (nothing: anything), and the changes behind that."""

    code: str
    candidates: tuple[str, ...]
    changes: tuple[CodeChange, ...] = ()


@dataclass(frozen=True)
class MigratedLabel:
    """A label under another version; ``theme`` is empty where it is open.

    ``open_theme`` and ``open_secondary`` are what a person must decide; ``dropped`` are secondary themes that can be none
    any more.
    """

    theme: str
    secondary: tuple[str, ...] = ()
    open_theme: OpenCode | None = None
    open_secondary: tuple[OpenCode, ...] = ()
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Migration:
    """The way of labels from a version to a codebook: `migration_to` makes one."""

    before: str
    codebook: Codebook
    steps: tuple[VersionStep, ...]

    @property
    def reads_texts(self) -> bool:
        """Whether some rule on the way looks at the text of a unit."""
        return any(step.reads_texts for step in self.steps)

    def label(self, theme: str, secondary: Sequence[str] = (), text: str = "") -> MigratedLabel:
        """Return a label of a unit of this text as it is now.

        >>> from classifier.codebook import Code
        >>> book = Codebook("2", (Code("a", "甲", "A"), Code("b", "乙", "B")))
        >>> merge = VersionStep("1", "2", (CodeChange("merge", ("a", "c"), ("a",)),))
        >>> Migration("1", book, (merge,)).label("c", ["a", "b"])
        MigratedLabel(theme='a', secondary=('b',), open_theme=None, open_secondary=(), dropped=())
        """
        if not self.steps:
            return MigratedLabel(theme, tuple(secondary))
        primary = self._outcome(theme, text)
        found = primary.candidates[0] if len(primary.candidates) == 1 else ""
        decided: list[str] = []
        still_open: list[OpenCode] = []
        dropped: list[str] = []
        for code in secondary:
            outcome = self._outcome(code, text)
            possible = [new for new in outcome.candidates if new in self.codebook.secondary_codes]
            if not possible and outcome.candidates:
                dropped.append(code)
            elif len(outcome.candidates) != 1:
                still_open.append(OpenCode(code, tuple(possible), outcome.changes))
            elif possible[0] != found and possible[0] not in decided:
                decided.append(possible[0])
        return MigratedLabel(found, tuple(decided), None if found else primary, tuple(still_open), tuple(dropped))

    def newly_secondary(self, given: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """Return which of the codes that (before, now) units carry can be secondary now, and could not be before.

        Before, the themes of statements with sub-codes were never named on their paragraph: whether they are secondary
        there, no rule can say.
        """
        return tuple(
            dict.fromkeys(
                now
                for before, now in given
                # Codes that may be secondary are themes without sub-codes, and no sub-code is without a dot.
                if self.steps and "." in before and now in self.codebook.secondary_codes
            )
        )

    def _outcome(self, code: str, text: str) -> OpenCode:
        """Follow a code through all steps, every way that it may have gone; what a later step merges is one again."""
        possible: tuple[str, ...] = (code,)
        behind: list[CodeChange] = []
        for step in self.steps:
            following: list[str] = []
            for one in possible:
                outcomes = step.outcomes(one, text)
                if len(outcomes) != 1:
                    behind += step.changes_of(one)
                if not outcomes:
                    return OpenCode(code, (), tuple(behind))
                following += outcomes
            possible = tuple(dict.fromkeys(following))
        return OpenCode(code, tuple(new for new in possible if new in self.codebook.leaf_codes), tuple(behind))


def migration_to(codebook: Codebook, before: str, others: Iterable[Codebook] = ()) -> Migration:
    """Return the way of labels of version ``before`` to a codebook: forth by its own changes, or back by those of others.

    Raises CodebookError where no changes lead there.
    """
    steps = _forth(codebook, before)
    if steps is None:
        ways = (_back(codebook, before, other) for other in others)
        steps = next((way for way in ways if way is not None), None)
    if steps is None:
        raise CodebookError(
            f"codebook {codebook.version} does not say what became of the codes of version {before!r}; it follows "
            f"{', '.join(codebook.versions[:-1]) or 'no other version'}: add [[changes]] with from = {before!r}"
        )
    return Migration(before, codebook, steps)


def _forth(codebook: Codebook, before: str) -> tuple[VersionStep, ...] | None:
    return codebook.changes[codebook.versions.index(before) :] if before in codebook.versions else None


def _back(codebook: Codebook, before: str, newer: Codebook) -> tuple[VersionStep, ...] | None:
    versions = newer.versions
    if before not in versions or codebook.version not in versions[: versions.index(before)]:
        return None
    first, *later = newer.changes[versions.index(codebook.version) : versions.index(before)]
    return (*(step.inverse() for step in reversed(later)), first.inverse(codebook.leaf_codes))
