"""Terms that a reader understands: words and set phrases of some texts, without names of places and without small words.

The vocabulary of a model proposes overlapping character sequences, which classify well and read badly.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

from classifier.segmentation import dictionary_words, words_of

LONGEST_TERM = 8
_LONGEST_PHRASE = 3
# A phrase is set where it stands at least three times, and at half of the places where its rarest word stands.
_PHRASE_OCCURRENCES, _PHRASE_COHESION = 3, 0.5

_WORD = re.compile(r"[^\W\d_]{2,}")
# What only says the level of the place (全市, 县政府), or that the next of several things comes (一是).
_EMPTY_WORD = re.compile(r"[全本我各]?[省市县区](?:委|级|局|政府|域|直|里|内)?|[一二三四五六七八九十]+是")
# jieba's marks of words that say little by themselves (adverbs, conjunctions, numerals, times …), and of places.
_SMALL_WORDS = ("c", "d", "e", "f", "m", "mq", "o", "p", "q", "r", "t", "u", "uj", "ul", "uv", "y", "ns")
_NAME = re.compile(r"(.{2,}?)(?:特别行政区|自治[区州县旗]|地区|[省市县区旗州盟])")


def candidate_terms(texts: Iterable[str]) -> tuple[str, ...]:
    """Return words that stand in at least two texts, and set phrases of two or three of them; ``texts`` are normalised.

    >>> candidate_terms(["人民调解员进一步调解纠纷", "专职人民调解员参与调解", "表彰人民调解员"])
    ('人民', '人民调解员', '调解员')
    """
    occurrences: Counter[tuple[str, ...]] = Counter()
    texts_with: Counter[tuple[str, ...]] = Counter()
    for text in texts:
        found = Counter(_phrases([word if _says_something(word) else "" for word in words_of(text)]))
        occurrences.update(found)
        texts_with.update(found.keys())
    return tuple(
        sorted(
            {
                "".join(phrase)
                for phrase, count in occurrences.items()
                if texts_with[phrase] > 1 and (len(phrase) == 1 or _is_set(phrase, count, occurrences))
            }
        )
    )


def names_of_places(jurisdictions: Iterable[str]) -> frozenset[str]:
    """Return the names within names of jurisdictions, without what they are.

    >>> sorted(names_of_places(["浦江县", "杭州市西湖区", "祁县"]))
    ['杭州', '浦江', '祁县', '西湖']
    """
    return frozenset(name for place in jurisdictions if place for name in (_NAME.findall(place) or [place]))


def without_names(terms: Sequence[str], names: frozenset[str]) -> tuple[str, ...]:
    """Return the terms in which none of the names stands."""
    return tuple(term for term in terms if names.isdisjoint(parts_of(term)) and term not in names)


def parts_of(term: str) -> list[str]:
    """Return the parts of a term that are shorter than it, from two characters on.

    >>> parts_of("调解员")
    ['调解', '解员']
    """
    return [term[start : start + size] for size in range(2, len(term)) for start in range(len(term) - size + 1)]


def _phrases(words: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """Yield the sequences of words that nothing empty interrupts."""
    for start in range(len(words)):
        for stop in range(start + 1, min(start + _LONGEST_PHRASE, len(words)) + 1):
            phrase = tuple(words[start:stop])
            if not phrase[-1] or sum(map(len, phrase)) > LONGEST_TERM:
                break
            yield phrase


def _is_set(phrase: tuple[str, ...], count: int, occurrences: Counter[tuple[str, ...]]) -> bool:
    rarest = min(occurrences[(word,)] for word in phrase)
    return count >= _PHRASE_OCCURRENCES and count >= _PHRASE_COHESION * rarest


@cache
def _small_words() -> frozenset[str]:
    return dictionary_words(_SMALL_WORDS)


def _says_something(word: str) -> bool:
    return bool(_WORD.fullmatch(word)) and not _EMPTY_WORD.fullmatch(word) and word not in _small_words()
