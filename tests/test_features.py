"""The vectorised trie counts what a plain search counts, and its values are scikit-learn's."""

import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from classifier.features import TfidfWeights, Vocabulary
from classifier.joining import JoinedTexts
from classifier.normalisation import normalise, normalise_character

TERMS = tuple(
    sorted(
        {"人", "人民", "人民调解", "民调", "调解", "0", "00", "000年", "a", "ab", "法治", "法", "，", "\U00020bb7野", "aaa"}
    )
)
ALPHABET = "人民调解法治調，。 　\n0123１２年abABａＡ\U00020bb7野\ud800\u200b\u00adﬁ㈱"


def plain_count(text: str, term: str) -> int:
    return len(re.findall(f"(?={re.escape(term)})", normalise(text)))


@settings(max_examples=300)
@given(st.lists(st.text(st.sampled_from(ALPHABET), max_size=40), max_size=6))
def test_counts_equal_a_plain_search(texts: list[str]) -> None:
    counted = Vocabulary(TERMS).count(texts).toarray()
    expected = [[plain_count(text, term) for term in TERMS] for text in texts]
    assert counted.tolist() == expected


@settings(max_examples=200)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_counts_equal_a_plain_search_over_all_of_unicode(texts: list[str]) -> None:
    normalised = [normalise(text) for text in texts]
    terms = sorted(
        {piece for text in normalised for n in (1, 2, 3) for piece in (text[i : i + n] for i in range(len(text))) if piece}
    )
    if not terms:
        return
    counted = Vocabulary(tuple(terms)).count(texts).toarray()
    assert counted.tolist() == [[plain_count(text, term) for term in terms] for text in texts]


@settings(max_examples=100)
@given(st.lists(st.text(st.sampled_from(ALPHABET), max_size=60), min_size=1, max_size=5))
def test_weighted_values_equal_scikit_learn(texts: list[str]) -> None:
    vocabulary = Vocabulary(TERMS)
    counts = vocabulary.count(["人民调解法治", "法治", *texts])
    weights = TfidfWeights.fit(counts)
    reference = TfidfVectorizer(
        analyzer="char", ngram_range=(1, 4), preprocessor=normalise, vocabulary=list(TERMS), norm=None
    ).fit(["人民调解法治", "法治", *texts])
    np.testing.assert_allclose(weights.idf, reference.idf_, rtol=0, atol=1e-12)
    counted = reference.transform(texts).toarray()
    lengths = np.sqrt(counted @ reference.idf_)[:, np.newaxis]
    expected = np.divide(counted, lengths, out=np.zeros_like(counted), where=lengths > 0)
    np.testing.assert_allclose(weights.apply(vocabulary.count(texts)).toarray(), expected, rtol=0, atol=1e-12)


@given(st.characters())
def test_normalisation_keeps_one_character_for_one(character: str) -> None:
    plain = normalise_character(character)
    assert len(plain) <= 1
    assert normalise_character(plain) == plain if plain else True


@pytest.mark.parametrize(
    ("shown", "plain"), [("２０ 年", "00年"), ("ＡＢc", "abc"), ("（一）", "(一)"), ("法\u3000治\n", "法治")]
)
def test_width_space_and_case_make_no_difference(shown: str, plain: str) -> None:
    assert normalise(shown) == plain
    assert normalise(unicodedata.normalize("NFKC", shown)) == plain


def test_occurrences_are_found_at_their_place_in_the_text_as_shown() -> None:
    trie = Vocabulary(("人民", "民调", "调解")).trie
    text = "人 民\n调解"
    joined = JoinedTexts.of([text])
    walk = trie.walk(joined, joined.starts)
    starts, ends = trie.spans(walk, *trie.occurrences(walk))
    assert [text[start:end] for start, end in zip(starts - 1, ends - 1, strict=True)] == ["人 民", "民\n调", "调解"]


def test_an_empty_batch_and_texts_without_terms_have_empty_rows() -> None:
    vocabulary = Vocabulary(TERMS)
    assert vocabulary.count([]).shape == (0, len(TERMS))
    assert vocabulary.count(["", "无此"]).nnz == 0
    assert TfidfWeights(np.ones(len(TERMS))).apply(vocabulary.count(["", "无此"])).nnz == 0


def test_terms_never_cross_from_one_text_into_the_next() -> None:
    assert Vocabulary(("人民",)).count(["人", "民"]).nnz == 0
