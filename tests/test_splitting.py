"""Many texts are divided at once exactly as each is divided alone."""

import sys

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from classifier import LabelSet, split_statements
from classifier.joining import JoinedTexts
from classifier.sentences import SHORTEST_UNIT
from classifier.splitting import split_joined

# Stops, brackets of several pairs, closing marks, white space of all kinds, and letters enough to make long pieces.
ALPHABET = "法治调解二〇a0。。！？!?；;..”“’「」『』《》（）()【】[]\"' \u3000\n\r\t\x1c\x85\u2028\u200b\ufeff\xad，％%\ud800\U00020bb7"
PIECES = [
    "全年调解纠纷三百件",
    "培训",
    "“普法。",
    "。”",
    "（一）",
    "；",
    "。",
    "(",
    ")",
    "《条例》",
    "99.7%.",
    " ",
    "\n",
    "法" * 205,
]


def alone(text: str) -> list[tuple[int, int]]:
    return split_statements(text) or [(0, len(text))]


def together(texts: list[str]) -> list[list[tuple[int, int]]]:
    joined = JoinedTexts.of(texts)
    split = split_joined(joined)
    spans = list(zip(split.starts.tolist(), split.ends.tolist(), strict=True))
    return [
        [(start - offset, end - offset) for start, end in spans[first:last]]
        for offset, first, last in zip(joined.starts.tolist(), split.bounds[:-1], split.bounds[1:], strict=True)
    ]


TEXTS_OF_MARKS = st.text(st.sampled_from(ALPHABET), max_size=120)
TEXTS_OF_PIECES = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@settings(max_examples=600, deadline=None)
@given(st.lists(TEXTS_OF_MARKS | TEXTS_OF_PIECES, max_size=6))
@example([])
@example(["", " ", "。", "\n"])
@example(["（”）“（）" * 20])
@example(["“”" * 3 + "“（”）“（”）" * 9])
def test_texts_divide_together_as_they_do_alone(texts: list[str]) -> None:
    assert together(texts) == [alone(text) for text in texts]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=5))
def test_texts_divide_together_as_they_do_alone_over_all_of_unicode(texts: list[str]) -> None:
    assert together(texts) == [alone(text) for text in texts]


def test_every_character_is_the_same_to_both() -> None:
    characters = [chr(code) for code in (*range(0x11000), *range(0x11000, sys.maxunicode + 1, 97))]
    frames = [f"全年调解纠纷三百件。{character}全年调解纠纷三百件{character}。" for character in characters]
    assert together(frames) == [alone(frame) for frame in frames]


def test_labelled_texts_divide_together_as_they_do_alone(labels: LabelSet) -> None:
    texts = [item.text for item in labels.texts()]
    assert together(texts) == [alone(text) for text in texts]


@pytest.mark.parametrize("piece", ["法。", "“（”）", "（", "“” ", "法律援助中心。", ". ", "。“"])
def test_a_long_text_of_one_pattern_divides_as_it_does_alone(piece: str) -> None:
    text = piece * 3000
    assert together([text, "普法", text]) == [alone(text), [(0, 2)], alone(text)]


def test_fragments_are_joined_until_they_are_long_enough() -> None:
    text = "法。" * 8
    assert together([text]) == [[(0, 8), (8, 16)]]
    assert SHORTEST_UNIT == 8
    assert np.all(np.diff(together([text])[0]) >= SHORTEST_UNIT)
