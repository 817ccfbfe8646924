"""What the page of the codebook shows: each code with what belongs to it, its examples, and how often it was given."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext
from markupsafe import Markup, escape

from classifier import Code, Codebook, load_codebook, migration_to, shipped_folder
from web.store.label_counts import HoldingLabels

# Kinds of examples, in the order in which they are shown, and how many of each.
EXAMPLE_KINDS: Mapping[str, LazyString] = MappingProxyType(
    {
        "sentence": lazy_gettext("Sentence"),
        "plan": lazy_gettext("Plan"),
        "shortcoming": lazy_gettext("Shortcoming"),
        "slogan": lazy_gettext("Slogan"),
        "passage": lazy_gettext("Passage"),
    }
)
_SHOWN = MappingProxyType({"sentence": 3, "plan": 1, "shortcoming": 1, "slogan": 1, "passage": 1})
_LONGEST_SHOWN = 160


@dataclass(frozen=True)
class Examples:
    """The examples of a code: how many there are, and a few as (kind, text)."""

    count: int = 0
    shown: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class CodeView:
    """A code as the page shows it; the numbers of a theme with sub-codes are their sums."""

    entry: Code
    place: int
    belongs: tuple[str, ...]
    elsewhere: Markup
    paragraphs: int
    statements: int
    examples: Examples
    below: tuple["CodeView", ...] = ()


def code_views(codebook: Codebook, counts: Mapping[str, HoldingLabels], language: str) -> list[CodeView]:
    """Return the themes in order, each with its sub-codes."""
    examples = shipped_examples(codebook)
    views = []
    for place, theme in enumerate(codebook.themes):
        below = tuple(
            _view(codebook, sub, place, counts, examples, language) for sub in codebook.subcodes if sub.theme == theme.code
        )
        views.append(_view(codebook, theme, place, counts, examples, language, below))
    return views


def linked(text: str, codebook: Codebook) -> Markup:
    """Make links of the codes in a text, and of names in Chinese quotation marks, to their places on the page.

    >>> book = Codebook("1", (Code("a_b", "甲", "A"), Code("c", "乙", "C")))
    >>> print(linked("firms: a_b; 归“乙” & more", book))
    firms: <a href="#a_b">a_b</a>; 归“<a href="#c">乙</a>” &amp; more
    """
    targets = {code: code for code in codebook.leaf_codes}
    targets |= {f"“{codebook.entry(code).zh}”": code for code in codebook.all_codes}
    longest_first = sorted(targets, key=len, reverse=True)
    pattern = "|".join(
        re.escape(name) if name.startswith("“") else rf"(?<![\w.-]){re.escape(name)}(?![\w-])" for name in longest_first
    )
    parts = []
    end = 0
    for found in re.finditer(pattern, text):
        name = found[0].strip("“”")
        quoted = ("“", "”") if name != found[0] else ("", "")
        link = Markup('{}<a href="#{}">{}</a>{}').format(quoted[0], targets[found[0]], name, quoted[1])
        parts += [escape(text[end : found.start()]), link]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def items_of(text: str) -> tuple[str, ...]:
    """Divide an enumeration at its semicolons, but not within brackets.

    >>> items_of("公证；法律职业（律师；法考）；仲裁")
    ('公证', '法律职业（律师；法考）', '仲裁')
    """
    items, depth = [""], 0
    for character in text:
        depth += (character in "（(") - (character in "）)")
        if character in ";；" and depth <= 0:
            items.append("")
        else:
            items[-1] += character
    return tuple(item.strip() for item in items if item.strip())


def shipped_examples(codebook: Codebook | None = None) -> Mapping[str, Examples]:
    """Return the examples that came with the program, by leaf code of a codebook, by default of the shipped one."""
    path = shipped_folder("labels") / "examples.csv"
    return _examples(path, path.stat().st_mtime_ns, codebook) if path.is_file() else {}


@lru_cache(maxsize=2)
def _examples(path: Path, changed: int, codebook: Codebook | None) -> Mapping[str, Examples]:
    shipped = load_codebook(path.with_name("codebook.toml"))
    known = codebook is not None and shipped.version in codebook.versions
    migration = migration_to(codebook if codebook and known else shipped, shipped.version)
    texts: dict[tuple[str, str], list[str]] = {}
    counts: Counter[str] = Counter()
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            row["theme"] = migration.label(row["theme"], text=row["text"]).theme
            counts[row["theme"]] += 1
            if row["kind"] in _SHOWN and len(row["text"]) <= _LONGEST_SHOWN:
                texts.setdefault((row["theme"], row["kind"]), []).append(row["text"])
    return MappingProxyType(
        {
            code: Examples(
                count,
                tuple((kind, text) for kind, most in _SHOWN.items() for text in _spread(texts.get((code, kind), []), most)),
            )
            for code, count in counts.items()
        }
    )


def _spread(texts: list[str], most: int) -> Iterator[str]:
    """Yield some texts from all over a list, always the same ones: neighbours are about the same."""
    for number in range(min(most, len(texts))):
        yield texts[(2 * number + 1) * len(texts) // (2 * most)]


def _view(
    codebook: Codebook,
    entry: Code,
    place: int,
    counts: Mapping[str, HoldingLabels],
    examples: Mapping[str, Examples],
    language: str,
    below: tuple[CodeView, ...] = (),
) -> CodeView:
    own = counts.get(entry.code, HoldingLabels())
    return CodeView(
        entry,
        place,
        items_of(entry.includes_in(language)),
        linked(entry.excludes_in(language), codebook),
        own.paragraphs + sum(view.paragraphs for view in below),
        own.statements + sum(view.statements for view in below),
        Examples(sum(view.examples.count for view in below)) if below else examples.get(entry.code, Examples()),
        below,
    )
