"""Propose the vocabulary: character sequences, and words and adjacent pairs of words, which jieba names at training time.

Nothing is segmented later: terms are counted as substrings. What a text proposes beyond its sequences is remembered, so
that the many trainings of an evaluation, mostly on the same texts, segment each text once.
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from classifier.features import Vocabulary
from classifier.normalisation import normalise
from classifier.segmentation import words_of

_PIECE_LENGTH = 2000
_REMEMBERED_TEXTS = 2**14
_BREAK = "\n"  # Stands in no normalised text.


def segment(text: str) -> list[str]:
    """Cut a text into jieba's words, without white space: the textbook's features, kept here for comparison."""
    return words_of(normalise(text))


@lru_cache(maxsize=_REMEMBERED_TEXTS)
def proposed_terms(text: str, longest_sequence: int, longest_word: int) -> tuple[str, ...]:
    """Return the words and adjacent pairs of words of a text that are longer than its character sequences.

    >>> sorted(proposed_terms("人民调解员培训", longest_sequence=1, longest_word=5))
    ['人民', '人民调解员', '培训', '调解员', '调解员培训']
    """
    plain = normalise(text)
    terms: set[str] = set()
    # The search for unknown words is quadratic in a text that nothing divides.
    for start in range(0, len(plain), _PIECE_LENGTH):
        words = words_of(plain[start : start + _PIECE_LENGTH])
        proposed = {*words, *map("".join, itertools.pairwise(words))}
        terms |= {term for term in proposed if longest_sequence < len(term) <= longest_word and term.isalnum()}
    return tuple(terms)


def frequent_sequences(texts: Sequence[str], longest_sequence: int, in_texts: int) -> Iterator[str]:
    """Yield the sequences of 1 to ``longest_sequence`` characters that stand in at least ``in_texts`` texts.

    ``texts`` are normalised. All of them are gone through at once, as numbers; a sequence can only be frequent where it
    is frequent without its last character.

    >>> sorted(frequent_sequences(["调解员", "调解", "和解"], longest_sequence=2, in_texts=2))
    ['解', '调', '调解']
    """
    if not texts:
        return
    joined = np.frombuffer((_BREAK.join(texts) + _BREAK).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    row_of = np.repeat(np.arange(len(texts)), [len(text) + 1 for text in texts])
    alphabet = np.unique(joined)
    place_of = np.zeros(alphabet[-1] + 1, dtype=np.int64)
    place_of[alphabet] = np.arange(len(alphabet))
    starts, prefix_of, prefixes = np.arange(len(joined)), np.zeros(len(joined), dtype=np.int64), [""]
    for length in range(1, longest_sequence + 1):
        # A break is the last character of all, so that looking one further never runs off the end.
        last = joined[starts + length - 1]
        within = np.flatnonzero(last != ord(_BREAK))
        starts = starts[within]
        sequence_of = prefix_of[within] * len(alphabet) + place_of[last[within]]
        # Sorted, the occurrences of a sequence in one text stand side by side.
        places = np.sort(sequence_of * len(texts) + row_of[starts])
        found, texts_with = np.unique(places[np.diff(places, prepend=-1) > 0] // len(texts), return_counts=True)
        frequent = found[texts_with >= in_texts]
        before, character = np.divmod(frequent, len(alphabet))
        prefixes = [
            prefixes[place] + chr(code) for place, code in zip(before.tolist(), alphabet[character].tolist(), strict=True)
        ]
        yield from prefixes
        if length == longest_sequence or not prefixes:
            return
        rank = np.minimum(np.searchsorted(frequent, sequence_of), len(frequent) - 1)
        kept = np.flatnonzero(frequent[rank] == sequence_of)
        starts, prefix_of = starts[kept], rank[kept]


def propose_vocabulary(texts: Sequence[str], *, longest_sequence: int, longest_word: int, in_texts: int) -> Vocabulary:
    """Return the terms that at least ``in_texts`` texts propose; the same texts give the same vocabulary."""
    frequency = Counter(term for text in texts for term in proposed_terms(text, longest_sequence, longest_word))
    words = (term for term, count in frequency.items() if count >= in_texts)
    sequences = frequent_sequences([normalise(text) for text in texts], longest_sequence, in_texts)
    return Vocabulary(tuple(sorted((*sequences, *words))))
