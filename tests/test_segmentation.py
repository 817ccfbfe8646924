"""Texts are cut as jieba cuts them, and the vocabulary holds what enough texts propose."""

import subprocess
import sys
import warnings
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier import LabelSet
from classifier.normalisation import normalise
from classifier.segmentation import words_of
from classifier.vocabulary import frequent_sequences, propose_vocabulary, proposed_terms, segment

SYLLABLES = (
    "人民调解员",
    "法治",
    "的",
    "一",
    "嵊泗",
    "龘",
    "习近平",
    "０0.5%",
    "AI+",
    "abc",
    "，",
    "。",
    "《",
    "\U00020bb7",
    "\ud800",
)
WIDEST = {"longest_sequence": 3, "longest_word": 6}


@cache
def jieba_itself() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    tokenizer = jieba.Tokenizer()
    # Not from the cache in the shared temporary folder.
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


def test_every_labelled_text_is_cut_as_jieba_cuts_it(labels: LabelSet) -> None:
    for item in labels.texts()[::7]:
        plain = normalise(item.text)
        assert words_of(plain) == jieba_itself().lcut(plain)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(SYLLABLES) | st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)).map("".join))
def test_any_text_is_cut_as_jieba_cuts_it(text: str) -> None:
    plain = normalise(text)
    assert words_of(plain) == jieba_itself().lcut(plain)
    assert "".join(segment(text)) == plain


def test_sixteen_threads_that_come_first_get_the_words_that_one_gets() -> None:
    code = (
        "from concurrent.futures import ThreadPoolExecutor; from threading import Barrier\n"
        "from classifier.segmentation import words_of\n"
        "begin = Barrier(16)\n"
        "def cut(number):\n"
        "    begin.wait()\n"
        "    return tuple(words_of('人民调解员培训法治文化阵地'))\n"
        "with ThreadPoolExecutor(16) as pool: print(len(set(pool.map(cut, range(16)))), *words_of('人民调解员培训'))"
    )
    finished = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout.split() == ["1", *words_of("人民调解员培训")]


@given(
    st.lists(st.text(st.sampled_from("人民调解，0\ud800\U00020bb7"), max_size=12), max_size=8),
    st.integers(1, 4),
    st.integers(1, 3),
)
def test_frequent_sequences_are_those_that_a_plain_search_finds(texts: list[str], longest: int, in_texts: int) -> None:
    pieces = {text[at : at + size] for text in texts for size in range(1, longest + 1) for at in range(len(text) - size + 1)}
    expected = {piece for piece in pieces if sum(piece in text for text in texts) >= in_texts}
    found = list(frequent_sequences(texts, longest, in_texts))
    assert sorted(found) == sorted(expected)


def test_a_term_is_proposed_by_enough_texts() -> None:
    texts = ["人民调解员培训", "人民调解员选聘", "人民调解", "人　民 调解员培训班"]
    terms = propose_vocabulary(texts, **WIDEST, in_texts=3).terms
    assert "人民调解员" in terms and "人民调" in terms and "员" in terms
    assert "培训" not in terms and "调解员培训" not in terms
    assert list(terms) == sorted(set(terms))


@pytest.mark.parametrize(
    ("longest_sequence", "longest_word", "terms"),
    [
        (3, 6, {"人民调解员", "调解员培训"}),
        (1, 3, {"人民", "调解员", "培训"}),
        (5, 5, set()),
    ],
)
def test_words_add_what_is_longer_than_sequences(longest_sequence: int, longest_word: int, terms: set[str]) -> None:
    assert set(proposed_terms("人民调解员培训", longest_sequence, longest_word)) == terms
