"""Propose the vocabulary: jieba names words and adjacent pairs of words once, at training time; nothing segments later."""

import itertools
import logging
import warnings
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any

from classifier.features import Vocabulary, normalise

_PIECE_LENGTH = 2000


@cache
def _tokenizer() -> Any:
    """Return a jieba tokenizer that reads its dictionary afresh.

    jieba would load a cache from the shared temporary folder without looking at its owner or content, so that anybody on
    the machine could change the words: the cache is not used at all.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba 0.42.1 of 2020: invalid escapes, pkg_resources.
        import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


def segment(text: str) -> list[str]:
    """Cut a text into jieba's words, without white space: the textbook's features, kept here for comparison."""
    return [word for word in _tokenizer().lcut(normalise(text)) if word.strip()]


def proposed_terms(text: str, longest_sequence: int, longest_word: int) -> set[str]:
    """Return what a text proposes: its character sequences, its words and adjacent pairs of words.

    >>> sorted(proposed_terms("人民调解员培训", longest_sequence=1, longest_word=5))
    ['人', '人民', '人民调解员', '员', '培', '培训', '民', '解', '训', '调', '调解员', '调解员培训']
    """
    plain = normalise(text)
    terms = {
        plain[start : start + length]
        for length in range(1, longest_sequence + 1)
        for start in range(len(plain) - length + 1)
    }
    # jieba's search for the best route is quadratic in a text that nothing divides.
    for start in range(0, len(plain), _PIECE_LENGTH):
        piece = plain[start : start + _PIECE_LENGTH]
        words = _tokenizer().lcut(piece)
        proposed = {*words, *map("".join, itertools.pairwise(words))}
        terms |= {term for term in proposed if len(term) <= longest_word and term.isalnum()}
    return terms


def propose_vocabulary(texts: Iterable[str], *, longest_sequence: int, longest_word: int, in_texts: int) -> Vocabulary:
    """Return the terms that at least ``in_texts`` texts propose; the same texts give the same vocabulary."""
    frequency = Counter(term for text in texts for term in proposed_terms(text, longest_sequence, longest_word))
    return Vocabulary(tuple(sorted(term for term, count in frequency.items() if count >= in_texts)))
