"""Cut texts into words: jieba's dictionary, its model of unknown words and its results, in half of its time.

A run of Chinese characters is cut where the product of its words' frequencies is largest; what that leaves as single
characters goes to jieba's hidden Markov model. Only training segments, and then every text, several times over when a way
of training is measured: this is why jieba's own search, which builds a graph of each sentence first, is not used.
"""

import logging
import math
import re
import warnings
from collections import Counter
from collections.abc import Collection
from functools import cache, lru_cache
from threading import Lock
from types import ModuleType

_LINE = re.compile(r"^(\S+) (\d+)", re.MULTILINE)
_REMEMBERED_RUNS = 2**15
_READING = Lock()


def words_of(text: str) -> list[str]:
    """Return the words that jieba finds in a text without white space; together they are the text.

    >>> words_of("人民调解员培训")
    ['人民', '调解员', '培训']
    """
    words: list[str] = []
    # Every second part is a run of what words are made of; in the others each character stands by itself.
    for number, part in enumerate(_jieba().re_han_default.split(text)):
        words += _dictionary().words_of(part) if number % 2 else part
    return words


def dictionary_words(kinds: Collection[str]) -> frozenset[str]:
    """Return the words that jieba's dictionary marks as one of these kinds (``ns``: places, ``d``: adverbs …)."""
    marks = tuple(f" {kind}" for kind in kinds)
    with _jieba().Tokenizer().get_dict_file() as file:
        lines = file.read().decode("utf-8").splitlines()
    return frozenset(line.partition(" ")[0] for line in lines if line.endswith(marks))


@cache
def _jieba() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba 0.42.1 of 2020: invalid escapes, pkg_resources.
        import jieba
        import jieba.finalseg
    jieba.setLogLevel(logging.WARNING)
    module: ModuleType = jieba
    return module


def _dictionary() -> "_Dictionary":
    with _READING:  # Else each of the threads that come first would read a dictionary of its own.
        return _read_dictionary()


@cache
def _read_dictionary() -> "_Dictionary":
    return _Dictionary()


@lru_cache(maxsize=_REMEMBERED_RUNS)
def _unknown_words(run: str) -> tuple[str, ...]:
    return tuple(_jieba().finalseg.cut(run))


class _Dictionary:
    """The logarithm of each word's frequency, and the length of the longest word for each two first characters.

    Both are read from jieba's dictionary itself. jieba would load a cache from the shared temporary folder without
    looking at its owner or content, so that anybody on the machine could change the words.
    """

    def __init__(self) -> None:
        with _jieba().Tokenizer().get_dict_file() as file:
            entries = _LINE.findall(file.read().decode("utf-8"))
        times = Counter(count for _, count in entries)
        total = math.log(sum(int(count) * number for count, number in times.items()))
        weight_of = {count: math.log(int(count)) - total for count in times if int(count)}
        self._weights = {word: weight_of[count] for word, count in entries if count in weight_of}
        self._unknown = -total
        self._longest = {word[:2]: len(word) for word in sorted(self._weights, key=len)}

    def words_of(self, run: str) -> list[str]:
        """Cut a run of characters that is not interrupted by punctuation."""
        stops = self._stops(run)
        words: list[str] = []
        start = left = 0  # From ``left`` to ``start``, all are single characters.
        while start < len(run):
            stop = stops[start]
            if stop - start > 1:
                if left < start:
                    words += self._words_of_singles(run[left:start])
                words.append(run[start:stop])
                left = stop
            start = stop
        if left < start:
            words += self._words_of_singles(run[left:])
        return words

    def _stops(self, run: str) -> list[int]:
        """Return where the word that starts at each character stops, on the likeliest way from there to the end.

        Of equally likely words the longest is taken; a character that starts no word is one by itself.
        """
        size = len(run)
        weight_of, longest_of = self._weights.get, self._longest.get
        best, stops = [0.0] * (size + 1), [0] * size
        for start in range(size - 1, -1, -1):
            likeliest, found = -math.inf, 0
            weight = weight_of(run[start])
            if weight is not None:
                likeliest, found = weight + best[start + 1], start + 1
            for stop in range(start + 2, min(start + longest_of(run[start : start + 2], 1), size) + 1):
                weight = weight_of(run[start:stop])
                if weight is not None and weight + best[stop] >= likeliest:
                    likeliest, found = weight + best[stop], stop
            if not found:
                likeliest, found = self._unknown + best[start + 1], start + 1
            best[start], stops[start] = likeliest, found
        return stops

    def _words_of_singles(self, run: str) -> "str | tuple[str, ...]":
        # A word of the dictionary that is likelier in single characters stays so.
        return run if len(run) == 1 or run in self._weights else _unknown_words(run)
