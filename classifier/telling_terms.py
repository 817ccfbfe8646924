"""The terms that two sides use differently, and the texts of each that hold the most of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.candidate_terms import candidate_terms, parts_of, without_names
from classifier.features import Vocabulary
from classifier.log_odds import prior_from, weighted_log_odds
from classifier.normalisation import normalise

Floats = NDArray[np.float64]

# A term says the same as a longer one that holds it where so many of its occurrences stand in the longer one.
_SAME = 0.8
# What stands in one text only may be that text's business, not the side's.
_IN_TEXTS = 2


@dataclass(frozen=True)
class TellingTerm:
    """A term, how often A and B use it, its weighted log-odds ratio (above 0: A more), and the z-score of that."""

    term: str
    a: int
    b: int
    log_odds: float
    z: float


@dataclass(frozen=True)
class TellingTerms:
    """The terms that each side uses more than the other, most surely different first."""

    a: tuple[TellingTerm, ...]
    b: tuple[TellingTerm, ...]


def telling_terms(
    a: Sequence[str], b: Sequence[str], others: Sequence[str] = (), *, names: frozenset[str] = frozenset(), most: int = 20
) -> TellingTerms:
    """Return up to ``most`` terms for each of two sides, by z-score of their weighted log-odds.

    The prior expects each term as often as the whole corpus has it, both sides and ``others`` together, and is worth as
    many occurrences as the smaller side has. Terms that hold one of ``names`` are left out.
    """
    sides = [[normalise(text) for text in texts] for texts in (a, b)]
    terms = without_names(candidate_terms([*sides[0], *sides[1]]), names)
    counts = [_Counts.of(terms, texts) for texts in sides]
    smaller = min(side.all.sum() for side in counts)
    if not smaller:
        return TellingTerms((), ())
    corpus = counts[0].all + counts[1].all + _Counts.of(terms, [normalise(text) for text in others]).all
    log_odds, z = weighted_log_odds(counts[0].all, counts[1].all, prior_from(corpus, float(smaller)))
    told_by_longer = _told_by_longer(terms, counts[0].all + counts[1].all)
    columns = [terms, counts[0].all.tolist(), counts[1].all.tolist(), log_odds.round(4).tolist(), z.round(3).tolist()]
    found = [TellingTerm(term, int(in_a), int(in_b), *rest) for term, in_a, in_b, *rest in zip(*columns, strict=True)]
    return TellingTerms(
        *(
            tuple(_strongest(found, sign * z, (side.texts >= min(_IN_TEXTS, len(texts))) & ~told_by_longer, most))
            for sign, side, texts in zip((1, -1), counts, sides, strict=True)
        )
    )


def typical_texts(texts: Sequence[str], terms: Sequence[TellingTerm], most: int = 3) -> list[tuple[int, tuple[str, ...]]]:
    """Return the places of up to ``most`` texts that hold the most of some terms, each with those it holds.

    A term counts by its z-score, once in each text however often it stands there; the strongest come first.
    """
    if not texts or not terms:
        return []
    ordered = sorted(terms, key=lambda term: term.term)
    held = Vocabulary(tuple(term.term for term in ordered)).count([normalise(text) for text in texts]) > 0
    strength = held @ np.array([abs(term.z) for term in ordered])
    chosen = [place for place in np.argsort(-strength, kind="stable")[:most].tolist() if strength[place] > 0]
    rank = {term.term: number for number, term in enumerate(terms)}
    return [
        (place, tuple(sorted((ordered[number].term for number in held[[place]].indices), key=rank.__getitem__)))
        for place in chosen
    ]


@dataclass(frozen=True)
class _Counts:
    """How often each term stands in some texts, and in how many of them."""

    all: Floats
    texts: Floats

    @classmethod
    def of(cls, terms: Sequence[str], texts: Sequence[str]) -> "_Counts":
        if not terms or not texts:
            return cls(np.zeros(len(terms)), np.zeros(len(terms)))
        counts = Vocabulary(tuple(terms)).count(texts)
        all_, texts_with = (np.bincount(counts.indices, weights, len(terms)) for weights in (counts.data, counts.data > 0))
        return cls(all_.astype(float), texts_with.astype(float))


def _told_by_longer(terms: Sequence[str], counts: Floats) -> NDArray[np.bool_]:
    place_of = {term: place for place, term in enumerate(terms)}
    told = np.zeros(len(terms), dtype=bool)
    for place, term in enumerate(terms):
        for part in {place_of[part] for part in parts_of(term) if part in place_of}:
            told[part] |= counts[place] >= _SAME * counts[part]
    return told


def _strongest(
    terms: Sequence[TellingTerm], strength: Floats, allowed: NDArray[np.bool_], most: int
) -> Iterator[TellingTerm]:
    """Yield the strongest terms that are allowed, of those within each other only the strongest."""
    chosen: list[str] = []
    for place in np.argsort(-strength, kind="stable").tolist():
        term = terms[place].term
        if len(chosen) == most or strength[place] <= 0:
            return
        if allowed[place] and not any(term in other or other in term for other in chosen):
            chosen.append(term)
            yield terms[place]
